from collections import Counter
from dataclasses import replace

from ballots import make_record_id
from hypothesis import given
from hypothesis import strategies as st
from routing import make_annotator, make_demand, make_facts, make_kind, make_situation

from datacoop.label.gold import Use
from datacoop.label.queues import WEEK, Hold, Situation, queue
from datacoop.records.policies import WorkforcePolicy

DAY = 24 * 60 * 60


def numbers(situation: Situation, annotator: str = "ann", now: float = 0) -> list[int]:
    """Give a queue by the numbers of its records."""
    known = {make_record_id(number): number for number in range(400)}
    return [known[record_id] for record_id in queue(situation, annotator, now)]


def hold(number: int, annotator: str = "ann", since: float = 0) -> Hold:
    return Hold(annotator=annotator, record_id=make_record_id(number), since=since)


def test_only_people_who_may_see_a_record_get_it() -> None:
    records = [make_facts(0), make_facts(1, make_kind(language="ko")), make_facts(2)]
    korean = make_annotator("kim", languages={"ko": "C2"})
    situation = make_situation(records, people=[make_annotator(), korean])
    assert sorted(numbers(situation)) == [0, 2]
    assert numbers(situation, "kim") == [1]
    assert numbers(situation, "nobody") == []
    assert numbers(replace(situation, paused={"ann"})) == []


def test_the_oldest_goes_first_and_doubt_counts_as_waiting() -> None:
    records = [make_facts(n, since=n * DAY) for n in range(3)]
    sure = [make_demand(n, doubt=0.0) for n in range(3)]
    assert numbers(make_situation(records, sure)) == [0, 1, 2]
    doubted = [*sure[:2], make_demand(2, doubt=1.0)]
    assert numbers(make_situation(records, doubted)) == [2, 0, 1]


def test_nothing_waits_for_ever() -> None:
    old = make_facts(0, since=0)
    newer = [make_facts(n, make_kind(language="de"), since=n * DAY) for n in range(1, 40)]
    demands = [make_demand(0, doubt=0.0), *(make_demand(n) for n in range(1, 40))]
    policy = WorkforcePolicy(priority={"de": 1})
    people = [make_annotator(languages={"en": "C1", "de": "C1"})]
    found = numbers(make_situation([old, *newer], demands, people=people, policy=policy))
    # Full doubt and a step of priority are worth a week each: who comes later yields.
    assert found.index(0) == 13 + (make_record_id(14) < make_record_id(0))


def test_uncertain_predictions_come_first_until_votes_say_more() -> None:
    records = [make_facts(0, guess=0.1), make_facts(1, guess=0.9), make_facts(2, guess=0.5)]
    situation = make_situation(records)
    assert numbers(situation) == [1, 2, 0]
    voted = {make_record_id(0): make_demand(0, doubt=0.7)}
    assert numbers(replace(situation, demands={**situation.demands, **voted})) == [1, 0, 2]


def test_work_is_spread_between_the_members_whose_records_wait() -> None:
    kinds = [make_kind(member) for member in ("big", "small")]
    records = [make_facts(n, kinds[n >= 90]) for n in range(100)]
    situation = make_situation(records, [make_demand(n) for n in range(100)])
    given_to: Counter[str] = Counter()
    answered: set[tuple[str, bytes]] = set()
    for _ in range(20):
        first = queue(replace(situation, answered=answered), "ann", 0)[0]
        answered.add(("ann", first))
        given_to[situation.records[first].kind.member] += 1
    assert given_to == {"big": 10, "small": 10}


def test_a_record_is_open_to_as_many_as_votes_are_asked() -> None:
    people = [make_annotator(name) for name in "abc"]
    situation = make_situation(
        [make_facts(0)], [make_demand(0, votes=2)], people=people, holds=[hold(0, "a")]
    )
    assert numbers(situation, "b") == [0]
    held = replace(situation, holds=[hold(0, "a"), hold(0, "b")])
    assert [numbers(held, name) for name in "abc"] == [[0], [0], []]
    less = replace(held, demands={make_record_id(0): make_demand(0, votes=1)})
    assert [numbers(less, name) for name in "abc"] == [[0], [], []]


