"""Decide the label of a record from its votes, by a rule that has a name."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from datacoop.label.votes import Vote, counting_votes
from datacoop.records.policies import LabellingPolicy

MAJORITY = "majority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The decided value of a record, and what it rests on."""

    record_id: bytes
    question: str
    value: str
    votes: tuple[Vote, ...]
    """The votes that count, by round and time."""
    agreement: float
    """The share of the votes that equal the label, in `(0, 1]`."""
    decided_by: str
    """The name of the rule, a key of `RULES`."""


def majority(votes: Sequence[Vote], values: Sequence[str]) -> str:
    """Give the value with most votes; of tied ones, that which comes first in `values`.

    The tie rule looks at neither names, times nor order of arrival, so nobody can win a tie
    by voting early or late. The order of `values` is the collection's, open to all members.
    """
    tally = Counter(vote.value for vote in votes)
    return max(values, key=lambda value: tally[value])


RULES: dict[str, Callable[[Sequence[Vote], Sequence[str]], str]] = {MAJORITY: majority}
"""The rules of adjudication by name: votes of one record and the policy's values to a value."""


def labels(
    votes: Iterable[Vote], policy: LabellingPolicy, decided_by: str = MAJORITY
) -> list[Label]:
    """Decide every record that has the votes its policy asks for, sorted by record id.

    A record with fewer votes has no label yet. Votes on another question, or for a value that
    the policy does not know, do not count.
    """
    asked = (v for v in votes if v.question == policy.question)
    counting = [v for v in counting_votes(asked) if v.value in policy.values]
    grouped = ((i, tuple(group)) for i, group in groupby(counting, key=lambda v: v.record_id))
    return [
        _decide(record_id, group, policy, decided_by)
        for record_id, group in grouped
        if len(group) >= policy.votes
    ]


def _decide(
    record_id: bytes, votes: tuple[Vote, ...], policy: LabellingPolicy, decided_by: str
) -> Label:
    value = RULES[decided_by](votes, policy.values)
    return Label(
        record_id=record_id,
        question=policy.question,
        value=value,
        votes=votes,
        agreement=sum(vote.value == value for vote in votes) / len(votes),
        decided_by=decided_by,
    )
