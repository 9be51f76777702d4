"""The play of the whole path: six made-up members, from their files to a trainer's batches."""

import json
import os
import resource
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from datacoop.demo import auditor
from datacoop.demo.auditor import AuditRound
from datacoop.demo.cast import COLLECTIONS, Keys, make_keys, set_up_pool, submit, truths_by_key
from datacoop.demo.count_rows import count_rows
from datacoop.demo.data import MEMBERS, DemoSubmission, make_submissions
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.demo.labelling import KEY, Asked, Labelling
from datacoop.demo.leaks import Leaks, find_leaks
from datacoop.errors import RefusedError, SettingsError
from datacoop.jobs.auditing import LeakAudit
from datacoop.jobs.building import ReleaseOptions, build_release
from datacoop.jobs.collecting import Collected
from datacoop.jobs.frame import listed_records
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.jobs.receipt import Receipt
from datacoop.jobs.release import approve_release, propose_release, publish_release
from datacoop.jobs.withdrawal import delete_tasks, withdraw_submission
from datacoop.jobs.workforce import read_workforce
from datacoop.label.label_studio import LabelStudio
from datacoop.pool.blobs import bytes_to_batches, get_blob, get_blob_list
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import SnapshotManifest
from datacoop.read.open import Version, open_pool
from datacoop.read.verify import Verified, verify_pool
from datacoop.records.columns import RECORD_ID

SEED = 7
PURPOSE = "model-training"
WITHDRAWN = "fr-valclair-documents-1"
MARKER = ".datacoop-demo"

Show = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]
"""Makes a context with a progress callback for a step's title."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Everything that the play found out; `summary` is its stable form."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    plays: tuple[DemoSubmission, ...] = ()
    counted: dict[str, int] = field(default_factory=dict)
    """Rows that an independent count of the raw files found, by submission."""
    collected: dict[str, Collected] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    label_accuracy: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Labels that are right, and labels, by collection."""
    versions: list[SnapshotManifest] = field(default_factory=list)
    sound_accepted: int = 0
    """Sound rows that came through, duplicates counted."""
    broken_accepted: int = 0
    """Rows broken on purpose that came through all the same."""
    audit: AuditRound | None = None
    nicknames_read: int = 0
    """Rows of a version with the nickname that the scrub cannot know."""
    withdrawn_rows_in_next: int = 0
    verified: Verified | None = None
    rows_read: int = 0
    leaks: Leaks | None = None
    seconds: dict[str, float] = field(default_factory=dict)


