"""Train a model of places, organisations, groups and quantities, and write its folder."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from datacoop.errors import SettingsError
from datacoop.scrub import kinds, names
from datacoop.scrub.kind_card import KindTraining, card_text
from datacoop.scrub.kind_gold import KindRow, measure, read_kinds
from datacoop.scrub.name_card import Figures, licence_text
from datacoop.scrub.name_examples import RECASED_SHARE
from datacoop.scrub.name_features import Units
from datacoop.scrub.name_gold import is_held_out
from datacoop.scrub.name_lookups import read_lookups
from datacoop.scrub.name_vocabulary import Lookup, Vocabulary, learn_vocabulary
from datacoop.scrub.training import (
    LANGUAGES,
    SEED,
    Material,
    Task,
    fit,
    ids_digest,
    spelt,
    unseen,
    write_model,
)

BUCKET_BITS = 20
ROUNDS = 70
CARD_THRESHOLDS = (0.05, 0.1, 0.25, kinds.THRESHOLD)
CASED_LANGUAGES = frozenset({"en", "fr", "de"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedKinds:
    """A model written to a folder, with its figures on the rows held out."""

    folder: Path
    figures: Mapping[str, Mapping[str, Figures]]
    """By the name of the gold file, then by entity."""


def train_kinds(
    language: str, material: Material, out_folder: Path, report: Callable[[str], None]
) -> TrainedKinds:
    """Train a model, write it to `out_folder` and measure it on the rows held out.

    The same material gives the same bytes. No row is learnt that is held out, or that has the
    text of such a row. Gold is learnt twice, silver as it is.

    Raises:
        SettingsError: The language cannot be trained, or the gold has no row of it to learn.
    """
    if language not in LANGUAGES:
        raise SettingsError(
            f"cannot train a model of kinds for {language!r}",
            hint=f"Languages that can: {', '.join(LANGUAGES)}.",
        )
    gold = {path.name: read_kinds(path, language) for path in material.gold}
    held_out = {spelt(row.text) for part in gold.values() for row in part if is_held_out(row)}
    learnt = {name: unseen(part, held_out) for name, part in gold.items()}
    rows = [row for part in learnt.values() for row in part]
    if not any(one.label in kinds.ENTITIES for row in rows for one in row.spans):
        raise SettingsError(
            f"the gold files name nothing but people in language {language!r}",
            hint="Give at least one file of gold spans with places or organisations.",
        )
    report(f"{len(rows)} rows of gold")
    more = (*material.silver, *material.taught)
    others = unseen((row for path in more for row in read_kinds(path, language)), held_out)
    lookups = read_lookups(material.lookups, language) if material.lookups else {}
    fitted = fit(rows, others, _task(language, lookups), report, ROUNDS)
    settings = {
        "language": language,
        "feature_set": LANGUAGES[language].feature_set,
        "material": material.digests(),
        "learnt_gold_ids": {name: ids_digest(row.id for row in learnt[name]) for name in learnt},
        "entities": kinds.ENTITIES,
        "labels": kinds.LABELS,
        "bucket_bits": BUCKET_BITS,
        "threshold": kinds.THRESHOLD,
    }
    size_bytes = write_model(out_folder, settings, fitted)
    report("measuring on the rows held out")
    model = names.load_model(out_folder)
    figures = {limit: check_kinds(model, material.gold, limit) for limit in CARD_THRESHOLDS}
    card = KindTraining(
        language=language,
        digests=material.digests(),
        has_lookups=bool(lookups),
        gold_rows=len(rows),
        other_rows=len(others),
        weight_count=len(fitted.weights.buckets),
        bucket_count=1 << BUCKET_BITS,
        size_bytes=size_bytes,
        figures=figures,
    )
    (out_folder / "CARD.md").write_text(card_text(card), encoding="utf-8")
    (out_folder / "LICENSE").write_text(licence_text(card.material()), encoding="utf-8")
    return TrainedKinds(folder=out_folder, figures=figures[kinds.THRESHOLD])


def check_kinds(
    model: names.NameModel, gold_paths: Sequence[Path], threshold: float = kinds.THRESHOLD
) -> dict[str, Mapping[str, Figures]]:
    """Measure a model on the held-out rows of each gold file, by file name and entity."""
    parts = {
        path.stem: [row for row in read_kinds(path, model.language) if is_held_out(row)]
        for path in gold_paths
    }
    return {name: measure(model, rows, threshold) for name, rows in parts.items()}


def _task(language: str, lookups: Mapping[int, Lookup]) -> Task[KindRow]:
    feature_set = LANGUAGES[language].feature_set
    features = names.FEATURE_SETS[feature_set]
    has_capitals = language in CASED_LANGUAGES
    return Task(
        labels=kinds.LABELS,
        feature_set=feature_set,
        bucket_bits=BUCKET_BITS,
        examples=lambda gold, others, part: _with_recased(
            [*gold, *gold, *others], SEED + part if has_capitals else None
        ),
        label=unit_labels,
        vocabulary=lambda rows: vocabulary_of(rows, features, lookups),
    )


def _with_recased(rows: Sequence[KindRow], seed: int | None) -> Iterator[KindRow]:
    """Give the rows, and copies of some in small letters or in capitals; none without a seed."""
    yield from rows
    draw = random.Random(seed)  # noqa: S311 - repeatable material for training, no secret
    for row in rows if seed is not None else ():
        text = (str.lower if draw.random() < 0.6 else str.upper)(row.text)
        if draw.random() < RECASED_SHARE and len(text) == len(row.text):
            yield replace(row, text=text)


def unit_labels(units: Units, rows: Sequence[KindRow]) -> list[int]:
    """Return the label of each unit; a unit that a span only touches belongs to it."""
    labels = np.zeros(len(units.starts), dtype=np.int64)
    bounds = np.searchsorted(units.texts, np.arange(len(rows) + 1))
    for number, row in enumerate(rows):
        low, high = bounds[number], bounds[number + 1]
        starts, ends = units.starts[low:high], units.ends[low:high]
        for start, end, label in row.spans:
            labels[low:high][(starts < end) & (ends > start)] = kinds.LABELS.index(label)
    found: list[int] = labels.tolist()
    return found


def vocabulary_of(
    rows: Sequence[KindRow], features: names.FeatureSet, lookups: Mapping[int, Lookup]
) -> Vocabulary:
    """Count the words of rows: those of places as given names, of organisations as surnames."""
    words = features.words([row.text for row in rows])
    ordinary: list[set[str]] = [set() for _ in rows]
    places: list[set[str]] = [set() for _ in rows]
    organisations: list[set[str]] = [set() for _ in rows]
    for form, start, end, text in zip(
        words.forms, words.starts, words.ends, words.texts, strict=True
    ):
        spans = rows[text].spans
        label = next((one.label for one in spans if start < one.end and one.start < end), None)
        if label is None:
            ordinary[text].update(features.known_as(form))
        elif label in ("LOCATION", "ORGANIZATION") and len(form) > 1 and form[0].isalpha():
            (places if label == "LOCATION" else organisations)[text].add(form.lower())
    return learn_vocabulary(ordinary, zip(places, organisations, strict=True), lookups)
