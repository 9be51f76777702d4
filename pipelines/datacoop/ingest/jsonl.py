"""Read JSON Lines: one object a line."""

from collections.abc import Iterator
from typing import BinaryIO

import orjson

from datacoop.ingest import limits
from datacoop.ingest.compression import file_blocks
from datacoop.ingest.lines import lines, without_mark
from datacoop.ingest.reasons import BAD_JSON, NOT_UTF8, ROW_TOO_LARGE
from datacoop.ingest.rows import RawRow


def read_rows(
    blocks: Iterator[bytes], *, position: int, end: int | None, max_row_bytes: int
) -> Iterator[RawRow]:
    """Read the lines whose first byte lies before `end`.

    Lines of white space are no rows. Of equal keys in an object the last one counts.

    Args:
        position: Where `blocks` begin: the start of a line.
    """
    if position == 0:
        blocks, position = without_mark(blocks)
        # The first line begins behind the mark, however short the range is.
        end = None if end is None else max(end, position + 1)
    for line in lines(blocks, position=position, max_bytes=max_row_bytes, any_end=False):
        if end is not None and line.position >= end:
            return
        if line.size > max_row_bytes:
            yield RawRow(line.position, line.content, None, ROW_TOO_LARGE)
        elif line.content and not line.content.isspace():
            yield _parse(line.position, line.content)


def _parse(position: int, content: bytes) -> RawRow:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return RawRow(position, content, None, BAD_JSON if is_utf8(content) else NOT_UTF8)
    if type(value) is not dict:
        return RawRow(position, content, None, BAD_JSON)
    return RawRow(position, content, value, None)


def is_utf8(content: bytes) -> bool:
    """Say whether `content` is strict UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_range(reader: BinaryIO, *, start: int, end: int, max_row_bytes: int) -> Iterator[RawRow]:
    """Read the lines of a plain file whose first byte lies in `[start, end)`."""
    first = _line_start(reader, start, end)
    if first is None:
        return
    reader.seek(first)
    yield from read_rows(file_blocks(reader), position=first, end=end, max_row_bytes=max_row_bytes)


def _line_start(reader: BinaryIO, start: int, end: int) -> int | None:
    """Find the first start of a line in `[start, end)`, without holding the line before it."""
    if start == 0:
        return 0
    position = start - 1
    reader.seek(position)
    while position < end - 1:
        block = reader.read(min(limits.BLOCK_BYTES, end - 1 - position))
        found = block.find(b"\n")
        if found >= 0:
            return position + found + 1
        if not block:
            return None
        position += len(block)
    return None
