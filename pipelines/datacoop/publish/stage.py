"""Stage: turn the pool's records into shards.

Every step reads what it needs from the stores and leaves rows there as pieces: between steps
travel references alone, so no engine holds the rows of a release. A step's result depends on the
rows of its part, never on how or in which order they arrived.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.pool.blobs import (
    BlobRef,
    batches_to_bytes,
    bytes_to_batches,
    get_blob,
    put_blob,
    put_digested,
)
from datacoop.pool.object_store import StoreAddress, open_address
from datacoop.publish.memory import keep_memory
from datacoop.publish.near_duplicates import (
    BANDS,
    agree,
    band_keys,
    candidate_pairs,
    has_signature,
    signature_rows,
    unique_pairs,
)
from datacoop.publish.pieces import Ref, by_step, read_pieces, read_table, write_pieces
from datacoop.publish.quasi_identifiers import class_codes, levels
from datacoop.publish.settling import (
    DECISION_SCHEMA,
    FIRST_VERSION,
    KNOWN_SCHEMA,
    MEMORY_SCHEMA,
    ROW,
    SAME_AS,
    decisions,
    kept_out_memory,
    know_rows,
    settle,
)
from datacoop.publish.shards import LABEL_SCHEMA, ShardPlan, build_shard, place_rows
from datacoop.publish.tasks import Task, digest_numbers, numbers, part_count, parted
from datacoop.records.arrays import Numbers
from datacoop.records.columns import (
    CLUSTER_ID,
    DIGEST,
    MASKED_DIGEST,
    MINHASH,
    MINHASH_PERMUTATIONS,
    RECORD_ID,
    SPLIT,
)
from datacoop.records.digest import canonical_json, sha256_hex
from datacoop.records.silence import silent_failures

Keyed = tuple[str, Ref]
"""A part, and where rows for it lie."""

_ROWS = pa.schema([(ROW, pa.int64()), (RECORD_ID, DIGEST), (MASKED_DIGEST, DIGEST)])
_BAND = pa.schema([("key", pa.uint64()), (ROW, pa.int64())])
_PAIR = pa.schema([("left", pa.int64()), ("right", pa.int64())])
_SIGNED = pa.schema([(ROW, pa.int64()), (MINHASH, pa.binary(MINHASH_PERMUTATIONS * 4))])
_MEMORY = [RECORD_ID, MASKED_DIGEST, CLUSTER_ID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What all steps of a build are told."""

    plan: ShardPlan
    pool: StoreAddress
    work: StoreAddress
    folder: str
    """Where, in the work store, pieces go."""
    tasks: tuple[Task, ...]
    barred: tuple[str, ...]
    """Digests of the blobs that list records to leave out."""
    labels: str
    """Key, in the work store, of the labels (`LABEL_SCHEMA`)."""
    counts: str
    """Key, in the work store, under which the build tells what became of the rows."""


