"""Marked spans as the value of a vote, and the characters that they mark."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from datacoop.records.digest import canonical_json


class Marked(NamedTuple):
    """A label on the half-open range `[start, end)` of a text, in characters."""

    start: int
    end: int
    label: str


Character = tuple[str, int]
"""A label and the position of one character that carries it."""


def spans_to_value(spans: Iterable[Marked]) -> str:
    """Write spans as the value of a vote: equal spans give equal text, whatever their order."""
    return canonical_json([list(span) for span in sorted(set(spans))]).decode()


def spans_from_value(value: str) -> tuple[Marked, ...]:
    """Read what `spans_to_value` wrote."""
    return tuple(Marked(*span) for span in json.loads(value))


def characters(value: str) -> frozenset[Character]:
    """Give every labelled character of a vote."""
    spans = spans_from_value(value)
    return frozenset((s.label, position) for s in spans for position in range(s.start, s.end))


def merged(values: Sequence[str]) -> str:
    """Give the spans of the characters that more than half of the votes mark alike.

    Spans of one label that touch become one.
    """
    counts = character_counts(values)
    return _runs(character for character, count in counts.items() if 2 * count > len(values))


def character_counts(values: Iterable[str]) -> Counter[Character]:
    """Count the votes that mark each character, by label."""
    return Counter(character for value in values for character in characters(value))


def character_f1(first: Iterable[str], second: Iterable[str]) -> float | None:
    """Give the F1 of the characters that two annotators marked, over texts in one order.

    Returns:
        In `[0, 1]`; none where neither marked anything.
    """
    both, total = 0, 0
    for one, other in zip(first, second, strict=True):
        a, b = characters(one), characters(other)
        both, total = both + len(a & b), total + len(a) + len(b)
    return 2 * both / total if total else None


def _runs(marked: Iterable[Character]) -> str:
    # Position less rank is the same all along a run of characters that touch.
    ranked = enumerate(sorted(marked))
    runs = groupby(ranked, key=lambda pair: (pair[1][0], pair[1][1] - pair[0]))
    found = []
    for (label, _), run in runs:
        positions = [position for _, (_, position) in run]
        found.append(Marked(positions[0], positions[-1] + 1, label))
    return spans_to_value(found)
