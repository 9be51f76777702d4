"""Train a name model from gold spans, measure it on rows it has not seen, and write its folder."""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from datacoop.errors import SettingsError
from datacoop.scrub import names
from datacoop.scrub.crfsuite import ITERATIONS, FittedWeights, train_weights
from datacoop.scrub.name_card import Figures, Training, card_text, licence_text
from datacoop.scrub.name_examples import Example, made_up, recased, swapped
from datacoop.scrub.name_features import Units, Weights
from datacoop.scrub.name_gold import HELD_OUT_PERCENT, is_held_out, measure, read_examples
from datacoop.scrub.name_lookups import read_lookups
from datacoop.scrub.name_makers import ENGLISH, FRENCH, GERMAN, KOREAN, Namer, borrowing
from datacoop.scrub.name_vocabulary import Lookup, Vocabulary, learn_vocabulary, stored


class TextRow(Protocol):
    """A row to learn from."""

    @property
    def id(self) -> str:
        """What says whether the row is held out."""

    @property
    def text(self) -> str:
        """What is read."""


AnyRow = TypeVar("AnyRow", bound=TextRow)

SEED = 20_240
PARTS = 5
BUCKET_BITS = 21
THRESHOLD = 0.25
"""Leans to recall: a name left in a text costs more than a word too many."""

CARD_THRESHOLDS = (0.1, THRESHOLD, 0.4, 0.5)
BATCH_ROWS = 2_000

JUDGE_ROUNDS = 40
"""Rounds of fitting the model that judges silver; it need not be as good as the last one."""

_DOUBTFUL, _SURE = 0.1, 0.5
"""A row of silver is left out when a person of its is less likely, or another word more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What training needs to know of a language."""

    feature_set: str
    namer: Namer


