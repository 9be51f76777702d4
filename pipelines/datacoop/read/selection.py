"""A selection of a version: some splits, columns and rows. All reading starts from one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import IntegrityError, RefusedError, SettingsError
from datacoop.pool.blobs import blob_key
from datacoop.pool.snapshot import Shard
from datacoop.read.ahead import ahead
from datacoop.read.fetch import Fetcher
from datacoop.read.order import BLOCK_ROWS, Block, Extent, block_rows, order_of
from datacoop.read.ordered import Run, ordered_tables

SHARDS_AHEAD = 2
"""Shards fetched and digested while one is decoded."""
BATCHES_AHEAD = 4
THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Rows of a version. It pickles, so that worker processes can read from it."""

    digest: str
    """SHA-256 of the version's manifest."""
    shards: tuple[Shard, ...]
    columns: tuple[str, ...] | None = None
    """None: all."""
    where: pc.Expression | None = None
    """Rows for which it is true are given."""
    fetcher: Fetcher = field(repr=False)
    counted: tuple[Extent, ...] | None = field(default=None, repr=False)
    """What `count` found."""

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the rows.

        Raises:
            RefusedError: There are no rows, and so no schema.
            SettingsError: A column is not there.
        """
        if not self.shards:
            raise RefusedError("no rows are there", hint="Choose another split or version.")
        whole = self._open(self.shards[0], all_columns=True).schema
        if self.columns is None:
            return whole
        missing = sorted(set(self.columns) - set(whole.names))
        if missing:
            known = ", ".join(whole.names)
            raise SettingsError(f"no column {', '.join(missing)}", hint=f"There are: {known}.")
        return pa.schema([whole.field(name) for name in self.columns], whole.metadata)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows batch by batch, in the order of the manifest; every byte is checked.

        Shards are fetched and digested, and batches decoded, ahead of the reader in threads.

        Raises:
            IntegrityError: A shard is not the one that the manifest names.
        """
        schema = self.schema if self.shards else None
        fetch = (partial(self._fetched, shard) for shard in self.shards)
        decode = (
            partial(self._decode, shard, number, schema)
            for shard in ahead(fetch, depth=SHARDS_AHEAD, threads=1)
            for number in range(len(block_rows(shard.rows)))
        )
        for batch in ahead(decode, depth=BATCHES_AHEAD, threads=THREADS):
            if batch.num_rows:
                yield batch

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows one by one as plain values."""
        for batch in self.batches():
            yield from batch.to_pylist()

    def to_table(self) -> pa.Table:
        """Give all rows as one Arrow table in memory."""
        return pa.Table.from_batches(self.batches(), self.schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = pa.RecordBatchReader.from_batches(self.schema, self.batches())
        return reader.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        """Give the number of rows; with a filter, after `count` only."""
        if self.where is not None and self.counted is None:
            raise SettingsError("rows are not counted", hint="Use what `count()` gives.")
        return sum(sum(extent.block_rows) for extent in self.extents)

    def shuffled(
        self, seed: int, epoch: int = 0, *, start: int = 0, rank: int = 0, ranks: int = 1
    ) -> Iterator[pa.RecordBatch]:
        """Give the rows in the order of an epoch, which depends on `seed` and `epoch` alone.

        Args:
            start: Rows that all ranks together have had.
            rank: Of the rows from `start`, those at `rank`, `rank + ranks`, … are given.
        """
        counted = self.count()
        for table in counted.take(seed, epoch, [range(start + rank, len(counted), ranks)]):
            yield from table.to_batches(max_chunksize=BLOCK_ROWS)

    def take(self, seed: int, epoch: int, runs: Iterable[Sequence[int]]) -> Iterator[pa.Table]:
        """Give the rows at rising indices of an epoch's order, a table for a few at a time."""
        order = order_of(self.extents, seed=seed, epoch=epoch)
        return self.take_ordered((order, run) for run in runs)

    def take_ordered(self, runs: Iterable[Run]) -> Iterator[pa.Table]:
        """Give the rows of `runs`: a table for each part of a run that lies in one window."""
        if self.shards:
            read = partial(self._block, self.schema)
            yield from ordered_tables(runs, lambda n: self._fetched(self.shards[n]), read)

    @property
    def extents(self) -> tuple[Extent, ...]:
        """What an order is made from."""
        if self.counted is not None:
            return self.counted
        return tuple(Extent(block_rows(shard.rows), shard.size_bytes) for shard in self.shards)

    def count(self) -> "Selection":
        """Count the rows that the filter keeps, so that an order has no gaps.

        With a filter this reads all rows once. Do it before workers start, and they need not.
        """
        if self.where is None or self.counted is not None:
            return self
        schema = self.schema
        tasks = (
            partial(self._decode, shard, number, schema)
            for shard in self.shards
            for number in range(len(block_rows(shard.rows)))
        )
        kept = ahead(tasks, depth=BATCHES_AHEAD, threads=THREADS)
        extents = [
            Extent(tuple(next(kept).num_rows for _ in block_rows(shard.rows)), shard.size_bytes)
            for shard in self.shards
        ]
        return replace(self, counted=tuple(extents))

    def _block(self, schema: pa.Schema, block: Block) -> pa.RecordBatch:
        batch = self._decode(self.shards[block.shard], block.number, schema)
        if batch.num_rows != block.rows:
            raise IntegrityError("a filter", f"{block.rows} rows again", str(batch.num_rows))
        return batch

    def _fetched(self, shard: Shard) -> Shard:
        self.fetcher.get(shard.sha256)
        return shard

    def _open(self, shard: Shard, *, all_columns: bool) -> pa.RecordBatchFileReader:
        source = self.fetcher.get(shard.sha256)
        reader = pa.ipc.open_file(pa.BufferReader(source))
        if all_columns or self.columns is None:
            return reader
        fields = [reader.schema.get_field_index(name) for name in self.columns]
        options = pa.ipc.IpcReadOptions(included_fields=fields)
        return pa.ipc.open_file(pa.BufferReader(source), options=options)

    def _decode(self, shard: Shard, number: int, schema: pa.Schema) -> pa.RecordBatch:
        # A reader of its own: one reader must not be used by two threads, and opening is cheap.
        reader = self._open(shard, all_columns=self.where is not None)
        expected = block_rows(shard.rows)
        batch = reader.get_batch(number) if reader.num_record_batches == len(expected) else None
        if batch is None or batch.num_rows != expected[number]:
            name = f"blob {blob_key(shard.sha256)}"
            raise IntegrityError(name, f"{shard.rows} rows, {BLOCK_ROWS} a batch", "others")
        if self.where is not None:
            batch = batch.filter(self.where)
        return batch if batch.schema.names == schema.names else batch.select(schema.names)
