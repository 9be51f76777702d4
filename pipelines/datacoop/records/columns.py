"""Names and Arrow types of the system columns: those that every collection shares."""

import pyarrow as pa

from datacoop.errors import SchemaError

RECORD_ID = "record_id"
MEMBER = "member"
SUBMISSION_ID = "submission_id"
SOURCE_FILE = "source_file"
SOURCE_POSITION = "source_position"
LANGUAGE = "language"
TERMS_ID = "terms_id"
SCRUB_POLICY = "scrub_policy"
FINDING_COUNTS = "finding_counts"
MASKED_DIGEST = "masked_digest"
MINHASH = "minhash"

CLUSTER_ID = "cluster_id"
SPLIT = "split"
LABEL = "label"
VOTES = "votes"
AGREEMENT = "agreement"
DECIDED_BY = "decided_by"

QUARANTINE_REASON = "quarantine_reason"
ROW = "row"

MINHASH_PERMUTATIONS = 128
"""Length of a MinHash signature; fixed, because signatures of two lengths do not compare."""

DIGEST = pa.binary(32)
COUNTS = pa.list_(
    pa.struct([pa.field("entity", pa.string()), pa.field("count", pa.int32(), nullable=False)])
)
"""Findings by entity, sorted by entity: a list, because `datasets` reads no Arrow maps."""

SOURCE_FIELDS = (
    pa.field(RECORD_ID, DIGEST, nullable=False),
    pa.field(MEMBER, pa.string(), nullable=False),
    pa.field(SUBMISSION_ID, pa.string(), nullable=False),
    pa.field(SOURCE_FILE, pa.int32(), nullable=False),
    pa.field(SOURCE_POSITION, pa.int64(), nullable=False),
)
"""Where a row comes from: known as soon as it is read."""

SYSTEM_FIELDS = (
    *SOURCE_FIELDS,
    pa.field(LANGUAGE, pa.string(), nullable=False),
    pa.field(TERMS_ID, pa.string(), nullable=False),
    pa.field(SCRUB_POLICY, pa.string(), nullable=False),
    pa.field(FINDING_COUNTS, COUNTS, nullable=False),
    pa.field(MASKED_DIGEST, DIGEST, nullable=False),
    pa.field(MINHASH, pa.binary(MINHASH_PERMUTATIONS * 4), nullable=False),
)
"""The system columns of a record in the pool, record schema v1."""

QUARANTINE_SCHEMA = pa.schema(
    [
        *SOURCE_FIELDS,
        pa.field(QUARANTINE_REASON, pa.string(), nullable=False),
        pa.field(ROW, pa.binary(), nullable=False),
    ]
)
"""A quarantined row: its place, the reason code, and its raw bytes for the steward.

Privacy: raw personal data; it lies in the member's landing store and nowhere else.
"""

VOTE_TALLY = pa.list_(
    pa.struct(
        [
            pa.field("annotator", pa.string()),
            pa.field("value", pa.string()),
            pa.field("round", pa.int32(), nullable=False),
        ]
    )
)

RELEASE_FIELDS = (
    pa.field(CLUSTER_ID, DIGEST, nullable=False),
    pa.field(SPLIT, pa.string(), nullable=False),
    pa.field(LABEL, pa.string()),
    pa.field(VOTES, VOTE_TALLY),
    pa.field(AGREEMENT, pa.float64()),
    pa.field(DECIDED_BY, pa.string()),
)
"""The columns that a release adds to the system columns."""

RESERVED = frozenset(field.name for field in (*SYSTEM_FIELDS, *RELEASE_FIELDS)) | {
    QUARANTINE_REASON
}
"""Names that no collection may give to a payload column."""


def record_schema(payload: pa.Schema) -> pa.Schema:
    """Give the schema of accepted records: the payload, then `SYSTEM_FIELDS`."""
    return pa.schema([*payload, *SYSTEM_FIELDS])


def release_schema(payload: pa.Schema) -> pa.Schema:
    """Give the schema of a shard: records without `MINHASH`, then `RELEASE_FIELDS`."""
    kept = [field for field in SYSTEM_FIELDS if field.name != MINHASH]
    return pa.schema([*payload, *kept, *RELEASE_FIELDS])


def require_columns(batch: pa.RecordBatch, *fields: pa.Field) -> None:
    """Raise `SchemaError` at the first of `fields` that `batch` lacks or types otherwise."""
    for field in fields:
        index = batch.schema.get_field_index(field.name)
        actual = batch.schema.field(index).type if index >= 0 else None
        if actual != field.type:
            raise SchemaError(field.name, field.type, actual or "missing")
