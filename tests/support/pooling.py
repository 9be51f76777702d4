"""Builders of keys, records and small pools, for the tests of pool, publish and read."""

import hashlib
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from datacoop.jobs.contracts import add_collection
from datacoop.jobs.founding import add_member, found_pool, initialise_trust
from datacoop.jobs.release import (
    Built,
    approve_release,
    propose_release,
    publish_release,
    read_memory,
)
from datacoop.pool.blobs import BlobRef, batches_to_bytes, bytes_to_batches, get_blob, put_blob_list
from datacoop.pool.blobs import get_blob_list as blob_list
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import Shard, SnapshotManifest, snapshot_from_bytes
from datacoop.publish.shards import LABEL_SCHEMA, MEMORY_SCHEMA, ShardPlan, build_shard, place_rows
from datacoop.records.collection import Collection, parse_collection, read_folder
from datacoop.records.columns import MINHASH_PERMUTATIONS, record_schema
from datacoop.records.digest import record_id
from datacoop.records.duplicates import ENTRY
from datacoop.records.policies import ReleasePolicy
from datacoop.records.terms import Terms
from datacoop_schemas import collection_folder

NOW = datetime.now(UTC).replace(microsecond=0)
"""Readers hold metadata against the real clock, so a fixed day would let it expire."""
CREATED = NOW.isoformat()
TODAY = CREATED[:10]

COLLECTION = "documents"
PURPOSE = "model-training"
MEMBERS = ("harbour", "meadow", "summit")

PAYLOAD = pa.schema([pa.field("text", pa.string(), nullable=False)])
RECORDS = record_schema(PAYLOAD)

TERMS = Terms(
    spdx="CC-BY-4.0",
    rights_holder="Harbour Clinic",
    attribution="Harbour Clinic",
    permitted_purposes=(PURPOSE,),
    prohibited_purposes=(),
    derivatives=True,
    text_and_data_mining=True,
    jurisdictions=(),
    expires=None,
)

POLICY = ReleasePolicy(
    purposes=(PURPOSE,),
    validation_percent=20,
    test_percent=20,
    shard_bytes=1 << 20,
    publish_votes=True,
)


@cache
def make_signing_key(role: Role, member: str = "", holder: str = "") -> SigningKey:
    """Give the key that belongs to these words: the same in every run."""
    seed = hashlib.sha256(f"{role}/{member}/{holder}".encode()).digest()
    signer = CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))
    public = PublicKey(
        keyid=signer.public_key.keyid,
        public=signer.public_key.keyval["public"],
        role=role,
        member=member,
        holder=holder or f"{member}-{role}",
    )
    return SigningKey(signer, public)


OPERATOR = make_signing_key(Role.OPERATOR)
STEWARDS = {member: make_signing_key(Role.STEWARD, member) for member in MEMBERS}
APPROVERS = {member: make_signing_key(Role.APPROVER, member) for member in MEMBERS}


@cache
def shipped_collection() -> Collection:
    return parse_collection(read_folder(collection_folder(COLLECTION)))


def make_records(
    submission: str,
    count: int,
    *,
    member: str = "harbour",
    texts: Sequence[str] = (),
    terms: Terms = TERMS,
) -> pa.RecordBatch:
    """Give made-up records: equal `texts` have equal masked digests."""
    texts = texts or [f"{submission} says {number}" for number in range(count)]
    rows = [
        {
            "text": texts[number],
            "record_id": record_id(submission, 0, number),
            "member": member,
            "submission_id": submission,
            "source_file": 0,
            "source_position": number,
            "language": "en",
            "terms_id": terms.id,
            "scrub_policy": "none@1",
            "finding_counts": [{"entity": "PERSON", "count": number % 3}],
            "masked_digest": hashlib.sha256(texts[number].encode()).digest(),
            "minhash": bytes(MINHASH_PERMUTATIONS * 4),
        }
        for number in range(count)
    ]
    return pa.RecordBatch.from_pylist(rows, RECORDS)


def make_pool(store: ObjectStore, *, trust: bool = True) -> Pool:
    """Found a pool of three members, each with a steward and an approver."""
    pool = Pool(store)
    found_pool(pool, pool_id="made-up", title="", operator=OPERATOR, created_utc=CREATED)
    add_collection(pool, shipped_collection(), OPERATOR, created_utc=CREATED)
    for member in MEMBERS:
        add_member(
            pool,
            member=member,
            title=member.title(),
            country="GB",
            keys=[STEWARDS[member].public, APPROVERS[member].public],
            operator=OPERATOR,
            created_utc=CREATED,
        )
    if trust:
        initialise_trust(
            pool,
            operator=OPERATOR,
            ceremony=[APPROVERS["harbour"], APPROVERS["meadow"]],
            now=NOW,
            created_utc=CREATED,
        )
    return pool


def submission_body(submission: str, member: str = "harbour", **changes: Any) -> dict[str, Any]:
    """Give the body of a `submission_taken` entry."""
    body: dict[str, Any] = {
        "submission": submission,
        "member": member,
        "collection": COLLECTION,
        "steward": make_signing_key(Role.STEWARD, member).public.keyid,
        "outcome": "pass",
        "reasons": [],
        "languages": ["en"],
        "terms": TERMS.to_json(),
        "labelling_wanted": False,
        "supersedes": None,
        "records": None,
        "rows": 0,
    }
    return body | changes


