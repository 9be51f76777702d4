"""What is measured of each row before it is judged: plain numbers, never text.

Great Expectations sees only these numbers, so that none of its messages can quote a record.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.records.collection import Collection, Column
from datacoop.validate.letters import count_letters

MASK = r"<[A-Z][A-Z0-9_]+(?:_[0-9a-z]+)?>"
"""What the scrub leaves in the place of a finding; it is no text of the record's own."""

CLASS_FORM = r"^\pL[\pL\pM\pN_ ?&/'(),.-]*$"
"""What a class looks like where the contract lists none: a name that begins with a letter."""

CLASS_CHARACTERS = 61
"""The greatest length of such a class."""

Measure = tuple[str, pa.Array]


class _Texts(NamedTuple):
    """The texts of one column, without masks, and the row that each belongs to."""

    texts: pa.StringArray
    rows: npt.NDArray[np.int64]
    is_null: npt.NDArray[np.bool_]
    """One fact a row: whether the column is null there."""


def measure(batch: pa.RecordBatch, collection: Collection) -> pa.RecordBatch:
    """Measure each row of `batch`.

    For a column of text `t`: `t_characters`. For turns: `t_count`, `t_speakers`,
    `t_characters`. For a date `d`: `d_year`. For a number or boolean: its own value. For
    other strings `c` that are not personal: `c_known`, 1 where the value is allowed. For
    the row: `characters`, `letters_share`, and `texts_equal` where two texts are required.

    Columns read: the payload columns of `collection`.
    Rows: one a row of `batch`, in order; a measure is null where there is nothing to measure.
    Privacy: no text passes; masks count neither as characters nor as letters.
    """
    texts = {c.name: _texts(batch[c.name]) for c in collection.columns if c.is_text}
    measures = dict(_row_measures(batch.num_rows, list(texts.values())))
    for column in collection.columns:
        if column.name not in collection.scrub.columns:
            measures |= _column_measures(batch[column.name], column, texts.get(column.name))
    required = [c.name for c in collection.columns if c.is_text and c.required]
    if len(required) > 1:
        measures["texts_equal"] = _any_equal([texts[name].texts for name in required])
    return pa.record_batch(measures)


def measure_names(collection: Collection) -> frozenset[str]:
    """Name the measures that rows of `collection` have."""
    no_rows = pa.RecordBatch.from_pylist([], schema=collection.payload_schema)
    return frozenset(measure(no_rows, collection).schema.names)


def _row_measures(row_count: int, columns: list[_Texts]) -> Iterator[Measure]:
    letters, visible, characters = np.zeros((3, row_count), np.int64)
    for column in columns:
        counted = count_letters(column.texts)
        letters += _by_row(counted[0], column)
        visible += _by_row(counted[1], column)
        characters += _by_row(pc.utf8_length(column.texts).to_numpy(), column)
    yield "characters", pa.array(characters)
    share = letters / np.maximum(visible, 1)
    yield "letters_share", pa.array(share, mask=visible == 0)


def _column_measures(array: pa.Array, column: Column, texts: _Texts | None) -> dict[str, pa.Array]:
    name = column.name
    if texts is not None:
        measures = {f"{name}_characters": _characters(texts)}
        return measures | (_turn_measures(array, name) if column.type == "turns" else {})
    if column.type == "date":
        return {f"{name}_year": _years(array)}
    if column.type == "string":
        return {f"{name}_known": _known(array, column.values)}
    return {name: array.cast(pa.float64())} if column.type != "turns" else {}


def _texts(array: pa.Array) -> _Texts:
    rows = np.arange(len(array))
    texts = array
    if pa.types.is_list(array.type):
        rows = pc.list_parent_indices(array).to_numpy()
        texts = pc.struct_field(array.flatten(), "text")
    unmasked = pc.replace_substring_regex(pc.fill_null(texts, ""), MASK, "")
    return _Texts(unmasked, rows, array.is_null().to_numpy(zero_copy_only=False))


def _by_row(numbers: npt.NDArray[np.int64], column: _Texts) -> npt.NDArray[np.int64]:
    return np.bincount(column.rows, numbers, len(column.is_null)).astype(np.int64)


def _characters(column: _Texts) -> pa.Array:
    return pa.array(_by_row(pc.utf8_length(column.texts).to_numpy(), column), mask=column.is_null)


def _turn_measures(array: pa.Array, name: str) -> dict[str, pa.Array]:
    rows = pc.list_parent_indices(array)
    speakers = pc.struct_field(array.flatten(), "speaker")
    pairs = pa.table({"row": rows, "speaker": speakers}).group_by(["row", "speaker"]).aggregate([])
    known = pairs["row"].filter(pc.is_valid(pairs["speaker"])).to_numpy()
    return {
        f"{name}_count": pc.list_value_length(array).cast(pa.int64()),
        f"{name}_speakers": pa.array(np.bincount(known, minlength=len(array))),
    }


def _years(array: pa.Array) -> pa.Array:
    # A scrub may have cut the date to its year, or masked it.
    years = pc.utf8_slice_codeunits(array, 0, 4)
    is_year = pc.match_substring_regex(years, r"^[0-9]{4}$")
    return pc.if_else(is_year, years, pa.scalar(None, pa.string())).cast(pa.int64())


def _known(array: pa.Array, values: tuple[str, ...]) -> pa.Array:
    if values:
        known = pc.is_in(array, value_set=pa.array(values, pa.string()))
    else:
        # The length is no part of the pattern: RE2 would unroll it, some 15 ms a batch.
        is_short = pc.less_equal(pc.utf8_length(array), CLASS_CHARACTERS)
        known = pc.and_(is_short, pc.match_substring_regex(array, CLASS_FORM))
    return pc.if_else(array.is_null(), pa.scalar(None, pa.int64()), known.cast(pa.int64()))


def _any_equal(columns: list[pa.StringArray]) -> pa.Array:
    trimmed = [pc.utf8_trim_whitespace(column) for column in columns]
    equal = [pc.equal(a, b).cast(pa.int64()) for a, b in combinations(trimmed, 2)]
    return equal[0] if len(equal) == 1 else pc.max_element_wise(*equal)
