"""`datacoop label audit`: what still says who somebody is, found by people in scrubbed rows."""

import os
from dataclasses import asdict
from datetime import UTC, datetime
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
from datacoop.cli.label_studio import studio_of
from datacoop.jobs.audit_status import LanguageStanding, audit_status, held_records
from datacoop.jobs.auditing import LeakAudit
from datacoop.jobs.leaks import Confirmed
from datacoop.settings import Settings


@click.group("audit")
def command() -> None:
    """Find what the scrub missed: rows to auditors, their marks back.

    Who is cleared for it stands in the settings file: `auditors` under `[label_studio]`, a list of
    Label Studio's numbers of users.

    \b
    Example:
      datacoop label audit route documents
    """


def _audit(settings: Settings, collection: str) -> LeakAudit:
    return LeakAudit(
        pool=open_pool(settings),
        name=collection,
        studio=studio_of(settings, os.environ),
        operator=operator_key(settings),
        annotator_key=annotator_key(settings),
        auditors=settings.require("label_studio_auditors"),
        landing=settings.open_landing,
    )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


@command.command("route")
@click.argument("collection")
@pool_option
@config_option
@json_option
def route(collection: str, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Send the random rows of COLLECTION that auditors have not had yet.

    \b
    Example:
      datacoop label audit route documents
    """
    audit = _audit(settings_from(config, pool=pool_url), collection)
    routed = audit.route(as_of=_today(), created_utc=utc_now())
    emit(as_json, asdict(routed), facts(asdict(routed)))


@command.command("collect")
@click.argument("collection")
@pool_option
@config_option
@json_option
def collect(collection: str, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Bring auditors' marks into the pool; hold what is marked, bar what two people marked.

    \b
    Example:
      datacoop label audit collect documents
    """
    audit = _audit(settings_from(config, pool=pool_url), collection)
    found = audit.collect(as_of=_today(), created_utc=utc_now())
    brought = {
        "new marks": found.marks_new,
        "held now": len(found.held),
        "confirmed now": len(found.confirmed),
        **found.invalid,
    }
    emit(as_json, asdict(found), facts(brought), _standing(found.languages))


@command.command("status")
@click.argument("collection")
@pool_option
@config_option
@json_option
def status(collection: str, pool_url: str | None, config: Path | None, as_json: bool) -> None:
    """Say where the audit of COLLECTION stands, and which records wait for a decision.

    \b
    Example:
      datacoop label audit status documents
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    standing = audit_status(pool, collection, annotator_key(settings), _today())
    held = held_records(pool, collection)
    value = {"languages": [asdict(one) for one in standing], "held": list(held)}
    waiting = [table("", ["held records"], [(record,) for record in held])] if held else []
    emit(as_json, value, _standing(standing), *waiting)


@command.command("confirm")
@click.argument("collection")
@click.argument("record")
@pool_option
@config_option
@json_option
def confirm(
    collection: str, record: str, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Say that the held RECORD (64 hex digits) leaks: bar it and all that hold the same value.

    \b
    Example:
      datacoop label audit confirm documents 4f1c...
    """
    audit = _audit(settings_from(config, pool=pool_url), collection)
    confirmed = audit.confirm(record, created_utc=utc_now())
    emit(as_json, asdict(confirmed), facts(_shown(confirmed)))


@command.command("reject")
@click.argument("collection")
@click.argument("record")
@pool_option
@config_option
@json_option
def reject(
    collection: str, record: str, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Say that RECORD does not leak: it comes back, and those barred with it.

    \b
    Example:
      datacoop label audit reject documents 4f1c...
    """
    audit = _audit(settings_from(config, pool=pool_url), collection)
    audit.reject(record, created_utc=utc_now())
    emit(as_json, {"record": record, "status": "rejected"}, f"{record}: no leak")


def _shown(confirmed: Confirmed) -> dict[str, object]:
    barred = [f"{name}: {count}" for name, count in confirmed.barred.items()]
    return {
        "records barred": barred,
        "lines of gold": confirmed.gold,
        "versions that may hold them": confirmed.versions,
    }


def _standing(languages: tuple[LanguageStanding, ...]) -> object:
    rows = [
        (
            one.language,
            one.rows,
            one.look,
            one.sample,
            one.decided,
            one.held,
            one.leaks,
            "-" if one.most_permille is None else f"{one.most_permille / 10:.2f} %",
            one.outcome,
        )
        for one in languages
    ]
    head = ["language", "rows", "look", "sample", "decided", "held", "leaks", "at most", "outcome"]
    return table("", head, rows)
