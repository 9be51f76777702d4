"""Texts prepared for searching: their small and Latin letters, and their runs of digits."""

import re
import warnings
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import regex

BLANK = "\ufffc"
"""Stands for a character of what was found; no letter, digit or separator, as `<` and `>`."""

_BLANKS = re.compile(f"{BLANK}+")
NEAR = 186
"""How far from a number something that changed can matter: further than any margin and the words
of context beside it."""
BESIDE = 8
"""How far from a number a line may have been joined for it to stand across."""

MARGIN = 32
"""Characters beside a run of digits that belong to it: `HRB 12345`, `MORGA657054SM9IJ`."""

_DIGIT_RUN = regex.compile(r"\d(?:[\W_]{0,3}\d|[A-Za-z]{1,2}\W?\d)*")
"""Digits that one value could hold: up to three separators or two letters between them."""

_DIGITS = re.compile(r"\d+")
_TOUCHING = regex.compile(r"[A-Za-z]\d|\d[A-Za-z]")

with warnings.catch_warnings():
    # The module warns that a set operation is one; it is meant.
    warnings.simplefilter("ignore", FutureWarning)
    _OTHER_SCRIPT = regex.compile(r"[[\p{L}\p{M}_]--[\p{Latin}\p{Greek}\p{Cyrillic}]]+", regex.V1)


class Subject:
    """A text prepared for searching, as far as it is looked into."""

    def __init__(self, text: str, changed: list[int] | None = None, reach: int = NEAR) -> None:
        """Take a text.

        Args:
            changed: Where, in order, it differs from one that was searched before, if it was; then
                only numbers within `reach` of these places are searched again.
        """
        self.text = text
        self._changed = changed
        self._reach = reach

    @cached_property
    def lowered(self) -> str:
        """The same length, in small letters."""
        return lowered(self.text)

    @cached_property
    def latin(self) -> str:
        """The same length, with letters of Asia and Africa as spaces: no particle hides a value."""
        if self.text.isascii():
            return self.text.replace("_", " ")
        return _OTHER_SCRIPT.sub(_spaces, self.text)

    @cached_property
    def runs(self) -> tuple["DigitRun", ...]:
        """The runs of digits that are to be searched, in order."""
        return _runs(self.text, self._changed, self._reach)

    @cached_property
    def most_digits(self) -> int:
        """The digits of the longest run."""
        return max((run.digits for run in self.runs), default=0)

    @cached_property
    def has_letters(self) -> bool:
        """Whether a Latin letter touches a digit anywhere."""
        return any(run.touches_letter for run in self.runs)

    @cached_property
    def numbers(self) -> list[int]:
        """Where, in order, digits begin, and a plus or bracket before them."""
        return _numbers(self.text)


class DigitRun(NamedTuple):
    """A run of digits in a text."""

    start: int
    end: int
    digits: int
    touches_letter: bool
    floor: int
    ceiling: int
    """How far a range around it may reach to either side."""


def _runs(text: str, changed: list[int] | None, reach: int) -> tuple[DigitRun, ...]:
    runs: list[DigitRun] = []
    floor = 0
    for match in _DIGIT_RUN.finditer(text):
        start, end = match.span()
        if changed is not None and not is_near(changed, start - reach, end + reach):
            # No range reaches into a run that is left out, or it would take it for shorter.
            if runs and runs[-1].ceiling == len(text):
                runs[-1] = runs[-1]._replace(ceiling=start)
            floor = end
            continue
        touches = _TOUCHING.search(text, max(start - 1, 0), end + 1) is not None
        digits = sum(map(str.isdigit, match.group()))
        runs.append(DigitRun(start, end, digits, touches, floor, len(text)))
    return tuple(runs)


def is_near(places: Sequence[int], low: int, high: int) -> bool:
    """Say whether one of `places`, in order, lies in a range."""
    at = bisect_left(places, low)
    return at < len(places) and places[at] < high


def _numbers(text: str) -> list[int]:
    found = []
    for match in _DIGITS.finditer(text):
        at = match.start()
        found += [one for one in (at - 2, at - 1) if one >= 0 and text[one] in "+("]
        found.append(at)
    return found


def lowered(text: str) -> str:
    """Give a text in small letters and of the same length."""
    small_text = text.lower()
    if len(small_text) == len(text):
        return small_text
    # A few letters, such as the dotted capital I, are two in lower case.
    return "".join(small if len(small := one.lower()) == 1 else one for one in text)


def _spaces(match: regex.Match[str]) -> str:
    return " " * len(match.group())


def blanked(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """Give a text as long, with nothing to find in `ranges`."""
    characters = list(text)
    for start, end in ranges:
        characters[start:end] = BLANK * (end - start)
    return "".join(characters)


def blanks(text: str) -> list[int]:
    """Give the first and the last place of each blank."""
    return [at for match in _BLANKS.finditer(text) for at in (match.start(), match.end() - 1)]


def windows(
    subject: Subject, least_digits: int, *, has_letters: bool = False, margin: int = MARGIN
) -> list[tuple[int, int]]:
    """Give the ranges, sorted and apart, in which a value of so many digits could stand."""
    found: list[tuple[int, int]] = []
    for start, end, digits, touches_letter, floor, ceiling in subject.runs:
        if digits < least_digits or (has_letters and not touches_letter):
            continue
        low, high = max(start - margin, floor), min(end + margin, ceiling)
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found
