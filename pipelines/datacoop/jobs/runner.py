"""How a job runs on Beam: which runner, and progress seen through what lies in the store."""

import re
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from apache_beam.options.pipeline_options import PipelineOptions

from datacoop.errors import DatacoopError, OutsideError
from datacoop.pool.store_faults import told_fault

RUNNER = "FnApiRunner"
"""Named, because `DirectRunner` may pick one that has to be fetched from the network."""

Progress = Callable[[int, int], None]
"""Told how many parts of how many are done."""

POLL_SECONDS = 0.5

_WORKER_FAILURE = re.compile(
    r"^datacoop\.errors\.\w+: worker failed at \w+: (\w+ at [\w./<>]+:\d+)", re.M
)
_OWN_ERROR = re.compile(r"^datacoop\.errors\.(\w+): ", re.M)


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


@contextmanager
def silent_failures(step: str) -> Iterator[None]:
    """Let no exception out of a worker's step that could quote a record.

    Of another's exception only its type and its place in the code are kept; of one of ours the
    cause is cut off, since Beam writes causes into its own message.

    Raises:
        OutsideError: An exception that is not one of datacoop's was raised.
    """
    try:
        yield
    except DatacoopError as error:
        raise error from None
    except Exception as error:
        raise OutsideError("worker", step, _place(error)) from None


def _place(error: Exception) -> str:
    """Give type and place of an error: no message."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    file = "/".join(frame.filename.split("/")[-2:])
    return f"{type(error).__name__} at {file}:{frame.lineno}"


@contextmanager
def told_without_data(job: str) -> Iterator[None]:
    """Run a pipeline; Beam's own exception, which quotes those of its workers, stays inside.

    Raises:
        OutsideError: The pipeline failed.
        KeyboardInterrupt: A person stopped it.
    """
    try:
        yield
    except DatacoopError:
        raise
    except Exception as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from None
        refused = told_fault(str(error))
        if refused is not None:
            raise OutsideError(job, "run", refused[0], hint=refused[1]) from None
        raise OutsideError(
            job,
            "run",
            _told(error),
            hint="Check stores, keys and the runner; run the same command again: it goes on.",
        ) from None


def _is_interrupt(error: BaseException | None) -> bool:
    """Say whether a person's stop is behind an error: a step makes a `RuntimeError` of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _told(error: Exception) -> str:
    """Say what failed in words that are names of the code's, never a message."""
    text = str(error)
    if places := _WORKER_FAILURE.findall(text):
        return str(places[-1])
    if kinds := _OWN_ERROR.findall(text):
        return f"{kinds[-1]} in a worker"
    return type(error).__name__
