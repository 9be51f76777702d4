"""A queue that follows every answer, against one that is made anew of the same answers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import count

from ballots import make_record_id
from hypothesis import given
from hypothesis import strategies as st
from routing import KEY, make_annotator, make_facts, make_kind

from datacoop.label.gold import GoldPlan, GoldRecord, Use
from datacoop.label.live_queue import Known, LiveQueue
from datacoop.label.votes import Vote
from datacoop.label.workforce import ineligible, unknown_annotator
from datacoop.records.policies import DecidingPolicy, LabellingPolicy, WorkforcePolicy

NAMES = ("ada", "bob", "cho", "dae")
RECORDS = 6


def make_policy(
    asking: str = "until_settled", votes: int = 3, workforce: WorkforcePolicy | None = None
) -> LabellingPolicy:
    return LabellingPolicy(
        question="q",
        kind="choices",
        values=("yes", "no"),
        share_percent=100,
        votes=votes,
        deciding=DecidingPolicy(asking=asking),
        workforce=workforce or WorkforcePolicy(),
    )


def make_known(
    policy: LabellingPolicy | None = None,
    records: int = RECORDS,
    gold: Iterable[int] = (),
    use: Use = Use.GOLD,
) -> Known:
    policy = policy or make_policy()
    return Known(
        policy=policy,
        records=[make_facts(number, since=number) for number in range(records)],
        workforce={name: make_annotator(name) for name in NAMES},
        plan=GoldPlan(key=KEY, seed="live", percent=policy.workforce.gold_percent),
        gold={
            make_record_id(n): GoldRecord(record_id=make_record_id(n), value="yes", use=use)
            for n in gold
        },
    )


def make_vote(record_id: bytes, annotator: str, value: str, number: int = 0) -> Vote:
    return Vote(
        record_id=record_id,
        annotator=annotator,
        question="q",
        value=value,
        round=1,
        annotation_id=number,
        created_utc=f"2026-01-01T00:00:00.{number:06}Z",
        withdrawn=not value,
    )


def open_to(queue: LiveQueue, annotator: str) -> list[bytes]:
    """Give all that somebody could be given, by letting them skip it."""
    found = []
    for number in count(100_000):
        record_id = queue.next(annotator, 0.0)
        if record_id is None:
            return sorted(found)
        found.append(record_id)
        queue.take(make_vote(record_id, annotator, "", number), 0.0)
    raise AssertionError


def follow(known: Known, votes: Sequence[Vote]) -> LiveQueue:
    queue = LiveQueue(known)
    for vote in votes:
        queue.take(vote, 0.0)
    return queue


ANSWERS = st.lists(
    st.tuples(
        st.integers(0, RECORDS - 1), st.sampled_from(NAMES), st.sampled_from(["yes", "no", ""])
    ),
    max_size=24,
)


@given(st.sampled_from(["fixed", "until_settled", "until_lead"]), ANSWERS)
def test_following_answers_is_making_the_queue_anew(
    asking: str, answers: list[tuple[int, str, str]]
) -> None:
    known = make_known(make_policy(asking))
    votes = [make_vote(make_record_id(i), who, v, n) for n, (i, who, v) in enumerate(answers)]
    made = replace(known, votes=votes)
    for name in NAMES:
        # Told twice, as after a renewal, changes nothing.
        followed = follow(known, [*votes, *votes[-3:]])
        assert open_to(LiveQueue(made), name) == open_to(followed, name)


def test_a_third_vote_is_asked_on_disagreement_alone() -> None:
    agreed, split = make_record_id(0), make_record_id(1)
    votes = [
        make_vote(agreed, "ada", "yes", 1),
        make_vote(agreed, "bob", "yes", 2),
        make_vote(split, "ada", "yes", 3),
        make_vote(split, "bob", "no", 4),
    ]
    assert open_to(follow(make_known(records=2), votes), "cho") == [split]


def test_who_is_always_wrong_is_paused_within_fifty_answers() -> None:
    policy = make_policy(votes=1, workforce=WorkforcePolicy(gold_percent=10))
    known = make_known(policy, records=100, gold=range(30))
    queue = LiveQueue(known)
    given_votes: list[Vote] = []
    for number in range(50):
        record_id = queue.next("ada", 0.0)
        assert record_id is not None
        given_votes.append(make_vote(record_id, "ada", "no", number))
        when = queue.take(given_votes[-1], 0.0)
        if when is not None:
            break
    assert when == given_votes[-1].created_utc
    assert queue.paused == {"ada": when}
    assert queue.next("ada", 0.0) is None
    # Where one vote makes a label, what stood at the pause stays; where three do, nothing did.
    three = replace(known, policy=replace(policy, votes=3), votes=given_votes)
    anew = LiveQueue(three)
    assert anew.paused == {"ada": when}
    real = {vote.record_id for vote in given_votes} - known.gold.keys()
    assert real <= set(open_to(anew, "bob"))
    late = make_vote(make_record_id(99), "ada", "no", 99)
    assert queue.take(late, 0.0) is None


def test_real_tasks_open_with_the_last_answer_of_the_qualification_set() -> None:
    policy = make_policy(workforce=WorkforcePolicy(qualification=10, floor_percent=55))
    queue = LiveQueue(make_known(policy, records=12, gold=range(10), use=Use.QUALIFICATION))
    known = {make_record_id(number) for number in range(10)}
    for number in range(10):
        record_id = queue.next("ada", 0.0)
        assert record_id in known
        queue.take(make_vote(record_id or b"", "ada", "yes", number), 0.0)
    assert queue.next("ada", 0.0) not in {*known, None}


def test_a_record_that_is_brought_back_is_asked_as_before() -> None:
    record_id = make_record_id(0)
    queue = follow(make_known(records=1), [make_vote(record_id, "ada", "yes")])
    queue.hold("bob", record_id, 0.0)
    queue.remove(record_id)
    assert queue.next("bob", 0.0) is None
    queue.bring_back(record_id)
    assert queue.next("bob", 0.0) == record_id
    assert queue.next("ada", 0.0) is None


def test_who_is_not_known_may_see_what_no_rule_keeps_from_anybody() -> None:
    kind = make_kind(language="ko")
    nobody = unknown_annotator("ada", [kind])
    assert ineligible(nobody, kind, WorkforcePolicy()) is None
    assert ineligible(nobody, kind, WorkforcePolicy(level="B1")) == "language"
    assert ineligible(nobody, kind, WorkforcePolicy(clearance=1)) == "clearance"
    assert ineligible(nobody, kind, WorkforcePolicy(own_member=False)) == "own_member"
    kept = make_kind(language="ko", jurisdictions=["DE"])
    assert ineligible(nobody, kept, WorkforcePolicy()) == "terms"
