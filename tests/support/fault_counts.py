"""What the fault campaign did, counted by phase; `make faults` prints it."""

import os
from collections import Counter

IN_FULL = os.environ.get("DATACOOP_FAULTS") == "all"
"""Whether every place is tried, as `make faults` does; else places at a fixed stride."""
COUNTS: Counter[tuple[str, str]] = Counter()
"""By phase, and by what was counted of it."""


def count(phase: str, what: str, number: int = 1) -> None:
    """Count some faults of a phase; none at all is an error, for then nothing was tried."""
    assert number > 0, f"nothing was tried of {phase}: {what}"
    COUNTS[phase, what] += number


def table() -> list[str]:
    """Give the counts as lines of a Markdown table, in the order in which they came."""
    lines = ["| phase | what was tried | count |", "|---|---|---|"]
    return lines + [f"| {phase} | {what} | {n:,} |" for (phase, what), n in COUNTS.items()]
