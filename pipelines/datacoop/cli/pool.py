"""`datacoop pool`: found a pool, look at it, clean it, mirror it."""

from collections.abc import Iterator
from pathlib import Path

import click

from datacoop.cli import common
from datacoop.cli.common import (
    FOLDER,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    pool_option,
    progress_bar,
    settings_from,
    table,
    utc_now,
)
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.founding import found_pool
from datacoop.jobs.leftovers import find_leftovers
from datacoop.pool.garbage import delete_garbage, find_garbage
from datacoop.pool.mirror import mirror_pool
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.records.collection import parse_collection, read_folder
from datacoop.settings import Settings
from datacoop_schemas import collection_folder, collection_names


@click.group("pool")
def command() -> None:
    """Found a pool, look at it, clean it, mirror it.

    \b
    Example:
      datacoop pool init --pool pool --operator-key keys/operator.key --id coop --title Coop
    """


@command.command("init")
@pool_option
@click.option("--operator-key", type=FOLDER, help="The operator's private key file.")
@click.option("--id", "pool_id", required=True, help="A short id, such as health-coop.")
@click.option("--title", required=True)
@config_option
@json_option
def init(
    pool_url: str | None,
    operator_key: Path | None,
    pool_id: str,
    title: str,
    config: Path | None,
    as_json: bool,
) -> None:
    """Found a pool in an empty store, with the collections that ship.

    \b
    Example:
      datacoop pool init --pool s3://coop/pool --operator-key keys/operator.key \\
        --id coop --title "The data cooperative"
    """
    settings = settings_from(config, pool=pool_url, operator_key=operator_key)
    pool, key = open_pool(settings), common.operator_key(settings)
    found_pool(pool, pool_id=pool_id, title=title, operator=key, created_utc=utc_now())
    for name in collection_names():
        collection = parse_collection(read_folder(collection_folder(name)))
        add_collection(pool, collection, key, created_utc=utc_now())
    value = {"pool_id": pool_id, "log_length": pool.state().length}
    emit(as_json, value, facts({**value, "next": "add members: datacoop member add --help"}))


@command.command("status")
@pool_option
@config_option
@json_option
def status(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Say what is in a pool.

    \b
    Example:
      datacoop pool status --pool pool
    """
    state = open_pool(settings_from(config, pool=pool_url)).require()
    submissions = [
        {
            "submission": s.id,
            "member": s.member,
            "collection": s.collection,
            "outcome": "withdrawn" if s.withdrawn_entry is not None else s.outcome,
            "rows": s.rows,
        }
        for s in state.submissions.values()
    ]
    value = {
        "pool_id": state.pool_id,
        "title": state.title,
        "log_length": state.length,
        "head": state.head,
        "members": sorted(state.members),
        "versions": {name: len(state.versions(name)) for name in sorted(state.collections)},
        "to_amend": [f"{name}/{number}" for name, number in state.to_amend()],
        "submissions": submissions,
    }
    shown = {k: v for k, v in value.items() if k != "submissions"}
    rows = [list(s.values()) for s in submissions]
    columns = ["submission", "member", "collection", "outcome", "clean rows"]
    emit(as_json, value, facts(shown), table("", columns, rows))


@command.command("gc")
@pool_option
@click.option("--delete", is_flag=True, help="Delete what is found; without it, only list.")
@click.option("--dry-run", is_flag=True, help="Only list, as without --delete.")
@config_option
@json_option
def gc(
    pool_url: str | None, delete: bool, dry_run: bool, config: Path | None, as_json: bool
) -> None:
    """Find what killed jobs and withdrawals left behind, and no entry of the log needs.

    In the pool, and where the settings name them in the work store and in landing folders.

    Run it when no job runs: a job writes its blobs before its entry. Run it after a backup of the
    pool was put back: what was erased since, and came back with it, is deleted again.

    \b
    Example:
      datacoop pool gc --pool pool --delete
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    if delete and dry_run:
        raise click.UsageError("give --delete or --dry-run, not both")
    found = find_garbage(pool)
    beside = list(_beside(settings, pool))
    if delete:
        with progress_bar("delete", quiet=as_json) as progress:
            found = delete_garbage(pool, found, progress)
        for _, store, key in beside:
            store.delete(key)
    left = [f"{name}: {key}" for name, _, key in beside]
    value = {"found": found, "left": left, "deleted": delete}
    count = len(found) + len(left)
    emit(as_json, value, *found, *left, f"{count} objects {'deleted' if delete else 'found'}")


def _beside(settings: Settings, pool: Pool) -> Iterator[tuple[str, ObjectStore, str]]:
    """Find what killed jobs left in the work store, and in landing stores that are folders."""
    if settings.work is not None:
        work = settings.open_work_store()
        yield from (("work", work, key) for key in find_leftovers(work))
    # Of the others nothing half written is ever seen, and the operator may not open them.
    if settings.landing is not None and "://" not in settings.landing:
        for member in sorted(pool.require().members):
            store = settings.open_landing(member)
            yield from ((f"landing of {member}", store, key) for key in store.unfinished())


@command.command("mirror")
@click.argument("source")
@click.argument("target", metavar="DEST")
@config_option
@json_option
def mirror(source: str, target: str, config: Path | None, as_json: bool) -> None:
    """Copy the pool SOURCE to DEST, or bring DEST up to it; every byte is verified.

    Stop it and run it again as you like. The mirror is a whole pool: with --pool DEST
    everything goes on from it. A source that rewrote its log is refused with the entry.

    \b
    Example:
      datacoop pool mirror s3://coop/pool /backup/pool
    """
    settings = settings_from(config)
    stores = [settings.open_other(url) for url in (source, target)]
    with progress_bar("mirror", quiet=as_json) as progress:
        done = mirror_pool(stores[0], stores[1], progress)
    value = {
        "log_length": done.log_length,
        "copied": done.copied,
        "copied_bytes": done.copied_bytes,
        "present": done.present,
    }
    emit(as_json, value, facts(value))
