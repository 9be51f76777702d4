"""The room's front door: from a range of a member's file to records and quarantined rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import OutsideError
from datacoop.ingest import limits
from datacoop.ingest.cleaning import clean
from datacoop.ingest.conform import Shape, conform, shape, typed_row
from datacoop.ingest.formats import raw_rows
from datacoop.ingest.language import identify
from datacoop.ingest.reasons import LANGUAGE_MISMATCH
from datacoop.ingest.rows import RawRow
from datacoop.ingest.splitting import FileRange
from datacoop.pool.object_store import ObjectStore
from datacoop.records.collection import TURN, Collection
from datacoop.records.columns import LANGUAGE, QUARANTINE_SCHEMA, SOURCE_FIELDS
from datacoop.records.digest import record_id
from datacoop.records.submission import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """A piece of a range: each of its rows is in exactly one of the two batches.

    Privacy: raw personal data in both.
    """

    records: pa.RecordBatch
    """Payload, `SOURCE_FIELDS` and the language."""
    quarantined: pa.RecordBatch
    """By `QUARANTINE_SCHEMA`."""
    cleaned: Mapping[str, int]
    """For each cleaning rule, how many texts it changed."""


def read_range(
    *,
    manifest: Manifest,
    collection: Collection,
    file_range: FileRange,
    store: ObjectStore,
    key: str,
) -> Iterator[Ingested]:
    """Read a range of a submission's file: conform, clean, identify the language.

    Rows: each row of the range once, in order of position. A file that breaks off, is empty or
    cannot be read gives one quarantined entry more, at the place of the break.

    Raises:
        OutsideError: The store failed, or has nothing at `key`.
    """
    size = store.size(key)
    if size is None:
        raise OutsideError("object store", "read", "a file of the submission is missing")
    file = manifest.files[file_range.source_file]
    reading = _Reading(manifest, collection, file_range.source_file, shape(collection, file))
    with store.reader(key) as reader:
        rows = raw_rows(reader, size, file, file_range, collection.ingest.max_row_bytes)
        for piece in _pieces(rows):
            yield _ingest(piece, reading)


@dataclass(frozen=True, slots=True)
class _Reading:
    manifest: Manifest
    collection: Collection
    source_file: int
    shape: Shape


def _pieces(rows: Iterator[RawRow]) -> Iterator[list[RawRow]]:
    piece: list[RawRow] = []
    size = 0
    for row in rows:
        piece.append(row)
        size += len(row.row)
        if len(piece) >= limits.BATCH_ROWS or size >= limits.BATCH_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _ingest(rows: list[RawRow], reading: _Reading) -> Ingested:
    reasons = [row.reason for row in rows]
    parsed = [
        typed_row(row.parsed, reading.shape) if row.is_untyped else row.parsed
        for row in rows
        if row.parsed is not None
    ]
    payload, found = conform(parsed, reading.shape)
    _fill(reasons, found)
    payload, cleaned = _clean(payload, reading.collection)
    languages = identify(_texts(payload, reading.collection), reading.manifest.languages)
    _fill(reasons, [None if language else LANGUAGE_MISMATCH for language in languages])
    spoken = pa.array(languages, pa.string())
    kept = [row for row, reason in zip(rows, reasons, strict=True) if reason is None]
    held = [(row, reason) for row, reason in zip(rows, reasons, strict=True) if reason is not None]
    records = payload.filter(pc.is_valid(spoken))
    columns = [*records.columns, *_source(kept, reading), spoken.drop_null()]
    schema = pa.schema([*payload.schema, *SOURCE_FIELDS, pa.field(LANGUAGE, pa.string())])
    return Ingested(
        records=pa.RecordBatch.from_arrays(columns, schema=schema),
        quarantined=_quarantined(held, reading),
        cleaned=cleaned,
    )


def _fill(reasons: list[str | None], found: list[str | None]) -> None:
    """Give the rows that have no reason yet what was found of them, in order."""
    remaining = iter(found)
    reasons[:] = [next(remaining) if reason is None else reason for reason in reasons]


def _clean(
    payload: pa.RecordBatch, collection: Collection
) -> tuple[pa.RecordBatch, dict[str, int]]:
    counts = dict.fromkeys(collection.ingest.cleaning, 0)
    for name in collection.text_columns:
        index = payload.schema.get_field_index(name)
        column, changed = _clean_column(payload.column(index), collection.ingest.cleaning)
        payload = payload.set_column(index, payload.schema.field(index), column)
        for rule, count in changed.items():
            counts[rule] += count
    return payload, counts


def _clean_column(column: pa.Array, rules: tuple[str, ...]) -> tuple[pa.Array, dict[str, int]]:
    if not pa.types.is_list(column.type):
        return clean(column, rules)
    turns = column.flatten()
    texts, counts = clean(turns.field(1), rules)
    cleaned = pa.StructArray.from_arrays([turns.field(0), texts], fields=list(TURN))
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_pylist()
    offsets = [0]
    for length in lengths:
        offsets.append(offsets[-1] + length)
    mask = column.is_null() if column.null_count else None
    rebuilt = pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), cleaned, type=column.type, mask=mask
    )
    return rebuilt, counts


def _texts(payload: pa.RecordBatch, collection: Collection) -> list[str]:
    """Join the free text of each row, of which a dialogue has much in little pieces."""
    columns = [payload.column(name) for name in collection.text_columns]
    joined = [_joined(column) for column in columns]
    if not joined:
        return [""] * int(payload.num_rows)
    return ["\n".join(filter(None, texts)) for texts in zip(*joined, strict=True)]


def _joined(column: pa.Array) -> list[str | None]:
    if not pa.types.is_list(column.type):
        return column.to_pylist()  # type: ignore[no-any-return]  # pyarrow is untyped
    return [
        None if turns is None else "\n".join(turn["text"] for turn in turns)
        for turns in column.to_pylist()
    ]


def _source(rows: list[RawRow], reading: _Reading) -> list[pa.Array]:
    submission, ordinal = reading.manifest.submission_id, reading.source_file
    count = len(rows)
    values: list[list[Any]] = [
        [record_id(submission, ordinal, row.position) for row in rows],
        [reading.manifest.member] * count,
        [submission] * count,
        [ordinal] * count,
        [row.position for row in rows],
    ]
    return [
        pa.array(column, field.type) for column, field in zip(values, SOURCE_FIELDS, strict=True)
    ]


def _quarantined(held: list[tuple[RawRow, str]], reading: _Reading) -> pa.RecordBatch:
    source = _source([row for row, _ in held], reading)
    reasons = pa.array([reason for _, reason in held], pa.string())
    raw = pa.array([row.row for row, _ in held], pa.binary())
    return pa.RecordBatch.from_arrays([*source, reasons, raw], schema=QUARANTINE_SCHEMA)
