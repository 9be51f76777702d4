"""`datacoop member`: add members with their keys, and let them into a portal."""

import base64
from datetime import timedelta
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
from datacoop.jobs.founding import add_member
from datacoop.pool.keys import load_public_key, load_signing_key
from datacoop.pool.passes import LONGEST, Pass, sign_pass


@click.group("member")
def command() -> None:
    """Add members with their keys, and make passes for a portal.

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


@command.command("pass")
@click.option("--key", "key_path", type=FOLDER, required=True, help="Your key, of any role.")
@click.option("--portal", required=True, help="The portal's address, such as https://….")
@click.option(
    "--hours",
    type=click.IntRange(1, int(LONGEST / timedelta(hours=1))),
    default=int(LONGEST / timedelta(hours=1)),
    show_default=True,
)
@pool_option
@config_option
@json_option
def make_pass(
    key_path: Path,
    portal: str,
    hours: int,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Make a pass by which you come into a portal as a member; keep it to yourself.

    \b
    Example:
      datacoop member pass --key keys/steward.key --portal https://portal.example.org
    """
    state = open_pool(settings_from(config, pool=pool_url)).require()
    # A minute less: the portal's clock may be behind.
    until = utc_moment() + timedelta(hours=hours, minutes=-1)
    wanted = Pass(
        pool_id=state.pool_id,
        portal=portal.rstrip("/"),
        until_utc=until.isoformat().replace("+00:00", "Z"),
    )
    shown = base64.urlsafe_b64encode(sign_pass(wanted, load_signing_key(key_path))).decode()
    emit(as_json, {"pass": shown, "until": wanted.until_utc}, shown)
