"""What a name model sees of a text: features, hashed so that none can be read back.

A feature is a checksum of a fact ("ends in -mann"), mixed with the place where it holds ("the
word before") into a bucket number. Bucket 0 stands for "no fact" and never has a weight.
"""

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from datacoop.scrub.name_units import Words
from datacoop.scrub.name_vocabulary import Vocabulary, column

Numbers = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Scores = npt.NDArray[np.int32]

REACH = 2
"""How many words to each side a feature may look at."""

EDGE = "\n"
"""Stands for the missing word before and after a chain; no word has this form."""

_CACHED_WORDS = 32_768
_MIX_FACT = np.uint64(0x9E3779B97F4A7C15)
_MIX_PLACE = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX_PAIR = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """What each feature adds to the scores of the labels; whole numbers, so sums have no order."""

    scores: npt.NDArray[np.int16]
    """Of each bucket and label; the row of bucket 0 is 0."""

    bucket_bits: int

    @property
    def label_count(self) -> int:
        """How many labels there are."""
        return self.scores.shape[1]

    def of(self, facts: Numbers, place: int) -> Scores:
        """Return what facts add at a place, shape (facts, labels)."""
        # `take` copies a row whole: ten times as fast as an index.
        return self.scores.take(buckets(facts, place, self.bucket_bits), axis=0).astype(np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What a chain labels one by one, words or characters; parallel arrays over the units."""

    starts: Places
    ends: Places
    texts: Places
    """For each unit, which text it stands in."""

    chains: Places
    """For each unit, its chain, counted from 0; never falls."""

    are_characters: bool
    """Whether a unit is a character, or a word."""

    facts: Callable[[Places], list[Numbers]]
    """One array per place, holding the fact of each unit asked for; 0 where there is none."""

    scores: Callable[[], Scores]
    """What the weights add up to for each unit, shape (units, labels)."""

    def buckets(self, units: Places, bucket_bits: int) -> Places:
        """Return the bucket numbers of `units`, shape (places, units)."""
        columns = enumerate(self.facts(units))
        return np.stack([buckets(facts, place, bucket_bits) for place, facts in columns])


def buckets(facts: Numbers, place: int, bucket_bits: int) -> Places:
    """Return the bucket number of each fact at a place."""
    salt = np.uint64((2 * place + 1) * int(_MIX_PLACE) % (1 << 64))
    mixed = ((facts ^ (facts >> np.uint64(29))) * _MIX_FACT + salt) * _MIX_PLACE
    found = np.where(facts == 0, np.uint64(0), mixed >> np.uint64(64 - bucket_bits))
    return found.astype(np.int64)


def checksum(kind: int, value: str) -> int:
    """Return the fact "`kind` is `value`" as a number that is the same on every machine."""
    encoded = value.encode("utf-8", "surrogatepass")
    return zlib.crc32(encoded, kind) << 8 | kind + 1


def checksums(values: Iterable[str]) -> tuple[int, ...]:
    """Return one fact for each of `values`, its kind being its position; 0 for an empty one."""
    return tuple(checksum(kind, value) if value else 0 for kind, value in enumerate(values))


def pair(left: Numbers, right: Numbers) -> Numbers:
    """Return the facts "`left` and `right`"."""
    joined: Numbers = (left * _MIX_PAIR) ^ (right + (left >> np.uint64(32)) + np.uint64(1))
    return joined


def at(facts: Numbers, places: Places) -> Numbers:
    """Return the facts "`facts`, at `places`": nothing stays nothing."""
    moved: Numbers = facts + (facts != 0) * (places.astype(np.uint64) + np.uint64(1)) * _MIX_PAIR
    return moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The facts of words, with the edges of their chains between them."""

    facts: Numbers
    """Shape (rows, kinds of fact)."""

    rows: Places
    """For each word, its row in `facts`; the neighbours of a word are the rows beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is said of a word of a language."""

    facts: Callable[[str], tuple[int, ...]]
    """What its letters and the lists of names say; see `cached`."""

    known_as: Callable[[str], tuple[str, str]]
    """Two forms of the word to look up in a vocabulary."""


def lines(words: Words, description: Description, vocabulary: Vocabulary) -> Lines:
    """Lay out what is said of each word, so that a window never leaves its chain.

    The first fact is how well known the word is.
    """
    places = {EDGE: 0}
    numbers = [places.setdefault(form, len(places)) for form in words.forms]
    table = np.empty((len(places), 1 + len(description.facts(EDGE))), dtype=np.uint64)
    table[:, 1:] = [description.facts(form) for form in places]
    table[:, 0] = _known(list(places), description, vocabulary)
    chains = np.array(words.chains, dtype=np.int64)
    rows = np.arange(len(numbers), dtype=np.int64) + REACH * (chains + 1)
    padded = np.zeros(len(numbers) + REACH * (_chain_count(chains) + 1), dtype=np.int64)
    padded[rows] = numbers
    return Lines(facts=table[padded], rows=rows)


def _known(forms: Sequence[str], description: Description, vocabulary: Vocabulary) -> Numbers:
    """Return how common the two looked-up forms of each word are, as one fact."""
    first, second = zip(*map(description.known_as, forms), strict=True)
    classes = _class(first, vocabulary) * 4 + _class(second, vocabulary)
    return (classes + 1).astype(np.uint64) << np.uint64(8)


def _class(words: Sequence[str], vocabulary: Vocabulary) -> Places:
    return column(vocabulary.known, vocabulary.rows_of(words))


def _chain_count(chains: Places) -> int:
    return int(chains[-1]) + 1 if len(chains) else 0


def cached(
    describe: Callable[[str], Sequence[str]],
) -> Callable[[str], tuple[int, ...]]:
    """Return `describe` with its facts as checksums, kept for the words seen most lately."""

    @lru_cache(maxsize=_CACHED_WORDS)
    def facts(form: str) -> tuple[int, ...]:
        return checksums(describe(form))

    return facts
