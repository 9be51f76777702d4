"""What the fault campaign did, counted; `make faults` prints it, and writes it into the docs."""

import os
import re
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

IN_FULL = os.environ.get("DATACOOP_FAULTS") == "all"
"""Whether every place is tried, as `make faults` does; else places at a fixed stride."""
PAGE = Path(__file__).parents[2] / "docs" / "guarantees.md"

JOBS = "job | busy with"
SPOILT = "spoilt | found by"
ANSWERS = "a store that answers"
ALSO = "also tried"
TABLES = (JOBS, SPOILT, ANSWERS, ALSO)
"""By the heads of their rows; what is counted belongs to one of them."""

JOB_COLUMNS = (
    "error instead",
    "error after",
    "SIGKILL",
    "reader saw before",
    "reader saw after",
    "found unfinished",
    "ended as undisturbed",
)

Counted = tuple[str, str, str, int]
"""Table, row, column and number."""
COUNTS: Counter[tuple[str, str, str]] = Counter()


def count(table: str, row: str, column: str, number: int = 1) -> None:
    """Count some faults; none at all is an error, for then nothing was tried."""
    assert number > 0, f"nothing was tried of {row}: {column}"
    COUNTS[table, row, column] += number


def counted() -> list[Counted]:
    """Give all that was counted in this process, in the order in which it came."""
    return [(*key, number) for key, number in COUNTS.items()]


def add(others: Iterable[Counted]) -> None:
    """Add what was counted in another process."""
    for table, row, column, number in others:
        COUNTS[table, row, column] += number


def cpu_seconds() -> float:
    """Give the processor's time of this process and of the children that have ended."""
    return sum(os.times()[:4])


def tables() -> list[str]:
    """Give the counts as lines of Markdown tables."""
    return [line for table in TABLES for line in _table(table)]


def _table(table: str) -> list[str]:
    found = {key[1:]: number for key, number in COUNTS.items() if key[0] == table}
    if not found:
        return []
    rows, columns = (list(dict.fromkeys(key[at] for key in found)) for at in (0, 1))
    if table == JOBS:
        columns = [column for column in JOB_COLUMNS if column in columns]
    lines = ["", f"| {table} | {' | '.join(columns)} |"]
    lines.append(f"|{'---|' * (table.count('|') + 1 + len(columns))}")
    for row in rows:
        numbers = (found.get((row, column), 0) for column in columns)
        lines.append(f"| {row} | {' | '.join(f'{n:,}' if n else '' for n in numbers)} |")
    if table == JOBS:
        sums = (sum(n for key, n in found.items() if key[1] == column) for column in columns)
        lines.append(f"| all | | {' | '.join(f'{n:,}' for n in sums)} |")
    return lines


def write_tables(seconds: float) -> None:
    """Write the tables of a whole run that was green into the docs.

    Args:
        seconds: What it took of the processor.
    """
    page = PAGE.read_text(encoding="utf-8")
    today = time.strftime("%Y-%m-%d", time.gmtime())
    said = f"Written by `make faults` on {today}; it took {seconds / 60:.0f} CPU-minutes."
    marks = re.compile(r"(<!-- faults -->\n).*?(<!-- /faults -->)", re.DOTALL)
    text = "\n".join([said, *tables()])
    written, marked = marks.subn(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page)
    assert marked == 1, f"{PAGE.name} has no marks"
    PAGE.write_text(written, encoding="utf-8")
