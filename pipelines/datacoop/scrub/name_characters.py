"""Features for Korean: a unit is a character, since endings are written onto names."""

from collections.abc import Sequence

import numpy as np

from datacoop.scrub import name_lists, name_titles
from datacoop.scrub.name_features import (
    Description,
    Numbers,
    Places,
    Scores,
    Units,
    Weights,
    at,
    cached,
    lines,
    pair,
)
from datacoop.scrub.name_units import read_agglutinated
from datacoop.scrub.name_vocabulary import Vocabulary

_KNOWN, _WORD, _STEM, _SIZE, _MARK, _HEAD, _TAIL1, _TAIL2, _TAIL3 = range(9)
_SIGHT = 4
"""How many characters to each side are seen."""

_FARTHEST = 6
"""Places in a word are counted up to here."""

_SURNAMES = frozenset(name_lists.KOREAN_SURNAMES)
_TITLES = frozenset(name_titles.KOREAN_TITLES)
_PARTICLES = frozenset(name_lists.KOREAN_PARTICLES)
_LONGEST_PARTICLE = max(map(len, _PARTICLES))


def particle_of(word: str) -> str:
    """Return the longest particle that `word` ends in and that leaves something before it."""
    for length in range(min(_LONGEST_PARTICLE, len(word) - 1), 0, -1):
        if word[-length:] in _PARTICLES:
            return word[-length:]
    return ""


def describe(word: str) -> tuple[str, ...]:
    """Say what is known of one word."""
    particle = particle_of(word)
    stem = word[: len(word) - len(particle)]
    surname = "S" if word[:1] in _SURNAMES else "-"
    return (
        word,
        stem,
        f"{surname}{min(len(stem), 6)}{particle}",
        _mark(word, stem),
        word[:2],
        word[-1:],
        word[-2:],
        word[-3:],
    )


_LONG_TITLES = tuple(title for title in name_titles.KOREAN_TITLES if len(title) > 1)


def _mark(word: str, stem: str) -> str:
    if word in _TITLES:
        return "T"
    if stem in _TITLES:
        return "t"
    return "e" if word.endswith(_LONG_TITLES) else "-"


def known_as(word: str) -> tuple[str, str]:
    """Return the forms of a word that a vocabulary is asked for."""
    return word, word[: len(word) - len(particle_of(word))]


_DESCRIPTION = Description(facts=cached(describe), known_as=known_as)


_SLICE_UNITS = 4_096


def character_units(texts: Sequence[str], vocabulary: Vocabulary, weights: Weights | None) -> Units:
    """Return the characters of the words of `texts` as units."""
    words = read_agglutinated(texts)
    laid = lines(words, _DESCRIPTION, vocabulary)
    starts = np.array(words.starts, dtype=np.int64)
    sizes = np.array(words.ends, dtype=np.int64) - starts
    word = np.repeat(np.arange(len(sizes)), sizes)
    place = np.arange(len(word)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    owners = np.array(words.texts, dtype=np.int64)[word]
    codes, offsets = _codes(texts)
    where = offsets[owners] + starts[word] + place if len(word) else word
    head = np.minimum(place, _FARTHEST)
    tail = np.minimum(sizes[word] - place - 1, _FARTHEST)

    def columns(units: Places) -> list[Numbers]:
        row, first, last = laid.rows[word[units]], head[units], tail[units]
        return [
            *_inside(codes, where[units], first, last),
            *_around(laid.facts, row, first, last),
        ]

    def scores() -> Scores:
        if weights is None:
            return np.zeros((len(word), 0), dtype=np.int32)
        total = np.zeros((len(word), weights.label_count), dtype=np.int32)
        for low in range(0, len(word), _SLICE_UNITS):
            some = np.arange(low, min(low + _SLICE_UNITS, len(word)))
            for number, facts in enumerate(columns(some)):
                total[some] += weights.of(facts, number)
        return total

    begins = starts[word] + place
    return Units(
        starts=begins,
        ends=begins + 1,
        texts=owners,
        chains=np.array(words.chains, dtype=np.int64)[word],
        are_characters=True,
        facts=columns,
        scores=scores,
    )


def _codes(texts: Sequence[str]) -> tuple[Numbers, Places]:
    """Return the code points of all texts, unseen space between, and where each text begins."""
    gap = "\0" * _SIGHT
    joined = gap + gap.join(texts) + gap
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.array([len(text) + _SIGHT for text in texts], dtype=np.int64)
    return codes.astype(np.uint64) + np.uint64(1), np.cumsum(lengths) - lengths + _SIGHT


def _inside(codes: Numbers, where: Places, first: Places, last: Places) -> list[Numbers]:
    """Return the runs of characters around each unit."""
    single = {step: codes[where + step] for step in range(-_SIGHT, _SIGHT + 1)}
    double = {step: pair(single[step], single[step + 1]) for step in range(-3, 3)}
    kinds = {step: _kinds(single[step]) for step in range(-2, 4)}
    both = first * (_FARTHEST + 1) + last
    return [
        *(single[step] for step in range(-3, 4)),
        *double.values(),
        *(pair(double[step], single[step + 2]) for step in (-3, -2, -1, 0, 1)),
        *(pair(double[step], double[step + 2]) for step in (-2, -1, 0)),
        *(at(single[step], both) for step in (-1, 0, 1)),
        at(double[0], first),
        at(double[-1], first),
        pair(pair(kinds[-1], kinds[0]), kinds[1]),
        at(pair(pair(kinds[-2], kinds[-1]), pair(kinds[0], kinds[1])), first),
        at(pair(pair(kinds[0], kinds[1]), pair(kinds[2], kinds[3])), first),
    ]


def _kinds(codes: Numbers) -> Numbers:
    """Return the kind of script of each code point."""
    bounds = np.array([1, 34, 49, 59, 66, 92, 98, 124, 0x1101, 0x4E01, 0xA001, 0xAC01, 0xD7A5])
    return np.searchsorted(bounds, codes.astype(np.int64), side="right").astype(np.uint64)


def _around(facts: Numbers, row: Places, first: Places, last: Places) -> list[Numbers]:
    """Return what the word of each unit and its neighbours say, at the unit's place."""
    here = [facts[row, kind] for kind in range(facts.shape[1])]
    before, after = facts[row - 1], facts[row + 1]
    both = first * (_FARTHEST + 1) + last
    known_size = pair(here[_KNOWN], here[_SIZE])
    return [
        *(at(here[kind], both) for kind in (_KNOWN, _WORD, _SIZE, _MARK)),
        at(known_size, both),
        at(pair(known_size, before[:, _MARK]), both),
        at(pair(known_size, after[:, _MARK]), both),
        at(before[:, _KNOWN], first),
        at(after[:, _KNOWN], last),
        at(here[_STEM], first),
        at(here[_HEAD], first),
        *(at(here[kind], last) for kind in (_TAIL1, _TAIL2, _TAIL3)),
        *(at(before[:, kind], first) for kind in (_WORD, _MARK, _TAIL1, _TAIL2, _SIZE)),
        *(at(after[:, kind], last) for kind in (_WORD, _MARK, _HEAD, _SIZE)),
        at(facts[row - 2, _MARK], first),
        at(facts[row + 2, _MARK], last),
        facts[row - 2, _WORD],
        facts[row + 2, _WORD],
        before[:, _WORD],
        after[:, _WORD],
        at(pair(before[:, _MARK], here[_SIZE]), both),
        at(pair(here[_SIZE], after[:, _MARK]), both),
        at(pair(before[:, _TAIL1], here[_SIZE]), both),
        at(pair(here[_SIZE], after[:, _HEAD]), both),
    ]
