"""Hold raw rows against a collection's payload schema.

The checks, in this order; the first that fails names the reason: a required column is absent or
null, the row has a column that nobody declared, a value has the wrong type, a text holds a
control character. (A row that could not be parsed, or whose count of CSV fields is wrong, has
its reason already.)
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.ingest.cleaning import text_bytes
from datacoop.ingest.reasons import (
    COLUMN_MISSING,
    COLUMN_UNKNOWN,
    CONTROL_CHARACTER,
    WRONG_TYPE,
)
from datacoop.records.collection import Collection, Column
from datacoop.records.submission import SourceFile

CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
CONTROL_BYTES = bytes(set(range(0x20)) - set(b"\t\n\r"))

INTEGER_TEXT = re.compile(r"[+-]?[0-9]{1,19}")
NUMBER_TEXT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
BOOLEAN_TEXTS = {"true": True, "1": True, "false": False, "0": False}
DATE_TEXT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EXACT_FLOAT = 2**53
"""Up to here a float holds every whole number."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a row of one file must look like."""

    columns: tuple[tuple[Column, str], ...]
    """Each column of the collection with its name in the file."""
    known: frozenset[str]
    """The names a row may have."""
    schema: pa.Schema


def shape(collection: Collection, file: SourceFile) -> Shape:
    """Give the shape that `file` must have by its column mapping."""
    names = dict(file.columns)
    columns = tuple((column, names.get(column.name, column.name)) for column in collection.columns)
    known = frozenset({name for _, name in columns} | set(file.ignored_columns))
    return Shape(columns, known, collection.payload_schema)


def typed_row(row: Mapping[str, str], shape: Shape) -> dict[str, Any]:
    """Give the values of a row of texts their types.

    An empty field is null, except in a required text column. A text that is no value of its
    column's type stays text, and is then found to have the wrong type.
    """
    typed: dict[str, Any] = dict(row)
    for column, name in shape.columns:
        text = row.get(name)
        if text is None:
            continue
        if text == "" and not (column.required and column.type == "string"):
            typed[name] = None
        else:
            typed[name] = FROM_TEXT.get(column.type, str)(text)
    return typed


def _integer(text: str) -> int | str:
    return int(text) if INTEGER_TEXT.fullmatch(text) else text


def _number(text: str) -> float | str:
    return float(text) if NUMBER_TEXT.fullmatch(text) else text


def _boolean(text: str) -> bool | str:
    return BOOLEAN_TEXTS.get(text.lower(), text)


FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}


def conform(
    rows: Sequence[Mapping[str, Any]], shape: Shape
) -> tuple[pa.RecordBatch, list[str | None]]:
    """Give the rows that conform as a payload batch, and a reason code or null for every row.

    Rows: the batch holds those without a reason, in order.
    """
    reasons: list[str | None] = [None] * len(rows)
    columns = [(column, [row.get(name) for row in rows]) for column, name in shape.columns]
    for column, values in columns:
        if column.required and None in values:
            _note(reasons, COLUMN_MISSING, [value is None for value in values])
    _note(reasons, COLUMN_UNKNOWN, [not row.keys() <= shape.known for row in rows])
    for column, values in columns:
        if not set(map(type, values)) <= PLAIN_TYPES.get(column.type, frozenset()):
            fits = FITS[column.type]
            _note(reasons, WRONG_TYPE, [v is not None and not fits(v) for v in values])
    batch = _payload(columns, reasons, shape)
    return _without_control(batch, reasons)


def _note(reasons: list[str | None], reason: str, is_faulty: list[bool]) -> None:
    """Give `reason` to the faulty rows that have none yet."""
    if any(is_faulty):
        reasons[:] = [
            reason if faulty and found is None else found
            for found, faulty in zip(reasons, is_faulty, strict=True)
        ]


def _payload(
    columns: list[tuple[Column, list[Any]]], reasons: list[str | None], shape: Shape
) -> pa.RecordBatch:
    are_sound = not any(reasons)
    arrays = []
    for column, values in columns:
        kept = (
            values
            if are_sound
            else [value for value, reason in zip(values, reasons, strict=True) if reason is None]
        )
        convert = CONVERSIONS.get(column.type)
        if convert is not None:
            kept = [None if value is None else convert(value) for value in kept]
        arrays.append(pa.array(kept, column.arrow_type))
    return pa.RecordBatch.from_arrays(arrays, schema=shape.schema)


def _without_control(
    batch: pa.RecordBatch, reasons: list[str | None]
) -> tuple[pa.RecordBatch, list[str | None]]:
    masks = [mask for column in batch.columns for mask in _control_masks(column)]
    if not masks:
        return batch, reasons
    faulty = pa.array([False] * batch.num_rows, pa.bool_())
    for mask in masks:
        faulty = pc.or_(faulty, pc.fill_null(mask, False))
    flags = iter(faulty.to_pylist())
    found = [CONTROL_CHARACTER if reason is None and next(flags) else reason for reason in reasons]
    return batch.filter(pc.invert(faulty)), found


def _control_masks(column: pa.Array) -> list[pa.Array]:
    """Say of each row whether a text of it holds a control character."""
    if pa.types.is_string(column.type):
        return [pc.match_substring_regex(column, CONTROL)] if _has_control(column) else []
    if not pa.types.is_list(column.type):
        return []
    turns = column.flatten()
    if not (_has_control(turns.field(0)) or _has_control(turns.field(1))):
        return []
    parents = pc.list_parent_indices(column)
    faulty = pa.array(
        pc.or_(
            pc.match_substring_regex(turns.field(0), CONTROL),
            pc.match_substring_regex(turns.field(1), CONTROL),
        )
    )
    rows = set(parents.filter(faulty).to_pylist())
    return [pa.array([row in rows for row in range(len(column))], pa.bool_())]


def _has_control(texts: pa.Array) -> bool:
    """Look over the bytes of all texts at once; most batches hold none."""
    content = text_bytes(texts)
    return len(content.translate(None, CONTROL_BYTES)) < len(content)


def _is_integer(value: object) -> bool:
    if type(value) is int:
        return -(2**63) <= value < 2**63
    # Tools that know no null in whole numbers write 3 as 3.0.
    return type(value) is float and value.is_integer() and abs(value) <= EXACT_FLOAT


def _is_number(value: object) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _is_boolean(value: object) -> bool:
    return type(value) is bool


def _is_text(value: object) -> bool:
    return type(value) is str


def _is_date(value: object) -> bool:
    if type(value) is not str or not DATE_TEXT.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_turns(value: object) -> bool:
    return type(value) is list and all(
        type(turn) is dict
        and len(turn) == len(TURN_KEYS)
        and all(type(turn.get(key)) is str for key in TURN_KEYS)
        for turn in value
    )


TURN_KEYS = ("speaker", "text")

FITS: dict[str, Callable[[object], bool]] = {
    "string": _is_text,
    "integer": _is_integer,
    "number": _is_number,
    "boolean": _is_boolean,
    "date": _is_date,
    "turns": _is_turns,
}

PLAIN_TYPES: dict[str, frozenset[type]] = {
    "string": frozenset({str, type(None)}),
    "boolean": frozenset({bool, type(None)}),
}
"""Python types of which every value fits, so that no value need be looked at."""

CONVERSIONS: dict[str, Callable[[Any], Any]] = {"integer": int, "number": float}
