"""Measure how far annotators agree beyond chance: Krippendorff's alpha, and F1 for spans.

After K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, sections B to F
(https://repository.upenn.edu/asc_papers/43).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

import numpy as np
import numpy.typing as npt

from datacoop.label.kinds import LABELS, RATING, Ballots, ballots_of
from datacoop.label.spans import character_f1
from datacoop.label.votes import Vote, counting_votes
from datacoop.records.policies import LabellingPolicy

NOMINAL, ORDINAL, INTERVAL = "nominal", "ordinal", "interval"
CHARACTER_F1 = "character F1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far some annotators agree on some records."""

    language: str
    """Empty for all languages together."""
    pair: tuple[str, str] | None
    """The pseudonyms of two annotators, sorted; none for all together."""
    measure: str
    """`nominal`, `ordinal` or `interval` for alpha, or `character F1`."""
    records: int
    """Records that two or more of them answered."""
    value: float | None
    """Up to 1; none where it has no meaning."""


def agreements(
    votes: Iterable[Vote], policy: LabellingPolicy, languages: Mapping[bytes, str]
) -> list[Agreement]:
    """Measure agreement on the policy's question: in all, by language, and by pair.

    Ratings that are numbers are compared as such (interval), other ratings by their order,
    choices by whether they are equal, spans by their characters.

    Args:
        languages: The language of each record.

    Returns:
        All together first, then by language, then by pair of annotators, each sorted.
    """
    ballots = ballots_of(votes, policy)
    found = [_agreement(ballots, policy, "", None)]
    spoken: dict[str, dict[bytes, tuple[Vote, ...]]] = defaultdict(dict)
    shared: dict[tuple[str, str], dict[bytes, tuple[Vote, ...]]] = defaultdict(dict)
    for record_id, ballot in ballots.items():
        spoken[languages.get(record_id, "")][record_id] = ballot
        for one, other in combinations(sorted(ballot, key=lambda vote: vote.annotator), 2):
            shared[one.annotator, other.annotator][record_id] = (one, other)
    found += [_agreement(spoken[name], policy, name, None) for name in sorted(spoken) if name]
    return found + [_agreement(shared[pair], policy, "", pair) for pair in sorted(shared)]


def _agreement(
    ballots: Ballots, policy: LabellingPolicy, language: str, pair: tuple[str, str] | None
) -> Agreement:
    units = [[vote.value for vote in ballot] for ballot in ballots.values() if len(ballot) > 1]
    if policy.kind == LABELS:
        measure, value = CHARACTER_F1, _span_agreement(units)
    else:
        are_numbers = all(value.isdecimal() for value in policy.values)
        rating = INTERVAL if are_numbers else ORDINAL
        measure = rating if policy.kind == RATING else NOMINAL
        places = {v: float(v) if are_numbers else float(i) for i, v in enumerate(policy.values)}
        numbers = [[places[value] for value in unit] for unit in units]
        value = nominal_alpha(units) if measure == NOMINAL else alpha_of(numbers, measure)
    return Agreement(language=language, pair=pair, measure=measure, records=len(units), value=value)


def _span_agreement(units: Iterable[Sequence[str]]) -> float | None:
    """Give the F1 of characters over all pairs of votes on one record."""
    pairs = [pair for unit in units for pair in combinations(unit, 2)]
    return character_f1([one for one, _ in pairs], [other for _, other in pairs])


def alpha(votes: Iterable[Vote], question: str) -> float | None:
    """Give Krippendorff's alpha for nominal values of the votes that count on a question."""
    counting = (v for v in counting_votes(votes) if v.question == question)
    units = groupby(counting, key=lambda v: v.record_id)
    return nominal_alpha([[vote.value for vote in unit] for _, unit in units])


def nominal_alpha(units: Iterable[Sequence[str]]) -> float | None:
    """Give Krippendorff's alpha for nominal values.

    Args:
        units: For each unit the values it was given, by whomever; units with fewer than two
            values cannot be paired and are passed over.

    Returns:
        1 for perfect agreement, 0 for what chance gives, negative for less; none where the
        measure has no meaning: nothing can be paired, or only one value was ever given.
    """
    held = [list(unit) for unit in units]
    places = {value: float(i) for i, value in enumerate(sorted({v for unit in held for v in unit}))}
    return alpha_of([[places[value] for value in unit] for unit in held], NOMINAL)


def alpha_of(units: Iterable[Sequence[float]], measure: str) -> float | None:
    """Give Krippendorff's alpha for numbers.

    Args:
        units: As for `nominal_alpha`.
        measure: How far apart two values are: a key of `DISTANCES`.

    Returns:
        As `nominal_alpha` does.
    """
    tallies = [Counter(unit) for unit in units if len(unit) >= 2]
    values = sorted({value for tally in tallies for value in tally})
    if len(values) < 2:
        return None
    counts = np.array([[tally[value] for value in values] for tally in tallies], dtype=np.float64)
    # Each unit adds its pairs of values, weighted so that it weighs as many as it has values.
    weighted = counts / (counts.sum(axis=1) - 1)[:, np.newaxis]
    coincidences = weighted.T @ counts - np.diag(weighted.sum(axis=0))
    totals = coincidences.sum(axis=1)
    distances = DISTANCES[measure](np.array(values), totals)
    observed = (coincidences * distances).sum()
    expected = (np.outer(totals, totals) * distances).sum() / (totals.sum() - 1)
    return float(1 - observed / expected)


Numbers = npt.NDArray[np.float64]


def _nominal(values: Numbers, _: Numbers) -> Numbers:
    return 1 - np.eye(len(values))


def _ordinal(_: Numbers, totals: Numbers) -> Numbers:
    # How many values lie between two, each of the two counted half.
    middles = totals.cumsum() - totals / 2
    found: Numbers = np.subtract.outer(middles, middles) ** 2
    return found


def _interval(values: Numbers, _: Numbers) -> Numbers:
    found: Numbers = np.subtract.outer(values, values) ** 2
    return found


DISTANCES: dict[str, Callable[[Numbers, Numbers], Numbers]] = {
    NOMINAL: _nominal,
    ORDINAL: _ordinal,
    INTERVAL: _interval,
}
"""The squared difference of any two values, from the values and how often each was given."""
