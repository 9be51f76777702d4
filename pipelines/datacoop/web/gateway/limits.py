"""How many requests somebody may send: token buckets, in memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many at once, refilled at so many a second."""

    burst: int
    a_second: float


REQUESTS = Rate(burst=300, a_second=30)
"""Of one annotator; opening the page asks for some forty files."""

WRITES = Rate(burst=120, a_second=4)
"""Answers and drafts of one annotator; a draft is saved every few seconds."""

SIGN_INS = Rate(burst=10, a_second=1 / 60)
"""Attempts on one e-mail address."""

ALL_SIGN_INS = Rate(burst=60, a_second=2)
"""Attempts of everybody: each costs a slow hash."""

_FULL = 10_000
"""How many buckets are kept before full ones are thrown away."""


class Buckets:
    """One bucket for each key."""

    def __init__(self, rate: Rate) -> None:
        """Begin with all buckets full."""
        self._rate = rate
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, now: float) -> bool:
        """Take one out of a bucket; give whether there was one."""
        left = self._filled(key, now)
        self._left[key] = (max(left - 1, 0.0), now) if left >= 1 else (left, now)
        if len(self._left) > _FULL:
            self._forget(now)
        return left >= 1

    def _filled(self, key: str, now: float) -> float:
        left, at = self._left.get(key, (float(self._rate.burst), now))
        return min(float(self._rate.burst), left + max(now - at, 0.0) * self._rate.a_second)

    def _forget(self, now: float) -> None:
        for key in [k for k in self._left if self._filled(k, now) >= self._rate.burst]:
            del self._left[key]
