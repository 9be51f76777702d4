"""Features for languages written with spaces: a unit is a word.

Every feature is about one word at a fixed distance, or about the small classes of two to four
neighbours. So what a word adds to the scores around it is worked out once and kept, and the
scores of a text are sums of rows fetched from tables.
"""

import math
import re
from collections.abc import Sequence
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from datacoop.scrub import name_lists, name_titles
from datacoop.scrub.name_features import (
    EDGE,
    REACH,
    Numbers,
    Places,
    Scores,
    Units,
    Weights,
    checksums,
)
from datacoop.scrub.name_units import cut, lay, piece_marks
from datacoop.scrub.name_vocabulary import Vocabulary, column

_KEPT_WORDS = 65_536
"""How many words are kept between batches."""

_FACTS, _NEAR, _FAR = 27, 10, 6
"""All facts of a word are seen in its place; the first ones a word away, and two words away."""

_SHAPED = 24
"""How many characters of a word its shape tells of."""

_RUN = re.compile(r"(.)\1+", re.DOTALL)


def _lower(*name_tuples: Sequence[str]) -> frozenset[str]:
    return frozenset(name.lower() for names in name_tuples for name in names)


_OWN_FIRST = _lower(name_lists.GERMAN_FIRST, name_lists.ENGLISH_FIRST, name_lists.FRENCH_FIRST)
_OWN_LAST = _lower(name_lists.GERMAN_LAST, name_lists.ENGLISH_LAST, name_lists.FRENCH_LAST)
_TITLES = _lower(name_titles.GERMAN_TITLES, name_titles.ENGLISH_TITLES, name_titles.FRENCH_TITLES)
_ROLES = _lower(name_lists.GERMAN_ROLES, name_lists.ENGLISH_ROLES, name_lists.FRENCH_ROLES)
_LINKS = _lower(name_lists.NAME_LINKS)
_FIRST = _OWN_FIRST | _lower(name_lists.OTHER_FIRST)
_LAST = _OWN_LAST | _lower(name_lists.OTHER_LAST)

_MARKS = 8
"""Kinds of `mark`, the edge of a chain as 0."""

_SHAPES = {
    shape: number
    for number, shapes in enumerate(
        ("x", "Xx", "X", "d", "Xx-Xx", ".", ",", "-–—", "(", ")", "\"“”„«»'‘’", ":;/", "!?…"), 1
    )
    for shape in ([shapes] if shapes[0] in "xXd" else shapes)
}
_ALL_CAPITALS, _OTHER_WORD, _OTHER_SIGN, _SHAPE_COUNT = 14, 15, 16, 17


def mark(low: str) -> int:
    """Return the kind of list that a lower-case word stands in, or its parts do."""
    if low in _TITLES:
        return 2
    if low in _ROLES:
        return 3
    if low in _LINKS:
        return 4
    if low in _FIRST or low in _LAST:
        return 5 + (low in _LAST) if low not in _FIRST or low not in _LAST else 7
    if "-" in low and any(part in _FIRST or part in _LAST for part in low.split("-")):
        return 5
    return 1


def _shape(word: str, short: str) -> int:
    if len(word) > 1 and short == "X":
        return _ALL_CAPITALS
    return _SHAPES.get(short, _OTHER_WORD if word[0].isalnum() else _OTHER_SIGN)


def _kind(character: str) -> str:
    if character.isupper():
        return "X"
    if character.isalpha():
        return "x"
    return "d" if character.isdigit() else character


_GAPS = np.array([-6, -2, 3])
"""How much commoner a word is with a small first letter than with a capital, in classes."""

_K_COUNT, _N_COUNT, _R_COUNT, _C_COUNT, _CASINGS = 5, 10, 8, 18, 4

_CLASSES = {
    "shape": _SHAPE_COUNT,
    "mark": _MARKS,
    "known": _K_COUNT,
    "name": _N_COUNT,
    "case": _R_COUNT,
    "cluster": _C_COUNT,
    "casing": _CASINGS,
    "before": _MARKS,
}
"""The classes of a word, and how many each has; 0 is the edge of a chain.

`casing` is that of the whole chain; `before` is the mark of the last word that is no sign.
"""

_KINDS = list(_CLASSES)
_WORD_CLASSES = 6
_MARK, _CASING, _BEFORE = 1, 6, 7
_IS_SIGN = np.array([6 <= shape <= 13 or shape == _OTHER_SIGN for shape in range(_SHAPE_COUNT)])
_HAS_CAPITAL = np.array([shape in (2, 3, 5, _ALL_CAPITALS) for shape in range(_SHAPE_COUNT)])

