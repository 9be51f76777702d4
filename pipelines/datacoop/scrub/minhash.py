"""MinHash signatures of masked texts: how near two records are, without their texts."""

import struct
from collections.abc import Sequence

import rensa

from datacoop.records.columns import MINHASH_PERMUTATIONS

SEED = 20_240_229
"""Fixed for ever: signatures of two seeds do not compare."""

SHINGLE_WORDS = 5
SHINGLE_CHARACTERS = 5

UNSPACED_LANGUAGES = frozenset({"ko", "zh", "ja", "th"})
"""Languages whose words carry particles or have no spaces: shingled by characters."""


_NUMBERS = struct.Struct(f"<{MINHASH_PERMUTATIONS}I")


def shingles(text: str, language: str) -> list[str]:
    """Give the overlapping pieces of a text whose set stands for it; one for a short text."""
    if language in UNSPACED_LANGUAGES:
        last = max(len(text) - SHINGLE_CHARACTERS, 0)
        return [text[at : at + SHINGLE_CHARACTERS] for at in range(last + 1)]
    words = text.split()
    last = max(len(words) - SHINGLE_WORDS, 0)
    return [" ".join(words[at : at + SHINGLE_WORDS]) for at in range(last + 1)]


def signatures(shingle_sets: Sequence[Sequence[str]]) -> list[bytes]:
    """Give the signature of each set: 128 little-endian 32-bit numbers."""
    found = []
    for pieces in shingle_sets:
        # One at a time: rensa's call for many sets at once is slower.
        one = rensa.RMinHash(MINHASH_PERMUTATIONS, SEED)
        one.update(pieces)
        found.append(_NUMBERS.pack(*one.digest()))
    return found
