"""`datacoop release`: build, propose, approve and publish versions."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from datacoop import __version__
from datacoop.cli.common import (
    FOLDER,
    beam_arguments_argument,
    config_option,
    emit,
    facts,
    json_option,
    open_pool,
    operator_key,
    pool_option,
    progress_bar,
    settings_from,
    table,
    utc_moment,
    utc_now,
    work_option,
)
from datacoop.errors import RefusedError
from datacoop.jobs.amending import amend_version
from datacoop.jobs.building import ReleaseOptions, build_release, keep_built, kept_build
from datacoop.jobs.engine import RUNNER, require_engine
from datacoop.jobs.openlineage import send_events
from datacoop.jobs.release import approve_release, find_proposal, propose_release, publish_release
from datacoop.jobs.workforce import read_workforce
from datacoop.pool.blobs import blob_key, get_blob
from datacoop.pool.keys import load_signing_key
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes
from datacoop.pool.state import Proposal
from datacoop.pool.trust import statement_digests
from datacoop.publish.card import comparison
from datacoop.publish.diff import difference


@click.group("release")
def command() -> None:
    """Build, propose, approve and publish versions.

    \b
    Example:
      datacoop release build documents
      datacoop release propose documents
      datacoop release approve documents 1 --key keys/gb/approver.key
      datacoop release approve documents 1 --key keys/ca/approver.key
      datacoop release publish documents 1
    """


def today() -> str:
    """Give the day in UTC."""
    return utc_moment().date().isoformat()


def summary(manifest: SnapshotManifest) -> dict[str, object]:
    """Say in plain JSON what a version is made of."""
    return {
        "collection": manifest.collection,
        "version": manifest.version,
        **({} if manifest.amends is None else {"amends": manifest.amends}),
        "rows": manifest.rows,
        "row_counts": dict(manifest.row_counts),
        "log_length": manifest.log_length,
        "purposes": list(manifest.purposes),
        "submissions": list(manifest.submissions),
        "shards": [
            {"sha256": s.sha256, "split": s.split, "rows": s.rows, "size_bytes": s.size_bytes}
            for s in manifest.shards
        ],
    }


def summary_lines(manifest: SnapshotManifest) -> list[object]:
    """Show a person what a version is made of."""
    shown = {k: v for k, v in summary(manifest).items() if k != "shards"}
    rows = [(s.split, s.rows, s.size_bytes, s.sha256[:16]) for s in manifest.shards]
    return [facts(shown), table("", ["split", "rows", "bytes", "shard"], rows)]


@command.command("build", context_settings={"ignore_unknown_options": True})
@click.argument("collection")
@beam_arguments_argument
@click.option("--runner", default=RUNNER, show_default=True, help="A Beam runner by name.")
@click.option("--amends", type=int, help="A withdrawn version, to build it without what went.")
@pool_option
@work_option
@config_option
@json_option
def build(
    collection: str,
    beam_arguments: tuple[str, ...],
    runner: str,
    amends: int | None,
    pool_url: str | None,
    work: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Build the next version of COLLECTION from the log as it stands.

    With --amends it is the withdrawn version without the rows that went, to take its place:
    nothing newer is in it.

    \b
    Example:
      datacoop release build documents
      datacoop release build documents --amends 2
    """
    settings = settings_from(config, pool=pool_url, work=work)
    require_engine(runner, beam_arguments)
    store = settings.open_work_store()
    options = ReleaseOptions(
        code_version=__version__,
        work=store.address,
        gold=None if settings.gold is None else settings.open_gold_store(),
        runner=runner,
        beam_arguments=beam_arguments,
    )
    pool, day = open_pool(settings), today()
    with progress_bar("build", quiet=as_json) as progress:
        if amends is None:
            built = build_release(pool, collection, options, as_of=day, progress=progress)
        else:
            built = amend_version(
                pool, collection, amends, code_version=__version__, as_of=day, progress=progress
            )
    keep_built(store, built)
    value = {
        **summary(built.manifest),
        "row_counts": dict(built.row_counts),
        "barred": {k: list(v) for k, v in built.barred.items()},
    }
    barred = [(name, "; ".join(why)) for name, why in built.barred.items()]
    lines = summary_lines(built.manifest)
    if barred:
        lines.append(table("Kept out by their terms", ["submission", "why"], barred))
    emit(as_json, value, *lines)


@command.command("propose")
@click.argument("collection")
@pool_option
@click.option("--work", help="The store that `release build` used.")
@config_option
@json_option
def propose(
    collection: str, pool_url: str | None, work: str | None, config: Path | None, as_json: bool
) -> None:
    """Propose the version that was built last.

    \b
    Example:
      datacoop release propose documents
    """
    settings = settings_from(config, pool=pool_url, work=work)
    known = read_workforce(settings.workforce) if settings.workforce else {}
    proposal = propose_release(
        open_pool(settings),
        kept_build(settings.open_work_store(), collection),
        operator_key(settings),
        now=utc_moment(),
        created_utc=utc_now(),
        homes={name: annotator.member for name, annotator in known.items()},
    )
    value = {
        "collection": collection,
        "version": proposal.version,
        "snapshot": proposal.snapshot,
        "new_submissions": list(proposal.new_submissions),
    }
    emit(as_json, value, facts(value))


