"""Carry what is known of a record's people through the whole record, by literal search."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from datacoop.scrub.spans import Finding

PERSON = "PERSON"
CARRIED_SCORE = 0.8

_HANGUL_NAME = re.compile(r"[\uac00-\ud7a3]{3,4}")
_LEAST_VALUE = 3
"""Shorter values of columns, such as an age, would be found in any number."""
_LEAST_COLUMN_PART = 2
_LEAST_FOUND_SURNAME = 4


class Known(NamedTuple):
    """A value to search for in the texts of its record."""

    value: str
    entity: str
    ignores_case: bool


def from_column(value: str, entity: str) -> list[Known]:
    """Give what to search for when a column says who or what a record is about."""
    whole = [Known(value, entity, True)] if len(value.strip()) >= _LEAST_VALUE else []
    if entity != PERSON:
        return whole
    parts = [*_words(value), *_given_name(value)]
    return whole + [Known(part, entity, False) for part in parts if len(part) >= _LEAST_COLUMN_PART]


def from_finding(value: str) -> list[Known]:
    """Give what to search for when a name was found: itself when full, and its surname."""
    words = _words(value)
    if len(words) < 2:
        return [Known(value, PERSON, False)] if _HANGUL_NAME.fullmatch(value.strip()) else []
    surname = words[-1]
    is_telling = len(surname) >= _LEAST_FOUND_SURNAME and surname[0].isupper()
    return [Known(value, PERSON, True), *([Known(surname, PERSON, False)] * is_telling)]


def _words(value: str) -> list[str]:
    return [word for word in value.replace(",", " ").replace(".", " ").split() if word]


def _given_name(value: str) -> list[str]:
    """Give the name without the surname, of one syllable, where Hangul writes them as one."""
    name = value.strip()
    return [name[1:]] if _HANGUL_NAME.fullmatch(name) else []


def literal_findings(text: str, known: Iterable[Known]) -> list[Finding]:
    """Give the places of `text` where a known value stands as words of its own."""
    lower = text.lower()
    return [
        Finding(match.start(), match.end(), one.entity, CARRIED_SCORE)
        for one in sorted(set(known))
        for match in _matches(one, text, lower)
    ]


def _matches(one: Known, text: str, lower: str) -> Iterator[re.Match[str]]:
    if len(lower) != len(text):
        # A few letters, such as the dotted capital I, are two in lower case.
        yield from _pattern(one).finditer(text)
        return
    # A search for the first word is many times faster than one for the pattern.
    first = one.value.split()[0].lower()
    at = lower.find(first)
    pattern = _pattern(one) if at >= 0 else None
    while pattern is not None and at >= 0:
        match = pattern.match(text, at)
        if match is not None:
            yield match
        at = lower.find(first, match.end() if match else at + 1)


def _pattern(one: Known) -> re.Pattern[str]:
    words = one.value.split()
    inner = r"\s+".join(map(re.escape, words))
    if not one.ignores_case:
        inner = f"(?:{inner}|{re.escape(one.value.upper())})"
    # In Korean a particle follows without a space, so only Latin words end at a border.
    end = r"(?!\w)" if one.value[-1:].isascii() else ""
    return re.compile(rf"(?<!\w){inner}{end}", re.IGNORECASE if one.ignores_case else 0)
