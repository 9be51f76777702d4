import apache_beam as beam
import pyarrow as pa
from apache_beam.coders import registry
from apache_beam.typehints.native_type_compatibility import convert_to_beam_type
from hypothesis import given
from hypothesis import strategies as st
from pooling import make_records

from datacoop.records.coder import KeyedBatch, RecordBatchCoder

LARGE = make_records("large", 5_000)
CODER = RecordBatchCoder()


@given(st.integers(0, 5_000), st.integers(0, 40))
def test_a_batch_comes_back(start: int, count: int) -> None:
    batch = LARGE.slice(start, count)
    assert CODER.decode(CODER.encode(batch)) == batch


def test_ten_rows_of_a_large_batch_are_encoded_small() -> None:
    rows = LARGE.slice(2_000, 10)
    alone = make_records("large", 10)
    assert len(CODER.encode(rows)) < 1.1 * len(CODER.encode(alone))
    assert len(CODER.encode(rows)) < len(CODER.encode(LARGE)) / 200


def test_beam_uses_it_for_batches_alone_and_in_pairs() -> None:
    assert isinstance(registry.get_coder(pa.RecordBatch), RecordBatchCoder)
    pair = registry.get_coder(convert_to_beam_type(KeyedBatch))
    assert isinstance(pair, beam.coders.TupleCoder)
    key_batch = ("key", LARGE.slice(7, 3))
    assert pair.decode(pair.encode(key_batch)) == key_batch
    assert len(pair.encode(key_batch)) < 10_000


def test_beam_may_group_by_its_bytes() -> None:
    assert CODER.is_deterministic()
    assert CODER.encode(LARGE) == CODER.encode(make_records("large", 5_000))


def test_its_size_is_that_in_memory() -> None:
    assert CODER.estimate_size(LARGE) == LARGE.nbytes