@command.command("approve")
@click.argument("collection")
@click.argument("number", type=int)
@click.option("--key", "key_path", type=FOLDER, required=True, help="The approver's key file.")
@pool_option
@config_option
@json_option
def approve(
    collection: str,
    number: int,
    key_path: Path,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Sign a proposal as an approver who signed no submission that is new in it.

    \b
    Example:
      datacoop release approve documents 1 --key keys/gb/approver.key
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    proposal = approve_release(
        pool, collection, number, load_signing_key(key_path), created_utc=utc_now()
    )
    members = sorted({pool.state().keys[keyid].member for keyid in proposal.approvals})
    value = {"collection": collection, "version": number, "approved_by": members, "needed": 2}
    emit(as_json, value, facts(value))


@command.command("publish")
@click.argument("collection")
@click.argument("number", type=int)
@pool_option
@config_option
@json_option
def publish(
    collection: str, number: int, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Publish an approved proposal; readers see it whole or not at all.

    \b
    Example:
      datacoop release publish documents 1
    """
    settings = settings_from(config, pool=pool_url)
    pool = open_pool(settings)
    manifest = publish_release(
        pool,
        collection,
        number,
        operator_key(settings),
        created_utc=utc_now(),
        as_of=today(),
    )
    if settings.openlineage is not None:
        proposal = find_proposal(pool.state(), collection, number)
        send_events(settings.openlineage, statement_of(pool, proposal, "openlineage.json"))
    emit(as_json, summary(manifest), *summary_lines(manifest))


def manifest_of(pool: Pool, collection: str, number: int) -> SnapshotManifest:
    """Give the manifest of a version, proposed or published."""
    digest = find_proposal(pool.require(), collection, number).snapshot
    return snapshot_from_bytes(digest, get_blob(pool.store, digest))


@command.command("show")
@click.argument("collection")
@click.argument("number", type=int)
@click.option("--card", "card_path", type=FOLDER, help="Write the card, an HTML page, here.")
@click.option("--statements", "folder", type=FOLDER, help="Write all statements into this folder.")
@pool_option
@config_option
@json_option
def show(
    collection: str,
    number: int,
    card_path: Path | None,
    folder: Path | None,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Show a version, proposed or published, and the statements beside it.

    \b
    Example:
      datacoop release show documents 1 --card documents-1.html
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    manifest = manifest_of(pool, collection, number)
    proposal = find_proposal(pool.state(), collection, number)
    members = sorted({pool.state().keys[keyid].member for keyid in proposal.approvals})
    published = proposal.published_entry is not None
    said = statement_digests(pool.store, proposal)
    if card_path is not None:
        card_path.write_bytes(statement_of(pool, proposal, "card.html"))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in said:
            (folder / name).write_bytes(statement_of(pool, proposal, name))
    links = {name: blob_key(digest) for name, digest in said.items()}
    value = {
        **summary(manifest),
        "approved_by": members,
        "published": published,
        "statements": links,
    }
    facts_of = facts({"approved by": members or "-", "published": "yes" if published else "no"})
    beside = table("Statements", ["name", "in the pool"], list(links.items()))
    emit(as_json, value, *summary_lines(manifest), beside, facts_of)


def statement_of(pool: Pool, proposal: Proposal, name: str) -> bytes:
    """Give a statement of a version.

    Raises:
        RefusedError: The version has none of this name.
    """
    digest = statement_digests(pool.store, proposal).get(name)
    if digest is None:
        raise RefusedError(
            f"{proposal.collection} version {proposal.version} has no statement {name!r}",
            hint="It was proposed by an earlier datacoop. Build and propose another version.",
        )
    return get_blob(pool.store, digest)


@command.command("diff")
@click.argument("collection")
@click.argument("older", type=int)
@click.argument("newer", type=int)
@click.option("--html", "page_path", type=FOLDER, help="Write the comparison as an HTML page.")
@pool_option
@config_option
@json_option
def diff(
    collection: str,
    older: int,
    newer: int,
    page_path: Path | None,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Say what changed between two versions.

    \b
    Example:
      datacoop release diff documents 1 2 --html diff.html
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    manifests = manifest_of(pool, collection, older), manifest_of(pool, collection, newer)
    before, after = (
        json.loads(
            statement_of(pool, find_proposal(pool.state(), collection, number), "statistics.json")
        )
        for number in (older, newer)
    )
    value = difference(before, after, manifests)
    if page_path is not None:
        page_path.write_text(comparison(value), encoding="utf-8")
    emit(as_json, value, *diff_lines(value))


def diff_lines(value: Mapping[str, Any]) -> list[object]:
    """Show a person what changed."""
    totals = [(name, old, new, new - old) for name, old, new in value["totals"]]
    names = ("submissions_added", "submissions_removed", "terms_added", "terms_removed")
    lines: list[object] = [
        table("", ["total", "before", "after", "change"], totals),
        facts(
            {name.replace("_", " "): value[name] or "-" for name in names}
            | {"shards kept": value["shards_kept"], "shards new": value["shards_new"]}
        ),
    ]
    lines += [
        table("", [name, "rows before", "rows after"], value[name])
        for name in ("languages", "members", "labels")
        if value[name]
    ]
    return lines
