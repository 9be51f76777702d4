"""Gold tasks: when an annotator gets one, and which.

A gold task is a record of the pool whose right answer is known, so nothing but the answer, which
lies in a store of the operator's own, tells it from another.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Use(StrEnum):
    """What a gold record is for."""

    GOLD = "gold"
    """Hidden among real tasks."""
    QUALIFICATION = "qualification"
    """Answered before real tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRecord:
    """A record of the pool with its right answer."""

    record_id: bytes
    value: str
    use: Use


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldPlan:
    """When an annotator gets a gold task.

    Nobody without the key can tell, however many turns of their own they have seen: one gold
    task lies in each stretch of `100 / percent` turns, at a place that the key decides.
    """

    key: bytes
    """A secret, at most 64 bytes."""
    seed: str
    """The collection and round, so that no two have the same turns."""
    percent: int
    """How many tasks of a hundred are gold; 0 for none."""

    def is_turn(self, annotator: str, count: int) -> bool:
        """Say whether a task is gold.

        Args:
            count: How many tasks the annotator has answered before it.
        """
        if self.percent == 0:
            return False
        stretch = count * self.percent // 100
        start, end = self._start(stretch), self._start(stretch + 1)
        return count == start + self._draw(f"turn\n{annotator}\n{stretch}") % (end - start)

    def _start(self, stretch: int) -> int:
        """Give the first turn of a stretch."""
        return -(-stretch * 100 // self.percent)

    def in_order(self, annotator: str, gold: Collection[bytes]) -> list[bytes]:
        """Give gold records in the order in which an annotator gets them: another for each."""
        return sorted(gold, key=lambda i: (self._draw(f"which\n{annotator}\n{i.hex()}"), i))

    def _draw(self, text: str) -> int:
        name = f"datacoop.gold.v1\n{self.seed}\n{text}".encode()
        return int.from_bytes(hashlib.blake2b(name, key=self.key, digest_size=8).digest(), "big")
