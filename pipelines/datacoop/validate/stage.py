"""Stage: find exact duplicates in and across submissions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.records.coder import KeyedBatch
from datacoop.records.columns import MASKED_DIGEST
from datacoop.records.duplicates import PREFIXES, duplicates, prefixes


@dataclass(eq=False)
class FindDuplicates(beam.PTransform):
    """Give the rows of `(any key, index batch)` that have an equal before them.

    In: batches of `INDEX_SCHEMA`. Out: `(prefix, batch)`, one for each prefix that has rows.
    Privacy: index batches hold digests of masked text, no text.
    """

    def _split(self, _: str, batch: pa.RecordBatch) -> Iterator[KeyedBatch]:
        shards = prefixes(batch.column(MASKED_DIGEST))
        for shard in range(PREFIXES):
            rows = batch.filter(pc.equal(shards, shard))
            if rows.num_rows:
                yield f"{shard:02d}", rows

    def _find(self, prefix: str, batches: Iterable[pa.RecordBatch]) -> KeyedBatch:
        return prefix, duplicates(batches)

    def expand(self, batches: beam.pvalue.PCollection) -> Any:
        return (
            batches
            | "ByDigest" >> beam.FlatMapTuple(self._split).with_output_types(KeyedBatch)
            | "SameDigest" >> beam.GroupByKey()
            | "Later" >> beam.MapTuple(self._find).with_output_types(KeyedBatch)
        )
