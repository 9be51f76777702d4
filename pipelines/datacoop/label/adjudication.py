"""Decide the label of each record: by a rule from its votes, or by an expert."""

from collections.abc import Iterable
from dataclasses import dataclass

from datacoop.label.deciding import Guesses, Standing, standings
from datacoop.label.decisions import EXPERT, Decision, standing_decisions
from datacoop.label.kinds import LABELS, Ballots, ballots_of, is_answer
from datacoop.label.rules import RULES, WEIGHTED, Gold
from datacoop.label.spans import character_f1
from datacoop.label.votes import Vote
from datacoop.records.policies import LabellingPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The decided value of a record, and what it rests on."""

    record_id: bytes
    question: str
    value: str
    votes: tuple[Vote, ...]
    """The votes that count, by round and time."""
    agreement: float
    """The share of the votes that equal the label, or for spans the mean F1 of their characters
    with it, in `[0, 1]`."""
    confidence: float
    """How likely one more annotator would give the value that leads, in `[0, 1]`."""
    decided_by: str
    """The name of the rule, a key of `RULES`, or `expert`."""


def labels(
    votes: Iterable[Vote],
    policy: LabellingPolicy,
    *,
    decisions: Iterable[Decision] = (),
    gold: Gold | None = None,
    gold_votes: Iterable[Vote] = (),
    guesses: Guesses | None = None,
) -> list[Label]:
    """Decide every record that needs no further vote, sorted by record id.

    A record that needs one has no label yet, nor has one that waits for an expert. What an expert
    decided stands whatever the votes say.

    Args:
        gold: What is known to be right; the rule `weighted` weighs annotators by it.
        gold_votes: Votes that this rule weighs annotators by, beside `votes`; they get no label.
        guesses: What a model expects, as it was given when votes were asked.
    """
    said = list(votes)
    ballots = ballots_of(said, policy)
    expert = _decided(decisions, policy)
    stands = standings(ballots, policy, {*ballots, *expert}, guesses or {})
    rule = policy.deciding.rule
    weighed = ballots_of([*said, *gold_votes], policy) if rule == WEIGHTED else ballots
    values = RULES[rule](weighed, policy, gold or {})
    found = []
    for record_id, stand in stands.items():
        ballot = ballots.get(record_id, ())
        if record_id in expert:
            found.append(_label(record_id, expert[record_id], ballot, stand, policy, EXPERT))
        elif not stand.needed and not stand.is_disputed:
            found.append(_label(record_id, values[record_id], ballot, stand, policy, rule))
    return found


def labelled(
    votes: Iterable[Vote],
    policy: LabellingPolicy,
    *,
    decisions: Iterable[Decision] = (),
    guesses: Guesses | None = None,
) -> set[bytes]:
    """Give the records that `labels` decides."""
    ballots = ballots_of(votes, policy)
    stands = standings(ballots, policy, ballots, guesses or {})
    settled = {i for i, stand in stands.items() if not stand.needed and not stand.is_disputed}
    return settled | _decided(decisions, policy).keys()


def _decided(decisions: Iterable[Decision], policy: LabellingPolicy) -> dict[bytes, str]:
    return {
        decision.record_id: decision.value
        for decision in standing_decisions(decisions, policy.question)
        if is_answer(decision.value, policy)
    }


def disputed(
    votes: Iterable[Vote],
    policy: LabellingPolicy,
    *,
    decisions: Iterable[Decision] = (),
    guesses: Guesses | None = None,
) -> Ballots:
    """Give the votes of the records that wait for an expert, most in doubt first."""
    ballots = ballots_of(votes, policy)
    closed = {decision.record_id for decision in standing_decisions(decisions, policy.question)}
    stands = standings(ballots, policy, ballots.keys() - closed, guesses or {})
    waiting = [i for i, stand in stands.items() if stand.is_disputed]
    waiting.sort(key=lambda i: (stands[i].confidence, i))
    return {record_id: ballots[record_id] for record_id in waiting}


def _label(
    record_id: bytes,
    value: str,
    ballot: tuple[Vote, ...],
    stand: Standing,
    policy: LabellingPolicy,
    decided_by: str,
) -> Label:
    return Label(
        record_id=record_id,
        question=policy.question,
        value=value,
        votes=ballot,
        agreement=_agreement(value, ballot, policy),
        confidence=stand.confidence,
        decided_by=decided_by,
    )


def _agreement(value: str, ballot: tuple[Vote, ...], policy: LabellingPolicy) -> float:
    if not ballot:
        return 0.0
    if policy.kind != LABELS:
        return sum(vote.value == value for vote in ballot) / len(ballot)
    # Two that both mark nothing agree.
    scores = (character_f1([value], [vote.value]) for vote in ballot)
    return sum(1.0 if score is None else score for score in scores) / len(ballot)
