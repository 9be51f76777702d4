"""Stage: turn the pool's records into shards."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.pool.blobs import bytes_to_batches, put_blob
from datacoop.pool.object_store import StoreAddress, open_address
from datacoop.publish.shards import MEMORY_SCHEMA, ShardPlan, build_shard, place_rows
from datacoop.records.coder import KeyedBatch
from datacoop.records.columns import MASKED_DIGEST
from datacoop.records.digest import canonical_json
from datacoop.records.duplicates import ENTRY, PREFIXES, prefixes


class PlaceRows(beam.DoFn):
    """Give the rows of one group of masked digests by shard."""

    def __init__(self, plan: ShardPlan, work: StoreAddress, labels: str) -> None:
        self._plan = plan
        self._work = work
        self._labels_key = labels

    def setup(self) -> None:
        content = open_address(self._work).get(self._labels_key)
        self._labels = pa.Table.from_batches(bytes_to_batches(content))

    def process(self, group: tuple[str, Iterable[pa.RecordBatch]]) -> Iterator[KeyedBatch]:
        batches = list(group[1])
        records = [batch for batch in batches if ENTRY in batch.schema.names]
        memory = [batch for batch in batches if ENTRY not in batch.schema.names]
        if records:
            yield from place_rows(
                pa.Table.from_batches(records),
                pa.Table.from_batches(memory, MEMORY_SCHEMA),
                self._labels,
                self._plan,
            )


@dataclass(eq=False)
class PublishShards(beam.PTransform):
    """Write the shards of a release into the pool; give a JSON text for each.

    In: `(any key, batch)` of two kinds: records with `ENTRY`, and `MEMORY_SCHEMA`.
    Out: `("shards", JSON)`. Rows: each record that is no duplicate is in exactly one shard.
    """

    plan: ShardPlan
    pool: StoreAddress
    work: StoreAddress
    labels: str
    """Key, in the work store, of the labels (`LABEL_SCHEMA`)."""

    def _by_digest(self, _: str, batch: pa.RecordBatch) -> Iterator[KeyedBatch]:
        groups = prefixes(batch.column(MASKED_DIGEST))
        for group in range(PREFIXES):
            rows = batch.filter(pc.equal(groups, group))
            if rows.num_rows:
                yield f"{group:02d}", rows

    def _write(self, key: str, batches: Iterable[pa.RecordBatch]) -> tuple[str, str]:
        shard, content = build_shard(key, batches)
        put_blob(open_address(self.pool), content)
        return "shards", canonical_json(asdict(shard)).decode()

    def expand(self, batches: beam.pvalue.PCollection) -> Any:
        return (
            batches
            | "ByDigest" >> beam.FlatMapTuple(self._by_digest).with_output_types(KeyedBatch)
            | "SameDigest" >> beam.GroupByKey()
            | "Place"
            >> beam.ParDo(PlaceRows(self.plan, self.work, self.labels)).with_output_types(
                KeyedBatch
            )
            | "ByShard" >> beam.GroupByKey()
            | "Write" >> beam.MapTuple(self._write).with_output_types(tuple[str, str])
        )
