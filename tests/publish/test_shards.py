import dataclasses
import hashlib
import random
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooling import POLICY, TERMS, make_plan, make_records, place, vars_of, with_entry

from datacoop.jobs.release import read_memory
from datacoop.pool.blobs import bytes_to_batches, put_blob
from datacoop.pool.object_store import open_store
from datacoop.pool.snapshot import Shard
from datacoop.publish.shards import LABEL_SCHEMA, ROWS_PER_BATCH, build_shard, shard_key
from datacoop.publish.splits import split_of
from datacoop.records.columns import release_schema
from datacoop.records.digest import logical_digest, sha256_hex

OTHER_TERMS = dataclasses.replace(TERMS, spdx="CC0-1.0")
TEXTS = [f"text {number % 40}" for number in range(60)]
"""Twenty of sixty rows are repeats of an earlier one."""
ONE = with_entry(make_records("one", 60, texts=TEXTS), entry=3)
TWO = with_entry(make_records("two", 30, member="meadow", texts=TEXTS[20:], terms=OTHER_TERMS), 5)
PLACED = place([ONE, TWO], plan=make_plan(shards=2))

Placed = dict[str, tuple[Shard, bytes]]


def rows_of(placed: Placed) -> list[dict[str, Any]]:
    batches = [batch for _, content in placed.values() for batch in bytes_to_batches(content)]
    return [row for batch in batches for row in batch.to_pylist()]


def memory_of(placed: Placed) -> list[pa.RecordBatch]:
    store = open_store("memory://shards")
    batches = []
    for shard, content in placed.values():
        put_blob(store, content)
        batches += [batch for _, batch in read_memory(vars_of(shard), store.address)]
    return batches


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.integers(0, 60), max_size=6))
def test_the_same_records_in_any_order_and_batching_give_the_same_bytes(
    chance: random.Random, cuts: list[int]
) -> None:
    order = list(range(60))
    chance.shuffle(order)
    shuffled = ONE.take(pa.array(order))
    edges = [0, *sorted(cuts), 60]
    parts = [shuffled.slice(a, b - a) for a, b in pairwise(edges)]
    parts.insert(chance.randrange(len(parts) + 1), TWO)
    assert place(parts, plan=make_plan(shards=2)) == PLACED


def test_each_record_that_is_no_duplicate_is_in_exactly_one_shard() -> None:
    published = [row["record_id"] for row in rows_of(PLACED)]
    assert len(published) == len(set(published)) == 40
    first = {row["masked_digest"]: row["record_id"] for row in reversed(ONE.to_pylist())}
    assert set(published) == set(first.values())


def test_of_equal_rows_the_one_first_taken_in_stays_whatever_its_member() -> None:
    late = with_entry(make_records("one", 5, texts=TEXTS), entry=9)
    early = with_entry(make_records("two", 5, member="meadow", texts=TEXTS), entry=2)
    assert {row["submission_id"] for row in rows_of(place([late, early]))} == {"two"}


def test_a_row_is_in_the_shard_of_its_split_and_terms() -> None:
    placed = place([ONE, with_entry(make_records("new", 30, terms=OTHER_TERMS), 7)])
    for key, (shard, content) in placed.items():
        rows = [row for batch in bytes_to_batches(content) for row in batch.to_pylist()]
        assert {(row["split"], row["terms_id"]) for row in rows} == {(shard.split, shard.terms_id)}
        assert key == shard_key(shard.split, shard.terms_id, shard.first_version, shard.bucket)
        assert all(row["split"] == split_of(row["masked_digest"], POLICY) for row in rows)
        assert all(row["cluster_id"] == row["masked_digest"] for row in rows)
    assert {shard.terms_id for shard, _ in placed.values()} == {TERMS.id, OTHER_TERMS.id}


def test_a_shard_says_what_its_bytes_are() -> None:
    for shard, content in PLACED.values():
        batches = bytes_to_batches(content)
        assert shard.sha256 == sha256_hex(content)
        assert shard.size_bytes == len(content)
        assert shard.rows == sum(batch.num_rows for batch in batches)
        assert shard.logical_digest == logical_digest(batches)


