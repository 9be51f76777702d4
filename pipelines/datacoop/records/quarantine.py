"""Reason codes, and the split of a batch into rows that pass and rows to quarantine."""

import json
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.records.columns import QUARANTINE_REASON


class Reason(NamedTuple):
    """What a reason code says to the steward."""

    meaning: str
    advice: str


ERASED = "scrub.erased"

REASONS: dict[str, Reason] = {
    "ingest.bad_json": Reason(
        "The line is not one JSON object.",
        "Write one object a line; escape line breaks inside strings as \\n.",
    ),
    "ingest.column_missing": Reason(
        "A column that the collection requires is absent or null.",
        "Fill it, or map it under `columns` in the manifest.",
    ),
    "ingest.column_unknown": Reason(
        "The row has a column that the collection does not declare.",
        "Drop it, or list it under `ignored_columns` in the manifest.",
    ),
    "ingest.columns_changed": Reason(
        "The row has more or fewer fields than the header.",
        "Look for an unquoted delimiter or line break in this row.",
    ),
    "ingest.control_character": Reason(
        "A text holds a control character, such as NUL.",
        "Remove it at the source; it often marks a broken export.",
    ),
    "ingest.file_empty": Reason("The file has no bytes.", "Export it again, or leave it out."),
    "ingest.file_truncated": Reason(
        "The file breaks off; the rows before the break were read.",
        "Export or compress the file again and resubmit it.",
    ),
    "ingest.file_unreadable": Reason(
        "The file is not what its declared format says.",
        "Correct `format` and `compression` in the manifest, or export the file again.",
    ),
    "ingest.file_too_large": Reason(
        "What the file decodes to is over the limits on size or ratio.",
        "Split the file; a small file that unpacks to a huge one is refused as a bomb.",
    ),
    "ingest.language_mismatch": Reason(
        "The text is in another language than the manifest declares.",
        "Correct `languages` in the manifest, or move the row to another submission.",
    ),
    "ingest.not_utf8": Reason(
        "The row is not valid UTF-8.", "Convert the file to UTF-8 at the source."
    ),
    "ingest.path_unsafe": Reason(
        "An archive entry is a link or device, or its path leaves the archive.",
        "Pack plain files with relative paths only.",
    ),
    "ingest.row_too_large": Reason(
        "The row is over the size limit.", "Split the record into smaller ones."
    ),
    "ingest.wrong_type": Reason(
        "A column has another type than the collection declares.",
        "Convert the value; the collection's page lists the types.",
    ),
    ERASED: Reason(
        "The row tells of a person, or repeats a record, whose erasure was carried out.",
        "Leave the row out of your files; what was erased does not come back.",
    ),
    "scrub.language_unsupported": Reason(
        "No recognizer of names is installed for the row's language; for a policy in strict mode, "
        "no spaCy model.",
        "Ask the operator for a model (`datacoop models list`); the row waits until then.",
    ),
    "scrub.failed": Reason(
        "The text could not be scrubbed within the limits.",
        "Shorten the text or split the record; nothing passes unscrubbed.",
    ),
    "scrub.too_costly": Reason(
        "The record is longer, or holds more numbers, than one record may.",
        "Split it into several records; nothing passes unscrubbed.",
    ),
    "validate.class_unknown": Reason(
        "The class is not one of those that the collection lists.",
        "Use a listed class; `datacoop collection show` prints them.",
    ),
    "validate.text_not_prose": Reason(
        "Less than the required share of the text is letters.",
        "Send text, not tables or encoded data.",
    ),
    "validate.text_too_long": Reason(
        "The text is longer than the collection allows.", "Split the record."
    ),
    "validate.text_too_short": Reason(
        "The text is empty or shorter than the collection allows.", "Leave such rows out."
    ),
    "validate.too_few_turns": Reason(
        "The dialogue has fewer turns than the collection requires.",
        "Send whole dialogues; one turn alone cannot be labelled.",
    ),
    "validate.texts_equal": Reason(
        "The two texts of a pair are the same.", "Leave such pairs out."
    ),
    "validate.out_of_range": Reason(
        "A number or date lies outside the range that the collection allows.",
        "Correct the value at the source.",
    ),
}
"""Every reason for which a row is quarantined. Nothing overrides `ingest.*` or `scrub.*`."""


def split_rows(batch: pa.RecordBatch, reasons: pa.Array) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Split `batch` by `reasons`; the quarantined rows gain the column `QUARANTINE_REASON`.

    Args:
        reasons: One reason code a row, null for a row that passes.

    Rows: each row of `batch` is in exactly one of the two results, in order.
    """
    passed = pc.is_null(reasons)
    quarantined = batch.append_column(QUARANTINE_REASON, reasons).filter(pc.invert(passed))
    return batch.filter(passed), quarantined


def canonical_row(row: dict[str, Any]) -> bytes:
    """Give a row as one line of JSON, as a steward would send it again."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode()
