"""The queue of a review: records that a few named people read, most of them once, some twice."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from datacoop.label.facts import RecordFacts
from datacoop.label.votes import Vote
from datacoop.label.workforce import Workforce, ineligible
from datacoop.records.policies import WorkforcePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """All that the queue of a review begins with."""

    records: Iterable[RecordFacts]
    readers: Workforce
    """Who may review; nobody else is given anything."""
    policy: WorkforcePolicy
    twice: frozenset[bytes] = frozenset()
    """Records that two people are to read, whatever the first one says."""
    read: Mapping[bytes, frozenset[str]] = field(default_factory=dict)
    """Who has read a record, so that it counts."""
    barred: Mapping[bytes, frozenset[str]] = field(default_factory=dict)
    """Who may not be given a record, whoever else may."""
    asks_again: Callable[[str], bool] = lambda _: False
    """Says of an answer whether somebody else is to read the record too."""


class ReviewQueue:
    """Serves each reader in an order of their own, in which a second reading looks like a first."""

    def __init__(self, known: Reviewed) -> None:
        """Make the queue of what is known."""
        self._known = known
        self._records = {one.record_id: one for one in known.records}
        self._removed: dict[bytes, RecordFacts] = {}
        self._read = {record_id: set(names) for record_id, names in known.read.items()}
        self._seen = {(name, i) for i, names in known.barred.items() for name in names}
        self._seen |= {(name, i) for i, names in known.read.items() for name in names}
        self._said: dict[tuple[str, bytes], str] = {}
        self._held: dict[bytes, dict[str, float]] = {}
        self._put_off: dict[str, dict[bytes, None]] = {}
        self._orders: dict[str, list[bytes]] = {}
        self._unread: set[bytes] = set()
        """Records that more people are to read, whoever has them in hand."""
        for record_id in self._records:
            self._count(record_id)

    def next(self, annotator: str, now: float) -> bytes | None:
        """Give the record to read: the same one while it is held, none where none is open."""
        if annotator not in self._known.readers:
            return None
        order = self._order(annotator)
        put_off = self._put_off.get(annotator, {})
        own = [i for i in self._held if annotator in self._holders(i, now)]
        # Most of a long review is read by now: those are passed over without being looked at.
        fresh = (i for i in order if i in self._unread and i not in put_off)
        for listed in (own, fresh, put_off):
            for record_id in listed:
                if self._is_open(annotator, record_id, now):
                    return record_id
        return None

    def _order(self, annotator: str) -> list[bytes]:
        if annotator not in self._orders:
            person, policy = self._known.readers[annotator], self._known.policy
            kinds = {facts.kind for facts in self._records.values()}
            may_see = {kind for kind in kinds if ineligible(person, kind, policy) is None}
            known = {**self._removed, **self._records}
            self._orders[annotator] = sorted(
                (i for i, facts in known.items() if facts.kind in may_see),
                key=lambda i: hashlib.sha256(annotator.encode() + i).digest(),
            )
        return self._orders[annotator]

    def _is_open(self, annotator: str, record_id: bytes, now: float) -> bool:
        if record_id not in self._unread or (annotator, record_id) in self._seen:
            return False
        others = [name for name in self._holders(record_id, now) if name != annotator]
        return len(self._read.get(record_id, ())) + len(others) < self._wanted(record_id)

    def _count(self, record_id: bytes) -> None:
        """Note whether more people are to read a record."""
        readers = len(self._read.get(record_id, ()))
        if record_id in self._records and readers < self._wanted(record_id):
            self._unread.add(record_id)
        else:
            self._unread.discard(record_id)

    def _wanted(self, record_id: bytes) -> int:
        is_again = any(
            self._known.asks_again(self._said.get((name, record_id), ""))
            for name in self._read.get(record_id, ())
        )
        return 2 if is_again or record_id in self._known.twice else 1

    def _holders(self, record_id: bytes, now: float) -> list[str]:
        """Give who has a record in hand; after the policy's time nobody has."""
        oldest = now - 60 * self._known.policy.return_minutes
        return [name for name, at in self._held.get(record_id, {}).items() if at > oldest]

    def hold(self, annotator: str, record_id: bytes, now: float) -> bool:
        """Enter that a reader has a record in hand; give whether it was not so before."""
        is_new = annotator not in self._holders(record_id, now)
        if is_new:
            self._held.setdefault(record_id, {})[annotator] = now
        return is_new

    def give_back(self, annotator: str, record_id: bytes) -> None:
        """Enter that a reader put a record off: it comes after all others."""
        self._let_go(annotator, record_id)
        mine = self._put_off.setdefault(annotator, {})
        mine.pop(record_id, None)
        mine[record_id] = None

    def take(self, vote: Vote, now: float) -> str | None:  # noqa: ARG002 - the same for all queues
        """Take in an answer, a changed or a skipped one; nobody is ever paused by it."""
        place = vote.annotator, vote.record_id
        self._seen.add(place)
        self._let_go(vote.annotator, vote.record_id)
        readers = self._read.setdefault(vote.record_id, set())
        if vote.value:
            readers.add(vote.annotator)
            self._said[place] = vote.value
        else:
            readers.discard(vote.annotator)
        self._count(vote.record_id)
        return None

    def _let_go(self, annotator: str, record_id: bytes) -> None:
        holders = self._held.get(record_id, {})
        holders.pop(annotator, None)
        if not holders:
            self._held.pop(record_id, None)

    def remove(self, record_id: bytes) -> None:
        """Serve a record to nobody from now on."""
        facts = self._records.pop(record_id, None)
        if facts is not None:
            self._removed[record_id] = facts
            self._held.pop(record_id, None)
            self._count(record_id)

    def bring_back(self, record_id: bytes) -> None:
        """Serve a record again that was removed."""
        facts = self._removed.pop(record_id, None)
        if facts is not None:
            self._records[record_id] = facts
            self._count(record_id)
