"""Gold rows for models of kinds: reading them, and figures against them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from datacoop.scrub import kinds
from datacoop.scrub.gold import NO_MASK, GoldRow, GoldSpan, read_gold
from datacoop.scrub.name_card import Figures
from datacoop.scrub.names import NameModel

_GOLD_LABELS = {
    "LOCATION": "LOCATION LOC LC ADDRESS ST STR LD LDS",
    "ORGANIZATION": "ORGANIZATION ORG OG UN INN GRT",
    "NRP": "NRP DEM NATIONALITY ETHNIC_CATEGORY LOCderiv",
    "QUANTITY": "QUANTITY CURRENCY QT",
    kinds.PERSON: "PERSON PER PS RR AN LEGAL_PROFESSIONAL",
    kinds.OTHER: "MISC OTH MRK LOCpart ORGpart ORGderiv OTHpart OTHderiv PERpart PERderiv",
}
LABEL_OF: Mapping[str, str] = {
    gold: label for label, names in _GOLD_LABELS.items() for gold in names.split()
}
"""What the labels of the gold sets stand for; spans with others are not looked at."""


class Marked(NamedTuple):
    """A half-open character range and its label, one of `kinds.LABELS`."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """A text with what it names, in order."""

    id: str
    text: str
    spans: tuple[Marked, ...]


def read_kinds(path: Path, language: str) -> list[KindRow]:
    """Read the rows of `language` from a file of gold spans, one JSON object a line.

    An organisation that gold marks as harmless, `NO_MASK`, is an office.

    Raises:
        SettingsError: The file cannot be read, or a line is not of that form.
    """
    return [_row(row) for row in read_gold(path) if row.language == language]


def _row(row: GoldRow) -> KindRow:
    spans = (
        Marked(span.start, span.end, _label(span)) for span in row.spans if span.label in LABEL_OF
    )
    return KindRow(id=row.id, text=row.text, spans=tuple(sorted(spans)))


def _label(span: GoldSpan) -> str:
    label = LABEL_OF[span.label]
    is_harmless = span.kind == NO_MASK
    return kinds.OFFICE if label == "ORGANIZATION" and is_harmless else label


def measure(model: NameModel, rows: Sequence[KindRow], threshold: float) -> Mapping[str, Figures]:
    """Return by entity how many spans are found whole, and recall and precision of letters."""
    wanted = dict.fromkeys(kinds.ENTITIES, threshold)
    found = kinds.find_kinds(model, [row.text for row in rows], wanted)
    return {
        entity: _figures(
            entity, rows, [[span for span in spans if span.entity == entity] for spans in found]
        )
        for entity in kinds.ENTITIES
        if any(mark.label == entity for row in rows for mark in row.spans)
    }


def _figures(entity: str, rows: Sequence[KindRow], found: Iterable[Iterable[Any]]) -> Figures:
    count = whole = gold_size = found_size = shared = 0
    for row, spans in zip(rows, found, strict=True):
        covered = _letters(row.text, ((span.start, span.end) for span in spans))
        marked = [(one.start, one.end) for one in row.spans if one.label == entity]
        count += len(marked)
        whole += sum(_letters(row.text, [one]) <= covered for one in marked)
        gold = _letters(row.text, marked)
        gold_size, found_size = gold_size + len(gold), found_size + len(covered)
        shared += len(gold & covered)
    return {
        "rows": len(rows),
        "spans": count,
        "recall": whole / max(count, 1),
        "character_recall": shared / max(gold_size, 1),
        "character_precision": shared / max(found_size, 1),
    }


def _letters(text: str, ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {place for low, high in ranges for place in range(low, high) if text[place].isalnum()}
