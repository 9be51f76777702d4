"""What there is to label: for each collection its project, its records and its queue."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from datacoop.label.picture import Picture
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
    picture: Callable[[], Picture] = Picture
    """Gives what is known of the labelling now; may wait for the pool."""
    closed: set[bytes] = field(default_factory=set)
    """Records that were reported, until the lead lets them back: shown to no annotator."""

    def shown(self, record_id: bytes) -> Mapping[str, Any] | None:
        """Give what an annotator sees of a record; none where it was withdrawn or reported."""
        return None if record_id in self.closed else self.payload(record_id)


def close_records(work: Work, record_ids: Iterable[bytes]) -> None:
    """Serve some records to nobody from now on."""
    for record_id in record_ids:
        work.closed.add(record_id)
        work.queue.remove(record_id)


def open_record(work: Work, record_id: bytes) -> None:
    """Serve a record again that was closed."""
    work.closed.discard(record_id)
    work.queue.bring_back(record_id)


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
