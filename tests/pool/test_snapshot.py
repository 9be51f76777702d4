import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling import TERMS

from datacoop.errors import IntegrityError
from datacoop.pool.snapshot import Shard, SnapshotManifest, snapshot_from_bytes
from datacoop.records.digest import canonical_json

SHARD = Shard(
    split="train",
    terms_id=TERMS.id,
    first_version=1,
    bucket=0,
    sha256="a" * 64,
    size_bytes=10,
    rows=3,
    logical_digest="b" * 64,
)
MANIFEST = SnapshotManifest(
    collection="documents",
    version=1,
    contract="c" * 64,
    log_length=7,
    log_head="d" * 64,
    previous=None,
    code_version="1",
    as_of="2026-01-01",
    purposes=("model-training",),
    shards=(SHARD, dataclasses.replace(SHARD, split="validation", rows=4)),
    terms={TERMS.id: TERMS},
    submissions=("harbour-1",),
    bucket_counts={"1/train": 1},
    row_counts={"published": 7},
)


@given(
    st.builds(
        dataclasses.replace,
        st.just(MANIFEST),
        version=st.integers(1, 9),
        previous=st.none() | st.text(max_size=5),
        purposes=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        submissions=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        shards=st.lists(st.just(SHARD), max_size=2).map(tuple),
    )
)
def test_a_manifest_survives_the_way_through_bytes(manifest: SnapshotManifest) -> None:
    assert snapshot_from_bytes("m", manifest.to_bytes()) == manifest


def test_rows_are_those_of_the_shards() -> None:
    assert MANIFEST.rows == 7


def _changed(**changes: Any) -> bytes:
    return canonical_json({**json.loads(MANIFEST.to_bytes()), **changes})


@pytest.mark.parametrize(
    "content",
    [
        MANIFEST.to_bytes() + b"\n",
        json.dumps(json.loads(MANIFEST.to_bytes())).encode(),
        _changed(schema="datacoop.snapshot.v2"),
        _changed(note=""),
        _changed(shards=None),
        _changed(shards=[{}]),
        _changed(terms=[]),
        canonical_json([]),
        b"{}",
        b"",
        b"\xff",
    ],
)
def test_anything_but_the_one_byte_form_is_refused(content: bytes) -> None:
    with pytest.raises(IntegrityError, match=r"the manifest"):
        snapshot_from_bytes("the manifest", content)


def test_shards_are_ordered_by_split_terms_version_and_bucket() -> None:
    later = [
        dataclasses.replace(SHARD, bucket=1),
        dataclasses.replace(SHARD, first_version=2),
        dataclasses.replace(SHARD, split="validation"),
    ]
    assert sorted([*reversed(later), SHARD]) == [SHARD, *later]
