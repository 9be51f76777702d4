"""Small plays: a pool with the demo's members, and their made-up submissions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa

from datacoop import __version__
from datacoop.demo.cast import Keys, make_keys, set_up_pool, submit
from datacoop.demo.data import DemoFile, DemoSubmission, make_submissions
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.jobs.receipt import Receipt
from datacoop.jobs.submitting import check_submission, send_submission, sign_submission
from datacoop.pool.blobs import BlobRef, bytes_to_batches, get_blob, get_blob_list
from datacoop.pool.landing import Landing
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool

CREATED = "2026-07-01T00:00:00Z"
CODE_VERSION = __version__
"""As the command has it: results of another version of the code are never taken over."""
ROWS = 20


@cache
def submissions(rows: int = ROWS) -> dict[str, DemoSubmission]:
    """Give the demo's submissions by id, in their order."""
    return {play.submission_id: play for play in make_submissions(7, rows_per_submission=rows)}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One folder with a pool, the landing stores and all keys."""

    root: Path
    keys: Keys

    @property
    def pool(self) -> Pool:
        """A pool opened anew, as another process would."""
        return Pool(open_store(str(self.root / "pool")))

    def landing(self, member: str) -> ObjectStore:
        return open_store(str(self.root / "landing" / member))

    def submit(self, *plays: DemoSubmission, supersedes: str = "") -> None:
        for play in plays:
            submit(play, self.root, self.keys)
            if supersedes:
                self._supersede(play, supersedes)

    def _supersede(self, play: DemoSubmission, older: str) -> None:
        """Sign and send anew with one more field in the manifest."""
        folder = self.root / "sources" / play.member / play.submission_id
        path = folder / "submission.yaml"
        text = path.read_text(encoding="utf-8") + f"supersedes: {older}\n"
        path.write_text(text, encoding="utf-8")
        manifest = check_submission(folder, None, lambda _, __: None)
        sign_submission(folder, manifest, self.keys.stewards[play.member])
        store = self.landing(play.member)
        store.delete(Landing(store, play.submission_id).envelope)
        key = self.root / "keys" / f"{play.member}-pseudonyms.key"
        send_submission(folder, store, key, lambda _, __: None)

    def intake(
        self,
        play: DemoSubmission,
        *,
        range_bytes: int = 8 << 20,
        runner: str = "FnApiRunner",
        beam_arguments: tuple[str, ...] = (),
    ) -> Receipt:
        options = IntakeOptions(
            code_version=CODE_VERSION,
            range_bytes=range_bytes,
            runner=runner,
            beam_arguments=beam_arguments,
        )
        job = Intake(
            self.pool, self.landing(play.member), play.submission_id, self.keys.operator, options
        )
        return job.run(created_utc=CREATED, progress=quiet)

    def log(self) -> list[str]:
        return list(self.pool.store.list("log"))

    def blobs(self, submission_id: str) -> list[BlobRef]:
        """Give the record blobs of a submission, each one read and verified."""
        pool = self.pool
        records = pool.require().submissions[submission_id].records
        refs = get_blob_list(pool.store, records) if records else []
        for ref in refs:
            get_blob(pool.store, ref.sha256)
        return refs

    def records(self, submission_id: str) -> pa.Table:
        """Give all clean rows of a submission in the order of their places."""
        store = self.pool.store
        batches = [
            batch
            for ref in self.blobs(submission_id)
            for batch in bytes_to_batches(get_blob(store, ref.sha256))
        ]
        order = [("source_file", "ascending"), ("source_position", "ascending")]
        return pa.Table.from_batches(batches).sort_by(order).combine_chunks()


def make_stage(root: Path) -> Stage:
    """Make the keys, found a pool and add the demo's members and contracts."""
    stage = Stage(root=root, keys=make_keys(root / "keys"))
    set_up_pool(stage.pool, stage.keys, CREATED)
    return stage


def quarantined(landing: ObjectStore, keys: Sequence[str]) -> dict[tuple[int, int], str]:
    """Give the reason of each quarantined row by file and position."""
    names = ["source_file", "source_position", "quarantine_reason"]
    rows = [
        row
        for key in keys
        for batch in bytes_to_batches(landing.get(key), names)
        for row in batch.to_pylist()
    ]
    places = {(r["source_file"], r["source_position"]): r["quarantine_reason"] for r in rows}
    assert len(places) == len(rows)
    return places


def make_play(
    content: bytes,
    *,
    submission_id: str = "de-auental-small-1",
    member: str = "de-auental",
    collection: str = "classification",
    languages: tuple[str, ...] = ("de",),
    name: str = "rows.jsonl",
) -> DemoSubmission:
    """Make a submission of one file without any truth about it."""
    return DemoSubmission(
        member=member,
        submission_id=submission_id,
        collection=collection,
        title="Small (made up)",
        languages=languages,
        files=(DemoFile(name=name, format="jsonl", content=content, columns={}),),
        planted=(),
        labels=(),
        broken=(),
        exact_duplicates=(),
        near_duplicates=(),
        sound_rows=0,
        total_rows=0,
    )


def many_lines(count: int) -> bytes:
    """Give made-up German requests, one in nine like an earlier one, two that are broken."""
    areas = ("tax", "housing", "transport", "health", "permits")
    lines = [
        f'{{"text": "Ich bitte um Auskunft über meinen Antrag vom Mai, Vorgang Nummer {i % 9}, '
        f'und warte seit {i - i % 9} Tagen auf eine Antwort des Amtes.", '
        f'"class": "{areas[i % 5]}"}}'
        for i in range(count)
    ]
    lines[3] = lines[3][:-1]
    lines[count - 2] = lines[1]
    return ("\n".join(lines) + "\n").encode()


def quiet(_: int, __: int) -> None:
    """Show nothing."""


def write_settings(stage: Stage) -> None:
    """Write the settings file with which `datacoop` works on this stage, run in its folder."""
    text = 'pool = "pool"\nlanding = "landing/{member}"\noperator_key = "keys/operator.key"\n'
    (stage.root / "datacoop.toml").write_text(text + 'work = "work"\n', encoding="utf-8")
