"""Shards: which rows go into which, and their bytes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.pool.blobs import batches_to_bytes
from datacoop.pool.snapshot import Shard
from datacoop.publish.splits import bucket_of, split_of
from datacoop.records.columns import (
    AGREEMENT,
    CLUSTER_ID,
    DECIDED_BY,
    DIGEST,
    LABEL,
    MASKED_DIGEST,
    MINHASH,
    RECORD_ID,
    SPLIT,
    TERMS_ID,
    VOTE_TALLY,
    VOTES,
    release_schema,
)
from datacoop.records.digest import logical_digest, sha256_hex
from datacoop.records.duplicates import ENTRY, INDEX_SCHEMA, duplicates
from datacoop.records.policies import ReleasePolicy

ROWS_PER_BATCH = 1_000
FIRST_VERSION = "first_version"

MEMORY_SCHEMA = pa.schema(
    [
        pa.field(RECORD_ID, DIGEST, nullable=False),
        pa.field(MASKED_DIGEST, DIGEST, nullable=False),
        pa.field(SPLIT, pa.string(), nullable=False),
        pa.field(FIRST_VERSION, pa.int32(), nullable=False),
    ]
)
"""What is remembered of the rows of the version before."""

LABEL_SCHEMA = pa.schema(
    [
        pa.field(RECORD_ID, DIGEST, nullable=False),
        pa.field(LABEL, pa.string()),
        pa.field(VOTES, VOTE_TALLY),
        pa.field(AGREEMENT, pa.float64()),
        pa.field(DECIDED_BY, pa.string()),
    ]
)
"""Labels as they are joined to records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardPlan:
    """What decides where a row goes."""

    version: int
    policy: ReleasePolicy
    bucket_counts: Mapping[str, int]
    """Shards by `<first version>/<split>`."""


def shard_key(split: str, terms_id: str, first_version: int, bucket: int) -> str:
    """Give the key under which the rows of a shard meet."""
    return f"{split}/{terms_id}/{first_version}/{bucket}"


def without_duplicates(records: pa.Table) -> pa.Table:
    """Keep, of rows with one masked digest, the first in the pool.

    Columns read: those of records, and `ENTRY`, which is removed.
    """
    index = records.select(INDEX_SCHEMA.names).cast(INDEX_SCHEMA)
    later = duplicates(index.combine_chunks().to_batches()).column(RECORD_ID)
    kept = records.filter(pc.invert(pc.is_in(records[RECORD_ID], later)))
    return kept.drop_columns([ENTRY])


def place_rows(
    records: pa.Table, memory: pa.Table, labels: pa.Table, plan: ShardPlan
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Give the rows of a release by shard: labelled, split, without duplicates.

    A row seen in the version before keeps its first version; one whose masked text was seen
    keeps its split, whoever sent it.

    Args:
        records: Records of the pool with `ENTRY`; all that share a masked digest are here.
        memory: `MEMORY_SCHEMA` for at least the masked digests in `records`.
        labels: `LABEL_SCHEMA`; records that are not in it have no label.
    """
    kept = without_duplicates(records)
    splits = _lookup(memory, MASKED_DIGEST, SPLIT)
    firsts = _lookup(memory, RECORD_ID, FIRST_VERSION)
    clusters = kept[MASKED_DIGEST].to_pylist()
    split = [splits.get(c) or split_of(c, plan.policy) for c in clusters]
    ids = kept[RECORD_ID].to_pylist()
    keys = []
    for record_id, name, terms_id in zip(ids, split, kept[TERMS_ID].to_pylist(), strict=True):
        first = firsts.get(record_id, plan.version)
        bucket = bucket_of(record_id, plan.bucket_counts[f"{first}/{name}"])
        keys.append(shard_key(name, terms_id, first, bucket))
    rows = _with_release_columns(kept, split, labels, publish_votes=plan.policy.publish_votes)
    wanted = pa.array(keys, pa.string())
    for key in sorted(set(keys)):
        for batch in rows.filter(pc.equal(wanted, key)).combine_chunks().to_batches():
            yield key, batch


def _lookup(table: pa.Table, key: str, value: str) -> dict[Any, Any]:
    return dict(zip(table[key].to_pylist(), table[value].to_pylist(), strict=True))


def _with_release_columns(
    kept: pa.Table, split: list[str], labels: pa.Table, *, publish_votes: bool
) -> pa.Table:
    found = pc.index_in(kept[RECORD_ID], labels[RECORD_ID].combine_chunks())
    joined = labels.take(found)
    if not publish_votes:
        joined = joined.set_column(
            joined.schema.get_field_index(VOTES), VOTES, pa.nulls(joined.num_rows, VOTE_TALLY)
        )
    values = {name: kept[name] for name in kept.schema.names}
    values |= {name: joined[name] for name in (LABEL, VOTES, AGREEMENT, DECIDED_BY)}
    values |= {CLUSTER_ID: kept[MASKED_DIGEST], SPLIT: pa.array(split, pa.string())}
    payload = _payload(kept.schema)
    schema = release_schema(payload)
    return pa.table([values[name] for name in schema.names], schema=schema)


def _payload(schema: pa.Schema) -> pa.Schema:
    system = set(release_schema(pa.schema([])).names) | {MINHASH}
    return pa.schema([field for field in schema if field.name not in system])


def build_shard(key: str, batches: Iterable[pa.RecordBatch]) -> tuple[Shard, bytes]:
    """Give a shard and its bytes: rows by `record_id`, `ROWS_PER_BATCH` a batch.

    However the rows arrive, equal rows give equal bytes.
    """
    table = pa.Table.from_batches(list(batches)).sort_by(RECORD_ID).combine_chunks()
    whole = table.to_batches(max_chunksize=ROWS_PER_BATCH)
    content = batches_to_bytes(table.schema, whole)
    split, terms_id, first_version, bucket = key.split("/")
    shard = Shard(
        split=split,
        terms_id=terms_id,
        first_version=int(first_version),
        bucket=int(bucket),
        sha256=sha256_hex(content),
        size_bytes=len(content),
        rows=table.num_rows,
        logical_digest=logical_digest(whole),
    )
    return shard, content
