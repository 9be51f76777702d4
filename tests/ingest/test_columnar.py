import datetime
import io
import os
import signal
import struct
from decimal import Decimal
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingesting import (
    arrow_bytes,
    compress,
    held,
    ingest,
    make_collection,
    make_file,
    parquet_bytes,
    reasons,
    records,
    texts,
)

from datacoop.ingest import columnar, limits
from datacoop.ingest.columnar import Sandbox

PARQUET, ARROW = make_file("parquet"), make_file("arrow")
TABLE = pa.table({"text": [f"row {number}" for number in range(10)], "count": range(10)})
ROWS = [(number, f"row {number}") for number in range(10)]


@pytest.mark.parametrize("range_bytes", [1, 10**9])
def test_positions_are_row_numbers(range_bytes: int) -> None:
    for content, file in [
        (parquet_bytes(TABLE, row_group_size=3), PARQUET),
        (arrow_bytes(TABLE, stream=False, batch_rows=3), ARROW),
        (arrow_bytes(TABLE, stream=True, batch_rows=3), ARROW),
    ]:
        assert texts(ingest(content, file, range_bytes=range_bytes)) == ROWS


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_compressed_file_is_read_from_memory(compression: str) -> None:
    content = compress(arrow_bytes(TABLE, stream=True), compression)
    assert texts(ingest(content, make_file("arrow", compression))) == ROWS


def test_what_needs_more_memory_than_the_limit_is_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_BUFFERED_BYTES", 100)
    content = compress(parquet_bytes(TABLE), "gzip")
    assert reasons(ingest(content, make_file("parquet", "gzip"))) == ["ingest.file_too_large"]


TYPED: list[tuple[str, pa.Array, Any]] = [
    ("text", pa.array(["a"], pa.large_string()), "a"),
    ("text", pa.array(["a"], pa.string_view()), "a"),
    ("text", pa.array(["a"]).dictionary_encode(), "a"),
    ("text", pa.RunEndEncodedArray.from_arrays(pa.array([1], pa.int32()), ["a"]), "a"),
    ("count", pa.array([1], pa.uint8()), 1),
    ("count", pa.array([3.0]), 3),
    ("count", pa.array([Decimal("3")]), 3),
    ("share", pa.array([1.5], pa.float16()), 1.5),
    ("share", pa.array([Decimal("1.25")]), 1.25),
    ("open", pa.array([True]), True),
    ("day", pa.array([datetime.date(2024, 2, 29)]), "2024-02-29"),
    ("turns", pa.array([[{"speaker": "A", "text": "b"}]]), [{"speaker": "A", "text": "b"}]),
]


@pytest.mark.parametrize(("column", "array", "expected"), TYPED, ids=range(len(TYPED)))
def test_types_that_say_the_same_are_taken(column: str, array: pa.Array, expected: Any) -> None:
    table = pa.table({"text": pa.array(["a"]), column: array})
    (record,) = records(ingest(arrow_bytes(table, stream=False), ARROW))
    assert record[column] == expected


WRONG: list[tuple[str, pa.Array]] = [
    ("text", pa.array([b"a"])),
    ("text", pa.array([b"a"], pa.binary_view())),
    ("text", pa.array([1])),
    ("count", pa.array([2**64 - 1], pa.uint64())),
    ("count", pa.array([1.5])),
    ("count", pa.array([True])),
    ("share", pa.array([float("nan")])),
    ("share", pa.array([float("inf")])),
    ("day", pa.array([datetime.datetime(2024, 1, 1)])),  # noqa: DTZ001  # Arrow has naive times
    ("day", pa.array([2**31 - 1], pa.int32()).cast(pa.date32())),
    ("turns", pa.array([[{"speaker": "A"}]])),
    ("turns", pa.array([["a"]])),
]


