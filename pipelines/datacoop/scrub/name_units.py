"""Cut texts into words with offsets, and words into chains that are labelled on their own.

Where a chain ends depends on its own text alone, so a text reads the same in any batch.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_WORD = 64
"""A longer run of letters is read in pieces, so that time stays linear in the text."""

WRAPPED_LINE = 60
"""A line this long that ends in a word was wrapped by a program: the sentence goes on."""

_LETTERS = r"[\w\u0300-\u036f]+"
_PICTURES = frozenset({"So", "Mn", "Cs", "Co", "Cn"})
"""Kinds of character that no name holds, emoji above all; a chain ends at one."""

_SENTENCE_ENDS = frozenset("!?…。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the texts of a language are cut."""

    pattern: re.Pattern[str]
    """Matches a word, a line break, or one other character."""

    by_character: bool
    """Whether a unit of a chain is a character of a word, or the word."""

    shortest_ending: int
    """A full stop ends a sentence only after a word of at least this many characters."""

    max_chain: int
    """Most units of a chain."""


SPACED = Reading(
    pattern=re.compile(rf"{_LETTERS}(?:[-'’]{_LETTERS})*|\n|\S"),
    by_character=False,
    shortest_ending=4,
    max_chain=192,
)
"""Words between spaces and punctuation; a hyphen or an apostrophe joins."""

AGGLUTINATED = Reading(
    # Circles and stars stand for masked syllables of a name.
    pattern=re.compile(r"[\w\u0300-\u036f○〇◯●*]+|\n|\S"),
    by_character=True,
    shortest_ending=2,
    max_chain=256,
)
"""Characters of words: endings are written onto names, so a word is too coarse."""


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


def read_words(texts: Iterable[str], reading: Reading) -> Words:
    """Return the words of `texts`; a chain never spans two texts."""
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    owners: list[int] = []
    chains: list[int] = []
    chain = -1
    for number, text in enumerate(texts):
        for start, end, opens in _cut(text, reading):
            chain += opens
            forms.append(text[start:end])
            starts.append(start)
            ends.append(end)
            owners.append(number)
            chains.append(chain)
    return Words(forms=forms, starts=starts, ends=ends, texts=owners, chains=chains)


def _cut(text: str, reading: Reading) -> Iterator[tuple[int, int, bool]]:
    """Give each word's start and end, and whether it opens a chain."""
    size, opens, line_start, before = 0, True, 0, ""
    for match in reading.pattern.finditer(text):
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
            units = piece_end - piece if reading.by_character else 1
            opens = opens or size + units > reading.max_chain
            yield piece, piece_end, opens
            size, opens = (0 if opens else size) + units, False
        is_full_stop = form == "." and len(before) >= reading.shortest_ending
        opens = (is_full_stop or form in _SENTENCE_ENDS) and text[end : end + 1].isspace()
        before = form


def _is_picture(form: str) -> bool:
    if len(form) > 1 or form.isascii() or form.isalnum():
        return False
    # Beyond the first plane what is no letter is an emoji or a part of one.
    return form > "\uffff" or unicodedata.category(form) in _PICTURES
