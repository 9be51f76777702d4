"""`datacoop intake`: take submissions into the pool."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datacoop import __version__
from datacoop.cli.common import (
    beam_arguments_argument,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    operator_key,
    pool_option,
    progress_bar,
    settings_from,
    table,
    utc_now,
)
from datacoop.ingest.splitting import RANGE_BYTES
from datacoop.jobs.engine import RUNNER, require_engine
from datacoop.jobs.receipt import Receipt
from datacoop.jobs.submitting import landed_submission
from datacoop.pool.landing import Landing
from datacoop.records.quarantine import REASONS
from datacoop.settings import Settings
from datacoop.validate.verdict import VERDICT_REASONS

if TYPE_CHECKING:
    from datacoop.jobs.intake import Intake


@click.group("intake")
def command() -> None:
    """Take submissions into the pool: ingest, scrub, validate.

    \b
    Example:
      datacoop intake run de-auental de-auental-documents-1
    """


@command.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("member")
@click.argument("submission")
@beam_arguments_argument
@click.option("--runner", default=RUNNER, show_default=True, help="A Beam runner by name.")
@click.option("--range-bytes", default=RANGE_BYTES, show_default=True, help="Bytes a work unit.")
@pool_option
@click.option("--landing", help="Landing stores, with {member} in the place of the id.")
@config_option
@json_option
def run(
    member: str,
    submission: str,
    beam_arguments: tuple[str, ...],
    runner: str,
    range_bytes: int,
    pool_url: str | None,
    landing: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Take SUBMISSION of MEMBER from its landing store into the pool.

    Killed at any instant, the same command goes on where it was. What follows -- goes to Beam.

    \b
    Example:
      datacoop intake run de-auental de-auental-documents-1
      datacoop intake run de-auental big-1 --runner PortableRunner -- --job_endpoint=HOST:8099
    """
    settings = settings_from(config, pool=pool_url, landing=landing)
    intake = make_intake(settings, member, submission, runner, beam_arguments, range_bytes)
    with progress_bar("intake", quiet=as_json) as progress:
        receipt = intake.run(created_utc=utc_now(), progress=progress)
    emit(as_json, asdict(receipt), *receipt_lines(receipt))
    if receipt.outcome != "pass":
        raise click.exceptions.Exit(1)


def make_intake(
    settings: Settings,
    member: str,
    submission: str,
    runner: str,
    beam_arguments: tuple[str, ...],
    range_bytes: int,
) -> "Intake":
    """Make the job of a submission, with the operator's key and the member's quota."""
    require_engine(runner, beam_arguments)
    pool, landing = open_pool(settings), settings.open_landing(member)
    landed_submission(Landing(landing, submission), pool.require().keys)
    operator = operator_key(settings)
    # Loaded here: Beam and the recognizers take seconds, and what is missing is told before.
    from datacoop.jobs.intake import Intake, IntakeOptions

    options = IntakeOptions(
        code_version=__version__,
        runner=runner,
        beam_arguments=beam_arguments,
        range_bytes=range_bytes,
        quota=settings.quotas.of(member),
    )
    return Intake(pool, landing, submission, operator, options)


def receipt_lines(receipt: Receipt) -> list[object]:
    """Show a receipt to a person."""
    shown = {
        "submission": receipt.submission,
        "outcome": receipt.outcome,
        "log entry": receipt.log_entry,
        "rows": receipt.rows,
    }
    lines: list[object] = [facts(shown)]
    if receipt.reasons:
        advised = [(code, VERDICT_REASONS[code].advice) for code in receipt.reasons]
        lines.append(table("", [f"why {receipt.outcome}", "what to do"], advised))
    lines.append(table("", ["state", "rows"], receipt.states.items()))
    if receipt.quarantine_reasons:
        reasons = [
            (code, rows, REASONS[code].advice) for code, rows in receipt.quarantine_reasons.items()
        ]
        files = [
            (f"$.files[{ordinal}]", file["quarantined"], file["rows"])
            for ordinal, file in enumerate(receipt.files)
            if file["quarantined"]
        ]
        lines.append(table("", ["quarantined for", "rows", "what to do"], reasons))
        lines.append(table("", ["file of the manifest", "quarantined", "of rows"], files))
        folder = receipt.quarantine[0].rpartition("/")[0]
        lines.append(f"The quarantined rows, with their places: {folder} in the landing store")
    lines.append(table("", ["personal data found", "findings"], receipt.findings.items()))
    return lines
