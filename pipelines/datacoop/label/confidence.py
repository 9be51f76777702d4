"""How sure a label is: a Dirichlet-multinomial over the votes of a record.

After T. Minka, "Estimating a Dirichlet distribution", 2000, section 2.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

LEAST_RECORDS = 20
"""Records with two votes or more below which nothing is fitted."""

_PRIOR_SUM = 1.0
_ROUNDS = 500
_SMALLEST = 1e-6


def fit_alpha(tallies: Iterable[Sequence[int]], value_count: int) -> npt.NDArray[np.float64]:
    """Fit the parameters of the distribution from which the votes of a record come.

    They say how often each value is given, and, by their sum, how little votes on one record
    agree. That votes were asked only where they differed does not bias them.

    Args:
        tallies: For each record how many votes each value has.
        value_count: How many values there are.

    Returns:
        One positive number for each value; those of a cautious guess, which sum to 1, where
        there is too little to fit.
    """
    patterns = Counter(tuple(tally) for tally in tallies if sum(tally) >= 2)
    if sum(patterns.values()) < LEAST_RECORDS:
        return np.full(value_count, _PRIOR_SUM / value_count)
    counts = np.array(sorted(patterns), dtype=np.float64)
    weights = np.array([patterns[tuple(map(int, row))] for row in counts], dtype=np.float64)
    # One vote of each value more than there is: no value is thought impossible.
    alpha: npt.NDArray[np.float64] = (weights @ counts + 1) / (weights @ counts + 1).sum()
    for _ in range(_ROUNDS):
        upper = weights @ _harmonic(counts, alpha)
        lower = float(weights @ _harmonic(counts.sum(axis=1), alpha.sum()))
        new = np.maximum(alpha * upper / lower, _SMALLEST)
        # Votes that never differ would drive the sum to 0, votes by chance to infinity.
        new *= min(max(1.0, 0.05 / new.sum()), 1000 / new.sum())
        if np.abs(new - alpha).max() < 1e-9:
            break
        alpha = new
    return alpha


def confidence(tally: Sequence[int], alpha: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give for each value how likely one more vote on the record would be for it; sums to 1."""
    votes = np.asarray(tally, dtype=np.float64)
    found: npt.NDArray[np.float64] = (alpha + votes) / (alpha.sum() + votes.sum())
    return found


def _harmonic(
    counts: npt.NDArray[np.float64], alpha: npt.NDArray[np.float64] | float
) -> npt.NDArray[np.float64]:
    """Give digamma(count + alpha) - digamma(alpha), which for whole counts is a plain sum."""
    steps = range(int(counts.max(initial=0)))
    zeros: npt.NDArray[np.float64] = np.zeros_like(counts)
    return sum((np.where(counts > step, 1 / (alpha + step), 0.0) for step in steps), zeros)
