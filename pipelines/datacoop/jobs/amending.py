"""Amended versions: a withdrawn version without the rows that went, to take its place.

Made of the shards of the version alone, not of the pool's records: so nothing newer gets in, and
what is left keeps its bytes. docs/adr/0013 says why.
"""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import RefusedError
from datacoop.jobs.building import Built, told_counts
from datacoop.jobs.contracts import contract_of, parse_contract
from datacoop.jobs.frame import frame_digest, listed_records
from datacoop.jobs.progress import Progress
from datacoop.jobs.stating import state_at
from datacoop.pool.blobs import blob_key, bytes_to_batches, get_blob, put_blob
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.release_rules import is_stale, open_erasures
from datacoop.pool.snapshot import Shard, SnapshotManifest, snapshot_from_bytes
from datacoop.pool.state import Proposal, State
from datacoop.publish.quasi_identifiers import class_codes
from datacoop.publish.shards import build_shard, shard_key
from datacoop.publish.tasks import numbers
from datacoop.records.arrays import Numbers
from datacoop.records.collection import Collection
from datacoop.records.columns import DIGEST, MEMBER, RECORD_ID, SUBMISSION_ID
from datacoop.records.policies import QuasiIdentifier, ReleasePolicy
from datacoop.records.terms import objections


def amend_version(
    pool: Pool, name: str, number: int, *, code_version: str, as_of: str, progress: Progress
) -> Built:
    """Build the version that replaces a withdrawn one: the same, without the rows that went.

    Those of submissions that were withdrawn or superseded, those that were erased, found to leak
    or barred, and those whose terms bar them today. It holds under the contract of the version.

    Args:
        number: The version. Where it was amended and that version was withdrawn too, this one is
            made of that.
        as_of: The day on which terms are held against it, `YYYY-MM-DD` in UTC.

    Raises:
        RefusedError: It was not withdrawn, or cannot be amended; or nothing is left of it.
    """
    state = pool.require()
    pool.store.be_patient()
    last = _last_form(pool, state, name, number)
    own = _manifest(pool.store, state.proposals[name, last.amends or last.version])
    source = _manifest(pool.store, last)
    contract = parse_contract(get_blob(pool.store, source.contract))
    _refuse_leaks_since(pool, state, own, contract)
    gone = _gone(pool, state, source, contract, as_of)
    shards, members = _without(pool.store, state, source, gone, contract.release, progress)
    rows = sum(shard.rows for shard in shards)
    if not rows:
        raise RefusedError(
            f"nothing is left of {name} version {number}",
            hint=f"Build the next version: `datacoop release build {name}`.",
        )
    submissions = tuple(i for i in source.submissions if i not in gone.submissions)
    counts = {"published": rows, "taken_out": own.rows - rows}
    manifest = replace(
        source,
        version=len(state.versions(name)) + 1,
        log_length=state.length,
        log_head=state.head,
        previous=last.snapshot,
        code_version=code_version,
        as_of=as_of,
        shards=shards,
        terms={shard.terms_id: source.terms[shard.terms_id] for shard in shards},
        submissions=submissions,
        row_counts={**source.row_counts, **told_counts(counts)},
        credits={
            member: {**source.credits.get(member, {}), "published": members[member]}
            for member in sorted({state.submissions[i].member for i in submissions})
        },
        # The next version remembers the one that is amended, not this one.
        kept_out=None,
        amends=own.version,
    )
    return Built(manifest=manifest, barred={}, row_counts=counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gone:
    """What an amended version must not hold."""

    submissions: AbstractSet[str]
    records: AbstractSet[bytes]
    terms: AbstractSet[str]


def _gone(
    pool: Pool, state: State, source: SnapshotManifest, contract: Collection, as_of: str
) -> _Gone:
    policy = contract.release
    terms = {
        terms_id
        for terms_id, terms in source.terms.items()
        if objections(terms, source.purposes, as_of, policy.jurisdictions)
    }
    sent = [state.submissions[i] for i in source.submissions]
    return _Gone(
        submissions={s.id for s in sent if s.withdrawn_entry is not None or s.terms.id in terms},
        records=listed_records(pool.store, state.barred(source.collection)),
        terms=terms,
    )


def _last_form(pool: Pool, state: State, name: str, number: int) -> Proposal:
    """Give the withdrawn version that is to be amended.

    Raises:
        RefusedError: There is none, or it may not be.
    """
    contract_of(pool, state, name)
    if number not in {p.version for p in state.versions(name)}:
        raise RefusedError(
            f"{name} has no published version {number}", hint="See `datacoop pool status`."
        )
    next_one = f"To publish what came since, run `datacoop release build {name}`."
    last = state.amended_last(name, number)
    if (name, last.version) not in state.withdrawn_versions:
        said = f"{name} version {last.version}"
        said += " stands" if last.version == number else f" amends version {number} and stands"
        raise RefusedError(f"{said}: only what was withdrawn is amended", hint=next_one)
    if name not in state.amending:
        raise RefusedError(
            f"the release policy of {name!r} does not ask for amended versions",
            hint="Set release.amend_withdrawn to true in collection.yaml, and enter the contract "
            f"with `datacoop collection add`. {next_one}",
        )
    if open_erasures(state, name):
        raise RefusedError(
            f"a member asked to erase records of {name!r}",
            hint="Carry it out first: `datacoop erase --apply`.",
        )
    return last


def _manifest(store: ObjectStore, proposal: Proposal) -> SnapshotManifest:
    return snapshot_from_bytes(proposal.snapshot, get_blob(store, proposal.snapshot))


def _refuse_leaks_since(
    pool: Pool, state: State, own: SnapshotManifest, contract: Collection
) -> None:
    """Refuse where the leak audit on which a version rests does not hold any more."""
    if contract.release.leak_bound_permille is None:
        return
    then = state_at(pool, own.log_length)
    frame = frame_digest(then.submissions[i] for i in own.submissions)
    stale = []
    for (name, language), looks in sorted(then.looks.items()):
        made = [look for look in looks if name == own.collection and look.frame == frame]
        if made and is_stale(state, name, language, made[-1]):
            stale.append(language)
    if stale:
        raise RefusedError(
            f"leaks were found since {own.collection} version {own.version} was audited, in: "
            f"{', '.join(stale)}",
            hint="An amended version cannot be audited anew. Audit and build the next version.",
        )


def _without(
    store: ObjectStore,
    state: State,
    source: SnapshotManifest,
    gone: _Gone,
    policy: ReleasePolicy,
    progress: Progress,
) -> tuple[tuple[Shard, ...], Counter[str]]:
    """Write the shards anew that lose rows; give all that are left, and the rows by member."""
    found, members = [], Counter[str]()
    few = _too_few(store, state, source, gone, policy)
    for done, shard in enumerate(source.shards):
        progress(done, len(source.shards))
        table = _left(store, state, shard, gone)
        if few is not None and table.num_rows:
            table = table.filter(pa.array(~np.isin(_classes(table, policy), few)))
        for one in pc.value_counts(table[MEMBER]).to_pylist():
            members[one["values"]] += one["counts"]
        if table.num_rows == shard.rows:
            found.append(shard)
        elif table.num_rows:
            key = shard_key(shard.split, shard.terms_id, shard.first_version, shard.bucket)
            written, content = build_shard(key, [table])
            put_blob(store, content)
            found.append(written)
    progress(len(source.shards), len(source.shards))
    return tuple(found), members


def _left(store: ObjectStore, state: State, shard: Shard, gone: _Gone) -> pa.Table:
    """Give the rows of a shard that stay; of one that erasure rewrote, as it is now."""
    digest = state.amended.get(shard.sha256, shard.sha256)
    if digest in state.erased_blobs or store.size(blob_key(digest)) is None:
        raise RefusedError(
            "shards of the withdrawn version were deleted",
            hint="They are kept from when release.amend_withdrawn is set. Build the next version.",
        )
    table = pa.Table.from_batches(bytes_to_batches(get_blob(store, digest)))
    if shard.terms_id in gone.terms:
        return table.slice(0, 0)
    went = pc.or_(
        pc.is_in(table[RECORD_ID], pa.array(sorted(gone.records), DIGEST)),
        pc.is_in(table[SUBMISSION_ID], pa.array(sorted(gone.submissions), pa.string())),
    )
    return table.filter(pc.invert(went))


def _too_few(
    store: ObjectStore,
    state: State,
    source: SnapshotManifest,
    gone: _Gone,
    policy: ReleasePolicy,
) -> Numbers | None:
    """Give the classes of quasi-identifiers that now have too few rows; none where none are told.

    A row that went may have been one of the `k` that hid the others.
    """
    if not policy.quasi_identifiers:
        return None
    tables = (_left(store, state, shard, gone) for shard in source.shards)
    codes = [_classes(table, policy) for table in tables if table.num_rows]
    classes, counts = np.unique(
        np.concatenate([np.zeros(0, np.uint64), *codes]), return_counts=True
    )
    return np.asarray(classes[counts < policy.k])


def _classes(rows: pa.Table, policy: ReleasePolicy) -> Numbers:
    """Give a number per row that is equal where the quasi-identifiers as published are."""
    published = tuple(QuasiIdentifier(name=one.name) for one in policy.quasi_identifiers)
    (codes,) = class_codes(rows, replace(policy, quasi_identifiers=published))
    return numbers(codes)
