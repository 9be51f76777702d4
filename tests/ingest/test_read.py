import json
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingesting import (
    CLEANING,
    COLUMNS,
    compress,
    held,
    ingest,
    make_collection,
    make_file,
    make_manifest,
    make_store,
    parquet_bytes,
    reasons,
    records,
    tar_bytes,
    texts,
    zip_bytes,
)

from datacoop.errors import OutsideError
from datacoop.ingest import limits
from datacoop.ingest import reasons as codes
from datacoop.ingest.read import read_range
from datacoop.ingest.splitting import FileRange
from datacoop.records.columns import QUARANTINE_SCHEMA, SOURCE_FIELDS
from datacoop.records.digest import record_id
from datacoop.records.quarantine import REASONS

CODES = {value for name, value in vars(codes).items() if name.isupper()}

GERMAN = "Das Gericht hat entschieden, dass die Berufung nicht auf Kosten der Stadt geht."

good = st.text('ab é<&"\u200b한', max_size=30).map(
    lambda text: json.dumps({"text": text}, ensure_ascii=False).encode()
)
bad = st.sampled_from(
    [
        b"[",
        b'{"text":"\xff"}',
        b'{"text":1}',
        b'{"text":"\\u0000"}',
        b"{}",
        b'{"text":"a","x":1}',
        b'{"text":"' + b"y" * 1200 + b'"}',
        json.dumps({"text": GERMAN}).encode(),
    ]
)
lines = st.lists(good | bad, max_size=25)
ends = st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\n  \n"])

SMALL = make_collection(max_row_bytes=1000)
law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(pieces: list[Any]) -> list[tuple[int, Any]]:
    """Every row with its position, whichever way it went."""
    rows = [(r["source_position"], r) for r in records(pieces)]
    return sorted(
        [*rows, *((p, (reason, row)) for p, reason, row in held(pieces))], key=lambda r: r[0]
    )


def positions(pieces: list[Any]) -> list[int]:
    return [position for position, _ in outcome(pieces)]


def starts(rows: list[bytes], end: bytes, first: int = 0) -> list[int]:
    found = []
    for row in rows:
        found.append(first)
        first += len(row) + len(end)
    return found


@law
@given(lines, ends, st.integers(1, 400), st.booleans())
def test_each_line_comes_out_once_whatever_the_ranges(
    rows: list[bytes], end: bytes, range_bytes: int, has_mark: bool
) -> None:
    mark = b"\xef\xbb\xbf" * has_mark
    content = mark + end.join(rows)
    whole = ingest(content, make_file(), collection=SMALL)
    parts = ingest(content, make_file(), collection=SMALL, range_bytes=range_bytes)
    expected = starts(rows, end, len(mark)) if content else [0]
    assert positions(whole) == expected
    assert outcome(parts) == outcome(whole)


@law
@given(lines, ends, st.sampled_from(["gzip", "zstd", "zip", "tar"]))
def test_each_line_comes_out_once_however_it_is_packed(
    rows: list[bytes], end: bytes, form: str
) -> None:
    content = end.join(rows)
    plain = ingest(content, make_file(), collection=SMALL)
    if form in {"zip", "tar"}:
        pack = zip_bytes if form == "zip" else tar_bytes
        packed, file = pack([("a.jsonl", content)]), make_file(form)
    else:
        packed, file = compress(content, form), make_file(compression=form)
    assert outcome(ingest(packed, file, collection=SMALL)) == outcome(plain)


fields = st.text('ab,"\r\n é\0', max_size=8)


