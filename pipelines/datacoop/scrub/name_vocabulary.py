"""What is known of words: how often they stand where no name is, and what they are like.

Kept as checksums and coarse numbers, so the words themselves cannot be listed.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_CLASS_FLOORS = (1, 3, 12)
"""Rows that a word must stand in to be of class 1, 2 or 3."""

_NAME_FLOORS = (2, 6)
"""Rows with a person of that given name or surname: class 1 or 2."""

Found = npt.NDArray[np.int64]


class Lookup(NamedTuple):
    """What a table of words of a language says of one word."""

    cluster: int
    """Path in a tree of words that stand in like places; its lowest bits are nearest the root."""

    frequency: int
    """How common the word is written so, from 1, hardly ever, to 30."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """Parallel arrays over words; 0 stands for what is not known."""

    keys: npt.NDArray[np.uint32]
    """Checksums of words, rising."""

    known: npt.NDArray[np.uint8]
    """How common each is in ordinary text, from 1 to 3."""

    given: npt.NDArray[np.uint8]
    """How common each is as a given name, from 1 to 2; kept for words in small letters."""

    family: npt.NDArray[np.uint8]
    """The same as a surname."""

    clusters: npt.NDArray[np.uint32]
    frequencies: npt.NDArray[np.uint8]

    def rows_of(self, words: Sequence[str]) -> Found:
        """Return the row of each word, -1 for one that is not known."""
        keys = np.array([key(word) for word in words], dtype=np.uint32)
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        near = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[near] == keys, near, -1).astype(np.int64)


def column(values: npt.NDArray[np.uint8] | npt.NDArray[np.uint32], rows: Found) -> Found:
    """Return the value of each row, 0 where the row is -1."""
    if not len(values):
        return np.zeros(len(rows), dtype=np.int64)
    return np.where(rows < 0, 0, values[rows]).astype(np.int64)


def key(word: str) -> int:
    """Return the checksum of a word, the same on every machine."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def learn_vocabulary(
    rows: Iterable[set[str]],
    names: Iterable[tuple[set[str], set[str]]] = (),
    lookups: Mapping[int, Lookup] | None = None,
) -> Vocabulary:
    """Count in how many rows each word stands, and as what.

    Args:
        rows: The words of each row, those of names of people left out.
        names: The given names and the surnames of each row, in small letters.
        lookups: What a table of the language says of words, by checksum.
    """
    known = Counter(key(word) for row in rows for word in row)
    given: Counter[int] = Counter()
    family: Counter[int] = Counter()
    for firsts, lasts in names:
        given.update(map(key, firsts))
        family.update(map(key, lasts))
    given, family = (_at_least(counts, _NAME_FLOORS[0]) for counts in (given, family))
    table = lookups or {}
    keys = sorted({*known, *given, *family, *table})
    nothing = Lookup(0, 0)
    return Vocabulary(
        keys=np.array(keys, dtype=np.uint32),
        known=_classes(known, keys, _CLASS_FLOORS),
        given=_classes(given, keys, _NAME_FLOORS),
        family=_classes(family, keys, _NAME_FLOORS),
        clusters=np.array([table.get(one, nothing).cluster for one in keys], dtype=np.uint32),
        frequencies=np.array([table.get(one, nothing).frequency for one in keys], dtype=np.uint8),
    )


def _at_least(counts: Counter[int], floor: int) -> Counter[int]:
    return Counter({key: count for key, count in counts.items() if count >= floor})


def _classes(
    counts: Mapping[int, int], keys: Sequence[int], floors: Sequence[int]
) -> npt.NDArray[np.uint8]:
    seen = np.array([counts.get(one, 0) for one in keys], dtype=np.int64)
    return np.searchsorted(floors, seen, side="right").astype(np.uint8)


def stored(vocabulary: Vocabulary) -> dict[str, npt.NDArray[np.generic]]:
    """Return the arrays to write; `restored` reads them."""
    values = {field.name: getattr(vocabulary, field.name) for field in fields(vocabulary)[1:]}
    steps = np.diff(vocabulary.keys.astype(np.int64), prepend=0).astype(np.uint32)
    return {"word_steps": steps, **{f"word_{name}": value for name, value in values.items()}}


def restored(arrays: Mapping[str, npt.NDArray[np.generic]]) -> Vocabulary:
    """Return the vocabulary that `stored` gave arrays of."""
    keys = np.cumsum(arrays["word_steps"].astype(np.int64)).astype(np.uint32)
    values = {field.name: arrays[f"word_{field.name}"] for field in fields(Vocabulary)[1:]}
    return Vocabulary(keys=keys, **values)  # type: ignore[arg-type]  # one type for each array
