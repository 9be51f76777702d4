"""What an auditor reads of a record: all that a release would say of it, as one text."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

LEAST_CHARACTERS = 2
"""Letters or digits that a value must have to be looked for elsewhere: one alone is no value."""

_FIRST_UNSPACED = 0x1100
"""Hangul and what follows: a value may touch a word there, as a particle follows a name."""


def audit_text(payload: Mapping[str, Any]) -> str:
    """Write the columns of a record, each under its name, in their order.

    Privacy: scrubbed text, with whatever the scrub missed.

    Args:
        payload: Values by payload column; turns are a list of speaker and text.
    """
    return "".join(f"[{name}]\n{text}\n\n" for name, text in shown_texts(payload).items())


def text_ranges(payload: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Give where the text of each column stands in `audit_text`, as half-open ranges."""
    ranges, done = {}, 0
    for name, text in shown_texts(payload).items():
        start = done + len(name) + 3
        ranges[name] = (start, start + len(text))
        done = start + len(text) + 2
    return ranges


def shown_texts(payload: Mapping[str, Any]) -> dict[str, str]:
    """Give the text of each column that has a value."""
    return {name: _shown(value) for name, value in payload.items() if value is not None}


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(f"{turn['speaker'] or ''}: {turn['text'] or ''}" for turn in value)
    return str(value)


class ValueSearch:
    """Looks for values in texts, whatever case, width and white space they are written in.

    Privacy: holds what leaked; it stays in the job that made it.
    """

    def __init__(self, values: Iterable[str]) -> None:
        found = {folded for value in values if is_searchable(folded := _folded(value))}
        # The longest first: it decides at once, and the set has no order of its own.
        ordered = sorted(found, key=lambda value: (-len(value), value))
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def finds(self, text: str) -> bool:
        """Say whether one of the values stands in a text, not as a part of a longer word."""
        if self._pattern is None:
            return False
        folded, start = _folded(text), 0
        while found := self._pattern.search(folded, start):
            if not _is_inside(folded, found.start(), found.end()):
                return True
            start = found.start() + 1
        return False


def is_searchable(value: str) -> bool:
    """Say whether a value is long enough to be looked for elsewhere."""
    return sum(map(str.isalnum, value)) >= LEAST_CHARACTERS


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_inside(text: str, start: int, end: int) -> bool:
    return _joins(text[start - 1 : start], text[start]) or _joins(
        text[end - 1], text[end : end + 1]
    )


def _joins(left: str, right: str) -> bool:
    return all(c.isalnum() and ord(c) < _FIRST_UNSPACED for c in (left, right))
