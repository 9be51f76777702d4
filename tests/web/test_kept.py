"""What is kept of the store's answers: for a moment, and not past a change."""

import asyncio
from collections.abc import Callable

from datacoop.web.gateway.kept import KEPT_SECONDS, Kept


def ask(kept: Kept[str, int], now: float, told: Callable[[], int | None]) -> int | None:
    return asyncio.run(kept.get("key", now, told))


def test_it_is_asked_again_after_a_moment_and_after_a_change() -> None:
    kept = Kept[str, int]()
    assert ask(kept, 100.0, lambda: 1) == 1
    assert ask(kept, 100.0 + KEPT_SECONDS - 0.1, lambda: 2) == 1
    assert ask(kept, 100.0 + KEPT_SECONDS, lambda: 3) == 3
    kept.empty()
    assert ask(kept, 100.0 + KEPT_SECONDS, lambda: 4) == 4


def test_a_clock_that_is_set_back_makes_nothing_last() -> None:
    kept = Kept[str, int]()
    assert ask(kept, 1_000.0, lambda: 1) == 1
    assert ask(kept, 10.0, lambda: 2) == 2


def test_what_was_under_way_at_a_change_is_not_kept() -> None:
    kept = Kept[str, int]()

    def slow() -> int:
        kept.empty()
        return 1

    assert ask(kept, 0.0, slow) == 1
    assert ask(kept, 0.0, lambda: 2) == 2


def test_that_there_is_nothing_is_asked_each_time() -> None:
    kept = Kept[str, int]()
    assert ask(kept, 0.0, lambda: None) is None
    assert ask(kept, 0.0, lambda: 1) == 1
