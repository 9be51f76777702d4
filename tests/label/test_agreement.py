"""The published examples are those of Krippendorff 2011, sections A to F."""

from dataclasses import replace

import pytest
from ballots import QUESTION, ballots, make_policy, make_record_id, make_vote
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.agreement import agreements, alpha, alpha_of, nominal_alpha
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


@pytest.mark.parametrize(
    ("measure", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_the_published_examples_of_ordered_values_come_out(measure: str, published: float) -> None:
    numbers = [[float(value) for value in unit] for unit in units(WITH_GAPS)]
    assert alpha_of(numbers, measure) == pytest.approx(published, abs=0.0005)


def test_order_counts_ranks_and_distance_counts_numbers() -> None:
    near, far = [[1.0, 2.0], [4.0, 4.0], [9.0, 9.0]], [[1.0, 9.0], [4.0, 4.0], [2.0, 2.0]]
    assert alpha_of(near, "nominal") == alpha_of(far, "nominal")
    for measure in ("ordinal", "interval"):
        assert (alpha_of(near, measure) or 0) > (alpha_of(far, measure) or 0)
    stretched = [[1.0, 2.0], [4.0, 4.0], [900.0, 900.0]]
    assert alpha_of(stretched, "ordinal") == alpha_of(near, "ordinal")


def rated(record: int, **ratings: str) -> list[Vote]:
    return [make_vote(record=record, annotator=a, value=v) for a, v in ratings.items()]


def test_agreement_is_told_in_all_by_language_and_by_pair() -> None:
    votes = [
        *rated(0, ann="soon", bob="soon"),
        *rated(1, ann="urgent", bob="urgent", cho="soon"),
        *rated(2, ann="soon", cho="urgent"),
        *rated(3, ann="soon"),
    ]
    languages = {make_record_id(0): "ko", make_record_id(1): "ko", make_record_id(2): "de"}
    found = agreements(votes, make_policy(), languages)
    assert [(one.language, one.pair, one.records) for one in found] == [
        ("", None, 3),
        ("de", None, 1),
        ("ko", None, 2),
        ("", ("ann", "bob"), 2),
        ("", ("ann", "cho"), 2),
        ("", ("bob", "cho"), 1),
    ]
    assert found[0].value == alpha(votes, QUESTION)
    assert found[3].value == 1
    assert (found[4].value or 0) < 0


def test_ratings_are_compared_by_distance_and_named_ones_by_order() -> None:
    votes = rated(0, ann="1", bob="2") + rated(1, ann="5", bob="5")
    numbers = replace(make_policy(kind="rating"), values=("1", "2", "3", "4", "5"))
    assert agreements(votes, numbers, {})[0].measure == "interval"
    assert agreements([], make_policy(kind="rating"), {})[0].measure == "ordinal"


def test_spans_are_compared_by_their_characters() -> None:
    policy = replace(make_policy(kind="labels"), values=("place",))
    votes = rated(0, ann='[[0,4,"place"]]', bob='[[2,4,"place"]]') + rated(1, ann="[]", bob="[]")
    together, *_ = agreements(votes, policy, {})
    assert (together.measure, together.records) == ("character F1", 2)
    assert together.value == pytest.approx(2 * 2 / (4 + 2))


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
