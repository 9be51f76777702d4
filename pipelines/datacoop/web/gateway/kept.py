"""What the store said a moment ago, so that not every request waits for it."""

from collections.abc import Callable
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

KEPT_SECONDS = 2.0
"""How long. What another process changes, such as `datacoop annotator remove`, counts after it."""

_FULL = 10_000

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Answers of the store, by what they are about."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._held: dict[K, tuple[V, float]] = {}
        self._emptied = 0

    async def get(self, key: K, now: float, ask: Callable[[], V | None]) -> V | None:
        """Give what is kept, or else ask in a thread. That there is nothing is not kept.

        Args:
            now: In seconds.
        """
        held = self._held.get(key)
        # A clock that was set back must not make anything last.
        if held is not None and now < held[1] <= now + KEPT_SECONDS:
            return held[0]
        emptied = self._emptied
        value = await run_in_threadpool(ask)
        # What was asked before it was emptied may have been true before only.
        if value is not None and emptied == self._emptied:
            if len(self._held) >= _FULL:
                self._held.clear()
            self._held[key] = value, now + KEPT_SECONDS
        return value

    def empty(self) -> None:
        """Forget everything; to be called after the store was changed."""
        self._held.clear()
        self._emptied += 1
