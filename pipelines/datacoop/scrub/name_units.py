"""Cut texts into words with offsets, and words into chains that are labelled on their own.

Where a chain ends depends on its own text alone, so a text reads the same in any batch.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_WORD = 64
"""A longer run of letters is read in pieces, so that time stays linear in the text."""

WRAPPED_LINE = 60
"""A line this long that ends in a word was wrapped by a program: the sentence goes on."""

MAX_CHAIN = 192
"""Most words of a chain."""

_LETTERS = r"[\w\u0300-\u036f]+"
_PICTURES = frozenset({"So", "Mn", "Cs", "Co", "Cn"})
"""Kinds of character that no name holds, emoji above all; a chain ends at one."""

_SENTENCE_ENDS = frozenset("!?…。")
_SHORTEST_ENDING = 4
"""A full stop ends a sentence only after a word of at least this many characters."""

SPACED = re.compile(rf"{_LETTERS}(?:-{_LETTERS})*|\n|[^\S\n]+|\S")
"""Words between spaces and punctuation, and all that is between them; a hyphen joins."""

SPLIT = re.compile(rf"{_LETTERS}|\n|[^\S\n]+|\S")
"""The same where a hyphen stands between words that are words of their own."""

_AGGLUTINATED = re.compile(r"[\w\u0300-\u036f○〇◯●*]+|\n|\S")
"""Words with their endings; circles and stars stand for masked syllables of a name."""

_SHORTEST_AGGLUTINATED_ENDING, _MAX_CHARACTERS = 2, 256

Places = npt.NDArray[np.int64]

WORD, SPACE, LINE_BREAK, PICTURE = range(4)
ENDS_SENTENCE, FULL_STOP, LONG_ENOUGH, ENDS_IN_LETTER = 4, 8, 16, 32


def piece_marks(form: str) -> int:
    """Return what a piece of a text is, with what it says of where a chain ends."""
    if form == "\n":
        return LINE_BREAK
    if form.isspace():
        return SPACE
    if _is_picture(form):
        return PICTURE
    marks = ENDS_SENTENCE * (form in _SENTENCE_ENDS) | FULL_STOP * (form == ".")
    marks |= LONG_ENOUGH * (len(form) >= _SHORTEST_ENDING)
    return WORD | marks | ENDS_IN_LETTER * form[-1].isalpha()


def cut(texts: Iterable[str], pattern: re.Pattern[str]) -> tuple[list[str], Places]:
    """Return the pieces of all texts, spaces too, and how many each text has."""
    pieces: list[str] = []
    counts = []
    for text in texts:
        found = pattern.findall(text)
        if found and max(map(len, found)) > MAX_WORD:
            found = [
                piece[low : low + MAX_WORD]
                for piece in found
                for low in range(0, len(piece), MAX_WORD)
            ]
        pieces += found
        counts.append(len(found))
    return pieces, np.array(counts, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The words of some texts; parallel arrays, offsets half-open in their text."""

    pieces: Places
    """For each word, the number of its piece."""

    starts: Places
    ends: Places
    texts: Places
    chains: Places
    """For each word, its chain, counted from 0 over all the texts."""


def lay(sizes: Places, marks: Places, counts: Places) -> Laid:
    """Find the words among pieces of texts, and the chains that they stand in.

    Args:
        sizes: The characters of each piece.
        marks: What `piece_marks` says of each piece.
        counts: How many pieces each text has.
    """
    highs = np.cumsum(sizes)
    lows = highs - sizes
    texts = np.repeat(np.arange(len(counts)), counts)
    firsts = np.cumsum(counts) - counts
    bases = lows[firsts[texts]] if len(texts) else lows
    kinds = marks & 3
    words = np.flatnonzero(kinds == WORD)
    breaks = np.cumsum((kinds == PICTURE) | _breaks(lows, highs, bases, marks))
    own, owners = marks[words], texts[words]
    is_end = (own & ENDS_SENTENCE) > 0
    is_same = owners[1:] == owners[:-1]
    is_end[1:] |= is_same & ((own[1:] & FULL_STOP) > 0) & ((own[:-1] & LONG_ENOUGH) > 0)
    after = np.append(kinds, WORD)[words + 1]
    is_end &= (after == SPACE) | (after == LINE_BREAK)
    opens = np.ones(len(words), dtype=bool)
    opens[1:] = is_end[:-1] | (np.diff(breaks[words]) > 0) | ~is_same
    places = np.arange(len(words))
    since = places - np.maximum.accumulate(np.where(opens, places, 0))
    chains = np.cumsum(since % MAX_CHAIN == 0) - 1
    return Laid(
        pieces=words,
        starts=(lows - bases)[words],
        ends=(highs - bases)[words],
        texts=owners,
        chains=chains,
    )


