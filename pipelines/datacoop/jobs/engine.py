"""What is to run a job: which runner, and whether all that it needs is there.

Beam is not loaded for that, which takes seconds: what is missing is told before.
"""

import http.client
import json
import shutil
import socket
import zipfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from datacoop.errors import OutsideError, SettingsError

RUNNER = "FnApiRunner"
"""Named, because `DirectRunner` may pick one that has to be fetched from the network."""

ANSWER_SECONDS = 10
"""How long a server may take to answer before a job is sent to it."""

RUNNERS = frozenset(
    {
        *("bundlebaseddirect", "dataflow", "direct", "flink", "fnapi", "interactive"),
        *("kafkastreams", "portable", "prism", "pythonrpcdirect", "spark", "switchingdirect"),
        *("testdataflow", "testdirect"),
    }
)
"""The runners that Beam knows by a short name, in lower case and without `runner`."""

BEAM_OPTIONS = {
    "flink_master": "[auto]",
    "flink_version": "2.2",
    "flink_job_server_jar": "",
    "job_server_java_launcher": "java",
    "job_endpoint": "",
}
"""Beam's options that are looked at here, with its defaults."""

_JOB_SERVER_CLASS = "org/apache/beam/runners/flink/FlinkJobServerDriver.class"


class Overview(NamedTuple):
    """What a Flink says of itself."""

    version: str
    managers: int
    """Task managers."""
    slots: int
    free_slots: int


def require_engine(runner: str, arguments: Sequence[str]) -> None:
    """Make sure, in seconds, that what is to run a job is there.

    Args:
        arguments: Beam's own options, as on its command line.

    Raises:
        SettingsError: The runner loses data, or something is not installed or does not fit.
        OutsideError: A server does not answer.
    """
    _require_sound(runner, arguments)
    kind = runner.lower().removesuffix("runner")
    if "." not in kind and kind not in RUNNERS:
        raise unknown_runner(runner)
    options = _read(arguments)
    endpoint = options.job_endpoint
    if kind == "portable" and not endpoint:
        raise SettingsError(
            "PortableRunner needs a job endpoint", hint="Give it: -- --job_endpoint=HOST:8099"
        )
    if endpoint and endpoint != "embed":
        require_listening(endpoint)
    if kind == "flink" and not endpoint:
        _require_job_server(options)
    if kind == "flink" and not options.flink_master.startswith("["):
        _require_flink(options)


def _require_sound(runner: str, arguments: Sequence[str]) -> None:
    wrong = None
    if "dask" in runner.lower():
        wrong = "DaskRunner loses outputs"
    if any("multi_threading" in argument for argument in arguments):
        wrong = "--direct_running_mode=multi_threading corrupts data"
    if wrong:
        raise SettingsError(f"{wrong} in this version of Beam", hint="Use FnApiRunner or Flink.")


def _read(arguments: Sequence[str]) -> Namespace:
    """Read those of Beam's options that are looked at here."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False, usage="-- BEAM'S OPTIONS")
    for name, default in BEAM_OPTIONS.items():
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--parallelism", type=int, default=-1)
    parser.add_argument("--flink_submit_uber_jar", action="store_true")
    try:
        return parser.parse_known_args(list(arguments))[0]
    except SystemExit:
        raise refused_option() from None


def unknown_runner(runner: str) -> SettingsError:
    """Give the error for a runner that Beam does not know."""
    return SettingsError(
        f"Beam has no runner {runner!r}", hint="Use FnApiRunner, FlinkRunner, PortableRunner."
    )


def refused_option() -> SettingsError:
    """Give the error for an option that Beam does not take; which one was printed."""
    return SettingsError(
        "Beam refuses an option", hint="Beam said which above; what follows -- is Beam's."
    )


def require_listening(endpoint: str) -> None:
    """Make sure that something listens at a job endpoint.

    Args:
        endpoint: `HOST:PORT`.

    Raises:
        OutsideError: Nothing does.
    """
    host, _, port = endpoint.rpartition(":")
    try:
        socket.create_connection((host, int(port)), ANSWER_SECONDS).close()
    except (OSError, ValueError):
        raise OutsideError(
            "the job endpoint",
            "connect",
            endpoint,
            hint="Start Beam's job server there, or give its place by --job_endpoint=HOST:8099.",
        ) from None


def _require_job_server(options: Namespace) -> None:
    """Make sure that Beam can start its job server for Flink itself."""
    launcher, jar = options.job_server_java_launcher, options.flink_job_server_jar
    if shutil.which(launcher) is None and not options.flink_submit_uber_jar:
        raise SettingsError(
            f"there is no Java: {launcher} is not found",
            hint="Install Java 17, or use PortableRunner with the --job_endpoint of a job server.",
        )
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


def _require_flink(options: Namespace) -> None:
    """Make sure that Flink answers, is the version meant, and can carry the job."""
    found = ask_flink(options.flink_master)
    if (
        not options.job_endpoint
        and not options.flink_job_server_jar
        and not f"{found.version}.".startswith(f"{options.flink_version}.")
    ):
        raise SettingsError(
            f"Flink at {options.flink_master} is {found.version}, and Beam's job server would be "
            f"one for {options.flink_version}",
            hint=f"Give --flink_version={found.version.rpartition('.')[0]}.",
        )
    if found.slots < max(1, options.parallelism):
        raise OutsideError(
            "Flink",
            "run",
            f"it has {found.slots} slots at {found.managers} task managers",
            hint="Start task managers, or give a lower --parallelism.",
        )


def ask_flink(master: str) -> Overview:
    """Ask a Flink what it is.

    Args:
        master: Address of its web port, `HOST:PORT` or a URL.

    Raises:
        OutsideError: No Flink answers there.
    """
    address = urlsplit(master if "://" in master else f"http://{master}")
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(address.hostname or "", address.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", f"{address.path.removesuffix('/')}/overview")
            told = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return Overview(
            version=str(told["flink-version"]),
            managers=int(told["taskmanagers"]),
            slots=int(told["slots-total"]),
            free_slots=int(told["slots-available"]),
        )
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        raise OutsideError(
            "Flink",
            "connect",
            f"no job manager answers at {master}",
            hint="Start it, or give the address of its web port by --flink_master=HOST:8081.",
        ) from None
