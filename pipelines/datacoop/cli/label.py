"""`datacoop label`: records to annotators, votes back."""

import json
import os
from dataclasses import asdict, fields
from pathlib import Path

import click

from datacoop.cli import label_audit, label_predictions
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
from datacoop.cli.label_gold import gold as gold_group
from datacoop.cli.label_studio import studio_of
from datacoop.errors import SettingsError
from datacoop.jobs.collected import collected_votes
from datacoop.jobs.collecting import collect_votes
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.exchange import export_json, import_votes
from datacoop.jobs.experts import enter_decisions, send_disputed
from datacoop.jobs.gold_store import known_gold
from datacoop.jobs.labelling import record_languages, route_tasks, routed_records
from datacoop.jobs.labels import current_labels, disputed_records, shown_votes
from datacoop.jobs.leaks import bar_reported
from datacoop.jobs.routing import open_backlog
from datacoop.jobs.workforce import enter_workforce, read_workforce
from datacoop.label.agreement import agreements
from datacoop.label.backlog import Backlog
from datacoop.label.decisions import REASON_LENGTH, Decision
from datacoop.label.experts import votes_shown
from datacoop.label.kinds import ballots_of
from datacoop.label.studio_json import utc
from datacoop.label.tidy import ATTRIBUTES, tidy_table, write_tidy
from datacoop.label.votes import pseudonym
from datacoop.settings import Settings

RECORD_ID_BYTES = 32


@click.group("label")
def command() -> None:
    """Send records to annotators, collect their votes, decide what stays in doubt.

    Label Studio's address stands in the settings file, its token in an environment variable.

    \b
    Example:
      datacoop label route documents
    """


command.add_command(gold_group)
command.add_command(label_audit.command)
command.add_command(label_predictions.command)


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
        studio_of(settings, os.environ),
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

    Where `gateway.store` is set, bar also what the labelling lead barred after a report.

    \b
    Example:
      datacoop label collect documents
    """
    settings = settings_from(config, pool=pool_url)
    pool, operator = open_pool(settings), operator_key(settings)
    reported = _barred_by_lead(settings, collection)
    barred = bar_reported(pool, collection, reported, operator, created_utc=utc_now())
    collected = collect_votes(
        pool,
        collection,
        studio_of(settings, os.environ),
        operator,
        annotator_key(settings),
        created_utc=utc_now(),
        gold=None if settings.gold is None else settings.open_gold_store(),
    )
    told = {**asdict(collected), "records_barred": barred}
    emit(as_json, told, facts(told))


def _barred_by_lead(settings: Settings, collection: str) -> list[bytes]:
    """Give the records that the labelling lead barred."""
    if settings.gateway_store is None:
        return []
    # Loaded here: who has no gateway needs none of its libraries.
    from datacoop.cli.annotator import gateway_store
    from datacoop.web.gateway.store_reports import BARRED

    store = gateway_store(settings)
    reports = store.reports()
    store.close()
    return [one.record_id for one in reports if (one.collection, one.state) == (collection, BARRED)]


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
        collection = contract_of(pool, state, name)
        made, disputes = current_labels(pool, collection, store), disputed_records(pool, collection)
        tasks = len(routed_records(pool, name))
        votes = len(collected_votes(pool, name))
        rows.append((name, tasks, votes, len(made), len(disputes)))
        gold = {} if store is None else known_gold(store, name)
        found = open_backlog(pool, collection, workforce, gold) if tasks else []
        waiting[name] = [asdict(one) for one in found]
    names = ["collection", "tasks", "votes", "labels", "disputed"]
    value = [{**dict(zip(names, row, strict=True)), "open": waiting[row[0]]} for row in rows]
    shown = ["collection", *(field.name.replace("_", " ") for field in fields(Backlog))]
    open_rows = [(name, *one.values()) for name, found in waiting.items() for one in found]
    emit(as_json, value, table("", names, rows), table("Open", shown, open_rows))


@command.command("disputed")
@click.argument("collection")
@click.option("--send", is_flag=True, help="Send them to the experts' project in Label Studio.")
@pool_option
@config_option
@json_option
def show_disputed(
    collection: str, send: bool, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """List the records of COLLECTION that wait for an expert, most in doubt first.

    \b
    Example:
      datacoop label disputed documents --send
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    if send:
        send_disputed(pool, collection, studio_of(settings, os.environ))
    contract = contract_of(pool, pool.require(), collection)
    rows = [
        (record_id.hex(), votes_shown(sorted(v.value for v in ballot), contract.labelling))
        for record_id, ballot in disputed_records(pool, contract).items()
    ]
    names = ["record", "votes"]
    emit(as_json, [dict(zip(names, row, strict=True)) for row in rows], table("", names, rows))


