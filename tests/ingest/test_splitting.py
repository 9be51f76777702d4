import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingesting import KEY, arrow_bytes, make_file, make_store, parquet_bytes

from datacoop.ingest.splitting import FileRange, plan_ranges

TABLE = pa.table({"text": ["a" * 50] * 10})


def spans(
    content: bytes, form: str, range_bytes: int, compression: str = "none"
) -> list[FileRange]:
    store = make_store(content)
    return plan_ranges(make_file(form, compression), 4, store, KEY, range_bytes)


@given(st.integers(0, 50), st.integers(1, 60))
def test_byte_ranges_cover_the_file_once(size: int, range_bytes: int) -> None:
    found = spans(b"x" * size, "jsonl", range_bytes)
    assert [span.start for span in found] == [0, *(span.end for span in found[:-1])]
    assert found[-1].end == size
    assert {span.source_file for span in found} == {4}


@pytest.mark.parametrize("form", ["csv", "tsv", "text", "zip", "tar"])
def test_what_cannot_be_cut_is_one_range(form: str) -> None:
    assert spans(b"x" * 50, form, 10) == [FileRange(source_file=4, start=0, end=50)]


def test_compressed_lines_are_one_range() -> None:
    assert len(spans(b"x" * 50, "jsonl", 10, "gzip")) == 1


def test_row_groups_and_batches_are_ranges_with_their_first_row() -> None:
    for content, form in [
        (parquet_bytes(TABLE, row_group_size=4), "parquet"),
        (arrow_bytes(TABLE, stream=False, batch_rows=4), "arrow"),
    ]:
        found = spans(content, form, 1)
        assert [(s.start, s.end, s.first_row) for s in found] == [(0, 1, 0), (1, 2, 4), (2, 3, 8)]
        (whole,) = spans(content, form, 10**9)
        assert (whole.start, whole.end, whole.first_row) == (0, 3, 0)


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_what_cannot_be_read_is_one_range(form: str) -> None:
    assert len(spans(b"garbage" * 9, form, 1)) == 1
    assert len(spans(arrow_bytes(TABLE, stream=True), form, 1)) == 1
