"""The operator's half of an erasure: records out of blobs, versions withdrawn, bytes deleted.

One log entry says all of it. What it needs is written before; what it takes away is deleted after,
so that a run killed at any instant has lost nothing, and the next run finishes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import OutsideError, RefusedError
from datacoop.jobs.auditing import audit_project
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.frame import list_records, listed_records, without
from datacoop.jobs.labelling import delete_gone_tasks
from datacoop.jobs.trusting import show_current
from datacoop.label.label_studio import LabelStudio
from datacoop.pool import blobs
from datacoop.pool.blobs import (
    BlobRef,
    batches_to_bytes,
    bytes_to_batches,
    get_blob,
    get_blob_list,
    put_blob_list,
)
from datacoop.pool.erasure import Erasure, requested_records
from datacoop.pool.garbage import delete_garbage, erased_blobs
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.notices import ROLE as WITHDRAWN
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.release_rules import open_erasures
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes
from datacoop.pool.state import State
from datacoop.pool.trust import delegated_roles
from datacoop.records.accesses import FOLDER, accesses_from_bytes, readers_of
from datacoop.records.columns import DIGEST, MASKED_DIGEST, MEMBER, RECORD_ID, SUBMISSION_ID

ATTEMPTS = 10
"""Searches of the pool before the job gives up because others write meanwhile."""
_ARROW = b"ARROW1\0\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the operator's half did."""

    asked: int
    """The number of the entry that asked for it."""
    member: str
    rows: int
    """Rows that the pool lost."""
    versions: tuple[str, ...]
    """Versions that were withdrawn, as `collection/version`."""
    shards: tuple[str, ...]
    """Digests of published shards that held erased rows: by these readers are found."""


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What is to be entered."""

    records: dict[str, frozenset[bytes]]
    """By collection."""
    replaced: dict[str, str]
    gone: tuple[str, ...]
    submissions: dict[str, dict[str, object]]
    versions: tuple[tuple[str, int], ...]
    shards: tuple[str, ...]
    needed: tuple[str, ...]
    rows: int


def apply_erasures(pool: Pool, operator: SigningKey, *, created_utc: str) -> list[Applied]:
    """Carry out every request that is open, then delete what must be nowhere.

    Raises:
        RefusedError: Versions would have to be withdrawn, and the trust has no role for that.
        OutsideError: Others kept writing to the log.
    """
    done = []
    for erasure in open_erasures(pool.require()):
        applied = _apply(pool, erasure, operator, created_utc)
        if applied is not None:
            done.append(applied)
    finish_erasures(pool, operator)
    return done


def finish_erasures(pool: Pool, operator: SigningKey) -> list[str]:
    """Tell readers, then delete the blobs that held erased records; give their keys.

    Run again after a kill, and after a backup of the pool was put back.
    """
    state = pool.require()
    if state.trust_root is not None and state.withdrawn_versions:
        show_current(pool, operator)
    return delete_garbage(pool, erased_blobs(pool))


def _apply(pool: Pool, erasure: Erasure, operator: SigningKey, created_utc: str) -> Applied | None:
    request = get_blob(pool.store, erasure.request)
    asked = requested_records(f"blob {erasure.request}", request)
    for _ in range(ATTEMPTS):
        state = pool.require()
        length = state.length
        plan = _plan(pool, state, erasure, asked)
        body = {
            "asked": erasure.entry,
            "records": {n: list_records(pool, ids) for n, ids in sorted(plan.records.items())},
            "replaced": plan.replaced,
            "gone": list(plan.gone),
            "submissions": plan.submissions,
            "versions": [list(one) for one in plan.versions],
            "shards": list(plan.shards),
            "rows": plan.rows,
        }
        listed: Mapping[str, str] = body["records"]  # type: ignore[assignment]
        draft = Draft(
            kind="records_erased", body=body, blobs=tuple({*listed.values(), *plan.needed})
        )

        def decide(current: State, length: int = length, draft: Draft = draft) -> Draft | None:
            # What was searched must be what is entered upon.
            return draft if current.length == length else None

        entry = pool.append(decide, operator, created_utc=created_utc)
        if entry is not None:
            return Applied(
                asked=erasure.entry,
                member=erasure.member,
                rows=plan.rows,
                versions=tuple(f"{name}/{version}" for name, version in plan.versions),
                shards=plan.shards,
            )
        if pool.state().erasures[erasure.entry].done_entry is not None:
            return None
    raise OutsideError("log", "append", "others kept writing", hint="Run it again.")


def _plan(
    pool: Pool, state: State, erasure: Erasure, asked: Mapping[str, frozenset[bytes]]
) -> _Plan:
    """Search every blob of the pool, and write what takes the place of those concerned."""
    ids = _own_records(pool, erasure, asked)
    every = frozenset(i for found in ids.values() for i in found)
    manifests = _manifests(pool, state)
    latest = _remembered(state, manifests)
    replaced, gone, rows_of = {}, [], dict[str, int]()
    texts = set[bytes]()
    for digest, content in _arrow_blobs(pool):
        texts |= _masked_digests(content, every)
        rewritten = _without(content, every)
        if rewritten is None:
            continue
        is_old_shard = digest not in latest and any(
            digest in {shard.sha256 for shard in one.shards} for one in manifests.values()
        )
        if is_old_shard:
            gone.append(digest)
            continue
        replaced[digest] = pool.put_blob(rewritten[0])
        rows_of[digest] = rewritten[1]
    for digest, content in _kept_out(pool, state, manifests):
        recalled = without_texts(content, texts)
        if recalled is not None and digest in latest:
            replaced[digest] = pool.put_blob(recalled)
        elif recalled is not None:
            gone.append(digest)
    lists, rows = _lists(pool, state, replaced, rows_of)
    submissions: dict[str, dict[str, object]] = {}
    for submission_id, (old, new, count) in lists.items():
        replaced[old] = new
        submissions[submission_id] = {"records": new, "rows": count}
    changed = {*replaced, *gone}
    versions, shards = [], set[str]()
    for (name, version), manifest in sorted(manifests.items()):
        hit = {shard.sha256 for shard in manifest.shards} & changed
        is_published = state.proposals[name, version].published_entry is not None
        if hit and is_published:
            shards |= hit
            if (name, version) not in state.withdrawn_versions:
                versions.append((name, version))
    _require_role(pool, versions)
    facts = {
        d
        for kept in (state.votes, state.decisions, state.marks)
        for ds in kept.values()
        for d in ds
    }
    lists_now = {new for _, new, _ in lists.values()}
    needed = {replaced[d] for d in replaced if d in facts or d in latest} | lists_now
    records = _by_collection(state, ids)
    return _Plan(
        records=records,
        replaced=dict(sorted(replaced.items())),
        gone=tuple(sorted(gone)),
        submissions=submissions,
        versions=tuple(versions),
        shards=tuple(sorted(shards)),
        needed=tuple(sorted(needed)),
        rows=rows,
    )


def _own_records(
    pool: Pool, erasure: Erasure, asked: Mapping[str, frozenset[bytes]]
) -> dict[str, set[bytes]]:
    """Give, by submission, those of the ids that are of rows of this member.

    Ids can be worked out for anybody's rows, so what a steward asks for is held against the rows.
    """
    wanted = pa.array(sorted({i for ids in asked.values() for i in ids}), DIGEST)
    found: dict[str, set[bytes]] = {}
    names = [RECORD_ID, MEMBER, SUBMISSION_ID]
    for _, content in _arrow_blobs(pool):
        for batch in _columns(content, names):
            own = pc.and_(
                pc.is_in(batch.column(RECORD_ID), wanted),
                pc.equal(batch.column(MEMBER), erasure.member),
            )
            rows = batch.filter(own)
            pairs = zip(
                rows.column(RECORD_ID).to_pylist(),
                rows.column(SUBMISSION_ID).to_pylist(),
                strict=True,
            )
            for record_id, submission_id in pairs:
                if submission_id in erasure.submissions:
                    found.setdefault(submission_id, set()).add(record_id)
    return found


def _arrow_blobs(pool: Pool) -> Iterator[tuple[str, bytes]]:
    for key in pool.store.list(blobs.FOLDER):
        digest = key.rpartition("/")[2]
        content = get_blob(pool.store, digest)
        if content.startswith(_ARROW):
            yield digest, content


def _columns(content: bytes, names: list[str]) -> list[pa.RecordBatch]:
    known = set(pa.ipc.open_file(pa.BufferReader(content)).schema.names)
    return bytes_to_batches(content, names) if known >= set(names) else []


def _without(content: bytes, ids: frozenset[bytes]) -> tuple[bytes, int] | None:
    """Give an Arrow blob without rows, and how many are left; none where it has none of them."""
    wanted = pa.array(sorted(ids), DIGEST)
    held = _columns(content, [RECORD_ID])
    if not any(pc.any(pc.is_in(b.column(0), wanted)).as_py() for b in held):
        return None
    schema = pa.ipc.open_file(pa.BufferReader(content)).schema
    kept = [without(batch, ids) for batch in bytes_to_batches(content)]
    kept = [batch for batch in kept if batch.num_rows]
    return batches_to_bytes(schema, kept), sum(batch.num_rows for batch in kept)


def _lists(
    pool: Pool, state: State, replaced: Mapping[str, str], rows_of: Mapping[str, int]
) -> tuple[dict[str, tuple[str, str, int]], int]:
    """Write the lists of record blobs anew: by submission old digest, new one, and rows."""
    found, lost = {}, 0
    for submission in state.submissions.values():
        if submission.records is None:
            continue
        refs = get_blob_list(pool.store, submission.records)
        if not any(ref.sha256 in replaced for ref in refs):
            continue
        now = [
            BlobRef(replaced[ref.sha256], rows_of[ref.sha256]) if ref.sha256 in replaced else ref
            for ref in refs
        ]
        now = [ref for ref in now if ref.rows]
        rows = sum(ref.rows for ref in now)
        found[submission.id] = (submission.records, put_blob_list(pool.store, now), rows)
        lost += submission.rows - rows
    return found, lost


def _manifests(pool: Pool, state: State) -> dict[tuple[str, int], SnapshotManifest]:
    return {
        at: snapshot_from_bytes(proposal.snapshot, get_blob(pool.store, proposal.snapshot))
        for at, proposal in state.proposals.items()
    }


def _remembered(
    state: State, manifests: Mapping[tuple[str, int], SnapshotManifest]
) -> frozenset[str]:
    """Give the blobs that the next versions need, rewritten ones as they are now.

    They are the shards of the newest versions, what these kept out, and the shards of versions
    that are to be amended.
    """
    needed = [manifests[key] for key in state.needed_versions()]
    found = {shard.sha256 for manifest in needed for shard in manifest.shards}
    for name in state.collections:
        for newest in state.own_versions(name)[-1:]:
            kept_out = manifests[name, newest.version].kept_out
            found |= {kept_out} if kept_out is not None else set()
    return frozenset(state.amended.get(digest, digest) for digest in found)


def _kept_out(
    pool: Pool, state: State, manifests: Mapping[tuple[str, int], SnapshotManifest]
) -> Iterator[tuple[str, bytes]]:
    """Give what versions remember of rows that are in no shard, as it is now."""
    named = {one.kept_out for one in manifests.values() if one.kept_out is not None}
    for digest in sorted({state.amended.get(name, name) for name in named} - state.erased_blobs):
        yield digest, get_blob(pool.store, digest)


def _masked_digests(content: bytes, ids: frozenset[bytes]) -> set[bytes]:
    """Give the masked digests of records in an Arrow blob; none where it holds none of them."""
    wanted, found = pa.array(sorted(ids), DIGEST), set[bytes]()
    for batch in _columns(content, [RECORD_ID, MASKED_DIGEST]):
        found |= set(batch.filter(pc.is_in(batch.column(0), wanted)).column(1).to_pylist())
    return found


def without_texts(content: bytes, masked_digests: Collection[bytes]) -> bytes | None:
    """Give an Arrow blob without the rows of some masked texts; none where it has none of them.

    It names no records, so equal texts of others are forgotten too: if such a row is ever
    published again, its split is drawn anew.
    """
    wanted = pa.array(sorted(masked_digests), DIGEST)
    table = pa.ipc.open_file(pa.BufferReader(content)).read_all()
    is_erased = pc.is_in(table[MASKED_DIGEST], wanted)
    if not pc.any(is_erased).as_py():
        return None
    kept = table.filter(pc.invert(is_erased))
    return batches_to_bytes(table.schema, kept.to_batches())


def _require_role(pool: Pool, versions: Iterable[tuple[str, int]]) -> None:
    if list(versions) and WITHDRAWN not in delegated_roles(pool.store):
        raise RefusedError(
            "the pool's trust has no role by which a version is withdrawn",
            hint="It was made by an older `datacoop trust init`; hold the ceremony again.",
        )


def _by_collection(state: State, ids: Mapping[str, Iterable[bytes]]) -> dict[str, frozenset[bytes]]:
    found: dict[str, frozenset[bytes]] = {}
    for submission_id, records in ids.items():
        name = state.submissions[submission_id].collection
        found[name] = found.get(name, frozenset()) | frozenset(records)
    return found


def erased_records(pool: Pool, name: str) -> frozenset[bytes]:
    """Give the ids of the records of a collection that were erased."""
    listed = (b for one in pool.require().erasures.values() if (b := one.records.get(name)))
    return listed_records(pool.store, listed)


def erase_from_studio(pool: Pool, studio: LabelStudio) -> int:
    """Take the tasks of erased records out of Label Studio, answers and audits and all."""
    state, deleted = pool.require(), 0
    for name in sorted(state.collections):
        erased = erased_records(pool, name)
        if not erased:
            continue
        deleted += len(delete_gone_tasks(pool, name, studio) & erased)
        audited = listed_records(pool.store, state.audited.get(name, ())) & erased
        if audited:
            project = audit_project(contract_of(pool, state, name), studio)
            studio.delete_tasks(project, sorted(record_id.hex() for record_id in audited))
            deleted += len(audited)
    return deleted


def readers_to_tell(accesses: ObjectStore, shards: Collection[str]) -> dict[str, list[str]]:
    """Give the grants under which any of some shards was fetched, with the versions."""
    read = [
        access
        for key in accesses.list(FOLDER)
        for access in accesses_from_bytes(key, accesses.get(key))
    ]
    return readers_of(read, shards)


def erase_from_work(work: ObjectStore) -> int:
    """Delete what release jobs left in the work store: labels by record, builds not proposed."""
    keys = list(work.list("releases"))
    for key in keys:
        work.delete(key)
    return len(keys)
