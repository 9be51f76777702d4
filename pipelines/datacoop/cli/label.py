"""`datacoop label`: records to annotators, votes back."""

import os
from dataclasses import asdict
from pathlib import Path

import click

from datacoop.cli import label_audit
from datacoop.cli.common import (
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
from datacoop.cli.label_studio import annotator_key, studio_of
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.labelling import collect_votes, collected_votes, route_tasks, routed_records
from datacoop.label.adjudication import labels


@click.group("label")
def command() -> None:
    """Send records to annotators, collect their votes.

    Label Studio's address stands in the settings file, its token in an environment variable.

    \b
    Example:
      datacoop label route documents
    """


command.add_command(label_audit.command)


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
    routed = route_tasks(
        open_pool(settings),
        collection,
        studio_of(settings, os.environ),
        operator_key(settings),
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
        studio_of(settings, os.environ),
        operator_key(settings),
        annotator_key(settings),
        created_utc=utc_now(),
    )
    emit(as_json, asdict(collected), facts(asdict(collected)))


@command.command("status")
@pool_option
@config_option
@json_option
def status(pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Say for each collection how many tasks, votes and labels there are.

    \b
    Example:
      datacoop label status --pool pool
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    state = pool.require()
    rows = []
    for name in sorted(state.collections):
        votes = collected_votes(pool, name)
        policy = contract_of(pool, state, name).labelling
        rows.append((name, len(routed_records(pool, name)), len(votes), len(labels(votes, policy))))
    names = ["collection", "tasks", "votes", "labels"]
    value = [dict(zip(names, row, strict=True)) for row in rows]
    emit(as_json, value, table("", names, rows))
