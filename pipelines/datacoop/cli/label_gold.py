"""`datacoop label gold`: records with known answers, by which annotators are measured."""

import os
from pathlib import Path

import click

from datacoop.cli.common import (
    FOLDER,
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
from datacoop.cli.label_studio import studio_of
from datacoop.errors import SettingsError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.gold_store import gold_votes, known_gold
from datacoop.jobs.workforce import add_gold, enter_paused, resume_annotator
from datacoop.label.gold import Use
from datacoop.label.standing import gold_answers, last_resumed, standing


@click.group("gold")
def gold() -> None:
    """Give records whose right answer is known, and see how annotators do on them.

    The answers lie in the store that `gold` names in the settings, which is the operator's alone.

    \b
    Example:
      datacoop label gold add documents gold.jsonl
    """


@gold.command("add")
@click.argument("collection")
@click.argument("file", type=FOLDER)
@click.option(
    "--use",
    type=click.Choice([use.value for use in Use]),
    default=Use.GOLD.value,
    show_default=True,
    help="Hidden among real tasks, or answered before them.",
)
@pool_option
@config_option
@json_option
def add(
    collection: str,
    file: Path,
    use: str,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Add the records of FILE to the gold of COLLECTION: JSON Lines of record_id and value.

    \b
    Example:
      datacoop label gold add documents first-tasks.jsonl --use qualification
    """
    settings = settings_from(config, pool=pool_url)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {file}", hint="Give JSON Lines in UTF-8.") from error
    counts = add_gold(
        open_pool(settings),
        settings.open_gold_store(),
        collection,
        text,
        Use(use),
        operator_key(settings),
        annotator_key(settings),
        created_utc=utc_now(),
    )
    value = {"collection": collection, **{one.value: count for one, count in counts.items()}}
    emit(as_json, value, facts(value))


@gold.command("standing")
@click.argument("collection")
@click.option("--enter", is_flag=True, help="Enter into the log who is paused.")
@pool_option
@config_option
@json_option
def show_standing(
    collection: str, enter: bool, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Show how each annotator of COLLECTION does on gold, and who is paused.

    \b
    Example:
      datacoop label gold standing documents --enter
    """
    settings = settings_from(config, pool=pool_url)
    pool, store = open_pool(settings), settings.open_gold_store()
    policy = contract_of(pool, pool.require(), collection).labelling.workforce
    if enter:
        enter_paused(pool, store, collection, operator_key(settings), created_utc=utc_now())
    answers = gold_answers(gold_votes(store, collection), known_gold(store, collection))
    resumed = last_resumed(pool.state().resumed.get(collection, ()))
    rows = []
    for name, given in sorted(answers.items()):
        found = standing(given, policy, resumed_utc=resumed.get(name, ""))
        bounds = f"{found.low:.2f}", f"{found.high:.2f}"
        rows.append((name, found.right, found.answered, *bounds, found.paused_utc or ""))
    names = ["annotator", "right", "answered", "from", "to", "paused"]
    emit(as_json, [dict(zip(names, row, strict=True)) for row in rows], table("", names, rows))


@gold.command("resume")
@click.argument("collection")
@click.argument("annotator")
@pool_option
@config_option
@json_option
def resume(
    collection: str, annotator: str, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Let a paused ANNOTATOR (a pseudonym) of COLLECTION go on, measured anew.

    From when on is told by Label Studio's clock, by which answers are dated.

    \b
    Example:
      datacoop label gold resume documents 00f1e2d3c4b5a697
    """
    settings = settings_from(config, pool=pool_url)
    pool, operator = open_pool(settings), operator_key(settings)
    now = utc_now()
    # A pool that only takes votes in from elsewhere has no Label Studio.
    has_studio = settings.label_studio_url is not None
    dated = studio_of(settings, os.environ).now_utc() if has_studio else now
    resume_annotator(pool, collection, annotator, operator, resumed_utc=dated, created_utc=now)
    value = {"collection": collection, "resumed": annotator}
    emit(as_json, value, facts(value))