class Play:
    """One play in one folder."""

    def __init__(
        self, root: Path, label_studio: Path, port: int, gateway_port: int, show: Show
    ) -> None:
        """Prepare a play.

        Args:
            root: The folder that it leaves.
            label_studio: The `label-studio` command of its own environment.
            port: The port for Label Studio on this machine.
            gateway_port: The port for the gateway.
            show: Makes a context with a progress callback for a step's title.
        """
        self.root = root
        self.server = LabelStudioServer(label_studio, root / "label-studio", port)
        self.server.log = root / "logs" / "label-studio.log"
        self.pool = Pool(open_store(str(root / "pool")))
        self.work = open_store(str(root / "work"))
        self.gateway_port = gateway_port
        self.found = Outcome()
        self._show = show

    def run(self, code_version: str) -> Iterator[str]:
        """Play every step; tell the name of each one that is done.

        Raises:
            DatacoopError: A step failed; what was written so far stays to be looked at.
        """
        prepare_folder(self.root)
        with self.server:
            keys = yield from self._submit()
            yield from self._take_in(keys, code_version)
            studio, labelling = yield from self._label(keys)
            yield from self._audit(keys, studio, labelling, code_version)
            yield from self._release(keys, code_version)
            yield from self._withdraw(keys, studio, code_version)
        yield from self._check()

    def _submit(self) -> Generator[str, None, Keys]:
        with self._step("submit") as progress:
            keys = make_keys(self.root / "keys")
            set_up_pool(self.pool, keys, now())
            self.found.plays = auditor.plant(make_submissions(SEED), KEY)
            write_truth(self.root / "truth", self.found.plays)
            for done, play in enumerate(self.found.plays, 1):
                submit(play, self.root, keys)
                self.found.counted[play.submission_id] = sum(
                    count_rows(file.name, file.content) for file in play.files
                )
                progress(done, len(self.found.plays))
        yield "submit"
        return keys

    def _take_in(self, keys: Keys, code_version: str) -> Iterator[str]:
        options, start = IntakeOptions(code_version=code_version), time.time()
        with self._step("intake") as progress:
            for done, play in enumerate(self.found.plays, 1):
                landing = open_store(str(self.root / "landing" / play.member))
                intake = Intake(self.pool, landing, play.submission_id, keys.operator, options)
                # A second apart, however fast: older records are labelled first.
                receipt = intake.run(created_utc=now(start + done), progress=_quiet)
                self.found.receipts[play.submission_id] = receipt
                progress(done, len(self.found.plays))
            self._hold_against_truth()
        yield "intake"

    def _hold_against_truth(self) -> None:
        """Count which of the rows in the pool are sound, and which were broken on purpose."""
        sound = truths_by_key(self.found.plays)
        for submission in self.pool.state().submissions.values():
            for ref in get_blob_list(self.pool.store, submission.records or ""):
                for batch in bytes_to_batches(get_blob(self.pool.store, ref.sha256), [RECORD_ID]):
                    keys = [record_id.hex() for record_id in batch.column(0).to_pylist()]
                    self.found.sound_accepted += sum(key in sound for key in keys)
                    self.found.broken_accepted += sum(key not in sound for key in keys)

    def _label(self, keys: Keys) -> Generator[str, None, tuple[LabelStudio, Labelling]]:
        studio = LabelStudio(self.server.url, self.server.token)
        with self._step("label studio starts") as progress:
            self.server.wait_until_ready(lambda seconds: progress(int(seconds), 100))
            labelling = Labelling(
                self.root,
                self.pool,
                studio,
                self.server,
                self.gateway_port,
                keys.operator,
                now,
            )
            labelling.sign_up()
        yield "label studio starts"
        with self._step("label") as progress:
            labelling.label(COLLECTIONS, truths_by_key(self.found.plays), SEED, progress)
            self.found.collected, self.found.asked = labelling.collected, labelling.asked
        yield "label"
        return studio, labelling

    def _audit(
        self, keys: Keys, studio: LabelStudio, labelling: Labelling, code_version: str
    ) -> Iterator[str]:
        """Find the planted leak: one auditor marks it, a second one confirms it."""
        audit = LeakAudit(
            pool=self.pool,
            name=auditor.COLLECTION,
            studio=studio,
            operator=keys.operator,
            annotator_key=KEY,
            auditors=labelling.auditors,
            landing=lambda member: open_store(str(self.root / "landing" / member)),
        )
        day, marks, gold = now()[:10], 0, 0
        with self._step("audit"):
            was_refused = self._is_refused(auditor.COLLECTION, code_version)
            while (routed := audit.route(as_of=day, created_utc=now())).rows_sent:
                marks += labelling.audit(routed.project)
                collected = audit.collect(as_of=day, created_utc=now())
                gold += sum(leak.gold for leak in collected.confirmed)
        barred = self.pool.state().barred(auditor.COLLECTION)
        self.found.audit = AuditRound(
            was_refused_before=was_refused,
            marks=marks,
            barred=len(listed_records(self.pool.store, barred)),
            gold=gold,
            languages=collected.languages,
        )
        yield "audit"

    def _is_refused(self, name: str, code_version: str) -> bool:
        options = ReleaseOptions(code_version=code_version, work=self.work.address)
        try:
            build_release(self.pool, name, options, as_of=now()[:10], progress=_quiet)
        except RefusedError:
            return True
        return False

    def _release(self, keys: Keys, code_version: str) -> Iterator[str]:
        with self._step("release") as progress:
            for done, name in enumerate(COLLECTIONS, 1):
                self._publish(name, keys, code_version)
                progress(done, len(COLLECTIONS))
        yield "release"
        with self._step("read"):
            self._read()
        yield "read"

    def _publish(self, name: str, keys: Keys, code_version: str) -> None:
        options = ReleaseOptions(code_version=code_version, work=self.work.address)
        day = now()[:10]
        built = build_release(self.pool, name, options, as_of=day, progress=_quiet)
        moment = datetime.now(UTC).replace(microsecond=0)
        known = read_workforce(self.root / "workforce.yaml")
        homes = {name: annotator.member for name, annotator in known.items()}
        propose_release(self.pool, built, keys.operator, now=moment, created_utc=now(), homes=homes)
        version = built.manifest.version
        for approver in list(keys.approvers.values())[:2]:
            approve_release(self.pool, name, version, approver, created_utc=now())
        self.found.versions.append(
            publish_release(self.pool, name, version, keys.operator, created_utc=now(), as_of=day)
        )

    def _read(self) -> None:
        """Read every version as a trainer does, and hold its labels against the truth."""
        reader = open_pool(str(self.root / "pool"), cache=self.root / "trainer-trust")
        truths = truths_by_key(self.found.plays)
        for name in COLLECTIONS:
            version = reader.version(name, 1, purpose=PURPOSE)
            right = labelled = 0
            for row in version.rows():
                self.found.rows_read += 1
                self.found.nicknames_read += auditor.NICKNAME in str(row)
                if row["label"] is not None:
                    labelled += 1
                    right += row["label"] == truths[row["record_id"].hex()]
            self.found.label_accuracy[name] = (right, labelled)
            self._keep_card(version)

    def _keep_card(self, version: Version) -> None:
        """Write the card of a version where a person finds it."""
        place = self.root / card_path(version.manifest)
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(version.statement("card.html"))

    def _withdraw(self, keys: Keys, studio: LabelStudio, code_version: str) -> Iterator[str]:
        with self._step("withdraw"):
            play = next(p for p in self.found.plays if p.submission_id == WITHDRAWN)
            steward = keys.stewards[play.member]
            withdraw_submission(self.pool, WITHDRAWN, steward, created_utc=now())
            delete_tasks(self.pool, WITHDRAWN, studio)
            self._publish(play.collection, keys, code_version)
            reader = open_pool(str(self.root / "pool"), cache=self.root / "trainer-trust")
            second = reader.version(play.collection, 2, purpose=PURPOSE)
            self._keep_card(second)
            self.found.withdrawn_rows_in_next = sum(
                row["submission_id"] == WITHDRAWN for row in second.rows()
            )
        yield "withdraw"

    def _check(self) -> Iterator[str]:
        with self._step("verify") as progress:
            self.found.verified = verify_pool(self.pool.store, progress)
        yield "verify"
        searched = ("pool", "label-studio", "gateway", "gold", "logs", "tmp", "work", "cards")
        with self._step("search for leaks") as progress:
            planted = [p for play in self.found.plays for p in play.planted]
            folders = {name: self.root / name for name in searched}
            self.found.leaks = find_leaks(planted, folders, progress)
        yield "search for leaks"

    @contextmanager
    def _step(self, title: str) -> Iterator[Callable[[int, int], None]]:
        start = time.monotonic()
        with self._show(title) as progress:
            yield progress
        self.found.seconds[title] = round(time.monotonic() - start, 1)


