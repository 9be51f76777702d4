"""Compare commits: 60 appends of 500 rows on local disk, here and in three table formats.

    .venv/bin/python benchmarks/bench_commit.py

The formats run in an environment of their own, made from `requirements-commit.txt`. Rounds are
interleaved, so that all meet the same load. The table goes into docs/trust.md.
"""

import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs/trust.md"
APPENDS, ROWS = 60, 500
NAMES = ("pyiceberg", "deltalake", "lance")
SYNCED = "lance, files synced after it"
OURS = ("datacoop", "datacoop, no fsync")
MARKS = re.compile(r"(<!-- commits -->\n).*?(<!-- /commits -->)", re.DOTALL)


def rows(number: int) -> Any:  # noqa: ANN401 - a table of the environment's own pyarrow
    """Give 500 made-up rows."""
    import pyarrow as pa

    texts = [f"case {number} {row}: {secrets.token_hex(60)}" for row in range(ROWS)]
    return pa.table({"id": [number * ROWS + row for row in range(ROWS)], "text": texts})


def ours(folder: Path) -> Callable[[int, Any], object]:
    """Enter a submission as intake does: a blob of records, their list, a signed entry."""
    from datacoop.jobs.contracts import add_collection
    from datacoop.jobs.founding import add_member, found_pool
    from datacoop.pool.blobs import BlobRef, batches_to_bytes, blob_list_bytes, put_blobs
    from datacoop.pool.keys import Role, load_signing_key, make_key
    from datacoop.pool.log import Draft
    from datacoop.pool.object_store import open_store
    from datacoop.pool.pool import Pool
    from datacoop.records.collection import parse_collection, read_folder
    from datacoop.records.digest import sha256_hex
    from datacoop.records.terms import Terms
    from datacoop_schemas import collection_folder

    steward = make_key(folder / "steward", role=Role.STEWARD, member="harbour", holder="s")
    make_key(folder / "operator", role=Role.OPERATOR, member="", holder="o")
    operator = load_signing_key(folder / "operator")
    pool, created = Pool(open_store(str(folder / "pool"))), "2026-01-01T00:00:00Z"
    found_pool(pool, pool_id="bench", title="", operator=operator, created_utc=created)
    collection = parse_collection(read_folder(collection_folder("documents")))
    add_collection(pool, collection, operator, created_utc=created)
    add_member(
        pool,
        member="harbour",
        title="Harbour",
        country="GB",
        keys=[steward],
        operator=operator,
        created_utc=created,
    )
    terms = Terms(
        spdx="CC-BY-4.0",
        rights_holder="Harbour",
        attribution="Harbour",
        permitted_purposes=("model-training",),
        prohibited_purposes=(),
        derivatives=True,
        text_and_data_mining=True,
        jurisdictions=(),
        expires=None,
    )

    def append(number: int, table: Any) -> None:  # noqa: ANN401 - as `rows` gives it
        batch = table.to_batches()[0]
        content = batches_to_bytes(batch.schema, [batch])
        refs = [BlobRef(sha256_hex(content), batch.num_rows)]
        records = put_blobs(pool.store, [content, blob_list_bytes(refs)])[-1]
        body = {
            "submission": f"harbour-{number}",
            "member": "harbour",
            "collection": "documents",
            "steward": steward.keyid,
            "outcome": "pass",
            "reasons": [],
            "languages": ["en"],
            "terms": terms.to_json(),
            "labelling_wanted": False,
            "supersedes": None,
            "records": records,
            "rows": batch.num_rows,
        }
        draft = Draft(kind="submission_taken", body=body, blobs=(records,))
        pool.append(lambda _: draft, operator, created_utc=created)

    return append


def pyiceberg(folder: Path) -> Callable[[int, Any], object]:
    """Append to an Iceberg table with a catalogue in SQLite."""
    from pyiceberg.catalog.sql import SqlCatalog

    catalog = SqlCatalog(
        "bench", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/warehouse"
    )
    catalog.create_namespace("bench")
    made = catalog.create_table("bench.rows", schema=rows(0).schema)
    return lambda _, table: made.append(table)


