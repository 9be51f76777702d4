import dataclasses
import hashlib
import random
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooling import POLICY, TERMS, Placed, make_plan, make_records, place, split_of

from datacoop.pool.blobs import bytes_to_batches
from datacoop.publish.shards import LABEL_SCHEMA, ROWS_PER_BATCH, build_shard, shard_key
from datacoop.records.columns import release_schema
from datacoop.records.digest import logical_digest, sha256_hex
from datacoop.records.policies import ReleasePolicy

OTHER_TERMS = dataclasses.replace(TERMS, spdx="CC0-1.0")
TEXTS = [f"text {number % 40}" for number in range(60)]
"""Twenty of sixty rows are repeats of an earlier one."""
ONE = make_records("one", 60, texts=TEXTS)
TWO = make_records("two", 30, member="meadow", texts=TEXTS[20:], terms=OTHER_TERMS)
BOTH = [("harbour", [ONE]), ("meadow", [TWO])]
PLACED = place(BOTH, plan=make_plan(shards=2))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=6))
def test_the_same_records_in_any_batching_give_the_same_bytes(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 60]
    parts = [ONE.slice(a, b - a) for a, b in pairwise(edges)]
    placed = place([("harbour", parts), ("meadow", [TWO])], plan=make_plan(shards=2))
    assert placed.shards == PLACED.shards


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False))
def test_workers_in_any_order_and_number_give_the_same_bytes(chance: random.Random) -> None:
    near = [NEAR_A, NEAR_AB, NEAR_B, FAR]
    many = [
        (
            "harbour",
            [make_records(f"s{n}", 4, texts=[f"{n} {m}" for m in range(4)], signatures=near)],
        )
        for n in range(5)
    ]
    # Tasks and parts are of one submission each, so rows of one cluster meet from many.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("datacoop.publish.tasks.PART_ROWS", 3)
        mixed = place(many, chance=chance)
    plain = place(many)
    assert mixed.shards == plain.shards
    assert (mixed.counts, mixed.credits) == (plain.counts, plain.credits)
    assert len({row["cluster_id"] for row in plain.rows}) == 2


@given(st.randoms(use_true_random=False))
def test_a_shard_does_not_depend_on_the_order_of_its_rows(chance: random.Random) -> None:
    order = list(range(60))
    chance.shuffle(order)
    tables = [pa.table(ONE.take(pa.array(order)).slice(a, 20)) for a in (0, 20, 40)]
    assert build_shard("train/t/1/0", tables) == build_shard("train/t/1/0", [pa.table(ONE)])


def test_each_record_that_is_no_duplicate_is_in_exactly_one_shard() -> None:
    published = [row["record_id"] for row in PLACED.rows]
    assert len(published) == len(set(published)) == 40
    first = {row["masked_digest"]: row["record_id"] for row in reversed(ONE.to_pylist())}
    assert set(published) == set(first.values())
    assert PLACED.counts["published"] == 40
    assert PLACED.counts["duplicate"] == 50


def test_of_equal_rows_the_one_first_taken_in_stays_whatever_its_member() -> None:
    late = make_records("one", 5, texts=TEXTS)
    early = make_records("two", 5, member="meadow", texts=TEXTS)
    placed = place([("meadow", [early]), ("harbour", [late])])
    assert {row["submission_id"] for row in placed.rows} == {"two"}


def test_who_gave_an_equal_text_keeps_the_credit() -> None:
    assert PLACED.credits["harbour"]["clusters"] == 40
    assert PLACED.credits["meadow"]["clusters"] == 30
    assert PLACED.credits["meadow"]["published"] == 0
    totals = {name: sum(one[name] for one in PLACED.credits.values()) for name in PLACED.counts}
    assert totals == PLACED.counts


def test_a_row_is_in_the_shard_of_its_split_and_terms() -> None:
    new = make_records("new", 30, terms=OTHER_TERMS)
    placed = place([("harbour", [ONE]), ("harbour", [new])])
    for key, (shard, content) in placed.shards.items():
        rows = [row for batch in bytes_to_batches(content) for row in batch.to_pylist()]
        assert {(row["split"], row["terms_id"]) for row in rows} == {(shard.split, shard.terms_id)}
        assert key == shard_key(shard.split, shard.terms_id, shard.first_version, shard.bucket)
        assert all(row["split"] == split_of(row["masked_digest"], POLICY) for row in rows)
        assert all(row["cluster_id"] == row["masked_digest"] for row in rows)
    assert {shard.terms_id for shard, _ in placed.shards.values()} == {TERMS.id, OTHER_TERMS.id}


