"""The replay of real votes, on the smallest set: the goals that hold there, and the tables."""

import corpora
import pytest
from benchmarks import bench_votes


@pytest.mark.corpora
def test_fewer_votes_give_the_labels_of_three() -> None:
    real = bench_votes.klue_sts(corpora.path(""))
    found = {spent.rule: spent for spent in bench_votes.compare(real, [1])}
    settled, audited = found["until_settled, 3 at most"], found["audited, 3 at most"]
    assert settled.same == settled.records
    assert settled.votes <= 0.73 * settled.fixed_votes
    assert audited.votes <= 0.72 * audited.fixed_votes
    assert audited.right >= audited.fixed_right - 0.005 * audited.records
    assert audited.rare_right >= audited.fixed_rare_right - 0.03 * audited.rare


@pytest.mark.corpora
def test_a_replay_gives_the_same_votes_again() -> None:
    real = bench_votes.klue_sts(corpora.path(""))
    policy = bench_votes.policy_of(real, "audited", 5)
    assert bench_votes.replay(real, policy, 1) == bench_votes.replay(real, policy, 1)


def test_no_record_is_both_tuned_on_and_reported() -> None:
    names = [bench_votes.record_id(number) for number in range(500)]
    reported = sum(map(bench_votes.is_reported, names))
    assert 370 < reported < 430
