"""What there is to label: for each collection its project, its records and its queue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from datacoop.label.result_check import Questions
from datacoop.web.gateway.queue import Queue
from datacoop.web.gateway.store import ANSWERED, SKIPPED, Served


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One collection, as annotators work on it."""

    collection: str
    title: str
    guidelines: str
    project: int
    """Label Studio's number of the project."""
    questions: Questions
    queue: Queue
    payload: Callable[[bytes], Mapping[str, Any] | None]
    """Gives what is shown of a record, from the pool; none where it was withdrawn."""
    task: Callable[[bytes], int | None]
    """Gives Label Studio's number of a record's task; none where there is none."""


def restore(work: Work, served: list[Served]) -> None:
    """Tell a new queue what was served before.

    Args:
        served: All that was served of the collection, in order.
    """
    for one in served:
        if one.state in (ANSWERED, SKIPPED):
            work.queue.answered(one.annotator, one.record_id, one.since)
        else:
            # Where an answer was being sent nothing is known yet; its sender keeps it.
            work.queue.hold(one.annotator, one.record_id, one.since)
