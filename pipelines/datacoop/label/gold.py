"""Gold tasks: when an annotator gets one, and which.

A gold task is a record of the pool whose right answer is known, so nothing but the answer, which
lies in a store of the operator's own, tells it from another.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from datacoop.errors import Fault
from datacoop.records.digest import canonical_json

_RECORD_ID = re.compile(r"[0-9a-f]{64}")


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


def read_gold(
    text: str, use: Use, known: Collection[bytes], values: Collection[str]
) -> tuple[list[GoldRecord], list[Fault]]:
    """Read a gold file: JSON Lines, each with `record_id` (64 hex digits) and `value`.

    Args:
        known: Ids of the records that may be gold.
        values: The answers that count.

    Returns:
        What could be read, in order, and every fault with its line. No fault quotes a value.
    """
    found: list[GoldRecord] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        read = _read_line(line, use)
        if isinstance(read, str):
            faults.append(Fault(f"line {number}", read))
        elif read.record_id not in known:
            faults.append(Fault(f"line {number}", "is no record that annotators may see"))
        elif read.value not in values:
            faults.append(Fault(f"line {number}", "the value is none that the policy knows"))
        else:
            found.append(read)
    return found, faults


def _read_line(line: str, use: Use) -> GoldRecord | str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "is no JSON"
    is_row = isinstance(row, Mapping) and set(row) == {"record_id", "value"}
    if not is_row or not all(isinstance(value, str) for value in row.values()):
        return "should be an object of record_id and value, both text"
    if not _RECORD_ID.fullmatch(row["record_id"]):
        return "record_id should be 64 lower-case hex digits"
    return GoldRecord(record_id=bytes.fromhex(row["record_id"]), value=row["value"], use=use)


def merge_gold(old: Iterable[GoldRecord], new: Iterable[GoldRecord]) -> list[GoldRecord]:
    """Put new gold to old, sorted by record; of one record the newest answer and use stand."""
    by_record = {one.record_id: one for one in (*old, *new)}
    return [by_record[record_id] for record_id in sorted(by_record)]


def gold_to_bytes(gold: Iterable[GoldRecord]) -> bytes:
    """Write gold as canonical JSON, in its order."""
    return canonical_json([list(_cells(one)) for one in gold])


def gold_from_bytes(content: bytes) -> list[GoldRecord]:
    """Read what `gold_to_bytes` wrote."""
    return [
        GoldRecord(record_id=bytes.fromhex(record_id), value=value, use=Use(use))
        for record_id, value, use in json.loads(content)
    ]


def _cells(one: GoldRecord) -> Iterator[str]:
    yield from (one.record_id.hex(), one.value, one.use.value)


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
