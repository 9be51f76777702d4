"""From a file's bytes to raw rows, whatever its format: each row and each break exactly once."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from datacoop.ingest import archives, delimited, jsonl, limits
from datacoop.ingest.columnar import Sandbox
from datacoop.ingest.compression import decoded_blocks, file_blocks
from datacoop.ingest.lines import without_mark
from datacoop.ingest.reasons import (
    FILE_EMPTY,
    FILE_TOO_LARGE,
    FILE_UNREADABLE,
    NOT_UTF8,
    ROW_TOO_LARGE,
)
from datacoop.ingest.rows import BrokenFileError, RawRow, event
from datacoop.ingest.splitting import COLUMNAR, FileRange
from datacoop.records.submission import SourceFile

TEXT_COLUMN = "text"
"""The one column of a text file."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What all readers share during one range."""

    sandbox: Sandbox
    max_row_bytes: int
    stored_bytes: int
    """The file's size as it is stored: what is decoded from a part of it is held against this."""


def raw_rows(
    reader: BinaryIO, size: int, file: SourceFile, file_range: FileRange, max_row_bytes: int
) -> Iterator[RawRow]:
    """Read the rows of a range of a file of `size` bytes.

    Rows: every row of the range once, in order of position; where reading breaks off, one event.
    """
    with Sandbox() as sandbox:
        reading = _Reading(sandbox, max_row_bytes, size)
        try:
            if size == 0:
                yield event(FILE_EMPTY)
            else:
                yield from _rows(reading, reader, size, file, file_range)
        except BrokenFileError as broken:
            yield event(broken.reason, broken.position)


def _rows(
    reading: _Reading, reader: BinaryIO, size: int, file: SourceFile, file_range: FileRange
) -> Iterator[RawRow]:
    start, end = file_range.start, file_range.end
    is_plain = file.compression == "none"
    if file.format == "zip":
        if not is_plain:
            raise BrokenFileError(FILE_UNREADABLE, 0)
        yield from _entry_rows(reading, archives.zip_entries(reader, size, file.entry_format))
    elif file.format == "tar":
        blocks = decoded_blocks(file_blocks(reader), file.compression, size)
        yield from _entry_rows(reading, archives.tar_entries(blocks, file.entry_format))
    elif is_plain and file.format == "jsonl":
        yield from jsonl.read_range(
            reader, start=start, end=end, max_row_bytes=reading.max_row_bytes
        )
    elif is_plain and file.format in COLUMNAR:
        yield from reading.sandbox.rows(
            reader,
            size,
            file.format,
            start=start,
            end=end,
            first_row=file_range.first_row,
            max_row_bytes=reading.max_row_bytes,
            max_decoded_bytes=limits.decoded_limit(size),
        )
    else:
        yield from _stream_rows(reading, file_blocks(reader), size, file.format, file.compression)


def _entry_rows(reading: _Reading, entries: Iterator[archives.Entry]) -> Iterator[RawRow]:
    for entry in entries:
        base = entry.ordinal * archives.ENTRY_SPAN
        if entry.reason:
            yield event(entry.reason, base)
            continue
        try:
            for row in _stream_rows(
                reading, entry.blocks, entry.size, entry.format, entry.compression
            ):
                yield RawRow(base + row.position, *row[1:])
        except BrokenFileError as broken:
            yield event(broken.reason, base + broken.position)


def _stream_rows(
    reading: _Reading, encoded: Iterator[bytes], size: int, form: str, compression: str
) -> Iterator[RawRow]:
    decoded = decoded_blocks(encoded, compression, min(size, reading.stored_bytes))
    first = next(decoded, b"")
    if not first:
        raise BrokenFileError(FILE_EMPTY, 0)
    blocks = chain([first], decoded)
    if form == "jsonl":
        yield from jsonl.read_rows(
            blocks, position=0, end=None, max_row_bytes=reading.max_row_bytes
        )
    elif form in delimited.DELIMITERS:
        yield from delimited.read_rows(
            blocks, delimiter=delimited.DELIMITERS[form], max_row_bytes=reading.max_row_bytes
        )
    elif form == "text":
        yield _text_row(_whole(blocks), reading.max_row_bytes)
    else:
        yield from _buffered_rows(reading, _whole(blocks), form)


def _whole(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Give the blocks of what is read whole or not at all: a break anywhere is one at 0."""
    try:
        yield from blocks
    except BrokenFileError as broken:
        raise BrokenFileError(broken.reason, 0) from None


def _text_row(blocks: Iterator[bytes], max_row_bytes: int) -> RawRow:
    blocks, _ = without_mark(blocks)
    content, size = b"", 0
    pieces: list[bytes] = []
    for block in blocks:
        size += len(block)
        if size <= max_row_bytes or sum(map(len, pieces)) < limits.KEPT_BYTES:
            pieces.append(block)
    content = b"".join(pieces)
    if size > max_row_bytes:
        return RawRow(0, content[: limits.KEPT_BYTES], None, ROW_TOO_LARGE)
    if not jsonl.is_utf8(content):
        return RawRow(0, content, None, NOT_UTF8)
    return RawRow(0, content, {TEXT_COLUMN: content.decode()}, None)


def _buffered_rows(reading: _Reading, blocks: Iterator[bytes], form: str) -> Iterator[RawRow]:
    """Read a columnar file that is not seekable, from memory."""
    buffer = bytearray()
    for block in blocks:
        buffer += block
        if len(buffer) > limits.MAX_BUFFERED_BYTES:
            raise BrokenFileError(FILE_TOO_LARGE, 0)
    size = len(buffer)
    yield from reading.sandbox.rows(
        io.BytesIO(buffer),
        size,
        form,
        start=0,
        end=size,
        first_row=0,
        max_row_bytes=reading.max_row_bytes,
        max_decoded_bytes=limits.decoded_limit(min(size, reading.stored_bytes)),
    )
