"""`datacoop key`: make signing keys."""

from pathlib import Path

import click

from datacoop.cli.common import FOLDER, emit, facts, json_option
from datacoop.pool.keys import Role, make_key


@click.group("key")
def command() -> None:
    """Make signing keys.

    \b
    Example:
      datacoop key new keys/steward.key --role steward --member de-auental --holder p1
    """


@command.command("new")
@click.argument("path", type=FOLDER)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--member", default="", help="The member's id; leave it out for an operator.")
@click.option("--holder", required=True, help="A pseudonym for the person who holds the key.")
@json_option
def new(path: Path, role: str, member: str, holder: str, as_json: bool) -> None:
    """Make an ed25519 key pair: PATH (keep it secret) and PATH.pub.json (give it away).

    \b
    Example:
      datacoop key new keys/approver.key --role approver --member gb-northmoor --holder p7
    """
    if (role == Role.OPERATOR) != (member == ""):
        raise click.UsageError("--member goes with the roles steward and approver, and only there")
    public = make_key(path, role=Role(role), member=member, holder=holder)
    emit(as_json, public.to_json(), facts({"made": path, **public.to_json()}))
