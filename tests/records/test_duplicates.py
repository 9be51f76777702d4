import hashlib
import random
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from datacoop.records.digest import record_id
from datacoop.records.duplicates import INDEX_SCHEMA, PREFIXES, duplicates, prefixes

Place = tuple[int, int, int]


def digest(text: int) -> bytes:
    return hashlib.sha256(str(text).encode()).digest()


def index(rows: dict[Place, int]) -> pa.RecordBatch:
    """Give the index of rows: a text for each entry, file and position."""
    values = [
        {
            "masked_digest": digest(text),
            "entry": entry,
            "source_file": file,
            "source_position": position,
            "record_id": record_id(str(entry), file, position),
        }
        for (entry, file, position), text in rows.items()
    ]
    return pa.RecordBatch.from_pylist(values, INDEX_SCHEMA)


def found(*batches: pa.RecordBatch) -> set[Place]:
    rows: list[dict[str, Any]] = duplicates(batches).to_pylist()
    return {(row["entry"], row["source_file"], row["source_position"]) for row in rows}


places = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 9))
tables = st.dictionaries(places, st.integers(0, 5), max_size=30)


@given(tables)
def test_of_equal_rows_all_but_the_first_are_duplicates(rows: dict[Place, int]) -> None:
    firsts = {text: min(p for p, t in rows.items() if t == text) for text in rows.values()}
    assert found(index(rows)) == set(rows) - set(firsts.values())


@given(tables, st.randoms(use_true_random=False))
def test_order_and_batching_do_not_matter(rows: dict[Place, int], chance: random.Random) -> None:
    items = list(rows.items())
    chance.shuffle(items)
    cut = chance.randint(0, len(items))
    parts = [index(dict(items[:cut])), index(dict(items[cut:]))]
    assert found(*parts) == found(index(rows))


def test_when_the_first_goes_the_next_takes_its_place() -> None:
    rows = {(1, 0, 0): 7, (2, 0, 0): 7, (3, 0, 0): 7}
    assert found(index(rows)) == {(2, 0, 0), (3, 0, 0)}
    del rows[1, 0, 0]
    assert found(index(rows)) == {(3, 0, 0)}


def test_no_rows_have_no_duplicates() -> None:
    assert duplicates([]).num_rows == 0
    assert duplicates([]).schema == INDEX_SCHEMA
    assert found(index({(1, 0, 0): 7})) == set()


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=20))
def test_equal_digests_meet_in_one_shard(digests: list[bytes]) -> None:
    shards = prefixes(pa.array([*digests, *digests], pa.binary(32))).to_pylist()
    assert shards[: len(digests)] == shards[len(digests) :]
    assert all(0 <= shard < PREFIXES for shard in shards)


def test_digests_spread_over_all_shards() -> None:
    shards = prefixes(pa.array([digest(n) for n in range(500)], pa.binary(32))).to_pylist()
    assert set(shards) == set(range(PREFIXES))
