"""Shards: which rows go into which, and their bytes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.pool.blobs import table_to_bytes
from datacoop.pool.snapshot import Shard
from datacoop.publish.quasi_identifiers import generalise_rows
from datacoop.publish.settling import FIRST_VERSION, LEVEL
from datacoop.publish.splits import SPLITS, buckets_of
from datacoop.publish.tasks import digest_numbers, digest_order, numbers, parted
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
from datacoop.records.policies import ReleasePolicy

ROWS_PER_BATCH = 1_000

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


def place_rows(
    records: pa.Table, decided: pa.Table, labels: pa.Table, plan: ShardPlan
) -> Iterator[tuple[str, pa.Table]]:
    """Give published rows by shard, as they are in it: labelled, and coarser where need be.

    Args:
        records: Records of the pool.
        decided: `DECISION_SCHEMA` for each of them, in order.
        labels: `LABEL_SCHEMA`; records that are not in it have no label.
    """
    if not records.num_rows:
        return
    ids = digest_numbers(records[RECORD_ID])[:, 0]
    # A shard's rows have one of each of these; few values, so keys are made of codes.
    terms = records[TERMS_ID].combine_chunks().dictionary_encode()
    splits, firsts = numbers(decided[SPLIT]), numbers(decided[FIRST_VERSION])
    shape = (len(SPLITS), int(firsts.max()) + 1, len(terms.dictionary))
    codes = np.ravel_multi_index((splits, firsts, numbers(terms.indices)), shape)
    kinds, kind = np.unique(codes, return_inverse=True)
    prefixes = [
        (SPLITS[split], terms.dictionary[int(code)].as_py(), int(first))
        for split, first, code in zip(*np.unravel_index(kinds, shape), strict=True)
    ]
    counts = np.array([plan.bucket_counts[f"{first}/{split}"] for split, _, first in prefixes])
    bucket = buckets_of(ids, counts[kind]).astype(np.int64)
    rows = _with_release_columns(records, decided, labels, plan.policy)
    most = int(counts.max())
    for part, found in parted(rows, kind * most + bucket):
        split, terms_id, first = prefixes[part // most]
        yield shard_key(split, terms_id, first, part % most), found


def _with_release_columns(
    records: pa.Table, decided: pa.Table, labels: pa.Table, policy: ReleasePolicy
) -> pa.Table:
    joined = labels.take(pc.index_in(records[RECORD_ID], labels[RECORD_ID].combine_chunks()))
    if not policy.publish_votes:
        at = joined.schema.get_field_index(VOTES)
        joined = joined.set_column(at, VOTES, pa.nulls(joined.num_rows, VOTE_TALLY))
    if policy.quasi_identifiers:
        records = generalise_rows(records, numbers(decided[LEVEL]), policy)
    values = {name: records[name] for name in records.schema.names}
    values |= {name: joined[name] for name in (LABEL, VOTES, AGREEMENT, DECIDED_BY)}
    values[CLUSTER_ID] = pc.coalesce(decided[CLUSTER_ID], records[MASKED_DIGEST])
    values[SPLIT] = pa.array(SPLITS).take(decided[SPLIT])
    schema = release_schema(_payload(records.schema))
    return pa.table([values[name] for name in schema.names], schema=schema)


def _payload(schema: pa.Schema) -> pa.Schema:
    system = set(release_schema(pa.schema([])).names) | {MINHASH}
    return pa.schema([field for field in schema if field.name not in system])


def build_shard(key: str, tables: Iterable[pa.Table]) -> tuple[Shard, memoryview]:
    """Give a shard and its bytes: rows by `record_id`, `ROWS_PER_BATCH` a batch.

    However the rows arrive, equal rows give equal bytes.
    """
    table = pa.concat_tables(tables)
    # Taken row by row, nothing is left of what lay under a null, or beside a slice.
    table = table.take(pa.array(digest_order(digest_numbers(table[RECORD_ID])))).combine_chunks()
    content = table_to_bytes(table, ROWS_PER_BATCH)
    split, terms_id, first_version, bucket = key.split("/")
    shard = Shard(
        split=split,
        terms_id=terms_id,
        first_version=int(first_version),
        bucket=int(bucket),
        sha256=sha256_hex(content),
        size_bytes=len(content),
        rows=table.num_rows,
        logical_digest=logical_digest(table.to_batches()),
    )
    return shard, content
