"""Search texts by patterns: only where digits or a guard say that a value could stand."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from datacoop.scrub.spans import Finding
from datacoop.scrub.subjects import BLANK, MARGIN, Subject, is_near, windows

PATTERN_SECONDS = 20
"""Longest search of one text for one pattern; then the row is quarantined, not passed."""

_SHORT = 400
"""Characters that no pattern takes long for; to watch the clock would take longer."""

CONTEXT_CHARACTERS = 80
_CONTEXT_REACH = 400
CONTEXT_BONUS = 0.35
CONTEXT_LEAST = 0.4
"""What a word of context adds to a score, and the least it gives: Presidio's own figures."""

_KINDS = frozenset({*filter(str.isprintable, map(chr, range(0x180))), *"\nΛλПй€№•–’한글年あ "})
_IN_NUMBERS = frozenset("0123456789+(")
"""Digits, and what may stand before the digits of a number."""

_LONGEST = 400
"""Characters that a value that begins with a number or word has at most."""

_SHORT_WORD = 4
_SPACE = re.compile(r"\s")

Hits = Mapping[int, Sequence[int]]
"""By its number in a recognizer, each pattern that could find something, with the places, in
order, at which the beginning of it ends."""


class ScoredPattern(NamedTuple):
    """A pattern, and the score of what it finds; that of a guard says nothing."""

    pattern: regex.Pattern[str]
    score: float
    begins_with_number: bool
    """Whether it can match only where a number begins: it is tried nowhere else."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatternSearch:
    """One recognizer of patterns, ready to run."""

    entity: str
    patterns: tuple[ScoredPattern, ...]
    verdict: Callable[[str, float], float]
    """Gives the score of a value from the value and its pattern's score; 0 drops it."""
    threshold: float
    words: tuple[str, ...]
    """In small letters; a text that holds none of them is not searched."""
    context: regex.Pattern[str] | None
    context_words: tuple[str, ...]
    """In small letters; where none of them is, `context` is not found."""
    needs_context: bool
    """Whether no value reaches the threshold without a word of context."""
    least_digits: int
    has_letters: bool
    """Whether in every value a Latin letter touches a digit."""
    margin: int
    guard: ScoredPattern | None
    """Where it is found, the whole text is searched; with `least_digits`, the window is."""
    any_script: bool
    """Whether values hold letters that are not Latin."""
    has_check: bool
    """Whether values are checked; then one may begin inside another that turned out to be none."""
    begins_with_word: bool
    """Whether every value, or what a pattern matches before it, does with one of `words`."""
    is_unspaced: bool
    """Whether values hold no white space: only words in which the guard is found are searched."""


def search(
    subject: Subject,
    searches: Iterable[PatternSearch],
    hits: Mapping[PatternSearch, Hits] | None = None,
) -> list[Finding]:
    """Give what the recognizers find at or above their thresholds, in no order.

    Args:
        hits: What could find something, and where; where not given, all could anywhere.

    Raises:
        TimeoutError: A pattern took too long; nothing can be said about the text.
    """
    found: list[Finding] = []
    known: dict[tuple[int, bool, int], list[tuple[int, int]]] = {}
    for one in searches:
        if hits is None:
            places: Hits = dict.fromkeys(range(len(one.patterns)), ())
        elif one in hits:
            places = hits[one]
        else:
            continue
        if one.least_digits > subject.most_digits or one.has_letters > subject.has_letters:
            continue
        for low, high in _ranges(one, subject, places, known):
            for at in places:
                if _is_hit(places[at], low, high):
                    found += _run(one, one.patterns[at], subject, low, high)
    return found


def _is_hit(ends: Sequence[int], low: int, high: int) -> bool:
    """Say whether something could be found in a range; with no places at all, anywhere."""
    return not ends or is_near(ends, low + 1, high + 1)


def _holds_any(text: str, words: tuple[str, ...]) -> bool:
    # A loop and not any(): this runs for every text and recognizer, and is twice as fast.
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def _ranges(
    one: PatternSearch,
    subject: Subject,
    hits: Hits,
    known: dict[tuple[int, bool, int], list[tuple[int, int]]],
) -> list[tuple[int, int]]:
    """Give the ranges of a text that a recognizer is to search."""
    text = subject.text
    ranges = [
        (low, high)
        for low, high in _wide_ranges(one, subject, known)
        if any(_is_hit(ends, low, high) for ends in hits.values())
    ]
    if ranges and one.words:
        if not _holds_any(subject.lowered, one.words):
            return []
        if one.least_digits and not one.needs_context:
            ranges = [
                (low, high)
                for low, high in ranges
                if _holds_any(subject.lowered[low:high], one.words)
            ]
    if one.needs_context:
        words = one.context_words
        ranges = [(low, high) for low, high in ranges if _has_context(words, subject, low, high)]
    if one.guard is None or not ranges:
        return ranges
    if one.is_unspaced:
        return _words(one.guard.pattern, text)
    return [(low, high) for low, high in ranges if _is_guarded(one.guard, subject, low, high)]


def _wide_ranges(
    one: PatternSearch,
    subject: Subject,
    known: dict[tuple[int, bool, int], list[tuple[int, int]]],
) -> list[tuple[int, int]]:
    """Give the ranges in which enough digits stand."""
    if one.least_digits == 0:
        return [(0, len(subject.text))]
    key = (one.least_digits, one.has_letters, one.margin)
    if key not in known:
        known[key] = windows(
            subject, one.least_digits, has_letters=one.has_letters, margin=one.margin
        )
    return known[key]


