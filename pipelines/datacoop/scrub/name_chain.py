"""The chance of each label of each unit of a chain: the forward-backward rule of a linear CRF.

Scores are whole numbers and their exponentials come from one table; the rest is products and
sums of fixed order, element by element. So a chain has the same bits in any batch.
"""

import math

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.int64]
Chances = npt.NDArray[np.float64]

SCORE_UNIT = 1 / 32
"""What a score of 1 adds to the logarithm of a label's weight."""

_DEEPEST = 1_280
"""A label this many scores below the best one is as good as out: e to the power of -40."""

_EXPONENTIALS = np.array([math.exp(-SCORE_UNIT * step) for step in range(_DEEPEST + 1)])


def chances(scores: Scores, chains: npt.NDArray[np.int64], transitions: Scores) -> Chances:
    """Return the chance of each label of each unit, shape (units, labels), rows adding to 1.

    Args:
        scores: Of each unit and label.
        chains: The chain of each unit; never falls.
        transitions: From each label (rows) to the next (columns).
    """
    steps = _steps(chains)
    weights = _weights(scores)
    moves = _EXPONENTIALS[np.minimum(transitions.max() - transitions, _DEEPEST)]
    forward = _pass(weights, steps, moves)
    backward = _pass(weights, _reversed(steps), moves.T)
    return _normal(forward * backward / weights)


def _weights(scores: Scores) -> Chances:
    below = scores.max(axis=1, keepdims=True) - scores
    weights: Chances = _EXPONENTIALS[np.minimum(below, _DEEPEST)]
    return weights


def _steps(chains: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Return the first units of all chains, the second units, and so on; longest chain first."""
    opens = np.flatnonzero(np.diff(chains, prepend=-1))
    sizes = np.diff(opens, append=len(chains))
    order = np.argsort(-sizes, kind="stable")
    opens, sizes = opens[order], sizes[order]
    longest = int(sizes[0]) if len(sizes) else 0
    alive = np.searchsorted(-sizes, -np.arange(longest), side="left")
    return [opens[:count] + step for step, count in enumerate(alive)]


def _reversed(steps: list[npt.NDArray[np.int64]]) -> list[npt.NDArray[np.int64]]:
    """Return the same steps from the last unit of each chain to its first."""
    if not steps:
        return []
    sizes = np.zeros(len(steps[0]), dtype=np.int64)
    for units in steps:
        sizes[: len(units)] += 1
    lasts = steps[0] + sizes - 1
    return [lasts[: len(units)] - step for step, units in enumerate(steps)]


def _pass(weights: Chances, steps: list[npt.NDArray[np.int64]], moves: Chances) -> Chances:
    """Carry the weights of what came before along each chain."""
    carried = weights.copy()
    before = _normal(carried[steps[0]]) if steps else carried
    for units in steps[1:]:
        arriving = before[: len(units), 0, None] * moves[0]
        for label in range(1, len(moves)):
            arriving = arriving + before[: len(units), label, None] * moves[label]
        before = _normal(arriving * weights[units])
        carried[units] = before
    return carried


def _normal(rows: Chances) -> Chances:
    """Return `rows` divided by their sums, added up from left to right."""
    total = rows[:, 0].copy()
    for label in range(1, rows.shape[1]):
        total += rows[:, label]
    return rows / total[:, None]
