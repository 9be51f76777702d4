"""What routing knows of a record: where it comes from and what reading it takes."""

from typing import NamedTuple


class Kind(NamedTuple):
    """What decides who may see a record; records of one kind are alike to routing."""

    member: str
    """The member that submitted it."""
    country: str
    """That member's country, ISO 3166 alpha-2."""
    language: str
    domains: tuple[str, ...]
    """The domains that it may be from; one where the record names it."""
    jurisdictions: tuple[str, ...] = ()
    """Where its terms let it be processed; empty for anywhere."""


class RecordFacts(NamedTuple):
    """One record, without its text."""

    record_id: bytes
    kind: Kind
    since: int
    """When it began to wait for votes, in seconds."""
    guess_doubt: float | None = None
    """Doubt of a model's prediction, where there is one."""


def prediction_doubt(probabilities: tuple[float, ...]) -> float:
    """Give the doubt of a model's prediction: 0 for a sure one, 1 where two values are level.

    It is one less the margin between the two most probable values.

    Args:
        probabilities: Of at least two values.
    """
    first, second = sorted(probabilities)[-1:-3:-1]
    return min(1.0, max(0.0, 1 - (first - second)))
