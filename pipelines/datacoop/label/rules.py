"""The rules of adjudication by name: what value the votes of a record come to."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from datacoop.label import dawid_skene as two_way
from datacoop.label.kinds import LABELS, Ballots
from datacoop.label.spans import merged
from datacoop.records.policies import LabellingPolicy

MAJORITY, WEIGHTED, DAWID_SKENE = "majority", "weighted", "dawid_skene"
MEDIAN, CHARACTERS = "median", "characters"

Gold: TypeAlias = Mapping[bytes, str]
"""The value that is known to be right, by record."""

LEAST_ACCURACY, MOST_ACCURACY = 0.02, 0.98
"""Between these an annotator's accuracy is taken to lie, however few gold answers there are."""

_GOLD_PRIOR = 4.0
"""Weight, in gold answers, of the accuracy of all annotators together."""


def majority(values: Sequence[str], order: Sequence[str]) -> str:
    """Give the value with most votes; of tied ones, that which comes first in `order`.

    The tie rule looks at neither names, times nor order of arrival, so nobody can win a tie
    by voting early or late. The order of values is the collection's, open to all members.
    """
    counts = Counter(values)
    return max(order, key=lambda value: counts[value])


def median(values: Sequence[str], order: Sequence[str]) -> str:
    """Give the middle value by `order`; of two in the middle, the lower one."""
    places = sorted(order.index(value) for value in values)
    return order[places[(len(places) - 1) // 2]] if places else order[0]


def value_of(values: Sequence[str], policy: LabellingPolicy) -> str:
    """Give what the values of one record come to when each counts the same."""
    if policy.kind == LABELS:
        return merged(values)
    decide = median if policy.deciding.rule == MEDIAN else majority
    return decide(values, policy.values)


def _alone(ballots: Ballots, policy: LabellingPolicy, _: Gold) -> dict[bytes, str]:
    return {i: value_of([v.value for v in ballot], policy) for i, ballot in ballots.items()}


def weighted(ballots: Ballots, policy: LabellingPolicy, gold: Gold) -> dict[bytes, str]:
    """Weigh each vote by how well its annotator answered the gold records.

    The weight is the logarithm of how much likelier the annotator's answer is when it is right;
    one no better than chance weighs nothing. Without gold it is the majority. Of tied values the
    one that comes first in the policy's order wins.
    """
    weights = gold_weights(ballots, len(policy.values), gold)
    found = {}
    for record_id, ballot in ballots.items():
        scores = dict.fromkeys(policy.values, 0.0)
        for vote in ballot:
            scores[vote.value] += weights[vote.annotator]
        # Sums of floats differ in their last bits; a tie must stay one.
        found[record_id] = max(policy.values, key=lambda value: round(scores[value], 9))
    return found


def gold_weights(ballots: Ballots, value_count: int, gold: Gold) -> dict[str, float]:
    """Give the weight of each annotator's votes, 0 or more."""
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for record_id, ballot in ballots.items():
        for vote in ballot:
            seen[vote.annotator] += record_id in gold
            right[vote.annotator] += gold.get(record_id) == vote.value
    total = seen.total()
    if not total:
        return dict.fromkeys(seen, 1.0)
    together = (right.total() + 1) / (total + 2)
    return {a: _weight(right[a], seen[a], together, value_count) for a in seen}


def _weight(right: int, seen: int, together: float, value_count: int) -> float:
    accuracy = (right + _GOLD_PRIOR * together) / (seen + _GOLD_PRIOR)
    accuracy = min(max(accuracy, LEAST_ACCURACY), MOST_ACCURACY)
    return max(0.0, float(np.log(accuracy * (value_count - 1) / (1 - accuracy))))


def dawid_skene(ballots: Ballots, policy: LabellingPolicy, _: Gold) -> dict[bytes, str]:
    """Decide by how each annotator seems to err, all records seen together.

    Never rely on it alone: on rare values it can be worse than the majority. Compare both on gold.
    """
    if not ballots:
        return {}
    annotators = sorted({vote.annotator for ballot in ballots.values() for vote in ballot})
    numbers = {name: number for number, name in enumerate(annotators)}
    places = {value: place for place, value in enumerate(policy.values)}
    answers = [
        (record, numbers[vote.annotator], places[vote.value])
        for record, ballot in enumerate(ballots.values())
        for vote in ballot
    ]
    likely = two_way.dawid_skene(answers, len(ballots), len(annotators), len(places))
    # Rounded, so that what is equal but for its last bits is a tie and goes by the order.
    best = likely.round(9).argmax(axis=1)
    return {i: policy.values[place] for i, place in zip(ballots, best, strict=True)}


RULES: dict[str, Callable[[Ballots, LabellingPolicy, Gold], dict[bytes, str]]] = {
    MAJORITY: _alone,
    WEIGHTED: weighted,
    DAWID_SKENE: dawid_skene,
    MEDIAN: _alone,
    CHARACTERS: _alone,
}
"""From the votes of all records, the policy and gold to the value of each record."""
