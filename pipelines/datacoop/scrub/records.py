"""Scrub a batch of records: find, edit, count, and digest what is left."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from datacoop.errors import SettingsError
from datacoop.records.collection import Collection
from datacoop.records.columns import (
    DIGEST,
    FINDING_COUNTS,
    LANGUAGE,
    MASKED_DIGEST,
    MINHASH,
    MINHASH_PERMUTATIONS,
    RECORD_ID,
    SCRUB_POLICY,
    SYSTEM_FIELDS,
)
from datacoop.records.policies import ScrubPolicy
from datacoop.scrub.edits import row_edits
from datacoop.scrub.masked import masked_digest, normalised_text
from datacoop.scrub.minhash import shingles, signatures
from datacoop.scrub.operators import apply, mask
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.rows import Finder, Row, find_all, gather
from datacoop.scrub.spans import Finding
from datacoop.scrub.texts import Place, blank, is_free_text, open_columns, rebuilt

NOT_A_PERSON = frozenset(
    {"DATE_TIME", "LOCATION", "ORGANIZATION", "NRP", "URL"}
    | {"DE_PLZ", "UK_POSTCODE", "CA_POSTAL_CODE", "SG_POSTAL_CODE", "FR_POSTAL_CODE"}
    | {"AGE", "COORDINATES"}
)
"""Entities that tell of many people: by these no person's records are looked up."""

VALUE_DIGEST = "value_digest"
PERSONS_SCHEMA = pa.schema(
    [
        pa.field(VALUE_DIGEST, DIGEST, nullable=False),
        pa.field(RECORD_ID, DIGEST, nullable=False),
    ]
)
"""The index by which a person's records are found again; it never leaves the landing store."""

