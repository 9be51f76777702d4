"""Read rows in an order: windows are decoded ahead in threads, rows are taken from them."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby, islice, tee
from typing import NamedTuple

import pyarrow as pa

from datacoop.read.ahead import ahead
from datacoop.read.order import GROUP_SHARDS, WINDOW_BLOCKS, Block, Order

THREADS = 2
BLOCKS_AHEAD = 2 * WINDOW_BLOCKS

Run = tuple[Order, Sequence[int]]
"""Global indices of one order, rising."""


class _Piece(NamedTuple):
    """A part of a run that lies in one window."""

    order: Order
    window: int
    indices: Sequence[int]


def ordered_tables(
    runs: Iterable[Run],
    fetch: Callable[[int], object],
    read: Callable[[Block], pa.RecordBatch],
) -> Iterator[pa.Table]:
    """Give the rows of `runs`: a table for each part of a run that lies in one window.

    Args:
        fetch: Called with the number of each shard before a block of it is read, far ahead.
        read: Gives the rows of a block.
    """
    pieces, for_blocks = tee(_pieces(runs))
    blocks, for_shards = tee(_blocks(for_blocks))
    fetched = ahead(
        (partial(fetch, block.shard) for block in _first_uses(for_shards)),
        depth=GROUP_SHARDS,
        threads=THREADS,
    )
    read_blocks = ahead(_reads(blocks, fetched, read), depth=BLOCKS_AHEAD, threads=THREADS)
    for (order, window), of_window in groupby(pieces, _window):
        table = pa.Table.from_batches(islice(read_blocks, len(order.windows[window])))
        places = order.places(window)
        for piece in of_window:
            yield _take(table, places, piece.indices, order.starts[window])


def _blocks(pieces: Iterable[_Piece]) -> Iterator[tuple[Order, Block]]:
    for (order, window), _ in groupby(pieces, _window):
        for block in order.windows[window]:
            yield order, block


def _first_uses(blocks: Iterable[tuple[Order, Block]]) -> Iterator[Block]:
    seen = set()
    for order, block in blocks:
        if (order, block.shard) not in seen:
            seen.add((order, block.shard))
            yield block


def _reads(
    blocks: Iterable[tuple[Order, Block]],
    fetched: Iterator[object],
    read: Callable[[Block], pa.RecordBatch],
) -> Iterator[Callable[[], pa.RecordBatch]]:
    seen = set()
    for order, block in blocks:
        if (order, block.shard) not in seen:
            seen.add((order, block.shard))
            next(fetched)
        yield partial(read, block)


def _pieces(runs: Iterable[Run]) -> Iterator[_Piece]:
    for order, run in runs:
        at = 0
        while at < len(run):
            window = order.window_of(run[at])
            end = bisect_left(run, order.starts[window + 1], at)
            yield _Piece(order, window, run[at:end])
            at = end


def _window(piece: _Piece) -> tuple[Order, int]:
    return piece.order, piece.window


def _take(table: pa.Table, places: pa.Array, indices: Sequence[int], start: int) -> pa.Table:
    first, count = indices[0] - start, len(indices)
    if indices[-1] - indices[0] == count - 1:
        return table.take(places.slice(first, count))
    return table.take(places.take(pa.array([index - start for index in indices], pa.uint64())))
