"""Pictures of labelling, described as JSON can be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from datacoop.label.demand import Demand
from datacoop.label.picture import Picture
from datacoop.label.votes import Vote


class PlainKind(NamedTuple):
    language: str
    domains: tuple[str, ...]


@dataclass(frozen=True)
class PlainStanding:
    right: int
    answered: int
    low: float
    high: float
    paused_utc: str | None


@dataclass(frozen=True)
class PlainAnswer:
    is_right: bool
    created_utc: str


@dataclass(frozen=True)
class PlainPair:
    pair: tuple[str, str] | None
    records: int
    value: float | None


def vote(record_id: bytes, annotator: str, value: str, day: str = "2026-01-01") -> Vote:
    return Vote(
        record_id=record_id,
        annotator=annotator,
        question="area",
        value=value,
        round=1,
        annotation_id=1,
        created_utc=f"{day}T12:00:00.000000",
        withdrawn=False,
    )


def picture_from(told: Mapping[str, Any]) -> Picture:
    """Make a picture from records by their id in hex, and people by pseudonym."""
    kinds = {
        bytes.fromhex(key): PlainKind(language, tuple(domains))
        for key, (language, domains) in told.get("kinds", {}).items()
    }
    demands = {
        bytes.fromhex(key): Demand(record_id=bytes.fromhex(key), votes=votes, doubt=doubt)
        for key, (votes, doubt) in told.get("demands", {}).items()
    }
    return Picture(
        votes=[vote(bytes.fromhex(key), who, said) for key, who, said in told.get("votes", ())],
        values=tuple(told.get("values", ())),
        kinds=kinds,
        demands=demands,
        disputed={bytes.fromhex(key): sure for key, sure in told.get("disputed", {}).items()},
        pairs=[PlainPair((a, b), n, value) for a, b, n, value in told.get("pairs", ())],
        standings={who: PlainStanding(*one) for who, one in told.get("standings", {}).items()},
        gold_answers={
            who: [PlainAnswer(is_right, "2026-01-01T12:00:00.000000") for is_right in answers]
            for who, answers in told.get("gold_answers", {}).items()
        },
        floor=told.get("floor", 0.0),
    )
