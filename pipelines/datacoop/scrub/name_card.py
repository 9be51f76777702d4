"""What is written beside the weights of a name model: its card and its licence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a file of gold spans comes from."""

    title: str
    authors: str
    licence: str
    """SPDX id."""

    link: str


SOURCES: Mapping[str, Source] = {
    "de_germeval": Source(
        title="GermEval 2014 Named Entity Recognition Shared Task (NoSta-D)",
        authors="Darina Benikova, Chris Biemann, Marc Reznicek",
        licence="CC-BY-4.0",
        link="https://sites.google.com/site/germeval2014ner/data",
    ),
    "de_legal": Source(
        title="A Dataset of German Legal Documents for Named Entity Recognition",
        authors="Elena Leitner, Georg Rehm, Julián Moreno-Schneider",
        licence="CC-BY-4.0",
        link="https://github.com/elenanereiss/Legal-Entity-Recognition",
    ),
    "ko_klue_ner": Source(
        title="KLUE: Korean Language Understanding Evaluation, named entity recognition",
        authors="Sungjoon Park, Jihyung Moon, Sungdong Kim, Won Ik Cho and others",
        licence="CC-BY-SA-4.0",
        link="https://github.com/KLUE-benchmark/KLUE",
    ),
}
"""The gold files of the shipped models, by name."""

_TERMS = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/legalcode",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/legalcode",
}
_STRICTEST_FIRST = ("CC-BY-SA-4.0", "CC-BY-4.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a card says of how a model was made."""

    language: str
    gold_digests: Mapping[str, str]
    """sha256 of each gold file, by the file's name without its ending."""

    learnt_rows: int
    made_rows: int
    held_out_percent: int
    bucket_bits: int
    weight_count: int
    size_bytes: int
    threshold: float
    figures: Mapping[float, Mapping[str, Figures]]
    """By threshold, then by gold file and `all`."""


def licence_id(gold_names: Sequence[str]) -> str:
    """Return the SPDX id that a model made from these gold files has; empty if one is unknown."""
    ids = {SOURCES[name].licence for name in gold_names if name in SOURCES}
    is_complete = all(name in SOURCES for name in gold_names)
    return next((found for found in _STRICTEST_FIRST if found in ids), "") * is_complete


def licence_text(gold_names: Sequence[str]) -> str:
    """Return the licence file of a model made from these gold files."""
    found = licence_id(gold_names)
    if not found:
        return (
            "The licence of this model follows from the licences of its gold files:\n"
            f"{', '.join(gold_names)}. State them here before you give the model to anybody.\n"
        )
    credits = "\n".join(f"- {_credit(SOURCES[name])}" for name in gold_names)
    share = " Whoever shares a changed model shares it under the same licence." * ("SA" in found)
    return (
        f"SPDX-License-Identifier: {found}\n\n"
        f"The weights in this folder are licensed under {found}.{share}\n"
        f"The terms are at {_TERMS[found]}\n\n"
        "They were derived from, and credit is due to:\n"
        f"{credits}\n\n"
        "Changed: features of the annotated text were counted, hashed and weighted; the text\n"
        "itself is not here. The authors of the data do not endorse this model. It comes\n"
        "without any warranty.\n"
    )


def _credit(source: Source) -> str:
    return f"{source.title}, by {source.authors}, {source.licence}, {source.link}"


def card_text(training: Training) -> str:
    """Return the model card, in Markdown."""
    gold = "\n".join(
        f"| {name} | {SOURCES[name].licence if name in SOURCES else 'not known'} | `{digest}` |"
        for name, digest in training.gold_digests.items()
    )
    files = " ".join(f"--gold {name}.jsonl" for name in training.gold_digests)
    rows = "\n".join(
        f"| {name} | {threshold} | {part['rows']:.0f} | {part['people']:.0f} "
        f"| {part['recall']:.3f} | {part['character_recall']:.3f} "
        f"| {part['character_precision']:.3f} |"
        for threshold, parts in training.figures.items()
        for name, part in parts.items()
    )
    return f"""# Name model: {training.language}

Finds names of people. A linear chain of conditional probabilities over hashed features
({training.weight_count} of {1 << training.bucket_bits} buckets have a weight), decoded on a CPU.
Weights: {training.size_bytes / 1e6:.2f} MB. Licence: see `LICENSE`.

## Data

| gold file | licence | sha256 |
|---|---|---|
{gold}

{training.learnt_rows} rows were learnt. With copies whose people were renamed, copies in one
case, and sentences made up from patterns, {training.made_rows} rows. The names for these come
from short lists of common names and from syllables. No word of the data is in the files: features
and known words are checksums, by which a word cannot be read but a guess at one can be confirmed.
Words of the names of people are left out of the known ones.

Made with `datacoop models train {training.language} {files}`; the same gold gives the same bytes.

## Figures

Measured on the {training.held_out_percent} % of rows that were held out by their id. Recall: share
of people whose name is found whole. Character recall and precision: over the letters of names.
The model uses threshold {training.threshold} unless told otherwise: it leans to recall.

| part | threshold | rows | people | recall | character recall | character precision |
|---|---|---|---|---|---|---|
{rows}

## Limits

Held-out rows are of the same kinds of text as those learnt; in other kinds the figures differ.
Surnames alone are missed more often than full names, and some gold counts fictional people and
bands as people. A name missed is personal data left in a text: use the model together with rules,
and look at samples.
"""
