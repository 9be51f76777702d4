import gzip
import random
import struct

import pytest
import zstandard
from ingesting import compress, held, ingest, make_file, texts

from datacoop.ingest.compression import decoded_blocks
from datacoop.ingest.rows import BrokenFileError

ROWS = b"".join(b'{"text":"row %d"}\n' % number for number in range(2000))


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_compressed_rows_are_the_plain_rows(compression: str) -> None:
    plain = texts(ingest(ROWS, make_file()))
    content = compress(ROWS, compression)
    assert texts(ingest(content, make_file(compression=compression))) == plain


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_members_follow_one_another(compression: str) -> None:
    content = compress(b'{"text":"a"}\n{"te', compression) + compress(b'xt":"b"}', compression)
    assert texts(ingest(content, make_file(compression=compression))) == [(0, "a"), (13, "b")]


def test_zeros_behind_a_gzip_member_are_padding() -> None:
    assert texts(ingest(gzip.compress(b'{"text":"a"}') + b"\0" * 600, make_file("jsonl", "gzip")))


def test_a_skippable_zstd_frame_is_skipped() -> None:
    frame = struct.pack("<II", 0x184D2A50, 4) + b"note"
    content = frame + compress(b'{"text":"a"}', "zstd")
    assert texts(ingest(content, make_file(compression="zstd"))) == [(0, "a")]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("lost", [1, 4, 300])
def test_of_a_cut_stream_the_rows_before_the_break_stay(compression: str, lost: int) -> None:
    content = compress(ROWS, compression)[:-lost]
    pieces = ingest(content, make_file(compression=compression))
    rows, whole = texts(pieces), texts(ingest(ROWS, make_file()))
    assert rows == whole[: len(rows)]
    first_lost = whole[len(rows)][0] if len(rows) < len(whole) else len(ROWS)
    assert held(pieces) == [(first_lost, "ingest.file_truncated", b"")]


@pytest.mark.parametrize("form", ["csv", "text", "parquet"])
def test_a_break_is_where_the_lost_row_begins(form: str) -> None:
    content = random.Random(3).randbytes(60_000).hex().encode()  # noqa: S311 - no secret
    if form == "csv":
        content = b'text\na\n"b\n' + content + b'"\n'
    pieces = ingest(compress(content, "gzip")[:-2_000], make_file(form, "gzip"))
    lost = len(b"text\na\n") if form == "csv" else 0
    assert held(pieces) == [(lost, "ingest.file_truncated", b"")]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_what_is_not_compressed_as_declared_is_unreadable(compression: str) -> None:
    pieces = ingest(ROWS, make_file(compression=compression))
    assert held(pieces) == [(0, "ingest.file_unreadable", b"")]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_nothing_compressed_is_an_empty_file(compression: str) -> None:
    pieces = ingest(compress(b"", compression), make_file(compression=compression))
    assert held(pieces) == [(0, "ingest.file_empty", b"")]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_bomb_is_stopped_at_its_ratio(compression: str) -> None:
    content = compress(b" " * 200_000_000, compression)
    pieces = ingest(content, make_file(compression=compression))
    ((position, reason, _),) = held(pieces)
    assert reason == "ingest.file_too_large"
    assert position < 120_000_000


def test_a_flipped_bit_is_seen_by_the_checksum() -> None:
    content = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(ROWS))
    content[-1] ^= 1
    with pytest.raises(BrokenFileError):
        list(decoded_blocks(iter([bytes(content)]), "zstd", len(content)))
