"""What a store can serve to a reader: older states, expired ones, forged ones, crafted files."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import corpora
import pytest
from fault_counts import ALSO, count
from pooling import (
    APPROVERS,
    COLLECTION,
    OPERATOR,
    PURPOSE,
    make_records,
    publish,
    published_pool,
    take_in,
)
from tuf.api.metadata import Metadata, MetaFile, Snapshot, Targets, Timestamp

from datacoop.errors import IntegrityError
from datacoop.pool.blobs import blob_key
from datacoop.pool.keys import SigningKey
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.read.open import Version, open_pool
from datacoop.read.verify import verify_pool
from datacoop.records.digest import canonical_json, sha256_hex

Files = dict[str, bytes]


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    return published_pool(open_store(str(tmp_path / "pool")), rows=4)


def trust_files(pool: Pool) -> Files:
    return {key: pool.store.get(key) for key in pool.store.list("trust")}


def second_version(pool: Pool) -> None:
    take_in(pool, make_records("harbour-2", 4), "harbour-2")
    publish(pool)


def version(folder: Path, number: int, cache: str) -> Version:
    reader = open_pool(str(folder / "pool"), cache=folder / cache)
    return reader.version(COLLECTION, number, purpose=PURPOSE)


def put(pool: Pool, name: str, metadata: Metadata, key: SigningKey) -> None:  # type: ignore[type-arg]
    metadata.signatures.clear()
    metadata.sign(key.signer)
    pool.store.put(f"trust/{name}", canonical_json(metadata.to_dict()))


def older_folder(pool: Pool, older: Files) -> None:
    for key in trust_files(pool):
        pool.store.delete(key)
    for key, content in older.items():
        pool.store.put(key, content)


def older_timestamp(pool: Pool, older: Files) -> None:
    pool.store.put("trust/timestamp.json", older["trust/timestamp.json"])


def expired_timestamp(pool: Pool, older: Files) -> None:
    timestamp = Metadata[Timestamp].from_bytes(pool.store.get("trust/timestamp.json"))
    timestamp.signed.version += 1
    timestamp.signed.expires = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    put(pool, "timestamp.json", timestamp, OPERATOR)


def forged_by(key: SigningKey, pool: Pool) -> None:
    """Name other bytes as version 2, and make that current, all with one key."""
    timestamp = Metadata[Timestamp].from_bytes(pool.store.get("trust/timestamp.json"))
    number = timestamp.signed.version
    snapshot = Metadata[Snapshot].from_bytes(pool.store.get(f"trust/{number}.snapshot.json"))
    role = Metadata[Targets].from_bytes(pool.store.get(f"trust/3.{COLLECTION}.json"))
    role.signed.version = 4
    role.signed.targets[f"{COLLECTION}/2"].hashes["sha256"] = sha256_hex(b"poisoned")
    snapshot.signed.version = timestamp.signed.version = number + 1
    snapshot.signed.meta[f"{COLLECTION}.json"] = MetaFile(4)
    timestamp.signed.snapshot_meta = MetaFile(number + 1)
    put(pool, f"4.{COLLECTION}.json", role, key)
    # Who stole an approver's key may have the broker's help; the operator signs what is current.
    put(pool, f"{number + 1}.snapshot.json", snapshot, OPERATOR)
    put(pool, "timestamp.json", timestamp, OPERATOR)


def stolen_operator(pool: Pool, older: Files) -> None:
    forged_by(OPERATOR, pool)


def stolen_approver(pool: Pool, older: Files) -> None:
    forged_by(APPROVERS["harbour"], pool)


SERVED = [older_folder, older_timestamp, expired_timestamp, stolen_operator, stolen_approver]


@pytest.mark.parametrize("served", SERVED, ids=lambda served: served.__name__)
def test_a_reader_is_not_taken_in_by_what_a_store_serves(
    pool: Pool, tmp_path: Path, served: object
) -> None:
    older = trust_files(pool)
    second_version(pool)
    assert len(version(tmp_path, 2, "seen")) == 12
    assert callable(served)
    served(pool, older)
    with pytest.raises(IntegrityError):
        version(tmp_path, 2, "seen")
    if served not in (older_folder, older_timestamp):  # of these a new reader cannot know
        with pytest.raises(IntegrityError):
            version(tmp_path, 2, "new")
    assert verify_pool(pool.store, lambda _, __: None).faults
    count(ALSO, f"served: {served.__name__.replace('_', ' ')}", "cases")


@pytest.mark.corpora
@pytest.mark.parametrize("corpus", ["bad_arrow", "bad_parquet"])
def test_a_crafted_file_in_the_place_of_a_shard_is_refused(
    pool: Pool, tmp_path: Path, corpus: str
) -> None:
    shard = version(tmp_path, 1, "seen").shards()[0]
    key = blob_key(shard.sha256)
    right, tried = pool.store.get(key), 0
    for path in sorted(corpora.path(corpus).rglob("*")):
        if not path.is_file() or path.suffix in {".md", ".txt"}:
            continue
        content = path.read_bytes()
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        pool.store.put(key, content)
        with pytest.raises(IntegrityError, match=shard.sha256):
            list(version(tmp_path, 1, "seen").shard_batches(shard))
        tried += 1
    assert key in dict(verify_pool(pool.store, lambda _, __: None).faults)
    pool.store.put(key, right)
    assert sum(batch.num_rows for batch in version(tmp_path, 1, "seen").batches()) == 8
    count(ALSO, f"served in the place of a shard: {corpus}", "cases", tried)
