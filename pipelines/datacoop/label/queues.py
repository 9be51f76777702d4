"""Queues: which records an annotator is given, and in which order, as one pure function.

The reference for `queue_index.py`, which gives the same answers without looking at every record.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from datacoop.label.demand import Demand
from datacoop.label.facts import RecordFacts
from datacoop.label.gold import GoldPlan, Use
from datacoop.label.line import Place
from datacoop.label.workforce import Workforce, ineligible
from datacoop.records.policies import WorkforcePolicy

WEEK = 7 * 24 * 60 * 60
"""Seconds of waiting that count as much as full doubt does, one step of priority, or being of a
member whose records got none of the work against being of one whose records got all of it.

Everything is measured in waiting, so nothing waits for ever.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A record that was served and is not answered yet."""

    annotator: str
    record_id: bytes
    since: float
    """In seconds, on the clock that `queue` is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a queue follows from, but for the annotator and the time."""

    records: Mapping[bytes, RecordFacts]
    demands: Mapping[bytes, Demand]
    """What is asked now, every answer counted; a record that is not here is closed."""
    answered: Collection[tuple[str, bytes]]
    """Annotator and record of each answer of this round, skipped and withdrawn ones too."""
    holds: Sequence[Hold]
    """In the order in which they were made; of one annotator and record at most one."""
    put_off: Sequence[tuple[str, bytes]]
    """Annotator and record of each one that was given back, in order; each pair once."""
    workforce: Workforce
    paused: Collection[str]
    gold: Mapping[bytes, Use]
    """Records whose answer is known; whatever is asked of them, they are served as gold only."""
    qualified: Collection[tuple[str, str]]
    """Annotator and language of each qualification that was passed."""
    policy: WorkforcePolicy
    plan: GoldPlan


def queue(situation: Situation, annotator: str, now: float) -> list[bytes]:
    """Give the records that an annotator would get, one after the other, if nothing else happened.

    - What the annotator holds comes first. Holds older than the policy's time are void.
    - Then the qualification sets of languages in which the annotator is not qualified; real
      tasks in those languages are not given.
    - Then open records by `place`, with gold records at the turns of the plan while there are
      both. A record is open while more votes are asked than annotators hold it.
    - What the annotator put off comes after the other open records; gold that was put off comes
      no more.

    Nobody gets a record that they answered in this round, or that they may not see; somebody
    who is paused, or is not of the workforce, gets nothing.

    Args:
        now: In seconds.
    """
    if annotator not in situation.workforce or annotator in situation.paused:
        return []
    person = _Person(situation, annotator)
    held = person.held(live_holds(situation, now))
    rest = [i for i in person.visible if i not in held]
    first = person.qualification(rest)
    real = person.real(rest, now)
    gold = person.gold(rest)
    return [*held, *first, *_mixed(situation, annotator, real, gold)]


def _mixed(
    situation: Situation, annotator: str, real: Sequence[bytes], gold: Sequence[bytes]
) -> list[bytes]:
    mixed: list[bytes] = []
    left, known = list(real), list(gold)
    count = sum(name == annotator for name, _ in situation.answered)
    while left:
        is_gold = bool(known) and situation.plan.is_turn(annotator, count + len(mixed))
        mixed.append((known if is_gold else left).pop(0))
    return mixed


class _Person:
    """What one annotator may see in a situation."""

    def __init__(self, situation: Situation, annotator: str) -> None:
        self.situation = situation
        self.name = annotator
        self.answered = {i for name, i in situation.answered if name == annotator}
        self.put_off = [i for name, i in situation.put_off if name == annotator]
        person, policy = situation.workforce[annotator], situation.policy
        kinds = {facts.kind for facts in situation.records.values()}
        may_see = {kind for kind in kinds if ineligible(person, kind, policy) is None}
        self.visible = [
            i
            for i, facts in situation.records.items()
            if i not in self.answered and facts.kind in may_see
        ]

    def held(self, holds: Sequence[Hold]) -> list[bytes]:
        """Give what the annotator holds; where less is asked by now, the first holds stay."""
        visible = set(self.visible)
        return [
            hold.record_id
            for hold in holds
            if hold.annotator == self.name
            and hold.record_id in visible
            and (
                hold.record_id in self.situation.gold
                or _earlier(hold, holds) < asked(self.situation, hold.record_id)
            )
        ]

    def is_qualified(self, language: str) -> bool:
        return not self.situation.policy.qualification or (
            (self.name, language) in self.situation.qualified
        )

    def qualification(self, rest: Iterable[bytes]) -> list[bytes]:
        """Give what is left of the qualification sets, no more of each than the policy asks."""
        found: list[bytes] = []
        given = Counter(
            self.situation.records[i].kind.language
            for i in self.answered
            if self._use(i) is Use.QUALIFICATION and i in self.situation.records
        )
        left = [i for i in rest if self._use(i) is Use.QUALIFICATION]
        in_order = self.situation.plan.in_order(self.name, left)
        for record_id in sorted(in_order, key=self.put_off.__contains__):
            language = self.situation.records[record_id].kind.language
            wanted = not self.is_qualified(language)
            if wanted and given[language] < self.situation.policy.qualification:
                given[language] += 1
                found.append(record_id)
        return found

    def gold(self, rest: Iterable[bytes]) -> list[bytes]:
        known = [
            i
            for i in rest
            if self._use(i) is Use.GOLD and self._may_work(i) and i not in self.put_off
        ]
        return self.situation.plan.in_order(self.name, known)

    def real(self, rest: Iterable[bytes], now: float) -> list[bytes]:
        """Give the open records, the first to be served first."""
        situation = self.situation
        holders = Counter(hold.record_id for hold in live_holds(situation, now))
        shares = served(situation, now)
        total = sum(shares.values())
        places = []
        for i in rest:
            if self._use(i) is None and self._may_work(i) and asked(situation, i) > holders[i]:
                facts = situation.records[i]
                when, _ = place(facts, situation.demands[i].doubt, situation.policy)
                places.append((when + setback(shares[facts.kind.member], total), i))
        fresh = [i for _, i in sorted(places) if i not in self.put_off]
        is_open = {i for _, i in places}
        return [*fresh, *(i for i in self.put_off if i in is_open)]

    def _use(self, record_id: bytes) -> Use | None:
        return self.situation.gold.get(record_id)

    def _may_work(self, record_id: bytes) -> bool:
        return self.is_qualified(self.situation.records[record_id].kind.language)


def asked(situation: Situation, record_id: bytes) -> int:
    """Give how many more votes are asked of a record."""
    demand = situation.demands.get(record_id)
    return 0 if demand is None else demand.votes


def live_holds(situation: Situation, now: float) -> list[Hold]:
    """Give the holds that count at a time, oldest first."""
    oldest = now - situation.policy.return_minutes * 60
    return sorted(
        (
            hold
            for hold in situation.holds
            if hold.since > oldest
            and hold.record_id in situation.records
            and hold.annotator in situation.workforce
            and hold.annotator not in situation.paused
        ),
        key=lambda hold: hold.since,
    )


def _earlier(own: Hold, holds: Sequence[Hold]) -> int:
    same = [hold for hold in holds if hold.record_id == own.record_id]
    return same.index(own)


def served(situation: Situation, now: float) -> Counter[str]:
    """Count the work that went to each member's records: answers and holds, gold left out."""
    ids = [i for _, i in situation.answered]
    ids += [hold.record_id for hold in live_holds(situation, now)]
    return Counter(
        situation.records[i].kind.member
        for i in ids
        if i in situation.records and i not in situation.gold
    )


def place(facts: RecordFacts, doubt: float, policy: WorkforcePolicy) -> Place:
    """Give a record's place among those of its member: the least is served first.

    Where nothing is known yet (a doubt of 1) and a model has predicted an answer, the model's
    doubt takes its place.

    Args:
        doubt: How much the label is in doubt, in `[0, 1]`.
    """
    if doubt >= 1 and facts.guess_doubt is not None:
        doubt = facts.guess_doubt
    steps = policy.priority.get(facts.kind.language, 0)
    # Whole seconds: sums of floats would depend on the order in which they are made.
    return facts.since - round(WEEK * doubt) - WEEK * steps, facts.record_id


def setback(own: int, total: int) -> int:
    """Give the seconds by which a member's records stand back, by its share of the work done."""
    return WEEK * own // max(1, total)
