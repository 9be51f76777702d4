"""Dawid and Skene's rule: estimate how each annotator errs, and the labels, from one another.

After A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using
the EM Algorithm", 1979. Written here because crowd-kit, which has it, needs scikit-learn,
transformers and nltk: 45 packages, half a gigabyte.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

ROUNDS = 100
TOLERANCE = 1e-6

_SMOOTHING = 0.01
"""Added to each count of an annotator's answers, so that nothing is thought impossible."""


def dawid_skene(
    answers: Sequence[tuple[int, int, int]], record_count: int, annotator_count: int, values: int
) -> npt.NDArray[np.float64]:
    """Give for each record how likely each value is.

    Too sure of itself where votes are split: use `confidence.py` to say how sure a label is.

    Args:
        answers: Record, annotator and value as numbers from 0, one for each vote.
        record_count: How many records there are; each has a vote.
        values: How many values there are.

    Returns:
        Records by values; each row sums to 1.
    """
    record, annotator, value = (np.array(column) for column in zip(*answers, strict=True))
    likely = np.zeros((record_count, values))
    np.add.at(likely, (record, value), 1.0)
    likely /= likely.sum(axis=1, keepdims=True)
    for _ in range(ROUNDS):
        shares = likely.mean(axis=0)
        # What an annotator answers (second), by what is likely true (third).
        errors = np.full((annotator_count, values, values), _SMOOTHING)
        np.add.at(errors, (annotator, value), likely[record])
        errors /= errors.sum(axis=1, keepdims=True)
        logs = np.tile(np.log(np.maximum(shares, 1e-300)), (record_count, 1))
        np.add.at(logs, record, np.log(errors)[annotator, value])
        new = np.exp(logs - logs.max(axis=1, keepdims=True))
        new /= new.sum(axis=1, keepdims=True)
        change = np.abs(new - likely).max()
        likely = new
        if change < TOLERANCE:
            break
    return likely
