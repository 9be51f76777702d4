"""`datacoop log`: read the pool's log."""

from pathlib import Path

import click

from datacoop.cli.common import (
    config_option,
    emit,
    json_option,
    open_pool,
    pool_option,
    settings_from,
    table,
)
from datacoop.pool.log import read_log
from datacoop.pool.state import State, apply_entry


@click.group("log")
def command() -> None:
    """Read the pool's log.

    \b
    Example:
      datacoop log show --pool pool
    """


@command.command("show")
@pool_option
@config_option
@json_option
def show(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """List the entries, each one verified.

    \b
    Example:
      datacoop log show --pool pool --json
    """
    state = State()
    entries = [
        apply_entry(state, content)
        for _, content in read_log(open_pool(settings_from(config, pool=pool_url)).store)
    ]
    value = [
        {
            "number": e.number,
            "kind": e.kind,
            "created_utc": e.created_utc,
            "signer": e.signer.keyid,
            "role": e.signer.role.value,
            "member": e.signer.member,
            "sha256": e.digest,
            "body": dict(e.body),
        }
        for e in entries
    ]
    rows = [
        (e.number, e.created_utc, e.kind, e.signer.member or e.signer.role, e.digest[:12])
        for e in entries
    ]
    emit(as_json, value, table("", ["number", "time", "kind", "signed by", "sha256"], rows))
