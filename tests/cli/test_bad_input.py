"""Bad input as a person meets it: what a command says, how it ends, and that nothing is lost."""

import io
import json
import os
import socket
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from commands import datacoop, datacoop_each, run_python
from plays import Stage, make_play, make_stage, many_lines, write_settings

from datacoop.cli.main import datacoop as group
from datacoop.demo.cast import MAX_ROW_BYTES
from datacoop.demo.data import DemoFile, DemoSubmission
from datacoop.demo.encode import compress_gzip
from datacoop.jobs.submitting import check_submission, sign_submission
from datacoop.pool.blobs import bytes_to_batches
from datacoop.pool.keys import SigningKey
from datacoop.pool.landing import Landing
from datacoop.records.quarantine import REASONS
from datacoop.validate.verdict import VERDICT_REASONS

BOM = b"\xef\xbb\xbf"
MEMBER, OTHER = "de-auental", "gb-northmoor"


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A file, and what is to become of it."""

    content: bytes
    held: dict[int, str] = field(default_factory=dict)
    """Reason of each row that is held back, by its position."""
    kept: dict[int, bytes] = field(default_factory=dict)
    """Bytes of a row that is held back, as the steward finds them."""
    texts: tuple[str, ...] = ()
    """Texts of the rows that come through, in order."""


def text(number: int) -> str:
    return f"Ich bitte um Auskunft über meinen Antrag Nummer {number} und warte auf Antwort."


def line(number: int, **changes: Any) -> bytes:
    row = {"text": text(number), "class": "tax"} | changes
    sent = {name: value for name, value in row.items() if value is not ...}
    return json.dumps(sent, ensure_ascii=False).encode()


def lines(first: int, second: int, **broken: bytes) -> Bad:
    """Give two sound lines and between them lines that are held back for the reasons named."""
    parts = [line(first), *broken.values(), line(second)]
    content = b"\n".join(parts) + b"\n"
    return Bad(
        content=content,
        held={content.index(bad): f"ingest.{reason}" for reason, bad in broken.items()},
        kept={content.index(bad): bad for bad in broken.values()},
        texts=(text(first), text(second)),
    )


def delimited(*rows: tuple[bytes, str], end: bytes = b"\n", mark: bytes = b"") -> Bad:
    """Give a CSV file of rows, each with the reason why it is held back, or with its text."""
    content = mark + end.join([b"text,class", *(row for row, _ in rows)]) + end
    bad = [(row, told) for row, told in rows if told.startswith("ingest.")]
    return Bad(
        content=content,
        held={content.index(row): told for row, told in bad},
        kept={content.index(row): row for row, _ in bad},
        texts=tuple(told for _, told in rows if not told.startswith("ingest.")),
    )


def csv_row(number: int) -> tuple[bytes, str]:
    return f"{text(number)},tax".encode(), text(number)


def table(first: int, count: int) -> pa.Table:
    texts = [text(number) for number in range(first, first + count)]
    return pa.table({"text": texts, "class": ["tax"] * count})


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(table(0, 50), sink)
    return sink.getvalue()


def arrow(first: int, *, stream: bool) -> bytes:
    sink = io.BytesIO()
    rows = table(first, 4)
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, rows.schema) as writer:
        writer.write_table(rows, max_chunksize=2)
    return sink.getvalue()


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("list.csv", b"text,class\n")
    return sink.getvalue()


def cut_gzip() -> Bad:
    content = b"".join(line(number) + b"\n" for number in range(700, 720))
    cut = compress_gzip(content)[:-30]
    arrived = zlib.decompressobj(wbits=31).decompress(cut)
    end = arrived.rindex(b"\n") + 1
    whole = [json.loads(part)["text"] for part in arrived[:end].splitlines()]
    assert 0 < len(whole) < 20
    return Bad(content=cut, held={end: "ingest.file_truncated"}, texts=tuple(whole))


@cache
def bad_files() -> dict[str, Bad]:
    unreadable = {0: "ingest.file_unreadable"}
    return {
        "sound.jsonl": Bad(
            content=b"\n".join(line(number) for number in range(30)),
            texts=tuple(map(text, range(30))),
        ),
        "a-page.parquet": Bad(content=b"<!doctype html><p>Not found</p>", held=unreadable),
        "an-archive.csv.gz": Bad(content=zipped(), held=unreadable),
        "a-table.jsonl": Bad(
            content=b"PAR1\xff\0\n\xfe\0\nPAR1",
            held={0: "ingest.not_utf8", 7: "ingest.not_utf8", 10: "ingest.bad_json"},
        ),
        "nothing.jsonl": Bad(content=b"", held={0: "ingest.file_empty"}),
        "nothing.parquet": Bad(content=b"", held={0: "ingest.file_empty"}),
        "latin.jsonl": lines(100, 101, not_utf8=line(102).decode().encode("latin-1")),
        "latin.csv": delimited(
            csv_row(110), ("Über uns,tax".encode("latin-1"), "ingest.not_utf8"), csv_row(111)
        ),
        "marked.csv": delimited(
            csv_row(120),
            (b"too,many,fields", "ingest.columns_changed"),
            csv_row(121),
            end=b"\r\n",
            mark=BOM,
        ),
        "marked.jsonl": Bad(
            content=BOM + line(130) + b"\r\n" + line(131) + b"\r\n", texts=(text(130), text(131))
        ),
        "nul.jsonl": lines(140, 141, control_character=line(142, text=text(142) + "\0")),
        "nul.csv": delimited(
            csv_row(150), (b"Antrag\0 fehlt,tax", "ingest.control_character"), csv_row(151)
        ),
        "columns.jsonl": lines(
            160,
            161,
            column_missing=line(162, **{"class": ...}),
            column_unknown=line(163, extra="x"),
            wrong_type=line(164, text=164),
            bad_json=line(165)[:-1],
            row_too_large=line(166, text="lang " * (MAX_ROW_BYTES // 5)),
        ),
        "ragged.csv": delimited(
            csv_row(170),
            (b"one field only", "ingest.columns_changed"),
            (b"one,two,three,four", "ingest.columns_changed"),
            csv_row(171),
        ),
        "cut.jsonl.gz": cut_gzip(),
        "cut.parquet": Bad(content=parquet()[:-40], held=unreadable),
        "cut.arrow": Bad(content=arrow(800, stream=False)[:-40], held=unreadable),
        "cut.arrows": Bad(
            content=arrow(810, stream=True)[:-100],
            held={2: "ingest.file_truncated"},
            texts=(text(810), text(811)),
        ),
    }


def bad_play() -> DemoSubmission:
    files = tuple(
        DemoFile(name=name, format="", content=bad.content, columns={})
        for name, bad in bad_files().items()
    )
    return replace(make_play(b"", submission_id="de-auental-bad-1"), files=files)


class Taken:
    """The bad files taken in twice, and a submission with nothing in it."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.play = stage, bad_play()
        empty = make_play(b"", submission_id="de-auental-empty-1")
        stage.submit(self.play, empty)
        write_settings(stage)
        bad = ["intake", "run", MEMBER, self.play.submission_id]
        nothing = ["intake", "run", MEMBER, empty.submission_id]
        self.first, self.told, self.again, self.empty, self.empty_told = datacoop_each(
            [*bad, "--json"],
            bad,
            [*bad, "--json", "--range-bytes=2000"],
            [*nothing, "--json"],
            nothing,
            folder=stage.root,
        )

    @property
    def receipt(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.first.stdout)
        return found

    def held(self, ordinal: int) -> dict[int, tuple[str, bytes]]:
        store = self.stage.landing(MEMBER)
        rows = [
            row
            for key in self.receipt["quarantine"]
            for batch in bytes_to_batches(store.get(key))
            for row in batch.to_pylist()
            if row["source_file"] == ordinal
        ]
        return {r["source_position"]: (r["quarantine_reason"], r["row"]) for r in rows}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    return Taken(make_stage(tmp_path_factory.mktemp("bad")))


