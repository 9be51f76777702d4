"""`datacoop witness`: cosign what a log has become, or say where it was rewritten."""

from pathlib import Path

import click

from datacoop.cli.common import (
    FOLDER,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    pool_option,
    settings_from,
    utc_moment,
)
from datacoop.pool.keys import load_signing_key
from datacoop.pool.witness import witness_log


@click.command("witness")
@click.option("--key", type=FOLDER, required=True, help="The member's witness key.")
@click.option(
    "--memory", type=FOLDER, required=True, help="Where the last checkpoint seen is kept."
)
@pool_option
@config_option
@json_option
def command(
    key: Path, memory: Path, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Cosign the log's newest checkpoint if it extends the one seen before.

    Keep the memory file where the operator cannot reach it. Exits with 1 and names the entry
    when the log was cut off, forked or rewritten.

    \b
    Example:
      datacoop witness --pool s3://coop/pool --key keys/witness.key --memory witness/checkpoint
    """
    seen = witness_log(
        open_pool(settings_from(config, pool=pool_url)).store,
        memory,
        load_signing_key(key),
        unix_seconds=int(utc_moment().timestamp()),
    )
    value = {
        "size": seen.checkpoint.size,
        "root": seen.checkpoint.root.hex(),
        "new_entries": seen.new_entries,
        "first": seen.is_first,
    }
    emit(as_json, value, facts(value))
