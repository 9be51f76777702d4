"""Measure how far annotators agree beyond chance: Krippendorff's alpha for nominal values.

After K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, sections B and C
(https://repository.upenn.edu/asc_papers/43).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from datacoop.label.votes import Vote, counting_votes


def alpha(votes: Iterable[Vote], question: str) -> float | None:
    """Give Krippendorff's alpha of the votes that count on a question."""
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
    tallies = [Counter(unit) for unit in units if len(unit) >= 2]
    values = sorted({value for tally in tallies for value in tally})
    if len(values) < 2:
        return None
    counts = np.array([[tally[value] for value in values] for tally in tallies], dtype=np.float64)
    return _alpha(counts)


def _alpha(counts: npt.NDArray[np.float64]) -> float:
    """Compute alpha from a matrix of units by values that holds how often each was given."""
    given = counts.sum(axis=1)
    # Each unit adds its pairs of values, weighted so that it weighs as many as it has values.
    weighted = counts / (given - 1)[:, np.newaxis]
    coincidences = weighted.T @ counts - np.diag(weighted.sum(axis=0))
    totals = coincidences.sum(axis=1)
    total = totals.sum()
    observed = total - np.trace(coincidences)
    expected = (total**2 - (totals**2).sum()) / (total - 1)
    return float(1 - observed / expected)
