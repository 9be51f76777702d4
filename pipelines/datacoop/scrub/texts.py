"""The texts of a batch of records: taken out to be scrubbed, and put back in their places."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from datacoop.records.collection import Collection, Column

TURN_PARTS = ("speaker", "text")


class Place(NamedTuple):
    """Where a text stands: row, column, and for turns the turn and its part."""

    row: int
    column: str
    turn: int = -1
    part: str = ""


def is_free_text(column: Column) -> bool:
    """Say whether a column holds what people write or say."""
    return column.is_text or column.type == "turns"


def open_columns(collection: Collection) -> tuple[Column, ...]:
    """Give the columns that are searched: all strings but closed lists and personal ones.

    A string column that is not declared as text is searched too: nothing passes unseen.
    """
    return tuple(
        column
        for column in collection.columns
        if column.name not in collection.scrub.columns
        and (column.type == "turns" or (column.type == "string" and not column.values))
    )


def column_texts(column: Column, values: Sequence[Any]) -> Iterator[tuple[Place, str]]:
    """Give each text of a column with its place, row by row; nulls are left out."""
    for row, value in enumerate(values):
        if value is None:
            continue
        if column.type != "turns":
            yield Place(row, column.name), value
            continue
        for turn, parts in enumerate(value):
            for part in TURN_PARTS:
                if parts is not None and parts[part] is not None:
                    yield Place(row, column.name, turn, part), parts[part]


def rebuilt(
    column: Column, values: Sequence[Any], texts: Mapping[Place, str], barred: frozenset[int]
) -> pa.Array:
    """Give the column with `texts` in their places and nothing raw in `barred` rows."""
    return pa.array(
        [
            blank(column) if row in barred else _value(column, row, value, texts)
            for row, value in enumerate(values)
        ],
        type=column.arrow_type,
    )


def blank(column: Column) -> list[Any] | str | None:
    """Give what stands in a column of a row that is held back."""
    if not column.required:
        return None
    return [] if column.type == "turns" else ""


def _value(
    column: Column, row: int, value: Sequence[Any] | None, texts: Mapping[Place, str]
) -> list[Any] | str | None:
    if value is None:
        return None
    if column.type != "turns":
        return texts[Place(row, column.name)]
    return [
        parts and {part: texts.get(Place(row, column.name, turn, part)) for part in TURN_PARTS}
        for turn, parts in enumerate(value)
    ]
