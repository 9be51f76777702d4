"""Mix the rows of several selections by weight, in an order that resumes anywhere.

Of every 1,000 rows of a mix each selection gives a fixed number, at places that are permuted
anew in each such period. So the row at an index is found without counting the rows before it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, tee
from typing import NamedTuple

import pyarrow as pa

from datacoop.errors import SettingsError
from datacoop.read.order import BLOCK_ROWS, Order, order_of, permuted
from datacoop.read.ordered import Run
from datacoop.read.selection import Selection

PERIOD = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Rows of several selections by weight. An epoch ends when each was read whole.

    A selection that is small for its weight is read again, each time in another order.
    """

    parts: tuple[Selection, ...]
    quotas: tuple[int, ...]
    """Rows of each part in a period."""

    @property
    def digest(self) -> str:
        """Name what is mixed."""
        pairs = zip(self.parts, self.quotas, strict=True)
        return "+".join(f"{part.digest}:{quota}" for part, quota in pairs)

    def __len__(self) -> int:
        pairs = zip(self.parts, self.quotas, strict=True)
        return PERIOD * max(-(-len(part) // quota) for part, quota in pairs)

    def count(self) -> "Mix":
        """Count the rows that filters keep, as `Selection.count`."""
        parts = tuple(part.count() for part in self.parts)
        if not all(map(len, parts)):
            raise SettingsError("a part of the mix has no rows", hint="Leave it out.")
        return replace(self, parts=parts)

    def shuffled(
        self, seed: int, epoch: int = 0, *, start: int = 0, rank: int = 0, ranks: int = 1
    ) -> Iterator[pa.RecordBatch]:
        """Give the rows in the order of an epoch, as `Selection.shuffled`."""
        counted = self.count()
        for table in counted.take(seed, epoch, [range(start + rank, len(counted), ranks)]):
            yield from table.to_batches(max_chunksize=BLOCK_ROWS)

    def take(self, seed: int, epoch: int, runs: Iterable[Sequence[int]]) -> Iterator[pa.Table]:
        """Give the rows at rising indices of an epoch's order, a table for a few at a time."""
        if len({part.schema.remove_metadata() for part in self.parts}) > 1:
            raise SettingsError(
                "the parts of the mix have different columns",
                hint="Select the same columns of the same types: `select(columns=…)`.",
            )
        name = f"datacoop.mix.v1/{seed}/{epoch}"
        plan, *plans = tee(_pieces(name, self.quotas, runs), len(self.parts) + 1)
        streams = [
            part.take_ordered(_runs_of_part(number, part, quota, seed, epoch, of_part))
            for number, (part, quota, of_part) in enumerate(
                zip(self.parts, self.quotas, plans, strict=True)
            )
        ]
        for piece in plan:
            tables = [
                table
                for stream, numbers in zip(streams, piece.numbers, strict=True)
                for table in _pull(stream, len(numbers))
            ]
            yield pa.concat_tables(tables).take(pa.array(piece.places, pa.uint64()))


def mix(parts: Sequence[tuple[Selection, float]]) -> Mix:
    """Mix selections by weight; rounded to thousandths of all weights together.

    Raises:
        SettingsError: A weight is less than a thousandth of all, or there is no part.
    """
    if not parts or min(weight for _, weight in parts) <= 0:
        raise SettingsError("a mix needs parts with weights above 0")
    total = sum(weight for _, weight in parts)
    shares = [weight * PERIOD / total for _, weight in parts]
    quotas = [int(share) for share in shares]
    rests = sorted(range(len(parts)), key=lambda n: (quotas[n] - shares[n], n))
    for number in rests[: PERIOD - sum(quotas)]:
        quotas[number] += 1
    if min(quotas) == 0:
        raise SettingsError("a weight is less than a thousandth of all", hint="Leave it out.")
    return Mix(parts=tuple(part for part, _ in parts), quotas=tuple(quotas))


class _Piece(NamedTuple):
    """A part of a run that lies in one period."""

    period: int
    numbers: tuple[list[int], ...]
    """For each part of the mix, which of its rows in the period are wanted."""
    places: list[int]
    """For each wanted row its place when the rows of all parts are put one after another."""


def _pieces(name: str, quotas: tuple[int, ...], runs: Iterable[Sequence[int]]) -> Iterator[_Piece]:
    for run in runs:
        for period, indices in groupby(run, lambda index: index // PERIOD):
            slots = _slots(f"{name}/{period}", quotas)
            wanted = [slots[index % PERIOD] for index in indices]
            numbers: tuple[list[int], ...] = tuple([] for _ in quotas)
            for part, number in wanted:
                numbers[part].append(number)
            starts = [sum(map(len, numbers[:part])) for part in range(len(quotas))]
            places = []
            for part, _ in wanted:
                places.append(starts[part])
                starts[part] += 1
            yield _Piece(period, numbers, places)


@lru_cache(maxsize=4)
def _slots(name: str, quotas: tuple[int, ...]) -> list[tuple[int, int]]:
    """Give for each row of a period its part, and which of the part's rows in the period it is."""
    parts = permuted([part for part, quota in enumerate(quotas) for _ in range(quota)], name)
    given = [0] * len(quotas)
    slots = []
    for part in parts:
        slots.append((part, given[part]))
        given[part] += 1
    return slots


def _runs_of_part(
    number: int, part: Selection, quota: int, seed: int, epoch: int, pieces: Iterable[_Piece]
) -> Iterator[Run]:
    rows = len(part)
    order: Order | None = None
    current = -1
    for piece in pieces:
        indices = [piece.period * quota + at for at in piece.numbers[number]]
        for turn, of_turn in groupby(indices, lambda index: index // rows):
            if order is None or turn != current:
                order, current = order_of(part.extents, seed=seed, epoch=epoch, turn=turn), turn
            yield order, [index - turn * rows for index in of_turn]


def _pull(stream: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    while rows > 0:
        table = next(stream)
        rows -= table.num_rows
        yield table
