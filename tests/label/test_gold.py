from dataclasses import replace

import pytest
from ballots import make_record_id
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.gold import GoldPlan

PLAN = GoldPlan(key=b"one secret", seed="notices 1", percent=10)


def turns(plan: GoldPlan, annotator: str, count: int) -> list[int]:
    return [turn for turn in range(count) if plan.is_turn(annotator, turn)]


@given(st.integers(1, 50), st.text("abc", min_size=1, max_size=3))
def test_of_every_hundred_turns_the_policys_share_is_gold(percent: int, annotator: str) -> None:
    plan = replace(PLAN, percent=percent)
    for hundred in range(3):
        found = [turn for turn in turns(plan, annotator, 300) if turn // 100 == hundred]
        assert len(found) == percent


def test_without_a_share_nothing_is_gold() -> None:
    assert not turns(replace(PLAN, percent=0), "ann", 200)


@pytest.mark.parametrize(
    "other", [replace(PLAN, key=b"another"), replace(PLAN, seed="notices 2")], ids=["key", "seed"]
)
def test_turns_follow_from_annotator_seed_count_and_key_and_from_each_of_them(
    other: GoldPlan,
) -> None:
    known = turns(PLAN, "ann", 1_000)
    assert known == turns(replace(PLAN), "ann", 1_000)
    assert known != turns(PLAN, "bob", 1_000)
    assert known != turns(other, "ann", 1_000)


def test_the_place_in_a_stretch_is_spread_evenly_so_that_none_is_worth_guessing() -> None:
    places = [turn % 10 for number in range(200) for turn in turns(PLAN, f"person {number}", 100)]
    counts = [places.count(place) for place in range(10)]
    # 2,000 places in ten: five standard deviations of a count are 67.
    assert all(abs(count - 200) < 67 for count in counts)


def test_each_annotator_gets_gold_in_an_order_of_their_own() -> None:
    gold = [make_record_id(number) for number in range(40)]
    first, second = PLAN.in_order("ann", gold), PLAN.in_order("bob", gold[::-1])
    assert sorted(first) == sorted(second) == sorted(gold)
    assert first != second
    assert first == PLAN.in_order("ann", gold[::-1])
    assert first != replace(PLAN, key=b"another").in_order("ann", gold)
