"""Release: CPU and memory of a build against a plain rewrite, and bytes of the next version.

Rows of about 300 bytes of made-up text lie in a pool as intake leaves them. The reference reads
the same blobs with pyarrow and writes the same columns as Arrow files of 1,000-row batches, zstd
level 3, unverified and unsorted. Each part runs in a process of its own; CPU is that of the process
without its imports. Then a hundredth more rows are taken in, and the bytes that the second version
writes are held against those of the first.

Without `--near`, records have no signatures, so that nothing is spent on near-duplicates.

    python benchmarks/bench_release.py [--rows 1000000] [--near] [--folder /tmp/bench]
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from pooling import (  # the builders of the tests
    APPROVERS,
    COLLECTION,
    CREATED,
    NOW,
    OPERATOR,
    TERMS,
    TODAY,
    make_pool,
    shipped_collection,
    submission_body,
)

from datacoop.jobs.building import ReleaseOptions, build_release
from datacoop.jobs.release import approve_release, propose_release, publish_release
from datacoop.pool.blobs import BlobRef, batches_to_bytes, get_blob_list, put_blob_list
from datacoop.pool.log import Draft
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.records.columns import COUNTS, MINHASH_PERMUTATIONS, record_schema
from datacoop.records.digest import record_id

BLOB_ROWS = 20_000
PIECES, PIECE_COUNT = 100_000, 6
TASK_BYTES = 64 << 20


def pieces_of_text() -> pa.Array:
    """Give pieces of about 50 characters, of made-up words."""
    chance = np.random.default_rng(7)
    letters = np.array(list("aaabcdeeefghiiklmnnooprrsstttuvwyz"))
    words = ["".join(chance.choice(letters, chance.integers(2, 11))) for _ in range(20_000)]
    picks = chance.integers(0, len(words), (PIECES, 7))
    return pa.array([" ".join(words[at] for at in row) for row in picks])


def blobs(submission: str, rows: int, seed: int, *, near: bool) -> Iterator[pa.RecordBatch]:
    """Give records as intake leaves them, one batch a blob."""
    chance, pieces = np.random.default_rng(seed), pieces_of_text()
    schema = record_schema(shipped_collection().payload_schema)
    for first in range(0, rows, BLOB_ROWS):
        count = min(BLOB_ROWS, rows - first)
        parts = [
            pieces.take(pa.array(chance.integers(0, PIECES, count))) for _ in range(PIECE_COUNT)
        ]
        text = pc.binary_join_element_wise(*parts, " ")
        digests = [hashlib.sha256(one.encode()).digest() for one in text.to_pylist()]
        ids = [record_id(submission, 0, first + number) for number in range(count)]
        size = MINHASH_PERMUTATIONS * 4
        signatures = chance.bytes(count * size) if near else bytes(count * size)
        columns = {
            "title": pa.nulls(count, pa.string()),
            "text": text,
            "author": pa.nulls(count, pa.string()),
            "written": pa.nulls(count, pa.string()),
            "record_id": pa.array(ids, pa.binary(32)),
            "member": pa.array(["harbour"] * count),
            "submission_id": pa.array([submission] * count),
            "source_file": pa.array(np.zeros(count, np.int32)),
            "source_position": pa.array(np.arange(first, first + count)),
            "language": pa.array(["en"] * count),
            "terms_id": pa.array([TERMS.id] * count),
            "scrub_policy": pa.array(["direct@1"] * count),
            "finding_counts": pa.array([[]] * count, COUNTS),
            "masked_digest": pa.array(digests, pa.binary(32)),
            "minhash": pa.Array.from_buffers(
                pa.binary(size), count, [None, pa.py_buffer(signatures)]
            ),
        }
        yield pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def take_in(pool: Pool, submission: str, rows: int, seed: int, *, near: bool) -> None:
    refs = []
    for batch in blobs(submission, rows, seed, near=near):
        parts = [batch.slice(at, 1_000) for at in range(0, batch.num_rows, 1_000)]
        refs.append(BlobRef(pool.put_blob(batches_to_bytes(batch.schema, parts)), batch.num_rows))
    records = put_blob_list(pool.store, refs)
    body = submission_body(submission, records=records, rows=rows)
    draft = Draft(kind="submission_taken", body=body, blobs=(records,))
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)


def rewrite(folder: Path) -> None:
    """Write the same rows as plain Arrow files, as little as can be done."""
    pool = Pool(open_store(str(folder / "pool")))
    target = folder / "plain"
    target.mkdir(exist_ok=True)
    options = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 3), use_threads=False)
    number, held, size = 0, list[pa.RecordBatch](), 0

    def flush() -> None:
        with pa.ipc.new_file(target / f"{number:05d}.arrow", held[0].schema, options=options) as w:
            w.write_table(pa.Table.from_batches(held).combine_chunks(), max_chunksize=1_000)

    for submission in pool.require().active(COLLECTION):
        for ref in get_blob_list(pool.store, submission.records or ""):
            path = folder / "pool" / "blobs" / "sha256" / ref.sha256
            with pa.memory_map(str(path)) as source:
                names = pa.ipc.open_file(source).schema.names
                wanted = [at for at, name in enumerate(names) if name != "minhash"]
                reader = pa.ipc.open_file(
                    source, options=pa.ipc.IpcReadOptions(included_fields=wanted)
                )
                held += [reader.get_batch(at) for at in range(reader.num_record_batches)]
            size = sum(batch.nbytes for batch in held)
            if size > TASK_BYTES:
                flush()
                number, held = number + 1, []
    if held:
        flush()


def release(folder: Path) -> None:
    """Build, propose, approve and publish the next version."""
    pool = Pool(open_store(str(folder / "pool")))
    options = ReleaseOptions(code_version="bench", work=open_store(str(folder / "work")).address)
    built = build_release(pool, COLLECTION, options, as_of=TODAY, progress=lambda _, __: None)
    propose_release(pool, built, OPERATOR, now=NOW, created_utc=CREATED)
    version = built.manifest.version
    for member in ("harbour", "meadow"):
        approve_release(pool, COLLECTION, version, APPROVERS[member], created_utc=CREATED)
    publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)


PARTS = {"rewrite": rewrite, "release": release}


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run_part(part: str, folder: Path) -> dict[str, float]:
    """Run one part in a process of its own; give its CPU seconds and peak memory."""
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def stored_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "pool").rglob("*") if path.is_file())


def measure(folder: Path, rows: int, *, near: bool) -> None:
    pool = make_pool(open_store(str(folder / "pool")))
    take_in(pool, "harbour-1", rows, 1, near=near)
    plain = run_part("rewrite", folder)
    before = stored_bytes(folder)
    built = run_part("release", folder)
    whole = stored_bytes(folder) - before
    print(f"rows {rows}, signatures: {'random' if near else 'none'}")
    for name, found in (("plain rewrite", plain), ("release", built)):
        print(f"  {name}: {found['cpu']:.1f} CPU s, peak {found['peak_mb']:.0f} MB")
    print(f"  CPU ratio {built['cpu'] / plain['cpu']:.2f} (to reach: 3, memory 2,000 MB)")
    take_in(pool, "harbour-2", max(1, rows // 100), 2, near=near)
    before = stored_bytes(folder)
    run_part("release", folder)
    more = stored_bytes(folder) - before
    print(f"  bytes written by version 1: {whole}; by version 2 with 1 % more rows: {more}")
    print(f"  share {100 * more / whole:.2f} % (to reach: 3)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--near", action="store_true")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--part", choices=PARTS)
    given = parser.parse_args()
    if given.part:
        start = cpu_seconds()
        PARTS[given.part](given.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"cpu": cpu_seconds() - start, "peak_mb": peak}))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        measure(Path(folder), given.rows, near=given.near)


if __name__ == "__main__":
    main()
