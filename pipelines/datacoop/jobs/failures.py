"""What is told of a job that failed: names of the code's and words of ours, never a message."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from datacoop import errors
from datacoop.errors import DatacoopError, OutsideError
from datacoop.pool.store_faults import told_fault

_WORKER_FAILURE = re.compile(
    r"datacoop\.errors\.\w+: worker failed at \w+: (\w+ at [\w./<>-]+:\d+)", re.M
)
_OWN_ERROR = re.compile(r"datacoop\.errors\.(\w+): ", re.M)
_PACKAGE = "Install apache-beam and this version of datacoop in the Python of every worker."
_STARTED = (
    (r"No module named '((?:datacoop|apache_beam)\w*)[\w.]*'", "a worker lacks {}", _PACKAGE),
    (
        r"Process died with exit code 78",
        "a worker lacks datacoop or apache-beam",
        _PACKAGE,
    ),
    (
        r"Process died with exit code (\d+)",
        "a worker's program ended with {} at its start",
        "See the task managers' logs. " + _PACKAGE,
    ),
    (
        r'Cannot run program "([\w./+-]{1,200})"',
        "a task manager cannot run {}",
        "Give --environment_type=PROCESS and a command that is there on every task manager.",
    ),
    (
        r"IOException: error=\d+|Received exit code \d+ for command 'docker",
        "a task manager cannot run the workers' program",
        "Give --environment_type=PROCESS and a command that is there on every task manager.",
    ),
    (
        r"NoResourceAvailableException|Slot request bulk is not fulfillable",
        "Flink has too few free slots",
        "Give a lower --parallelism, or start more task managers.",
    ),
    (
        r"Service failed to start up with error (-?\d+)",
        "the job server ended with {} at its start",
        "Give the jar of Beam's job server for this Flink by --flink_job_server_jar.",
    ),
    (
        r"Unable to fetch remote job server jar",
        "the job server's jar cannot be fetched",
        "Give --flink_version as your Flink has it, or a jar by --flink_job_server_jar.",
    ),
    (
        r"Could not (?:retrieve|upload|complete)|RestClientException|JobSubmissionException",
        "the job server cannot hand the job to Flink",
        "Check that Flink runs, and that the job server was made for its version.",
    ),
    (
        r"FutureTimeoutError|StatusCode\.UNAVAILABLE|StatusCode\.DEADLINE_EXCEEDED",
        "the job endpoint does not answer",
        "Check that Beam's job server runs there. A job that it has begun may go on.",
    ),
    (
        r"failed in state (CANCELLED|DRAINED)",
        "somebody ended the job: {}",
        "Run the same command again: it goes on.",
    ),
)
"""What an engine says of a job that could not start, what we say, and what to do: no message of a
worker's step is among it."""

_HINT = "Check stores, keys and the runner; run the same command again: it goes on."


@contextmanager
def told_without_data(job: str) -> Iterator[None]:
    """Run a pipeline; Beam's own exception, which quotes those of its workers, stays inside.

    Raises:
        OutsideError: The pipeline failed; its exit code is that of the worker's error.
        KeyboardInterrupt: A person stopped it.
    """
    try:
        yield
    except DatacoopError:
        raise
    except Exception as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from None
        said, hint, code = _told(error)
        failure = OutsideError(job, "run", said, hint=hint)
        failure.exit_code = code
        raise failure from None


def _is_interrupt(error: BaseException | None) -> bool:
    """Say whether a person's stop is behind an error: a step makes a `RuntimeError` of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _told(error: Exception) -> tuple[str, str, int]:
    """Say what failed in words that are names of the code's, never a message.

    Returns:
        What failed, what to do, and the exit code.
    """
    text, code = f"{type(error).__name__}: {error}", OutsideError.exit_code
    if refused := told_fault(str(error)):
        return *refused, code
    if places := _WORKER_FAILURE.findall(text):
        return str(places[-1]), _HINT, code
    if kinds := _OWN_ERROR.findall(text):
        kind = getattr(errors, kinds[-1], OutsideError)
        return f"{kinds[-1]} in a worker", _HINT, int(kind.exit_code)
    for pattern, said, hint in _STARTED:
        if found := re.search(pattern, text):
            return said.format(*found.groups()), hint, code
    return type(error).__name__, _HINT, code
