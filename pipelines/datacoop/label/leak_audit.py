"""The leak audit as arithmetic: which rows are read again, and what follows from what was seen.

The sample grows in looks until the bound is met or refused. Each look spends a part of the error
that is allowed in all, so the bound holds however often one looks: with 95 % certainty no look
gives a bound below the true share.
"""

import hashlib
import hmac
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

ERROR = 0.05
"""How likely any look of an audit may give a bound below the true share."""

LOOKS = 6
"""After so many looks an audit whose bound is not met is refused."""

PERMILLE = 1_000


class Outcome(StrEnum):
    """What a look at a whole sample says."""

    MET = "met"
    MORE = "more"
    """Not met, and not refused yet: the next, larger sample decides."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen in a sample of the rows of one language."""

    number: int
    """1 for the first look at these rows."""
    rows: int
    """Rows that the sample stands for, those barred as leaks among them."""
    sample: int
    leaks: int
    """Rows of the sample that leak."""

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        if not 0 <= self.leaks <= self.sample <= self.rows or not 1 <= self.number <= LOOKS:
            raise ValueError(f"no look: {self.leaks} of {self.sample} of {self.rows}")

    @property
    def error(self) -> float:
        """How much of `ERROR` this look spends: half of what the looks before it left."""
        return ERROR * 0.5**self.number

    @property
    def most(self) -> int:
        """The upper bound on the rows that leak, of all of them."""
        return most_leaks(self.rows, self.sample, self.leaks, self.error)

    @property
    def least(self) -> int:
        """The lower bound on the rows that leak; it spends an error of its own."""
        clean = self.sample - self.leaks
        return self.rows - most_leaks(self.rows, self.sample, clean, self.error)

    def outcome(self, limit_permille: int) -> Outcome:
        """Hold the look against the largest share of leaking rows that a policy allows."""
        if is_within(self.most, self.rows, limit_permille):
            return Outcome.MET
        is_hopeless = not is_within(self.least, self.rows, limit_permille)
        if is_hopeless or self.number == LOOKS or self.sample == self.rows:
            return Outcome.REFUSED
        return Outcome.MORE


def is_within(leaks: int, rows: int, limit_permille: int) -> bool:
    """Say whether a count of leaking rows is within the limit; of no rows none leaks."""
    return leaks * PERMILLE <= limit_permille * rows


@lru_cache(maxsize=10_000)
def most_leaks(rows: int, sample: int, leaks: int, error: float) -> int:
    """Give the largest number of leaking rows that the sample does not speak against.

    Clopper and Pearson, 1934, doi:10.1093/biomet/26.4.404, for draws without putting back: with
    more leaks in all, `leaks` or fewer in the sample are seen with probability `error` at most.
    A sample of all rows leaves no doubt.
    """
    low, high = leaks, rows - sample + leaks
    while low < high:
        middle = (low + high + 1) // 2
        if _at_most(leaks, rows, middle, sample) > error:
            low = middle
        else:
            high = middle - 1
    return low


def _at_most(seen: int, rows: int, leaking: int, sample: int) -> float:
    """Give the probability of `seen` leaks or fewer in a sample: a hypergeometric tail."""
    least = max(0, sample - (rows - leaking))
    if seen < least:
        return 0.0
    whole = _log_choose(rows, sample)
    # Of the smaller terms first: fsum is exact, and it is cheap for the few terms there are.
    return math.fsum(
        math.exp(_log_choose(leaking, i) + _log_choose(rows - leaking, sample - i) - whole)
        for i in range(least, min(seen, leaking) + 1)
    )


def _log_choose(whole: int, part: int) -> float:
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


@lru_cache(maxsize=10_000)
def sample_size(rows: int, limit_permille: int, number: int) -> int:
    """Give how many rows look `number` takes.

    The first sample is as small as can meet the limit without a leak, the next as small as can
    with one, then with three, seven and so on. Sizes depend on nothing that was seen. A language
    with few rows is read whole.
    """
    allowed = (1 << (number - 1)) - 1
    low, high = min(allowed, rows), rows
    while low < high:
        middle = (low + high) // 2
        look = Look(number=number, rows=rows, sample=middle, leaks=allowed)
        if is_within(look.most, rows, limit_permille):
            high = middle
        else:
            low = middle + 1
    return low


def choose_rows(key: bytes, record_ids: Iterable[bytes], size: int) -> list[bytes]:
    """Give `size` records at random, the same for the same key; a larger sample keeps a smaller.

    Args:
        key: A secret: who sends rows cannot choose which are looked at.
    """
    return sorted(set(record_ids), key=lambda record_id: _rank(key, record_id))[:size]


def _rank(key: bytes, record_id: bytes) -> bytes:
    return hmac.new(key, b"datacoop.audit.v1\n" + record_id, hashlib.sha256).digest()
