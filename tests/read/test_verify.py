import itertools
import random
from collections.abc import Iterator

import pytest
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    STEWARDS,
    TODAY,
    make_pool,
    make_records,
    publish,
    published_pool,
    take_in,
)
from trusting import refresh

from datacoop.jobs.release import publish_release
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.pool.blobs import blob_key, get_blob_list, put_blob
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.read.verify import Verified, verify_pool

SMALL_BYTES = 2_048
SEED = 20_261_123
_names = itertools.count()


def memory() -> ObjectStore:
    return open_store(f"memory://verify-{next(_names)}")


def verify(store: ObjectStore) -> Verified:
    return verify_pool(store, lambda _, __: None)


def faults_when(store: ObjectStore, key: str, content: bytes | None) -> set[str]:
    """Give the keys with faults while `key` holds other bytes, or none."""
    before = store.find(key)
    if content is None:
        store.delete(key)
    else:
        store.put(key, content)
    found = verify(store)
    assert found.is_sound == (not found.faults)
    if before is None:
        store.delete(key)
    else:
        store.put(key, before)
    return {name for name, _ in found.faults}


def flip(content: bytes, bit: int) -> bytes:
    flipped = bytearray(content)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def missed_flips(store: ObjectStore, flips: Iterator[tuple[str, int]]) -> tuple[int, list[object]]:
    """Count flips and list those after which the file was not named."""
    count, missed = 0, []
    for key, bit in flips:
        count += 1
        if key not in faults_when(store, key, flip(store.get(key), bit)):
            missed.append((key, bit))
    return count, missed


def test_a_published_pool_is_sound_and_counted() -> None:
    pool = published_pool(memory(), rows=10)
    found = verify(pool.store)
    assert found.is_sound, found.faults
    assert (found.versions, found.rows, found.unreferenced) == (1, 20, ())
    assert found.log_length == pool.state().length
    assert found.files == len(list(pool.store.list()))


def test_a_pool_is_sound_at_every_step_of_its_life() -> None:
    pool = make_pool(memory(), trust=False)
    assert verify(pool.store).faults == ()
    pool = published_pool(memory(), rows=5)
    for number in (2, 3):
        take_in(pool, make_records(f"s-{number}", 3), f"s-{number}")
        assert verify(pool.store).faults == ()
        publish(pool)
        assert verify(pool.store).faults == ()
    withdraw_submission(pool, "harbour-1", STEWARDS["harbour"], created_utc=CREATED)
    # Readers are not told yet that three versions are withdrawn.
    waiting = verify(pool.store).faults
    assert waiting
    assert all(" again" in said for _, said in waiting)
    assert verify(pool.store).is_unfinished
    assert not verify(pool.store).is_sound
    old = f"trust/1.{COLLECTION}.json"
    content = pool.store.get(old)
    pool.store.delete(old)
    assert not verify(pool.store).is_unfinished, "what readers were shown must be there"
    pool.store.put(old, content)
    refresh(pool)
    shown = verify(pool.store)
    assert (shown.faults, shown.is_unfinished) == ((), False)
    pool.store.delete("trust/timestamp.json")
    assert not verify(pool.store).is_unfinished
    refresh(pool)
    publish(pool)
    assert verify(pool.store).faults == ()
    assert verify(pool.store).versions == 1


def test_one_random_bit_flipped_in_any_file_is_found_and_the_file_named() -> None:
    store = published_pool(memory(), rows=20).store
    keys, chance = list(store.list()), random.Random(SEED)  # noqa: S311 - no secret
    flips = ((key, chance.randrange((store.size(key) or 0) * 8)) for key in keys)
    count, missed = missed_flips(store, flips)
    assert not missed, f"{len(missed)} of {count} flips missed: {missed}"
    assert count == len(keys) > 25


def small_bytes(store: ObjectStore, step: int) -> Iterator[tuple[str, int]]:
    for key in store.list():
        size = store.size(key) or 0
        if size < SMALL_BYTES:
            yield from ((key, byte * 8) for byte in range(0, size, step))