def test_a_shard_says_what_its_bytes_are() -> None:
    for shard, content in PLACED.shards.values():
        batches = bytes_to_batches(content)
        assert shard.sha256 == sha256_hex(content)
        assert shard.size_bytes == len(content)
        assert shard.rows == sum(batch.num_rows for batch in batches)
        assert shard.logical_digest == logical_digest(batches)


def test_a_shard_has_the_release_schema_and_no_trace_of_the_build() -> None:
    payload = pa.schema([ONE.schema.field("text")])
    for _, content in PLACED.shards.values():
        assert bytes_to_batches(content)[0].schema == release_schema(payload)


TRAIN_ONLY = dataclasses.replace(POLICY, validation_percent=0, test_percent=0)


def test_remembered_rows_keep_split_and_first_version_under_another_policy() -> None:
    before = PLACED.splits
    newcomers = make_records("new", 20)
    placed = place(
        [*BOTH, ("harbour", [newcomers])], PLACED, plan=make_plan(2, TRAIN_ONLY, shards=2)
    )
    after = placed.splits
    assert after.items() >= before.items()
    assert {after[i] for i in after.keys() - before.keys()} == {"train"}
    unchanged = {k for k, value in placed.shards.items() if PLACED.shards.get(k) == value}
    assert unchanged == set(PLACED.shards), "a version rewrites no shard that keeps its rows"


def test_a_newcomer_with_a_remembered_text_inherits_its_split() -> None:
    texts = [row["text"] for row in PLACED.rows if row["split"] == "test"]
    again = make_records("again", len(texts), texts=texts)
    placed = place([("harbour", [again])], PLACED, plan=make_plan(2, TRAIN_ONLY, shards=2))
    shards = [shard for shard, _ in placed.shards.values()]
    assert {shard.split for shard in shards} == {"test"}
    assert {shard.first_version for shard in shards} == {2}


def signature(*parts: int) -> bytes:
    """Give a signature of eight pieces of sixteen numbers: seven equal ones of eight are near."""
    return np.repeat(np.array(parts, "<u4"), 16).tobytes()


NEAR_A = signature(1, 2, 3, 4, 5, 6, 7, 8)
NEAR_AB = signature(1, 2, 3, 4, 5, 6, 7, 9)
NEAR_B = signature(1, 2, 3, 4, 5, 10, 7, 9)
"""The first and the last are each near to the middle one and not to each other."""
FAR = signature(11, 12, 13, 14, 15, 16, 17, 18)
KEEP_ONE = dataclasses.replace(POLICY, near_duplicates="keep_one")


def one_row(text: str, minhash: bytes) -> tuple[str, list[pa.RecordBatch]]:
    return "harbour", [make_records(text, 1, texts=[text], signatures=[minhash])]


def text_of_split(split: str, start: str) -> str:
    """Give a text whose hash puts it into a split."""
    texts = (f"{start} {number}" for number in range(1_000))
    return next(t for t in texts if split_of(hashlib.sha256(t.encode()).digest(), POLICY) == split)


def by_text(placed: Placed) -> dict[str, dict[str, Any]]:
    return {row["text"]: row for row in placed.rows}


def chain(policy: ReleasePolicy) -> Placed:
    rows = [one_row("a", NEAR_A), one_row("c", NEAR_B), one_row("b", NEAR_AB), one_row("d", FAR)]
    return place(rows, plan=make_plan(policy=policy))


def test_nearly_equal_rows_are_one_cluster_in_one_split_also_by_way_of_a_third() -> None:
    rows = by_text(chain(POLICY))
    assert set(rows) == {"a", "b", "c", "d"}
    smallest = min(hashlib.sha256(text.encode()).digest() for text in "abc")
    assert {rows[text]["cluster_id"] for text in "abc"} == {smallest}
    assert len({rows[text]["split"] for text in "abc"}) == 1
    assert rows["d"]["cluster_id"] == rows["d"]["masked_digest"]


def test_of_a_cluster_the_first_is_kept_where_the_policy_says_so_and_all_have_credit() -> None:
    placed = chain(KEEP_ONE)
    assert set(by_text(placed)) == {"a", "d"}
    assert placed.counts["near_duplicate"] == 2
    assert placed.credits["harbour"]["clusters"] == 2