@pytest.mark.parametrize(("column", "array"), WRONG, ids=range(len(WRONG)))
def test_other_types_are_wrong(column: str, array: pa.Array) -> None:
    table = pa.table({"text": pa.array(["a"]), column: array})
    pieces = ingest(arrow_bytes(table, stream=True), ARROW)
    assert reasons(pieces) == ["ingest.wrong_type"]
    assert set(orjson.loads(held(pieces)[0][2])) == {"text", column}


def test_extension_types_and_unions_are_refused() -> None:
    extension = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16], pa.binary(16)))
    union = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array(["a"])])
    for array in (extension, union, pa.array([[1]]).cast(pa.list_(pa.int64()))):
        table = pa.table({"text": pa.array(["a"]), "ignored": array})
        pieces = ingest(arrow_bytes(table, stream=True), make_file("arrow", ignored=("ignored",)))
        is_plain = pa.types.is_list(array.type)
        assert reasons(pieces) == ([] if is_plain else ["ingest.file_unreadable"])


def test_two_columns_of_one_name_are_refused() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array(["a"])] * 2, names=["text", "text"])
    content = arrow_bytes(pa.Table.from_batches([batch]), stream=True)
    assert reasons(ingest(content, ARROW)) == ["ingest.file_unreadable"]


def test_rows_without_columns_are_counted() -> None:
    batch = pa.RecordBatch.from_struct_array(pa.array([{}] * 5, pa.struct([])))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    assert reasons(ingest(sink.getvalue(), ARROW)) == ["ingest.column_missing"] * 5


def test_bad_offsets_are_found_before_a_value_is_looked_at() -> None:
    table = pa.table({"text": ["good", "fine", "good", "fine"]})
    content = arrow_bytes(table, stream=True, batch_rows=2)
    offsets = struct.pack("<iii", 0, 4, 8)
    found = content.rindex(offsets)
    damaged = content[:found] + struct.pack("<iii", 0, 2**30, 8) + content[found + 12 :]
    pieces = ingest(damaged, ARROW)
    assert texts(pieces) == [(0, "good"), (1, "fine")]
    assert held(pieces) == [(2, "ingest.file_unreadable", b"")]


def test_of_a_cut_stream_the_rows_before_the_break_stay() -> None:
    content = arrow_bytes(TABLE, stream=True, batch_rows=3)
    pieces = ingest(content[: len(content) * 2 // 3], ARROW)
    rows = texts(pieces)
    assert rows == ROWS[: len(rows)]
    assert held(pieces) == [(len(rows), "ingest.file_truncated", b"")]
    assert rows


@pytest.mark.parametrize("file", [PARQUET, ARROW])
def test_what_is_no_such_file_is_unreadable(file: Any) -> None:
    for content in (b"garbage" * 9, b"ARROW1\0\0" + b"x" * 50, b"PAR1" + b"x" * 50 + b"PAR1"):
        assert held(ingest(content, file)) == [(0, "ingest.file_unreadable", b"")]


def test_a_cut_parquet_file_is_unreadable() -> None:
    assert reasons(ingest(parquet_bytes(TABLE)[:-10], PARQUET)) == ["ingest.file_unreadable"]


def test_damage_in_one_row_group_leaves_the_rows_before_it() -> None:
    table = pa.table({"text": [f"{number:0>40}" for number in range(30)]})
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        row_group_size=10,
        compression="none",
        use_dictionary=False,
        write_page_checksum=True,
    )
    content = sink.getvalue().replace(f"{15:0>40}".encode(), b"\xff" * 40)
    pieces = ingest(content, PARQUET)
    assert [position for position, _ in texts(pieces)] == list(range(10))
    assert held(pieces) == [(10, "ingest.file_unreadable", b"")]


def test_a_small_file_that_decodes_to_much_is_a_bomb() -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000), ["x" * 1000])
    content = arrow_bytes(pa.table({"text": text}), stream=False)
    zipped = compress(content, "zstd")
    assert len(zipped) < 100_000
    assert reasons(ingest(zipped, make_file("arrow", "zstd")))[-1] == "ingest.file_too_large"
    sink = io.BytesIO()
    pq.write_table(pa.table({"text": ["x" * 1000] * 200_000}), sink, compression="zstd")
    assert len(sink.getvalue()) < 50_000
    assert reasons(ingest(sink.getvalue(), PARQUET))[-1] == "ingest.file_too_large"


