"""The independent count of rows, on files that are made here in every format."""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from datacoop.demo.count_rows import count_rows

TABLE = pa.table({"text": [f"row {number}" for number in range(7)]})
LINES = b"".join(json.dumps({"text": f"row {n} {n * n:x}"}).encode() + b"\n" for n in range(7))
CSV = b'text,class\n"a, ""b""\nc",x\n\nplain,y\n'


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(TABLE, sink, row_group_size=3)
    return sink.getvalue()


def arrow(new: Callable[..., pa.ipc.RecordBatchStreamWriter]) -> bytes:
    sink = io.BytesIO()
    with new(sink, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=2)
    return sink.getvalue()


def zipped(*entries: tuple[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.mkdir("parts")
        for name, content in entries:
            archive.writestr(f"parts/{name}", content)
    return sink.getvalue()


def tarred(*entries: tuple[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        folder = tarfile.TarInfo("parts")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in entries:
            entry = tarfile.TarInfo(f"parts/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return sink.getvalue()


MIXED = (("a.jsonl", LINES), ("b.csv", CSV), ("c.txt", b"one\ntwo\n"), ("d.jsonl", b""))


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.jsonl", LINES, 7),
        ("a.jsonl", LINES.removesuffix(b"\n"), 7),
        ("a.jsonl", b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\n \n"), 7),
        ("a.jsonl", b"\xef\xbb\xbf\n", 0),
        ("a.jsonl", b"\xff\n{", 2),
        ("a.csv", CSV, 2),
        ("a.csv", b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n"), 2),
        ("a.csv", b"text\n\xff\n", 1),
        ("a.csv", b"text\n", 0),
        ("a.tsv", b"text\tclass\na,b\tc\n", 1),
        ("a.parquet", parquet(), 7),
        ("a.arrow", arrow(pa.ipc.new_file), 7),
        ("a.arrows", arrow(pa.ipc.new_stream), 7),
        ("a.txt", b"one\ntwo\n", 1),
        ("a.jsonl.gz", gzip.compress(LINES, mtime=0), 7),
        ("a.jsonl.gz", b"".join(gzip.compress(p, mtime=0) for p in (LINES[:-10], LINES[-10:])), 7),
        ("a.csv.zst", zstandard.compress(CSV), 2),
        ("a.zip", zipped(*MIXED), 7 + 2 + 1 + 1),
        ("a.tar", tarred(*MIXED), 7 + 2 + 1 + 1),
        ("a.tar.gz", gzip.compress(tarred(*MIXED), mtime=0), 7 + 2 + 1 + 1),
    ],
)
def test_rows_are_counted(name: str, content: bytes, rows: int) -> None:
    assert count_rows(name, content) == rows


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_stream_that_breaks_off_counts_once_more(pack: Callable[[bytes], bytes]) -> None:
    suffix = "gz" if pack is gzip.compress else "zst"
    content = b"".join(LINES for _ in range(100)) + LINES[:12]
    assert count_rows(f"a.jsonl.{suffix}", pack(content)[:-4]) in range(1, 702)
    assert count_rows(f"a.jsonl.{suffix}", pack(content)) == 701


def test_of_a_stream_that_breaks_off_the_whole_rows_are_counted() -> None:
    # A stored block arrives byte by byte, so that it is known what is lost.
    cut = gzip.compress(LINES, compresslevel=0, mtime=0)[: -8 - 5]
    assert count_rows("a.jsonl.gz", cut) == 6 + 1


@pytest.mark.parametrize(
    "name",
    ["a.zip", "a.tar", "a.tar.gz", "a.jsonl.gz", "a.csv.zst", "a.parquet", "a.arrow", "a.arrows"],
)
@pytest.mark.parametrize("content", [b"", b"no such file", b"ARROW1\0\0", b"PK\3\4"])
def test_what_is_not_what_its_name_says_is_one(name: str, content: bytes) -> None:
    assert count_rows(name, content) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", parquet()),
        ("a.arrow", arrow(pa.ipc.new_file)),
        ("a.zip", zipped(*MIXED)),
        ("a.tar.gz", gzip.compress(tarred(*MIXED), mtime=0)),
    ],
)
def test_what_needs_its_end_and_lost_it_is_one(name: str, content: bytes) -> None:
    assert count_rows(name, content[:-30]) == 1
