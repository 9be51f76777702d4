"""The order in which rows are read: a function of seed, epoch and global index, of nothing else.

It does not depend on who reads. So 1 or 64 ranks see one global order, and a run that stopped
goes on at the next index with any other number of them.

- Shards are permuted and taken `GROUP_SHARDS` at a time; so a reader of any size of data needs
  only the shards of one group at hand, and those of the next on their way.
- The blocks of a group, 1,000 rows each, are permuted and taken a window at a time.
- The rows of a window are permuted.

To permute *n* things: sort them by *n* 64-bit little-endian words of SHAKE-256 over a name of
what is permuted. No generator of a library decides, so the order holds for ever.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

BLOCK_ROWS = 1_000
"""Rows of a block: of every batch of a shard but the last."""
GROUP_SHARDS = 16
WINDOW_BLOCKS = 16
WINDOW_BYTES = 64 << 20
"""About what a window may hold, compressed: fewer blocks where rows are long."""

T = TypeVar("T")


class Extent(NamedTuple):
    """What the order must know of a shard."""

    block_rows: tuple[int, ...]
    """Rows of each block."""
    size_bytes: int


class Block(NamedTuple):
    """A batch of a shard."""

    shard: int
    """Its place in the list of shards."""
    number: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Order:
    """The order of one epoch. Equal only to itself: a comparison would take as long as a read."""

    windows: tuple[tuple[Block, ...], ...]
    starts: tuple[int, ...]
    """Global index of the first row of each window, and behind the last the number of rows."""
    name: str
    """What the permutations are made from."""

    def __len__(self) -> int:
        return self.starts[-1]

    def window_of(self, index: int) -> int:
        """Give the number of the window that holds a global index."""
        return bisect_right(self.starts, index) - 1

    def places(self, window: int) -> pa.Array:
        """Give, for each index of a window, its row in the window's blocks."""
        rows = self.starts[window + 1] - self.starts[window]
        return pc.sort_indices(_words(f"{self.name}/rows/{window}", rows))


def order_of(shards: Sequence[Extent], *, seed: int, epoch: int, turn: int = 0) -> Order:
    """Give the order of an epoch.

    Args:
        shards: In the order of the manifest.
        turn: How often all rows were read before in this epoch: a mix repeats what is small.
    """
    name = f"datacoop.order.v1/{seed}/{epoch}/{turn}"
    blocks = [
        [Block(shard, number, rows) for number, rows in enumerate(extent.block_rows) if rows]
        for shard, extent in enumerate(shards)
    ]
    windows = _windows(blocks, name, _window_blocks(shards))
    sizes = (sum(block.rows for block in window) for window in windows)
    return Order(windows=tuple(windows), starts=tuple(accumulate(sizes, initial=0)), name=name)


def block_rows(rows: int) -> tuple[int, ...]:
    """Give the rows of each block of a shard."""
    whole, rest = divmod(rows, BLOCK_ROWS)
    return (BLOCK_ROWS,) * whole + (rest,) * bool(rest)


def _windows(blocks: list[list[Block]], name: str, size: int) -> list[tuple[Block, ...]]:
    shards = permuted(blocks, f"{name}/shards")
    windows = []
    for group in range(0, len(shards), GROUP_SHARDS):
        together = [b for of_shard in shards[group : group + GROUP_SHARDS] for b in of_shard]
        mixed = permuted(together, f"{name}/blocks/{group}")
        windows += [tuple(mixed[at : at + size]) for at in range(0, len(mixed), size)]
    return windows


def _window_blocks(shards: Sequence[Extent]) -> int:
    rows = sum(sum(extent.block_rows) for extent in shards)
    size = sum(extent.size_bytes for extent in shards)
    # In whole numbers, so that no rounding of a processor can move the order.
    fitting = WINDOW_BYTES * rows // (size * BLOCK_ROWS) if size else WINDOW_BLOCKS
    return max(1, min(WINDOW_BLOCKS, fitting))


def permuted(things: Sequence[T], name: str) -> list[T]:
    """Permute things by the words of a name."""
    return [things[place] for place in pc.sort_indices(_words(name, len(things))).to_pylist()]


def _words(name: str, count: int) -> pa.Array:
    content = hashlib.shake_256(name.encode()).digest(8 * count)
    return pa.Array.from_buffers(pa.uint64(), count, [None, pa.py_buffer(content)])