def _is_guarded(guard: ScoredPattern, subject: Subject, low: int, high: int) -> bool:
    if not guard.begins_with_number:
        return guard.pattern.search(subject.text, low, high) is not None
    starts = subject.numbers[bisect_left(subject.numbers, low) : bisect_left(subject.numbers, high)]
    return any(guard.pattern.match(subject.text, at, min(at + MARGIN, high)) for at in starts)


def _words(guard: regex.Pattern[str], text: str) -> list[tuple[int, int]]:
    """Give the parts of a text, up to white space, in which a guard is found."""
    found = []
    match = guard.search(text)
    while match is not None:
        low, high = match.start(), match.end()
        while low > 0 and not text[low - 1].isspace():
            low -= 1
        space = _SPACE.search(text, high)
        high = space.start() if space else len(text)
        found.append((low, high))
        match = guard.search(text, high)
    return found


def _has_context(words: tuple[str, ...], subject: Subject, low: int, high: int) -> bool:
    near = subject.lowered[max(low - _CONTEXT_REACH, 0) : high + _CONTEXT_REACH]
    return _holds_any(near, words)


def _run(
    one: PatternSearch, scored: ScoredPattern, subject: Subject, low: int, high: int
) -> Iterator[Finding]:
    for match in _matches(one, scored, subject, low, high):
        start, end = match.span()
        score = one.verdict(match.group(), scored.score) if end > start else 0.0
        if 0 < score < one.threshold:
            score = _raised(score, one, subject.text, start, end)
        if 0 < score >= one.threshold:
            yield Finding(start, end, one.entity, score)


def _matches(
    one: PatternSearch, scored: ScoredPattern, subject: Subject, low: int, high: int
) -> Iterator[regex.Match[str]]:
    text = subject.text if one.any_script else subject.latin
    if one.begins_with_word:
        starts = _places(subject.lowered, one.words, low, high)
    elif scored.begins_with_number:
        numbers = subject.numbers
        starts = numbers[bisect_left(numbers, low) : bisect_left(numbers, high)]
    else:
        limit = PATTERN_SECONDS if high - low > _SHORT else None
        return scored.pattern.finditer(text, low, high, overlapped=one.has_check, timeout=limit)
    return _at(starts, scored.pattern, text, high, overlapped=one.has_check)


def _at(
    starts: list[int], pattern: regex.Pattern[str], text: str, high: int, *, overlapped: bool
) -> Iterator[regex.Match[str]]:
    """Give the matches that begin at one of `starts` and end before `high`."""
    free = 0
    for at in starts:
        # The module looks for letters that a pattern needs up to the end of what it is given.
        if at >= free and (match := pattern.match(text, at, min(at + _LONGEST, high))):
            yield match
            free = 0 if overlapped else match.end()


def _places(text: str, words: tuple[str, ...], low: int, high: int) -> list[int]:
    """Give where, in order, one of `words` stands in a range."""
    found = set()
    for word in words:
        at = text.find(word, low, high)
        while at >= 0:
            found.add(at)
            at = text.find(word, at + 1, high)
    return sorted(found)


def _raised(score: float, one: PatternSearch, text: str, start: int, end: int) -> float:
    """Give the score with the help of the words before and after the value."""
    if one.context is None:
        return score
    # What was found is no context and takes no room: scrubbing twice must be the same.
    before = text[max(start - _CONTEXT_REACH, 0) : start].replace(BLANK, "")[-CONTEXT_CHARACTERS:]
    after = text[end : end + _CONTEXT_REACH].replace(BLANK, "")[:CONTEXT_CHARACTERS]
    for near in (before, after):
        if _holds_any(near.lower(), one.context_words) and one.context.search(near):
            return max(score + CONTEXT_BONUS, CONTEXT_LEAST)
    return score


def scored(pattern: regex.Pattern[str], score: float = 1.0) -> ScoredPattern:
    """Give a pattern with its score, and say whether it begins where a number does.

    That is tried out, with a character of each kind and all that the pattern spells out.
    """
    openings = (_KINDS | set(pattern.pattern)) - _IN_NUMBERS
    begins = not any(pattern.match(one, partial=True) for one in openings) and not any(
        pattern.match(f"{before}{one}", 1, partial=True) for before in "05" for one in "0123456789"
    )
    return ScoredPattern(pattern, score, begins)


def lowered_words(words: Iterable[str]) -> tuple[str, ...]:
    """Give words of context in small letters, sorted, each once."""
    return tuple(sorted({word.strip().lower() for word in words}))


def context_pattern(words: Iterable[str]) -> regex.Pattern[str] | None:
    """Give the pattern that finds any word of context; short Latin ones only as whole words."""
    parts = [
        rf"(?<![\p{{Latin}}\d]){regex.escape(word.strip())}(?![\p{{Latin}}\d])"
        if word.isascii() and len(word.strip()) <= _SHORT_WORD
        else regex.escape(word.strip())
        for word in sorted(set(words))
    ]
    return regex.compile("|".join(parts), regex.IGNORECASE) if parts else None
