"""`datacoop demo`: play the whole path on made-up members."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datacoop import __version__
from datacoop.cli.common import FOLDER, emit, json_option, progress_bar, table
from datacoop.errors import SettingsError

if TYPE_CHECKING:
    from datacoop.demo.play import Outcome

VARIABLE = "DATACOOP_LABEL_STUDIO"
"""Names Label Studio's command where it is not found beside this environment."""


@click.command("demo")
@click.option("--dir", "root", type=FOLDER, default=Path(".demo"), show_default=True)
@click.option("--port", default=8181, show_default=True, help="The port for Label Studio.")
@click.option("--gateway-port", default=8182, show_default=True, help="The port for the gateway.")
@click.option("--label-studio", type=FOLDER, help=f"Its command (default: {VARIABLE}, or beside).")
@click.option(
    "--strict-leaks/--lenient-leaks",
    default=True,
    show_default=True,
    help="Whether a name that is found again breaks the promise too.",
)
@json_option
def command(
    root: Path,
    port: int,
    gateway_port: int,
    label_studio: Path | None,
    strict_leaks: bool,
    as_json: bool,
) -> None:
    """Play the whole path on made-up members, with a real Label Studio.

    Six made-up members submit twelve datasets; simulated annotators label them through the
    gateway, one of them carelessly until hidden gold tells; simulated auditors find a leak that
    the scrub missed; version 1 is released, read back and verified; one member withdraws, and
    version 2 lacks it. Ends with 1 when a promise is broken.

    \b
    Example:
      datacoop demo --dir .demo
    """
    studio = label_studio or find_label_studio()
    # Loaded here: all engines take seconds.
    from datacoop.demo.play import Play, members_by_id
    from datacoop.demo.report import report
    from datacoop.demo.summary import broken_promises, counted_leaks, summary

    play = Play(
        root,
        studio,
        port,
        gateway_port,
        lambda title: progress_bar(title, quiet=as_json),
    )
    for step in play.run(__version__):
        if not as_json:
            emit(False, None, *step_lines(step, play.found))
    found = summary(play.found)
    broken = broken_promises(play.found, strict_leaks=strict_leaks)
    found["broken_promises"] = broken
    text = json.dumps(found, ensure_ascii=False, indent=2)
    (root / "summary.json").write_text(text + "\n", encoding="utf-8")
    page = report(found, broken, counted_leaks(play.found), members_by_id())
    (root / "report.html").write_text(page, encoding="utf-8")
    verdict = "BROKEN: " + "; ".join(broken) if broken else "Every promise held."
    counted = counted_leaks(play.found)
    if counted and not broken:
        verdict += f" Counted, and not promised yet: {counted} found again."
    emit(as_json, found, verdict, f"See {root / 'report.html'} and {root / 'summary.json'}.")
    if broken:
        raise click.exceptions.Exit(1)


def find_label_studio() -> Path:
    """Find Label Studio's command: named, beside this environment, or on the path.

    Raises:
        SettingsError: It is nowhere.
    """
    beside = Path(sys.prefix).parent / ".venv-label-studio" / "bin" / "label-studio"
    named = os.environ.get(VARIABLE) or (beside if beside.exists() else None)
    found = named or shutil.which("label-studio")
    if found is None:
        raise SettingsError(
            "Label Studio is not installed",
            hint=f"Run `make setup`, or set {VARIABLE} to the label-studio command.",
        )
    return Path(found)


def step_lines(step: str, found: "Outcome") -> list[object]:
    """Show what a step brought."""
    title = f"\n[bold]{step}[/bold] ({found.seconds[step]} s)"
    tables = {
        "submit": _submitted,
        "intake": _taken_in,
        "label": _labelled,
        "audit": _audited,
        "read": _read,
        "release": _released,
        "withdraw": _released,
        "verify": _verified,
        "search for leaks": _leaks,
    }
    return [title, tables[step](found)] if step in tables else [title]


def _submitted(found: "Outcome") -> object:
    rows = [
        (p.submission_id, " ".join(p.languages), len(p.files), found.counted[p.submission_id])
        for p in found.plays
    ]
    return table("", ["submission", "languages", "files", "rows"], rows)


def _taken_in(found: "Outcome") -> object:
    states = ("accepted", "duplicate", "quarantined")
    rows = [
        (name, r.outcome, r.rows, *(r.states.get(s, 0) for s in states), sum(r.findings.values()))
        for name, r in found.receipts.items()
    ]
    columns = ["submission", "verdict", "rows", *states, "personal data found"]
    return table("", columns, rows)


def _labelled(found: "Outcome") -> object:
    rows = [
        (
            name,
            c.votes_in_all,
            found.asked[name].fixed_votes,
            found.asked[name].gold_answers,
            found.asked[name].paused,
            c.labels,
            "-" if c.alpha is None else f"{c.alpha:.2f}",
        )
        for name, c in found.collected.items()
    ]
    columns = ["collection", "votes", "at three each", "on gold", "paused", "labels", "alpha"]
    return table("Annotators are simulated.", columns, rows)


def _audited(found: "Outcome") -> object:
    audit = found.audit
    if audit is None:
        return ""
    rows = [
        (o.language, o.rows, o.sample, o.leaks, f"{(o.most_permille or 0) / 10:.1f} %", o.outcome)
        for o in audit.languages
    ]
    title = f"Auditors are simulated. {audit.marks} marks, {audit.barred} rows barred."
    return table(title, ["language", "rows", "read", "leak", "at most leak", "bound"], rows)


def _read(found: "Outcome") -> object:
    rows = [
        (name, labelled, f"{right / labelled:.1%}" if labelled else "-")
        for name, (right, labelled) in found.label_accuracy.items()
    ]
    return table(f"{found.rows_read} rows read", ["collection", "labels", "right"], rows)


def _released(found: "Outcome") -> object:
    rows = [
        (m.collection, m.version, m.rows, len(m.shards), m.shards[0].sha256[:16])
        for m in found.versions
    ]
    return table("", ["collection", "version", "rows", "shards", "first shard"], rows)


def _verified(found: "Outcome") -> object:
    v = found.verified
    if v is None or not v.is_sound:
        return table("", ["file", "fault"], v.faults if v else [])
    return f"{v.files} files, {v.log_length} log entries, {v.rows} rows: all sound"


def _leaks(found: "Outcome") -> object:
    leaks = found.leaks
    rows = [(e, n, leaks.leaked[e]) for e, n in leaks.planted.items()] if leaks else []
    return table("", ["planted entity", "values", "found again"], rows)