@law
@given(st.lists(st.tuples(fields, fields), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_each_csv_row_comes_out_once_where_it_begins(rows: list[tuple[str, str]], end: str) -> None:
    columns = (COLUMNS[0], COLUMNS[0].__class__(**{**_fields(COLUMNS[0]), "name": "other"}))
    collection = make_collection(columns=columns, cleaning=())
    quoted = [
        ",".join('"' + field.replace('"', '""') + '"' for field in row).encode() for row in rows
    ]
    content = end.encode().join([b"text,other", *quoted])
    pieces = ingest(content, make_file("csv"), collection=collection)
    found = outcome(pieces)
    assert [position for position, _ in found] == starts(quoted, end.encode(), 10 + len(end))
    for (position, row), raw, (text, other) in zip(found, quoted, rows, strict=True):
        assert content[position : position + len(raw)] == raw
        if "\0" in text + other:
            assert row == ("ingest.control_character", raw)
        else:
            assert (row["text"], row["other"]) == (text, other)


def _fields(column: Any) -> dict[str, Any]:
    return {name: getattr(column, name) for name in ("name", "type", "required", "is_text")}


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b c", None, "c\0", GERMAN, "é"]), min_size=1, max_size=20),
    st.integers(1, 7),
)
def test_each_parquet_row_comes_out_once_whatever_the_ranges(
    rows: list[str | None], group_rows: int
) -> None:
    content = parquet_bytes(pa.table({"text": pa.array(rows, pa.string())}), group_rows)
    file = make_file("parquet")
    whole = ingest(content, file)
    assert positions(whole) == list(range(len(rows)))
    assert outcome(ingest(content, file, range_bytes=1)) == outcome(whole)


def test_quarantined_lines_are_the_bytes_at_their_position() -> None:
    content = b'{"text":"a"}\n[1]\n  {"text":1}\r\n{"text":"b"}\n{"text":"\xff"}'
    for position, _, row in held(ingest(content, make_file())):
        assert content[position : position + len(row)] == row


def test_records_and_quarantine_have_their_schemas() -> None:
    collection = make_collection()
    (piece,) = ingest(b'{"text":"a"}\n{}', make_file(), collection=collection)
    names = [*collection.payload_schema.names, *(f.name for f in SOURCE_FIELDS), "language"]
    assert piece.records.schema.names == names
    assert piece.quarantined.schema == QUARANTINE_SCHEMA
    piece.records.validate(full=True)
    piece.quarantined.validate(full=True)
    (record,) = piece.records.to_pylist()
    assert record["record_id"] == record_id("sub-made-up", 0, 0)
    assert (record["member"], record["language"]) == ("member-made-up", "en")


def test_record_ids_never_meet_in_one_file() -> None:
    content = zip_bytes(
        [("a.csv", b"text\na\nb\n"), ("../b", b""), ("c.txt", b"c"), ("d.csv", b"")]
    )
    pieces = ingest(content, make_file("zip"))
    ids = [
        r["record_id"] for p in pieces for b in (p.records, p.quarantined) for r in b.to_pylist()
    ]
    assert len(set(ids)) == len(ids) == 5


def test_texts_and_turns_are_cleaned_and_counted() -> None:
    row = {
        "text": " a ",
        "turns": [{"speaker": " A ", "text": " b\u00a0 "}, {"speaker": "", "text": "c"}],
    }
    plain = {"text": "d", "turns": None}
    content = "\n".join(map(json.dumps, [row, plain, {"text": "e", "turns": []}])).encode()
    (piece,) = ingest(content, make_file())
    first, second, third = piece.records.to_pylist()
    assert first["text"] == "a"
    assert first["turns"] == [{"speaker": " A ", "text": "b"}, {"speaker": "", "text": "c"}]
    assert (second["turns"], third["turns"]) == (None, [])
    assert piece.cleaned == {**dict.fromkeys(CLEANING, 0), "white_space": 2}


def test_the_language_of_a_dialogue_is_that_of_its_turns() -> None:
    turns = [{"speaker": "A", "text": word} for word in GERMAN.split()]
    content = json.dumps({"text": "", "turns": turns}).encode()
    assert reasons(ingest(content, make_file())) == ["ingest.language_mismatch"]
    (record,) = records(ingest(content, make_file(), languages=("en", "de")))
    assert record["language"] == "de"


def test_a_text_file_is_one_record() -> None:
    assert texts(ingest(b"\xef\xbb\xbfa\nb\n", make_file("text"))) == [(0, "a\nb")]
    assert held(ingest(b"a\xff", make_file("text"))) == [(0, "ingest.not_utf8", b"a\xff")]
    mapped = make_file("text", columns=(("text", "body"),))
    assert reasons(ingest(b"a", mapped)) == ["ingest.column_missing"]
    long = ingest(b"a" * 3_000_000, make_file("text"), collection=SMALL)
    assert held(long) == [(0, "ingest.row_too_large", b"a" * 1024**2)]


def test_batches_are_bounded() -> None:
    short = ingest(b'{"text":"a"}\n' * 2500, make_file())
    assert [piece.records.num_rows for piece in short] == [1000, 1000, 500]
    long = ingest((b'{"text":"' + b"a" * 400_000 + b'"}\n') * 7, make_file())
    assert [piece.records.num_rows for piece in long] == [3, 3, 1]


def test_a_missing_file_is_a_failure_outside() -> None:
    store = make_store(b"")
    reading = read_range(
        manifest=make_manifest(make_file()),
        collection=make_collection(),
        file_range=FileRange(source_file=0, start=0, end=1),
        store=store,
        key="raw/none",
    )
    with pytest.raises(OutsideError):
        next(reading)


def test_every_reason_of_the_room_is_explained_and_can_be_produced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert {reason for reason in REASONS if reason.startswith("ingest.")} == CODES
    rows = [b"[", b"{}", b'{"text":"a","x":1}', b'{"text":"\\u0000"}', b'{"text":"\xff"}']
    rows += [
        b'{"text":1}',
        b'{"text":"' + b"y" * 2000 + b'"}',
        json.dumps({"text": GERMAN}).encode(),
    ]
    found = Counter(reasons(ingest(b"\n".join(rows), make_file(), collection=SMALL)))
    found.update(reasons(ingest(b"text\na,b\n", make_file("csv"))))
    found.update(reasons(ingest(b"", make_file())))
    found.update(reasons(ingest(compress(b"a" * 99, "gzip")[:-9], make_file("text", "gzip"))))
    found.update(reasons(ingest(b"x", make_file("parquet"))))
    found.update(reasons(ingest(zip_bytes([("../a.txt", b"a")]), make_file("zip"))))
    monkeypatch.setattr(limits, "MAX_DECODED_BYTES", 10)
    found.update(reasons(ingest(compress(b"a" * 99, "gzip"), make_file("text", "gzip"))))
    assert set(found) == CODES
