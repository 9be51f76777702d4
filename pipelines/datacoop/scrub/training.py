"""Train a name model from gold spans, measure it on rows it has not seen, and write its folder."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datacoop.errors import SettingsError
from datacoop.scrub import names
from datacoop.scrub.crfsuite import Weights, train_weights
from datacoop.scrub.name_card import Figures, Training, card_text, licence_text
from datacoop.scrub.name_examples import Example, made_up, recased, swapped
from datacoop.scrub.name_features import Units
from datacoop.scrub.name_gold import HELD_OUT_PERCENT, is_held_out, measure, read_gold
from datacoop.scrub.name_makers import GERMAN, KOREAN, Namer
from datacoop.scrub.name_units import read_words
from datacoop.scrub.name_vocabulary import Vocabulary, learn_vocabulary

SEED = 20_240
PARTS = 5
BUCKET_BITS = 20
THRESHOLD = 0.25
"""Leans to recall: a name left in a text costs more than a word too many."""

CARD_THRESHOLDS = (0.1, THRESHOLD, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What training needs to know of a language."""

    feature_set: str
    namer: Namer


LANGUAGES: Mapping[str, Language] = {
    "de": Language(feature_set="words-1", namer=GERMAN),
    "ko": Language(feature_set="characters-1", namer=KOREAN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A model written to a folder, with its figures on the rows held out."""

    folder: Path
    figures: Mapping[str, Figures]
    """By the name of the gold file, and `all`."""


def train(
    language: str,
    gold_paths: Sequence[Path],
    out_folder: Path,
    report: Callable[[str], None],
) -> TrainedModel:
    """Train a model, write it to `out_folder` and measure it on the rows held out.

    The same gold gives the same bytes.

    Raises:
        SettingsError: The language cannot be trained, or the gold has no row of it to learn.
    """
    known = _language(language)
    gold = {path.stem: read_gold(path, language) for path in gold_paths}
    rows = [row for part in gold.values() for row in part if not is_held_out(row)]
    if not any(row.people for row in rows):
        raise SettingsError(
            f"the gold files name no person in language {language!r}",
            hint="Give at least one file of gold spans with rows of that language.",
        )
    features = names.FEATURE_SETS[known.feature_set]
    parts = list(_parts(rows, known.namer, features))
    made_rows = sum(len(examples) for _, examples in parts)
    report(f"{len(rows)} rows of gold, {made_rows} with changed and made-up ones")
    labelled = [(units, unit_labels(units, examples)) for units, examples in parts]
    weights = train_weights(labelled, BUCKET_BITS, report)
    vocabulary = learn_vocabulary(_ordinary_words(rows, features))
    size_bytes = _write(out_folder, language, known.feature_set, weights, vocabulary)
    report("measuring on the rows held out")
    model = names.load_model(out_folder)
    figures = {threshold: check(model, gold_paths, threshold) for threshold in CARD_THRESHOLDS}
    card = Training(
        language=language,
        gold_digests={path.stem: _sha256(path.read_bytes()) for path in gold_paths},
        learnt_rows=len(rows),
        made_rows=made_rows,
        held_out_percent=HELD_OUT_PERCENT,
        bucket_bits=BUCKET_BITS,
        weight_count=len(weights.buckets),
        size_bytes=size_bytes,
        threshold=THRESHOLD,
        figures=figures,
    )
    (out_folder / "CARD.md").write_text(card_text(card), encoding="utf-8")
    (out_folder / "LICENSE").write_text(licence_text(list(gold)), encoding="utf-8")
    return TrainedModel(folder=out_folder, figures=figures[THRESHOLD])


def _language(language: str) -> Language:
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise SettingsError(
            f"cannot train a name model for {language!r}", hint=f"Languages that can: {known}."
        )
    return LANGUAGES[language]


def _parts(
    rows: Sequence[Example], namer: Namer, features: names.FeatureSet
) -> Iterator[tuple[Units, list[Example]]]:
    """Give the rows to learn from, in parts.

    The vocabulary of a part comes from the others: so words are unknown as often as they will be
    in texts never seen.
    """
    for part in range(PARTS):
        own = rows[part::PARTS]
        rest = [row for number, row in enumerate(rows) if number % PARTS != part]
        vocabulary = learn_vocabulary(_ordinary_words(rest, features))
        examples = list(_material(own, namer, SEED + part))
        yield features.units([example.text for example in examples], vocabulary), examples


def _material(rows: Sequence[Example], namer: Namer, seed: int) -> Iterator[Example]:
    real = [*rows, *swapped(rows, namer, seed), *made_up(namer, seed)]
    yield from real
    yield from recased(real, namer, seed)


def _ordinary_words(rows: Sequence[Example], features: names.FeatureSet) -> Iterator[set[str]]:
    """Give the forms of the words of each row that are no part of a person's name."""
    words = read_words([row.text for row in rows], features.reading)
    found: list[set[str]] = [set() for _ in rows]
    for form, start, end, text in zip(
        words.forms, words.starts, words.ends, words.texts, strict=True
    ):
        if not any(start < high and low < end for low, high in rows[text].people):
            found[text].update(features.known_as(form))
    yield from found


def unit_labels(units: Units, examples: Sequence[Example]) -> list[int]:
    """Return the label of each unit; a unit that a range only touches belongs to it."""
    labels = np.full(len(units.starts), names.OUTSIDE)
    bounds = np.searchsorted(units.texts, np.arange(len(examples) + 1))
    for number, example in enumerate(examples):
        low, high = bounds[number], bounds[number + 1]
        starts, ends = units.starts[low:high], units.ends[low:high]
        for start, end in example.others:
            labels[low:high][(starts < end) & (ends > start)] = names.OTHER
        for start, end in example.people:
            inside = np.flatnonzero((starts < end) & (ends > start)) + low
            labels[inside] = names.INNER
            labels[inside[:1]] = names.FIRST
    found: list[int] = labels.tolist()
    return found


def _write(
    folder: Path, language: str, feature_set: str, weights: Weights, vocabulary: Vocabulary
) -> int:
    """Write weights and settings; return how many bytes the weights take."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = io.BytesIO()
    np.savez_compressed(
        stored,
        bucket_steps=np.diff(weights.buckets, prepend=0).astype(np.uint32),
        weights=weights.scores,
        transitions=weights.transitions,
        vocabulary_steps=np.diff(vocabulary.keys.astype(np.int64), prepend=0).astype(np.uint32),
        vocabulary_classes=vocabulary.classes,
    )
    (folder / names.WEIGHTS_FILE).write_bytes(stored.getvalue())
    settings = {
        "format": names.FORMAT,
        "language": language,
        "entity": names.ENTITY,
        "labels": names.LABELS,
        "feature_set": feature_set,
        "bucket_bits": BUCKET_BITS,
        "threshold": THRESHOLD,
        "weights_sha256": _sha256(stored.getvalue()),
    }
    text = json.dumps(settings, indent=2, sort_keys=True) + "\n"
    (folder / names.SETTINGS_FILE).write_text(text, encoding="utf-8")
    return len(stored.getvalue())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check(
    model: names.NameModel, gold_paths: Sequence[Path], threshold: float | None = None
) -> dict[str, Figures]:
    """Measure a model on the held-out rows of each gold file, by file name, and on `all`."""
    parts = {
        path.stem: [row for row in read_gold(path, model.language) if is_held_out(row)]
        for path in gold_paths
    }
    parts["all"] = [row for part in parts.values() for row in part]
    return {name: measure(model, rows, threshold) for name, rows in parts.items()}