def take_in(
    pool: Pool, batch: pa.RecordBatch, submission: str, member: str = "harbour", **changes: Any
) -> None:
    """Enter a submission with clean records, without an intake job."""
    ref = pool.put_blob(batches_to_bytes(batch.schema, [batch]))
    records = put_blob_list(pool.store, [BlobRef(ref, batch.num_rows)])
    body = submission_body(submission, member, records=records, rows=batch.num_rows, **changes)
    draft = Draft(kind="submission_taken", body=body, blobs=(records,))
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)


def no_labels() -> pa.Table:
    return LABEL_SCHEMA.empty_table()


def make_plan(version: int = 1, policy: ReleasePolicy = POLICY, shards: int = 1) -> ShardPlan:
    counts = {
        f"{v}/{s}": shards for v in range(1, version + 1) for s in ("train", "validation", "test")
    }
    return ShardPlan(version=version, policy=policy, bucket_counts=counts)


def with_entry(batch: pa.RecordBatch, entry: int = 1) -> pa.RecordBatch:
    """Give records as the release job reads them: with the log number of their submission."""
    field = pa.field(ENTRY, pa.int64(), nullable=False)
    return batch.append_column(field, pa.array([entry] * batch.num_rows, pa.int64()))


def place(
    records: Sequence[pa.RecordBatch],
    memory: Sequence[pa.RecordBatch] = (),
    *,
    plan: ShardPlan | None = None,
    labels: pa.Table | None = None,
) -> dict[str, tuple[Shard, bytes]]:
    """Give every shard of a release, by its key."""
    groups: dict[str, list[pa.RecordBatch]] = {}
    placed = place_rows(
        pa.Table.from_batches(records),
        pa.Table.from_batches(memory, MEMORY_SCHEMA),
        no_labels() if labels is None else labels,
        plan or make_plan(),
    )
    for key, batch in placed:
        groups.setdefault(key, []).append(batch)
    return {key: build_shard(key, batches) for key, batches in sorted(groups.items())}


def build(pool: Pool) -> Built:
    """Build the next version from the log, without Beam."""
    state = pool.state()
    published = state.versions(COLLECTION)
    previous: SnapshotManifest | None = None
    memory: list[pa.RecordBatch] = []
    if published:
        digest = published[-1].snapshot
        previous = snapshot_from_bytes(digest, get_blob(pool.store, digest))
        memory = [
            batch
            for shard in previous.shards
            for _, batch in read_memory(vars_of(shard), pool.store.address)
        ]
    released = state.active(COLLECTION)
    records = [
        with_entry(batch, submission.entry)
        for submission in released
        for ref in blob_list(pool.store, submission.records or "")
        for batch in bytes_to_batches(get_blob(pool.store, ref.sha256))
    ]
    version = len(published) + 1
    plan = make_plan(version)
    shards = []
    for shard, content in place(records, memory, plan=plan).values():
        pool.put_blob(content)
        shards.append(shard)
    rows = sum(shard.rows for shard in shards)
    manifest = SnapshotManifest(
        collection=COLLECTION,
        version=version,
        contract=state.collections[COLLECTION],
        log_length=state.length,
        log_head=state.head,
        previous=published[-1].snapshot if published else None,
        code_version="test",
        as_of=TODAY,
        purposes=(PURPOSE,),
        shards=tuple(sorted(shards)),
        terms={submission.terms.id: submission.terms for submission in released},
        submissions=tuple(submission.id for submission in released),
        bucket_counts=plan.bucket_counts,
        row_counts={"published": rows, "duplicate": sum(s.rows for s in released) - rows},
    )
    return Built(manifest=manifest, barred={})


def vars_of(shard: Shard) -> dict[str, object]:
    return {name: getattr(shard, name) for name in Shard.__slots__}


def propose(pool: Pool) -> int:
    """Build and propose the next version; give its number."""
    built = build(pool)
    propose_release(pool, built, OPERATOR, now=NOW, created_utc=CREATED)
    return built.manifest.version


def approve(pool: Pool, version: int, *members: str) -> None:
    for member in members:
        approve_release(pool, COLLECTION, version, APPROVERS[member], created_utc=CREATED)


def publish(pool: Pool, approvers: Sequence[str] = ("harbour", "meadow")) -> SnapshotManifest:
    """Build, propose, approve and publish the next version."""
    version = propose(pool)
    approve(pool, version, *approvers)
    return publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)


def published_pool(store: ObjectStore, rows: int = 40) -> Pool:
    """Make a pool with two submissions of two members and one published version."""
    pool = make_pool(store)
    take_in(pool, make_records("harbour-1", rows), "harbour-1")
    take_in(pool, make_records("meadow-1", rows, member="meadow"), "meadow-1", "meadow")
    publish(pool)
    return pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """An entry as somebody with a key, but without the right, would write it."""

    kind: str
    body: dict[str, Any]
    key: SigningKey


def race_processes(code: str, arguments: Sequence[list[str]]) -> list[str]:
    """Run `code` in a process each, let all go at once when all are ready; give their last lines.

    The code prints `ready`, waits for a line, does its part, and prints one line.
    """
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, *argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for argument in arguments
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    return [racer.communicate(timeout=60)[0].strip() for racer in racers]