class Steps:
    """The steps of a build, each for one part; opened once a process."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.pool, self.work = open_address(build.pool), open_address(build.work)
        self._starts = np.array([task.first for task in build.tasks], np.int64)
        self._parts = part_count(sum(task.rows for task in build.tasks))
        listed = (json.loads(get_blob(self.pool, digest)) for digest in build.barred)
        barred = sorted({bytes.fromhex(text) for some in listed for text in some})
        self._barred = pa.array(barred, DIGEST)
        self._labels: pa.Table | None = None

    def once(self, step: str, element: str, run: Callable[[], Iterable[Keyed]]) -> list[Keyed]:
        """Run a step for one element, unless a job that was killed did; give what it gave."""
        marker = self._key("done", f"{step}-{sha256_hex(element.encode())[:32]}.json")
        kept = self.work.find(marker)
        if kept is not None:
            known: list[Keyed] = [(part, (*ref,)) for part, ref in json.loads(kept)]
            if all(self.work.size(key) is not None for key in {ref[0] for _, ref in known}):
                return known
        given = list(run())
        self.work.put(marker, canonical_json(given))
        return given

    def index(self, number: str) -> Iterator[Keyed]:
        """Give the rows of a task by masked digest, without those that are barred."""
        task, policy = self.build.tasks[int(number)], self.build.plan.policy
        quasi = [column.name for column in policy.quasi_identifiers]
        rows = self._rows(task, [RECORD_ID, MASKED_DIGEST, *quasi])
        rows = rows.filter(pc.invert(pc.is_in(rows[RECORD_ID], value_set=self._barred)))
        found = rows.select(_ROWS.names)
        for level, codes in enumerate(class_codes(rows, policy) if rows.num_rows else []):
            found = found.append_column(f"class_{level}", codes)
        yield from self._by_digest("index", task.name, found)

    def remember(self, shard: str) -> Iterator[Keyed]:
        """Give what is remembered of the rows of a shard, or of those kept out, by digest."""
        value = json.loads(shard)
        batches = bytes_to_batches(get_blob(self.pool, value["sha256"]), _MEMORY)
        rows = pa.Table.from_batches(batches)
        rows = rows.append_column(SPLIT, pa.array([value["split"]] * rows.num_rows, pa.string()))
        firsts = pa.array(np.full(rows.num_rows, value["first_version"], np.int32))
        rows = rows.append_column(FIRST_VERSION, firsts).select(MEMORY_SCHEMA.names)
        yield from self._by_digest("remember", value["sha256"], rows.cast(MEMORY_SCHEMA))

    def recall(self, digest: str) -> Iterator[Keyed]:
        """Give what is remembered of rows that were kept out, by masked digest."""
        batches = bytes_to_batches(get_blob(self.pool, digest))
        rows = pa.Table.from_batches(batches, MEMORY_SCHEMA)
        yield from self._by_digest("remember", digest, rows)

    def know(self, part: str, refs: Iterable[Ref]) -> Iterator[Keyed]:
        """Find exact duplicates and what is remembered, by task."""
        found = by_step(refs)
        if "index" in found:
            rows = pa.concat_tables(read_pieces(self.work, found["index"])).combine_chunks()
            memory = read_table(self.work, found.get("remember", ()), MEMORY_SCHEMA)
            known = know_rows(rows, memory)
            yield from self._by_task("know", part, known, numbers(known[ROW]))

    def band(self, task_name: str, refs: Iterable[Ref]) -> Iterator[Keyed]:
        """Cut the signatures of a task's rows into bands, by bucket number."""
        known = read_table(self.work, refs, KNOWN_SCHEMA)
        own = known.filter(pc.equal(known[ROW], known[SAME_AS]))
        rows, signatures = self._signatures(self.build.tasks[int(task_name)], own[ROW])
        there = has_signature(signatures)
        keys = band_keys(signatures[there]).ravel()
        table = pa.table([keys, np.repeat(rows[there], BANDS)], schema=_BAND)
        parts = (keys % np.uint64(self._parts)).astype(np.int64)
        named = ((f"{part:04d}", some) for part, some in parted(table, parts))
        yield from write_pieces(self.work, self._key("band", task_name), named)

    def pair(self, part: str, refs: Iterable[Ref]) -> Iterator[Keyed]:
        """Give the pairs that meet in a bucket, by the task of the later row.

        The earlier row is asked for by its task too: with the later row's place.
        """
        met = read_table(self.work, refs, _BAND)
        pairs = candidate_pairs(numbers(met["key"]), numbers(met[ROW]))
        table = pa.table([pairs[:, 0].copy(), pairs[:, 1].copy()], schema=_PAIR)
        yield from self._by_task("pair", part, table, pairs[:, 1])
        asked = unique_pairs(np.stack([pairs[:, 0], self._tasks_of(pairs[:, 1])], axis=1))
        table = pa.table([asked[:, 0].copy(), asked[:, 1].copy()], schema=_PAIR)
        yield from self._by_task("ask", part, table, asked[:, 0])

    def sign(self, task_name: str, refs: Iterable[Ref]) -> Iterator[Keyed]:
        """Give the signatures of a task's rows that other tasks ask for, by these tasks."""
        asked = by_step(refs).get("ask", [])
        pairs = _pairs(read_table(self.work, asked, _PAIR))
        if not len(pairs):
            return
        wanted = np.unique(pairs[:, 0])
        rows, signatures = self._signatures(self.build.tasks[int(task_name)], pa.array(wanted))
        column = pa.Array.from_buffers(
            pa.binary(MINHASH_PERMUTATIONS * 4),
            len(rows),
            [None, pa.py_buffer(np.ascontiguousarray(signatures).tobytes())],
        )
        places = np.searchsorted(rows, pairs[:, 0])
        table = pa.table([pairs[:, 0].copy(), column.take(pa.array(places))], schema=_SIGNED)
        named = ((self._name(task), some) for task, some in parted(table, pairs[:, 1]))
        yield from write_pieces(self.work, self._key("sign", task_name), named)

    def compare(self, task_name: str, refs: Iterable[Ref]) -> Iterator[Keyed]:
        """Give the pairs of a task whose signatures agree."""
        found = by_step(refs)
        pairs = _pairs(read_table(self.work, found.get("pair", ()), _PAIR))
        if not len(pairs):
            return
        others = read_table(self.work, found.get("sign", ()), _SIGNED)
        names, signed = numbers(others[ROW]), signature_rows(others[MINHASH].combine_chunks())
        order = np.argsort(names, kind="stable")
        wanted = pa.array(np.unique(pairs[:, 1]))
        rows, own = self._signatures(self.build.tasks[int(task_name)], wanted)
        left = order[np.searchsorted(names[order], pairs[:, 0])]
        same = pairs[agree(signed, own, left, np.searchsorted(rows, pairs[:, 1]))]
        table = pa.table([same[:, 0].copy(), same[:, 1].copy()], schema=_PAIR)
        yield from write_pieces(self.work, self._key("compare", task_name), [("all", table)])

    def settle(self, _: str, refs: Iterable[Ref]) -> Iterator[Keyed]:
        """Decide what becomes of every row: the one step that one worker does."""
        found = by_step(refs)
        pairs = _pairs(read_table(self.work, found.get("compare", ()), _PAIR))
        codes = [(f"class_{n}", pa.uint64()) for n in range(levels(self.build.plan.policy))]
        schema = pa.schema([*KNOWN_SCHEMA, *codes])

        def known() -> Iterator[pa.Table]:
            for table in read_pieces(self.work, found.get("know", ())):
                yield table.cast(schema)

        plan = self.build.plan
        settled = settle(known, pairs, self.build.tasks, plan.policy, plan.version)
        named = decisions(settled, self.build.tasks)
        yield from write_pieces(self.work, self._key("settle", "all"), named)
        memory = kept_out_memory(settled)
        content = batches_to_bytes(MEMORY_SCHEMA, memory.to_batches(max_chunksize=10_000))
        told = {
            "counts": settled.counts,
            "credits": settled.credits,
            "kept_out": put_blob(self.pool, content) if memory.num_rows else None,
        }
        self.work.put(self.build.counts, canonical_json(told))

    def place(self, task_name: str, refs: Iterable[Ref]) -> Iterator[Keyed]:
        """Give the published rows of a task by shard."""
        task = self.build.tasks[int(task_name)]
        decided = read_table(self.work, refs, DECISION_SCHEMA)
        rows = self._rows(task, (), but=MINHASH).drop_columns([ROW])
        order = np.argsort(numbers(decided[ROW]), kind="stable")
        decided = decided.take(pa.array(order))
        if decided.num_rows < rows.num_rows:
            rows = rows.take(pa.array(numbers(decided[ROW]) - task.first))
        if self._labels is None:
            content = self.work.get(self.build.labels)
            self._labels = pa.Table.from_batches(bytes_to_batches(content), LABEL_SCHEMA)
        placed = place_rows(rows, decided, self._labels, self.build.plan)
        yield from write_pieces(self.work, self._key("place", task_name), placed)

    def write(self, key: str, refs: Iterable[Ref]) -> Iterator[tuple[str, str]]:
        """Write a shard into the pool; tell of it as JSON."""
        shard, content = build_shard(key, list(read_pieces(self.work, refs)))
        put_digested(self.pool, shard.sha256, content)
        yield "shards", canonical_json(asdict(shard)).decode()

    def _rows(self, task: Task, columns: Sequence[str], *, but: str = "") -> pa.Table:
        """Give the rows of a task with their numbers, all columns where none are named."""
        batches = [batch for blob in task.blobs for batch in self._batches(blob, columns, but)]
        table = pa.Table.from_batches(batches)
        row_numbers = np.arange(task.first, task.first + table.num_rows)
        return table.append_column(pa.field(ROW, pa.int64()), pa.array(row_numbers))

    def _batches(self, blob: BlobRef, columns: Sequence[str], but: str) -> list[pa.RecordBatch]:
        content = get_blob(self.pool, blob.sha256)
        if not columns:
            names = pa.ipc.open_file(pa.BufferReader(content)).schema.names
            columns = [name for name in names if name != but]
        # Arrow gives columns in the order of the file, whatever was asked for.
        return [batch.select(columns) for batch in bytes_to_batches(content, columns)]

    def _signatures(self, task: Task, rows: pa.Array) -> tuple[Numbers, Numbers]:
        """Give some rows of a task, sorted, and their signatures."""
        wanted = np.sort(numbers(rows))
        found, first = [], task.first
        for blob in task.blobs:
            low, high = np.searchsorted(wanted, (first, first + blob.rows))
            if high > low:
                batches = self._batches(blob, [MINHASH], "")
                column = pa.chunked_array([batch.column(0) for batch in batches]).combine_chunks()
                found.append(signature_rows(column)[wanted[low:high] - first])
            first += blob.rows
        empty = np.zeros((0, MINHASH_PERMUTATIONS), np.uint32)
        return wanted, np.concatenate([empty, *found])

    def _by_digest(self, step: str, name: str, rows: pa.Table) -> Iterator[Keyed]:
        starts = digest_numbers(rows[MASKED_DIGEST])[:, 3]
        parts = (starts % np.uint64(self._parts)).astype(np.int64)
        named = ((f"{part:04d}", some) for part, some in parted(rows, parts))
        yield from write_pieces(self.work, self._key(step, name), named)

    def _by_task(self, step: str, name: str, rows: pa.Table, at: Numbers) -> Iterator[Keyed]:
        named = ((self._name(task), some) for task, some in parted(rows, self._tasks_of(at)))
        yield from write_pieces(self.work, self._key(step, name), named)

    def _tasks_of(self, rows: Numbers) -> Numbers:
        return np.searchsorted(self._starts, rows, side="right") - 1

    def _name(self, task: int) -> str:
        return self.build.tasks[task].name

    def _key(self, step: str, name: str) -> str:
        return f"{self.build.folder}/{step}/{name}"


