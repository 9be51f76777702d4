"""What the gateway asks "who works on what next", and the plainest answer to it."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

HELD_SECONDS = 3_600.0
"""After how long a task that was served and not answered goes to somebody else."""


class Queue(Protocol):
    """The order of work of one collection, in memory; no method waits for anything.

    `now` is a number of seconds, the same clock for all calls.
    """

    def next(self, annotator: str, now: float) -> bytes | None:
        """Give the record to work on: the same one while it is held, none where none is open."""

    def hold(self, annotator: str, record_id: bytes, now: float) -> None:
        """Enter that an annotator has a record in hand."""

    def give_back(self, annotator: str, record_id: bytes) -> None:
        """Enter that an annotator put a record off."""

    def answered(self, annotator: str, record_id: bytes, now: float) -> None:
        """Enter that an annotator is done with a record, answered or skipped."""

    def remove(self, record_id: bytes) -> None:
        """Serve a record to nobody from now on; who holds it holds it no more."""

    def bring_back(self, record_id: bytes) -> None:
        """Serve a record again that was removed; who answered it before does not get it."""


class FixedOverlap:
    """Serves every record, in the order given, to the same number of different annotators."""

    def __init__(self, record_ids: Iterable[bytes], votes: int) -> None:
        """Begin with all records open.

        Args:
            record_ids: In the order in which they are served.
            votes: How many annotators see each record.
        """
        self._open = list(dict.fromkeys(record_ids))
        self._votes = votes
        self._done: Counter[bytes] = Counter()
        self._seen: dict[str, set[bytes]] = {}
        self._held: dict[str, tuple[bytes, float]] = {}
        self._put_off: dict[str, list[bytes]] = {}
        self._removed: set[bytes] = set()

    def next(self, annotator: str, now: float) -> bytes | None:
        """Give the record in hand, else the first open one, else one that was put off."""
        held = self._held.get(annotator)
        if held and held[0] not in self._removed and now - held[1] < HELD_SECONDS:
            return held[0]
        self._held.pop(annotator, None)
        in_hand = Counter(r for r, since in self._held.values() if now - since < HELD_SECONDS)
        seen = self._seen.setdefault(annotator, set()) | self._removed
        put_off = self._put_off.get(annotator, [])
        fresh = (r for r in self._open if r not in put_off)
        for record_id in (*fresh, *put_off):
            if record_id in seen or self._done[record_id] + in_hand[record_id] >= self._votes:
                continue
            self.hold(annotator, record_id, now)
            return record_id
        return None

    def hold(self, annotator: str, record_id: bytes, now: float) -> None:
        """Enter that an annotator has a record in hand."""
        self._held[annotator] = (record_id, now)

    def give_back(self, annotator: str, record_id: bytes) -> None:
        """Put a record behind all others of this annotator."""
        if self._held.get(annotator, (b"", 0.0))[0] == record_id:
            del self._held[annotator]
        put_off = self._put_off.setdefault(annotator, [])
        if record_id in put_off:
            put_off.remove(record_id)
        put_off.append(record_id)

    def answered(self, annotator: str, record_id: bytes, now: float) -> None:  # noqa: ARG002
        """Enter that an annotator is done with a record; told twice it counts once."""
        seen = self._seen.setdefault(annotator, set())
        if record_id not in seen:
            seen.add(record_id)
            self._done[record_id] += 1
        if self._held.get(annotator, (b"", 0.0))[0] == record_id:
            del self._held[annotator]

    def remove(self, record_id: bytes) -> None:
        """Pass over a record from now on."""
        self._removed.add(record_id)

    def bring_back(self, record_id: bytes) -> None:
        """Pass a record over no more."""
        self._removed.discard(record_id)
