"""The child process in which Parquet and Arrow files of members are parsed.

It has no credential and opens no file: it asks its parent for bytes and answers with rows as
JSON Lines, so nothing that it parsed is parsed as Arrow again outside. `columnar.py` is the
parent, and runs this file as a script: it imports nothing of datacoop.

Frames to the parent: a letter, the length of what follows (8 bytes), and that.
`R` asks for bytes (offset and length), `B` brings rows, `L` one row over the limit, `D` ends a
job with its outcome. From the parent: length and job as JSON; then bare bytes for each `R`.
"""

import io
import math
import os
import resource
import struct
import sys
import threading
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

REQUEST = struct.Struct("<QQ")
LENGTH = struct.Struct("<Q")
READ, ROWS, LARGE_ROW, DONE = b"R", b"B", b"L", b"D"

READ_BYTES = 1024**2
SLICE_ROWS = 1000
SLICE_BYTES = 4 * 1024**2
SLOT_BYTES = 8
"""What a value weighs at least: a null takes no bytes in Arrow, but many are a bomb too."""

ARROW_MAGIC = b"ARROW1"

UNREADABLE, TOO_LARGE, TRUNCATED = "unreadable", "too_large", "truncated"


class Refused(Exception):  # noqa: N818  # it is an outcome
    """The file is refused; its only argument says why."""


class Job(NamedTuple):
    """What the parent asks for."""

    task: str
    """`plan` or `rows`."""
    format: str
    size: int
    start: int
    end: int
    """Row groups or batches `[start, end)`; of a stream, all are read."""
    max_decoded_bytes: int
    max_row_bytes: int
    kept_bytes: int
    cpu_seconds: int


class Source(io.RawIOBase):
    """The file, which only the parent can read."""

    def __init__(self, size: int, commands: BinaryIO, answers: BinaryIO) -> None:
        self._size = size
        self._commands = commands
        self._answers = answers
        self._lock = threading.Lock()
        self._position = 0
        self.has_ended = False
        """Whether more was asked for than there is."""

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Give the offset of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset, which may lie behind the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("seek before the start")
        self._position = base + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Ask the parent for up to `size` bytes."""
        left = max(0, self._size - self._position)
        wanted = left if size < 0 else min(size, left)
        self.has_ended = self.has_ended or size > left
        pieces = []
        while wanted:
            piece = self._ask(min(wanted, READ_BYTES))
            wanted -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def _ask(self, count: int) -> bytes:
        with self._lock:
            send(self._answers, READ, REQUEST.pack(self._position, count))
            content = self._commands.read(count)
            if len(content) != count:
                os._exit(1)
            self._position += count
            return content


def send(answers: BinaryIO, kind: bytes, payload: bytes) -> None:
    """Write one frame."""
    answers.write(kind + LENGTH.pack(len(payload)) + payload)
    answers.flush()


def plan(job: Job, source: Source) -> list[tuple[int, int]]:
    """Give the rows and bytes of each row group or batch; a stream has none to choose from."""
    if job.format == "parquet":
        metadata = _parquet(source).metadata
        groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
        return [(group.num_rows, group.total_byte_size) for group in groups]
    if not _is_arrow_file(source):
        return []
    # One column is enough to see how many rows a batch has.
    reader = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=[0]))
    count = reader.num_record_batches
    return [(reader.get_batch(i).num_rows, job.size // max(count, 1)) for i in range(count)]


def batches(job: Job, source: Source) -> Iterator[pa.RecordBatch]:
    """Give the batches of `[start, end)`, not yet to be trusted."""
    if job.format == "parquet":
        file = _parquet(source)
        for index in range(job.start, min(job.end, file.metadata.num_row_groups)):
            rows = 0
            for batch in file.iter_batches(SLICE_ROWS, row_groups=[index], use_threads=False):
                rows += batch.num_rows
                yield batch
            # Positions of later groups rest on this count.
            if rows != file.metadata.row_group(index).num_rows:
                raise Refused(UNREADABLE)
    elif _is_arrow_file(source):
        reader = pa.ipc.open_file(source)
        for index in range(job.start, min(job.end, reader.num_record_batches)):
            yield reader.get_batch(index)
    else:
        yield from pa.ipc.open_stream(source)


def _parquet(source: Source) -> pq.ParquetFile:
    return pq.ParquetFile(
        source, buffer_size=READ_BYTES, pre_buffer=False, page_checksum_verification=True
    )


def _is_arrow_file(source: Source) -> bool:
    head = source.read(len(ARROW_MAGIC))
    source.seek(0)
    return head == ARROW_MAGIC


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give the batch with columns only of types that have one plain reading as JSON.

    Dates become ISO 8601 text, times numbers, decimals floats; dictionaries are decoded.

    Raises:
        Refused: A column has an extension type or a union, or two columns have one name.
    """
    if len(set(batch.schema.names)) != len(batch.schema.names):
        raise Refused(UNREADABLE)
    columns = [_plain_array(column) for column in batch.columns]
    if not columns:
        return batch  # made anew, it would have no rows
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _plain_array(array: pa.Array) -> pa.Array:
    _check_type(array.type)
    kind = pa.types
    if kind.is_dictionary(array.type):
        return _plain_array(array.dictionary_decode())
    if kind.is_run_end_encoded(array.type):
        return _plain_array(pc.run_end_decode(array))
    if kind.is_date(array.type) or kind.is_string_view(array.type):
        return array.cast(pa.string())
    if kind.is_binary_view(array.type):
        return array.cast(pa.binary())
    if kind.is_decimal(array.type) or kind.is_float16(array.type):
        return array.cast(pa.float64(), safe=False)
    if kind.is_time32(array.type):
        return array.cast(pa.int32())
    if kind.is_temporal(array.type) and not kind.is_interval(array.type):
        return array.cast(pa.int64())
    return array


