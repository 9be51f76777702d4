"""`datacoop collection`: the contracts of the pool."""

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
    utc_now,
)
from datacoop.jobs.contracts import add_collection, contract_of, require_form
from datacoop.records.collection import Collection, parse_collection, read_folder
from datacoop.records.policies import ScrubPolicy
from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop_schemas import collection_folder, collection_names, policy_names


@click.group("collection")
def command() -> None:
    """The contracts of the pool: list, show, check, add.

    \b
    Example:
      datacoop collection show dialogues
    """


def shipped(name: str) -> Collection:
    """Give a collection that ships with datacoop."""
    if name not in collection_names():
        raise click.UsageError(
            f"no collection {name!r} ships; there are {', '.join(collection_names())}"
        )
    return parse_collection(read_folder(collection_folder(name)))


def scrub_policy(given: str) -> ScrubPolicy:
    """Give a scrub policy: one that ships, that of a collection, or that of a file or folder."""
    if given in policy_names():
        return parse_policy(shipped_policy(given))
    if given in collection_names():
        return shipped(given).scrub
    path = Path(given)
    if path.is_dir():
        return parse_collection(read_folder(path)).scrub
    try:
        return parse_policy(path.read_text(encoding="utf-8"), name=path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(
            f"--policy {given!r} is no file, none of the policies that ship "
            f"({', '.join(policy_names())}) and no collection that ships"
        ) from error


@command.command("list")
@json_option
def list_collections(as_json: bool) -> None:
    """List the collections that ship.

    \b
    Example:
      datacoop collection list --json
    """
    rows = [(name, shipped(name).title) for name in collection_names()]
    value = [{"collection": name, "title": title} for name, title in rows]
    emit(as_json, value, table("", ["collection", "title"], rows))


@command.command("show")
@click.argument("name")
@pool_option
@config_option
@json_option
def show(name: str, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Show a contract: the one of the pool, or the one that ships.

    \b
    Example:
      datacoop collection show documents --pool pool
    """
    settings = settings_from(config, pool=pool_url)
    if settings.pool:
        pool = open_pool(settings)
        collection = contract_of(pool, pool.require(), name)
    else:
        collection = shipped(name)
    value = {
        "collection": collection.name,
        "title": collection.title,
        "digest": collection.digest,
        "languages": collection.languages,
        "columns": [
            {"name": c.name, "type": c.type, "required": c.required} for c in collection.columns
        ],
        "question": collection.labelling.question,
        "values": collection.labelling.values,
        "scrub_policy": collection.scrub.id,
        "entities": {k: v.operator for k, v in sorted(collection.scrub.entities.items())},
        "files": dict(collection.files),
    }
    shown = {k: v for k, v in value.items() if k not in {"files", "columns", "entities"}}
    columns = [(c.name, c.type, "yes" if c.required else "") for c in collection.columns]
    rules = [(name, rule.operator) for name, rule in sorted(collection.scrub.entities.items())]
    emit(
        as_json,
        value,
        facts(shown),
        table("Columns", ["name", "type", "required"], columns),
        table("Personal data", ["entity", "operator"], rules),
    )


@command.command("check")
@click.argument("folder", type=FOLDER)
@json_option
def check(folder: Path, as_json: bool) -> None:
    """Check a folder that holds a contract.

    \b
    Example:
      datacoop collection check my-collection
    """
    collection = parse_collection(read_folder(folder))
    require_form(collection)
    value = {"collection": collection.name, "digest": collection.digest, "faults": []}
    emit(as_json, value, f"{collection.name}: the contract is sound")


@command.command("add")
@click.argument("folder", type=FOLDER)
@pool_option
@config_option
@json_option
def add(folder: Path, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Enter a contract, or a new form of it, into the pool.

    \b
    Example:
      datacoop collection add my-collection --pool pool
    """
    settings = settings_from(config, pool=pool_url)
    collection = parse_collection(read_folder(folder))
    add_collection(open_pool(settings), collection, operator_key(settings), created_utc=utc_now())
    value = {"collection": collection.name, "digest": collection.digest}
    emit(as_json, value, facts(value))
