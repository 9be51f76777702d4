"""Search texts by patterns: only where digits or a guard say that a value could stand."""

import re
import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from datacoop.scrub.spans import Finding

PATTERN_SECONDS = 20
"""Longest search of one text for one pattern; then the row is quarantined, not passed."""

_SHORT = 400
"""Characters that no pattern takes long for; to watch the clock would take longer."""

CONTEXT_CHARACTERS = 80
_CONTEXT_REACH = 400
CONTEXT_BONUS = 0.35
CONTEXT_LEAST = 0.4
"""What a word of context adds to a score, and the least it gives: Presidio's own figures."""

BLANK = "\ufffc"
"""Stands for a character of what was found; no letter, digit or separator, as `<` and `>`."""

_KINDS = frozenset({*filter(str.isprintable, map(chr, range(0x180))), *"\nΛλПй€№•–’한글年あ "})
_IN_NUMBERS = frozenset("0123456789+(")
"""Digits, and what may stand before the digits of a number."""

_BLANKS = re.compile(f"{BLANK}+")
NEAR = 186
"""How far from a number something that changed can matter: further than any margin and the words
of context beside it."""
BESIDE = 8
"""How far from a number a line may have been joined for it to stand across."""

_FEW = 1000
"""Characters of a text in which words are sooner looked for one by one."""
_LONGEST = 400
"""Characters that a value that begins with a number or word has at most."""

_OPENING = 4
"""Characters by which words are told apart before they are looked for."""

_SHORT_WORD = 4
MARGIN = 32
"""Characters beside a run of digits that belong to it: `HRB 12345`, `MORGA657054SM9IJ`."""

_DIGIT_RUN = regex.compile(r"\d(?:[\W_]{0,3}\d|[A-Za-z]{1,2}\W?\d)*")
"""Digits that one value could hold: up to three separators or two letters between them."""

_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s")
_TOUCHING = regex.compile(r"[A-Za-z]\d|\d[A-Za-z]")

with warnings.catch_warnings():
    # The module warns that a set operation is one; it is meant.
    warnings.simplefilter("ignore", FutureWarning)
    _OTHER_SCRIPT = regex.compile(r"[[\p{L}\p{M}_]--[\p{Latin}\p{Greek}\p{Cyrillic}]]+", regex.V1)


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
    """Whether no value reaches the threshold without a word of context; `words` are then those."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A text prepared for searching."""

    text: str
    lowered: str
    """The same length, in small letters."""
    latin: str
    """The same length, with letters of Asia and Africa as spaces: no particle hides a value."""
    runs: tuple["DigitRun", ...]
    most_digits: int
    has_letters: bool
    """Whether a Latin letter touches a digit anywhere."""
    held: "HeldWords"
    """Of all words that searches ask for, those that the text holds."""
    numbers: list[int]
    """Where, in order, digits begin, and a plus or bracket before them."""


class DigitRun(NamedTuple):
    """A run of digits in a text."""

    start: int
    end: int
    digits: int
    touches_letter: bool
    floor: int
    ceiling: int
    """How far a range around it may reach to either side."""


class WordIndex:
    """Says which of many words a text holds, many times faster than by looking for each."""

    def __init__(self, words: Iterable[str]) -> None:
        """Take the words to look for, in small letters."""
        self._by_opening: dict[str, list[str]] = {}
        for word in sorted(set(words)):
            self._by_opening.setdefault(word[:_OPENING], []).append(word)
        self._short = [one for one in self._by_opening if len(one) < _OPENING]

    def held_by(self, text: str) -> frozenset[str]:
        """Give the words that stand anywhere in a text in small letters."""
        pieces = {text[at : at + _OPENING] for at in range(len(text))}
        openings = [one for one in pieces if one in self._by_opening] + self._short
        words = {word for one in openings for word in self._by_opening[one]}
        return frozenset(word for word in words if word in text)


class HeldWords:
    """The words of an index that a text holds, looked for when first asked for."""

    def __init__(self, index: WordIndex) -> None:
        """Take the words to look for."""
        self._index = index
        self._words: frozenset[str] | None = None

    def among(self, words: tuple[str, ...], text: str) -> tuple[str, ...]:
        """Give those of `words` that the text in small letters holds, or more.

        Every text asked for must be the first one, or that with parts blanked or lines joined.
        """
        if len(text) < _FEW:
            return tuple([word for word in words if word in text])
        if self._words is None:
            self._words = self._index.held_by(text)
        held = self._words
        return tuple([word for word in words if word in held])


