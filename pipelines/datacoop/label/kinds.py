"""What an answer may be, by the kind of question; and the answers that count, by record."""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TypeAlias

from datacoop.label.spans import Marked, spans_to_value
from datacoop.label.votes import Vote, counting_votes
from datacoop.records.policies import LabellingPolicy

CHOICES, RATING, LABELS, PAIRWISE = "choices", "rating", "labels", "pairwise"

Ballots: TypeAlias = Mapping[bytes, tuple[Vote, ...]]
"""The votes that count, by record, in order of round and time; records and votes sorted."""


def ballots_of(votes: Iterable[Vote], policy: LabellingPolicy) -> Ballots:
    """Give the votes that count on the policy's question, by record.

    Votes on another question, or with a value that the policy does not know, do not count.
    """
    asked = (vote for vote in votes if vote.question == policy.question)
    counting = (vote for vote in counting_votes(asked) if is_answer(vote.value, policy))
    return {i: tuple(group) for i, group in groupby(counting, key=lambda vote: vote.record_id)}


def is_answer(value: str, policy: LabellingPolicy) -> bool:
    """Say whether a value answers the question: one of the values, or spans with these labels."""
    if policy.kind != LABELS:
        return value in policy.values
    try:
        spans = [Marked(*span) for span in json.loads(value)]
    except (ValueError, TypeError):
        return False
    return all(_is_span(span, policy) for span in spans) and spans_to_value(spans) == value


def _is_span(span: Marked, policy: LabellingPolicy) -> bool:
    are_positions = type(span.start) is int and type(span.end) is int
    return are_positions and 0 <= span.start < span.end and span.label in policy.values
