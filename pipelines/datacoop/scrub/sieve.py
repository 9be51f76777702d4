"""Tell by one pass over a text which patterns could find something in it, and where.

The only file that imports Hyperscan, automata for many patterns at once. They are given coarse
forms (`relaxed`), so where they find nothing, no pattern does.
"""

import threading
from collections.abc import Sequence
from functools import cache

import hyperscan
import regex

from datacoop.scrub.alphabet import encoded
from datacoop.scrub.relaxed import relaxed

_TOGETHER = 12
"""Patterns of one automaton; it takes many times as long to build one for them all."""

_FEW_HITS = 1000
"""A text has at most one hit for each character, a short one this many. Where there are more, it
takes less time to search for everything than to hear of them."""

Hits = dict[int, list[int]]
"""By the number of each pattern that could find something, where in order: the places at which
the beginning of it ends, or more of it."""


class Sieve:
    """Many patterns, ready to be looked for at once."""

    def __init__(self, patterns: Sequence[tuple[regex.Pattern[str], bool]]) -> None:
        """Build the automata, which takes seconds once a process.

        Args:
            patterns: Each with whether `_` and letters of other writing are spaces to it.
        """
        forms = [_form(pattern, has_latin_only) for pattern, has_latin_only in patterns]
        known = [(number, form) for number, form in enumerate(forms) if form is not None]
        self._parts = [
            part
            for at in range(0, len(known), _TOGETHER)
            for part in _parts(known[at : at + _TOGETHER])
        ]
        self._unknown = set(range(len(forms))) - {one for part, _ in self._parts for one in part}
        self._thread = threading.local()

    def hits(self, text: str) -> Hits | None:
        """Say where each pattern could find something, or nothing: anywhere."""
        found: Hits = {number: list(range(len(text) + 1)) for number in self._unknown}
        most = max(_FEW_HITS, len(text))
        content = encoded(text)
        reports: list[tuple[int, int]] = []
        report = reports.append

        def hit(at: int, _start: int, end: int, _flags: int, _context: object) -> None:
            report((at, end))

        for (numbers, automaton), scratch in zip(self._parts, self._scratches(), strict=True):
            automaton.scan(content, hit, scratch=scratch)
            for at, end in reports:
                found.setdefault(numbers[at], []).append(end)
            most -= len(reports)
            if most < 0:
                return None
            reports.clear()
        return found

    def _scratches(self) -> list[hyperscan.Scratch]:
        """Give what the automata write on while they run: of its own for each thread."""
        if not hasattr(self._thread, "scratches"):
            self._thread.scratches = [hyperscan.Scratch(automaton) for _, automaton in self._parts]
        return list(self._thread.scratches)


@cache
def _form(pattern: regex.Pattern[str], has_latin_only: bool) -> bytes | None:
    """Give the coarse form of a pattern, or nothing where it is written as none is known."""
    try:
        return relaxed(pattern, has_latin_only=has_latin_only).encode()
    except (ValueError, regex.error):
        return None


def _parts(known: list[tuple[int, bytes]]) -> list[tuple[tuple[int, ...], hyperscan.Database]]:
    """Give automata for patterns by number, leaving out those that are too large for any."""
    try:
        return [
            (tuple(number for number, _ in known), _automaton(tuple(form for _, form in known)))
        ]
    except hyperscan.error:
        half = len(known) // 2
        return _parts(known[:half]) + _parts(known[half:]) if half else []


@cache
def _automaton(forms: tuple[bytes, ...]) -> hyperscan.Database:
    automaton = hyperscan.Database()
    flags = [hyperscan.HS_FLAG_DOTALL] * len(forms)
    automaton.compile(forms, list(range(len(forms))), len(forms), flags)
    return automaton
