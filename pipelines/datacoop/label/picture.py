"""A picture: what is known of one collection's labelling at one time, for people to look at.

Deciding, routing and gold each give their part; the pages only sum up (`figures.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from datacoop.label.demand import Demand
from datacoop.label.votes import Vote


class Kind(Protocol):
    """What decides who may see a record; can be a key."""

    @property
    def language(self) -> str:
        """The language of its text."""

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains that it may be from; one where the record names it."""

    def __hash__(self) -> int:
        """Let records be counted by kind."""


class OnGold(Protocol):
    """How one annotator does on gold."""

    @property
    def right(self) -> int:
        """Gold answers that were right."""

    @property
    def answered(self) -> int:
        """Gold answers."""

    @property
    def low(self) -> float:
        """Lower bound of the accuracy, at 95 % confidence."""

    @property
    def high(self) -> float:
        """Upper bound."""

    @property
    def paused_utc(self) -> str | None:
        """Since when they are paused; none while they may go on."""


class GoldAnswer(Protocol):
    """One answer to a gold task."""

    @property
    def is_right(self) -> bool:
        """Whether it is the known one."""

    @property
    def created_utc(self) -> str:
        """When it was given, as `Vote.created_utc`."""


class Pair(Protocol):
    """How far two annotators agree, or all of them where no pair is named."""

    @property
    def pair(self) -> tuple[str, str] | None:
        """Two pseudonyms, sorted."""

    @property
    def records(self) -> int:
        """Records that both answered."""

    @property
    def value(self) -> float | None:
        """Agreement beyond chance, up to 1; none where it has no meaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One collection's labelling. Gold stands in none of its parts but those named after it."""

    votes: Sequence[Vote] = ()
    """On the policy's question, those that count."""
    values: tuple[str, ...] = ()
    """The answers between which annotators choose; none where they mark spans."""
    kinds: Mapping[bytes, Kind] = field(default_factory=dict)
    """The kind of each record that has a task."""
    demands: Mapping[bytes, Demand] = field(default_factory=dict)
    """What is asked now, by record; a record that is not here is closed."""
    disputed: Mapping[bytes, float] = field(default_factory=dict)
    """Records that have all their votes and are still in doubt, with how sure their label is."""
    pairs: Sequence[Pair] = ()
    standings: Mapping[str, OnGold] = field(default_factory=dict)
    """By annotator."""
    gold_answers: Mapping[str, Sequence[GoldAnswer]] = field(default_factory=dict)
    """By annotator, in order of time."""
    floor: float = 0.0
    """Least lower bound of an annotator's accuracy."""
    may_see: Callable[[str, Any], bool] = field(default=lambda _annotator, _kind: True)
    """Whether an annotator may be given records of a kind."""
