"""Gold rows for name models: reading them, which are held out, and figures against them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from datacoop.scrub import names
from datacoop.scrub.gold import TEST_SHARE, GoldRow, is_test, read_gold
from datacoop.scrub.name_card import Figures
from datacoop.scrub.name_examples import Example, Range
from datacoop.scrub.name_titles import UNLEARNT


class HasId(Protocol):
    """A row with an id."""

    @property
    def id(self) -> str:
        """What says whether the row is held out."""


HELD_OUT_PERCENT = 100 // TEST_SHARE

PERSON_LABELS = frozenset({"PERSON", "PER", "PS", "RR", "AN", "LEGAL_PROFESSIONAL"})
"""Persons in the gold sets; RR and AN are judges and lawyers."""

OTHER_LABELS = frozenset(
    {"LOC", "ORG", "OTH", "LOCATION", "ORGANIZATION", "MISC", "OG", "LC", "ADDRESS"}
) | {
    *("LOCderiv", "LOCpart", "ORGpart", "ORGderiv", "OTHpart", "OTHderiv", "PERpart", "PERderiv"),
    *("LD", "ST", "STR", "LDS", "UN", "INN", "GRT", "MRK"),
}
"""Names that are no persons: learnt, so that they are told apart, and never reported."""


def read_examples(path: Path, language: str) -> list[Example]:
    """Read the rows of `language` from a file of gold spans, one JSON object a line.

    Raises:
        SettingsError: The file cannot be read, or a line is not of that form.
    """
    return [_example(row) for row in read_gold(path) if row.language == language]


def _example(row: GoldRow) -> Example:
    spans = sorted((span.start, span.end, span.label) for span in row.spans)
    people = [(low, high) for low, high, label in spans if label in PERSON_LABELS]
    return Example(
        id=row.id,
        text=row.text,
        people=tuple(_untitled(row.text, people, row.language)),
        others=tuple((low, high) for low, high, label in spans if label in OTHER_LABELS),
    )


_TITLE = re.compile(
    rf"(?:(?:{'|'.join(sorted(UNLEARNT))})(?![^\W\d_]|['’-])[\s.]*)+", re.IGNORECASE
)


def _untitled(text: str, ranges: Iterable[Range], language: str) -> Iterator[Range]:
    """Give the ranges without a leading title; one that is nothing else is left out."""
    for low, high in ranges:
        title = _TITLE.match(text, low, high)
        # "M." is a title in French alone.
        is_initial = (
            language != "fr" and text[low] in "Mm" and not text[low + 1 : low + 2].isalpha()
        )
        start = title.end() if title and not is_initial else low
        if any(map(str.isalnum, text[start:high])):
            yield start, high


def is_held_out(row: HasId) -> bool:
    """Whether a row is kept from training; depends on its id alone."""
    return is_test(row.id)


def measure(
    model: names.NameModel, rows: Sequence[Example], threshold: float | None = None
) -> Figures:
    """Return how many people are found whole, and recall and precision of letters and digits."""
    found = names.find_names(model, [row.text for row in rows], threshold)
    people = whole = gold_size = found_size = shared = 0
    for row, spans in zip(rows, found, strict=True):
        covered = _characters(row.text, ((span.start, span.end) for span in spans))
        for person in row.people:
            people += 1
            whole += _characters(row.text, [person]) <= covered
        wanted = _characters(row.text, row.people)
        gold_size, found_size = gold_size + len(wanted), found_size + len(covered)
        shared += len(wanted & covered)
    return {
        "rows": len(rows),
        "people": people,
        "recall": whole / max(people, 1),
        "character_recall": shared / max(gold_size, 1),
        "character_precision": shared / max(found_size, 1),
    }


def _characters(text: str, ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {place for low, high in ranges for place in range(low, high) if text[place].isalnum()}
