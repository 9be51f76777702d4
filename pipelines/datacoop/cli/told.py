"""What a command tells machines: that it began, how it ended, what it counted."""

import functools
import re
import secrets
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from datacoop import journal
from datacoop.errors import DatacoopError, OutsideError, SubmissionError
from datacoop.journal import Figure

IDS = ("member", "submission", "collection", "number", "runner")
"""Parameters of commands that lines name; no other ones, which may be people's."""

JOBS = frozenset(
    {
        *("intake run", "label route", "label collect", "rescan", "release build"),
        *("release propose", "release publish", "trust refresh", "erase", "pool gc"),
    }
)
"""Commands that leave figures for Prometheus."""

PROGRESS_SECONDS = 30.0

_RESULT = "datacoop.result"
_FOLDER = "datacoop.metrics_folder"
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def keep_result(value: object) -> None:
    """Remember what a command prints, so that its figures can be taken from it."""
    context = click.get_current_context(silent=True)
    if context is not None:
        context.find_root().meta[_RESULT] = value


def set_folder(context: click.Context, folder: Path | None) -> None:
    """Say where figures go."""
    context.find_root().meta[_FOLDER] = folder


def progress_teller() -> Callable[[int, int], None]:
    """Give what tells of progress, now and then."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            journal.tell("command_progress", done=done, total=total)

    return tell


def tell_of(command: click.Command, path: tuple[str, ...]) -> click.Command:
    """Have a command, or all commands of a group, tell of themselves."""
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            tell_of(inner, (*path, name))
        return command
    call = command.callback
    if call is None or hasattr(call, "is_told"):
        return command

    @functools.wraps(call)
    def told(*arguments: object, **given: object) -> object:
        return _run(" ".join(path), given, lambda: call(*arguments, **given))

    told.is_told = True  # type: ignore[attr-defined] # functions take attributes
    command.callback = told
    return command


def _run(name: str, given: Mapping[str, object], call: Callable[[], object]) -> object:
    ids = {key: given[key] for key in IDS if given.get(key) is not None}
    journal.bind(command=name, run=secrets.token_hex(4), **ids)
    journal.tell("command_started")
    begun, code, facts = time.time(), 0, dict[str, object]()
    try:
        return call()
    except click.exceptions.Exit as ended:
        code = ended.exit_code
        raise
    except DatacoopError as error:
        code, facts = error.exit_code, _facts(error)
        raise
    except (click.ClickException, click.Abort, KeyboardInterrupt) as error:
        code, facts = (2 if isinstance(error, click.ClickException) else 130), {}
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
        code, facts = 3, {"error": type(error).__name__, "at": where}
        raise
    finally:
        seconds = time.time() - begun
        counts = dict(_counts(name))
        # 130: a person or a service manager stopped it.
        level = {0: "info", 130: "info", 1: "warning"}.get(code, "error")
        journal.tell(
            "command_ended", level, code=code, seconds=round(seconds, 3), **facts, counts=counts
        )
        if name in JOBS and code != 2:
            _write(name, ids, code, begun + seconds, seconds, counts)


def _facts(error: DatacoopError) -> dict[str, object]:
    """Say what failed; a manifest's faults quote what its steward wrote, so they are counted."""
    facts: dict[str, object] = {"error": type(error).__name__, "hint": error.hint}
    if isinstance(error, SubmissionError):
        return {**facts, "faults": len(error.faults)}
    if isinstance(error, OutsideError):
        facts |= {"service": error.service, "operation": error.operation}
    return {**facts, "message": str(error)}


def _counts(name: str) -> Iterator[tuple[str, int]]:
    """Give the numbers that a job printed, by their place in what `--json` prints."""
    context = click.get_current_context(silent=True)
    value = None if context is None else context.find_root().meta.get(_RESULT)
    if name not in JOBS or not isinstance(value, dict):
        return
    for key, one in value.items():
        inner = one.items() if isinstance(one, dict) else ((None, one),)
        for part, number in inner:
            named = key if part is None else f"{key}.{part}"
            if type(number) is int and _CODE.fullmatch(str(named)):
                yield str(named), number


def _write(
    name: str,
    ids: Mapping[str, object],
    code: int,
    ended: float,
    seconds: float,
    counts: Mapping[str, int],
) -> None:
    context = click.get_current_context(silent=True)
    folder = None if context is None else context.find_root().meta.get(_FOLDER)
    if folder is None:
        return
    whose = {key: str(ids[key]) for key in ("member", "collection") if key in ids}
    labels = {"command": name, **whose}
    stem = "-".join([name.replace(" ", "_"), *whose.values()])
    path = folder / f"datacoop-{re.sub('[^A-Za-z0-9_-]', '_', stem)}.prom"
    # A job that fails does not forget when it last went well.
    succeeded = "datacoop_job_succeeded_timestamp_seconds"
    well = ended if code == 0 else journal.read_figure(path, succeeded)
    figures = [
        Figure("datacoop_job_ended_timestamp_seconds", labels, round(ended, 3)),
        Figure("datacoop_job_duration_seconds", labels, round(seconds, 3)),
        Figure("datacoop_job_exit_code", labels, code),
        *([] if well is None else [Figure(succeeded, labels, round(well, 3))]),
        *(Figure("datacoop_job_count", {**labels, "what": k}, v) for k, v in counts.items()),
    ]
    try:
        journal.write_figures(path, figures)
    except OSError as error:
        # A job's work is not lost for want of its figures.
        journal.tell("figures_not_written", "error", error=type(error).__name__)
