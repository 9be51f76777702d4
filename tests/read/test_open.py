import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pooling import (
    COLLECTION,
    PURPOSE,
    make_pool,
    make_records,
    publish,
    published_pool,
    take_in,
)

from datacoop.errors import IntegrityError, OutsideError, RefusedError
from datacoop.pool.blobs import blob_key
from datacoop.pool.pool import Pool
from datacoop.read import open as open_module
from datacoop.read.open import PoolReader, Version, open_pool

_names = itertools.count()


@pytest.fixture
def reader_of(tmp_path: Path) -> Callable[[Pool], PoolReader]:
    def make(pool: Pool) -> PoolReader:
        return open_pool(pool.store.address.url, cache=tmp_path / "trust")

    return make


def make_published() -> Pool:
    from_url = f"memory://open-{next(_names)}"
    return published_pool(open_module.open_store(from_url), rows=40)


def first_version(reader: PoolReader) -> Version:
    return reader.version(COLLECTION, 1, purpose=PURPOSE)


def test_versions_are_listed_as_they_are_published(reader_of: Any) -> None:
    pool = make_published()
    assert reader_of(pool).versions(COLLECTION) == [1]
    take_in(pool, make_records("summit-1", 3, member="summit"), "summit-1", "summit")
    publish(pool)
    assert reader_of(pool).versions(COLLECTION) == [1, 2]
    assert reader_of(pool).versions("no-such") == []


def test_a_reader_gets_every_record_that_was_taken_in(reader_of: Any) -> None:
    version = first_version(reader_of(make_published()))
    taken = [*make_records("harbour-1", 40).to_pylist(), *make_records("meadow-1", 40).to_pylist()]
    rows = list(version.rows())
    assert len(version) == len(rows) == 80
    assert sorted(row["record_id"] for row in rows) == sorted(row["record_id"] for row in taken)
    assert {row["text"] for row in rows} == {row["text"] for row in taken}


def test_splits_are_disjoint_and_together_they_are_all(reader_of: Any) -> None:
    version = first_version(reader_of(make_published()))
    parts = {split: list(version.rows(split)) for split in ("train", "validation", "test")}
    assert all(row["split"] == split for split, rows in parts.items() for row in rows)
    assert all(parts.values())
    assert sum(map(len, parts.values())) == len(version)


def test_any_arrow_tool_gets_all_rows_through_the_c_stream(reader_of: Any) -> None:
    version = first_version(reader_of(make_published()))
    assert pa.table(version) == version.to_table()
    assert pa.RecordBatchReader.from_stream(version).read_all().num_rows == 80


def test_a_published_version_stays_the_same_when_the_next_comes(reader_of: Any) -> None:
    pool = make_published()
    before = first_version(reader_of(pool))
    table = before.to_table()
    take_in(pool, make_records("summit-1", 9, member="summit"), "summit-1", "summit")
    publish(pool)
    after = first_version(reader_of(pool))
    assert (after.digest, after.to_table()) == (before.digest, table)


def test_a_purpose_that_the_terms_do_not_permit_is_refused(reader_of: Any) -> None:
    with pytest.raises(RefusedError, match="advertising") as caught:
        reader_of(make_published()).version(COLLECTION, 1, purpose="advertising")
    assert PURPOSE in caught.value.hint


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_version_that_is_not_published_is_refused(reader_of: Any, number: int) -> None:
    with pytest.raises(RefusedError, match="has no version") as caught:
        reader_of(make_published()).version(COLLECTION, number, purpose=PURPOSE)
    assert caught.value.hint == "Published versions: 1."


def test_a_pool_without_versions_opens_and_says_so(reader_of: Any) -> None:
    pool = make_pool(open_module.open_store(f"memory://open-{next(_names)}"))
    assert reader_of(pool).versions(COLLECTION) == []


def test_a_shard_with_one_flipped_bit_is_refused(reader_of: Any) -> None:
    pool = make_published()
    version = first_version(reader_of(pool))
    shard = version.shards("test")[0]
    content = bytearray(pool.store.get(blob_key(shard.sha256)))
    content[len(content) // 2] ^= 1
    pool.store.put(blob_key(shard.sha256), bytes(content))
    with pytest.raises(IntegrityError, match=shard.sha256):
        list(version.batches())
    assert len(list(version.rows("train"))) > 0, "the other shards are still good"


def test_a_shard_in_the_place_of_another_is_refused(reader_of: Any) -> None:
    pool = make_published()
    version = first_version(reader_of(pool))
    one, other = version.shards()[:2]
    pool.store.put(blob_key(one.sha256), pool.store.get(blob_key(other.sha256)))
    with pytest.raises(IntegrityError, match=one.sha256):
        list(version.batches())


def test_a_missing_shard_is_named(reader_of: Any) -> None:
    pool = make_published()
    version = first_version(reader_of(pool))
    pool.store.delete(blob_key(version.shards()[0].sha256))
    with pytest.raises(OutsideError, match=version.shards()[0].sha256):
        version.to_table()


def test_a_manifest_with_a_flipped_bit_is_refused(reader_of: Any) -> None:
    pool = make_published()
    key = blob_key(pool.state().proposals[COLLECTION, 1].snapshot)
    pool.store.put(key, pool.store.get(key).replace(b'"as_of"', b'"bs_of"'))
    with pytest.raises(IntegrityError):
        first_version(reader_of(pool))


def test_the_repr_of_a_version_holds_no_text(reader_of: Any) -> None:
    assert "says" not in repr(first_version(reader_of(make_published())))


def test_two_pools_at_one_relative_path_do_not_share_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caches: list[Path] = []

    class Client:
        def __init__(self, _: object, cache: Path, __: object) -> None:
            caches.append(cache)

    monkeypatch.setattr(open_module, "TrustClient", Client)
    for name in ("one", "other", "one"):
        (tmp_path / name).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / name)
        open_pool("pool")
    assert caches[0] == caches[2] != caches[1]
