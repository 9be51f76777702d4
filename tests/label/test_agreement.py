"""The published examples are those of Krippendorff 2011, sections A, B and C."""

from dataclasses import replace

import pytest
from ballots import QUESTION, ballots, make_vote
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.agreement import alpha, nominal_alpha
from datacoop.label.votes import Vote

BINARY = ["0100000010", "1110010000"]
NOMINAL = ["aabbdcccedda", "babbbccceddd"]
WITH_GAPS = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]


def units(observers: list[str]) -> list[list[str]]:
    return [[value for value in unit if value != "."] for unit in zip(*observers, strict=True)]


@pytest.mark.parametrize(
    ("observers", "published"), [(BINARY, 0.095), (NOMINAL, 0.692), (WITH_GAPS, 0.743)]
)
def test_the_published_examples_come_out(observers: list[str], published: float) -> None:
    assert nominal_alpha(units(observers)) == pytest.approx(published, abs=0.0005)


def test_perfect_agreement_is_one() -> None:
    assert nominal_alpha([["a", "a"], ["b", "b", "b"]]) == 1


def test_agreement_has_no_meaning_where_nothing_varies_or_nothing_can_be_paired() -> None:
    assert nominal_alpha([]) is None
    assert nominal_alpha([["a"], ["b"]]) is None
    assert nominal_alpha([["a", "a"], ["a", "a"]]) is None


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=12))
def test_order_of_units_and_values_does_not_matter(given_units: list[list[str]]) -> None:
    turned = [unit[::-1] for unit in given_units[::-1]]
    assert nominal_alpha(turned) == pytest.approx(nominal_alpha(given_units), nan_ok=True)


@given(ballots, st.permutations(["ann", "bob", "cho", "dia"]))
def test_renaming_annotators_does_not_change_agreement(votes: list[Vote], names: list[str]) -> None:
    new = dict(zip(["ann", "bob", "cho", "dia"], names, strict=True))
    renamed = [replace(vote, annotator=new[vote.annotator]) for vote in votes]
    assert alpha(renamed, QUESTION) == alpha(votes, QUESTION)


def test_only_votes_on_the_question_are_compared() -> None:
    votes = [
        make_vote(annotator="ann", record=0, value="soon"),
        make_vote(annotator="bob", record=0, value="soon"),
        make_vote(annotator="ann", record=1, value="urgent"),
        make_vote(annotator="bob", record=1, value="urgent"),
        make_vote(annotator="cho", record=1, value="routine", question="tone"),
    ]
    assert alpha(votes, QUESTION) == 1
