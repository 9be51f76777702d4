"""What follows where Label Studio no longer holds an answer that the pool holds a vote of."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from datacoop.label.votes import Vote, counting_votes

FEW = 10
"""So many answers may be deleted between two collections without a doubt, in any project."""

DOUBTFUL_PERCENT = 5
"""When more of the votes than these are gone at once, rather a backup was put back."""

Place = tuple[int, bytes, str]
"""Number of an annotation, record and annotator: a restored server gives numbers again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """Votes whose answer is gone from Label Studio."""

    deleted: tuple[Vote, ...]
    """Facts that take votes back: their answers were deleted, their tasks are still there."""
    missing: int
    """Votes that stay though their answers are gone: with the whole task, or very many at once."""


def vanished_votes(known: Iterable[Vote], present: AbstractSet[Place]) -> list[Vote]:
    """Give the votes that count and whose answers are not among those present."""
    counting = counting_votes(known)
    return [v for v in counting if (v.annotation_id, v.record_id, v.annotator) not in present]


def judge_vanished(vanished: list[Vote], votes: int, made_utc: Mapping[str, str]) -> Vanished:
    """Say which votes were taken back by deleting their answers.

    A task that was lost and sent again is younger than the votes on it, which stay.

    Args:
        votes: Votes that count, in all.
        made_utc: When the tasks of the vanished votes were made, by key; none that are gone.
    """
    older = [v for v in vanished if made_utc.get(v.record_id.hex(), "~") < v.created_utc]
    is_doubtful = len(older) > max(FEW, votes * DOUBTFUL_PERCENT // 100)
    # At the time of the vote itself: needs no clock, and of the two the withdrawal stands.
    deleted = () if is_doubtful else tuple(replace(vote, withdrawn=True) for vote in older)
    return Vanished(deleted=deleted, missing=len(vanished) - len(deleted))
