"""`datacoop member`: add members with their keys."""

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
    utc_now,
)
from datacoop.jobs.founding import add_member
from datacoop.pool.keys import load_public_key


@click.group("member")
def command() -> None:
    """Add members with their keys.

    \b
    Example:
      datacoop member add de-auental --title "Auental" --country DE --key steward.key.pub.json
    """


@command.command("add")
@click.argument("member")
@click.option("--title", required=True)
@click.option("--country", required=True, help="ISO 3166 code of two letters.")
@click.option("--key", "keys", type=FOLDER, multiple=True, required=True, help="A .pub.json file.")
@pool_option
@config_option
@json_option
def add(
    member: str,
    title: str,
    country: str,
    keys: tuple[Path, ...],
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Enter MEMBER with the public keys of its stewards and approvers.

    \b
    Example:
      datacoop member add de-auental --title "Auental" --country DE \\
        --key keys/steward.key.pub.json --key keys/approver.key.pub.json
    """
    settings = settings_from(config, pool=pool_url)
    add_member(
        open_pool(settings),
        member=member,
        title=title,
        country=country.upper(),
        keys=[load_public_key(path) for path in keys],
        operator=operator_key(settings),
        created_utc=utc_now(),
    )
    value = {"member": member, "keys": len(keys)}
    emit(as_json, value, facts(value))
