"""What programs of datacoop tell machines about themselves: lines of JSON, figures for Prometheus.

The one place where logging is set up. Privacy: a line holds what our own code says about itself,
in words and ids; of a library's messages only that there was one, since it may quote a record.
"""

import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TextIO

_LOGGER = logging.getLogger("datacoop")
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_bound: dict[str, object] = {}


def keep_silent() -> None:
    """Let no log line out, of ours or a library's: people are told by what commands print."""
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def write_lines(stream: TextIO | None = None, **always: object) -> None:
    """Write each event from now on as a line of JSON.

    Args:
        stream: Where to; else standard error.
        always: What each line carries, such as the name of the program.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    # A line that cannot be formatted would else be printed with what it quotes.
    logging.raiseExceptions = False
    _LOGGER.setLevel(logging.INFO)
    _bound.clear()
    _bound.update(always)


def writes_lines() -> bool:
    """Say whether events are written."""
    return _LOGGER.isEnabledFor(logging.INFO)


def bind(**facts: object) -> None:
    """Have each line from now on carry these facts too: one process runs one command."""
    _bound.update(facts)


def tell(event: str, level: str = "info", **facts: object) -> None:
    """Tell of an event.

    Args:
        level: `info`, `warning` or `error`.
        facts: Ids, codes and counts; never text of a record, a name or a secret.
    """
    _LOGGER.log(_LEVELS[level], event, extra={"facts": facts})


class _Lines(logging.Formatter):
    """Formats a record of `logging` as JSON, in one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name == _LOGGER.name:
            facts: Mapping[str, object] = getattr(record, "facts", {})
            line |= {"event": record.msg, **_bound, **facts}
        else:
            place = f"{record.filename}:{record.lineno}"
            line |= {"event": "library", **_bound, "logger": record.name, "at": place}
        return json.dumps(line, ensure_ascii=False, default=str)


class Figure(NamedTuple):
    """One time series of Prometheus with its value."""

    name: str
    labels: Mapping[str, str]
    value: float


HELP: dict[str, tuple[str, str]] = {
    "datacoop_gateway_answered_total": ("counter", "Answers by HTTP status."),
    "datacoop_gateway_denied_total": ("counter", "Requests that were denied, by reason."),
    "datacoop_gateway_failed_total": ("counter", "Failures by kind."),
    "datacoop_gateway_paused_total": ("counter", "Annotators paused, by what paused them."),
    "datacoop_gateway_refreshed_total": ("counter", "Looks at the pool for new work."),
    "datacoop_portal_answered_total": ("counter", "Answers by HTTP status."),
    "datacoop_portal_refused_total": ("counter", "Requests that were refused, by reason."),
    "datacoop_portal_failed_total": ("counter", "Failures by kind."),
    "datacoop_portal_handed_out_total": ("counter", "Shards handed out, by collection."),
    "datacoop_job_ended_timestamp_seconds": ("gauge", "When a job ended last, since 1970."),
    "datacoop_job_succeeded_timestamp_seconds": ("gauge", "When it ended well last, since 1970."),
    "datacoop_job_duration_seconds": ("gauge", "How long the last run took."),
    "datacoop_job_exit_code": ("gauge", "Of the last run: 0 done, 1 refused, 3 outside failure."),
    "datacoop_job_count": ("gauge", "What the last run counted."),
}
"""Every figure that gateway, portal and jobs give: its type and what it is."""


def exposition(figures: Iterable[Figure]) -> str:
    """Write figures in Prometheus' text format 0.0.4, those of one name together."""
    by_name: dict[str, list[Figure]] = {}
    for figure in figures:
        by_name.setdefault(figure.name, []).append(figure)
    lines = []
    for name, group in sorted(by_name.items()):
        kind, text = HELP[name]
        lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(one.labels)} {one.value!r}" for one in group]
    return "".join(f"{line}\n" for line in lines)


def write_figures(path: Path, figures: Iterable[Figure]) -> None:
    """Write a file for the textfile collector of Prometheus' node exporter, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The collector reads names that end in .prom alone.
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(exposition(figures), encoding="utf-8")
    part.replace(path)


def read_figure(path: Path, name: str) -> float | None:
    """Give the value of the one figure of this name in a file, or none where there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    found = [line.rpartition(" ")[2] for line in lines if line.partition("{")[0] == name]
    return float(found[0]) if found else None


def _labels(labels: Mapping[str, Any]) -> str:
    escaped = (
        (name, str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n"))
        for name, value in sorted(labels.items())
        if value != ""
    )
    inner = ",".join(f'{name}="{value}"' for name, value in escaped)
    return f"{{{inner}}}" if inner else ""
