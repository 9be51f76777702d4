"""Figures over simulated people: the seed fixes them, so that a changed rule shows."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from ballots import VALUES, make_policy, make_record_id, make_vote
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.adjudication import labelled
from datacoop.label.gold import GoldPlan, GoldRecord, Use
from datacoop.label.kinds import ballots_of
from datacoop.label.standing import (
    GoldAnswer,
    gold_answers,
    is_qualified,
    last_resumed,
    median_seconds,
    paused_annotators,
    standing,
    standing_votes,
)
from datacoop.label.votes import Vote
from datacoop.records.pauses import Pause
from datacoop.records.policies import DecidingPolicy, LabellingPolicy, WorkforcePolicy

POLICY = WorkforcePolicy(gold_percent=10, floor_percent=55)
PLAN = GoldPlan(key=b"a key", seed="notices 1", percent=POLICY.gold_percent)


def answers(*right: bool) -> list[GoldAnswer]:
    return [GoldAnswer(is_right=r, created_utc=f"2026-{i:06}") for i, r in enumerate(right)]


def votes_until_paused(
    name: str, seed: int, accuracy: Callable[[int], float], tasks: int
) -> int | None:
    """Let a person work through their turns; give the vote with which they are paused."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    turns = [turn for turn in range(tasks) if PLAN.is_turn(name, turn)]
    given = [
        GoldAnswer(is_right=chance.random() < accuracy(turn), created_utc=f"{turn:08}")
        for turn in turns
    ]
    paused = standing(given, POLICY).paused_utc
    return None if paused is None else int(paused) + 1


def test_one_hostile_annotator_among_ten_is_paused_within_50_votes_and_nobody_else() -> None:
    for run in range(100):
        people = {
            f"{run} {number}": votes_until_paused(
                f"{run} {number}", 1_000 * run + number, lambda _, n=number: 0.95 * (n > 0), 50
            )
            for number in range(10)
        }
        hostile = people.pop(f"{run} 0")
        assert hostile is not None
        assert hostile <= 50
        assert set(people.values()) == {None}


def test_who_turns_hostile_after_400_honest_votes_is_paused_within_60_more() -> None:
    # The run of five wrong answers may begin in the middle of a stretch.
    for run in range(100):
        paused = votes_until_paused(f"{run}", run, lambda turn: 1.0 * (turn < 400), 500)
        assert paused is not None
        assert 400 < paused <= 460


@pytest.mark.slow
def test_of_1000_honest_people_fewer_than_ten_are_paused_in_2000_tasks() -> None:
    paused = [votes_until_paused(f"{run}", run, lambda _: 0.95, 2_000) for run in range(1_000)]
    assert sum(vote is not None for vote in paused) < 10


def test_of_people_who_guess_among_three_values_all_are_paused() -> None:
    paused = [votes_until_paused(f"{run}", run, lambda _: 1 / 3, 400) for run in range(200)]
    assert None not in paused


def test_nobody_is_paused_for_being_new() -> None:
    assert standing([], POLICY).paused_utc is None
    assert standing(answers(False), POLICY).paused_utc is None
    assert standing(answers(False), POLICY).low == 0


def test_the_answer_that_pauses_is_named_and_what_comes_after_does_not_count() -> None:
    wrong = answers(*[False] * 5, True, True)
    stands = standing(wrong, POLICY)
    assert stands.paused_utc == wrong[4].created_utc
    assert (stands.right, stands.answered) == (0, 5)


def test_who_was_let_go_on_begins_anew() -> None:
    given = answers(*[False] * 5, *[True] * 10)
    assert standing(given, POLICY, resumed_utc=given[4].created_utc).paused_utc is None


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 60), st.integers(0, 5))
def test_a_lower_floor_never_pauses_earlier(right: list[bool], floor: int, less: int) -> None:
    strict = standing(answers(*right), WorkforcePolicy(floor_percent=floor + less))
    lenient = standing(answers(*right), WorkforcePolicy(floor_percent=floor))
    if lenient.paused_utc is not None:
        assert strict.paused_utc is not None
        assert strict.paused_utc <= lenient.paused_utc


@pytest.mark.parametrize(
    ("right", "wrong", "qualified"), [(20, 0, True), (16, 4, True), (15, 5, False), (19, 0, False)]
)
def test_a_qualification_is_passed_with_all_answers_and_enough_right_ones(
    right: int, wrong: int, qualified: bool
) -> None:
    policy = WorkforcePolicy(qualification=20)
    given = answers(*[False] * wrong, *[True] * right)
    assert is_qualified(given, policy) == qualified


def test_what_comes_after_a_qualification_set_mends_nothing() -> None:
    given = answers(*[True] * 15, *[False] * 5, *[True] * 80)
    assert not is_qualified(given, WorkforcePolicy(qualification=20))


def test_without_a_qualification_set_everybody_is_qualified() -> None:
    assert is_qualified([], WorkforcePolicy())


def test_gold_answers_are_the_votes_that_count_by_time() -> None:
    gold = {
        make_record_id(n): GoldRecord(record_id=make_record_id(n), value="soon", use=Use.GOLD)
        for n in (0, 1)
    }
    votes = [
        make_vote(record=1, value="soon", minute=3),
        make_vote(record=0, value="soon", minute=1),
        make_vote(record=0, value="urgent", minute=5, annotation_id=2),
        make_vote(record=2, value="soon", minute=2),
        make_vote(record=1, annotator="bob", value="routine", withdrawn=True),
    ]
    found = gold_answers(votes[::-1], gold)
    assert {name: [a.is_right for a in given] for name, given in found.items()} == {
        "ann": [True, False]
    }


