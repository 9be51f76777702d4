"""Exact duplicates, by masked digest: the first in the pool stays."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.records.columns import (
    DIGEST,
    MASKED_DIGEST,
    RECORD_ID,
    SOURCE_FILE,
    SOURCE_POSITION,
)

ENTRY = "entry"
"""The number of the log entry of a row's submission."""

INDEX_SCHEMA = pa.schema(
    [
        pa.field(MASKED_DIGEST, DIGEST, nullable=False),
        pa.field(ENTRY, pa.int64(), nullable=False),
        pa.field(SOURCE_FILE, pa.int32(), nullable=False),
        pa.field(SOURCE_POSITION, pa.int64(), nullable=False),
        pa.field(RECORD_ID, DIGEST, nullable=False),
    ]
)
"""What is known of a row when duplicates are looked for."""

PREFIXES = 16


def prefixes(digests: pa.Array) -> pa.Array:
    """Give each digest the shard, 0 to `PREFIXES` - 1, in which its equals are found."""
    first = pc.binary_slice(digests.cast(pa.binary()), 0, 1)
    values = [byte[0] % PREFIXES for byte in first.to_pylist()]
    return pa.array(values, pa.int32())


def duplicates(batches: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """Give the rows that have an equal before them, in the order (digest, entry, file, position).

    When the first is withdrawn it is no longer among `batches`, and the next takes its place.

    Columns read: `INDEX_SCHEMA`.
    """
    table = pa.Table.from_batches(list(batches), INDEX_SCHEMA)
    keys = (MASKED_DIGEST, ENTRY, SOURCE_FILE, SOURCE_POSITION)
    ordered = table.sort_by([(key, "ascending") for key in keys]).combine_chunks()
    if ordered.num_rows < 2:
        return pa.RecordBatch.from_pylist([], INDEX_SCHEMA)
    digests = ordered[MASKED_DIGEST].combine_chunks()
    same = pc.equal(digests.slice(1), digests.slice(0, len(digests) - 1))
    later = ordered.slice(1).filter(same).combine_chunks()
    return pa.RecordBatch.from_arrays(
        [c.combine_chunks() for c in later.columns], schema=INDEX_SCHEMA
    )
