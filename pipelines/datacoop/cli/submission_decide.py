"""`datacoop submission decide`: what becomes of a submission that intake held."""

from dataclasses import asdict
from pathlib import Path

import click

from datacoop.cli.common import (
    beam_arguments_argument,
    config_option,
    emit,
    json_option,
    pool_option,
    progress_bar,
    settings_from,
    utc_now,
)
from datacoop.cli.intake import make_intake, receipt_lines
from datacoop.ingest.splitting import RANGE_BYTES
from datacoop.jobs.engine import RUNNER

REASON_LENGTH = 200


@click.command("decide", context_settings={"ignore_unknown_options": True})
@click.argument("member")
@click.argument("submission")
@beam_arguments_argument
@click.option("--pass", "outcome", flag_value="pass", help="Take its rows into the pool.")
@click.option("--refuse", "outcome", flag_value="refuse", help="Refuse it as a whole.")
@click.option("--reason", required=True, help="Why; all members read it. Quote no data.")
@click.option("--runner", default=RUNNER, show_default=True, help="A Beam runner by name.")
@click.option("--range-bytes", default=RANGE_BYTES, show_default=True, help="Bytes a work unit.")
@pool_option
@click.option("--landing", help="Landing stores, with {member} in the place of the id.")
@config_option
@json_option
def decide(
    member: str,
    submission: str,
    beam_arguments: tuple[str, ...],
    outcome: str | None,
    reason: str,
    runner: str,
    range_bytes: int,
    pool_url: str | None,
    landing: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Let a held SUBMISSION of MEMBER pass, or refuse it, as its operator.

    Only what intake held can be decided, once. The decision and its reason stand in the log; the
    steward's receipt is written anew.

    \b
    Example:
      datacoop submission decide de-auental court-1 --pass --reason "small on purpose: a pilot"
    """
    reason = " ".join(reason.split())
    if outcome is None:
        raise click.UsageError("give one of --pass and --refuse")
    if not 0 < len(reason) <= REASON_LENGTH:
        raise click.UsageError(f"--reason should have 1 to {REASON_LENGTH} characters")
    settings = settings_from(config, pool=pool_url, landing=landing)
    job = make_intake(settings, member, submission, runner, beam_arguments, range_bytes)
    with progress_bar("decide", quiet=as_json) as progress:
        receipt = job.decide(outcome, reason, created_utc=utc_now(), progress=progress)
    emit(as_json, asdict(receipt), *receipt_lines(receipt))
