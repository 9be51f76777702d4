"""`datacoop grant`: what trainers may read."""

from datetime import datetime
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
    table,
    utc_moment,
    utc_now,
)
from datacoop.errors import SettingsError
from datacoop.jobs.granting import give_grant, kept_grant, revoke_grant
from datacoop.pool.grants import GivenGrant, Grant, standing_objections
from datacoop.records.digest import sha256_hex

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("grant")
def command() -> None:
    """What trainers may read, for what, and until when.

    \b
    Example:
      datacoop grant new --who "Example Lab" --collection documents \\
        --purpose model-training --jurisdiction KR --until 2027-06-30 --out lab.grant.json
      datacoop grant list
    """


@command.command("new")
@click.option("--who", required=True, help="The trainer; it stays in the grant's file.")
@click.option("--collection", "collections", multiple=True, required=True)
@click.option("--purpose", "purposes", multiple=True, required=True)
@click.option("--jurisdiction", required=True, help="Where rows are processed (ISO 3166).")
@click.option("--until", type=DAY, required=True, help="The last day, as YYYY-MM-DD.")
@click.option("--out", type=FOLDER, help="A copy of the file, for the trainer.")
@pool_option
@config_option
@json_option
def new(
    who: str,
    collections: tuple[str, ...],
    purposes: tuple[str, ...],
    jurisdiction: str,
    until: datetime,
    out: Path | None,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Sign a grant; its file stays with you and the trainer, the log holds its id.

    \b
    Example:
      datacoop grant new --who "Example Lab" --collection documents \\
        --purpose model-training --jurisdiction KR --until 2027-06-30
    """
    if out is not None and out.exists():
        raise SettingsError(f"{out} exists already", hint="Choose another name.")
    settings = settings_from(config, pool=pool_url)
    wanted = Grant(
        id="",
        pool_id="",
        who=who,
        collections=tuple(sorted(set(collections))),
        purposes=tuple(sorted(set(purposes))),
        jurisdiction=jurisdiction.upper(),
        given=utc_moment().date().isoformat(),
        until=until.date().isoformat(),
        secret="",
    )
    grant, content = give_grant(
        open_pool(settings),
        settings.open_grant_store(),
        wanted,
        operator_key(settings),
        created_utc=utc_now(),
    )
    if out is not None:
        out.write_bytes(content)
    value = {"grant": grant.id, "until": grant.until}
    emit(as_json, value, facts(value))


@command.command("show")
@click.argument("grant_id", metavar="GRANT")
@pool_option
@config_option
@json_option
def show(grant_id: str, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Show a grant of which you keep the file, and whether it stands.

    \b
    Example:
      datacoop grant show 5f0c1e6a90d2b347
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    grant, content = kept_grant(pool, settings.open_grant_store(), grant_id)
    state = pool.state()
    said = standing_objections(state.grants, state.pool_id, grant, sha256_hex(content))
    if grant.until < utc_moment().date().isoformat():
        said.append(f"the grant ended on {grant.until}")
    value = {
        "grant": grant.id,
        "who": grant.who,
        "collections": list(grant.collections),
        "purposes": list(grant.purposes),
        "jurisdiction": grant.jurisdiction,
        "given": grant.given,
        "until": grant.until,
        "stands": not said,
        "objections": said,
    }
    emit(as_json, value, facts(value))


@command.command("list")
@pool_option
@config_option
@json_option
def list_grants(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """List the grants that the log names.

    \b
    Example:
      datacoop grant list
    """
    grants = open_pool(settings_from(config, pool=pool_url)).require().grants.values()
    today = utc_moment().date().isoformat()
    value = [
        {
            "grant": one.id,
            "collections": list(one.collections),
            "purposes": list(one.purposes),
            "until": one.until,
            "state": _state(one, today),
        }
        for one in grants
    ]
    rows = [
        (one.id, ", ".join(one.collections), ", ".join(one.purposes), one.until, _state(one, today))
        for one in grants
    ]
    emit(as_json, value, table("", ["grant", "collections", "purposes", "until", "state"], rows))


def _state(grant: GivenGrant, today: str) -> str:
    if grant.revoked_entry is not None:
        return "revoked"
    return "ended" if grant.until < today else "stands"


@command.command("revoke")
@click.argument("grant_id", metavar="GRANT")
@pool_option
@config_option
@json_option
def revoke(grant_id: str, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Take a grant back.

    \b
    Example:
      datacoop grant revoke 5f0c1e6a90d2b347
    """
    settings = settings_from(config, pool=pool_url)
    revoke_grant(open_pool(settings), grant_id, operator_key(settings), created_utc=utc_now())
    value = {"grant": grant_id, "state": "revoked"}
    emit(as_json, value, facts(value))
