"""The index against the pure function: whatever happens, both give everybody the same record."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from ballots import make_record_id
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from routing import KEY, make_annotator, make_facts, make_kind

from datacoop.label.demand import Demand
from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.gold import GoldPlan, GoldRecord, Use
from datacoop.label.queue_index import QueueIndex
from datacoop.label.queues import Hold, Situation, queue
from datacoop.label.standing import gold_answers, standing
from datacoop.label.votes import Vote
from datacoop.label.workforce import Annotator
from datacoop.records.policies import WorkforcePolicy

PEOPLE = (
    make_annotator("ann"),
    make_annotator("bob", member="meadow", languages={"en": "C1", "de": "B1"}),
    make_annotator("cho", member="summit", languages={"ko": "C2", "en": "B2"}, domains=["health"]),
    make_annotator("dia", clearance=2, languages={"de": "C2"}, domains=["law", "health"]),
)
KINDS = tuple(
    make_kind(member, language=language, domains=[domain])
    for member in ("meadow", "summit")
    for language in ("en", "de", "ko")
    for domain in ("law", "health")
)


@dataclass
class World:
    """One truth told to both: the index, and a situation kept by plain lists."""

    index: QueueIndex
    situation: Situation
    now: float = 0.0
    answered: set[tuple[str, bytes]] = field(default_factory=set)

    def queue(self, annotator: str) -> list[bytes]:
        return queue(self.situation, annotator, self.now)

    def check(self, annotator: str) -> bytes | None:
        found = self.index.next(annotator, self.now)
        self._drop_old()
        assert found == next(iter(self.queue(annotator)), None)
        return found

    def change(self, **changes: object) -> None:
        self.situation = replace(self.situation, **changes)

    def add(self, facts: RecordFacts) -> None:
        self.index.add(facts)
        if facts.record_id not in self.situation.records:
            self.change(records={**self.situation.records, facts.record_id: facts})

    def remove(self, record_id: bytes) -> None:
        self.index.remove(record_id)
        without = {i: f for i, f in self.situation.records.items() if i != record_id}
        demands = {i: d for i, d in self.situation.demands.items() if i != record_id}
        holds = [h for h in self.situation.holds if h.record_id != record_id]
        self.change(records=without, demands=demands, holds=holds)

    def update(self, demand: Demand) -> None:
        self.index.update(demand)
        if demand.record_id in self.situation.records:
            self.change(demands={**self.situation.demands, demand.record_id: demand})

    def hold(self, annotator: str, record_id: bytes) -> None:
        self.index.hold(annotator, record_id, self.now)
        self._drop_old()
        is_known = record_id in self.situation.records and annotator not in self.situation.paused
        pairs = {(h.annotator, h.record_id) for h in self.situation.holds}
        if is_known and (annotator, record_id) not in pairs:
            made = Hold(annotator=annotator, record_id=record_id, since=self.now)
            self.change(holds=[*self.situation.holds, made])

    def give_back(self, annotator: str, record_id: bytes) -> None:
        self.index.give_back(annotator, record_id)
        pair = (annotator, record_id)
        if pair in [(h.annotator, h.record_id) for h in self.situation.holds]:
            others = [one for one in self.situation.put_off if one != pair]
            self.change(put_off=[*others, pair])
        self._drop(annotator, record_id)

    def answer(self, annotator: str, record_id: bytes) -> None:
        self.index.answered(annotator, record_id, self.now)
        self._drop(annotator, record_id)
        demand = self.situation.demands.get(record_id)
        if demand is not None and (annotator, record_id) not in self.situation.answered:
            less = replace(demand, votes=max(0, demand.votes - 1))
            self.change(demands={**self.situation.demands, record_id: less})
        self.answered.add((annotator, record_id))
        self.change(answered=frozenset(self.answered))

    def pause(self, annotator: str) -> None:
        self.index.pause(annotator)
        holds = [h for h in self.situation.holds if h.annotator != annotator]
        self.change(holds=holds, paused={*self.situation.paused, annotator})

    def resume(self, annotator: str) -> None:
        self.index.resume(annotator)
        self.change(paused={*self.situation.paused} - {annotator})

    def qualify(self, annotator: str, language: str) -> None:
        self.index.qualify(annotator, language)
        self.change(qualified={*self.situation.qualified, (annotator, language)})

    def _drop(self, annotator: str, record_id: bytes) -> None:
        pair = (annotator, record_id)
        holds = [h for h in self.situation.holds if (h.annotator, h.record_id) != pair]
        self.change(holds=holds)

    def _drop_old(self) -> None:
        # Whoever is served a record anew after the time is a new holder, behind the others.
        oldest = self.now - self.situation.policy.return_minutes * 60
        self.change(holds=[h for h in self.situation.holds if h.since > oldest])


def make_world(
    policy: WorkforcePolicy,
    gold: dict[bytes, Use],
    people: tuple[Annotator, ...] = PEOPLE,
) -> World:
    workforce = {person.annotator: person for person in people}
    plan = GoldPlan(key=KEY, seed="notices 1", percent=policy.gold_percent)
    situation = Situation(
        records={},
        demands={},
        answered=frozenset(),
        holds=[],
        put_off=[],
        workforce=workforce,
        paused=frozenset(),
        gold=gold,
        qualified=frozenset(),
        policy=policy,
        plan=plan,
    )
    return World(index=QueueIndex(policy, workforce, plan, gold), situation=situation)


names = st.sampled_from([person.annotator for person in PEOPLE])
ids = st.integers(0, 24).map(make_record_id)
GOLD = {make_record_id(n): Use.GOLD for n in range(16, 20)} | {
    make_record_id(n): Use.QUALIFICATION for n in range(20, 25)
}


class IndexMachine(RuleBasedStateMachine):
    """Few records and people, so that what happens to them often meets."""

    @initialize(
        gold_percent=st.sampled_from([0, 30, 50]),
        qualification=st.sampled_from([0, 1, 2]),
        own_member=st.booleans(),
        priority=st.dictionaries(st.sampled_from(["en", "de"]), st.integers(1, 2)),
    )
    def begin(
        self, gold_percent: int, qualification: int, own_member: bool, priority: dict[str, int]
    ) -> None:
        policy = WorkforcePolicy(
            gold_percent=gold_percent,
            qualification=qualification,
            own_member=own_member,
            priority=priority,
            return_minutes=10,
        )
        self.world = make_world(policy, GOLD)

    @rule(
        numbers=st.sets(st.integers(0, 24), min_size=1, max_size=8),
        kind=st.sampled_from(KINDS),
        since=st.integers(0, 3),
        guess=st.none() | st.sampled_from([0.2, 0.9]),
        votes=st.integers(0, 3),
    )
    def add(
        self, numbers: set[int], kind: Kind, since: int, guess: float | None, votes: int
    ) -> None:
        for number in sorted(numbers):
            self.world.add(make_facts(number, kind, since * 200_000, guess))
            self.world.update(Demand(record_id=make_record_id(number), votes=votes, doubt=1.0))

    @rule(record_id=ids, votes=st.integers(0, 3), doubt=st.sampled_from([0.0, 0.25, 1.0]))
    def update(self, record_id: bytes, votes: int, doubt: float) -> None:
        self.world.update(Demand(record_id=record_id, votes=votes, doubt=doubt))

    @rule(record_id=ids)
    def remove(self, record_id: bytes) -> None:
        self.world.remove(record_id)

    @rule(annotator=names)
    def serve(self, annotator: str) -> None:
        record_id = self.world.check(annotator)
        if record_id is not None:
            self.world.hold(annotator, record_id)
            assert self.world.check(annotator) == record_id

    @rule(annotator=names, record_id=ids)
    def hold_any(self, annotator: str, record_id: bytes) -> None:
        self.world.hold(annotator, record_id)

    @rule(annotator=names)
    def answer(self, annotator: str) -> None:
        record_id = self.world.check(annotator)
        if record_id is not None:
            self.world.answer(annotator, record_id)

    @rule(annotator=names, record_id=ids)
    def answer_any(self, annotator: str, record_id: bytes) -> None:
        self.world.answer(annotator, record_id)

    @rule(annotator=names, record_id=ids)
    def give_back(self, annotator: str, record_id: bytes) -> None:
        self.world.give_back(annotator, record_id)

    @rule(annotator=names)
    def pause(self, annotator: str) -> None:
        self.world.pause(annotator)

    @rule(annotator=names)
    def resume(self, annotator: str) -> None:
        self.world.resume(annotator)

    @rule(annotator=names, language=st.sampled_from(["en", "de", "ko"]))
    def qualify(self, annotator: str, language: str) -> None:
        self.world.qualify(annotator, language)

    @rule(minutes=st.sampled_from([1, 4, 10]))
    def wait(self, minutes: int) -> None:
        self.world.now += minutes * 60

    @invariant()
    def both_give_the_same(self) -> None:
        if hasattr(self, "world"):
            for person in PEOPLE:
                self.world.check(person.annotator)


TestIndexEqualsQueue = IndexMachine.TestCase
TestIndexEqualsQueue.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


@pytest.mark.slow
def test_it_equals_the_pure_function_at_10000_records_whatever_happens() -> None:
    chance = random.Random(11)  # noqa: S311 - no secret
    gold = {make_record_id(n): Use.GOLD for n in range(200)}
    gold |= {make_record_id(n): Use.QUALIFICATION for n in range(200, 260)}
    policy = WorkforcePolicy(
        gold_percent=10, qualification=10, own_member=False, priority={"de": 1}, return_minutes=30
    )
    world = make_world(policy, gold)
    facts = [
        make_facts(n, chance.choice(KINDS), chance.randrange(10**6), chance.choice([None, 0.4]))
        for n in range(10_000)
    ]
    # Told in one go: growing a situation record by record would copy it ten thousand times.
    for one in facts:
        world.index.add(one)
    demands = {
        f.record_id: Demand(record_id=f.record_id, votes=chance.choice([1, 2, 3]), doubt=1.0)
        for f in facts
    }
    for demand in demands.values():
        world.index.update(demand)
    world.change(records={f.record_id: f for f in facts}, demands=demands)
    events: Counter[str] = Counter()
    for _ in range(600):
        name = chance.choice(PEOPLE).annotator
        some = chance.choice(facts).record_id
        event = chance.choices(
            ["serve", "answer", "give back", "pause", "qualify", "withdraw", "update", "wait"],
            [20, 60, 4, 3, 4, 3, 6, 3],
        )[0]
        events[event] += 1
        if event == "serve" and (found := world.check(name)):
            world.hold(name, found)
        elif event == "answer" and (found := world.check(name)):
            world.answer(name, found)
        elif event == "give back" and (found := world.check(name)):
            world.give_back(name, found)
        elif event == "pause":
            world.pause(name)
            assert world.check(name) is None
            world.resume(name)
        elif event == "qualify":
            world.qualify(name, chance.choice(["en", "de", "ko"]))
        elif event == "withdraw":
            first = world.check(name)
            if first is not None:
                world.remove(first)
        elif event == "update":
            doubt, votes = chance.random(), chance.randrange(4)
            world.update(Demand(record_id=some, votes=votes, doubt=doubt))
        elif event == "wait":
            world.now += 900
    assert min(events.values()) > 9
    answered = Counter(i for _, i in world.answered)
    assert len(answered) > 200
    for person in PEOPLE:
        world.check(person.annotator)


@pytest.mark.parametrize("crowd", [7, 40])
def test_every_record_gets_exactly_the_votes_that_are_asked(crowd: int) -> None:
    people = tuple(make_annotator(f"p{n}") for n in range(crowd))
    index = make_world(WorkforcePolicy(), {}, people).index
    ids = [make_record_id(number) for number in range(50)]
    for number, record_id in enumerate(ids):
        index.add(make_facts(number))
        index.update(Demand(record_id=record_id, votes=3, doubt=1.0))
    chance, votes, served = random.Random(3), Counter[bytes](), set()  # noqa: S311 - no secret
    holding: dict[str, bytes] = {}
    for now in range(4_000):
        name = chance.choice(people).annotator
        if name in holding and chance.random() < 0.8:
            index.answered(name, holding[name], now)
            votes[holding.pop(name)] += 1
        elif (found := index.next(name, now)) is not None:
            assert (name, found) not in served or holding.get(name) == found
            index.hold(name, found, now)
            holding[name] = found
            served.add((name, found))
    assert {votes[record_id] for record_id in ids} == {3}


def test_a_hostile_annotator_among_ten_is_paused_and_their_votes_are_asked_again() -> None:
    people = tuple(make_annotator(f"p{n}") for n in range(10))
    gold = {
        make_record_id(n): GoldRecord(record_id=make_record_id(n), value="soon", use=Use.GOLD)
        for n in range(40)
    }
    policy = WorkforcePolicy(gold_percent=10)
    index = make_world(policy, dict.fromkeys(gold, Use.GOLD), people).index
    for number in range(1_000):
        index.add(make_facts(number))
        index.update(Demand(record_id=make_record_id(number), votes=3, doubt=1.0))
    chance, votes, paused = random.Random(5), list[Vote](), dict[str, int]()  # noqa: S311 - no secret
    for minute in range(900):
        for person in people:
            name = person.annotator
            found = index.next(name, minute)
            if found is None:
                continue
            is_right = name != "p0" and chance.random() < 0.95
            made = Vote(
                record_id=found,
                annotator=name,
                question="urgency",
                value="soon" if is_right else "urgent",
                round=1,
                annotation_id=len(votes),
                created_utc=f"{minute:06}",
                withdrawn=False,
            )
            votes.append(made)
            index.answered(name, found, minute)
            stands = standing(gold_answers(votes, gold).get(name, []), policy)
            if found in gold and stands.paused_utc is not None:
                index.pause(name)
                paused[name] = sum(vote.annotator == name for vote in votes)
        if minute == 60:
            lost = {v.record_id for v in votes if v.annotator == "p0" and v.record_id not in gold}
            for record_id in lost:
                left = sum(v.record_id == record_id and v.annotator != "p0" for v in votes)
                index.update(Demand(record_id=record_id, votes=max(0, 3 - left), doubt=1.0))
    assert list(paused) == ["p0"]
    assert paused["p0"] <= 50
    # Their votes were asked of others, so that each record has three of people who stand.
    kept = Counter(v.record_id for v in votes if v.annotator != "p0")
    assert {kept[record_id] for record_id in lost} == {3}