def prepare_folder(root: Path) -> None:
    """Make the folder of a play; one that an earlier play left is emptied.

    Raises:
        SettingsError: The folder holds something else.
    """
    if root.exists() and any(root.iterdir()):
        if not (root / MARKER).exists():
            raise SettingsError(f"{root} holds something else", hint="Give --dir a new folder.")
        empty(root)
    for name in ("logs", "tmp", "truth"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / MARKER).touch()
    # What any library leaves behind is searched for leaks like everything else.
    os.environ["TMPDIR"] = str((root / "tmp").resolve())
    tempfile.tempdir = None


def empty(folder: Path) -> None:
    """Remove what is in a folder."""
    for path in sorted(folder.rglob("*"), key=lambda p: len(p.parts), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink()


def write_truth(folder: Path, plays: Sequence[DemoSubmission]) -> None:
    """Write what was planted and which labels are true, one JSON object a line."""
    planted = (asdict(p) for play in plays for p in play.planted)
    labels = (asdict(t) for play in plays for t in play.labels)
    for name, rows in (("planted", planted), ("labels", labels)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")


def card_path(manifest: SnapshotManifest) -> str:
    """Give the place of a version's card in the folder of a play."""
    return f"cards/{manifest.collection}-{manifest.version}.html"


def now(seconds: float | None = None) -> str:
    """Give the time for an entry: now, or at a number of seconds since 1970."""
    moment = datetime.now(UTC) if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _quiet(_: int, __: int) -> None:
    """Show nothing: the play shows a bar of its own."""


def peak_memory_bytes() -> int:
    """Give the largest resident size of this process and of its children, in bytes."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) * 1024


def members_by_id() -> dict[str, str]:
    """Give the titles of the made-up members."""
    return {member.id: member.title for member in MEMBERS}
