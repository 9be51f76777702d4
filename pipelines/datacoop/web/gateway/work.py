"""What there is to label: for each collection its project, its records and its queue."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from datacoop.label.picture import Picture
from datacoop.label.result_check import Questions
from datacoop.label.votes import Vote
from datacoop.web.gateway.queue import Queue
from datacoop.web.gateway.store_served import ANSWERED, PUT_OFF, SKIPPED, Served

ROUND = 1
"""The round of all votes."""
REMEMBERED_SECONDS = 3_600.0
"""Making work anew takes less."""

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Work:
    """One collection, or a review of it, as it is worked on; `renew` brings it up to date."""

    name: str
    """What the gateway's store knows it under: the collection's name, but for reviews."""
    collection: str
    title: str
    guidelines: str
    project: int
    """Label Studio's number of the project."""
    questions: Questions
    question: str
    """The question whose answer is the vote."""
    value: Callable[[object], str]
    """Gives what the `result` of an annotation votes for; empty where it does not count."""
    queue: Queue
    payload: Callable[[bytes], Mapping[str, Any] | None]
    """Gives what is shown of a record, from the pool; none where it was withdrawn."""
    task: Callable[[bytes], int | None]
    """Gives Label Studio's number of a record's task; none where there is none."""
    picture: Callable[[], Picture] = Picture
    """Gives what is known of the labelling now; may wait for the pool."""
    readers: frozenset[str] | None = None
    """Who may review, where it is a review; otherwise the queue alone decides."""
    closed: set[bytes] = field(default_factory=set)
    """Records that were reported, until the lead lets them back: shown to no annotator."""
    _recent: deque[tuple[float, Callable[[Queue], object]]] = field(default_factory=deque)
    """What the queue was told of late, and when."""

    def is_for(self, annotator: str) -> bool:
        """Say whether somebody may know of it."""
        return self.readers is None or annotator in self.readers

    def hold(self, annotator: str, record_id: bytes, now: float) -> bool:
        """Enter that an annotator has a record in hand; give whether it was not so before."""
        return self._tell(now, lambda queue: queue.hold(annotator, record_id, now))

    def give_back(self, annotator: str, record_id: bytes, now: float) -> None:
        """Enter that an annotator put a record off."""
        self._tell(now, lambda queue: queue.give_back(annotator, record_id))

    def take(self, vote: Vote, now: float) -> str | None:
        """Take in an answer; give when its annotator was paused, where it pauses them."""
        return self._tell(now, lambda queue: queue.take(vote, now))

    def renew(self, fresh: "Work", since: float) -> None:
        """Become what was made anew while this one was in use.

        Args:
            since: When making it began. What the queue was told from then on is told again, which
                changes nothing where it was known.
        """
        for when, event in self._recent:
            if when >= since:
                event(fresh.queue)
        for record_id in self.closed:
            fresh.queue.remove(record_id)
        for name in ("title", "guidelines", "project", "questions", "question", "value", "readers"):
            setattr(self, name, getattr(fresh, name))
        self.queue, self.payload, self.task = fresh.queue, fresh.payload, fresh.task
        self.picture = fresh.picture

    def _tell(self, now: float, event: Callable[[Queue], T]) -> T:
        while self._recent and self._recent[0][0] < now - REMEMBERED_SECONDS:
            self._recent.popleft()
        self._recent.append((now, event))
        return event(self.queue)

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


def own_votes(served: Iterable[Served], question: str) -> list[Vote]:
    """Give the answers that the gateway's store holds, as votes."""
    return [
        own_vote(one, question)
        for one in served
        if one.state in (ANSWERED, SKIPPED) and one.annotation is not None
    ]


def own_vote(served: Served, question: str) -> Vote:
    """Give the vote of one that was answered: the same that `label collect` finds."""
    assert served.annotation is not None  # noqa: S101 - it was answered
    return Vote(
        record_id=served.record_id,
        annotator=served.annotator,
        question=question,
        value=served.value,
        round=ROUND,
        annotation_id=served.annotation,
        created_utc=served.answered_utc,
        # What does not count may be there all the same, and is not asked again.
        withdrawn=not served.value,
    )


def restore(queue: Queue, served: Iterable[Served]) -> None:
    """Tell a new queue who has what in hand.

    Args:
        served: All that was served of the collection, in order.
    """
    for one in served:
        if one.state not in (ANSWERED, SKIPPED):
            # Where an answer was being sent nothing is known yet; its sender keeps it.
            queue.hold(one.annotator, one.record_id, one.since)
            if one.state == PUT_OFF:
                queue.give_back(one.annotator, one.record_id)