_TABLES: tuple[tuple[tuple[str, int], ...], ...] = (
    (("shape", -1), ("shape", 0), ("shape", 1)),
    (("shape", -2), ("shape", -1), ("shape", 0)),
    (("mark", -1), ("shape", 0)),
    (("mark", -1), ("mark", 0)),
    (("mark", 0), ("mark", 1)),
    (("mark", -2), ("mark", -1), ("shape", 0)),
    (("known", 0), ("shape", 0), ("shape", -1)),
    (("case", 0), ("shape", 0), ("shape", -1)),
    (("case", -1), ("shape", -1), ("case", 0), ("shape", 0)),
    (("case", 0), ("shape", 0), ("case", 1), ("shape", 1)),
    (("name", -1), ("name", 0), ("name", 1)),
    (("name", 0), ("shape", 0), ("shape", -1)),
    (("name", 0), ("case", 0), ("shape", 0)),
    (("name", -1), ("shape", -1), ("name", 0), ("shape", 0)),
    (("cluster", -1), ("cluster", 0), ("cluster", 1)),
    (("cluster", 0), ("shape", 0)),
    (("cluster", -1), ("shape", 0), ("case", 0)),
    (("casing", 0), ("case", 0), ("shape", 0)),
    (("casing", 0), ("name", 0), ("shape", 0)),
    (("before", 0), ("case", 0), ("shape", 0)),
    (("before", 0), ("shape", -1), ("shape", 0)),
    (("before", 0), ("name", 0), ("shape", 0)),
)
"""What is looked at together: classes and their distance from the word."""

_ACROSS = 3
"""How far back the last word that is no sign may stand."""


def known_as(word: str) -> tuple[str, str]:
    """Return the forms of a word that a vocabulary counts."""
    return word, word.lower()


class WordMemory:
    """Reads texts, and keeps what it knows of the words seen."""

    def __init__(
        self, pattern: re.Pattern[str], vocabulary: Vocabulary, weights: Weights | None
    ) -> None:
        """Begin with no word but the edge of chains; without weights there are no scores."""
        self._pattern = pattern
        self._vocabulary = vocabulary
        self._weights = weights
        self._tables = _tables(weights) if weights is not None else []
        self._lock = Lock()
        self._empty()

    def _empty(self) -> None:
        self._numbers: dict[str, int] = {}
        self._count = 1
        self._kept = _describe([EDGE], self._vocabulary, self._weights)
        self._kept.classes[:] = 0

    def _numbered(self, pieces: Sequence[str]) -> tuple[Places, "_Kept"]:
        """Return the number of each piece, and what is known of the pieces by number."""
        # Threads of one worker share a model.
        with self._lock:
            if self._count > _KEPT_WORDS:
                self._empty()
            new = sorted(set(pieces).difference(self._numbers))
            if new:
                made = _describe(new, self._vocabulary, self._weights)
                low, self._count = self._count, self._count + len(new)
                self._kept = _put(self._kept, low, made)
                self._numbers.update(zip(new, range(low, self._count), strict=True))
            numbers = map(self._numbers.__getitem__, pieces)
            return np.fromiter(numbers, dtype=np.int64, count=len(pieces)), self._kept

    def read(self, texts: Sequence[str]) -> Units:
        """Return the words of `texts` as units."""
        pieces, counts = cut(texts, self._pattern)
        numbers, kept = self._numbered(pieces)
        laid = lay(kept.sizes[numbers], kept.marks[numbers], counts)
        window = _window(kept, numbers[laid.pieces], laid.chains)
        return Units(
            starts=laid.starts,
            ends=laid.ends,
            texts=laid.texts,
            chains=laid.chains,
            are_characters=False,
            facts=lambda units: _facts(kept, window, window.rows[units]),
            scores=lambda: _scores(kept, window, self._tables),
        )


class _Kept(NamedTuple):
    """What is known of some words; there may be room for more at the end."""

    sizes: Places
    marks: Places
    classes: Places
    """Shape (classes, words)."""

    facts: Numbers
    """Shape (words, facts)."""

    emissions: Scores
    """Shape (distances, words, labels): what a word adds to the scores of the word so far off."""


