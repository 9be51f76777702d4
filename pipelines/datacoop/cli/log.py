"""`datacoop log`: read the pool's log, verify it, sign its head."""

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
)
from datacoop.pool.checkpoint import write_checkpoint
from datacoop.pool.entry_rules import apply_entry
from datacoop.pool.log import read_log
from datacoop.pool.log_check import check_log, leaves_of
from datacoop.pool.state import State
from datacoop.pool.witness import load_memory


@click.group("log")
def command() -> None:
    """Read the pool's log, verify it, sign its head.

    \b
    Example:
      datacoop log show --pool pool
      datacoop log verify --pool pool
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


@command.command("checkpoint")
@pool_option
@config_option
@json_option
def checkpoint(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Sign the log as it stands with the operator's key, for witnesses to cosign.

    A publication does it too. Run it before a release that needs cosignatures.

    \b
    Example:
      datacoop log checkpoint --pool pool
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    pool.require()
    made = write_checkpoint(pool.store, operator_key(settings))
    value = {"origin": made.origin, "size": made.size, "root": made.root.hex()}
    emit(as_json, value, facts(value))


@command.command("verify")
@click.option("--memory", type=FOLDER, help="A witness's memory to hold the log against.")
@click.option("--other", help="Another copy of the pool to hold the log against.")
@pool_option
@config_option
@json_option
def verify(
    memory: Path | None,
    other: str | None,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Verify every entry, the chain, and the checkpoints; say at which entry something is wrong.

    A log that was rewritten from an entry on by somebody with all its keys is seen by its
    checkpoints; the memory of a witness, or a mirror, tells at which entry.

    \b
    Example:
      datacoop log verify --pool pool --memory witness/checkpoint
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    remembered = load_memory(memory) if memory is not None else None
    if memory is not None and remembered is None:
        raise click.UsageError(f"there is no witness's memory at {memory}")
    seen = list(remembered.leaves) if remembered is not None else []
    if other is not None:
        seen = max(seen, leaves_of(settings.open_other(other)), key=len)
    found = check_log(pool.store, seen)
    value = {
        "sound": found.entry is None,
        "length": found.length,
        "root": found.root.hex(),
        "checkpoints": found.checkpoints,
        "entry": found.entry,
        "fault": found.fault,
    }
    emit(as_json, value, facts({k: v for k, v in value.items() if v not in (None, "")}))
    if found.entry is not None:
        raise click.exceptions.Exit(1)
