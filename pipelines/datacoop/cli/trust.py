"""`datacoop trust`: the keys that readers trust."""

from pathlib import Path

import click

from datacoop.cli.common import (
    FOLDER,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    operator_key,
    pool_option,
    settings_from,
    utc_moment,
    utc_now,
)
from datacoop.jobs.founding import initialise_trust
from datacoop.pool.keys import load_signing_key


@click.group("trust")
def command() -> None:
    """The keys that readers trust.

    \b
    Example:
      datacoop trust init --key keys/gb/approver.key --key keys/ca/approver.key
    """


@command.command("init")
@click.option("--key", "keys", type=FOLDER, multiple=True, required=True, help="An approver's key.")
@pool_option
@config_option
@json_option
def init(keys: tuple[Path, ...], pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Make the first trust root, signed by approvers of two members or more.

    Give the SHA-256 it prints to readers by another way than the pool.

    \b
    Example:
      datacoop trust init --key keys/gb/approver.key --key keys/ca/approver.key
    """
    settings = settings_from(config, pool=pool_url)
    root = initialise_trust(
        open_pool(settings),
        operator=operator_key(settings),
        ceremony=[load_signing_key(path) for path in keys],
        now=utc_moment(),
        created_utc=utc_now(),
    )
    emit(as_json, {"root_sha256": root}, facts({"root sha256": root}))
