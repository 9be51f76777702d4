"""Find names of people in texts with a small model that runs on a CPU."""

import hashlib
import importlib.util
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from datacoop.errors import IntegrityError, SettingsError
from datacoop.scrub.name_chain import Chances, chances
from datacoop.scrub.name_characters import character_units
from datacoop.scrub.name_characters import known_as as character_forms
from datacoop.scrub.name_features import Units, Weights
from datacoop.scrub.name_units import SPACED, SPLIT, Words, read_agglutinated, read_spaced
from datacoop.scrub.name_unknown import SCORE, unknown_names
from datacoop.scrub.name_vocabulary import Vocabulary, restored
from datacoop.scrub.name_words import WordMemory
from datacoop.scrub.name_words import known_as as word_forms

ENTITY = "PERSON"
FORMAT = 2
SETTINGS_FILE, WEIGHTS_FILE = "model.json", "weights.npz"

OUTSIDE, FIRST, INNER, OTHER = range(4)
"""The labels: not a name, first unit of a person, further unit, other kind of name."""

LABELS = ("outside", "first", "inner", "other")


Read = Callable[[Sequence[str]], Units]


class FeatureSet(NamedTuple):
    """How texts become units, and how words are counted for the vocabulary."""

    reader: Callable[[Vocabulary, Weights | None], Read]
    words: Callable[[Sequence[str]], Words]
    known_as: Callable[[str], tuple[str, str]]


def _word_set(pattern: re.Pattern[str]) -> FeatureSet:
    return FeatureSet(
        reader=lambda vocabulary, weights: WordMemory(pattern, vocabulary, weights).read,
        words=lambda texts: read_spaced(texts, pattern),
        known_as=word_forms,
    )


FEATURE_SETS: Mapping[str, FeatureSet] = {
    "words-2": _word_set(SPACED),
    "split-words-2": _word_set(SPLIT),
    "characters-1": FeatureSet(
        reader=lambda vocabulary, weights: (
            lambda texts: character_units(texts, vocabulary, weights)
        ),
        words=read_agglutinated,
        known_as=character_forms,
    ),
}

_BATCH_CHARACTERS = 200_000
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
    labels: tuple[str, ...]
    threshold: float
    """A unit is part of a name from this chance on, unless the caller says otherwise."""

    read: Read

    vocabulary: Vocabulary
    """The words of ordinary text, and of names."""

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
    bits, labels = int(settings["bucket_bits"]), tuple(settings["labels"])
    with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as stored:
        scores = np.zeros((1 << bits, len(labels)), dtype=np.int16)
        scores[np.cumsum(stored["bucket_steps"].astype(np.int64))] = stored["weights"]
        transitions = stored["transitions"].astype(np.int64)
        vocabulary = restored(stored)
    weights = Weights(scores=scores, bucket_bits=bits)
    return NameModel(
        language=settings["language"],
        labels=labels,
        threshold=float(settings["threshold"]),
        read=FEATURE_SETS[settings["feature_set"]].reader(vocabulary, weights),
        vocabulary=vocabulary,
        transitions=transitions,
    )


def _settings(folder: Path) -> dict[str, Any]:
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
    for batch in batches(texts):
        units = model.read(batch)
        spans: list[list[NameSpan]] = [[] for _ in batch]
        for number, span in _spans(units, label_chances(model, units), least):
            spans[number].append(span)
        if not units.are_characters and least <= SCORE:
            for text, ranges in zip(batch, spans, strict=True):
                ranges += _missed(text, ranges, model.vocabulary)
        found += spans
    return found


def _missed(text: str, found: Sequence[NameSpan], vocabulary: Vocabulary) -> Iterator[NameSpan]:
    """Give the names that nothing knows, where the model found none."""
    for start, end in unknown_names(text, vocabulary):
        if not any(span.start < end and start < span.end for span in found):
            yield NameSpan(start, end, ENTITY, SCORE)


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Give the texts in parts of a size that fits in memory, in order."""
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
    return chances(units.scores().astype(np.int64), units.chains, model.transitions)


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
