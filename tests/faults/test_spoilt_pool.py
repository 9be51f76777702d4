"""A bit flipped, a byte cut or added anywhere in a pool: verification names the file."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fault_counts import ALSO, IN_FULL, count
from fault_counts import SPOILT as TABLE
from pooling import COLLECTION, PURPOSE, make_records, publish, published_pool, take_in
from spoiling import SPOILT, spoilt
from trusting import memory

from datacoop.errors import DatacoopError, IntegrityError
from datacoop.pool.blobs import FOLDER as BLOBS
from datacoop.pool.blobs import get_blob
from datacoop.pool.checkpoint import FOLDER as CHECKPOINTS
from datacoop.pool.checkpoint import checkpoint_faults, grown_log
from datacoop.pool.log import FOLDER as LOG
from datacoop.pool.log import entry_key
from datacoop.pool.log_check import check_log
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.trust import FOLDER as TRUST
from datacoop.pool.trust import TrustClient, metadata_faults
from datacoop.read.open import open_pool
from datacoop.read.verify import verify_pool

PLACES = 150
"""Places of each kind of file in each way, where not all are tried."""
WHOLE = 15
"""Likewise, for the verification of a whole pool."""
COLUMNS = ("bit flipped", "byte cut", "byte added")
"""What is spoilt, in the order of `SPOILT`."""
SHARDS = 2_000
"""Sampled places of shards, in each way: also where all places of metadata are tried."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7_200 if IN_FULL else 300)]


@pytest.fixture(scope="module")
def pool() -> Pool:
    return published_pool(memory(), rows=3)


def is_arrow(content: bytes) -> bool:
    return content.startswith(b"ARROW1")


