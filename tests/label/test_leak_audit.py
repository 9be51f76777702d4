"""The arithmetic of a leak audit, held against other computations and simulated audits."""

import hashlib
import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.label.leak_audit import (
    ERROR,
    LOOKS,
    Look,
    Outcome,
    choose_rows,
    is_within,
    most_leaks,
    sample_size,
)
from datacoop.records.intervals import clopper_pearson

RUNS = 1_000
ROWS = 20_000
LIMIT = 10
"""One row of a hundred."""


def simulated_audit(leaking: int, limit: int, random: np.random.Generator) -> tuple[bool, Outcome]:
    """Play one audit to its end; say whether every bound covered the truth, and how it ended."""
    covers, sample, leaks = True, 0, 0
    for number in range(1, LOOKS + 1):
        size = sample_size(ROWS, limit, number)
        left = leaking - leaks
        leaks += int(random.hypergeometric(left, ROWS - sample - left, size - sample))
        sample = size
        look = Look(number=number, rows=ROWS, sample=sample, leaks=leaks)
        covers = covers and look.most >= leaking
        outcome = look.outcome(limit)
        if outcome is not Outcome.MORE:
            break
    return covers, outcome


def simulated_audits(share: float, limit: int = LIMIT) -> tuple[int, Counter[Outcome]]:
    random = np.random.default_rng(20261123)
    leaking = round(share * ROWS)
    played = [simulated_audit(leaking, limit, random) for _ in range(RUNS)]
    return sum(covers for covers, _ in played), Counter(outcome for _, outcome in played)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("limit", [5, 10, 20])
def test_bounds_cover_the_truth_at_every_look_of_95_percent_of_audits(
    share: float, limit: int
) -> None:
    covered, _ = simulated_audits(share, limit)
    assert covered >= (1 - ERROR) * RUNS


def test_what_leaks_too_much_is_refused_and_what_leaks_little_is_not() -> None:
    assert simulated_audits(0.05)[1] == {Outcome.REFUSED: RUNS}
    # One row more than the limit allows is over it; 5 % of the audits may say otherwise.
    assert simulated_audits(0.01005)[1][Outcome.REFUSED] >= (1 - ERROR) * RUNS
    assert simulated_audits(0.001)[1][Outcome.MET] >= 0.95 * RUNS


def test_looking_again_and_again_with_the_whole_error_each_time_would_not_cover() -> None:
    """The reason why the error is spent: without it the promise breaks."""
    random, leaking, covered = np.random.default_rng(5), round(0.01 * ROWS), 0
    sizes = range(100, 6_001, 100)
    for _ in range(300):
        sample, leaks, covers = 0, 0, True
        for size in sizes:
            left = leaking - leaks
            leaks += int(random.hypergeometric(left, ROWS - sample - left, size - sample))
            sample = size
            covers = covers and most_leaks(ROWS, sample, leaks, ERROR) >= leaking
        covered += covers
    assert covered < 0.9 * 300


@pytest.mark.parametrize(("seen", "sample"), [(0, 300), (3, 500), (20, 400)])
def test_of_very_many_rows_the_bound_is_the_binomial_one(seen: int, sample: int) -> None:
    rows = 100_000_000
    known = clopper_pearson(seen, sample, 0.95)[1]
    assert math.isclose(most_leaks(rows, sample, seen, 0.025) / rows, known, rel_tol=1e-4)


@given(st.integers(1, 40), st.data())
@settings(deadline=None)
def test_the_bound_is_the_largest_count_that_exact_fractions_allow(
    rows: int, data: st.DataObject
) -> None:
    sample = data.draw(st.integers(0, rows))
    leaks = data.draw(st.integers(0, sample))
    error = data.draw(st.sampled_from([0.025, 0.0125, 0.00078125]))

    def chance(leaking: int) -> float:
        ways = sum(
            math.comb(leaking, i) * math.comb(rows - leaking, sample - i) for i in range(leaks + 1)
        )
        return ways / math.comb(rows, sample)

    possible = range(leaks, rows - sample + leaks + 1)
    assert most_leaks(rows, sample, leaks, error) == max(m for m in possible if chance(m) > error)


def test_all_rows_read_leave_no_doubt() -> None:
    look = Look(number=3, rows=50, sample=50, leaks=2)
    assert (look.least, look.most) == (2, 2)
    assert look.outcome(40) is Outcome.MET
    assert look.outcome(39) is Outcome.REFUSED


@given(st.integers(1, 5_000), st.integers(1, 300))
@settings(deadline=None, max_examples=40)
def test_samples_grow_and_the_first_is_as_small_as_can_be(rows: int, limit: int) -> None:
    sizes = [sample_size(rows, limit, number) for number in range(1, LOOKS + 1)]
    assert all(small <= large <= rows for small, large in pairwise(sizes))
    first = Look(number=1, rows=rows, sample=sizes[0], leaks=0)
    assert is_within(first.most, rows, limit)
    if sizes[0]:
        smaller = Look(number=1, rows=rows, sample=sizes[0] - 1, leaks=0)
        assert not is_within(smaller.most, rows, limit)


def test_no_look_spends_what_another_spent() -> None:
    spent = [Look(number=n, rows=9, sample=1, leaks=0).error for n in range(1, LOOKS + 1)]
    assert sum(spent) < ERROR


@pytest.mark.parametrize(
    ("number", "sample", "leaks"), [(0, 1, 0), (7, 1, 0), (1, 3, 0), (1, 1, 2)]
)
def test_a_look_that_cannot_be_is_refused(number: int, sample: int, leaks: int) -> None:
    with pytest.raises(ValueError, match="no look"):
        Look(number=number, rows=2, sample=sample, leaks=leaks)


def ids(count: int) -> list[bytes]:
    return [hashlib.sha256(f"{n}".encode()).digest() for n in range(count)]


@given(st.permutations(ids(12)), st.integers(0, 12), st.integers(0, 12))
def test_a_sample_is_the_same_in_any_order_and_grows(
    records: list[bytes], small: int, large: int
) -> None:
    small, large = sorted((small, large))
    chosen = choose_rows(b"key", records, large)
    assert choose_rows(b"key", reversed(records), small) == chosen[:small]
    assert len(set(chosen)) == large


def test_without_the_key_nobody_knows_the_sample_and_rows_are_drawn_evenly() -> None:
    records = ids(2_000)
    assert choose_rows(b"key", records, 50) != choose_rows(b"another", records, 50)
    early = sum(record in set(records[:1_000]) for record in choose_rows(b"key", records, 1_000))
    assert 420 < early < 580
