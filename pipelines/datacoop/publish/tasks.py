"""Tasks: how a build is cut up, and the number by which a row is known in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.pool.blobs import BlobRef
from datacoop.records.arrays import Numbers

TASK_ROWS = 25_000
"""About so many rows are read at once: a worker of an engine does several tasks side by side."""

PART_ROWS = 250_000
"""About so many rows meet in one part when duplicates are looked for."""

MOST_PARTS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Some blobs of one submission.

    Rows are numbered through in the order of the pool: log entry, file, position. So the lower
    number was first, however files were cut up and batches were made.
    """

    number: int
    member: str
    first: int
    """The number of its first row."""
    blobs: tuple[BlobRef, ...]

    @property
    def rows(self) -> int:
        """How many rows it has, those barred among them."""
        return sum(blob.rows for blob in self.blobs)

    @property
    def name(self) -> str:
        """The name under which its rows meet."""
        return f"{self.number:06d}"


def plan_tasks(submissions: Iterable[tuple[str, Sequence[BlobRef]]]) -> tuple[Task, ...]:
    """Cut the blobs of submissions into tasks.

    Args:
        submissions: Member and blobs, in order of the log.
    """
    tasks: list[Task] = []
    first = 0
    for member, blobs in submissions:
        for some in _groups(blobs):
            tasks.append(Task(number=len(tasks), member=member, first=first, blobs=tuple(some)))
            first += tasks[-1].rows
    return tuple(tasks)


def _groups(blobs: Sequence[BlobRef]) -> Iterator[list[BlobRef]]:
    group: list[BlobRef] = []
    for blob in blobs:
        if group and sum(one.rows for one in group) + blob.rows > TASK_ROWS:
            yield group
            group = []
        group.append(blob)
    if group:
        yield group


def part_count(rows: int) -> int:
    """Give into how many parts so many rows are spread."""
    return min(MOST_PARTS, -(-rows // PART_ROWS)) or 1


def parted(rows: pa.Table, parts: Numbers) -> Iterator[tuple[int, pa.Table]]:
    """Give the rows of each part, in the order they have."""
    if not len(parts):
        return
    order = np.argsort(parts, kind="stable")
    there = parts[order]
    begins = np.flatnonzero(np.r_[True, there[1:] != there[:-1]])
    ends = [*begins[1:], len(there)]
    whole = rows.take(pa.array(order))
    for begin, end in zip(begins, ends, strict=True):
        yield int(there[begin]), whole.slice(begin, end - begin)


def digest_numbers(digests: pa.ChunkedArray | pa.Array) -> Numbers:
    """Give 32-byte digests as rows of four numbers, which sort as the digests do."""
    column = digests.combine_chunks() if isinstance(digests, pa.ChunkedArray) else digests
    if not len(column):
        return np.zeros((0, 4), np.uint64)
    values = np.frombuffer(column.buffers()[1], np.uint8)
    whole = values[column.offset * 32 : (column.offset + len(column)) * 32]
    return whole.view(">u8").reshape(-1, 4).astype(np.uint64)


def numbers(column: pa.ChunkedArray | pa.Array) -> Numbers:
    """Give a column without nulls as an array."""
    found = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(found.to_numpy(zero_copy_only=False))


def found_in(values: pa.ChunkedArray, among: pa.ChunkedArray) -> pa.Array:
    """Give for each value its first place in `among`, null where it is not there."""
    places = pc.index_in(values, value_set=among.combine_chunks())
    return places.combine_chunks() if isinstance(places, pa.ChunkedArray) else places


def digest_order(digests: Numbers) -> Numbers:
    """Give the order in which digests are sorted; equal ones keep theirs."""
    order = np.argsort(digests[:, 0], kind="stable")
    ordered = digests[order]
    # The first eight bytes nearly always tell digests apart, and sorting by them alone is cheap.
    same = ordered[1:, 0] == ordered[:-1, 0]
    is_clear = (ordered[1:][same] == ordered[:-1][same]).all()
    return order if is_clear else np.lexsort(digests.T[::-1])
