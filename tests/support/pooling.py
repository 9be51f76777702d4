"""Builders of keys, records and small pools, for the tests of pool, publish and read."""

import hashlib
import json
import random
import subprocess
import sys
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

from datacoop.jobs.building import Built, remembered_kept_out, remembered_shards, told_counts
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.founding import add_member, found_pool, initialise_trust
from datacoop.jobs.release import approve_release, propose_release, publish_release
from datacoop.pool.blobs import (
    BlobRef,
    batches_to_bytes,
    bytes_to_batches,
    get_blob,
    put_blob,
    put_blob_list,
)
from datacoop.pool.blobs import get_blob_list as blob_list
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import Shard, SnapshotManifest, snapshot_from_bytes
from datacoop.publish.shards import LABEL_SCHEMA, ShardPlan, shard_key
from datacoop.publish.splits import SPLITS, split_codes
from datacoop.publish.stage import Build, Steps
from datacoop.publish.tasks import Task, plan_tasks
from datacoop.records.collection import Collection, parse_collection, read_folder
from datacoop.records.columns import MINHASH_PERMUTATIONS, record_schema
from datacoop.records.digest import record_id
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


def set_release_policy(pool: Pool, **release: object) -> None:
    """Enter the contract that ships with another release policy."""
    files = dict(shipped_collection().files)
    value = yaml.safe_load(files["collection.yaml"])
    value["release"] |= release
    files["collection.yaml"] = yaml.safe_dump(value)
    add_collection(pool, parse_collection(files), OPERATOR, created_utc=CREATED)


