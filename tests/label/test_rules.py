"""The rules of adjudication beyond the majority, the confidence of labels, and spans."""

import random
from dataclasses import replace

import numpy as np
import pytest
from ballots import VALUES, make_policy, make_record_id, make_vote
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.adjudication import labels
from datacoop.label.confidence import confidence, fit_alpha
from datacoop.label.guesses import Features, guess
from datacoop.label.kinds import Ballots, ballots_of
from datacoop.label.rules import RULES, gold_weights, median
from datacoop.label.spans import (
    Marked,
    character_f1,
    characters,
    merged,
    spans_from_value,
    spans_to_value,
)
from datacoop.records.policies import DecidingPolicy

A, B, C = VALUES
HOSTILE, CARELESS = "a9", ("a7", "a8")


def simulated(records: int = 600) -> tuple[Ballots, dict[bytes, str]]:
    """Three votes a record by ten annotators: two careless, one hostile, seven good ones."""
    rng = random.Random(3)  # noqa: S311  # no secret
    truth, votes = {}, []
    for number in range(records):
        right = rng.choices(VALUES, (6, 3, 1))[0]
        truth[make_record_id(number)] = right
        for annotator in rng.sample([f"a{i}" for i in range(10)], 3):
            wrong = rng.choice([value for value in VALUES if value != right])
            chance = rng.random()
            value = wrong if chance < 0.15 else right
            value = rng.choice(VALUES) if annotator in CARELESS else value
            value = wrong if annotator == HOSTILE else value
            votes.append(make_vote(record=number, annotator=annotator, value=value))
    return ballots_of(votes, make_policy()), truth


def accuracy(rule: str, gold_count: int = 0) -> float:
    ballots, truth = simulated()
    gold = {i: truth[i] for i in sorted(truth)[:gold_count]}
    found = RULES[rule](ballots, make_policy(), gold)
    asked = [i for i in truth if i not in gold]
    return sum(found[i] == truth[i] for i in asked) / len(asked)


def test_with_careless_and_hostile_annotators_skill_beats_the_majority() -> None:
    assert accuracy("dawid_skene") > accuracy("majority") + 0.03
    assert accuracy("weighted", gold_count=60) > accuracy("majority") + 0.03


def test_without_gold_weighing_is_the_majority() -> None:
    ballots, _ = simulated(60)
    policy = make_policy()
    assert RULES["weighted"](ballots, policy, {}) == RULES["majority"](ballots, policy, {})


def test_who_is_wrong_on_gold_weighs_nothing_and_who_is_right_most() -> None:
    ballots, truth = simulated()
    weights = gold_weights(ballots, len(VALUES), truth)
    assert weights[HOSTILE] == 0
    assert max(weights[name] for name in CARELESS) < min(weights[f"a{i}"] for i in range(7))


def test_dawid_and_skene_change_nothing_where_all_agree() -> None:
    votes = [
        make_vote(record=i, annotator=f"a{j}", value=VALUES[i % 3])
        for i in range(9)
        for j in range(3)
    ]
    found = labels(votes, replace(make_policy(), deciding=DecidingPolicy(rule="dawid_skene")))
    assert [label.value for label in found] == [
        label.value for label in labels(votes, make_policy())
    ]
    assert {label.decided_by for label in found} == {"dawid_skene"}


@pytest.mark.parametrize(
    ("ratings", "middle"), [("2", "2"), ("25", "2"), ("125", "2"), ("5512", "2"), ("53412", "3")]
)
def test_the_median_is_the_lower_middle(ratings: str, middle: str) -> None:
    assert median(list(ratings), "12345") == middle


def test_confidence_is_what_the_next_vote_says() -> None:
    """Votes drawn from a known distribution: the share of next votes that agree is foretold."""
    rng = np.random.default_rng(5)
    shares = rng.dirichlet([2.0, 0.5], size=20_000)
    first = (rng.random((20_000, 3)) < shares[:, :1]).sum(axis=1)
    tallies = [(int(k), 3 - int(k)) for k in first]
    alpha = fit_alpha(tallies, 2)
    assert alpha == pytest.approx([2.0, 0.5], rel=0.1)
    following = rng.random(20_000) < shares[:, 0]
    for k in range(4):
        foretold = confidence((k, 3 - k), alpha)[0]
        assert foretold == pytest.approx(following[first == k].mean(), abs=0.03)


def test_of_few_records_confidence_is_cautious() -> None:
    alpha = fit_alpha([(3, 0)] * 5, 2)
    assert list(alpha) == [0.5, 0.5]
    assert confidence((0, 0), alpha)[0] == 0.5
    assert confidence((3, 0), alpha)[0] == pytest.approx(3.5 / 4)


def marked(*spans: tuple[int, int, str]) -> str:
    return spans_to_value(Marked(*span) for span in spans)


def test_spans_are_merged_by_character_and_label() -> None:
    votes = [
        marked((0, 5, "place")),
        marked((2, 7, "place"), (2, 4, "time")),
        marked((4, 6, "place"), (9, 12, "time")),
    ]
    assert merged(votes) == marked((2, 6, "place"))


def test_half_of_the_votes_mark_nothing() -> None:
    assert merged([marked((0, 5, "place")), "[]"]) == "[]"


def test_character_f1_counts_characters_over_all_texts() -> None:
    assert character_f1([marked((0, 4, "x")), "[]"], [marked((2, 4, "x")), "[]"]) == 2 / 3
    assert character_f1([marked((0, 4, "x"))], [marked((0, 4, "y"))]) == 0
    assert character_f1(["[]"], ["[]"]) is None


spans = st.lists(
    st.builds(
        lambda start, size, label: Marked(start, start + size, label),
        st.integers(0, 20),
        st.integers(1, 5),
        st.sampled_from("xy"),
    ),
    max_size=5,
)


@given(spans)
def test_one_vote_merges_to_its_own_characters(given_spans: list[Marked]) -> None:
    value = spans_to_value(given_spans)
    assert characters(merged([value])) == characters(value)
    assert set(spans_from_value(value)) == set(given_spans)


@given(st.lists(spans, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_votes_changes_no_span(votes: list[list[Marked]], rng: random.Random) -> None:
    values = [spans_to_value(vote) for vote in votes]
    shuffled = rng.sample(values, len(values))
    assert merged(shuffled) == merged(values)


def test_a_guess_follows_the_words_and_never_the_record_itself() -> None:
    texts = {
        make_record_id(i): f"the {'bread' if i % 2 else 'river'} number {i}" for i in range(300)
    }
    first = {make_record_id(i): A if i % 2 else B for i in range(299)}
    guesses = guess(Features(texts), first, VALUES)
    right = sum(guesses[make_record_id(i)][A if i % 2 else B] > 0.5 for i in range(300))
    assert right > 290
    turned = first | {make_record_id(0): A}
    assert guess(Features(texts), turned, VALUES)[make_record_id(0)] == guesses[make_record_id(0)]


def test_of_few_votes_nothing_is_guessed() -> None:
    assert guess(Features({make_record_id(0): "river"}), {make_record_id(0): A}, VALUES) == {}
