import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pytest
from ingesting import (
    compress,
    held,
    ingest,
    make_file,
    parquet_bytes,
    reasons,
    tar_bytes,
    texts,
    zip_bytes,
)

from datacoop.ingest import limits
from datacoop.ingest.archives import ENTRY_SPAN, entry_kind, is_safe_path

ROW = b'{"text":"a"}\n'
ZIP, TAR = make_file("zip"), make_file("tar")
UNSAFE = [
    *("/a.jsonl", "../a.jsonl", "b/../../a.jsonl", "a\\b.jsonl", "C:/a.jsonl", "C:a.jsonl"),
    "\uff0e\uff0e/a.jsonl",
    "\u2025/a.jsonl",
    "a\x00.jsonl",
    "a\n.jsonl",
    "\uff0fa.jsonl",
]


@pytest.mark.parametrize("path", UNSAFE, ids=ascii)
def test_a_path_that_leaves_its_archive_is_not_safe(path: str) -> None:
    assert not is_safe_path(path)


@pytest.mark.parametrize("path", ["a.jsonl", "./a.jsonl", "b/c..d/한.jsonl", "...txt"])
def test_a_plain_path_is_safe(path: str) -> None:
    assert is_safe_path(path)


@pytest.mark.parametrize("pack", [zip_bytes, tar_bytes])
def test_every_format_is_read_inside_an_archive(pack: Callable[..., bytes]) -> None:
    table = pa.table({"text": ["parquet", "file"]})
    entries = [
        ("b/a.jsonl", ROW + ROW),
        ("a.csv", b"text\ncsv\n"),
        ("c.tsv", b"text\ntsv\n"),
        ("d.parquet", parquet_bytes(table)),
        ("e.txt", b"whole text"),
        ("f.jsonl.gz", compress(ROW, "gzip")),
        ("g.csv.zst", compress(b"text\nzst\n", "zstd")),
    ]
    form = "zip" if pack is zip_bytes else "tar"
    assert texts(ingest(pack(entries), make_file(form))) == [
        (0, "a"),
        (len(ROW), "a"),
        (ENTRY_SPAN + 5, "csv"),
        (2 * ENTRY_SPAN + 5, "tsv"),
        (3 * ENTRY_SPAN, "parquet"),
        (3 * ENTRY_SPAN + 1, "file"),
        (4 * ENTRY_SPAN, "whole text"),
        (5 * ENTRY_SPAN, "a"),
        (6 * ENTRY_SPAN + 5, "zst"),
    ]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_tar_archive_may_be_compressed(compression: str) -> None:
    content = compress(tar_bytes([("a.jsonl", ROW)]), compression)
    assert texts(ingest(content, make_file("tar", compression))) == [(0, "a")]


def test_the_declared_format_of_entries_overrides_their_suffix() -> None:
    file = make_file("zip", entry_format="jsonl")
    assert texts(ingest(zip_bytes([("a.data", ROW)]), file)) == [(0, "a")]


@pytest.mark.parametrize("path", ["a.zip", "a.tar", "a.tar.gz", "a.tgz", "README", "a.exe"])
def test_nested_archives_and_unknown_formats_are_not_read(path: str) -> None:
    assert entry_kind(path, None) is None
    pieces = ingest(zip_bytes([(path, ROW), ("b.jsonl", ROW)]), ZIP)
    assert held(pieces) == [(0, "ingest.file_unreadable", b"")]
    assert texts(pieces) == [(ENTRY_SPAN, "a")]


def test_an_empty_entry_is_an_empty_file() -> None:
    pieces = ingest(zip_bytes([("a.csv", b""), ("b.jsonl", ROW)]), ZIP)
    assert held(pieces) == [(0, "ingest.file_empty", b"")]


def test_folders_take_no_ordinal() -> None:
    assert texts(ingest(zip_bytes([("b/", b""), ("b/a.jsonl", ROW)]), ZIP)) == [(0, "a")]


@pytest.mark.parametrize("path", [*UNSAFE[:4], "a\x00.jsonl"], ids=ascii)
def test_an_unsafe_path_in_a_zip_costs_its_entry(path: str) -> None:
    info = zipfile.ZipInfo("a")
    info.filename = info.orig_filename = path
    pieces = ingest(zip_bytes([(info, ROW), ("b.jsonl", ROW)]), ZIP)
    assert held(pieces) == [(0, "ingest.path_unsafe", b"")]
    assert texts(pieces) == [(ENTRY_SPAN, "a")]


def test_a_link_in_a_zip_is_unsafe() -> None:
    info = zipfile.ZipInfo("a.jsonl")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert reasons(ingest(zip_bytes([(info, b"/etc/passwd")]), ZIP)) == ["ingest.path_unsafe"]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_a_link_or_device_in_a_tar_is_unsafe(kind: bytes) -> None:
    content = tar_bytes([("a", b""), ("b.jsonl", ROW)], type=kind, linkname="/etc/passwd")
    pieces = ingest(content, TAR)
    assert held(pieces) == [(0, "ingest.path_unsafe", b"")]
    assert texts(pieces) == [(ENTRY_SPAN, "a")]


