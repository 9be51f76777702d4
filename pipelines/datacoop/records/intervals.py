"""How far a share that was counted can be off: exact binomial intervals."""

import math

_STEPS = 200
"""Bisections and terms; both end long before at the precision of a float."""


def clopper_pearson(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Give the exact interval of a share of which `hits` of `trials` were seen.

    Clopper and Pearson, 1934, doi:10.1093/biomet/26.4.404. Of no trials, it is `(0, 1)`.

    Raises:
        ValueError: `hits` is not in `[0, trials]`.
    """
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} of {trials} is no share")
    tail = (1 - level) / 2
    low = _quantile(tail, hits, trials - hits + 1) if hits else 0.0
    high = _quantile(1 - tail, hits + 1, trials - hits) if hits < trials else 1.0
    return low, high


def _quantile(share: float, a: int, b: int) -> float:
    """Give the `x` below which the beta distribution of `a` and `b` has `share` of its mass."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if _mass_below(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return low


def _mass_below(x: float, a: int, b: int) -> float:
    """Give the regularised incomplete beta function (https://dlmf.nist.gov/8.17#SS5)."""
    # The fraction converges fast only on this side of the mean; the other is its mirror.
    if x > (a + 1) / (a + b + 2):
        return 1 - _mass_below(1 - x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    log_front += a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) * _fraction(x, a, b) / a


def _fraction(x: float, a: int, b: int) -> float:
    """Sum the continued fraction of DLMF 8.17.22 by Lentz's method."""
    least = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or least)
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = value
        for term in (even, odd):
            d = 1 / (1 + term * d or least)
            c = 1 + term / c or least
            value *= c * d
        if value == before:
            break
    return value