LANGUAGES: Mapping[str, Language] = {
    "de": Language(feature_set="words-2", namer=GERMAN),
    "en": Language(feature_set="words-2", namer=ENGLISH),
    "fr": Language(feature_set="split-words-2", namer=FRENCH),
    "ko": Language(feature_set="characters-1", namer=KOREAN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The files that a model learns from."""

    gold: Sequence[Path]
    """Spans by people; a fifth of the rows is held out."""

    silver: Sequence[Path] = ()
    """Spans of mixed quality: only rows are learnt that a model from the gold agrees with."""

    taught: Sequence[Path] = ()
    """Spans to learn as they are, such as those of another model."""

    lookups: Path | None = None
    """Folder of `*_lexeme_cluster.json.gz` and `*_lexeme_prob.json.gz` of spacy-lookups-data."""

    def digests(self) -> dict[str, dict[str, str]]:
        """Return the sha256 of each file of rows, by what it is for and its name."""
        files = {"gold": self.gold, "silver": self.silver, "taught": self.taught}
        return {
            use: {path.name: _sha256(path.read_bytes()) for path in paths}
            for use, paths in files.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A model written to a folder, with its figures on the rows held out."""

    folder: Path
    figures: Mapping[str, Figures]
    """By the name of the gold file, and `all`."""


def train(
    language: str, material: Material, out_folder: Path, report: Callable[[str], None]
) -> TrainedModel:
    """Train a model, write it to `out_folder` and measure it on the rows held out.

    The same material gives the same bytes. No row is learnt that is held out, or that has the
    text of such a row.

    Raises:
        SettingsError: The language cannot be trained, or the gold has no row of it to learn.
    """
    recipe = _recipe(language)
    gold = {path.name: read_examples(path, language) for path in material.gold}
    held_out = {spelt(row.text) for part in gold.values() for row in part if is_held_out(row)}
    learnt = {name: unseen(part, held_out) for name, part in gold.items()}
    rows = [row for part in learnt.values() for row in part]
    if not any(row.people for row in rows):
        raise SettingsError(
            f"the gold files name no person in language {language!r}",
            hint="Give at least one file of gold spans with rows of that language.",
        )
    report(f"{len(rows)} rows of gold")
    lookups = read_lookups(material.lookups, language) if material.lookups else {}
    silver, taught = (
        unseen((row for path in paths for row in read_examples(path, language)), held_out)
        for paths in (material.silver, material.taught)
    )
    if silver:
        task = _names_task(rows, recipe, lookups)
        judge = fit(rows, [], task, report, JUDGE_ROUNDS)
        silver = list(_agreed(silver, _model(language, task, judge)))
        report(f"{len(silver)} rows of silver that a model from the gold agrees with")
    task = _names_task([*rows, *silver, *taught], recipe, lookups)
    fitted = fit(rows, [*silver, *taught], task, report)
    digests = material.digests()
    settings = {
        "language": language,
        "feature_set": recipe.feature_set,
        "material": digests,
        "learnt_gold_ids": {name: ids_digest(row.id for row in learnt[name]) for name in learnt},
        "entity": names.ENTITY,
        "labels": names.LABELS,
        "bucket_bits": BUCKET_BITS,
        "threshold": THRESHOLD,
    }
    size_bytes = write_model(out_folder, settings, fitted)
    report("measuring on the rows held out")
    model = names.load_model(out_folder)
    figures = {limit: check(model, material.gold, limit) for limit in CARD_THRESHOLDS}
    card = Training(
        language=language,
        digests=digests,
        has_lookups=bool(lookups),
        gold_rows=len(rows),
        other_rows=len(silver) + len(taught),
        made_rows=fitted.made_rows,
        held_out_percent=HELD_OUT_PERCENT,
        bucket_bits=BUCKET_BITS,
        weight_count=len(fitted.weights.buckets),
        size_bytes=size_bytes,
        threshold=THRESHOLD,
        figures=figures,
    )
    (out_folder / "CARD.md").write_text(card_text(card), encoding="utf-8")
    (out_folder / "LICENSE").write_text(licence_text(card.material()), encoding="utf-8")
    return TrainedModel(folder=out_folder, figures=figures[THRESHOLD])


def _recipe(language: str) -> Language:
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise SettingsError(
            f"cannot train a name model for {language!r}", hint=f"Languages that can: {known}."
        )
    return LANGUAGES[language]


def spelt(text: str) -> str:
    """Return the letters and digits of a text: rows that differ in nothing else are the same."""
    return "".join(filter(str.isalnum, text)).lower()


def unseen(rows: Iterable[AnyRow], held_out: set[str]) -> list[AnyRow]:
    """Return the rows with no text, as `spelt` has it, that is held out."""
    return [row for row in rows if spelt(row.text) not in held_out]


def ids_digest(ids: Iterable[str]) -> str:
    """Return the digest of some ids, whatever their order."""
    return _sha256("\n".join(sorted(ids)).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[AnyRow]):
    """What is to be learnt, and from what."""

    labels: tuple[str, ...]
    feature_set: str
    bucket_bits: int
    examples: Callable[[Sequence[AnyRow], Sequence[AnyRow], int], Iterable[AnyRow]]
    """Gives what is learnt from gold rows and other rows, with the number of their part."""

    label: Callable[[Units, Sequence[AnyRow]], Sequence[int]]
    """Gives the number of the label of each unit of some rows."""

    vocabulary: Callable[[Sequence[AnyRow]], Vocabulary]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """What a fit gives."""

    weights: FittedWeights
    vocabulary: Vocabulary
    made_rows: int


def fit(
    gold: Sequence[AnyRow],
    others: Sequence[AnyRow],
    task: Task[AnyRow],
    report: Callable[[str], None],
    most_rounds: int = ITERATIONS,
) -> Fitted:
    """Learn a task from gold rows and others; the same rows give the same weights."""
    reader = names.FEATURE_SETS[task.feature_set].reader
    parts, made_rows = [], 0
    for part in range(PARTS):
        # The vocabulary of a part comes from the others: so words are unknown as often as they
        # will be in texts never seen.
        rest = [row for rows in (gold, others) for row in _without(rows, part)]
        read = reader(task.vocabulary(rest), None)
        examples = list(task.examples(gold[part::PARTS], others[part::PARTS], part))
        made_rows += len(examples)
        for low in range(0, len(examples), BATCH_ROWS):
            some = examples[low : low + BATCH_ROWS]
            units = read([example.text for example in some])
            parts.append((units, task.label(units, some)))
    report(f"{made_rows} rows with changed and made-up ones")
    return Fitted(
        weights=train_weights(parts, task.labels, task.bucket_bits, report, most_rounds),
        vocabulary=task.vocabulary([*gold, *others]),
        made_rows=made_rows,
    )


def _names_task(
    rows: Iterable[Example], recipe: Language, lookups: Mapping[int, Lookup]
) -> Task[Example]:
    """Return the task of telling people apart from all else, for some rows."""
    namer = borrowing(recipe.namer, _people(rows))
    features = names.FEATURE_SETS[recipe.feature_set]
    return Task(
        labels=names.LABELS,
        feature_set=recipe.feature_set,
        bucket_bits=BUCKET_BITS,
        examples=lambda gold, others, part: material_of(gold, others, namer, SEED + part),
        label=lambda units, examples: unit_labels(units, examples),
        vocabulary=lambda rows: vocabulary_of(rows, features, lookups),
    )


def _people(rows: Iterable[Example]) -> Iterator[str]:
    for row in rows:
        yield from (row.text[low:high] for low, high in row.people)


def _without(rows: Sequence[AnyRow], part: int) -> list[AnyRow]:
    return [row for number, row in enumerate(rows) if number % PARTS != part]


def material_of(
    gold: Sequence[Example], others: Sequence[Example], namer: Namer, seed: int
) -> Iterator[Example]:
    """Give the rows with changed copies of them, and made-up ones."""
    real = [*gold, *swapped(gold, namer, seed), *made_up(namer, seed), *others]
    yield from real
    yield from recased(real, namer, seed)


def vocabulary_of(
    rows: Sequence[Example], features: names.FeatureSet, lookups: Mapping[int, Lookup]
) -> Vocabulary:
    """Count the words of rows, those of the names of people apart."""
    words = features.words([row.text for row in rows])
    ordinary: list[set[str]] = [set() for _ in rows]
    of_people: list[list[tuple[int, str]]] = [[] for _ in rows]
    for form, start, end, text in zip(
        words.forms, words.starts, words.ends, words.texts, strict=True
    ):
        person = next((low for low, high in rows[text].people if start < high and low < end), -1)
        if person < 0:
            ordinary[text].update(features.known_as(form))
        elif len(form) > 1 and form[0].isalpha():
            of_people[text].append((person, form.lower()))
    return learn_vocabulary(ordinary, map(_given_and_family, of_people), lookups)


def _given_and_family(words: Sequence[tuple[int, str]]) -> tuple[set[str], set[str]]:
    """Return the first and the last words of the names that have several."""
    given, family = set(), set()
    for (person, word), (following, last) in pairwise(words):
        if person == following:
            given.add(word)
            family.add(last)
    # A middle word counts as both; that it is one of a name is what matters.
    return given, family


def _agreed(rows: Sequence[Example], model: names.NameModel) -> Iterator[Example]:
    """Give the rows whose spans of people a model does not contradict."""
    for low in range(0, len(rows), BATCH_ROWS):
        some = rows[low : low + BATCH_ROWS]
        units = model.read([row.text for row in some])
        found = names.label_chances(model, units)
        person = found[:, names.FIRST] + found[:, names.INNER]
        labels = np.array(unit_labels(units, some))
        is_person = (labels == names.FIRST) | (labels == names.INNER)
        wrong = np.where(is_person, person < _DOUBTFUL, person > _SURE)
        contradicted = set(units.texts[wrong].tolist())
        yield from (row for number, row in enumerate(some) if number not in contradicted)


def all_scores(weights: FittedWeights, bucket_bits: int) -> npt.NDArray[np.int16]:
    """Return the scores of every bucket, those without a weight as 0."""
    scores = np.zeros((1 << bucket_bits, weights.scores.shape[1]), dtype=np.int16)
    scores[weights.buckets] = weights.scores
    return scores


def _model(language: str, task: Task[Example], fitted: Fitted) -> names.NameModel:
    scores = all_scores(fitted.weights, task.bucket_bits)
    weights = Weights(scores=scores, bucket_bits=task.bucket_bits)
    return names.NameModel(
        language=language,
        labels=task.labels,
        threshold=THRESHOLD,
        read=names.FEATURE_SETS[task.feature_set].reader(fitted.vocabulary, weights),
        vocabulary=fitted.vocabulary,
        transitions=fitted.weights.transitions.astype(np.int64),
    )


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


def write_model(folder: Path, settings: Mapping[str, object], fitted: Fitted) -> int:
    """Write weights and settings; return how many bytes the weights take."""
    folder.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    arrays: dict[str, npt.NDArray[Any]] = {
        "bucket_steps": np.diff(fitted.weights.buckets, prepend=0).astype(np.uint32),
        "weights": fitted.weights.scores,
        "transitions": fitted.weights.transitions,
        **stored(fitted.vocabulary),
    }
    np.savez_compressed(written, allow_pickle=False, **arrays)
    (folder / names.WEIGHTS_FILE).write_bytes(written.getvalue())
    whole = {
        **settings,
        "format": names.FORMAT,
        "weights_sha256": _sha256(written.getvalue()),
    }
    text = json.dumps(whole, indent=2, sort_keys=True) + "\n"
    (folder / names.SETTINGS_FILE).write_text(text, encoding="utf-8")
    return len(written.getvalue())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def check(
    model: names.NameModel, gold_paths: Sequence[Path], threshold: float | None = None
) -> dict[str, Figures]:
    """Measure a model on the held-out rows of each gold file, by file name, and on `all`."""
    parts = {
        path.stem: [row for row in read_examples(path, model.language) if is_held_out(row)]
        for path in gold_paths
    }
    parts["all"] = [row for part in parts.values() for row in part]
    return {name: measure(model, rows, threshold) for name, rows in parts.items()}
