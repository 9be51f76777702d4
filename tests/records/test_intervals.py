import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.records.intervals import clopper_pearson

# From the beta quantiles of R 4: qbeta(.025, k, n - k + 1), qbeta(.975, k + 1, n - k).
KNOWN = {
    (0, 10): (0.0, 0.3084971),
    (5, 10): (0.1870860, 0.8129140),
    (8, 10): (0.4439045, 0.9747893),
    (10, 10): (0.6915029, 1.0),
    (1, 100): (0.0002531, 0.0544594),
    (50, 100): (0.3983211, 0.6016789),
}


@pytest.mark.parametrize(("share", "wanted"), KNOWN.items())
def test_known_intervals_are_met(share: tuple[int, int], wanted: tuple[float, float]) -> None:
    assert clopper_pearson(*share) == pytest.approx(wanted, abs=1e-7)


def test_nothing_seen_leaves_everything_open() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("share", [(-1, 4), (5, 4)])
def test_what_is_no_share_is_refused(share: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no share"):
        clopper_pearson(*share)


def at_least(hits: int, trials: int, share: float) -> float:
    terms = (math.comb(trials, k) * share**k * (1 - share) ** (trials - k)
             for k in range(hits, trials + 1))  # fmt: skip
    return math.fsum(terms)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_at_its_ends_what_was_seen_has_a_chance_of_one_in_forty(share: tuple[int, int]) -> None:
    hits, trials = share
    low, high = clopper_pearson(hits, trials)
    assert low <= hits / trials <= high
    if hits:
        assert at_least(hits, trials, low) == pytest.approx(0.025, abs=1e-9)
    if hits < trials:
        assert 1 - at_least(hits + 1, trials, high) == pytest.approx(0.025, abs=1e-9)


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_shares_mirror_each_other(hits: int, misses: int) -> None:
    low, high = clopper_pearson(hits, hits + misses)
    assert clopper_pearson(misses, hits + misses) == pytest.approx((1 - high, 1 - low), abs=1e-9)
