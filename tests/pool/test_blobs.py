import itertools
import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling import make_records

from datacoop.errors import IntegrityError, OutsideError
from datacoop.pool.blobs import (
    BlobRef,
    batches_to_bytes,
    blob_key,
    bytes_to_batches,
    get_blob,
    get_blob_list,
    put_blob,
    put_blob_list,
)
from datacoop.pool.object_store import open_store

RECORDS = make_records("s", 300)


@given(st.binary(min_size=1, max_size=50), st.data())
def test_any_flipped_bit_of_a_blob_is_found(content: bytes, data: st.DataObject) -> None:
    store = open_store("memory://blobs")
    digest = put_blob(store, content)
    place = data.draw(st.integers(0, len(content) * 8 - 1))
    flipped = bytearray(content)
    flipped[place // 8] ^= 1 << place % 8
    store.put(blob_key(digest), bytes(flipped))
    with pytest.raises(IntegrityError, match=digest):
        get_blob(store, digest)
    store.delete(blob_key(digest))
    with pytest.raises(OutsideError, match=digest):
        get_blob(store, digest)


@pytest.mark.parametrize(
    "name",
    ["", "..", "../" * 21 + "a", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", "٠" * 64],
)
def test_a_hostile_name_never_becomes_a_key(name: str) -> None:
    with pytest.raises(IntegrityError):
        blob_key(name)


def test_a_blob_cut_short_is_written_anew() -> None:
    store = open_store("memory://cut")
    digest = put_blob(store, b"content")
    store.put(blob_key(digest), b"cont")
    put_blob(store, b"content")
    assert get_blob(store, digest) == b"content"


def test_a_list_of_blobs_comes_back() -> None:
    store = open_store("memory://lists")
    refs = [BlobRef("a" * 64, 3), BlobRef("b" * 64, 0)]
    assert get_blob_list(store, put_blob_list(store, refs)) == refs
    assert get_blob_list(store, put_blob_list(store, [])) == []
    assert json.loads(get_blob(store, put_blob_list(store, refs)))[0]["rows"] == 3


@given(st.lists(st.integers(0, 300), max_size=4))
def test_batches_come_back_as_they_were(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 300]
    parts = [RECORDS.slice(a, b - a) for a, b in itertools.pairwise(edges)]
    assert bytes_to_batches(batches_to_bytes(RECORDS.schema, parts)) == parts


def test_columns_are_read_alone() -> None:
    content = batches_to_bytes(RECORDS.schema, [RECORDS])
    (batch,) = bytes_to_batches(content, ["record_id", "text"])
    assert set(batch.schema.names) == {"record_id", "text"}
    assert batch.column("text") == RECORDS.column("text")


def test_a_slice_and_a_copy_of_equal_rows_have_equal_bytes() -> None:
    part = RECORDS.slice(123, 50)
    copy = pa.RecordBatch.from_pylist(part.to_pylist(), RECORDS.schema)
    assert batches_to_bytes(part.schema, [part]) == batches_to_bytes(copy.schema, [copy])