@pytest.mark.parametrize("name", bad_files())
def test_a_bad_file_costs_its_bad_rows_only(taken: Taken, name: str) -> None:
    ordinal, bad = list(bad_files()).index(name), bad_files()[name]
    held = taken.held(ordinal)
    assert {position: reason for position, (reason, _) in held.items()} == bad.held
    assert {position: held[position][1] for position in bad.kept} == bad.kept
    records = taken.stage.records(taken.play.submission_id).to_pylist()
    assert tuple(r["text"] for r in records if r["source_file"] == ordinal) == bad.texts
    account = {"rows": len(bad.texts) + len(bad.held), "quarantined": len(bad.held)}
    assert taken.receipt["files"][ordinal] == account


def test_every_row_has_one_state_and_the_command_ends_with_nought(taken: Taken) -> None:
    receipt = taken.receipt
    assert (taken.first.returncode, receipt["outcome"]) == (0, "pass")
    assert receipt["states"]["quarantined"] == sum(len(b.held) for b in bad_files().values())
    assert receipt["states"]["accepted"] == sum(len(b.texts) for b in bad_files().values())
    assert receipt["rows"] == sum(receipt["states"].values())


def test_a_second_run_gives_the_receipt_again_and_doubles_nothing(taken: Taken) -> None:
    assert taken.again.returncode == 0
    assert json.loads(taken.again.stdout) == taken.receipt
    entries = [entry for entry in taken.stage.pool.require().submissions if "bad" in entry]
    assert entries == [taken.play.submission_id]
    ids = taken.stage.records(taken.play.submission_id)["record_id"].to_pylist()
    assert len(set(ids)) == len(ids)


