"""When another vote is asked: examples of each rule, and that order never matters."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from ballots import VALUES, ballots, make_policy, make_record_id, make_vote
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.adjudication import disputed, labels
from datacoop.label.deciding import ASKING, demands, is_audited
from datacoop.label.decisions import Decision
from datacoop.label.rules import RULES, majority
from datacoop.label.spans import Marked, spans_to_value
from datacoop.label.votes import Vote, merge_votes
from datacoop.records.policies import DecidingPolicy, LabellingPolicy


def policy(asking: str = "fixed", votes: int = 3, **deciding: Any) -> LabellingPolicy:
    return replace(make_policy(votes=votes), deciding=DecidingPolicy(asking=asking, **deciding))


def cast(*values: str, record: int = 0) -> list[Vote]:
    return [
        make_vote(record=record, annotator=f"a{i}", value=v, annotation_id=i + 1, minute=i)
        for i, v in enumerate(values)
    ]


def needed(asked: LabellingPolicy, *values: str) -> int:
    [demand] = demands(cast(*values), asked, [make_record_id(0)])
    return demand.votes


A, B, C = VALUES


@pytest.mark.parametrize(
    ("asking", "votes", "given", "asked"),
    [
        ("fixed", 3, (), 3),
        ("fixed", 3, (A, A), 1),
        ("fixed", 3, (A, B, B), 0),
        ("until_settled", 3, (), 2),
        ("until_settled", 3, (A,), 1),
        ("until_settled", 3, (A, A), 0),
        ("until_settled", 3, (A, B), 1),
        ("until_settled", 3, (A, B, C), 0),
        ("until_settled", 5, (A, A), 1),
        ("until_settled", 5, (A, A, A), 0),
        ("until_lead", 5, (), 2),
        ("until_lead", 5, (A, A), 0),
        ("until_lead", 5, (A, B), 2),
        ("until_lead", 5, (A, A, B), 1),
        ("until_lead", 5, (A, A, B, B), 1),
        ("until_lead", 5, (A, A, B, B, C), 0),
        ("audited", 5, (A,), 1),
        ("audited", 5, (A, A), 0),
        ("audited", 5, (A, B), 1),
    ],
)
def test_a_record_is_asked_for_what_its_rule_says(
    asking: str, votes: int, given: tuple[str, ...], asked: int
) -> None:
    assert needed(policy(asking, votes), *given) == asked


def test_a_median_is_settled_where_no_vote_can_move_it() -> None:
    rating = replace(policy("until_settled", 5, rule="median"), kind="rating")
    assert needed(rating, B, B, B) == 0
    assert needed(rating, A, B, B) == 1
    assert needed(rating, A, B, C) == 1
    assert needed(rating, A, C) == 2


def marked(*spans: tuple[int, int]) -> str:
    return spans_to_value(Marked(start, end, "place") for start, end in spans)


def span_policy(asking: str, votes: int = 3) -> LabellingPolicy:
    made = policy(asking, votes, rule="characters")
    return replace(made, kind="labels", values=("place", "time"))


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ((marked((0, 3)), marked((0, 3))), 0),
        ((marked((0, 3)), marked((0, 4))), 1),
        ((marked(), marked()), 0),
        ((marked(), marked((0, 4))), 1),
        ((marked(),), 1),
        ((), 2),
    ],
)
def test_spans_are_asked_again_only_where_characters_differ(
    given: tuple[str, ...], asked: int
) -> None:
    assert needed(span_policy("until_settled"), *given) == asked


@given(st.lists(st.sampled_from(VALUES), min_size=3, max_size=3))
def test_what_is_settled_has_the_label_of_all_votes(values: list[str]) -> None:
    asked = policy("until_settled")
    given = 0
    while needed(asked, *values[:given]):
        given += 1
    assert majority(values[:given], VALUES) == majority(values, VALUES)


def audit_votes(agreeing: int, differing: int) -> list[Vote]:
    """Records with two votes for A each, or with one for A and one for B."""
    records = range(agreeing + differing)
    return [vote for i in records for vote in cast(A, A if i < agreeing else B, record=1000 + i)]


def one_vote_policy(**deciding: Any) -> LabellingPolicy:
    return policy("audited", 5, **({"one_vote": (A,), "audit_first": 40} | deciding))


def lone(value: str) -> tuple[bytes, list[Vote]]:
    """Give a record that the audit does not choose, with one vote later than all others."""
    number = next(i for i in range(99) if not is_audited(make_record_id(i), one_vote_policy()))
    vote = make_vote(record=number, value=value, minute=50)
    return vote.record_id, [vote]


def lone_demand(votes: list[Vote], value: str, asked: LabellingPolicy) -> int:
    record_id, alone = lone(value)
    [demand] = demands([*votes, *alone], asked, [record_id])
    return demand.votes


def test_one_vote_is_enough_where_audited_ones_agree() -> None:
    assert lone_demand(audit_votes(60, 0), A, one_vote_policy()) == 0


def test_one_vote_is_not_enough_where_audited_ones_differ() -> None:
    assert lone_demand(audit_votes(50, 10), A, one_vote_policy()) == 1


def test_one_vote_is_not_enough_before_there_are_enough_audited_ones() -> None:
    assert lone_demand(audit_votes(30, 0), A, one_vote_policy()) == 1


def test_one_vote_is_enough_for_the_values_that_the_policy_names_only() -> None:
    votes = [vote for i in range(60) for vote in cast(B, B, record=1000 + i)]
    assert lone_demand(votes, B, one_vote_policy()) == 1
    assert lone_demand(votes, B, one_vote_policy(one_vote=(B,))) == 0


def test_a_rare_value_that_could_be_missed_asks_for_more_certainty() -> None:
    # As many disagreements, with a value that is common and with one that is rare.
    common = [vote for i in range(60) for vote in cast(B, B, record=3000 + i)]
    few = audit_votes(88, 2)
    asked = one_vote_policy(audit_first=60, audit_percent=1, sure_percent=95)
    assert lone_demand(few, A, replace(asked, values=(A, B))) == 1
    assert lone_demand(few + common, A, replace(asked, values=(A, B))) == 0


def test_a_record_of_the_audit_never_stays_at_one_vote() -> None:
    asked = one_vote_policy(audit_percent=100)
    assert lone_demand(audit_votes(60, 0), A, asked) == 1
    [demand] = demands([], asked, [make_record_id(3)])
    assert demand.votes == 2


def test_the_guesses_of_a_model_say_where_one_vote_is_enough() -> None:
    votes = audit_votes(60, 12)
    guesses = {v.record_id: {A: 0.9, B: 0.1, C: 0.0} for v in audit_votes(60, 0)}
    unsure = {v.record_id: {A: 0.2, B: 0.8, C: 0.0} for v in votes if v.record_id not in guesses}
    record_id, alone = lone(A)
    asked = one_vote_policy(audit_first=72, sure_percent=80)
    for guessed, enough in ((0.95, 0), (0.1, 1)):
        held = guesses | unsure | {record_id: {A: guessed}}
        [demand] = demands([*votes, *alone], asked, [record_id], guesses=held)
        assert demand.votes == enough, guessed


def test_doubt_falls_from_one_as_votes_agree() -> None:
    doubts = [
        demands(cast(*values), policy(), [make_record_id(0)])[0].doubt
        for values in ((), (A,), (A, A), (A, A, A))
    ]
    assert doubts[0] == 1.0
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[-1] < doubts[-2] < doubts[-3]


def test_nothing_is_asked_for_what_an_expert_decided() -> None:
    [demand] = demands([], policy(), [make_record_id(0)], decided=[make_record_id(0)])
    assert (demand.votes, demand.doubt) == (0, 0.0)


def decided(record: int, value: str, minute: int = 0, expert: str = "e") -> Decision:
    return Decision(
        record_id=make_record_id(record),
        expert=expert,
        question=make_policy().question,
        value=value,
        reason="two readings",
        created_utc=f"2026-03-02T10:{minute:02}:00.000000Z",
    )


def test_a_record_in_doubt_with_all_its_votes_waits_for_an_expert() -> None:
    asked = policy("until_settled", expert_below_percent=50)
    votes = [*cast(A, B, C), *cast(A, A, record=1)]
    assert [label.value for label in labels(votes, asked)] == [A]
    assert list(disputed(votes, asked)) == [make_record_id(0)]


def test_spans_in_doubt_wait_for_an_expert_and_agreed_ones_do_not() -> None:
    made = span_policy("fixed", 2)
    asked = replace(made, deciding=replace(made.deciding, expert_below_percent=60))
    apart = cast(marked((0, 4)), marked((10, 14)))
    alike = cast(marked((0, 4)), marked((0, 4)), record=1)
    assert list(disputed([*apart, *alike], asked)) == [make_record_id(0)]
    assert [label.record_id for label in labels([*apart, *alike], asked)] == [make_record_id(1)]


def test_an_expert_overrides_the_votes_and_a_later_decision_an_earlier_one() -> None:
    asked = policy("until_settled", expert_below_percent=50)
    votes = [*cast(A, B, C), *cast(A, A, record=1)]
    decisions = [decided(0, C, minute=2), decided(0, B, minute=1), decided(1, B)]
    found = labels(votes, asked, decisions=decisions)
    said = {label.record_id: (label.value, label.decided_by) for label in found}
    assert said == {make_record_id(0): (C, "expert"), make_record_id(1): (B, "expert")}
    assert not disputed(votes, asked, decisions=decisions)


decisions = st.lists(
    st.builds(decided, st.integers(0, 3), st.sampled_from(VALUES), st.integers(0, 3)), max_size=4
)


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "characters"])
@given(facts=ballots, decisions=decisions, data=st.data())
def test_labels_and_demands_converge_however_facts_arrive(
    asking: str, rule: str, facts: list[Vote], decisions: list[Decision], data: st.DataObject
) -> None:
    """Late, doubled, edited, withdrawn; in any order, in any number of parts."""
    asked = policy(asking, rule=rule, one_vote=VALUES, audit_first=20, expert_below_percent=45)
    asked = replace(asked, kind="rating") if rule == "median" else asked
    records = [make_record_id(i) for i in range(4)]
    arriving = data.draw(st.permutations([*facts, *facts[:3]]))
    cut = data.draw(st.integers(0, len(arriving)))
    known = merge_votes(merge_votes([], arriving[:cut]), arriving[cut:])
    told = data.draw(st.permutations([*decisions, *decisions[:1]]))
    gold = {records[0]: A, records[1]: B}
    assert labels(known, asked, decisions=told, gold=gold) == labels(
        facts, asked, decisions=decisions, gold=gold
    )
    assert demands(known, asked, records) == demands(facts, asked, records[::-1])


spans = st.lists(
    st.builds(
        lambda start, size, label: Marked(start, start + size, label),
        st.integers(0, 6),
        st.integers(1, 4),
        st.sampled_from(["place", "time"]),
    ),
    max_size=3,
).map(spans_to_value)


@pytest.mark.parametrize("asking", ASKING)
@given(values=st.lists(spans, max_size=8), data=st.data())
def test_spans_converge_however_facts_arrive(
    asking: str, values: list[str], data: st.DataObject
) -> None:
    facts = [
        make_vote(record=i % 3, annotator=f"a{i % 4}", value=value, annotation_id=i, minute=i)
        for i, value in enumerate(values)
    ]
    asked = span_policy(asking)
    asked = replace(asked, deciding=replace(asked.deciding, expert_below_percent=60))
    arriving = data.draw(st.permutations([*facts, *facts[:2]]))
    assert labels(arriving, asked) == labels(facts, asked)
    records = [make_record_id(i) for i in range(3)]
    assert demands(arriving, asked, records) == demands(facts, asked, records)


@given(ballots, st.sampled_from(sorted(ASKING)))
def test_a_record_has_a_label_or_a_demand_or_waits_for_an_expert(
    facts: list[Vote], asking: str
) -> None:
    asked = policy(asking, expert_below_percent=45)
    records = {vote.record_id for vote in facts}
    stands = [label.record_id for label in labels(facts, asked)]
    waits = list(disputed(facts, asked))
    open_ = [demand.record_id for demand in demands(facts, asked, records) if demand.votes]
    assert Counter([*stands, *waits, *open_]) == Counter(records)
