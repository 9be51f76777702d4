"""A line: places in order, cheap to join, to leave and to look along at any length."""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterator

Place = tuple[int, bytes]
"""When a record's turn is, in seconds as if nothing but waiting counted, and its id."""

_BLOCK = 1_000
_LONG_RUN = 50
"""Places worth a mark: with few people marked, joining stays cheap."""


class Line:
    """Places, least first, in blocks: joining and leaving move a block, not the whole line."""

    def __init__(self) -> None:
        self._blocks: list[list[Place]] = []
        self._lasts: list[Place] = []
        """The last place of each block."""
        self._marks: dict[str, Place] = {}
        """By reader the place before which they have passed everything."""

    def add(self, place: Place) -> None:
        """Let a place join that is not in the line."""
        for reader, mark in self._marks.items():
            if place < mark:
                self._marks[reader] = place
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

    def first(
        self, reader: str, passed: Collection[bytes], shut: Collection[bytes] = ()
    ) -> Place | None:
        """Give the first place that is open to a reader; none where no place is.

        Args:
            reader: Who looks.
            passed: Records that the reader is done with, for good: a long run of them is looked
                along once, and then not again.
            shut: Records that are not for the reader now.
        """
        found, mark, steps = None, None, 0
        for place in self._since(self._marks.get(reader)):
            steps += 1
            if place[1] in passed:
                continue
            mark = mark or place
            if place[1] not in shut:
                found = place
                break
        if steps > _LONG_RUN:
            # With all passed the last is looked at again; it is one.
            self._marks[reader] = mark or place
        return found

    def __iter__(self) -> Iterator[Place]:
        """Give the places in order."""
        return self._since(None)

    def _since(self, start: Place | None) -> Iterator[Place]:
        number = 0 if start is None else bisect_left(self._lasts, start)
        for block in self._blocks[number : number + 1]:
            yield from block if start is None else block[bisect_left(block, start) :]
        for later in range(number + 1, len(self._blocks)):
            yield from self._blocks[later]
