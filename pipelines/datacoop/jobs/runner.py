"""How a job runs on Beam: which runner, whether it is there, and what is told of its failures.

Progress is seen through what lies in the store.
"""

import http.client
import json
import re
import shutil
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import apache_beam as beam
from apache_beam.options.pipeline_options import (
    FlinkRunnerOptions,
    JobServerOptions,
    PipelineOptions,
    PortableOptions,
)
from apache_beam.runners.runner import PipelineState, create_runner

from datacoop import errors
from datacoop.errors import DatacoopError, OutsideError, SettingsError
from datacoop.pool.store_faults import told_fault

RUNNER = "FnApiRunner"
"""Named, because `DirectRunner` may pick one that has to be fetched from the network."""

Progress = Callable[[int, int], None]
"""Told how many parts of how many are done."""

POLL_SECONDS = 0.5
ANSWER_SECONDS = 10
"""How long a server may take to answer before a job is sent to it."""

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
def run_pipeline(job: str, runner: str, arguments: Sequence[str]) -> Iterator[beam.Pipeline]:
    """Give a pipeline; run what was applied to it, and wait for its end.

    Stopped before that, by a person or an error, the job ends on the engine too.

    Args:
        job: The job's name, for errors.
        arguments: Beam's own options, as on its command line.

    Raises:
        SettingsError: The runner cannot be used so; nothing was started.
        OutsideError: What runs the job cannot be reached, or the job failed.
        KeyboardInterrupt: A person stopped it.
    """
    options = _options(runner, arguments)
    _require_runner(runner, options)
    with told_without_data(job):
        pipeline = beam.Pipeline(options=options)
        yield pipeline
        result = pipeline.run()
        try:
            state = result.wait_until_finish()
        except BaseException:
            with suppress(Exception):
                result.cancel()
            raise
        if state != PipelineState.DONE:
            raise RuntimeError(f"failed in state {state}")


def _options(runner: str, arguments: Sequence[str]) -> PipelineOptions:
    """Read Beam's options.

    Raises:
        SettingsError: Beam does not know the runner, refuses an option, or loses data with it.
    """
    wrong = None
    if "dask" in runner.lower():
        wrong = "DaskRunner loses outputs"
    if any("multi_threading" in argument for argument in arguments):
        wrong = "--direct_running_mode=multi_threading corrupts data"
    if wrong:
        raise SettingsError(f"{wrong} in this version of Beam", hint="Use FnApiRunner or Flink.")
    try:
        create_runner(runner)
    except (ValueError, ImportError, AttributeError):
        raise SettingsError(
            f"Beam has no runner {runner!r}", hint="Use FnApiRunner, FlinkRunner, PortableRunner."
        ) from None
    # Beam would send the list of this machine's packages along.
    own = [f"--runner={runner}", "--experiments=disable_logging_submission_environment"]
    options = PipelineOptions([*own, *arguments])
    try:
        options.get_all_options()
        # Beam's own limit is a minute.
        portable = options.view_as(PortableOptions)
        if not any(argument.startswith("--job_server_timeout") for argument in arguments):
            portable.job_server_timeout = 2 * ANSWER_SECONDS
    except SystemExit:
        raise SettingsError(
            "Beam refuses an option", hint="Beam said which above; what follows -- is Beam's."
        ) from None
    return options


def _require_runner(runner: str, options: PipelineOptions) -> None:
    """Make sure, in seconds, that what is to run the job is there.

    Raises:
        SettingsError: Something is not installed, or does not fit.
        OutsideError: A server does not answer.
    """
    flink, endpoint = options.view_as(FlinkRunnerOptions), _endpoint(options)
    is_flink = runner.lower().removesuffix("runner") == "flink"
    if runner.lower().removesuffix("runner") == "portable" and not endpoint:
        raise SettingsError(
            "PortableRunner needs a job endpoint", hint="Give it: -- --job_endpoint=HOST:8099"
        )
    if endpoint and endpoint != "embed":
        _require_listening(endpoint)
    if is_flink and not endpoint:
        _require_job_server(options)
    if is_flink and not flink.flink_master.startswith("["):
        _require_flink(flink, has_own_server=not endpoint)


def _endpoint(options: PipelineOptions) -> str:
    return options.view_as(PortableOptions).job_endpoint or ""


def _require_listening(endpoint: str) -> None:
    host, _, port = endpoint.rpartition(":")
    try:
        socket.create_connection((host, int(port)), ANSWER_SECONDS).close()
    except (OSError, ValueError):
        raise OutsideError(
            "the job endpoint",
            "connect",
            endpoint,
            hint="Start Beam's job server there, or give its place by --job_endpoint=HOST:PORT.",
        ) from None


def _require_job_server(options: PipelineOptions) -> None:
    """Make sure that Beam can start its job server for Flink itself."""
    flink = options.view_as(FlinkRunnerOptions)
    launcher = options.view_as(JobServerOptions).job_server_java_launcher
    if shutil.which(launcher) is None and not flink.flink_submit_uber_jar:
        raise SettingsError(
            f"there is no Java: {launcher} is not found",
            hint="Install Java 17, or use PortableRunner with the --job_endpoint of a job server.",
        )
    jar = flink.flink_job_server_jar
    if jar and "://" not in jar and not _is_job_server(Path(jar)):
        raise SettingsError(
            f"{jar} is no jar of Beam's Flink job server",
            hint="Leave --flink_job_server_jar out: Beam then fetches the one of its own version.",
        )


def _is_job_server(jar: Path) -> bool:
    try:
        with zipfile.ZipFile(jar) as opened:
            return opened.NameToInfo.get(_JOB_SERVER_CLASS) is not None
    except (OSError, zipfile.BadZipFile):
        return False


_JOB_SERVER_CLASS = "org/apache/beam/runners/flink/FlinkJobServerDriver.class"


def _require_flink(flink: Any, *, has_own_server: bool) -> None:  # noqa: ANN401 - Beam's view
    """Make sure that Flink answers, is the version meant, and can carry the job."""
    master = flink.flink_master.removesuffix("/")
    overview = _ask(master, "/overview")
    found = str(overview["flink-version"])
    if (
        has_own_server
        and not flink.flink_job_server_jar
        and not f"{found}.".startswith(f"{flink.flink_version}.")
    ):
        raise SettingsError(
            f"Flink at {master} is {found}, and Beam's job server would be one for "
            f"{flink.flink_version}",
            hint=f"Give --flink_version={found.rpartition('.')[0]}.",
        )
    slots, wanted = int(overview["slots-total"]), flink.parallelism
    if slots < max(1, int(wanted)):
        raise OutsideError(
            "Flink",
            "run",
            f"it has {slots} slots at {overview['taskmanagers']} task managers",
            hint="Start task managers, or give a lower --parallelism.",
        )


def _ask(master: str, path: str) -> dict[str, Any]:
    address = urlsplit(master if "://" in master else f"http://{master}")
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(address.hostname or "", address.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", f"{address.path}{path}")
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return {name: answer[name] for name in ("flink-version", "slots-total", "taskmanagers")}
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        raise OutsideError(
            "Flink",
            "connect",
            f"no job manager answers at {master}",
            hint="Start it, or give the address of its web port by --flink_master=HOST:8081.",
        ) from None


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