def make_records(
    submission: str,
    count: int,
    *,
    member: str = "harbour",
    texts: Sequence[str] = (),
    terms: Terms = TERMS,
    signatures: Sequence[bytes] = (),
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
            "minhash": signatures[number] if signatures else bytes(MINHASH_PERMUTATIONS * 4),
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


def split_of(cluster_id: bytes, policy: ReleasePolicy) -> str:
    """Give the split of one cluster that appears for the first time."""
    start = np.array([int.from_bytes(cluster_id[:8], "big")], np.uint64)
    return SPLITS[split_codes(start, policy)[0]]


def no_labels() -> pa.Table:
    return LABEL_SCHEMA.empty_table()


def make_plan(version: int = 1, policy: ReleasePolicy = POLICY, shards: int = 1) -> ShardPlan:
    counts = {
        f"{v}/{s}": shards for v in range(1, version + 1) for s in ("train", "validation", "test")
    }
    return ShardPlan(version=version, policy=policy, bucket_counts=counts)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What a build without Beam made."""

    shards: dict[str, tuple[Shard, bytes]]
    """By key."""
    counts: dict[str, int]
    credits: dict[str, dict[str, int]]
    kept_out: str | None
    store: ObjectStore

    @property
    def rows(self) -> list[dict[str, Any]]:
        batches = [b for _, content in self.shards.values() for b in bytes_to_batches(content)]
        return [row for batch in batches for row in batch.to_pylist()]

    @property
    def splits(self) -> dict[bytes, str]:
        return {row["record_id"]: row["split"] for row in self.rows}


def run_steps(
    steps: Steps,
    previous: Sequence[str] = (),
    kept_out: Sequence[str] = (),
    chance: random.Random | None = None,
) -> list[Shard]:
    """Do in one process what `PublishShards` wires up for an engine.

    Args:
        chance: Mixes all that goes from step to step, as many workers would.
    """

    def mixed(elements: Iterable[Any]) -> list[Any]:
        found = list(elements)
        if chance is not None:
            chance.shuffle(found)
        return found

    def each(name: str, elements: Iterable[Any]) -> list[tuple[str, Any]]:
        return [one for element in mixed(elements) for one in getattr(steps, name)(element)]

    def together(name: str, keyed: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
        groups: dict[str, list[Any]] = {}
        for key, value in mixed(keyed):
            groups.setdefault(key, []).append(value)
        return [one for group in mixed(groups.items()) for one in getattr(steps, name)(*group)]

    rows = each("index", [task.name for task in steps.build.tasks])
    rows += each("remember", previous)
    known = together("know", rows + each("recall", kept_out))
    met = together("pair", together("band", known))
    pairs = together("compare", met + together("sign", met))
    decided = together("settle", [("all", ref) for _, ref in known + pairs])
    written = together("write", together("place", decided))
    return sorted(Shard(**json.loads(text)) for _, text in written)


def place(
    submissions: Sequence[tuple[str, Sequence[pa.RecordBatch]]],
    previous: Placed | None = None,
    *,
    plan: ShardPlan | None = None,
    labels: pa.Table | None = None,
    store: ObjectStore | None = None,
    chance: random.Random | None = None,
) -> Placed:
    """Build a version of submissions, given as member and batches in the order of the pool."""
    store = store or open_store(f"memory://{uuid.uuid4()}")
    for _, content in previous.shards.values() if previous else ():
        put_blob(store, content)
    if previous and previous.kept_out:
        put_blob(store, get_blob(previous.store, previous.kept_out))
    sources = [
        (
            member,
            [
                BlobRef(put_blob(store, batches_to_bytes(batch.schema, [batch])), batch.num_rows)
                for batch in batches
            ],
        )
        for member, batches in submissions
    ]
    return _placed(
        store,
        plan or make_plan(),
        plan_tasks(sources),
        no_labels() if labels is None else labels,
        [json.dumps(vars_of(shard)) for shard, _ in previous.shards.values()] if previous else [],
        [previous.kept_out] if previous and previous.kept_out else [],
        chance,
    )


def _placed(
    store: ObjectStore,
    plan: ShardPlan,
    tasks: tuple[Task, ...],
    labels: pa.Table,
    previous: Sequence[str],
    kept_out: Sequence[str],
    chance: random.Random | None = None,
) -> Placed:
    work = open_store(f"memory://{uuid.uuid4()}")
    build = Build(
        plan=plan,
        pool=store.address,
        work=work.address,
        folder="build",
        tasks=tasks,
        barred=(),
        labels="labels.arrow",
        counts="counts.json",
    )
    work.put(build.labels, batches_to_bytes(LABEL_SCHEMA, labels.to_batches()))
    shards = run_steps(Steps(build), previous, kept_out, chance)
    return Placed(
        shards={
            shard_key(s.split, s.terms_id, s.first_version, s.bucket): (
                s,
                get_blob(store, s.sha256),
            )
            for s in shards
        },
        **json.loads(work.get(build.counts)),
        store=store,
    )


def build(pool: Pool) -> Built:
    """Build the next version from the log, without Beam."""
    state = pool.state()
    published = state.own_versions(COLLECTION)
    previous: SnapshotManifest | None = None
    if published:
        digest = published[-1].snapshot
        previous = snapshot_from_bytes(digest, get_blob(pool.store, digest))
    released = state.active(COLLECTION)
    version = len(state.versions(COLLECTION)) + 1
    plan = make_plan(version)
    placed = _placed(
        pool.store,
        plan,
        plan_tasks((s.member, blob_list(pool.store, s.records or "")) for s in released),
        no_labels(),
        remembered_shards(previous, state.amended),
        remembered_kept_out(previous, state.amended),
    )
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
        shards=tuple(sorted(shard for shard, _ in placed.shards.values())),
        terms={submission.terms.id: submission.terms for submission in released},
        submissions=tuple(submission.id for submission in released),
        bucket_counts=plan.bucket_counts,
        row_counts=told_counts(placed.counts),
        credits={member: told_counts(given) for member, given in placed.credits.items()},
        kept_out=placed.kept_out,
    )
    return Built(manifest=manifest, barred={}, row_counts=placed.counts)


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
