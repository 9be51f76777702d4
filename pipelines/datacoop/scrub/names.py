"""Find names of people in texts with a small model that runs on a CPU."""

import hashlib
import importlib.util
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from datacoop.errors import IntegrityError, SettingsError
from datacoop.scrub.name_chain import Chances, chances
from datacoop.scrub.name_characters import character_units
from datacoop.scrub.name_characters import known_as as character_forms
from datacoop.scrub.name_features import Units
from datacoop.scrub.name_units import AGGLUTINATED, SPACED, Reading
from datacoop.scrub.name_vocabulary import Vocabulary
from datacoop.scrub.name_words import known_as as word_forms
from datacoop.scrub.name_words import word_units

ENTITY = "PERSON"
FORMAT = 1
SETTINGS_FILE, WEIGHTS_FILE = "model.json", "weights.npz"

OUTSIDE, FIRST, INNER, OTHER = range(4)
"""The labels: not a name, first unit of a person, further unit, other kind of name."""

LABELS = ("outside", "first", "inner", "other")


class FeatureSet(NamedTuple):
    """How texts become units, and how words are asked for in the vocabulary."""

    units: Callable[[Sequence[str], Vocabulary], Units]
    known_as: Callable[[str], tuple[str, str]]
    reading: Reading


FEATURE_SETS: Mapping[str, FeatureSet] = {
    "words-1": FeatureSet(word_units, word_forms, SPACED),
    "characters-1": FeatureSet(character_units, character_forms, AGGLUTINATED),
}

_BATCH_CHARACTERS = 200_000
_SLICE_UNITS = 4_096
_LIKELY = 0.5


class NameSpan(NamedTuple):
    """A name found: the half-open character range `[start, end)` of its text."""

    start: int
    end: int
    entity: str
    score: float
    """Mean chance of its units, from 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NameModel:
    """A trained model; scores are whole numbers, so sums have no order."""

    language: str
    feature_set: str
    bucket_bits: int
    vocabulary: Vocabulary
    threshold: float
    """A unit is part of a name from this chance on, unless the caller says otherwise."""

    weights: npt.NDArray[np.int16]
    """Score of each bucket and label; the row of bucket 0 is 0."""

    transitions: npt.NDArray[np.int64]
    """Score of each label (row) being followed by each (column)."""


def load_model(folder: Path) -> NameModel:
    """Read a model from the folder that training wrote.

    Raises:
        SettingsError: There is no model, or it is of a format that this version cannot read.
        IntegrityError: The weights are not those that were written.
    """
    settings = _settings(folder)
    _verify(folder / WEIGHTS_FILE, settings["weights_sha256"])
    bits = int(settings["bucket_bits"])
    with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as stored:
        weights = np.zeros((1 << bits, len(LABELS)), dtype=np.int16)
        weights[np.cumsum(stored["bucket_steps"].astype(np.int64))] = stored["weights"]
        transitions = stored["transitions"].astype(np.int64)
        vocabulary = Vocabulary(
            keys=np.cumsum(stored["vocabulary_steps"].astype(np.int64)).astype(np.uint32),
            classes=stored["vocabulary_classes"],
        )
    return NameModel(
        language=settings["language"],
        feature_set=settings["feature_set"],
        bucket_bits=bits,
        threshold=float(settings["threshold"]),
        vocabulary=vocabulary,
        weights=weights,
        transitions=transitions,
    )


def _settings(folder: Path) -> dict[str, str]:
    try:
        settings = json.loads((folder / SETTINGS_FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"no name model in {folder.name!r}", hint="Run: datacoop models train"
        ) from error
    if settings.get("format") != FORMAT or settings.get("feature_set") not in FEATURE_SETS:
        raise SettingsError(
            f"the name model in {folder.name!r} is of another version",
            hint="Install the version of datacoop-names made for this datacoop, or train again.",
        )
    return dict(settings)


def _verify(file: Path, expected: str) -> None:
    actual = hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "no file"
    if actual != expected:
        raise IntegrityError(name=file.name, expected=expected, actual=actual)


def installed_models(folder: Path | None = None) -> dict[str, Path]:
    """Return the folder of each language's model; those in `folder` come before installed ones."""
    shipped = importlib.util.find_spec("datacoop_names")
    places = (
        [Path(place) for place in (shipped.submodule_search_locations or ())] if shipped else []
    )
    places += [folder] if folder else []
    return {
        found.parent.name: found.parent
        for place in places
        for found in sorted(place.glob(f"*/{SETTINGS_FILE}"))
    }


def find_names(
    model: NameModel, texts: Sequence[str], threshold: float | None = None
) -> list[list[NameSpan]]:
    """Return the names of people in each text, in order; the batch changes nothing."""
    least = model.threshold if threshold is None else threshold
    found: list[list[NameSpan]] = []
    for batch in _batches(texts):
        units = FEATURE_SETS[model.feature_set].units(batch, model.vocabulary)
        spans: list[list[NameSpan]] = [[] for _ in batch]
        for text, span in _spans(units, label_chances(model, units), least):
            spans[text].append(span)
        found += spans
    return found


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def label_chances(model: NameModel, units: Units) -> Chances:
    """Return the chance of each label of each unit."""
    count = len(units.starts)
    scores = np.zeros((count, len(LABELS)), dtype=np.int64)
    # The four scores of a bucket are fetched as one number: ten times as fast as row by row.
    packed = model.weights.view(np.int64)[:, 0]
    for low in range(0, count, _SLICE_UNITS):
        some = np.arange(low, min(low + _SLICE_UNITS, count))
        fetched = packed.take(units.buckets(some, model.bucket_bits)).view(np.int16)
        scores[some] = fetched.sum(axis=0, dtype=np.int32).reshape(len(some), len(LABELS))
    return chances(scores, units.chains, model.transitions)


def _spans(units: Units, found: Chances, least: float) -> Iterator[tuple[int, NameSpan]]:
    """Join neighbouring units that are likely enough; a likelier first unit begins anew."""
    person = found[:, FIRST] + found[:, INNER]
    run: list[int] = []
    for unit in np.flatnonzero(person >= least).tolist():
        if run and not _goes_on(units, found, person, run[-1], unit):
            yield _span(units, person, run)
            run = []
        run.append(unit)
    if run:
        yield _span(units, person, run)


def _goes_on(units: Units, found: Chances, person: Chances, last: int, unit: int) -> bool:
    """Whether `unit` belongs to the same name as `last`."""
    if unit != last + 1 or units.chains[unit] != units.chains[last]:
        return False
    # A likely word after an unlikely one is the rest of its name: the first name was unknown.
    is_rest = not units.are_characters and person[last] < _LIKELY
    return bool(is_rest or found[unit, INNER] >= found[unit, FIRST])


def _span(units: Units, person: Chances, run: list[int]) -> tuple[int, NameSpan]:
    score = round(sum(person[run].tolist()) / len(run), 4)
    start, end = int(units.starts[run[0]]), int(units.ends[run[-1]])
    return int(units.texts[run[0]]), NameSpan(start, end, ENTITY, score)