def _put(kept: _Kept, low: int, new: _Kept) -> _Kept:
    """Write `new` from number `low` on; what stands before is not touched, others may read it."""
    high = low + len(new.sizes)
    if high > len(kept.sizes):
        old: tuple[npt.NDArray[Any], ...] = kept
        kept = _Kept(*(_longer(one, axis, 2 * high) for one, axis in zip(old, _AXES, strict=True)))
    kept.sizes[low:high] = new.sizes
    kept.marks[low:high] = new.marks
    kept.classes[:, low:high] = new.classes
    kept.facts[low:high] = new.facts
    kept.emissions[:, low:high] = new.emissions
    return kept


_AXES = (0, 0, 1, 0, 1)
"""Which axis of each array of `_Kept` has the words."""


def _longer(array: npt.NDArray[Any], axis: int, size: int) -> npt.NDArray[Any]:
    shape = list(array.shape)
    shape[axis] = size - shape[axis]
    return np.concatenate([array, np.zeros(shape, dtype=array.dtype)], axis=axis)


def _describe(forms: Sequence[str], vocabulary: Vocabulary, weights: Weights | None) -> _Kept:
    marks = np.array([piece_marks(form) for form in forms], dtype=np.int64)
    spelt = [_spelling(form) for form in forms]
    learnt = _learnt(forms, vocabulary)
    shape = np.array([one[1] for one in spelt], dtype=np.int64)
    kinds = np.array([one[2] for one in spelt], dtype=np.int64)
    classes = np.stack([shape, kinds, *(learnt[kind] for kind in _LEARNT_CLASSES)])
    numbers = [shape, kinds, *(learnt[kind] for kind in _LEARNT_FACTS)]
    own = np.array([one[0] for one in spelt], dtype=np.uint64)
    made = [_as_facts(one, kind) for kind, one in enumerate(numbers)]
    order = [own[:, :1], *made[:8], own[:, 1:2], *made[8:], own[:, 2:]]
    facts: Numbers = np.concatenate(order, axis=1)
    label_count = weights.label_count if weights is not None else 0
    emissions = np.zeros((2 * REACH + 1, len(forms), label_count), dtype=np.int32)
    if weights is not None:
        for place, (step, kind) in enumerate(_PLACES):
            emissions[step + REACH] += weights.of(facts[:, kind], place)
        facts = facts[:, :0]  # not asked for again: what they add up to is kept
    return _Kept(
        sizes=np.array([len(form) for form in forms], dtype=np.int64),
        marks=marks,
        classes=classes,
        facts=facts,
        emissions=emissions,
    )


def _as_facts(numbers: Places, kind: int) -> Numbers:
    """Return numbers as facts of a kind that no spelling has."""
    made: Numbers = (numbers.astype(np.uint64) << np.uint64(8)) | np.uint64(128 + kind)
    return made[:, None]


def _spelling(word: str) -> tuple[tuple[int, ...], int, int]:
    """Return the facts of a word's letters, lower case first; its shape; its mark."""
    low = word.lower()
    kinds = "".join(map(_kind, word[:_SHAPED]))
    short = _RUN.sub(r"\1", kinds)
    facts = checksums(
        (
            low, low[-3:], low[-2:], low[:3],
            word, low[-1:], low[-4:], low[-5:], low[:1], low[:2], low[:4],
            str(min(len(word), 12)), kinds[:12], short, low.rpartition("-")[2],
        )
    )  # fmt: skip
    return facts, _shape(word, short), mark(low)


_LEARNT_CLASSES = ("known", "name", "case", "cluster")
_LEARNT_FACTS = (
    "name", "case", "path", "path-10", "path-6", "known",
    "cluster", "path-13", "both-known", "frequency",
)  # fmt: skip