def test_a_person_is_told_where_each_fault_is_and_what_to_do(taken: Taken) -> None:
    said = taken.told.stdout
    for reason in {reason for bad in bad_files().values() for reason in bad.held.values()}:
        assert reason in said
        assert REASONS[reason].advice in " ".join(said.split()), reason
    for ordinal, (name, bad) in enumerate(bad_files().items()):
        assert bool(bad.held) == (f"$.files[{ordinal}]" in said), name
    assert taken.receipt["quarantine"][0].rpartition("/")[0] in said
    assert "Traceback" not in taken.told.stderr


def test_a_submission_with_nothing_in_it_is_refused_with_its_reasons(taken: Taken) -> None:
    receipt = json.loads(taken.empty.stdout)
    assert (taken.empty.returncode, receipt["outcome"]) == (1, "refuse")
    assert receipt["quarantine_reasons"] == {"ingest.file_empty": 1}
    assert "verdict.no_rows" in receipt["reasons"]
    assert taken.empty_told.returncode == 1
    for code in ("verdict.no_rows", "verdict.too_few_rows"):
        assert VERDICT_REASONS[code].advice in " ".join(taken.empty_told.stdout.split())


class Refused:
    """Submissions that are refused before a row is read, each by another command."""

    def __init__(self, stage: Stage, stranger: Stage) -> None:
        self.stage = stage
        self.names: dict[str, list[str]] = {}
        write_settings(stage)
        self._at_the_desk()
        self._at_the_pool(stranger)
        self.log = stage.log()
        done = datacoop_each(*self.names.values(), folder=stage.root)
        self.done = dict(zip(self.names, done, strict=True))

    def _at_the_desk(self) -> None:
        folder = self._sent("desk")
        self.names["a changed file"] = ["submission", "check", str(folder)]
        (folder / "rows.jsonl").write_bytes(many_lines(21))
        sound = str(self._sent("sound"))
        keys = self.stage.root / "keys"
        sign = ["submission", "sign", sound, "--key"]
        self.names["signed for another member"] = [*sign, str(keys / f"{OTHER}-steward.key")]
        self.names["signed by an approver"] = [*sign, str(keys / f"{MEMBER}-approver.key")]
        (keys / "torn.key").write_bytes(b"-----BEGIN")
        self.names["signed with no key"] = [*sign, str(keys / "torn.key")]

    def _at_the_pool(self, stranger: Stage) -> None:
        store = self.stage.landing(MEMBER)
        self._sent("swapped")
        store.put(Landing(store, f"{MEMBER}-swapped").raw_file(0), many_lines(22))
        self._sign_anew("strange", stranger.keys.stewards[MEMBER])
        self._sign_anew("foreign", self.stage.keys.stewards[OTHER])
        for name in ("swapped", "strange", "foreign"):
            self.names[name] = ["intake", "run", MEMBER, f"{MEMBER}-{name}"]
        self.names["nobody"] = ["intake", "run", "xx-nobody", "xx-nobody-1"]

    def _sent(self, name: str) -> Path:
        play = make_play(many_lines(20), submission_id=f"{MEMBER}-{name}")
        self.stage.submit(play)
        return self.stage.root / "sources" / MEMBER / play.submission_id

    def _sign_anew(self, name: str, key: SigningKey) -> None:
        """Put a manifest into the landing store that another than the steward signed."""
        folder = self._sent(name)
        owner = replace(key, public=replace(key.public, member=MEMBER))
        manifest = check_submission(folder, None, lambda _, __: None)
        envelope = sign_submission(folder, manifest, owner).read_bytes()
        store = self.stage.landing(MEMBER)
        store.put(Landing(store, f"{MEMBER}-{name}").envelope, envelope)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Refused:
    folder = tmp_path_factory.mktemp("refused")
    return Refused(make_stage(folder / "own"), make_stage(folder / "stranger"))


