import pyarrow as pa
import pytest
from ballots import ballots, make_vote
from hypothesis import given

from datacoop.errors import SchemaError
from datacoop.label.votes import (
    VOTE_SCHEMA,
    Vote,
    counting_votes,
    merge_votes,
    pseudonym,
    votes_from_batch,
    votes_to_batch,
)


@given(ballots, ballots, ballots)
def test_facts_converge_however_they_arrive(a: list[Vote], b: list[Vote], c: list[Vote]) -> None:
    at_once = merge_votes([], [*a, *b, *c])
    assert merge_votes(merge_votes(a, b), c) == at_once
    assert merge_votes(merge_votes(c, a), [*b, *a]) == at_once


@given(ballots, ballots)
def test_merging_loses_no_fact_and_makes_none(old: list[Vote], new: list[Vote]) -> None:
    assert set(merge_votes(old, new)) == {*old, *new}
    assert len(merge_votes(old, new)) == len({*old, *new})


@given(ballots)
def test_order_of_arrival_does_not_change_what_counts(votes: list[Vote]) -> None:
    assert counting_votes(votes) == counting_votes(votes[::-1]) == counting_votes(votes + votes)


@given(ballots)
def test_an_annotator_counts_once_a_record_and_question(votes: list[Vote]) -> None:
    places = [(v.record_id, v.annotator, v.question) for v in counting_votes(votes)]
    assert len(places) == len(set(places))


def test_an_edited_vote_counts_as_it_stands_now() -> None:
    first = make_vote(value="routine", minute=1)
    edited = make_vote(value="urgent", minute=2)
    assert counting_votes([edited, first]) == [edited]


def test_of_two_votes_at_one_time_the_higher_annotation_counts() -> None:
    low, high = make_vote(annotation_id=3, value="soon"), make_vote(annotation_id=11)
    assert counting_votes([high, low]) == [high]


def test_a_withdrawn_vote_does_not_bring_back_the_one_before() -> None:
    votes = [make_vote(minute=1), make_vote(minute=2, withdrawn=True)]
    assert counting_votes(votes) == []


def test_a_vote_after_a_withdrawal_counts() -> None:
    again = make_vote(minute=3, value="soon")
    assert counting_votes([make_vote(minute=2, withdrawn=True), again]) == [again]


@given(ballots)
def test_votes_come_back_from_a_batch_as_they_were(votes: list[Vote]) -> None:
    batch = votes_to_batch(votes)
    assert batch.schema == VOTE_SCHEMA
    assert votes_from_batch(batch) == votes


def test_a_batch_of_another_schema_is_refused() -> None:
    with pytest.raises(SchemaError):
        votes_from_batch(pa.record_batch({"record_id": ["not bytes"]}))


def test_a_pseudonym_depends_on_the_key_and_the_user() -> None:
    assert pseudonym(b"k", 7) == pseudonym(b"k", 7)
    assert len({pseudonym(b"k", 7), pseudonym(b"k", 8), pseudonym(b"l", 7)}) == 3