def _check_type(kind: pa.DataType) -> None:
    if isinstance(kind, pa.BaseExtensionType) or pa.types.is_union(kind):
        raise Refused(UNREADABLE)
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        _check_type(kind.value_type)
    for index in range(kind.num_fields):
        _check_type(kind.field(index).type)


def weight(array: pa.Array) -> int:
    """Give the bytes of an array, in which every value counts, also one that takes none."""
    inner = 0
    if pa.types.is_struct(array.type):
        inner = sum(weight(array.field(index)) for index in range(array.type.num_fields))
    # The keys of a map take bytes already.
    elif pa.types.is_nested(array.type) and not pa.types.is_map(array.type):
        inner = weight(array.flatten())
    return int(array.nbytes) + SLOT_BYTES * len(array) + inner


def batch_weight(batch: pa.RecordBatch) -> int:
    """Give the weight of a batch; a row without columns weighs too."""
    return SLOT_BYTES * int(batch.num_rows) + sum(map(weight, batch.columns))


def row_lines(batch: pa.RecordBatch) -> list[bytes]:
    """Write each row as canonical JSON, binary values and NaN as objects that fit no column."""
    if batch.num_columns == 0:
        return [b"{}"] * int(batch.num_rows)
    columns = {
        name: _finite(column.to_pylist())
        if pa.types.is_floating(column.type)
        else column.to_pylist()
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    }
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return [
        orjson.dumps(dict(zip(columns, values, strict=True)), default=_as_json, option=options)
        for values in zip(*columns.values(), strict=True)
    ]


def _finite(values: list[float | None]) -> list[Any]:
    return [
        value if value is None or math.isfinite(value) else {"not_finite": str(value)}
        for value in values
    ]


def _as_json(value: object) -> object:
    return {"bytes": value.hex()} if isinstance(value, bytes) else str(value)


def emit(job: Job, batch: pa.RecordBatch, answers: BinaryIO) -> int:
    """Send the rows of a plain batch, a slice at a time; give the count of bytes."""
    step = SLICE_ROWS
    start = count = 0
    while start < batch.num_rows:
        piece = batch.slice(start, step)
        if piece.num_rows > 1 and batch_weight(piece) > SLICE_BYTES:
            step = max(1, piece.num_rows // 2)
            continue
        rows = row_lines(piece)
        count += sum(map(len, rows))
        _send_lines(job, rows, answers)
        start += piece.num_rows
    return count


def _send_lines(job: Job, rows: list[bytes], answers: BinaryIO) -> None:
    kept: list[bytes] = []
    for row in rows:
        if len(row) > job.max_row_bytes:
            send(answers, ROWS, b"\n".join(kept))
            kept = []
            send(answers, LARGE_ROW, row[: job.kept_bytes])
        else:
            kept.append(row)
    send(answers, ROWS, b"\n".join(kept))


def run(job: Job, source: Source, answers: BinaryIO) -> dict[str, Any]:
    """Do one job and give its outcome."""
    decoded = written = 0
    try:
        if job.task == "plan":
            return {"plan": plan(job, source)}
        for batch in batches(job, source):
            # Offsets and UTF-8 are checked before anything looks at a value (CVE-2023-47248 is
            # why extension types go no further, either).
            batch.validate(full=True)
            for start in range(0, max(batch.num_rows, 1), SLICE_ROWS):
                piece = plain(batch.slice(start, SLICE_ROWS))
                decoded += batch_weight(piece)
                # Views and dictionaries inside lists weigh little and write much.
                if max(decoded, written) > job.max_decoded_bytes:
                    raise Refused(TOO_LARGE)
                written += emit(job, piece, answers)
    except Refused as refused:
        return {"fault": refused.args[0]}
    except MemoryError:
        return {"fault": TOO_LARGE}
    except Exception:  # the parser's errors have no common class, and may quote data
        is_cut = job.format == "arrow" and decoded > 0 and source.has_ended
        return {"fault": TRUNCATED if is_cut else UNREADABLE}
    return {}


def main() -> None:
    """Serve jobs until the parent closes the pipe."""
    memory_bytes = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # No core dump and no file may ever hold raw data.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    pa.set_cpu_count(1)
    commands, answers = os.fdopen(0, "rb"), os.fdopen(1, "wb")
    while header := commands.read(LENGTH.size):
        job = Job(**orjson.loads(commands.read(LENGTH.unpack(header)[0])))
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + job.cpu_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        outcome = run(job, Source(job.size, commands, answers), answers)
        send(answers, DONE, orjson.dumps(outcome))


if __name__ == "__main__":
    main()
