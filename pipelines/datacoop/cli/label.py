"""`datacoop label`: records to annotators, votes back."""

import os
from dataclasses import asdict, fields
from pathlib import Path

import click

from datacoop.cli.common import (
    annotator_key,
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
from datacoop.cli.label_gold import gold as gold_group
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.gold_store import known_gold
from datacoop.jobs.labelling import collect_votes, collected_votes, route_tasks, routed_records
from datacoop.jobs.routing import open_backlog
from datacoop.jobs.workforce import enter_workforce, read_workforce
from datacoop.label.adjudication import labels
from datacoop.label.backlog import Backlog
from datacoop.label.label_studio import LabelStudio
from datacoop.settings import Settings


@click.group("label")
def command() -> None:
    """Send records to annotators, collect their votes.

    Label Studio's address stands in the settings file, its token in an environment variable.

    \b
    Example:
      datacoop label route documents
    """


def studio_of(settings: Settings) -> LabelStudio:
    """Give the Label Studio that the settings name."""
    url = settings.require("label_studio_url")
    return LabelStudio(url, settings.label_studio_token(os.environ))


command.add_command(gold_group)


@command.command("route")
@click.argument("collection")
@pool_option
@config_option
@json_option
def route(collection: str, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Send the records of COLLECTION that the policy asks labels for, each once.

    \b
    Example:
      datacoop label route documents
    """
    settings = settings_from(config, pool=pool_url)
    pool, operator = open_pool(settings), operator_key(settings)
    if settings.workforce is not None:
        secret = annotator_key(settings)
        enter_workforce(pool, settings.workforce, operator, secret, created_utc=utc_now())
    routed = route_tasks(
        pool,
        collection,
        studio_of(settings),
        operator,
        created_utc=utc_now(),
    )
    emit(as_json, asdict(routed), facts(asdict(routed)))


@command.command("collect")
@click.argument("collection")
@pool_option
@config_option
@json_option
def collect(collection: str, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Bring the answers given since the last time into the pool.

    \b
    Example:
      datacoop label collect documents
    """
    settings = settings_from(config, pool=pool_url)
    collected = collect_votes(
        open_pool(settings),
        collection,
        studio_of(settings),
        operator_key(settings),
        annotator_key(settings),
        created_utc=utc_now(),
        gold=None if settings.gold is None else settings.open_gold_store(),
    )
    emit(as_json, asdict(collected), facts(asdict(collected)))


@command.command("status")
@pool_option
@config_option
@json_option
def status(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Say for each collection how many tasks, votes and labels there are, and what is open.

    \b
    Example:
      datacoop label status --pool pool
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    state = pool.require()
    workforce = {} if settings.workforce is None else read_workforce(settings.workforce)
    store = None if settings.gold is None else settings.open_gold_store()
    rows, waiting = [], {}
    for name in sorted(state.collections):
        votes = collected_votes(pool, name)
        collection = contract_of(pool, state, name)
        tasks = len(routed_records(pool, name))
        rows.append((name, tasks, len(votes), len(labels(votes, collection.labelling))))
        gold = {} if store is None else known_gold(store, name)
        found = open_backlog(pool, collection, workforce, gold) if tasks else []
        waiting[name] = [asdict(one) for one in found]
    names = ["collection", "tasks", "votes", "labels"]
    value = [{**dict(zip(names, row, strict=True)), "open": waiting[row[0]]} for row in rows]
    shown = ["collection", *(field.name.replace("_", " ") for field in fields(Backlog))]
    open_rows = [(name, *one.values()) for name, found in waiting.items() for one in found]
    emit(as_json, value, table("", names, rows), table("Open", shown, open_rows))
