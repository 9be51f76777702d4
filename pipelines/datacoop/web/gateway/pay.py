"""What an annotator did, as it is paid for: by day and collection."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from datacoop.web.gateway.store_served import SKIPPED, Served

LONGEST_SECONDS = 3_600.0
"""How much of one task counts at most: a page may stay open over lunch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayRow:
    """One annotator's work of one day on one collection."""

    day: str
    """The day of the first answer to a task, in UTC, as 2026-01-31."""
    collection: str
    tasks: int
    answered: int
    skipped: int
    active_seconds: int
    """What the labelling page measured, rounded."""


def active_seconds(measured: object, since: float, now: float) -> float:
    """Give how long a task took, at most as long as it was there.

    Args:
        measured: What the page says, which may be anything.
        since: When the task was served.
    """
    if not isinstance(measured, int | float) or not measured > 0:
        return 0.0
    return min(float(measured), max(0.0, now - since), LONGEST_SECONDS)


def pay_rows(done: Iterable[Served]) -> list[PayRow]:
    """Sum up what was answered and skipped, the latest day first."""
    groups: dict[tuple[str, str], list[Served]] = defaultdict(list)
    for one in done:
        if one.done_at is not None:
            groups[day_of(one.done_at), one.collection].append(one)
    rows = [
        PayRow(
            day=day,
            collection=collection,
            tasks=len(group),
            answered=sum(one.state != SKIPPED for one in group),
            skipped=sum(one.state == SKIPPED for one in group),
            active_seconds=round(sum(one.seconds for one in group)),
        )
        for (day, collection), group in sorted(groups.items())
    ]
    return sorted(rows, key=lambda row: row.day, reverse=True)


def pay_csv(rows: Iterable[PayRow]) -> str:
    """Write the counts as CSV with a header."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["day_utc", "collection", "tasks", "answered", "skipped", "active_seconds"])
    for row in rows:
        counts = row.tasks, row.answered, row.skipped, row.active_seconds
        writer.writerow([row.day, row.collection, *counts])
    return text.getvalue()


def day_of(seconds: float) -> str:
    """Give the day in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def time_of(seconds: float) -> str:
    """Give the minute in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
