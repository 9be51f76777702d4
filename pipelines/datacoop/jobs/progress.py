"""How far a job is, seen through what lies in the store: the same on any runner."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from datacoop.errors import OutsideError

Progress = Callable[[int, int], None]
"""Told how many parts of how many are done."""

POLL_SECONDS = 0.5


@contextmanager
def watched(count: Callable[[], int], total: int, progress: Progress) -> Iterator[None]:
    """Report progress while a pipeline runs, by counting what its workers have left behind.

    The same on any runner: nothing is asked of the engine.
    """
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(POLL_SECONDS):
            # A store that is away for a while stops no job, so it stops no bar either.
            with suppress(OutsideError):
                progress(min(count(), total), total)

    progress(0, total)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()
    progress(total, total)
