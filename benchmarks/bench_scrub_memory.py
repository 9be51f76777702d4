"""Memory after many short records, and time for hostile texts that are ten times as long.

Memory: the resident size of one process after 100,000 made-up records, as a ratio to that after
the first 10,000; nothing that was read may stay. Time: processor seconds of the patterns for
100 kB of a form that patterns stumble over, as a ratio to those for 10 kB; 10 is linear.

    python benchmarks/bench_scrub_memory.py [--quick] [--json]
"""

import argparse
import gc
import json
import os
import random
import time
from pathlib import Path
from typing import Any

from bench_scrub import contract, ours

from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import installed_models

FIRST, ALL = 10_000, 100_000
QUICK_FIRST, QUICK_ALL = 200, 2_000
BATCH = 1_000
SMALL, LARGE = 10_000, 100_000
FORMS = {
    "digits": "1", "digits and spaces": "1 ", "digits and hyphens": "12-", "dots and digits": "1.",
    "at signs": "@", "a@": "a@", "a.": "a.", "spaces": " ", "line ends": "\n", "letters": "a",
    "capitals and digits": "A1", "colons": "1:", "plus and digits": "+44 ", "underscores": "_",
    "percent signs": "%a", "brackets": "<PERSON_", "Hangul": "가", "Hangul and digits": "가1",
    "hyphens": "-", "words and dots": "ab.cd ", "slashes": "http://a/",
}  # fmt: skip
"""What is repeated, by its name."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the records")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    first, last = (QUICK_FIRST, QUICK_ALL) if arguments.quick else (FIRST, ALL)
    result = {"hostile": hostile(), "memory": memory(first, last)}
    print(json.dumps(result, indent=2) if arguments.json else shown(result))


def memory(first: int, last: int) -> dict[str, Any]:
    """Scrub made-up records; give the resident bytes after `first` and after `last`."""
    scrub, chance = ours("en"), random.Random(7)  # noqa: S311 - made-up text
    sizes = {}
    size = min(BATCH, first)
    for start in range(0, last, size):
        scrub([record(chance) for _ in range(size)])
        if start + size in (first, last):
            gc.collect()
            sizes[start + size] = resident()
    return {
        "records": last, "first_bytes": sizes[first], "last_bytes": sizes[last],
        "ratio": sizes[last] / sizes[first],
    }  # fmt: skip


def record(chance: random.Random) -> str:
    """Make a text of about 100 characters whose words were never seen before."""
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(8)]
    name = " ".join(word.title() for word in words[:2])
    return f"{name} wrote {' '.join(words[2:])} to {words[0]}@example.org on 3 May."


def resident() -> int:
    """Give the resident size of this process in bytes."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def hostile() -> list[dict[str, Any]]:
    """Time the patterns on each form at two lengths; the slowest growth first."""
    collection = contract()
    finder = PolicyFinder(collection.scrub, collection.languages, installed_models())
    finder.prepare()
    finder.find_patterns("en", ["warm 1 @ a."])
    # As timeit does: a collection walks through all models, and falls to the longer text.
    gc.disable()
    rows = []
    for name, form in FORMS.items():
        small, large = (best(finder, (form * size)[:size]) for size in (SMALL, LARGE))
        rows.append(
            {"form": name, "small_seconds": small, "large_seconds": large}
            | {"ratio": large / small if small and large else None}
        )
    gc.enable()
    return sorted(rows, key=lambda row: -(row["ratio"] or 1e9))


def best(finder: PolicyFinder, text: str) -> float | None:
    """Give the least of three times, or nothing where a pattern gave up: the row would wait."""
    spent = []
    for word in ("one", "two", "three"):
        # Another text each time: what is remembered of the last one must not help.
        began = time.process_time()
        try:
            finder.find_patterns("en", [f"{word} {text}"])
        except TimeoutError:
            return None
        spent.append(time.process_time() - began)
        if spent[-1] > 0.2:
            break
    return min(spent)


def shown(result: dict[str, Any]) -> str:
    """Give the figures as tables in Markdown."""
    found = result["memory"]
    mib = 2**20
    lines = [
        f"Memory after {found['records']:,} records: {found['last_bytes'] / mib:,.0f} MiB, after "
        f"the first tenth {found['first_bytes'] / mib:,.0f} MiB: ratio {found['ratio']:.2f}.",
        "",
        "| form | 10 kB, ms | 100 kB, ms | ratio |",
        "|---|---:|---:|---:|",
    ]
    for row in result["hostile"]:
        times = (row["small_seconds"], row["large_seconds"])
        cells = ["gave up" if spent is None else f"{spent * 1000:,.1f}" for spent in times]
        ratio = "-" if row["ratio"] is None else f"{row['ratio']:.1f}"
        lines.append(f"| {row['form']} | {' | '.join(cells)} | {ratio} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