def _pairs(table: pa.Table) -> Numbers:
    return unique_pairs(np.stack([numbers(table["left"]), numbers(table["right"])], axis=1))


_INTO_THE_POOL = ("settle", "write")
"""Steps that are always run: what they wrote is garbage until it is entered, and may be deleted."""


class Step(beam.DoFn):
    """One step of a build, by name, for each element: its name alone, or with references."""

    def __init__(self, build: Build, name: str) -> None:
        self._build = build
        self._name = name

    def setup(self) -> None:
        keep_memory()
        self._steps = Steps(self._build)
        self._step = getattr(self._steps, self._name)

    def process(self, element: Any) -> Iterator[tuple[str, Any]]:
        given = element if isinstance(element, tuple) else (element,)
        with silent_failures(self._name):
            if self._name in _INTO_THE_POOL:
                yield from self._step(*given)
            else:
                yield from self._steps.once(self._name, given[0], lambda: self._step(*given))


@dataclass(eq=False)
class PublishShards(beam.PTransform):
    """Write the shards of a release into the pool; give a JSON text for each.

    In: names of tasks. Out: `("shards", JSON)`. Rows: each record that is neither a duplicate nor
    held back is in exactly one shard.
    """

    build: Build
    shards: tuple[str, ...]
    """The shards of the version before, as JSON."""
    kept_out: tuple[str, ...]
    """Digests of the blobs of what is remembered of rows that it kept out."""

    def _step(self, name: str, kind: Any = Keyed) -> Any:
        step = beam.ParDo(Step(self.build, name)).with_output_types(kind)
        return name.title() >> step

    def expand(self, tasks: beam.pvalue.PCollection) -> Any:
        run = tasks.pipeline
        shards = run | "Shards" >> beam.Create(self.shards, reshuffle=True)
        kept_out = run | "KeptOut" >> beam.Create(self.kept_out)
        rows = tasks | self._step("index")
        memory = shards | self._step("remember")
        recalled = kept_out | self._step("recall")
        known = (
            (rows, memory, recalled)
            | "Rows" >> beam.Flatten()
            | "SameDigest" >> beam.GroupByKey()
            | self._step("know")
        )
        met = (
            known
            | "OfTask" >> beam.GroupByKey()
            | self._step("band")
            | "SameBucket" >> beam.GroupByKey()
            | self._step("pair")
        )
        signed = met | "Asked" >> beam.GroupByKey() | self._step("sign")
        # Beam's runner for Flink cannot translate two inputs of a Flatten of which one is made from
        # the other, unless a shuffle of their own lies between. References are cheap to shuffle.
        pairs = (
            (met | "Met" >> beam.Reshuffle(), signed | "Signed" >> beam.Reshuffle())
            | "Pairs" >> beam.Flatten()
            | "PairsOfTask" >> beam.GroupByKey()
            | self._step("compare")
        )
        decided = (
            (known, pairs | "Compared" >> beam.Reshuffle())
            | "Facts" >> beam.Flatten()
            | "Everything" >> beam.MapTuple(lambda _, ref: ("all", ref)).with_output_types(Keyed)
            | "Settled" >> beam.GroupByKey()
            | self._step("settle")
        )
        return (
            decided
            | "DecidedOfTask" >> beam.GroupByKey()
            | self._step("place")
            | "ByShard" >> beam.GroupByKey()
            | self._step("write", tuple[str, str])
        )
