"""Inputs that others made to break parsers: each is accepted or quarantined with a reason."""

import gzip
import io
from pathlib import Path

import corpora
import pytest
from ingesting import held, ingest, make_collection, make_file, records, zip_bytes

from datacoop.ingest import jsonl
from datacoop.ingest.archives import ENTRY_SPAN
from datacoop.ingest.columnar import Sandbox
from datacoop.ingest.reasons import FILE_EMPTY, FILE_TOO_LARGE, FILE_TRUNCATED, FILE_UNREADABLE
from datacoop.ingest.rows import BrokenFileError, RawRow

pytestmark = pytest.mark.corpora

FILE_FAULTS = {FILE_EMPTY, FILE_TOO_LARGE, FILE_TRUNCATED, FILE_UNREADABLE}


def files(corpus: str) -> list[Path]:
    return sorted(path for path in corpora.path(corpus).rglob("*") if path.is_file())


def test_json_lines_take_what_is_an_object_and_refuse_what_is_no_json() -> None:
    for path in files("bad_json"):
        if not path.name.startswith(("y_", "n_", "i_")):
            continue
        rows = jsonl.read_rows(iter([path.read_bytes()]), position=0, end=None, max_row_bytes=10**7)
        for row in rows:
            assert (row.parsed is None) == (row.reason is not None)
            if path.name.startswith("n_"):
                assert row.reason in {"ingest.bad_json", "ingest.not_utf8"}, path.name
            if path.name.startswith("y_object") and b"\n" not in path.read_bytes().strip():
                assert row.parsed is not None, path.name


@pytest.mark.parametrize("corpus", ["bad_json", "bad_csv_spectrum", "bad_blns", "bad_arrow"])
@pytest.mark.parametrize("form", ["jsonl", "csv", "text"])
def test_any_file_as_any_text_format_is_accounted_for(corpus: str, form: str) -> None:
    collection = make_collection(max_row_bytes=100_000)
    for path in files(corpus):
        content = path.read_bytes()[:500_000]
        pieces = ingest(content, make_file(form), collection=collection)
        positions = [r["source_position"] for r in records(pieces)] + [
            p for p, _, _ in held(pieces)
        ]
        assert len(set(positions)) == len(positions)
        assert all(0 <= position <= len(content) for position in positions)


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_any_file_as_an_archive_is_accounted_for(form: str) -> None:
    for path in files("bad_arrow")[:150]:
        found = [reason for _, reason, _ in held(ingest(path.read_bytes(), make_file(form)))]
        assert len(found) == 1
        assert set(found) <= FILE_FAULTS


def outcome(
    sandbox: Sandbox, content: bytes, form: str
) -> tuple[list[RawRow], BrokenFileError | None]:
    rows: list[RawRow] = []
    try:
        for row in sandbox.rows(
            io.BytesIO(content),
            len(content),
            form,
            start=0,
            end=len(content),
            first_row=0,
            max_row_bytes=10**6,
            max_decoded_bytes=10**8,
        ):
            rows.append(row)  # noqa: PERF402  # what came before the break counts
    except BrokenFileError as broken:
        return rows, broken
    return rows, None


def members(corpus: str) -> list[bytes]:
    found = [path.read_bytes() for path in files(corpus) if path.suffix not in {".md", ".txt"}]
    return [gzip.decompress(c) if c.startswith(b"\x1f\x8b") else c for c in found]


@pytest.mark.slow
@pytest.mark.parametrize("corpus", ["bad_arrow", "bad_parquet"])
@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_any_binary_file_is_read_or_refused_and_the_parent_lives(corpus: str, form: str) -> None:
    magic = b"PAR1" if form == "parquet" else b""
    with Sandbox() as sandbox:
        for content in members(corpus):
            if not content or not content.startswith(magic):
                continue
            sandbox.plan(io.BytesIO(content), len(content), form)
            rows, broken = outcome(sandbox, content, form)
            assert [row.position for row in rows] == list(range(len(rows)))
            assert all((row.parsed is None) == (row.reason is not None) for row in rows)
            assert broken is None or broken.reason in FILE_FAULTS
            assert broken is None or broken.position == len(rows)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_all_binary_files_in_one_archive_are_accounted_for(form: str) -> None:
    contents = members(f"bad_{form}")
    archive = zip_bytes([(f"{n}.{form}", content) for n, content in enumerate(contents)])
    pieces = ingest(archive, make_file("zip"))
    positions = [row["source_position"] for row in records(pieces)]
    positions += [position for position, _, _ in held(pieces)]
    assert len(set(positions)) == len(positions)
    # Sound files without rows give nothing.
    entries = {position // ENTRY_SPAN for position in positions}
    assert len(entries) > 0.9 * len(contents)
