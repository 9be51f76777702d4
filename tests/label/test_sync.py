"""Which votes are taken back when their answers are gone."""

from ballots import ballots, make_record_id, make_vote
from hypothesis import given

from datacoop.label.sync import FEW, judge_vanished, vanished_votes
from datacoop.label.votes import Vote, counting_votes, merge_votes

OLD = "2026-03-01T09:00:00.000000Z"
YOUNG = "2026-03-01T11:00:00.000000Z"


def places(votes: list[Vote]) -> set[tuple[int, bytes, str]]:
    return {(vote.annotation_id, vote.record_id, vote.annotator) for vote in votes}


def made(utc: str) -> dict[str, str]:
    return {make_record_id(record).hex(): utc for record in range(100)}


@given(ballots)
def test_what_is_present_has_not_vanished(votes: list[Vote]) -> None:
    assert vanished_votes(votes, places(votes)) == []
    assert vanished_votes(votes, set()) == counting_votes(votes)


@given(ballots)
def test_a_vote_that_was_taken_back_counts_no_more_and_is_taken_back_once(
    votes: list[Vote],
) -> None:
    gone = vanished_votes(votes, set())[:FEW]
    judged = judge_vanished(gone, len(counting_votes(votes)), made(OLD))
    assert judged.missing == 0
    after = merge_votes(votes, judged.deleted)
    assert not {*gone} & {*counting_votes(after)}
    assert not {*gone} & {*vanished_votes(after, set())}
    assert merge_votes(after, judged.deleted) == after


def test_an_edit_after_the_deletion_counts_again() -> None:
    vote, later = make_vote(minute=1), make_vote(minute=2, annotation_id=2)
    (deleted,) = judge_vanished([vote], 1, made(OLD)).deleted
    assert counting_votes([vote, deleted]) == []
    assert counting_votes([vote, deleted, later]) == [later]


def test_votes_on_tasks_that_were_lost_stay_whether_sent_again_or_not() -> None:
    vote = make_vote()
    for tasks in ({}, made(YOUNG)):
        judged = judge_vanished([vote], 1, tasks)
        assert (judged.deleted, judged.missing) == ((), 1)


def test_very_many_at_once_are_no_deletions() -> None:
    votes = [make_vote(record=n) for n in range(FEW + 1)]
    assert judge_vanished(votes, len(votes), made(OLD)).missing == FEW + 1
    assert len(judge_vanished(votes, 20 * len(votes), made(OLD)).deleted) == FEW + 1


def test_an_answer_of_another_record_under_the_same_number_is_another() -> None:
    """A server put back from a backup gives numbers again."""
    vote = make_vote(record=1, annotation_id=5)
    assert vanished_votes([vote], places([make_vote(record=2, annotation_id=5)])) == [vote]
