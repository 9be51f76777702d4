"""Reading: 90,000 rows, 225 MB of text in zstd shards, against bare pyarrow and other readers.

*Bare* is pyarrow alone over the same files, which it does not check: memory map, decode batch by
batch. Shuffled, bare permutes all batches and the rows of each 16, by numpy. Both hand over Arrow
batches of 1,000 rows; where rows are asked for, both call `to_pylist` on them. Each other reader
gets the same rows in its own format, at its default settings, and gives rows as Python values.
All files are in the page cache. The best of the rounds counts, which take turns; by the clock and
by processor time of all threads, for a busy machine says nothing by the clock.

    python benchmarks/bench_read.py [--rounds 9] [--rows 90000] [--others-rows 20000]

Makes an environment of its own for the other readers, with uv, from requirements-readers.txt.
`--python PATH` takes one that is there; `--bare-only` needs none.
"""

import argparse
import json
import os
import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from datacoop.pool.blobs import batches_to_bytes, blob_key, put_blob
from datacoop.pool.object_store import open_store
from datacoop.pool.snapshot import Shard
from datacoop.read import cache as cache_module
from datacoop.read.cache import BlobCache
from datacoop.read.fetch import Fetcher
from datacoop.read.order import BLOCK_ROWS, WINDOW_BLOCKS
from datacoop.read.selection import Selection

SEED = 20_261_123
SHARDS = 4
REPOSITORY = Path(__file__).parents[1]


def make_table(rows: int) -> pa.Table:
    """Make rows of about 2,500 letters, of 40,000 words of which some are frequent."""
    chance = random.Random(SEED)  # noqa: S311 - to repeat, not to hide
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(40_000)]
    weights = [1 / (rank + 10) for rank in range(len(words))]
    sums = [0.0]
    for weight in weights:
        sums.append(sums[-1] + weight)
    texts = []
    for _ in range(rows):
        count = chance.randint(200, 520)
        texts.append(" ".join(chance.choices(words, cum_weights=sums[1:], k=count)))
    return pa.table(
        {
            "text": texts,
            "record_id": pa.array([chance.randbytes(32) for _ in range(rows)], pa.binary(32)),
            "n": pa.array(range(rows), pa.int64()),
            "language": ["en"] * rows,
        }
    )


