"""A copy of the log gives the state that the log gives, and never what the log does not say."""

import itertools
from pathlib import Path

import pytest
from pooling import CREATED, OPERATOR, make_pool, submission_body

from datacoop.pool import log_copy
from datacoop.pool.blobs import put_blob_list
from datacoop.pool.log import Draft, entry_key
from datacoop.pool.log_copy import LogCopy
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool

ENTRIES = 30
_names = itertools.count()


class CountingStore(ObjectStore):
    """A store that counts what it is asked for."""

    asked = 0

    def find(self, key: str) -> bytes | None:
        self.asked += 1
        return super().find(key)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    monkeypatch.setattr(log_copy, "SEGMENT_ENTRIES", 8)
    return fill(open_store(f"memory://log-copy-{next(_names)}"), ENTRIES)


def fill(store: ObjectStore, entries: int, first: int = 0) -> ObjectStore:
    pool = Pool(store) if store.find(entry_key(0)) else make_pool(store)
    records = put_blob_list(store, [])
    while (length := pool.state().length) < entries:
        body = submission_body(f"harbour-{first + length}", records=records, rows=1)
        draft = Draft(kind="submission_taken", body=body, blobs=(records,))
        pool.append(lambda _, draft=draft: draft, OPERATOR, created_utc=CREATED)  # type: ignore[misc]
    return store


def read(store: ObjectStore, folder: Path) -> tuple[Pool, int]:
    """Read the state as a new process does; give how many objects were fetched."""
    counting = CountingStore(store.address)
    pool = Pool(counting, LogCopy(folder, store.address.url))
    pool.state()
    return pool, counting.asked


def test_a_second_reader_fetches_the_tail_alone(store: ObjectStore, tmp_path: Path) -> None:
    first, fetched = read(store, tmp_path)
    assert fetched == ENTRIES
    second, fetched_again = read(store, tmp_path)
    # Three segments of 8 are kept; fetched are the last of these to compare, and 6 of the tail.
    assert fetched_again == 1 + ENTRIES - 24
    assert second.state() == first.state() == Pool(store).state()


def test_a_copy_grows_with_the_log(store: ObjectStore, tmp_path: Path) -> None:
    read(store, tmp_path)
    fill(store, 45)
    read(store, tmp_path)
    again, fetched = read(store, tmp_path)
    assert fetched == 1 + 45 - 40
    assert again.state() == Pool(store).state()


@pytest.mark.parametrize("how", ["cut", "flipped", "another file", "forged"])
def test_a_spoilt_copy_is_thrown_away(store: ObjectStore, tmp_path: Path, how: str) -> None:
    read(store, tmp_path)
    (path, *_) = sorted(tmp_path.rglob("*.arrow"))[1:]
    content = bytearray(path.read_bytes())
    if how == "cut":
        path.write_bytes(content[:-20])
    elif how == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif how == "another file":
        path.write_bytes(b"not Arrow")
    else:
        (other,) = [one for one in tmp_path.rglob("*.arrow") if one.stem.endswith("0")]
        path.write_bytes(other.read_bytes())
    pool, _ = read(store, tmp_path)
    assert pool.state() == Pool(store).state()
    _, fetched = read(store, tmp_path)
    assert fetched <= 1 + ENTRIES - 8


def test_the_log_of_another_pool_at_the_same_place_counts(
    store: ObjectStore, tmp_path: Path
) -> None:
    read(store, tmp_path)
    for key in list(store.list()):
        store.delete(key)
    fill(store, ENTRIES, first=1_000)
    pool, _ = read(store, tmp_path)
    assert pool.state() == Pool(store).state()
    assert "harbour-1020" in pool.state().submissions


def test_a_log_that_lost_its_end_is_read_anew(store: ObjectStore, tmp_path: Path) -> None:
    read(store, tmp_path)
    for number in range(20, ENTRIES):
        store.delete(entry_key(number))
    pool, _ = read(store, tmp_path)
    assert pool.state().length == 20
