"""How often a word was seen where it is no name: what is unknown is more likely a name.

Kept as checksums and coarse counts, so the words themselves cannot be listed.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_CLASS_FLOORS = (1, 3, 12)
"""Rows that a word must stand in to be of class 1, 2 or 3."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vocabulary:
    """The words of ordinary text."""

    keys: npt.NDArray[np.uint32]
    """Checksums of words, rising."""

    classes: npt.NDArray[np.uint8]
    """How common each is, from 1 to 3."""

    def classes_of(self, words: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return how common each word is, 0 for one never seen."""
        keys = np.array([key(word) for word in words], dtype=np.uint32)
        if not len(self.keys):
            return np.zeros(len(keys), dtype=np.int64)
        near = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found: npt.NDArray[np.int64] = np.where(
            self.keys[near] == keys, self.classes[near], 0
        ).astype(np.int64)
        return found


def key(word: str) -> int:
    """Return the checksum of a word, the same on every machine."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def learn_vocabulary(rows: Iterable[set[str]]) -> Vocabulary:
    """Count in how many rows each word stands.

    Args:
        rows: The words of each row, those of names of people left out.
    """
    counts = Counter(key(word) for row in rows for word in row)
    keys = np.array(sorted(counts), dtype=np.uint32)
    seen = np.array([counts[number] for number in keys.tolist()], dtype=np.int64)
    return Vocabulary(
        keys=keys, classes=np.searchsorted(_CLASS_FLOORS, seen, side="right").astype(np.uint8)
    )
