"""What a small model expects annotators to say, learnt from their first votes on other records."""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

FEATURES = 1 << 16
"""Into how many places the parts of texts are hashed."""

FOLDS = 5
LEAST_VOTES = 100
"""First votes below which nothing is guessed."""

_SMOOTHING = 0.1
_PARTS = (3, 4, 5)
"""Lengths of the runs of characters that are looked at, beside whole words."""


class Features:
    """The parts of texts, hashed once: for each text its places, each one once."""

    def __init__(self, texts: Mapping[bytes, str]) -> None:
        self.places = {i: _places(text) for i, text in texts.items()}


def guess(
    features: Features, first_votes: Mapping[bytes, str], values: Sequence[str]
) -> dict[bytes, dict[str, float]]:
    """Give for each record how likely each value is, by naive Bayes over the parts of its text.

    The model that guesses a record has not seen its vote: records are cut into folds by their
    ids. The same votes give the same guesses, whatever their order.

    Args:
        first_votes: The value that the first annotator of a record gave.

    Returns:
        Guesses for every record of `features`; none where there are too few votes.
    """
    known = {i: v for i, v in first_votes.items() if i in features.places and v in values}
    if len(known) < LEAST_VOTES:
        return {}
    folds = {i: _fold(i) for i in features.places}
    counts = [_counts(features, known, folds, values, fold) for fold in range(FOLDS)]
    together = sum(given for given, _ in counts), sum(sizes for _, sizes in counts)
    found = {}
    for fold, (given, sizes) in enumerate(counts):
        model = _Model(together[0] - given, together[1] - sizes)
        for record_id, places in features.places.items():
            if folds[record_id] == fold:
                found[record_id] = dict(zip(values, model.guess(places), strict=True))
    return found


class _Model:
    def __init__(self, given: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64]) -> None:
        shares = given + _SMOOTHING
        self._logs = np.log(shares / shares.sum(axis=1, keepdims=True))
        self._prior = np.log((sizes + 1) / (sizes + 1).sum())

    def guess(self, places: npt.NDArray[np.int64]) -> list[float]:
        # Parts of one text overlap: as if they were independent the model would be far too sure.
        scores = self._prior + self._logs[:, places].sum(axis=1) / max(1.0, len(places) ** 0.5)
        likely = np.exp(scores - scores.max())
        return [float(share) for share in likely / likely.sum()]


def _counts(
    features: Features,
    known: Mapping[bytes, str],
    folds: Mapping[bytes, int],
    values: Sequence[str],
    fold: int,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    given, sizes = np.zeros((len(values), FEATURES)), np.zeros(len(values))
    for record_id, value in known.items():
        if folds[record_id] == fold:
            place = values.index(value)
            given[place, features.places[record_id]] += 1
            sizes[place] += 1
    return given, sizes


def _fold(record_id: bytes) -> int:
    return hashlib.sha256(b"datacoop.fold.v1\n" + record_id).digest()[0] % FOLDS


def _places(text: str) -> npt.NDArray[np.int64]:
    # Sorted: sums of floats depend on their order.
    found = sorted({zlib.crc32(part.encode()) % FEATURES for part in _parts(text)})
    return np.array(found, dtype=np.int64)


def _parts(text: str) -> Iterable[str]:
    words = text.lower().split()
    yield from words
    yield from (" ".join(words[i : i + 2]) for i in range(len(words) - 1))
    spaced = " ".join(words)
    for length in _PARTS:
        yield from (f"{length}{spaced[i : i + length]}" for i in range(len(spaced) - length + 1))