def test_what_is_held_comes_first_until_it_is_too_old() -> None:
    records = [make_facts(n, since=n) for n in range(2)]
    people = [make_annotator("ann"), make_annotator("bob")]
    situation = make_situation(records, holds=[hold(1, since=100)], people=people)
    assert numbers(situation, now=100) == [1, 0]
    end = 100 + situation.policy.return_minutes * 60
    assert numbers(situation, now=end - 1) == [1, 0]
    assert numbers(situation, "bob", now=end - 1) == [0]
    assert numbers(situation, now=end) == numbers(situation, "bob", now=end) == [0, 1]


def test_what_is_put_off_comes_last_and_only_for_who_did_it() -> None:
    records = [make_facts(n, since=n) for n in range(3)]
    people = [make_annotator("ann"), make_annotator("bob")]
    off = [("ann", make_record_id(1)), ("ann", make_record_id(0))]
    situation = make_situation(records, put_off=off, people=people)
    assert numbers(situation) == [2, 1, 0]
    assert numbers(situation, "bob") == [0, 1, 2]


def test_nobody_sees_a_record_twice_in_a_round() -> None:
    situation = make_situation([make_facts(0)], answered={("ann", make_record_id(0))})
    assert numbers(situation) == []


def gold_situation(policy: WorkforcePolicy, qualified: bool = True) -> Situation:
    gold = {make_record_id(n): Use.GOLD for n in range(300, 340)}
    gold |= {make_record_id(n): Use.QUALIFICATION for n in range(340, 360)}
    return make_situation(
        [make_facts(n) for n in range(360)],
        gold=gold,
        policy=policy,
        qualified=[("ann", "en")] if qualified else [],
    )


def test_gold_lies_hidden_at_the_policys_share() -> None:
    found = numbers(gold_situation(WorkforcePolicy(gold_percent=10)))
    gold = [place for place, number in enumerate(found) if number >= 300]
    assert len([place for place in gold if place < 300]) == 30
    assert len(set(found)) == len(found)
    assert not any(number >= 340 for number in found)


def test_gold_comes_no_second_time() -> None:
    situation = gold_situation(WorkforcePolicy(gold_percent=10))
    answered: set[tuple[str, bytes]] = set()
    for _ in range(30):
        first = queue(replace(situation, answered=answered), "ann", 0)[0]
        assert ("ann", first) not in answered
        answered.add(("ann", first))
    assert sum(situation.gold.get(i) is Use.GOLD for _, i in answered) == 3


def test_without_real_tasks_there_is_no_gold_either() -> None:
    situation = gold_situation(WorkforcePolicy(gold_percent=50))
    assert numbers(replace(situation, demands={})) == []


def test_the_qualification_set_comes_first_and_then_nothing_until_it_is_passed() -> None:
    policy = WorkforcePolicy(qualification=15, gold_percent=10)
    situation = gold_situation(policy, qualified=False)
    found = queue(situation, "ann", 0)
    assert len(found) == 15
    assert {situation.gold[record_id] for record_id in found} == {Use.QUALIFICATION}
    answered = {("ann", record_id) for record_id in found}
    done = replace(situation, answered=answered)
    assert queue(done, "ann", 0) == []
    assert numbers(replace(done, qualified=[("ann", "en")]))[0] < 340


def test_who_is_qualified_in_one_language_is_not_in_another() -> None:
    policy = WorkforcePolicy(qualification=10)
    records = [make_facts(0), make_facts(1, make_kind(language="de"))]
    people = [make_annotator(languages={"en": "C1", "de": "C1"})]
    situation = make_situation(records, people=people, policy=policy, qualified=[("ann", "de")])
    assert numbers(situation) == [1]


@given(st.permutations(range(6)))
def test_the_order_of_facts_changes_nothing(order: list[int]) -> None:
    records = [make_facts(n, since=n // 2) for n in order]
    assert numbers(make_situation(records)) == numbers(
        make_situation([make_facts(n, since=n // 2) for n in range(6)])
    )


def test_a_week_of_waiting_is_a_week() -> None:
    assert WEEK == 7 * DAY
