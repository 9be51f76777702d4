"""A submission is taken back: versions that held it are withdrawn, and its rows go."""

from pathlib import Path

import pytest
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    PURPOSE,
    STEWARDS,
    make_records,
    publish,
    published_pool,
    take_in,
)
from trusting import memory, refresh

from datacoop.errors import VersionWithdrawnError
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.pool.blobs import blob_key, bytes_to_batches, get_blob
from datacoop.pool.garbage import delete_garbage, find_garbage
from datacoop.pool.mirror import mirror_pool
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import snapshot_from_bytes
from datacoop.read.open import Version, open_pool
from datacoop.read.verify import verify_pool


def withdraw(pool: Pool, submission: str, member: str) -> tuple[str, ...]:
    done = withdraw_submission(pool, submission, STEWARDS[member], created_utc=CREATED)
    return done.versions


def version(pool: Pool, cache: Path, number: int) -> Version:
    reader = open_pool(pool.store.address.url, cache=cache)
    return reader.version(COLLECTION, number, purpose=PURPOSE)


def shards(pool: Pool, number: int) -> set[str]:
    proposal = pool.state().proposals[COLLECTION, number]
    manifest = snapshot_from_bytes("m", get_blob(pool.store, proposal.snapshot))
    return {shard.sha256 for shard in manifest.shards}


def sound(pool: Pool) -> bool:
    return verify_pool(pool.store, lambda _, __: None).is_sound


@pytest.fixture
def pool() -> Pool:
    """Versions 1 and 2; only the second holds the submission of `summit`."""
    pool = published_pool(memory(), rows=6)
    take_in(pool, make_records("summit-1", 6, member="summit"), "summit-1", "summit")
    publish(pool)
    return pool


def test_versions_that_hold_it_are_withdrawn_and_no_others(pool: Pool, tmp_path: Path) -> None:
    assert withdraw(pool, "summit-1", "summit") == (f"{COLLECTION}/2",)
    assert withdraw(pool, "summit-1", "summit") == (f"{COLLECTION}/2",), "again changes nothing"
    refresh(pool)
    assert len(version(pool, tmp_path, 1)) == 12
    with pytest.raises(VersionWithdrawnError) as told:
        version(pool, tmp_path, 2)
    assert (told.value.reason, told.value.replaced_by) == ("withdrawal", None)
    assert sound(pool)


def test_the_next_version_replaces_them_and_names_the_one_before(
    pool: Pool, tmp_path: Path
) -> None:
    withdraw(pool, "meadow-1", "meadow")
    amended = publish(pool)
    for number in (1, 2):
        with pytest.raises(VersionWithdrawnError) as told:
            version(pool, tmp_path, number)
        assert told.value.replaced_by == 3
    assert amended.previous == pool.state().proposals[COLLECTION, 2].snapshot
    rows = list(version(pool, tmp_path, 3).rows())
    assert {row["submission_id"] for row in rows} == {"harbour-1", "summit-1"}
    assert sound(pool)


def test_its_rows_are_in_no_blob_once_garbage_is_deleted(pool: Pool, tmp_path: Path) -> None:
    held = shards(pool, 1) | shards(pool, 2)
    withdraw(pool, "meadow-1", "meadow")
    refresh(pool)
    # The next version takes its splits from the last one, so its shards wait for that.
    delete_garbage(pool, find_garbage(pool))
    assert all(pool.store.size(blob_key(shard)) for shard in shards(pool, 2))
    assert sound(pool)
    publish(pool)
    delete_garbage(pool, find_garbage(pool))
    assert sound(pool)
    gone = held - shards(pool, 3)
    assert gone
    assert [shard for shard in gone if pool.store.size(blob_key(shard)) is not None] == []
    contents = [pool.store.get(key) for key in pool.store.list("blobs")]
    tables = [bytes_to_batches(content) for content in contents if content.startswith(b"ARROW1")]
    rows = [row for batches in tables for batch in batches for row in batch.to_pylist()]
    assert {row["submission_id"] for row in rows if "text" in row} == {"harbour-1", "summit-1"}
    assert len(version(pool, tmp_path, 3)) == 12
    # A mirror, a further version and a further withdrawal go on without them.
    target = memory()
    mirror_pool(pool.store, target, lambda _, __: None)
    mirror = Pool(target)
    assert sound(mirror)
    withdraw(mirror, "summit-1", "summit")
    publish(mirror)
    delete_garbage(mirror, find_garbage(mirror))
    assert sound(mirror)
    assert len(version(mirror, tmp_path / "mirror", 4)) == 6


def test_a_newer_form_of_a_submission_withdraws_no_version(pool: Pool, tmp_path: Path) -> None:
    newer = make_records("summit-2", 6, member="summit")
    take_in(pool, newer, "summit-2", "summit", supersedes="summit-1")
    assert pool.state().submissions["summit-1"].withdrawn_entry is not None
    assert pool.state().withdrawn_versions == {}
    refresh(pool, OPERATOR)
    assert len(version(pool, tmp_path, 2)) == 18
    # Its steward may still take it back, from the versions that hold it too.
    assert withdraw(pool, "summit-1", "summit") == (f"{COLLECTION}/2",)
    refresh(pool, OPERATOR)
    with pytest.raises(VersionWithdrawnError):
        version(pool, tmp_path, 2)
    length = pool.state().length
    withdraw(pool, "summit-1", "summit")
    assert pool.state().length == length, "again changes nothing"
    assert sound(pool)