def make_selection(table: pa.Table, folder: Path) -> Selection:
    store = open_store(str(folder / "pool"))
    size = -(-table.num_rows // SHARDS)
    shards = []
    for bucket in range(SHARDS):
        part = table.slice(bucket * size, size).combine_chunks()
        content = batches_to_bytes(part.schema, part.to_batches(max_chunksize=BLOCK_ROWS))
        shards.append(
            Shard(
                split="train",
                terms_id="t",
                first_version=1,
                bucket=bucket,
                sha256=put_blob(store, content),
                size_bytes=len(content),
                rows=part.num_rows,
                logical_digest="",
            )
        )
    fetcher = Fetcher(address=store.address, cache=BlobCache(folder=folder / "cache"))
    return Selection(digest="d", shards=tuple(shards), fetcher=fetcher)


def bare(paths: list[str]) -> Iterator[pa.RecordBatch]:
    for path in paths:
        reader = pa.ipc.open_file(pa.memory_map(path))
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def bare_shuffled(paths: list[str]) -> Iterator[pa.RecordBatch]:
    import numpy as np

    chance = np.random.default_rng(SEED)
    readers = [pa.ipc.open_file(pa.memory_map(path)) for path in paths]
    batches = [(reader, n) for reader in readers for n in range(reader.num_record_batches)]
    order = chance.permutation(len(batches))
    for at in range(0, len(order), WINDOW_BLOCKS):
        window = [batches[place] for place in order[at : at + WINDOW_BLOCKS]]
        table = pa.Table.from_batches([reader.get_batch(n) for reader, n in window])
        rows = table.take(pa.array(chance.permutation(table.num_rows)))
        yield from rows.to_batches(max_chunksize=BLOCK_ROWS)


def first_pass(selection: Selection) -> Iterator[pa.RecordBatch]:
    """Read as a new process does: every byte is digested."""
    cache_module._verified.clear()
    cold = Fetcher(address=selection.fetcher.address, cache=selection.fetcher.cache)
    return replace(selection, fetcher=cold).batches()


def rows_of(batches: Iterable[pa.RecordBatch]) -> int:
    return sum(len(batch.to_pylist()) for batch in batches)


def count(batches: Iterable[pa.RecordBatch]) -> int:
    return sum(batch.num_rows for batch in batches)


Case = Callable[[], int]


def against_bare(selection: Selection, paths: list[str]) -> dict[str, tuple[Case, Case]]:
    """Give what is compared: datacoop, then bare."""
    return {
        "sequential, batches": (lambda: count(selection.batches()), lambda: count(bare(paths))),
        "first pass, every byte digested, batches": (
            lambda: count(first_pass(selection)),
            lambda: count(bare(paths)),
        ),
        "shuffled, batches": (
            lambda: count(selection.shuffled(SEED)),
            lambda: count(bare_shuffled(paths)),
        ),
        "sequential, rows": (lambda: rows_of(selection.batches()), lambda: rows_of(bare(paths))),
        "shuffled, rows": (
            lambda: rows_of(selection.shuffled(SEED)),
            lambda: rows_of(bare_shuffled(paths)),
        ),
    }


def timed(case: Case) -> tuple[float, float, int]:
    """Give seconds by the clock, seconds of processor time, rows."""
    clock, processor = time.perf_counter(), time.process_time()
    rows = case()
    return time.perf_counter() - clock, time.process_time() - processor, rows


def compare_with_bare(selection: Selection, paths: list[str], rounds: int) -> None:
    print("| read | by the clock | by processor time | ms | bare, ms |\n|---|---|---|---|---|")
    for name, (ours, theirs) in against_bare(selection, paths).items():
        mine, bares = [], []
        for _ in range(rounds):
            bares.append(timed(theirs))
            mine.append(timed(ours))
        assert {rows for _, _, rows in [*mine, *bares]} == {bares[0][2]}
        (clock, cpu), (bare_clock, bare_cpu) = (
            [min(run[at] for run in runs) for at in (0, 1)] for runs in (mine, bares)
        )
        print(
            f"| {name} | {bare_clock / clock:.2f} | {bare_cpu / cpu:.2f} "
            f"| {clock * 1e3:.0f} ({cpu * 1e3:.0f}) "
            f"| {bare_clock * 1e3:.0f} ({bare_cpu * 1e3:.0f}) |",
            flush=True,
        )


def hugging_face(table: pa.Table, folder: Path) -> dict[str, Callable[[], Iterable[Any]]]:
    import datasets

    # It has no type for digests of a fixed size.
    place = table.schema.get_field_index("record_id")
    table = table.set_column(place, "record_id", table["record_id"].cast(pa.binary()))
    datasets.Dataset(table).save_to_disk(str(folder), num_shards=SHARDS)
    saved = datasets.load_from_disk(str(folder))
    streamed = saved.to_iterable_dataset(num_shards=SHARDS)
    return {
        "Hugging Face, map": lambda: saved,
        "Hugging Face, map, shuffled": lambda: saved.shuffle(seed=SEED),
        "Hugging Face, iterable": lambda: streamed,
        "Hugging Face, iterable, shuffled": lambda: streamed.shuffle(SEED, buffer_size=16_000),
    }


def lance(table: pa.Table, folder: Path) -> dict[str, Callable[[], Iterable[Any]]]:
    import lance

    saved = lance.write_dataset(table, str(folder))
    order = random.Random(SEED).sample(  # noqa: S311 - to repeat, not to hide
        range(table.num_rows), table.num_rows
    )

    def shuffled() -> Iterator[Any]:
        for at in range(0, len(order), BLOCK_ROWS):
            yield from saved.take(order[at : at + BLOCK_ROWS]).to_pylist()

    return {
        "Lance": lambda: (row for batch in saved.to_batches() for row in batch.to_pylist()),
        "Lance, shuffled": shuffled,
    }


def give(row: dict[str, object]) -> dict[str, object]:
    return row


def litdata(table: pa.Table, folder: Path) -> dict[str, Callable[[], Iterable[Any]]]:
    import litdata

    litdata.optimize(
        fn=give, inputs=table.to_pylist(), output_dir=str(folder), chunk_bytes="64MB", num_workers=1
    )
    return {
        "litdata": lambda: litdata.StreamingDataset(str(folder), shuffle=False),
        "litdata, shuffled": lambda: litdata.StreamingDataset(str(folder), shuffle=True, seed=SEED),
    }


def mosaicml(table: pa.Table, folder: Path) -> dict[str, Callable[[], Iterable[Any]]]:
    from streaming import MDSWriter, StreamingDataset

    columns = {"text": "str", "record_id": "bytes", "n": "int", "language": "str"}
    with MDSWriter(out=str(folder), columns=columns) as out:
        for row in table.to_pylist():
            out.write(row)
    return {
        name: lambda shuffle=shuffle: StreamingDataset(
            local=str(folder), shuffle=shuffle, shuffle_seed=SEED, batch_size=1_000
        )
        for name, shuffle in (("MosaicML streaming", False), ("MosaicML streaming, shuffled", True))
    }


def grain(table: pa.Table, folder: Path) -> dict[str, Callable[[], Iterable[Any]]]:
    import grain.python as library
    from array_record.python.array_record_module import ArrayRecordWriter

    folder.mkdir()
    writer = ArrayRecordWriter(str(folder / "rows.array_record"), "group_size:1")
    for row in table.to_pylist():
        writer.write(pickle.dumps(row))
    writer.close()
    saved = library.MapDataset.source(
        library.ArrayRecordDataSource(str(folder / "rows.array_record"))
    )
    return {
        "Grain": lambda: saved.map(pickle.loads).to_iter_dataset(),
        "Grain, shuffled": lambda: saved.shuffle(SEED).map(pickle.loads).to_iter_dataset(),
    }


OTHERS = (hugging_face, lance, litdata, mosaicml, grain)


def compare_with_others(selection: Selection, paths: list[str], folder: Path, rows: int) -> None:
    table = selection.to_table()
    cases: dict[str, Callable[[], Iterable[Any]]] = {
        "bare pyarrow, unverified": lambda: (r for b in bare(paths) for r in b.to_pylist()),
        "bare pyarrow, shuffled, unverified": lambda: (
            r for b in bare_shuffled(paths) for r in b.to_pylist()
        ),
        "datacoop, first pass": lambda: (r for b in first_pass(selection) for r in b.to_pylist()),
        "datacoop": selection.rows,
        "datacoop, shuffled": lambda: (r for b in selection.shuffled(SEED) for r in b.to_pylist()),
    }
    for make in OTHERS:
        try:
            cases |= make(table, folder / make.__name__)
        except Exception as error:  # whatever fails in there is told, and the rest goes on
            print(f"{make.__name__}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
    del table
    print("\n| reader | rows a second of processor time | by the clock |\n|---|---|---|")
    for name, case in cases.items():
        wanted = selection_rows(selection) if name.startswith(("bare", "datacoop")) else rows
        runs = [timed(partial(give_rows, case, wanted)) for _ in range(3)]
        clock, processor = (min(run[at] for run in runs) for at in (0, 1))
        print(f"| {name} | {runs[0][2] / processor:,.0f} | {runs[0][2] / clock:,.0f} |", flush=True)


def give_rows(case: Callable[[], Iterable[Any]], wanted: int) -> int:
    return sum(1 for _ in islice(case(), wanted))


def selection_rows(selection: Selection) -> int:
    return sum(shard.rows for shard in selection.shards)


def make_environment(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, folder], check=True)
        requirements = Path(__file__).with_name("requirements-readers.txt")
        install = ["uv", "pip", "install", "--quiet", "--python", python]
        install += ["-r", requirements, "-e", REPOSITORY]
        subprocess.run(install, check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--rows", type=int, default=90_000)
    parser.add_argument("--others-rows", type=int, default=20_000)
    parser.add_argument("--bare-only", action="store_true")
    parser.add_argument("--python", type=Path)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.bare_only and not options.here:
        python = options.python or make_environment(REPOSITORY / ".venv-readers")
        subprocess.run([python, __file__, *sys.argv[1:], "--here"], check=True)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        selection = make_selection(make_table(options.rows), folder)
        paths = [str(folder / "pool" / blob_key(shard.sha256)) for shard in selection.shards]
        size = sum(shard.size_bytes for shard in selection.shards)
        facts = {"rows": options.rows, "MB of shards": size // 10**6, "cores": os.cpu_count()}
        print(json.dumps(facts | {"load": round(os.getloadavg()[0], 1), "pyarrow": pa.__version__}))
        compare_with_bare(selection, paths, options.rounds)
        if not options.bare_only:
            compare_with_others(selection, paths, folder, options.others_rows)
        print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
