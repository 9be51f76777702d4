"""Write rows in every file format that members may submit, and say where each row begins.

Positions follow `source_position`: byte offset after decompression in text formats, row number
in Parquet and Arrow, 0 for a plain text file, entry number times 2**40 plus position in archives.
"""

import csv
import gzip
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pyarrow as pa
import pyarrow.parquet as pq

ENTRY_SPAN = 2**40
BLANK_LINE_EVERY = 40
"""JSON Lines files have an empty line after so many rows; it is no row."""

_TURN = pa.struct([("speaker", pa.string()), ("text", pa.string())])
_ROW_GROUP_ROWS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row as it is to be written; the three changes make it a broken one."""

    values: Mapping[str, object]
    """Column of the collection to value."""
    spoil_bytes: Callable[[bytes], bytes] | None = None
    """What happens to the finished line or text, its line end aside."""
    spoil_fields: Callable[[list[str]], list[str]] | None = None
    """What happens to the fields of a CSV or TSV row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A file's bytes and the position of each row, in the order given."""

    content: bytes
    positions: tuple[int, ...]
    rows: tuple[bytes, ...]
    """Each row as bytes: what a search for a planted value looks through."""


def encode_jsonl(lines: Sequence[Line], columns: Mapping[str, str]) -> Encoded:
    """Write JSON Lines with LF line ends."""
    parts = []
    for number, line in enumerate(lines, start=1):
        content = _spoilt(line, _json(line, columns)) + b"\n"
        parts.append(content + (b"\n" if number % BLANK_LINE_EVERY == 0 else b""))
    return _joined(b"", parts)


def encode_delimited(
    lines: Sequence[Line],
    columns: Mapping[str, str],
    *,
    delimiter: str,
    line_end: str = "\n",
    has_bom: bool = False,
) -> Encoded:
    """Write CSV or TSV with a header; fields with breaks or quotes are quoted."""
    head = (b"\xef\xbb\xbf" if has_bom else b"") + _record(list(columns.values()), delimiter)
    parts = []
    for line in lines:
        values = (line.values.get(name) for name in columns)
        fields = ["" if value is None else str(value) for value in values]
        fields = line.spoil_fields(fields) if line.spoil_fields else fields
        parts.append(_spoilt(line, _record(fields, delimiter)) + line_end.encode())
    return _joined(head + line_end.encode(), parts)


def encode_text(line: Line) -> Encoded:
    """Write the text of one row as a plain text file."""
    return _joined(b"", [_spoilt(line, str(line.values["text"]).encode() + b"\n")])


def encode_parquet(lines: Sequence[Line], columns: Mapping[str, str]) -> Encoded:
    """Write Parquet with several row groups."""
    sink = io.BytesIO()
    table = pa.Table.from_batches([_batch(lines, columns)])
    pq.write_table(table, sink, compression="zstd", row_group_size=_ROW_GROUP_ROWS)
    return _numbered(sink.getvalue(), lines, columns)


def encode_arrow(lines: Sequence[Line], columns: Mapping[str, str], *, is_stream: bool) -> Encoded:
    """Write an Arrow IPC file or stream with several batches."""
    sink, batch = io.BytesIO(), _batch(lines, columns)
    open_writer = pa.ipc.new_stream if is_stream else pa.ipc.new_file
    with open_writer(sink, batch.schema) as writer:
        for start in range(0, len(lines), _ROW_GROUP_ROWS):
            writer.write_batch(batch.slice(start, _ROW_GROUP_ROWS))
    return _numbered(sink.getvalue(), lines, columns)


def compress_gzip(content: bytes) -> bytes:
    """Compress without the time of day, so that the same rows give the same bytes."""
    sink = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=sink, mtime=0) as writer:
        writer.write(content)
    return sink.getvalue()


def compress_zstd(content: bytes) -> bytes:
    """Compress as one zstd frame."""
    return bytes(pa.Codec("zstd", compression_level=3).compress(content, asbytes=True))


def break_off(encoded: Encoded, kept: float) -> tuple[Encoded, int]:
    """Compress with gzip and lose the end, as when a transfer stops.

    Args:
        kept: Share of the compressed bytes that arrive.

    Returns:
        The broken file with the positions of the rows that can still be read whole, and the
        position of the first row that cannot.
    """
    whole = compress_gzip(encoded.content)
    cut = whole[: int(len(whole) * kept)]
    readable = zlib.decompressobj(wbits=31).decompress(cut)
    end = readable.rfind(b"\n") + 1
    first_lost = min(position for position in encoded.positions if position >= end)
    count = sum(position < end for position in encoded.positions)
    kept_rows = Encoded(content=cut, positions=encoded.positions[:count], rows=encoded.rows[:count])
    return kept_rows, first_lost


def pack_zip(entries: Sequence[tuple[str, Encoded]]) -> Encoded:
    """Pack files into a zip; a folder comes first, which is no entry with rows."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(_zip_entry("parts/"), b"")
        for name, encoded in entries:
            archive.writestr(_zip_entry(f"parts/{name}"), encoded.content)
    return _archived(sink.getvalue(), entries)


def pack_tar(entries: Sequence[tuple[str, Encoded]]) -> Encoded:
    """Pack files into a tar.gz; a folder comes first, which is no entry with rows."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        folder = tarfile.TarInfo("texts")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(folder)
        for name, encoded in entries:
            # A fresh TarInfo has time, user and group 0.
            entry = tarfile.TarInfo(f"texts/{name}")
            entry.size = len(encoded.content)
            archive.addfile(entry, io.BytesIO(encoded.content))
    return _archived(compress_gzip(sink.getvalue()), entries)


def _archived(content: bytes, entries: Sequence[tuple[str, Encoded]]) -> Encoded:
    positions = tuple(
        ordinal * ENTRY_SPAN + position
        for ordinal, (_, encoded) in enumerate(entries)
        for position in encoded.positions
    )
    rows = tuple(row for _, encoded in entries for row in encoded.rows)
    return Encoded(content=content, positions=positions, rows=rows)


def _joined(head: bytes, parts: Sequence[bytes]) -> Encoded:
    ends = list(accumulate((len(part) for part in parts), initial=len(head)))
    return Encoded(content=head + b"".join(parts), positions=tuple(ends[:-1]), rows=tuple(parts))


def _numbered(content: bytes, lines: Sequence[Line], columns: Mapping[str, str]) -> Encoded:
    rows = tuple(_json(line, columns) for line in lines)
    return Encoded(content=content, positions=tuple(range(len(lines))), rows=rows)


def _json(line: Line, columns: Mapping[str, str]) -> bytes:
    named = {columns.get(name, name): value for name, value in line.values.items()}
    return json.dumps(named, ensure_ascii=False).encode()


def _zip_entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
    entry.external_attr = (0o40755 if name.endswith("/") else 0o100644) << 16
    return entry


def _record(fields: list[str], delimiter: str) -> bytes:
    sink = io.StringIO()
    # Up to Python 3.12 a break inside a field is quoted only where line ends may hold it.
    csv.writer(sink, delimiter=delimiter, lineterminator="\r\n").writerow(fields)
    return sink.getvalue().removesuffix("\r\n").encode()


def _spoilt(line: Line, content: bytes) -> bytes:
    return line.spoil_bytes(content) if line.spoil_bytes else content


def _batch(lines: Sequence[Line], columns: Mapping[str, str]) -> pa.RecordBatch:
    arrays = {
        columns[name]: pa.array(
            [line.values.get(name) for line in lines],
            type=pa.list_(_TURN) if name == "turns" else pa.string(),
        )
        for name in columns
    }
    return pa.RecordBatch.from_pydict(arrays)
