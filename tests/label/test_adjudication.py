from dataclasses import replace

import pytest
from ballots import VALUES, ballots, make_policy, make_record_id, make_vote
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.adjudication import Label, labels
from datacoop.label.votes import Vote


def cast(*values: str, record: int = 0) -> list[Vote]:
    names = "abcdefgh"
    return [
        make_vote(record=record, annotator=names[i], value=value, annotation_id=i + 1)
        for i, value in enumerate(values)
    ]


def test_the_value_with_most_votes_is_the_label() -> None:
    [label] = labels(cast("urgent", "soon", "urgent"), make_policy())
    assert (label.value, label.decided_by) == ("urgent", "majority")
    assert label.agreement == pytest.approx(2 / 3)
    assert len(label.votes) == 3


@pytest.mark.parametrize(
    ("values", "decided"),
    [
        (("urgent", "soon"), "soon"),
        (("soon", "urgent"), "soon"),
        (("urgent", "soon", "routine"), "routine"),
        (("urgent", "urgent", "soon", "soon"), "soon"),
    ],
)
def test_a_tie_goes_to_the_tied_value_that_the_policy_names_first(
    values: tuple[str, ...], decided: str
) -> None:
    [label] = labels(cast(*values), make_policy(votes=2))
    assert label.value == decided


def test_a_record_waits_for_the_votes_that_the_policy_asks_for() -> None:
    votes = [*cast("soon", "soon"), *cast("soon", "soon", "soon", record=1)]
    assert [label.record_id for label in labels(votes, make_policy())] == [make_record_id(1)]


def test_labels_are_sorted_by_record() -> None:
    votes = [vote for record in range(9) for vote in cast(*VALUES, record=record)]
    found = [label.record_id for label in labels(votes, make_policy())]
    assert found == sorted(found)
    assert len(found) == 9


def test_votes_on_other_questions_or_values_do_not_count() -> None:
    votes = [
        *cast("soon", "soon"),
        make_vote(annotator="x", value="urgent", question="tone"),
        make_vote(annotator="y", value="perhaps"),
    ]
    assert labels(votes, make_policy()) == []


def outcome(found: list[Label]) -> list[tuple[bytes, str, float]]:
    return [(label.record_id, label.value, label.agreement) for label in found]


@given(ballots, st.permutations(["ann", "bob", "cho", "dia"]))
def test_renaming_annotators_changes_nothing(votes: list[Vote], names: list[str]) -> None:
    new = dict(zip(["ann", "bob", "cho", "dia"], names, strict=True))
    renamed = [replace(vote, annotator=new[vote.annotator]) for vote in votes]
    policy = make_policy(votes=2)
    assert outcome(labels(votes, policy)) == outcome(labels(renamed, policy))


@given(ballots, st.randoms(use_true_random=False))
def test_order_and_doubles_change_nothing(votes: list[Vote], random: st.DrawFn) -> None:
    shuffled = votes + votes[:5]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis hands in a Random
    assert labels(shuffled, make_policy(votes=2)) == labels(votes, make_policy(votes=2))


@given(ballots)
def test_no_other_value_has_more_votes_than_the_label(votes: list[Vote]) -> None:
    for label in labels(votes, make_policy(votes=1)):
        tally = {value: sum(v.value == value for v in label.votes) for value in VALUES}
        assert tally[label.value] == max(tally.values())
        assert label.agreement == tally[label.value] / len(label.votes)