def _breaks(lows: Places, highs: Places, bases: Places, marks: Places) -> npt.NDArray[np.bool_]:
    """Say of each piece whether it is the end of a line that no program wrapped."""
    is_break: npt.NDArray[np.bool_] = (marks & 3) == LINE_BREAK
    at = np.flatnonzero(is_break)
    words = np.flatnonzero((marks & 3) == WORD)
    if len(at) and len(words):
        ends = np.append(0, highs[at])[:-1]
        is_long = lows[at] - np.maximum(ends, bases[at]) >= WRAPPED_LINE
        found = np.searchsorted(words, at) - 1
        last = words[found]
        is_own = (found >= 0) & (lows[last] >= bases[at])
        is_break[at] = ~(is_long & is_own & ((marks[last] & ENDS_IN_LETTER) > 0))
    return is_break


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of some texts, in order; parallel sequences, offsets half-open in their text."""

    forms: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    texts: Sequence[int]
    """For each word, which text it stands in."""

    chains: Sequence[int]
    """For each word, its chain, counted from 0 over all the texts."""


def read_spaced(texts: Sequence[str], pattern: re.Pattern[str]) -> Words:
    """Return the words of `texts` in a language written with spaces."""
    pieces, counts = cut(texts, pattern)
    sizes = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    marks = np.fromiter(map(piece_marks, pieces), dtype=np.int64, count=len(pieces))
    laid = lay(sizes, marks, counts)
    return Words(
        forms=[pieces[place] for place in laid.pieces.tolist()],
        starts=laid.starts.tolist(),
        ends=laid.ends.tolist(),
        texts=laid.texts.tolist(),
        chains=laid.chains.tolist(),
    )


def read_agglutinated(texts: Iterable[str]) -> Words:
    """Return the words of `texts` in a language that writes endings onto names."""
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    owners: list[int] = []
    chains: list[int] = []
    chain = -1
    for number, text in enumerate(texts):
        for start, end, opens in _cut_agglutinated(text):
            chain += opens
            forms.append(text[start:end])
            starts.append(start)
            ends.append(end)
            owners.append(number)
            chains.append(chain)
    return Words(forms=forms, starts=starts, ends=ends, texts=owners, chains=chains)


def _cut_agglutinated(text: str) -> Iterator[tuple[int, int, bool]]:
    """Give each word's start and end, and whether it opens a chain."""
    size, opens, line_start, before = 0, True, 0, ""
    for match in _AGGLUTINATED.finditer(text):
        form, start, end = match.group(), match.start(), match.end()
        if form == "\n":
            is_wrapped = start - line_start >= WRAPPED_LINE and before[-1:].isalpha()
            opens, line_start = opens or not is_wrapped, end
            continue
        if _is_picture(form):
            opens = True
            continue
        for piece in range(start, end, MAX_WORD):
            piece_end = min(piece + MAX_WORD, end)
            opens = opens or size + piece_end - piece > _MAX_CHARACTERS
            yield piece, piece_end, opens
            size, opens = (0 if opens else size) + piece_end - piece, False
        is_full_stop = form == "." and len(before) >= _SHORTEST_AGGLUTINATED_ENDING
        opens = (is_full_stop or form in _SENTENCE_ENDS) and text[end : end + 1].isspace()
        before = form


def _is_picture(form: str) -> bool:
    if len(form) > 1 or form.isascii() or form.isalnum():
        return False
    # Beyond the first plane what is no letter is an emoji or a part of one.
    return form > "\uffff" or unicodedata.category(form) in _PICTURES