def test_many_nulls_weigh_too() -> None:
    table = pa.table({"text": ["a"], "nulls": pa.array([[None] * 10_000_000], pa.list_(pa.null()))})
    content = arrow_bytes(table, stream=True)
    assert len(content) < 1000
    assert reasons(ingest(content, ARROW)) == ["ingest.file_too_large"]


def test_a_row_over_the_limit_is_cut() -> None:
    table = pa.table({"text": ["a", "x" * 2_000_000, "b"]})
    collection = make_collection(max_row_bytes=1_000_000)
    pieces = ingest(arrow_bytes(table, stream=True), ARROW, collection=collection)
    assert texts(pieces) == [(0, "a"), (2, "b")]
    ((position, reason, row),) = held(pieces)
    assert (position, reason) == (1, "ingest.row_too_large")
    assert row == (b'{"text":"' + b"x" * 2_000_000)[: 1024**2]


def read(sandbox: Sandbox, content: bytes, form: str = "arrow") -> list[Any]:
    return list(
        sandbox.rows(
            io.BytesIO(content),
            len(content),
            form,
            start=0,
            end=len(content),
            first_row=0,
            max_row_bytes=10**6,
            max_decoded_bytes=10**8,
        )
    )


def test_a_child_serves_many_files_and_is_replaced_when_it_dies() -> None:
    content = arrow_bytes(TABLE, stream=True)
    with Sandbox() as sandbox:
        assert len(read(sandbox, content)) == 10
        first = sandbox._child
        assert first is not None
        assert len(read(sandbox, content)) == 10
        assert sandbox._child is first
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        with pytest.raises(columnar.BrokenFileError):
            read(sandbox, content)
        assert len(read(sandbox, content)) == 10
        last = sandbox._child
    assert last is not None
    assert last.returncode is not None


def test_a_reader_that_stops_early_leaves_no_child_in_the_middle_of_a_job() -> None:
    content = arrow_bytes(TABLE, stream=True, batch_rows=1)
    with Sandbox() as sandbox:
        rows = sandbox.rows(
            io.BytesIO(content),
            len(content),
            "arrow",
            start=0,
            end=1,
            first_row=0,
            max_row_bytes=10**6,
            max_decoded_bytes=10**8,
        )
        next(rows)
        rows.close()  # type: ignore[attr-defined]  # it is a generator
        assert len(read(sandbox, content)) == 10


def test_a_child_that_says_nothing_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHILD_SILENCE_SECONDS", 0.2)
    monkeypatch.setattr(columnar.sandbox, "__file__", __file__.replace(".py", "_silent.py"))
    script = columnar.sandbox.__file__
    with open(script, "w") as file:
        file.write("import time\ntime.sleep(60)\n")
    try:
        with Sandbox() as sandbox, pytest.raises(columnar.BrokenFileError) as broken:
            read(sandbox, b"x")
    finally:
        os.unlink(script)
    # The script would sleep for a minute, and then be a file that breaks off.
    assert broken.value.reason == "ingest.file_too_large"


def test_the_child_gets_no_variable_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    with Sandbox() as sandbox:
        read(sandbox, arrow_bytes(TABLE, stream=True))
        assert sandbox._child is not None
        with open(f"/proc/{sandbox._child.pid}/environ", "rb") as file:
            assert b"made-up" not in file.read()


def test_the_child_can_write_no_file_and_dump_no_core() -> None:
    with Sandbox() as sandbox:
        read(sandbox, arrow_bytes(TABLE, stream=True))
        assert sandbox._child is not None
        with open(f"/proc/{sandbox._child.pid}/limits") as file:
            found = {line[:26].strip(): line[26:].split()[0] for line in file}
    assert found["Max file size"] == found["Max core file size"] == "0"
    assert found["Max address space"] == str(limits.CHILD_MEMORY_BYTES)