votes = st.builds(
    make_vote,
    record=st.integers(0, 5),
    annotator=st.sampled_from("abc"),
    value=st.sampled_from(VALUES),
    minute=st.integers(0, 59),
    withdrawn=st.booleans(),
)


TIMES = [f"2026-03-01T10:{minute:02}:00.000000Z" for minute in range(60)]
pauses = st.builds(
    lambda name, times: Pause(name, TIMES[min(times)], TIMES[max(times)] if times[2] else None),
    st.sampled_from("abc"),
    st.tuples(st.integers(0, 59), st.integers(0, 59), st.integers(0, 1)),
)


def is_within(vote: Vote, pause: Pause) -> bool:
    """Say whether a vote was given before a pause ended."""
    ended = pause.resumed_utc
    return vote.annotator == pause.annotator and (ended is None or vote.created_utc <= ended)


@given(st.lists(votes, max_size=30), st.sets(st.integers(0, 5)), st.lists(pauses, max_size=3))
def test_votes_of_paused_people_fall_only_where_nothing_is_decided(
    given_votes: list[Vote], decided: set[int], paused: list[Pause]
) -> None:
    ids = {make_record_id(number) for number in decided}
    kept = standing_votes(given_votes, paused, lambda *_: ids)
    for vote in given_votes:
        at = [pause for pause in paused if is_within(vote, pause)]
        is_new = any(vote.created_utc > pause.paused_utc for pause in at) and not vote.withdrawn
        assert (vote in kept) == (not at or (vote.record_id in ids and not is_new))


policies = st.builds(
    lambda most, asking, below: replace(
        make_policy(most), deciding=DecidingPolicy(asking=asking, expert_below_percent=below)
    ),
    st.integers(1, 4),
    st.sampled_from(["fixed", "until_settled", "until_lead"]),
    st.sampled_from([0, 60]),
)


@given(st.lists(votes, max_size=30), pauses, policies)
def test_a_pause_takes_no_label_that_stood_and_leaves_none_that_did_not(
    given_votes: list[Vote], pause: Pause, policy: LabellingPolicy
) -> None:
    said = [vote for vote in given_votes if vote.created_utc <= pause.paused_utc]
    stood = labelled(said, policy)
    kept = standing_votes(said, [pause], lambda votes, _: labelled(votes, policy))
    # How sure a label is follows from all votes: only what is said of one record is compared.
    ballots, before = ballots_of(kept, policy), ballots_of(said, policy)
    assert {i: ballots.get(i) for i in stood} == {i: before[i] for i in stood}
    others = ballots.keys() - stood
    assert pause.annotator not in {vote.annotator for i in others for vote in ballots[i]}


def with_two_votes(said: Sequence[Vote], _: str) -> set[bytes]:
    counts = Counter(vote.record_id for vote in said)
    return {record_id for record_id, count in counts.items() if count >= 2}


def test_what_others_say_after_a_pause_does_not_bring_a_fallen_vote_back() -> None:
    hostile = make_vote(record=0, annotator="a", minute=1)
    known = [make_vote(record=1, annotator=name, minute=n) for n, name in enumerate("ab")]
    later = make_vote(record=0, annotator="b", minute=30)
    for resumed in (None, TIMES[40]):
        kept = standing_votes(
            [hostile, later, *known], [Pause("a", TIMES[20], resumed)], with_two_votes
        )
        assert sorted(kept) == sorted([later, *known])


def test_who_comes_back_counts_again_and_is_measured_anew() -> None:
    wrong = [make_vote(record=n, annotator="a", value=VALUES[1], minute=n) for n in range(5)]
    gold = {
        make_record_id(n): GoldRecord(record_id=make_record_id(n), value=VALUES[0], use=Use.GOLD)
        for n in range(10)
    }
    paused = paused_annotators(wrong, gold, POLICY)
    assert paused == {"a": wrong[-1].created_utc}
    over = [Pause("a", paused["a"], TIMES[30])]
    assert last_resumed([*over, Pause("b", TIMES[1]), Pause("a", TIMES[0], TIMES[9])]) == {
        "a": TIMES[30]
    }
    assert paused_annotators(wrong, gold, POLICY, over) == {}
    again = [
        make_vote(record=n, annotator="a", value=VALUES[1], minute=31 + n) for n in range(5, 10)
    ]
    assert paused_annotators([*wrong, *again], gold, POLICY, over) == {"a": again[-1].created_utc}
    assert standing_votes([*wrong, *again], over, lambda *_: set()) == again


def test_the_median_lies_in_its_interval_which_covers_95_percent() -> None:
    # 0.5 is the true median of these times.
    covered = 0
    for run in range(1_000):
        chance = random.Random(run)  # noqa: S311 - no secret
        found = median_seconds([chance.random() for _ in range(25)])
        assert found is not None
        median, low, high = found
        assert low <= median <= high
        covered += low <= 0.5 <= high
    assert covered >= 950


def test_times_of_nobody_have_no_median_and_many_times_one() -> None:
    assert median_seconds([]) is None
    assert median_seconds([7.0]) == (7, 7, 7)
    assert median_seconds([3.0] * 5_000) == (3, 3, 3)