_SYSTEM_FIELDS = {field.name: field for field in SYSTEM_FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrubbed:
    """What a scrub makes of a batch."""

    reasons: pa.Array
    """One a row: null for a row that passed, else why it is held back."""
    records: pa.RecordBatch
    """All rows, in order; those with a reason hold no text."""
    persons: pa.RecordBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cleaned:
    """A scrubbed row."""

    texts: dict[Place, str] = field(default_factory=dict, repr=False)
    personal: dict[str, str] = field(default_factory=dict, repr=False)
    masked: dict[Place, str] = field(default_factory=dict, repr=False)
    counts: Counter[str] = field(default_factory=Counter)
    digests: tuple[bytes, ...] = ()


def scrub_batch(
    batch: pa.RecordBatch, *, collection: Collection, finder: Finder, pseudonymizer: Pseudonymizer
) -> Scrubbed:
    """Scrub the texts and personal columns of a batch as the collection's policy says.

    Columns read: the payload, `record_id`, `language`.
    Columns written: the payload, `scrub_policy`, `finding_counts`, `masked_digest`, `minhash`.
    Rows: each row of `batch`, in order; one that cannot be scrubbed has a reason and no text.
    Privacy: takes raw values; of them only what no recognizer finds goes on.

    Raises:
        SettingsError: The policy has a personal column that holds no text.
    """
    _check_columns(collection)
    columns = {c.name: batch.column(c.name).to_pylist() for c in collection.columns}
    rows = gather(batch.column(LANGUAGE).to_pylist(), collection, columns)
    reasons = find_all(rows, finder)
    cleaned = [
        None if reason else _clean(row, collection.scrub, pseudonymizer)
        for row, reason in zip(rows, reasons, strict=True)
    ]
    records = _with_payload(batch, collection, columns, cleaned)
    languages = [row.language for row in rows]
    return Scrubbed(
        reasons=pa.array(reasons, pa.string()),
        records=_with_system_columns(records, collection, languages, cleaned),
        persons=_persons(batch.column(RECORD_ID).to_pylist(), cleaned),
    )


def _check_columns(collection: Collection) -> None:
    types = {column.name: column.type for column in collection.columns}
    for name in collection.scrub.columns:
        if types.get(name) not in ("string", "date"):
            raise SettingsError(
                f"scrub policy {collection.scrub.id}: column {name!r} is no string or date",
                hint="Declare the column as a string, or leave it out of the collection.",
            )


def _clean(row: Row, policy: ScrubPolicy, pseudonymizer: Pseudonymizer) -> _Cleaned:
    policy = policy.in_language(row.language)
    values = [(policy.columns[name], value) for name, value in row.personal.items()]
    texts, masked = {}, {}
    given = row.texts | row.terms
    for place, (edits, kept) in row_edits(row, policy).items():
        text = given[place]
        values += [(one.entity, text[one.start : one.end]) for one in edits + kept]
        texts[place] = apply(text, edits, row.language, policy, pseudonymizer)
        masked[place] = normalised_text(mask(text, edits))
    personal = {
        name: _replaced(value, policy.columns[name], row.language, policy, pseudonymizer)
        for name, value in row.personal.items()
    }
    return _Cleaned(
        texts=texts,
        personal=personal,
        masked=masked,
        counts=Counter(entity for entity, _ in values),
        digests=_digests(values, pseudonymizer),
    )


def _replaced(
    value: str, entity: str, language: str, policy: ScrubPolicy, pseudonymizer: Pseudonymizer
) -> str:
    found = [Finding(0, len(value), entity, 1.0)]
    return apply(value, found, language, policy, pseudonymizer)


def _digests(values: Sequence[tuple[str, str]], pseudonymizer: Pseudonymizer) -> tuple[bytes, ...]:
    wanted = {value for value in values if value[0] not in NOT_A_PERSON}
    return tuple(sorted({pseudonymizer.value_digest(*value) for value in wanted}))


def _with_payload(
    batch: pa.RecordBatch,
    collection: Collection,
    columns: Mapping[str, list[Any]],
    cleaned: Sequence[_Cleaned | None],
) -> pa.RecordBatch:
    barred = frozenset(at for at, one in enumerate(cleaned) if one is None)
    texts = {place: text for one in cleaned if one for place, text in one.texts.items()}
    arrays = {
        column.name: rebuilt(column, columns[column.name], texts, barred)
        for column in open_columns(collection)
    }
    for column in collection.columns:
        if column.name in collection.scrub.columns:
            values = [
                one.personal.get(column.name, value) if one else blank(column)
                for one, value in zip(cleaned, columns[column.name], strict=True)
            ]
            arrays[column.name] = pa.array(values, column.arrow_type)
    for name, array in arrays.items():
        at = batch.schema.get_field_index(name)
        batch = batch.set_column(at, batch.schema.field(at), array)
    return batch


def _with_system_columns(
    batch: pa.RecordBatch,
    collection: Collection,
    languages: Sequence[str],
    cleaned: Sequence[_Cleaned | None],
) -> pa.RecordBatch:
    compared = {column.name for column in open_columns(collection) if is_free_text(column)}
    masked = [
        [(place.column, text) for place, text in one.masked.items() if place.column in compared]
        if one
        else []
        for one in cleaned
    ]
    sets = [
        shingles(" ".join(text for _, text in texts), language)
        for texts, language in zip(masked, languages, strict=True)
    ]
    empty_digest, empty_minhash = bytes(DIGEST.byte_width), bytes(MINHASH_PERMUTATIONS * 4)
    arrays: dict[str, list[Any]] = {
        SCRUB_POLICY: [collection.scrub.id] * len(cleaned),
        FINDING_COUNTS: [_counts(one) for one in cleaned],
        MASKED_DIGEST: [
            masked_digest(texts) if one else empty_digest
            for one, texts in zip(cleaned, masked, strict=True)
        ],
        MINHASH: [
            # Without free text there is nothing to be near to.
            signature if one and any(text for _, text in texts) else empty_minhash
            for one, texts, signature in zip(cleaned, masked, signatures(sets), strict=True)
        ],
    }
    for name, values in arrays.items():
        kind = _SYSTEM_FIELDS[name]
        batch = batch.append_column(kind, pa.array(values, kind.type))
    return batch


def _counts(cleaned: _Cleaned | None) -> list[dict[str, Any]]:
    counts = cleaned.counts if cleaned else Counter[str]()
    return [{"entity": entity, "count": count} for entity, count in sorted(counts.items())]


def _persons(record_ids: Sequence[bytes], cleaned: Sequence[_Cleaned | None]) -> pa.RecordBatch:
    pairs = [
        (digest, record_id)
        for record_id, one in zip(record_ids, cleaned, strict=True)
        if one
        for digest in one.digests
    ]
    return pa.record_batch(
        [
            pa.array([digest for digest, _ in pairs], DIGEST),
            pa.array([record_id for _, record_id in pairs], DIGEST),
        ],
        schema=PERSONS_SCHEMA,
    )
