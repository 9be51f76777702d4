"""A line: places in order, cheap to join and to leave at any length."""

from bisect import bisect_left, insort
from collections.abc import Iterator

Place = tuple[int, bytes]
"""When a record's turn is, in seconds as if nothing but waiting counted, and its id."""

_BLOCK = 1_000


class Line:
    """Places, least first, in blocks: joining and leaving move a block, not the whole line."""

    def __init__(self) -> None:
        self._blocks: list[list[Place]] = []
        self._lasts: list[Place] = []
        """The last place of each block."""

    def add(self, place: Place) -> None:
        """Let a place join that is not in the line."""
        if not self._blocks:
            self._blocks.append([place])
            self._lasts.append(place)
            return
        number = min(bisect_left(self._lasts, place), len(self._blocks) - 1)
        block = self._blocks[number]
        insort(block, place)
        if len(block) > 2 * _BLOCK:
            self._blocks[number : number + 1] = [block[:_BLOCK], block[_BLOCK:]]
            self._lasts.insert(number, block[_BLOCK - 1])
            number += 1
        self._lasts[number] = self._blocks[number][-1]

    def remove(self, place: Place) -> None:
        """Let a place leave that is in the line."""
        number = bisect_left(self._lasts, place)
        block = self._blocks[number]
        del block[bisect_left(block, place)]
        if block:
            self._lasts[number] = block[-1]
        else:
            del self._blocks[number], self._lasts[number]

    def __iter__(self) -> Iterator[Place]:
        """Give the places in order."""
        for block in self._blocks:
            yield from block
