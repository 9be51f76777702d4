"""Features for languages written with spaces: a unit is a word."""

import re
from collections.abc import Sequence

import numpy as np

from datacoop.scrub import name_lists
from datacoop.scrub.name_features import (
    Description,
    Numbers,
    Places,
    Units,
    cached,
    lines,
    pair,
)
from datacoop.scrub.name_units import SPACED, Words, read_words
from datacoop.scrub.name_vocabulary import Vocabulary

_FAR = 5
_NEAR = 8
"""The first facts are seen two words away, the next ones a word away."""

_KNOWN, _LOWER, _SHAPE, _MARK = range(4)

_ACROSS = 3
"""How far back a title may stand, counted in words and punctuation."""

_SHAPED = 24
_RUN = re.compile(r"(.)\1+", re.DOTALL)


def _lower(*name_tuples: Sequence[str]) -> frozenset[str]:
    return frozenset(name.lower() for names in name_tuples for name in names)


_MARKS = (
    ("F", _lower(name_lists.GERMAN_FIRST)),
    ("S", _lower(name_lists.GERMAN_LAST)),
    ("f", _lower(name_lists.OTHER_FIRST)),
    ("s", _lower(name_lists.OTHER_LAST)),
    ("T", _lower(name_lists.GERMAN_TITLES)),
    ("R", _lower(name_lists.GERMAN_ROLES)),
    ("L", _lower(name_lists.NAME_LINKS)),
)


def describe(word: str) -> tuple[str, ...]:
    """Say what is known of one word, the facts that reach farthest first."""
    low = word.lower()
    kinds = "".join(map(_kind, word[:_SHAPED]))
    return (
        low,
        _RUN.sub(r"\1", kinds),
        mark(low),
        low[-3:],
        low[-2:],
        low[:3],
        str(min(len(word), 12)),
        word,
        low[-1:],
        low[-4:],
        low[-5:],
        low[:1],
        low[:2],
        low[:4],
        kinds[:12],
        low.rpartition("-")[2],
    )


def _kind(character: str) -> str:
    if character.isupper():
        return "X"
    if character.isalpha():
        return "x"
    return "d" if character.isdigit() else character


def mark(low: str) -> str:
    """Return the lists that a lower-case word stands in, or its stem without genitive -s."""
    found = "".join(sign for sign, names in _MARKS if low in names)
    if not found and len(low) > 3 and low.endswith("s"):
        found = "g" * any(low[:-1] in names for _, names in _MARKS[:4])
    if not found and "-" in low:
        found = "h" * any(part in names for part in low.split("-") for _, names in _MARKS[:4])
    return found or "-"


def known_as(word: str) -> tuple[str, str]:
    """Return the forms of a word that a vocabulary is asked for."""
    return word, word.lower()


_DESCRIPTION = Description(facts=cached(describe), known_as=known_as)


def word_units(texts: Sequence[str], vocabulary: Vocabulary) -> Units:
    """Return the words of `texts` as units."""
    words = read_words(texts, SPACED)
    laid = lines(words, _DESCRIPTION, vocabulary)
    facts, rows = laid.facts, laid.rows
    chains = np.array(words.chains, dtype=np.int64)
    casing = _casing(words.forms, chains)
    previous = _previous_words(words, rows)

    def columns(units: Places) -> list[Numbers]:
        row = rows[units]
        found = [facts[row, kind] for kind in range(facts.shape[1])]
        for step in (-1, 1):
            found += [facts[row + step, kind] for kind in range(_NEAR)]
            found += [facts[row + 2 * step, kind] for kind in range(_FAR)]
        found += _across(facts, row, previous[units])
        return found + _pairs(facts, row, casing[units])

    return Units(
        starts=np.array(words.starts, dtype=np.int64),
        ends=np.array(words.ends, dtype=np.int64),
        texts=np.array(words.texts, dtype=np.int64),
        chains=chains,
        are_characters=False,
        facts=columns,
    )


def _previous_words(words: Words, rows: Places) -> Places:
    """Return for each word the row of the last one of its chain that is no punctuation."""
    last, chain = 0, -1
    found = []
    for form, own_chain, row in zip(words.forms, words.chains, rows.tolist(), strict=True):
        if own_chain != chain:
            last, chain = row - 1, own_chain
        found.append(last if row - last <= _ACROSS else row - 1)
        last = row if form[0].isalnum() else last
    return np.array(found, dtype=np.int64)


def _across(facts: Numbers, row: Places, previous: Places) -> list[Numbers]:
    """Return what the word before says when the full stop of an abbreviation is skipped."""
    mark, low = facts[previous, _MARK], facts[previous, _LOWER]
    return [
        pair(mark, facts[row, _SHAPE]),
        pair(mark, facts[row, _KNOWN]),
        pair(low, facts[row, _SHAPE]),
        pair(pair(mark, facts[row - 1, _SHAPE]), facts[row, _SHAPE]),
    ]


def _pairs(facts: Numbers, row: Places, casing: Numbers) -> list[Numbers]:
    """Return what holds of two or three neighbours together."""
    here, before, after = facts[row, _SHAPE], facts[row - 1, _SHAPE], facts[row + 1, _SHAPE]
    marks = [facts[row + step, _MARK] for step in (-2, -1, 0, 1)]
    around = pair(before, here)
    return [
        around,
        pair(here, after),
        pair(around, after),
        pair(facts[row - 2, _SHAPE], around),
        pair(marks[1], here),
        pair(marks[1], marks[2]),
        pair(marks[2], marks[3]),
        pair(pair(marks[0], marks[1]), here),
        pair(pair(marks[1], marks[2]), marks[3]),
        pair(facts[row - 1, _LOWER], here),
        pair(here, facts[row + 1, _LOWER]),
        pair(facts[row - 1, _LOWER], facts[row - 2, _LOWER]),
        pair(facts[row, _KNOWN], here),
        pair(facts[row, _KNOWN], around),
        pair(pair(facts[row - 1, _KNOWN], before), pair(facts[row, _KNOWN], here)),
        pair(pair(facts[row, _KNOWN], here), pair(facts[row + 1, _KNOWN], after)),
        pair(casing, pair(facts[row, _KNOWN], here)),
        pair(casing, here),
        pair(casing, marks[2]),
    ]


def _casing(forms: Sequence[str], chains: Places) -> Numbers:
    """Say of each word whether its chain has capitals, small letters, or both."""
    seen = np.array([form[:1].isupper() + 2 * form[-1:].islower() for form in forms], np.int64)
    if not len(seen):
        return np.zeros(0, dtype=np.uint64)
    opens = np.flatnonzero(np.diff(chains, prepend=-1))
    whole: Numbers = np.bitwise_or.reduceat(seen, opens)[chains].astype(np.uint64)
    return whole + np.uint64(1)
