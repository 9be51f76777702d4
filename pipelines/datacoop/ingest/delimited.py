"""Read CSV and TSV: quoted fields may hold line breaks; the first row names the columns."""

import csv
from collections.abc import Iterator

from datacoop.ingest import limits
from datacoop.ingest.lines import Line, lines, without_mark
from datacoop.ingest.reasons import (
    COLUMNS_CHANGED,
    FILE_UNREADABLE,
    NOT_UTF8,
    ROW_TOO_LARGE,
)
from datacoop.ingest.rows import BrokenFileError, RawRow

DELIMITERS = {"csv": ",", "tsv": "\t"}


class _Feed:
    """Lines as a CSV parser takes them, keeping the bytes of the row at hand."""

    def __init__(self, source: Iterator[Line], max_row_bytes: int) -> None:
        self._source = source
        self._max_row_bytes = max_row_bytes
        self.begin_row()

    def begin_row(self) -> None:
        """Forget the lines of the row before."""
        self.taken: list[Line] = []
        self.size = 0
        self.is_utf8 = True

    @property
    def is_over(self) -> bool:
        """Whether the row is over the limit, as one with an unclosed quote soon is."""
        return self.size > self._max_row_bytes

    @property
    def row(self) -> bytes:
        """The bytes of the row without its last line break."""
        return b"".join(line.content for line in self.taken).rstrip(b"\r\n")

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.is_over:
            raise StopIteration
        line = next(self._source)
        self.taken.append(line)
        self.size += line.size
        if self.is_over:
            raise StopIteration
        try:
            return line.content.decode()
        except UnicodeDecodeError:
            self.is_utf8 = False
            return line.content.decode(errors="surrogateescape")


def read_rows(blocks: Iterator[bytes], *, delimiter: str, max_row_bytes: int) -> Iterator[RawRow]:
    """Read the rows after the header; lines of white space are no rows.

    TSV is quoted as CSV is. A row with an unclosed quote takes what follows it, up to
    `max_row_bytes`; reading goes on at the line after.

    Raises:
        BrokenFileError: The header is not UTF-8, too large, or names a column twice; or the
            blocks break off, and its position is that of the row that is lost.
    """
    # The limit is the process's own; it is raised and never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), max_row_bytes))
    blocks, start = without_mark(blocks)
    source = lines(blocks, position=start, max_bytes=max_row_bytes, any_end=True)
    rows = _records(_Feed(source, max_row_bytes), delimiter)
    first = next(rows, None)
    if first is None:
        return
    _, _, names, reason = first
    if reason or len(set(names)) != len(names):
        raise BrokenFileError(FILE_UNREADABLE, 0)
    for position, row, fields, reason in rows:
        if reason is None and len(fields) != len(names):
            reason = COLUMNS_CHANGED
        parsed = None if reason else dict(zip(names, fields, strict=True))
        yield RawRow(position, row, parsed, reason, is_untyped=True)


def _records(feed: _Feed, delimiter: str) -> Iterator[tuple[int, bytes, list[str], str | None]]:
    def parser() -> Iterator[list[str]]:
        return csv.reader(feed, delimiter=delimiter, strict=True)

    reader = parser()
    while True:
        feed.begin_row()
        fields: list[str] = []
        is_broken = False
        try:
            fields = next(reader, [])
        except csv.Error:
            is_broken = True
        except BrokenFileError as broken:
            lost = feed.taken[0].position if feed.taken else broken.position
            raise BrokenFileError(broken.reason, lost) from None
        if not feed.taken:
            return
        row = feed.row
        if row.strip() or feed.is_over:
            yield feed.taken[0].position, *_outcome(feed, row, fields, is_broken)
        if is_broken or feed.is_over:
            reader = parser()


def _outcome(
    feed: _Feed, row: bytes, fields: list[str], is_broken: bool
) -> tuple[bytes, list[str], str | None]:
    if feed.is_over:
        return row[: limits.KEPT_BYTES], [], ROW_TOO_LARGE
    if not feed.is_utf8:
        return row, [], NOT_UTF8
    return row, fields, COLUMNS_CHANGED if is_broken else None
