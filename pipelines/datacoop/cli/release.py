"""`datacoop release`: build, propose, approve and publish versions."""

from pathlib import Path

import click

from datacoop import __version__
from datacoop.cli.common import (
    FOLDER,
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
)
from datacoop.jobs.release import (
    ReleaseOptions,
    approve_release,
    build_release,
    find_proposal,
    keep_built,
    kept_build,
    propose_release,
    publish_release,
)
from datacoop.jobs.runner import RUNNER
from datacoop.pool.blobs import get_blob
from datacoop.pool.keys import load_signing_key
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes


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
@click.argument("beam_arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--runner", default=RUNNER, show_default=True, help="A Beam runner by name.")
@pool_option
@click.option("--work", help="A store of the operator's own for the job's work.")
@config_option
@json_option
def build(
    collection: str,
    beam_arguments: tuple[str, ...],
    runner: str,
    pool_url: str | None,
    work: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Build the next version of COLLECTION from the log as it stands.

    \b
    Example:
      datacoop release build documents
    """
    settings = settings_from(config, pool=pool_url, work=work)
    store = settings.open_work_store()
    options = ReleaseOptions(
        code_version=__version__,
        work=store.address,
        gold=None if settings.gold is None else settings.open_gold_store(),
        runner=runner,
        beam_arguments=beam_arguments,
    )
    with progress_bar("build", quiet=as_json) as progress:
        built = build_release(
            open_pool(settings), collection, options, as_of=today(), progress=progress
        )
    keep_built(store, built)
    value = {**summary(built.manifest), "barred": {k: list(v) for k, v in built.barred.items()}}
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
    proposal = propose_release(
        open_pool(settings),
        kept_build(settings.open_work_store(), collection),
        operator_key(settings),
        now=utc_moment(),
        created_utc=utc_now(),
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
    manifest = publish_release(
        open_pool(settings),
        collection,
        number,
        operator_key(settings),
        created_utc=utc_now(),
        as_of=today(),
    )
    emit(as_json, summary(manifest), *summary_lines(manifest))


def manifest_of(pool: Pool, collection: str, number: int) -> SnapshotManifest:
    """Give the manifest of a version, proposed or published."""
    digest = find_proposal(pool.require(), collection, number).snapshot
    return snapshot_from_bytes(digest, get_blob(pool.store, digest))


@command.command("show")
@click.argument("collection")
@click.argument("number", type=int)
@pool_option
@config_option
@json_option
def show(
    collection: str, number: int, pool_url: str | None, config: Path | None, as_json: bool
) -> None:
    """Show a version, proposed or published.

    \b
    Example:
      datacoop release show documents 1 --json
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    manifest = manifest_of(pool, collection, number)
    proposal = find_proposal(pool.state(), collection, number)
    members = sorted({pool.state().keys[keyid].member for keyid in proposal.approvals})
    published = proposal.published_entry is not None
    value = {**summary(manifest), "approved_by": members, "published": published}
    facts_of = facts({"approved by": members or "-", "published": "yes" if published else "no"})
    emit(as_json, value, *summary_lines(manifest), facts_of)


@command.command("diff")
@click.argument("collection")
@click.argument("older", type=int)
@click.argument("newer", type=int)
@pool_option
@config_option
@json_option
def diff(
    collection: str,
    older: int,
    newer: int,
    pool_url: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Say what changed between two versions.

    \b
    Example:
      datacoop release diff documents 1 2
    """
    pool = open_pool(settings_from(config, pool=pool_url))
    before, after = (manifest_of(pool, collection, number) for number in (older, newer))
    old = {shard.sha256 for shard in before.shards}
    value = {
        "rows": after.rows - before.rows,
        "submissions_added": [s for s in after.submissions if s not in before.submissions],
        "submissions_removed": [s for s in before.submissions if s not in after.submissions],
        "shards_kept": sum(1 for shard in after.shards if shard.sha256 in old),
        "shards_new": sum(1 for shard in after.shards if shard.sha256 not in old),
    }
    emit(as_json, value, facts(value))