def spoilt_places(
    store: ObjectStore, folder: str, way: int, places: int, *, arrow: bool = False
) -> Iterator[str]:
    """Spoil one place after the other, and put it right again; give the key meanwhile.

    Args:
        places: How many, evenly spread over all bytes of the folder; 0 is all.
        arrow: Those of Arrow files; else those of all others.
    """
    files = {key: store.get(key) for key in store.list(folder)}
    files = {key: content for key, content in files.items() if is_arrow(content) == arrow}
    every = [(key, at) for key, content in files.items() for at in range(len(content))]
    stride = max(1, len(every) // places) if places else 1
    for key, at in every[way % stride :: stride]:
        store.put(key, spoilt(files[key], at, way))
        yield key
        store.put(key, files[key])


def log_is_blamed(pool: Pool, key: str) -> bool:
    # Where only the chain tells, the entry after is blamed as well as the one that was spoilt.
    found = check_log(pool.store).entry
    return found is not None and key in {entry_key(found), entry_key(max(0, found - 1))}


def blob_is_blamed(pool: Pool, key: str) -> bool:
    with pytest.raises(IntegrityError, match=key):
        get_blob(pool.store, key.removeprefix(f"{BLOBS}/"))
    return True


def trust_is_blamed(pool: Pool, key: str) -> bool:
    return key in metadata_faults(pool.store, pool.state().keys)


def checkpoint_is_blamed(pool: Pool, key: str) -> bool:
    return key in checkpoint_faults(pool.store, *grown_log(pool.store))


CHECKS: dict[str, Callable[[Pool, str], bool]] = {
    LOG: log_is_blamed,
    BLOBS: blob_is_blamed,
    TRUST: trust_is_blamed,
    CHECKPOINTS: checkpoint_is_blamed,
}


@pytest.mark.parametrize("way", range(3), ids=SPOILT)
@pytest.mark.parametrize("folder", CHECKS)
def test_a_spoilt_byte_of_metadata_is_found_by_the_check_of_its_kind(
    pool: Pool, folder: str, way: int
) -> None:
    tried = 0
    for key in spoilt_places(pool.store, folder, way, 0 if IN_FULL else PLACES):
        assert CHECKS[folder](pool, key), key
        tried += 1
    count(TABLE, f"{folder} | the check of its kind", COLUMNS[way], tried)


@pytest.mark.parametrize("way", range(3), ids=SPOILT)
def test_a_spoilt_byte_of_a_shard_is_found(pool: Pool, way: int) -> None:
    tried = 0
    for key in spoilt_places(pool.store, BLOBS, way, SHARDS, arrow=True):
        assert blob_is_blamed(pool, key)
        tried += 1
    assert tried >= SHARDS
    count(TABLE, "shards and records | their name", COLUMNS[way], tried)


@pytest.mark.parametrize("way", range(3), ids=SPOILT)
def test_a_verification_of_the_whole_pool_names_the_spoilt_file(pool: Pool, way: int) -> None:
    tried = 0
    for folder, arrow in [*((folder, False) for folder in CHECKS), (BLOBS, True)]:
        places = spoilt_places(
            pool.store, folder, way, 20 * WHOLE if IN_FULL else WHOLE, arrow=arrow
        )
        for key in places:
            faults = dict(verify_pool(pool.store, lambda _, __: None).faults)
            blamed = folder == LOG and log_is_blamed(pool, key)
            assert faults, key
            assert key in faults or blamed, (key, sorted(faults))
            tried += 1
    assert verify_pool(pool.store, lambda _, __: None).faults == ()
    count(TABLE, "any file | verification of the whole pool", COLUMNS[way], tried)


@pytest.mark.parametrize("way", range(3), ids=SPOILT)
def test_a_new_reader_of_spoilt_trust_metadata_is_refused_or_gets_the_right_version(
    pool: Pool, tmp_path: Path, way: int
) -> None:
    def found(number: int) -> object:
        return TrustClient(pool.store, tmp_path / str(number), None).find(COLLECTION, 1)

    right, refused, number = found(0), 0, 0
    for number, _ in enumerate(
        spoilt_places(pool.store, TRUST, way, 0 if IN_FULL else PLACES), start=1
    ):
        try:
            assert found(number) == right
        except DatacoopError:
            refused += 1
    assert refused > number // 2
    count(TABLE, f"{TRUST} | a new reader", COLUMNS[way], number)


def two_versions(folder: Path) -> tuple[Pool, list[str]]:
    """Give a pool with two versions, and the keys of all shards of both."""
    pool = published_pool(open_store(str(folder / "pool")), rows=8)
    take_in(pool, make_records("summit-1", 8, member="summit"), "summit-1", "summit")
    publish(pool)
    reader = open_pool(str(folder / "pool"), cache=folder / "cache")
    versions = [reader.version(COLLECTION, number, purpose=PURPOSE) for number in (1, 2)]
    keys = {f"{BLOBS}/{shard.sha256}" for version in versions for shard in version.shards()}
    return pool, sorted(keys)


def refused_versions(folder: Path, name: str) -> int:
    """Count the versions of which a new reader gets no row of a spoilt shard."""
    reader = open_pool(str(folder / "pool"), cache=folder / name)
    refused = 0
    for number in (1, 2):
        version = reader.version(COLLECTION, number, purpose=PURPOSE)
        try:
            rows = sum(batch.num_rows for batch in version.batches())
            assert rows == len(version)
        except DatacoopError:
            refused += 1
    return refused


def test_shards_swapped_between_versions_are_refused(tmp_path: Path) -> None:
    pool, keys = two_versions(tmp_path)
    pairs = list(itertools.permutations(keys, 2))
    assert len(keys) >= 3
    for number, (key, other) in enumerate(pairs):
        right = pool.store.get(key)
        pool.store.put(key, pool.store.get(other))
        assert refused_versions(tmp_path, f"swapped-{number}") >= 1
        assert key in dict(verify_pool(pool.store, lambda _, __: None).faults)
        pool.store.put(key, right)
    count(ALSO, "shards in the place of another", "cases", len(pairs))


def test_shards_missing_or_renamed_are_refused_and_a_foreign_file_is_named(tmp_path: Path) -> None:
    pool, keys = two_versions(tmp_path)
    for number, key in enumerate(keys):
        right = pool.store.get(key)
        pool.store.delete(key)
        assert refused_versions(tmp_path, f"missing-{number}") >= 1
        assert key in dict(verify_pool(pool.store, lambda _, __: None).faults)
        renamed = key[:-1] + ("0" if key[-1] != "0" else "1")
        pool.store.put(renamed, right)
        assert refused_versions(tmp_path, f"renamed-{number}") >= 1
        assert {key, renamed} <= dict(verify_pool(pool.store, lambda _, __: None).faults).keys()
        pool.store.delete(renamed)
        pool.store.put(key, right)
    assert refused_versions(tmp_path, "whole") == 0
    count(ALSO, "shards missing", "cases", len(keys))
    count(ALSO, "shards renamed", "cases", len(keys))