def subject(
    text: str,
    held: HeldWords,
    changed: list[int] | None = None,
    reach: int = NEAR,
) -> Subject:
    """Prepare a text.

    Args:
        held: The words of the searches that it holds.
        changed: Where, in order, it differs from one that was searched before, if it was; then
            only numbers within `reach` of these places are searched again.
    """
    latin = text.replace("_", " ") if text.isascii() else _OTHER_SCRIPT.sub(_spaces, text)
    runs = _runs(text, changed, reach)
    return Subject(
        text=text,
        lowered=lowered(text),
        latin=latin,
        runs=runs,
        most_digits=max((run.digits for run in runs), default=0),
        has_letters=any(run.touches_letter for run in runs),
        held=held,
        numbers=_numbers(text),
    )


def _runs(text: str, changed: list[int] | None, reach: int) -> tuple[DigitRun, ...]:
    runs: list[DigitRun] = []
    floor = 0
    for match in _DIGIT_RUN.finditer(text):
        start, end = match.span()
        if changed is not None and not _is_near(changed, start - reach, end + reach):
            # No range reaches into a run that is left out, or it would take it for shorter.
            if runs and runs[-1].ceiling == len(text):
                runs[-1] = runs[-1]._replace(ceiling=start)
            floor = end
            continue
        touches = _TOUCHING.search(text, max(start - 1, 0), end + 1) is not None
        digits = sum(map(str.isdigit, match.group()))
        runs.append(DigitRun(start, end, digits, touches, floor, len(text)))
    return tuple(runs)


def _is_near(places: Sequence[int], low: int, high: int) -> bool:
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


def search(subject: Subject, searches: Iterable[PatternSearch]) -> list[Finding]:
    """Give what the recognizers find at or above their thresholds, in no order.

    Raises:
        TimeoutError: A pattern took too long; nothing can be said about the text.
    """
    found: list[Finding] = []
    known: dict[tuple[int, bool, int], list[tuple[int, int]]] = {}
    for one in searches:
        if one.least_digits > subject.most_digits or one.has_letters > subject.has_letters:
            continue
        for low, high in _ranges(one, subject, known):
            found += _run(one, subject, low, high)
    return found


def _holds_any(text: str, words: tuple[str, ...]) -> bool:
    # A loop and not any(): this runs for every text and recognizer, and is twice as fast.
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


def _ranges(
    one: PatternSearch,
    subject: Subject,
    known: dict[tuple[int, bool, int], list[tuple[int, int]]],
) -> list[tuple[int, int]]:
    """Give the ranges of a text that a recognizer is to search."""
    text, lowered = subject.text, subject.lowered
    if one.least_digits == 0:
        ranges = [(0, len(text))]
    else:
        key = (one.least_digits, one.has_letters, one.margin)
        if key not in known:
            known[key] = windows(
                subject, one.least_digits, has_letters=one.has_letters, margin=one.margin
            )
        ranges = known[key]
    if not ranges:
        return []
    if one.words:
        present = subject.held.among(one.words, subject.lowered)
        if not present:
            return []
        if one.least_digits and not one.needs_context:
            ranges = [(low, high) for low, high in ranges if _holds_any(lowered[low:high], present)]
    if one.needs_context:
        present = subject.held.among(one.context_words, subject.lowered)
        ranges = [(low, high) for low, high in ranges if _has_context(present, lowered, low, high)]
    if one.guard is None:
        return ranges
    if one.is_unspaced:
        return _words(one.guard.pattern, text)
    return [(low, high) for low, high in ranges if _is_guarded(one.guard, subject, low, high)]


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


def _has_context(words: tuple[str, ...], lowered: str, low: int, high: int) -> bool:
    return _holds_any(lowered[max(low - _CONTEXT_REACH, 0) : high + _CONTEXT_REACH], words)


def _run(one: PatternSearch, subject: Subject, low: int, high: int) -> Iterator[Finding]:
    text = subject.text if one.any_script else subject.latin
    limit = PATTERN_SECONDS if high - low > _SHORT else None
    if one.begins_with_word:
        words = subject.held.among(one.words, subject.lowered)
        starts: list[int] | None = _places(subject.lowered, words, low, high)
    else:
        starts = None
    for pattern, base, begins_with_number in one.patterns:
        if begins_with_number and starts is None:
            numbers = subject.numbers
            starts = numbers[bisect_left(numbers, low) : bisect_left(numbers, high)]
        if begins_with_number or one.begins_with_word:
            matches = _at(starts or [], pattern, text, high, overlapped=one.has_check)
        else:
            matches = pattern.finditer(text, low, high, overlapped=one.has_check, timeout=limit)
        for match in matches:
            start, end = match.span()
            score = one.verdict(text[start:end], base) if end > start else 0.0
            if 0 < score < one.threshold:
                score = _raised(score, one, subject.text, start, end)
            if 0 < score >= one.threshold:
                yield Finding(start, end, one.entity, score)


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
