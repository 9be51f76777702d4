"""Intake without names: CPU against the same functions in a loop, and MB per CPU-second in all.

The corpus is made from English statutes (`ca_laws`): their sentences in new orders, one text in ten
with an e-mail address, a phone number and an IP address from reserved ranges, one in fifty a copy
and one in twenty a copy with some words changed. Three parts, each in a process of its own, count
the CPU of the process after its imports:

- `loop`: read, scrub, check and write every range by the plain functions, one after the other;
- `intake`: the whole job on FnApiRunner, with duplicates, verdict, pool and receipt;
- `release`: the build, which takes near-duplicates away and writes shards.

Found are e-mail addresses, phones and IP addresses; with `--all-patterns` all that `documents` asks
for.

The corpora lie beside the checkout, or where DATACOOP_CORPORA says.

    python benchmarks/bench_intake.py [--megabytes 60] [--all-patterns] [--dir FOLDER]
"""

import argparse
import gzip
import json
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import corpora  # where the tests look for them
import pyarrow as pa
from bench_intake_memory import ENTITIES, TIME, quiet, submit

from datacoop.jobs.building import ReleaseOptions, build_release
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.jobs.intake_range import RangeWorker
from datacoop.pool.blobs import bytes_to_batches, get_blob
from datacoop.pool.keys import load_signing_key
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool

SUBMISSION = "bench-one"
RATIO, RATE = 1.5, 3.0
"""What is to be reached: CPU of the job by that of the loop, and MB per CPU-second in all."""
TEXT_BYTES = 2_500
PLANTED = re.compile(r"p\d+@example\.org|020 7946 0\d{3}|192\.0\.2\.\d+")


def sentences() -> list[str]:
    """Give the sentences of the statutes."""
    with gzip.open(corpora.ROOT / "ca_laws" / "acts.en.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    return [one for text in texts for one in re.split(r"(?<=[.;]) ", text) if len(one) > 40]


def make_texts(megabytes: int) -> Iterator[tuple[str, str]]:
    """Give texts with what each is: `original`, `copy` or `near`."""
    chance = random.Random(7)  # noqa: S311 - made-up texts
    known, made, size = sentences(), list[str](), 0
    while size < megabytes * 1_000_000:
        kind, text = "original", ""
        draw = chance.random()
        if made and draw < 0.07:
            kind, text = ("copy", "near")[draw >= 0.02], chance.choice(made)
        if kind == "near":
            words = text.split(" ")
            for place in chance.sample(range(len(words)), k=max(1, len(words) // 100)):
                words[place] = "otherwise"
            text = " ".join(words)
        if kind == "original":
            while len(text) < TEXT_BYTES:
                text += chance.choice(known) + " "
            if chance.random() < 0.1:
                number = chance.randrange(1000)
                text += f"Write to p{number}@example.org, call 020 7946 0{number:03d} or "
                text += f"look at 192.0.2.{number % 256}."
            made.append(text)
        size += len(text.encode())
        yield kind, text


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument("--all-patterns", action="store_true")
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        name, root = arguments.part
        print(json.dumps({"loop": loop, "intake": intake, "release": release}[name](Path(root))))
        return
    if not corpora.ROOT.is_dir():
        print("needs the public corpora; set DATACOOP_CORPORA")
        return
    root = Path(tempfile.mkdtemp(dir=arguments.dir))
    try:
        report(root, arguments.megabytes, () if arguments.all_patterns else ENTITIES)
    finally:
        shutil.rmtree(root)


def report(root: Path, megabytes: int, entities: Sequence[str]) -> None:
    """Make the corpus, run the parts, and print what they took."""
    kinds = {"original": 0, "copy": 0, "near": 0}

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8") as file:
            for kind, text in make_texts(megabytes):
                kinds[kind] += 1
                file.write(json.dumps({"text": text}, ensure_ascii=False) + "\n")

    submit(root, "data.jsonl", write, entities)
    size = (root / "data" / "data.jsonl").stat().st_size / 1e6
    spent = {}
    for name in ("intake", "loop", "release"):
        command = [sys.executable, __file__, "--part", name, str(root)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        spent[name] = json.loads(done.stdout.splitlines()[-1])
        print(name, spent[name], flush=True)
    ratio = spent["intake"]["cpu"] / spent["loop"]["cpu"]
    rate = size / (spent["intake"]["cpu"] + spent["release"]["cpu"])
    originals, published = kinds["original"], spent["release"]["rows"]
    print(f"{size:.1f} MB, {sum(kinds.values()):,} texts: {kinds}")
    print(f"intake {ratio:.2f} times the loop's CPU (to reach: at most {RATIO})")
    print(f"intake {size / spent['intake']['cpu']:.2f} MB per CPU-second")
    print(f"intake and release {rate:.2f} MB per CPU-second (to reach: at least {RATE})")
    print(f"published {published:,} texts of {originals:,} originals")
    print(f"planted values left: {spent['release']['leaks']}")
    sys.exit(0 if ratio <= RATIO and rate >= RATE and not spent["release"]["leaks"] else 1)


def used() -> float:
    """Give the CPU used so far, in seconds, by this process and its children."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))


def _intake(root: Path) -> Intake:
    pool = Pool(open_store(str(root / "pool")))
    operator = load_signing_key(root / "operator")
    options = IntakeOptions(code_version="bench")
    return Intake(pool, open_store(str(root / "landing")), SUBMISSION, operator, options)


def loop(root: Path) -> dict[str, float]:
    """Take in every range by the plain functions, one after the other."""
    job = _intake(root)
    began, clock = used(), time.monotonic()
    parts = job._plan()
    # In a folder of its own, so that nothing is taken over from the job.
    worker = RangeWorker(replace(job._task(parts), folder="loop"))
    rows = sum(batch.num_rows for part in parts for batch in worker.run(part))
    return {"cpu": used() - began, "seconds": time.monotonic() - clock, "rows": rows}


def intake(root: Path) -> dict[str, float]:
    """Run the job."""
    job = _intake(root)
    began, clock = used(), time.monotonic()
    receipt = job.run(created_utc=TIME, progress=quiet)
    return {"cpu": used() - began, "seconds": time.monotonic() - clock, "rows": receipt.rows}


def release(root: Path) -> dict[str, float]:
    """Build the release; count the planted values that are in its shards."""
    pool, work = Pool(open_store(str(root / "pool"))), open_store(str(root / "work"))
    options = ReleaseOptions(code_version="bench", work=work.address)
    began, clock = used(), time.monotonic()
    built = build_release(pool, "documents", options, as_of=TIME[:10], progress=quiet)
    cpu, seconds = used() - began, time.monotonic() - clock
    leaks = 0
    for shard in built.manifest.shards:
        for batch in bytes_to_batches(get_blob(pool.store, shard.sha256)):
            texts = pa.chunked_array([batch["text"]]).to_pylist()
            leaks += sum(len(PLANTED.findall(text)) for text in texts)
    return {"cpu": cpu, "seconds": seconds, "rows": built.manifest.rows, "leaks": leaks}


if __name__ == "__main__":
    main()