def deltalake(folder: Path) -> Callable[[int, Any], object]:
    """Append to a Delta table."""
    from deltalake import write_deltalake

    return lambda _, table: write_deltalake(str(folder / "delta"), table, mode="append")


def lance(folder: Path) -> Callable[[int, Any], object]:
    """Append to a Lance dataset."""
    import lance as library

    return lambda number, table: library.write_dataset(
        table, str(folder / "lance"), mode="append" if number else "create"
    )


def lance_synced(folder: Path) -> Callable[[int, Any], object]:
    """Do as `lance` does, then wait until what it has written is on the disk."""
    place = folder / "synced"
    place.mkdir()
    append, known = lance(place), set[str]()

    def synced(number: int, table: Any) -> None:  # noqa: ANN401 - as `rows` gives it
        append(number, table)
        folders = [place / "lance" / name for name in ("data", "_transactions", "_versions")]
        there = {os.path.join(within, name) for within in folders for name in os.listdir(within)}
        for path in [*sorted(there - known), *folders]:
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        known.update(there)

    return synced


def ours_unsynced(folder: Path) -> Callable[[int, Any], object]:
    """Do as `ours` does, without waiting for the disk, as Delta and Lance do."""
    place = folder / "unsynced"
    place.mkdir()
    os.fsync = lambda _: None
    return ours(place)


MAKERS = {
    "datacoop": ours,
    "datacoop, no fsync": ours_unsynced,
    "pyiceberg": pyiceberg,
    "deltalake": deltalake,
    "lance": lance,
    SYNCED: lance_synced,
}


def serve(folder: Path, names: list[str]) -> None:
    """Append once for each line on standard input; say how many milliseconds it took."""
    appends = {name: MAKERS[name](folder) for name in names}
    for line in sys.stdin:
        name, _, number = line.strip().rpartition(" ")
        table = rows(int(number))
        before = time.perf_counter()
        appends[name](int(number), table)
        print(json.dumps(1000 * (time.perf_counter() - before)), flush=True)


def start(python: str, folder: Path, names: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [python, __file__, "serve", str(folder), *names],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(server: subprocess.Popen[str], name: str, number: int) -> float:
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(f"{name} {number}\n")
    server.stdin.flush()
    return float(json.loads(server.stdout.readline()))


def environment(folder: Path) -> str:
    """Give the Python of an environment with the table formats."""
    named = os.environ.get("BENCH_COMMIT_PYTHON")
    if named:
        return named
    venv = folder / "venv"
    subprocess.run(["uv", "venv", "--quiet", str(venv)], check=True)
    python = str(venv / "bin/python")
    wanted = ["-r", str(HERE / "requirements-commit.txt")]
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", python, *wanted], check=True)
    return python


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        names = [*NAMES, SYNCED]
        servers = dict.fromkeys(names, start(environment(folder), folder, names))
        servers |= {name: start(sys.executable, folder, [name]) for name in OURS}
        taken: dict[str, list[float]] = {name: [] for name in servers}
        for number in range(APPENDS):
            for name, server in servers.items():
                taken[name].append(ask(server, name, number))
        for server in servers.values():
            server.kill()
    fastest = min(statistics.median(taken[name]) for name in NAMES)
    lines = ["| | p50, ms | p90, ms | p50 against the fastest other |", "|---|---|---|---|"]
    for name, times in sorted(taken.items(), key=lambda one: statistics.median(one[1])):
        middle, late = statistics.median(times), sorted(times)[int(0.9 * APPENDS)]
        lines.append(f"| {name} | {middle:.1f} | {late:.1f} | {middle / fastest:.2f} |")
    load = os.getloadavg()[0]
    lines.append(f"\nLoad of the machine when it ended: {load:.1f} on {os.cpu_count()} processors.")
    text = "\n".join(lines) + "\n"
    print(text)
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(MARKS.sub(lambda found: found[1] + text + found[2], page), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