@command.command("decide")
@click.argument("collection")
@click.argument("record")
@click.argument("value")
@click.option("--reason", required=True, help="Why; do not copy from the text.")
@click.option("--expert", required=True, help="Who decides; the pool knows a pseudonym only.")
@pool_option
@config_option
@json_option
def decide(
    collection: str,
    record: str,
    value: str,
    reason: str,
    expert: str,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Enter what an expert decided for RECORD (an id in hex) of COLLECTION.

    It stands above all votes; a later decision stands above an earlier one.

    \b
    Example:
      datacoop label decide documents 5a…e1 unclear --reason "two readings" --expert e.park
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    contract = contract_of(pool, pool.require(), collection)
    now = utc_now()
    decision = Decision(
        record_id=_record_id(record),
        expert=pseudonym(annotator_key(settings), f"expert/{expert}"),
        question=contract.labelling.question,
        value=value,
        reason=reason[:REASON_LENGTH],
        created_utc=utc(now),
    )
    entered = enter_decisions(pool, contract, [decision], operator_key(settings), created_utc=now)
    said = {"collection": collection, "record": record, "entered": entered}
    emit(as_json, said, facts(said))


def _record_id(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != RECORD_ID_BYTES:
        raise click.BadParameter("should be a record id: 64 hex digits", param_hint="RECORD")
    return found


@command.command("agreement")
@click.argument("collection")
@pool_option
@config_option
@json_option
def show_agreement(
    collection: str, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Measure how far the annotators of COLLECTION agree: in all, by language, by pair.

    \b
    Example:
      datacoop label agreement documents
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    contract = contract_of(pool, pool.require(), collection)
    votes = shown_votes(pool, contract)
    found = agreements(votes, contract.labelling, record_languages(pool, collection))
    rows = [
        (
            "all"
            if not one.pair and not one.language
            else one.language or " ".join(one.pair or ()),
            one.measure,
            one.records,
            "-" if one.value is None else f"{one.value:.3f}",
        )
        for one in found
    ]
    emit(
        as_json,
        [asdict(one) for one in found],
        table("", ["of", "measure", "records", "agreement"], rows),
    )


@command.command("export")
@click.argument("collection")
@click.argument("file", type=FOLDER)
@click.option("--format", "form", type=click.Choice(["tidy", "label-studio"]), default="tidy")
@click.option(
    "--attribute",
    "attributes",
    type=click.Choice(ATTRIBUTES),
    multiple=True,
    help="Tell this of annotators, where at least five share it; most needed first.",
)
@pool_option
@config_option
@json_option
def export(
    collection: str,
    file: Path,
    form: str,
    attributes: tuple[str, ...],
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Write the votes of COLLECTION that count into a new FILE, under pseudonyms.

    As a tidy table (item, annotator, label, time; .csv or .parquet), or as Label Studio's JSON
    with the scrubbed texts.

    \b
    Example:
      datacoop label export documents votes.csv
      datacoop label export documents votes.csv --attribute level --attribute country
      datacoop label export documents votes.json --format label-studio
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    contract = contract_of(pool, pool.require(), collection)
    ballots = ballots_of(shown_votes(pool, contract), contract.labelling)
    if file.exists():
        raise SettingsError(f"{file} is there already", hint="Name a new file.")
    if attributes and form != "tidy":
        raise click.UsageError("--attribute goes with --format tidy")
    if form == "tidy":
        people = read_workforce(settings.require("workforce")) if attributes else {}
        languages = record_languages(pool, collection) if attributes else {}
        write_tidy(tidy_table(ballots, tuple(dict.fromkeys(attributes)), people, languages), file)
    else:
        content = export_json(pool, contract, ballots)
        file.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    value = {"collection": collection, "votes": sum(map(len, ballots.values())), "file": str(file)}
    emit(as_json, value, facts(value))


@command.command("import")
@click.argument("collection")
@click.argument("file", type=FOLDER)
@click.option("--source", help="A name for the Label Studio that it comes from.")
@click.option("--own", is_flag=True, help="This pool exported it: its pseudonyms are kept.")
@pool_option
@config_option
@json_option
def import_file(
    collection: str,
    file: Path,
    source: str | None,
    own: bool,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Bring the votes of a Label Studio export (JSON) into COLLECTION; twice is once.

    A task names its record by `pool_uid` in its data. Use the same --source for one Label Studio
    always: its users get their pseudonyms by it. Give --own only for a file that you trust as you
    trust this pool: whoever wrote it could speak for any annotator.

    \b
    Example:
      datacoop label import documents export.json --source partner
    """
    if own == bool(source):
        raise click.UsageError("give either --source or --own")
    settings = settings_from(config, pool=pool_url)
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"cannot read {file} as JSON", hint="Export from Label Studio as JSON."
        ) from error
    found = import_votes(
        open_pool(settings),
        collection,
        content,
        source or None,
        operator_key(settings),
        annotator_key(settings),
        created_utc=utc_now(),
    )
    emit(as_json, asdict(found), facts(asdict(found)))
