"""How a job runs on Beam: which runner, and progress seen through what lies in the store."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from apache_beam.options.pipeline_options import PipelineOptions

RUNNER = "FnApiRunner"
"""Named, because `DirectRunner` may pick one that has to be fetched from the network."""

Progress = Callable[[int, int], None]
"""Told how many parts of how many are done."""

POLL_SECONDS = 0.5


def pipeline_options(runner: str = RUNNER, arguments: Sequence[str] = ()) -> PipelineOptions:
    """Give Beam's options for a job; `arguments` are Beam's own, as on its command line."""
    return PipelineOptions([f"--runner={runner}", *arguments])


@contextmanager
def watched(count: Callable[[], int], total: int, progress: Progress) -> Iterator[None]:
    """Report progress while a pipeline runs, by counting what its workers have left behind.

    The same on any runner: nothing is asked of the engine.
    """
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(POLL_SECONDS):
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