def test_a_shard_has_the_release_schema_and_no_trace_of_the_log() -> None:
    payload = pa.schema([ONE.schema.field("text")])
    for _, content in PLACED.values():
        schema = bytes_to_batches(content)[0].schema
        assert schema == release_schema(payload)
        assert not {"entry", "minhash"} & set(schema.names)


def test_remembered_rows_keep_split_and_first_version_under_another_policy() -> None:
    before = {row["record_id"]: row["split"] for row in rows_of(PLACED)}
    other = dataclasses.replace(POLICY, validation_percent=0, test_percent=0)
    plan = make_plan(2, other, shards=2)
    newcomers = with_entry(make_records("new", 20), 9)
    placed = place([ONE, TWO, newcomers], memory_of(PLACED), plan=plan)
    after = {row["record_id"]: row["split"] for row in rows_of(placed)}
    assert after.items() >= before.items()
    assert {after[i] for i in after.keys() - before.keys()} == {"train"}
    unchanged = {key for key, value in placed.items() if PLACED.get(key) == value}
    assert unchanged == set(PLACED), "a version adds shards and rewrites none that keeps its rows"


def test_a_newcomer_with_a_remembered_text_inherits_its_split() -> None:
    held_out = [row for row in rows_of(PLACED) if row["split"] == "test"]
    texts = [row["text"] for row in held_out]
    other = dataclasses.replace(POLICY, validation_percent=0, test_percent=0)
    again = with_entry(make_records("again", len(texts), texts=texts), 9)
    placed = place([again], memory_of(PLACED), plan=make_plan(2, other, shards=2))
    assert {shard.split for shard, _ in placed.values()} == {"test"}
    assert {shard.first_version for shard, _ in placed.values()} == {2}


def label_of(record: dict[str, Any], value: str) -> dict[str, Any]:
    return {
        "record_id": record["record_id"],
        "label": value,
        "votes": [{"annotator": "a1", "value": value, "round": 1}],
        "agreement": 0.75,
        "decided_by": "majority",
    }


@pytest.mark.parametrize("publish_votes", [True, False])
def test_labels_meet_their_records_and_votes_only_where_the_policy_says(
    publish_votes: bool,
) -> None:
    rows = rows_of(PLACED)
    told = {row["record_id"]: f"value {number}" for number, row in enumerate(rows[:7])}
    values = [label_of(row, told[row["record_id"]]) for row in reversed(rows[:7])]
    labels = pa.Table.from_pylist(values, LABEL_SCHEMA)
    policy = dataclasses.replace(POLICY, publish_votes=publish_votes)
    for row in rows_of(place([ONE, TWO], plan=make_plan(policy=policy), labels=labels)):
        expected = told.get(row["record_id"])
        assert row["label"] == expected
        assert (row["agreement"], row["decided_by"]) == (
            (0.75, "majority") if expected else (None, None)
        )
        voted = row["votes"][0]["value"] if row["votes"] else None
        assert voted == (expected if publish_votes else None)


def test_batches_of_a_shard_have_a_fixed_size_and_rows_are_by_id() -> None:
    texts = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(2_500)]
    rows = with_entry(make_records("big", 2_500, texts=texts))
    policy = dataclasses.replace(POLICY, validation_percent=0, test_percent=0)
    ((_, content),) = place([rows], plan=make_plan(policy=policy)).values()
    batches = bytes_to_batches(content)
    assert [batch.num_rows for batch in batches] == [ROWS_PER_BATCH, ROWS_PER_BATCH, 500]
    ids = [value for batch in batches for value in batch.column("record_id").to_pylist()]
    assert ids == sorted(ids)


def test_what_lies_under_a_null_does_not_reach_a_shard() -> None:
    schema = pa.schema([pa.field("record_id", pa.binary(1)), pa.field("label", pa.string())])
    valid, offsets = pa.py_buffer(b"\x05"), pa.array([0, 2, 8, 9], pa.int32()).buffers()[1]
    ids = pa.array([b"a", b"b", b"c"], pa.binary(1))
    dirty = pa.Array.from_buffers(pa.string(), 3, [valid, offsets, pa.py_buffer(b"abSECRETc")])
    clean = pa.array(["ab", None, "c"])
    built = [
        build_shard("train/t/1/0", [pa.record_batch([ids, labels], schema=schema)])
        for labels in (dirty, clean)
    ]
    assert built[0] == built[1]