def test_an_unsafe_path_in_a_tar_costs_its_entry() -> None:
    pieces = ingest(tar_bytes([("../a.jsonl", ROW), ("b.jsonl", ROW)]), TAR)
    assert (reasons(pieces), texts(pieces)) == (["ingest.path_unsafe"], [(ENTRY_SPAN, "a")])


def test_a_cut_tar_is_noticed_wherever_it_is_cut() -> None:
    whole = tar_bytes([("a.jsonl", ROW * 50), ("b.jsonl", ROW * 50)])
    for cut in [600, 1024, 1400, 1536, 1600, 2048, 2500]:
        pieces = ingest(whole[:cut], TAR)
        assert reasons(pieces) == ["ingest.file_truncated"], cut
        break_position = held(pieces)[0][0]
        assert all(position < break_position for position, _ in texts(pieces))
    marked = whole[: 2 * 1536 + 512]
    assert reasons(ingest(marked, TAR)) == []


def test_a_damaged_header_in_a_tar_does_not_end_it_quietly() -> None:
    whole = bytearray(tar_bytes([("a.jsonl", ROW), ("b.jsonl", ROW)]))
    whole[1024 + 5] ^= 255
    pieces = ingest(bytes(whole), TAR)
    assert held(pieces) == [(ENTRY_SPAN, "ingest.file_truncated", b"")]
    assert texts(pieces) == [(0, "a")]


def test_a_cut_zip_is_unreadable() -> None:
    assert held(ingest(zip_bytes([("a.jsonl", ROW)])[:-30], ZIP)) == [
        (0, "ingest.file_unreadable", b"")
    ]


def test_a_damaged_entry_of_a_zip_costs_that_entry() -> None:
    info = zipfile.ZipInfo("a.jsonl")
    info.compress_type = zipfile.ZIP_STORED
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(info, ROW)
        archive.writestr("b.jsonl", ROW)
    content = sink.getvalue().replace(b'"a"', b'"c"', 1)
    pieces = ingest(content, ZIP)
    assert held(pieces) == [(0, "ingest.file_unreadable", b"")]
    assert texts(pieces) == [(ENTRY_SPAN, "a")]


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_what_is_no_archive_is_unreadable(form: str) -> None:
    assert held(ingest(ROW * 100, make_file(form))) == [(0, "ingest.file_unreadable", b"")]


def test_a_compressed_zip_is_unreadable() -> None:
    content = compress(zip_bytes([("a.jsonl", ROW)]), "gzip")
    assert reasons(ingest(content, make_file("zip", "gzip"))) == ["ingest.file_unreadable"]


def test_a_bomb_in_a_zip_costs_its_entry() -> None:
    content = zip_bytes([("a.jsonl", b" " * 50_000_000), ("b.jsonl", ROW)])
    pieces = ingest(content, ZIP)
    assert reasons(pieces)[0] == "ingest.file_too_large"


def test_all_entries_of_a_zip_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_DECODED_BYTES", 100)
    pieces = ingest(zip_bytes([(f"{n}.jsonl", ROW * 4) for n in range(9)]), ZIP)
    assert reasons(pieces) == ["ingest.file_too_large"]
    assert len(texts(pieces)) <= 8


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_the_count_of_entries_is_bounded(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_ENTRIES", 3)
    pack = zip_bytes if form == "zip" else tar_bytes
    pieces = ingest(pack([(f"{n}.jsonl", ROW) for n in range(4)]), make_file(form))
    assert reasons(pieces) == ["ingest.file_too_large"]


def test_a_huge_directory_of_a_zip_is_refused_before_it_is_read() -> None:
    content = bytearray(zip_bytes([("a.jsonl", ROW)]))
    struct.pack_into("<L", content, content.rindex(b"PK\5\6") + 12, 1 << 30)
    assert reasons(ingest(bytes(content), ZIP)) == ["ingest.file_too_large"]


def test_a_tar_header_that_asks_for_much_memory_is_refused() -> None:
    info = tarfile.TarInfo("a")
    info.type, info.size = tarfile.XHDTYPE, 1 << 33
    content = info.tobuf(tarfile.GNU_FORMAT) + b"x" * 20_000
    assert reasons(ingest(content, TAR)) == ["ingest.file_too_large"]


def test_a_negative_size_in_a_tar_ends_it() -> None:
    info = tarfile.TarInfo("a.jsonl")
    info.size = -512
    content = tar_bytes([("b.jsonl", ROW)])[:1024] + info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 10_240
    pieces = ingest(content, TAR)
    assert texts(pieces) == [(0, "a")]
    assert len(reasons(pieces)) == 1


def test_an_encrypted_entry_of_a_zip_is_unreadable() -> None:
    content = bytearray(zip_bytes([("a.jsonl", ROW)]))
    content[content.rindex(b"PK\1\2") + 8] |= 1
    assert reasons(ingest(bytes(content), ZIP)) == ["ingest.file_unreadable"]
