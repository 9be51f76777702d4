"""Cut a file into ranges that can be read apart from one another."""

from collections.abc import Iterator
from dataclasses import dataclass

from datacoop.ingest.columnar import Sandbox
from datacoop.pool.object_store import ObjectStore
from datacoop.records.submission import SourceFile

COLUMNAR = frozenset({"parquet", "arrow"})


RANGE_BYTES = 8 << 20
"""Bytes of a range: what one call of the engines works on, and what a killed job loses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRange:
    """A part `[start, end)` of a file: bytes of plain JSON Lines, row groups, or batches.

    A file that cannot be cut is one range from 0 to its size.
    """

    source_file: int
    """The file's ordinal in the manifest."""
    start: int
    end: int
    first_row: int = 0
    """The number of the first row, for Parquet and Arrow."""


def plan_ranges(
    file: SourceFile, ordinal: int, store: ObjectStore, key: str, range_bytes: int
) -> list[FileRange]:
    """Cut the file at `key` into ranges of about `range_bytes`.

    What can be cut: plain JSON Lines by bytes, Parquet by row groups, Arrow files by batches.

    Rows: each row of the file lies in exactly one of the ranges.
    """
    size = store.size(key) or 0
    whole = FileRange(source_file=ordinal, start=0, end=size)
    if file.compression != "none" or size == 0:
        return [whole]
    if file.format == "jsonl":
        return [
            FileRange(source_file=ordinal, start=start, end=min(start + range_bytes, size))
            for start in range(0, size, range_bytes)
        ]
    if file.format not in COLUMNAR:
        return [whole]
    with store.reader(key) as reader, Sandbox() as sandbox:
        parts = sandbox.plan(reader, size, file.format)
    return list(_part_ranges(parts, ordinal, range_bytes)) or [whole]


def _part_ranges(
    parts: list[tuple[int, int]], ordinal: int, range_bytes: int
) -> Iterator[FileRange]:
    start = first_row = row_count = byte_count = 0
    for index, (rows, size) in enumerate(parts):
        row_count += rows
        byte_count += size
        if byte_count >= range_bytes or index == len(parts) - 1:
            yield FileRange(source_file=ordinal, start=start, end=index + 1, first_row=first_row)
            start, first_row, byte_count = index + 1, row_count, 0