@pytest.mark.parametrize(
    ("name", "code", "told", "advice"),
    [
        ("a changed file", 1, "@ $.files[0].sha256", "Mend the places named"),
        ("signed for another member", 1, f"a steward of '{MEMBER}' must sign", "Give --key"),
        ("signed by an approver", 1, f"a steward of '{MEMBER}' must sign", "Give --key"),
        ("signed with no key", 2, "torn.key", "It is made by `datacoop key new`"),
        ("swapped", 1, "the file has another digest @ $.files[0].sha256", "Send the submission"),
        ("strange", 1, f"{MEMBER}-strange/submission.dsse.json does not verify", "Do not use it"),
        ("foreign", 1, f"is '{MEMBER}', signed for '{OTHER}' @ $.member", "Mend the places"),
        ("nobody", 1, "'xx-nobody-1' is not in the landing store", "The steward sends"),
    ],
)
def test_what_is_refused_says_where_and_what_to_do(
    refused: Refused, name: str, code: int, told: str, advice: str
) -> None:
    done = refused.done[name]
    assert done.returncode == code, done.stderr
    first, *rest = done.stderr.strip().splitlines()
    assert first.startswith("Error: ")
    assert told in done.stderr
    assert rest[-1].startswith(f"What to do: {advice}"), done.stderr
    assert "Traceback" not in done.stderr
    assert refused.stage.log() == refused.log


INTERRUPT = """
import os, signal, sys
from datacoop.pool.object_store import ObjectStore
from datacoop.cli.main import main

fragment = sys.argv.pop(1)

def interrupted(put):
    def then_interrupt(store, key, content):
        put(store, key, content)
        if fragment in key + "/":
            os.kill(os.getpid(), signal.SIGINT)
    return then_interrupt

ObjectStore.put = interrupted(ObjectStore.put)
ObjectStore.put_all = interrupted(ObjectStore.put_all)
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("fragment", ["/done/", "blobs/"])
def test_after_an_interrupt_the_same_command_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fragment: str
) -> None:
    stage, play = make_stage(tmp_path), make_play(many_lines(60))
    stage.submit(play)
    write_settings(stage)
    command = ("intake", "run", MEMBER, play.submission_id, "--json", "--range-bytes=4000")
    stopped = run_python("-c", INTERRUPT, fragment, *command, folder=tmp_path)
    assert stopped.returncode == 130
    assert "Run the same command again" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert play.submission_id not in stage.pool.require().submissions
    monkeypatch.chdir(tmp_path)
    again = CliRunner().invoke(group, command, catch_exceptions=False)
    assert again.exit_code == 0
    receipt = json.loads(again.stdout)
    assert receipt["rows"] == 60 == sum(receipt["states"].values())
    records = stage.records(play.submission_id)
    assert len(set(records["record_id"].to_pylist())) == records.num_rows == 59


def test_a_busy_port_is_wrong_usage_and_starts_nothing(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        given = ("--dir", "play", "--port", port, "--label-studio", sys.executable)
        done = datacoop("demo", *given, folder=tmp_path, code=2)
    assert f"port {port} is busy" in done.stderr
    assert "What to do: Choose another port" in done.stderr


FULL = """
mount -t tmpfs -o size=100m tmpfs full && cp -a given/. full/ && cd full || exit 9
mount -o remount,size=$(( $(du -sk . | cut -f1) + 16 ))k .
"$@" > ../full.out 2> ../full.err; echo $?
ls pool/log | wc -l
mount -o remount,size=100m .
"$@" > ../again.out 2> ../again.err; echo $?
"""


@pytest.mark.slow
def test_a_full_disk_is_a_failure_outside_and_the_same_command_goes_on(tmp_path: Path) -> None:
    namespace = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk in a namespace of their own")
    stage, play = make_stage(tmp_path / "given"), make_play(many_lines(60))
    stage.submit(play)
    write_settings(stage)
    (tmp_path / "full").mkdir()
    command = [sys.executable, "-m", "datacoop.cli.main", "intake", "run", MEMBER]
    done = subprocess.run(
        [*namespace, "sh", "-c", FULL, "sh", *command, play.submission_id, "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    said = (tmp_path / "full.err").read_text(encoding="utf-8")
    code, entries, code_again = map(int, done.stdout.split())
    assert (code, entries) == (3, len(stage.log())), said
    assert said.startswith("Error: ")
    assert "What to do: " in said
    assert "Traceback" not in said
    assert code_again == 0, (tmp_path / "again.err").read_text(encoding="utf-8")
    receipt = json.loads((tmp_path / "again.out").read_text(encoding="utf-8"))
    assert receipt["rows"] == 60 == sum(receipt["states"].values())
