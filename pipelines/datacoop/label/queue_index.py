"""The queue index: answers at once what `queues.queue` would, however many records are open."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from datacoop.label.demand import Demand
from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.gold import GoldPlan, Use
from datacoop.label.line import Line, Place
from datacoop.label.queues import place, setback
from datacoop.label.workforce import Workforce, ineligible
from datacoop.records.policies import WorkforcePolicy


@dataclass(slots=True)
class _Record:
    facts: RecordFacts
    asked: int = 0
    doubt: float = 0.0
    place: Place | None = None
    """Its place in the line of its kind; none while it is not open."""


@dataclass(slots=True)
class _Desk:
    """One annotator's side of the index."""

    answered: set[bytes] = field(default_factory=set)
    held: dict[bytes, float] = field(default_factory=dict)
    """When each record that is held was served."""
    put_off: dict[bytes, None] = field(default_factory=dict)
    """What was given back, in order."""
    kinds: dict[Kind, bool] = field(default_factory=dict)
    """Whether records of a kind may be seen, as far as it was asked."""
    order: dict[Use, list[bytes]] = field(default_factory=dict)
    """Gold records in this annotator's order, as far as it was asked."""


class QueueIndex:
    """Open records in lines by kind, and who holds and has answered what.

    All in memory. A line holds the open records of one kind in order, and whoever may see one of
    them may see all, so that the next task of an annotator is the best among the heads of the
    lines: the cost grows with the kinds, and with how many open records an annotator has answered
    already, but not with the records.

    To rebuild it: make it, tell every answer of the round (`answered`), then every demand
    (`update`), then what is held.

    Times are seconds of the caller's clock, which should not go back.
    """

    def __init__(
        self,
        policy: WorkforcePolicy,
        workforce: Workforce,
        plan: GoldPlan,
        gold: Mapping[bytes, Use] | None = None,
        records: Iterable[RecordFacts] = (),
        qualified: Collection[tuple[str, str]] = (),
    ) -> None:
        """Make an index in which nothing is asked yet.

        Args:
            gold: What the records are for whose answer is known.
            qualified: Annotator and language of each qualification that was passed.
        """
        self._policy = policy
        self._workforce = workforce
        self._plan = plan
        self._gold = dict(gold or {})
        self._qualified = set(qualified)
        self._records: dict[bytes, _Record] = {}
        self._lines: dict[Kind, Line] = {}
        self._desks: dict[str, _Desk] = {}
        self._paused: set[str] = set()
        self._holders: dict[bytes, list[tuple[float, int, str]]] = {}
        """Who holds a record: since when, the number of the hold, and the annotator."""
        self._ages: list[tuple[float, int, str, bytes]] = []
        """A heap of all holds; those that ended are passed over."""
        self._hold_count = 0
        self._times_answered: Counter[bytes] = Counter()
        self._served: Counter[str] = Counter()
        """The work that went to each member's records: answers and holds."""
        self._served_in_all = 0
        self._known: dict[Use, dict[bytes, Kind]] = {use: {} for use in Use}
        for facts in records:
            self.add(facts)

    def next(self, annotator: str, now: float) -> bytes | None:
        """Give the record to work on; none where nothing is open for this annotator.

        While a record is held it is the same again.
        """
        self._return_old(now)
        if annotator not in self._workforce or annotator in self._paused:
            return None
        desk = self._desk(annotator)
        for record_id in sorted(desk.held, key=desk.held.__getitem__):
            if self._may_keep(annotator, record_id):
                return record_id
        if self._policy.qualification:
            waiting = self._next_to_qualify(annotator, desk)
            if waiting is not None:
                return waiting
        real = self._next_real(annotator, desk)
        if real is not None and self._plan.is_turn(annotator, len(desk.answered)):
            return self._next_gold(annotator, desk) or real
        return real

    def hold(self, annotator: str, record_id: bytes, now: float) -> bool:
        """Note that a record was served: it is kept for this annotator for the policy's time.

        Returns:
            Whether it is held anew; not where it was held before, or may not be.
        """
        self._return_old(now)
        is_known = annotator in self._workforce and record_id in self._records
        desk = self._desk(annotator)
        if not is_known or annotator in self._paused or record_id in desk.held:
            return False
        self._hold_count += 1
        desk.held[record_id] = now
        heapq.heappush(self._ages, (now, self._hold_count, annotator, record_id))
        holders = self._holders.setdefault(record_id, [])
        holders.append((now, self._hold_count, annotator))
        holders.sort()
        self._count_served(record_id, 1)
        self._line_up(record_id)
        return True

    def give_back(self, annotator: str, record_id: bytes) -> None:
        """Note that a record was put off: they get it again when nothing else is open.

        Nothing happens where it was not held.
        """
        if self._release(annotator, record_id):
            desk = self._desk(annotator)
            desk.put_off.pop(record_id, None)
            desk.put_off[record_id] = None

    def answered(self, annotator: str, record_id: bytes, now: float) -> None:
        """Note an answer, or that the record was skipped: it is not given to them again.

        Until `update` says more, one vote less is asked of the record.
        """
        self._return_old(now)
        self._release(annotator, record_id)
        desk = self._desk(annotator)
        if record_id in desk.answered:
            return
        desk.answered.add(record_id)
        desk.put_off.pop(record_id, None)
        self._times_answered[record_id] += 1
        record = self._records.get(record_id)
        if record is not None:
            record.asked = max(0, record.asked - 1)
            self._count_served(record_id, 1)
            self._line_up(record_id)

    def update(self, demand: Demand) -> None:
        """Take over what is asked of a record now, every answer told before counted."""
        record = self._records.get(demand.record_id)
        if record is not None:
            record.asked, record.doubt = demand.votes, demand.doubt
            self._line_up(demand.record_id)

    def add(self, facts: RecordFacts) -> None:
        """Take in a record of which nothing is asked yet; one that is there already stays."""
        if facts.record_id in self._records:
            return
        self._records[facts.record_id] = _Record(facts)
        if facts.kind not in self._lines:
            self._lines[facts.kind] = Line()
        self._count_served(facts.record_id, self._times_answered[facts.record_id])
        use = self._gold.get(facts.record_id)
        if use is not None:
            self._known[use][facts.record_id] = facts.kind
            self._forget_order()

    def remove(self, record_id: bytes) -> RecordFacts | None:
        """Forget a record that was withdrawn; that it was answered is remembered.

        Returns:
            What was known of it; none where it was not there.
        """
        if record_id not in self._records:
            return None
        for _, _, annotator in self._holders.get(record_id, [])[:]:
            self._release(annotator, record_id)
        self.update(Demand(record_id=record_id, votes=0, doubt=0.0))
        self._count_served(record_id, -self._times_answered[record_id])
        facts = self._records.pop(record_id).facts
        use = self._gold.get(record_id)
        if use is not None:
            del self._known[use][record_id]
            self._forget_order()
        return facts

    def pause(self, annotator: str) -> None:
        """Give an annotator nothing more, and what they hold to others."""
        for record_id in list(self._desk(annotator).held):
            self._release(annotator, record_id)
        self._paused.add(annotator)

    def resume(self, annotator: str) -> None:
        """Let an annotator go on."""
        self._paused.discard(annotator)

    def qualify(self, annotator: str, language: str) -> None:
        """Open the real tasks in a language to an annotator."""
        self._qualified.add((annotator, language))

    def _desk(self, annotator: str) -> _Desk:
        desk = self._desks.get(annotator)
        if desk is None:
            desk = self._desks[annotator] = _Desk()
        return desk

    def _forget_order(self) -> None:
        for desk in self._desks.values():
            desk.order.clear()

    def _return_old(self, now: float) -> None:
        oldest = now - self._policy.return_minutes * 60
        while self._ages and self._ages[0][0] <= oldest:
            since, number, annotator, record_id = heapq.heappop(self._ages)
            if (since, number, annotator) in self._holders.get(record_id, ()):
                self._release(annotator, record_id)

    def _release(self, annotator: str, record_id: bytes) -> bool:
        """Let others have what an annotator held; give whether they held it."""
        if self._desk(annotator).held.pop(record_id, None) is None:
            return False
        left = [one for one in self._holders.pop(record_id) if one[2] != annotator]
        if left:
            self._holders[record_id] = left
        self._count_served(record_id, -1)
        self._line_up(record_id)
        return True

    def _may_keep(self, annotator: str, record_id: bytes) -> bool:
        """Say whether a hold still counts: where less is asked by now, the first holds stay."""
        record = self._records[record_id]
        if not self._may_see(annotator, record.facts.kind):
            return False
        if record_id in self._gold:
            return True
        earlier = [name for _, _, name in self._holders[record_id]].index(annotator)
        return earlier < record.asked

    def _may_see(self, annotator: str, kind: Kind) -> bool:
        kinds = self._desk(annotator).kinds
        if kind not in kinds:
            why_not = ineligible(self._workforce[annotator], kind, self._policy)
            kinds[kind] = why_not is None
        return kinds[kind]

    def _may_work(self, annotator: str, kind: Kind) -> bool:
        return self._is_qualified(annotator, kind.language) and self._may_see(annotator, kind)

    def _is_qualified(self, annotator: str, language: str) -> bool:
        return not self._policy.qualification or (annotator, language) in self._qualified

    def _next_to_qualify(self, annotator: str, desk: _Desk) -> bytes | None:
        spoken = self._workforce[annotator].languages
        closed = {language for language in spoken if (annotator, language) not in self._qualified}
        if not closed:
            return None
        known = self._known[Use.QUALIFICATION]
        given = Counter(kind.language for i, kind in known.items() if i in desk.answered)
        open_to = {lang for lang in closed if given[lang] < self._policy.qualification}
        return self._first_known(annotator, desk, Use.QUALIFICATION, open_to)

    def _next_gold(self, annotator: str, desk: _Desk) -> bytes | None:
        spoken = self._workforce[annotator].languages
        open_to = {language for language in spoken if self._is_qualified(annotator, language)}
        return self._first_known(annotator, desk, Use.GOLD, open_to)

    def _first_known(
        self, annotator: str, desk: _Desk, use: Use, languages: Collection[str]
    ) -> bytes | None:
        known = self._known[use]
        if use not in desk.order:
            desk.order[use] = self._plan.in_order(annotator, known)
        later = None
        for record_id in desk.order[use]:
            if record_id not in desk.answered and record_id not in desk.held:
                kind = known[record_id]
                if kind.language in languages and self._may_see(annotator, kind):
                    if record_id not in desk.put_off:
                        return record_id
                    later = later or record_id
        return later if use is Use.QUALIFICATION else None

    def _next_real(self, annotator: str, desk: _Desk) -> bytes | None:
        best: Place | None = None
        shut = desk.held.keys() | desk.put_off.keys()
        for kind, line in self._lines.items():
            if self._may_work(annotator, kind):
                head = line.first(annotator, desk.answered, shut)
                if head is not None:
                    back = setback(self._served[kind.member], self._served_in_all)
                    found = head[0] + back, head[1]
                    best = found if best is None else min(best, found)
        if best is not None:
            return best[1]
        return next((i for i in desk.put_off if self._is_open_to(annotator, desk, i)), None)

    def _is_open_to(self, annotator: str, desk: _Desk, record_id: bytes) -> bool:
        record = self._records.get(record_id)
        is_open = record is not None and record.place is not None and record_id not in desk.held
        return is_open and self._may_work(annotator, self._records[record_id].facts.kind)

    def _count_served(self, record_id: bytes, count: int) -> None:
        record = self._records.get(record_id)
        if record is not None and record_id not in self._gold:
            self._served[record.facts.kind.member] += count
            self._served_in_all += count

    def _line_up(self, record_id: bytes) -> None:
        """Put a record into the line of its kind, or take it out, as what is asked wants it."""
        record = self._records.get(record_id)
        if record is None:
            return
        holders = len(self._holders.get(record_id, ()))
        is_open = record_id not in self._gold and record.asked > holders
        wanted = place(record.facts, record.doubt, self._policy) if is_open else None
        if wanted == record.place:
            return
        line = self._lines[record.facts.kind]
        if record.place is not None:
            line.remove(record.place)
        if wanted is not None:
            line.add(wanted)
        record.place = wanted