def test_the_lowest_bit_of_bytes_of_small_files_is_found() -> None:
    store = published_pool(memory(), rows=2).store
    count, missed = missed_flips(store, small_bytes(store, step=7))
    assert not missed, f"{len(missed)} of {count} flips missed: {missed[:20]}"
    assert count > 2_000


def test_any_missing_file_is_found() -> None:
    store = published_pool(memory(), rows=5).store
    keys = list(store.list())
    last = max(key for key in keys if key.startswith("log/"))
    named = {key: faults_when(store, key, None) for key in keys}
    assert [key for key in keys if key not in named[key]] == [last]
    # A log cut off at its end is a shorter log; the metadata of its publication tells on it.
    assert f"trust/2.{COLLECTION}.json" in named[last]


@pytest.mark.parametrize(
    "key",
    [
        "notes.txt",
        "other/file",
        "log/notes.txt",
        "log/0000000099.json",
        "trust/notes.json",
        "blobs/sha256/notes",
        "blobs/other",
        f"blobs/sha256/{'a' * 64}",
    ],
)
def test_a_foreign_file_is_found(key: str) -> None:
    store = published_pool(memory(), rows=2).store
    named = faults_when(store, key, b"{}")
    assert key in named or key == "log/0000000099.json"
    assert named


def test_metadata_that_nothing_in_the_log_asks_for_is_found() -> None:
    pool, store = published_pool(memory(), rows=2), memory()
    for key in pool.store.list():
        store.put(key, pool.store.get(key))
    take_in(pool, make_records("s-2", 2), "s-2")
    publish(pool)
    for name in (f"3.{COLLECTION}.json", "3.snapshot.json"):
        key = f"trust/{name}"
        assert faults_when(store, key, pool.store.get(key)) == {key}


def test_an_older_timestamp_put_back_is_found() -> None:
    pool = published_pool(memory(), rows=2)
    older = pool.store.get("trust/timestamp.json")
    take_in(pool, make_records("s-2", 2), "s-2")
    publish(pool)
    assert faults_when(pool.store, "trust/timestamp.json", older) == {"trust/timestamp.json"}


def test_a_sound_blob_that_nothing_names_is_garbage_and_no_fault() -> None:
    store = published_pool(memory(), rows=2).store
    digest = put_blob(store, b"left by a killed job")
    found = verify(store)
    assert found.is_sound
    assert found.unreferenced == (blob_key(digest),)


def test_rows_of_a_withdrawn_submission_may_be_gone() -> None:
    pool = published_pool(memory(), rows=2)
    withdraw_submission(pool, "harbour-1", STEWARDS["harbour"], created_utc=CREATED)
    refresh(pool)
    records = pool.state().submissions["harbour-1"].records
    assert records is not None
    for ref in get_blob_list(pool.store, records):
        pool.store.delete(blob_key(ref.sha256))
    assert verify(pool.store).faults == ()


def test_a_publication_killed_before_its_metadata_is_found_and_healed() -> None:
    pool = published_pool(memory(), rows=2)
    before = {key: pool.store.get(key) for key in pool.store.list("trust")}
    take_in(pool, make_records("s-2", 2), "s-2")
    publish(pool)
    for key in list(pool.store.list("trust")):
        pool.store.delete(key)
    for key, content in before.items():
        pool.store.put(key, content)
    assert f"trust/3.{COLLECTION}.json" in dict(verify(pool.store).faults)
    publish_release(pool, COLLECTION, 2, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert verify(pool.store).faults == ()


def test_an_empty_store_is_no_sound_pool() -> None:
    assert dict(verify(memory()).faults) == {
        "log/0000000000.json": "is missing: there is no pool here"
    }


def test_progress_ends_with_all_files() -> None:
    pool = Pool(published_pool(memory(), rows=2).store)
    told: list[tuple[int, int]] = []
    found = verify_pool(pool.store, lambda done, total: told.append((done, total)))
    assert told[-1] == (found.files, found.files)
    assert [done for done, _ in told] == list(range(found.files + 1))