def _learnt(forms: Sequence[str], vocabulary: Vocabulary) -> dict[str, Places]:
    """Return what the vocabulary says of each word."""
    lows = [form.lower() for form in forms]
    titles = [low[:1].upper() + low[1:] for low in lows]
    as_is, small, large = (vocabulary.rows_of(words) for words in (forms, lows, titles))
    known, low_known = (column(vocabulary.known, rows) for rows in (as_is, small))
    path = column(vocabulary.clusters, as_is)
    for rows in (small, large):
        path = np.where(path == 0, column(vocabulary.clusters, rows), path)
    often, seldom = (column(vocabulary.frequencies, rows) for rows in (small, large))
    name = 3 * column(vocabulary.given, small) + column(vocabulary.family, small)
    gap = 3 + np.searchsorted(_GAPS, often - seldom)
    case = np.where(often == 0, np.where(seldom == 0, 0, 1), np.where(seldom == 0, 2, gap))
    if not vocabulary.frequencies.any():
        case = np.where(small >= 0, 2, 0) + np.where(large >= 0, 1, 0)
    return {
        "known": 1 + known,
        "name": 1 + name,
        "case": 1 + case,
        "cluster": np.where(path == 0, 1, 2 + path % 16),
        "path": path,
        "path-13": path % 8192 + (path > 0),
        "path-10": path % 1024 + (path > 0),
        "path-6": path % 64 + (path > 0),
        "both-known": 4 * known + low_known,
        "frequency": np.maximum(often, seldom) // 2,
    }


_PLACES = [
    (step, kind) for step in (0, -1, 1, -2, 2) for kind in range((_FACTS, _NEAR, _FAR)[abs(step)])
]
"""The distance and the kind of every fact that is looked at on its own."""


class _Window(NamedTuple):
    """The words of chains with edges between, so that a neighbour is a row beside."""

    words: Places
    """The number of the word in each row."""

    rows: Places
    """The row of each unit."""

    classes: Places
    """Shape (classes, rows): those of the word, of its chain, and of the word before."""


def _window(kept: _Kept, numbers: Places, chains: Places) -> _Window:
    count = int(chains[-1]) + 1 if len(chains) else 0
    rows = np.arange(len(numbers), dtype=np.int64) + REACH * (chains + 1)
    words = np.zeros(len(numbers) + REACH * (count + 1), dtype=np.int64)
    words[rows] = numbers
    classes = np.zeros((len(_KINDS), len(words)), dtype=np.int64)
    classes[:_WORD_CLASSES] = kept.classes[:, words]
    shape = classes[0]
    if len(rows):
        small, large = shape[rows] == _SHAPES["x"], _HAS_CAPITAL[shape[rows]]
        opens = np.flatnonzero(np.diff(chains, prepend=-1))
        casing = np.bitwise_or.reduceat(small + 2 * large, opens)
        classes[_CASING, rows] = casing[chains]
    # The last row before each that holds a word, or an edge.
    places = np.arange(len(words))
    last = np.maximum.accumulate(np.where(_IS_SIGN[shape], 0, places))
    last = np.append(0, last[:-1])
    last = np.where(places - last <= _ACROSS, last, np.maximum(places - 1, 0))
    classes[_BEFORE] = classes[_MARK, last]
    return _Window(words, rows, classes)


def _facts(kept: _Kept, window: _Window, rows: Places) -> list[Numbers]:
    found = [kept.facts[window.words[rows + step], kind] for step, kind in _PLACES]
    for table in _TABLES:
        index = np.zeros(len(rows), dtype=np.int64)
        for kind, step in table:
            index = index * _CLASSES[kind] + window.classes[_KINDS.index(kind), rows + step]
        found.append((index.astype(np.uint64) + np.uint64(1)) << np.uint64(8))
    return found


def _tables(weights: Weights) -> list[Scores]:
    """Return for each of `_TABLES` what it adds to the scores, by the numbers of its classes."""
    found = []
    for place, table in enumerate(_TABLES, start=len(_PLACES)):
        size = math.prod(_CLASSES[kind] for kind, _ in table)
        facts = (np.arange(size, dtype=np.uint64) + np.uint64(1)) << np.uint64(8)
        found.append(weights.of(facts, place))
    return found


def _scores(kept: _Kept, window: _Window, tables: Sequence[Scores]) -> Scores:
    """Return the scores of each unit, shape (units, labels)."""
    label_count = kept.emissions.shape[2]
    if not len(window.rows):
        return np.zeros((0, label_count), dtype=np.int32)
    size = len(window.words)
    total = np.zeros((size, label_count), dtype=np.int32)
    low, high = REACH, size - REACH
    for step in range(-REACH, REACH + 1):
        total[low:high] += kept.emissions[step + REACH].take(
            window.words[low + step : high + step], axis=0
        )
    for spec, table in zip(_TABLES, tables, strict=True):
        index: Places = np.zeros(1, dtype=np.int64)
        for kind, step in spec:
            classes = window.classes[_KINDS.index(kind)]
            index = index * _CLASSES[kind] + classes[low + step : high + step]
        total[low:high] += table.take(index, axis=0)
    return total[window.rows]
