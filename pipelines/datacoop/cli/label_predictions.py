"""`datacoop label predictions`: what a model predicts, so that uncertain records come first."""

from dataclasses import asdict
from pathlib import Path

import click

from datacoop.cli.common import (
    FOLDER,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    pool_option,
    settings_from,
)
from datacoop.jobs.predictions import add_predictions


@click.command("predictions")
@click.argument("collection")
@click.argument("file", type=FOLDER)
@pool_option
@config_option
@json_option
def command(
    collection: str, file: Path, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Serve first what a model is uncertain of, by its predictions for COLLECTION in FILE.

    A tidy table (.csv, .jsonl, .parquet) of record_id, question, label, score, or tasks with
    predictions in Label Studio's JSON (.json). How uncertain the model is of each record is kept in
    the store that `gold` names in the settings, and nothing else; a running gateway takes it over.

    \b
    Example:
      datacoop label predictions documents predictions.parquet
    """
    settings = settings_from(config, pool=pool_url)
    store = settings.open_gold_store()
    added = add_predictions(open_pool(settings), store, collection, file)
    value = {"collection": collection, **asdict(added)}
    emit(as_json, value, facts(value))
