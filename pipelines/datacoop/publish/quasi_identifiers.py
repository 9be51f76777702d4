"""Quasi-identifiers: columns that together could say who somebody is reach `k` equals, or go.

Each column has steps, from fine to coarse. Level 0 leaves all values as they are, level 1 takes
the first step of each column, and so on. A row is published at the lowest level at which `k` rows
that no lower level took are equal in all these columns. So each class of equal rows *as published*
has `k` of them: rows published finer are not counted for a coarser class. What no level takes is
held back.
"""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import SchemaError
from datacoop.records.arrays import Numbers
from datacoop.records.policies import ReleasePolicy

HELD = -1
"""The level of a row that is held back."""

BAND, PREFIX, MONTH, YEAR, HIDE = "band", "prefix", "month", "year", "hide"


def levels(policy: ReleasePolicy) -> int:
    """Give the number of levels; 0 where no quasi-identifiers are declared."""
    steps = [len(column.steps) for column in policy.quasi_identifiers]
    return 1 + max(steps) if steps else 0


def generalised(values: pa.Array, step: str) -> pa.Array:
    """Give coarser values of the same type, by one named rule; null stays null.

    Args:
        step: `band N` (the lower end of bands of N), `prefix N` (the first N characters), `month`
            and `year` (of dates as text), or `hide`.
    """
    name, _, number = step.partition(" ")
    return _RULES[name](values, int(number or 0))


def _band(values: pa.Array, size: int) -> pa.Array:
    low = pc.floor(pc.divide(values.cast(pa.float64()), float(size)))
    return pc.multiply(low, float(size)).cast(values.type)


def _prefix(values: pa.Array, length: int) -> pa.Array:
    return pc.utf8_slice_codeunits(values, 0, length)


def _month(values: pa.Array, _: int) -> pa.Array:
    return _prefix(values, len("2026-01"))


def _year(values: pa.Array, _: int) -> pa.Array:
    return _prefix(values, len("2026"))


def _hide(values: pa.Array, _: int) -> pa.Array:
    return pa.nulls(len(values), values.type)


_RULES: dict[str, Callable[[pa.Array, int], pa.Array]] = {
    BAND: _band,
    PREFIX: _prefix,
    MONTH: _month,
    YEAR: _year,
    HIDE: _hide,
}


def at_level(values: pa.Array, steps: Sequence[str], level: int) -> pa.Array:
    """Give the values of a column as a level publishes them."""
    reached = min(level, len(steps))
    return generalised(values, steps[reached - 1]) if reached else values


def class_codes(rows: pa.Table, policy: ReleasePolicy) -> list[pa.Array]:
    """Give for each level a number per row that is equal where the rows' values are.

    Columns read: the quasi-identifiers.

    Raises:
        SchemaError: One of them is not there: then nothing may be published.
    """
    found = []
    for level in range(levels(policy)):
        texts = []
        for column in policy.quasi_identifiers:
            if column.name not in rows.schema.names:
                raise SchemaError(column.name, "a quasi-identifier of the policy", "missing")
            values = at_level(rows[column.name].combine_chunks(), column.steps, level)
            # Null is a value of its own, which no text can be.
            texts.append(pc.if_else(pc.is_null(values), "-", pc.binary_join_element_wise(
                "=", values.cast(pa.string()), ""
            )))  # fmt: skip
        joined = pc.binary_join_element_wise(*texts, "\x1f") if len(texts) > 1 else texts[0]
        coded = joined.dictionary_encode()
        digests = [
            hashlib.sha256(text.encode()).digest()[:8] for text in coded.dictionary.to_pylist()
        ]
        numbers = np.frombuffer(b"".join(digests), np.uint64)
        found.append(pa.array(numbers, pa.uint64()).take(coded.indices))
    return found


def choose_levels(codes: Sequence[Numbers], k: int) -> Numbers:
    """Give for each row the level at which it is published, or `HELD`.

    Args:
        codes: For each level a number per row, as `class_codes` gives them.
        k: Least number of equal rows.
    """
    chosen = np.full(len(codes[0]), HELD, np.int8)
    for level, numbers in enumerate(codes):
        left = np.flatnonzero(chosen == HELD)
        _, place, counts = np.unique(numbers[left], return_inverse=True, return_counts=True)
        chosen[left[counts[place] >= k]] = level
    return chosen


def generalise_rows(rows: pa.Table, chosen: Numbers, policy: ReleasePolicy) -> pa.Table:
    """Give the rows with each quasi-identifier as the row's level publishes it."""
    for column in policy.quasi_identifiers:
        at = rows.schema.get_field_index(column.name)
        values = rows[column.name].combine_chunks()
        for level in range(1, levels(policy)):
            taken = pa.array(chosen == level)
            # From the raw column each time: coarser rules do not rest on finer ones.
            raw = rows[column.name].combine_chunks()
            values = pc.if_else(taken, at_level(raw, column.steps, level), values)
        rows = rows.set_column(at, rows.schema.field(at), values)
    return rows