def test_rows_without_a_signature_are_near_to_none() -> None:
    none = bytes(len(FAR))
    placed = place([one_row("a", none), one_row("b", none)], plan=make_plan(policy=KEEP_ONE))
    assert placed.counts["near_duplicate"] == 0


def test_a_newcomer_to_a_cluster_inherits_its_split_and_its_id() -> None:
    old, new = text_of_split("test", "old"), text_of_split("train", "new")
    first = place([one_row(old, NEAR_A)])
    second = place([one_row(old, NEAR_A), one_row(new, NEAR_AB)], first, plan=make_plan(2))
    rows = by_text(second)
    assert rows[new]["split"] == rows[old]["split"] == "test"
    assert rows[new]["cluster_id"] == rows[old]["cluster_id"] == rows[old]["masked_digest"]


def test_where_published_clusters_of_two_splits_become_one_the_train_side_is_held_back() -> None:
    train, test = text_of_split("train", "one"), text_of_split("test", "two")
    two = [one_row(train, NEAR_A), one_row(test, NEAR_B)]
    first = place(two)
    assert {row["split"] for row in first.rows} == {"train", "test"}
    three = [*two, one_row("bridge", NEAR_AB)]
    second = place(three, first, plan=make_plan(2))
    rows = by_text(second)
    assert set(rows) == {test, "bridge"}
    assert {row["split"] for row in rows.values()} == {"test"}
    assert second.counts["held_split"] == 1
    # The one held back was published in train: it never comes back in test.
    third = place(three, second, plan=make_plan(3))
    assert third.counts["held_split"] == 1
    apart = place(two, third, plan=make_plan(4))
    assert {text: row["split"] for text, row in by_text(apart).items()} == {
        train: "train",
        test: "test",
    }


def test_the_companion_of_a_withdrawn_row_comes_back_in_the_same_split() -> None:
    old, new = text_of_split("train", "old"), text_of_split("test", "new")
    plan = make_plan(policy=KEEP_ONE)
    first = place([one_row(old, NEAR_A), one_row(new, NEAR_AB)], plan=plan)
    split, cluster_id = by_text(first)[old]["split"], by_text(first)[old]["cluster_id"]
    second = place([one_row(new, NEAR_AB)], first, plan=make_plan(2, KEEP_ONE))
    row = by_text(second)[new]
    assert (row["split"], row["cluster_id"]) == (split, cluster_id)


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
    rows = PLACED.rows
    told = {row["record_id"]: f"value {number}" for number, row in enumerate(rows[:7])}
    values = [label_of(row, told[row["record_id"]]) for row in reversed(rows[:7])]
    labels = pa.Table.from_pylist(values, LABEL_SCHEMA)
    policy = dataclasses.replace(POLICY, publish_votes=publish_votes)
    for row in place(BOTH, plan=make_plan(policy=policy), labels=labels).rows:
        expected = told.get(row["record_id"])
        assert row["label"] == expected
        assert (row["agreement"], row["decided_by"]) == (
            (0.75, "majority") if expected else (None, None)
        )
        voted = row["votes"][0]["value"] if row["votes"] else None
        assert voted == (expected if publish_votes else None)


def test_batches_of_a_shard_have_a_fixed_size_and_rows_are_by_id() -> None:
    texts = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(2_500)]
    big = make_records("big", 2_500, texts=texts)
    placed = place([("harbour", [big])], plan=make_plan(policy=TRAIN_ONLY))
    ((_, content),) = placed.shards.values()
    batches = bytes_to_batches(content)
    assert [batch.num_rows for batch in batches] == [ROWS_PER_BATCH, ROWS_PER_BATCH, 500]
    ids = [value for batch in batches for value in batch.column("record_id").to_pylist()]
    assert ids == sorted(ids)


def test_what_lies_under_a_null_does_not_reach_a_shard() -> None:
    schema = pa.schema([pa.field("record_id", pa.binary(32)), pa.field("label", pa.string())])
    valid, offsets = pa.py_buffer(b"\x05"), pa.array([0, 2, 8, 9], pa.int32()).buffers()[1]
    ids = pa.array([bytes([n]) * 32 for n in (1, 2, 3)], pa.binary(32))
    dirty = pa.Array.from_buffers(pa.string(), 3, [valid, offsets, pa.py_buffer(b"abSECRETc")])
    clean = pa.array(["ab", None, "c"])
    built = [
        build_shard("train/t/1/0", [pa.table([ids, labels], schema=schema)])
        for labels in (dirty, clean)
    ]
    assert built[0] == built[1]
