"""The card that is written beside the weights of a model of kinds."""

from collections.abc import Mapping
from dataclasses import dataclass

from datacoop.scrub.name_card import CLUSTERS, Figures, licences, stem


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTraining:
    """What a card says of how a model was made."""

    language: str
    digests: Mapping[str, Mapping[str, str]]
    """sha256 of each file, by its use (gold, silver, taught) and its name."""

    has_lookups: bool
    gold_rows: int
    other_rows: int
    weight_count: int
    bucket_count: int
    size_bytes: int
    figures: Mapping[float, Mapping[str, Mapping[str, Figures]]]
    """By threshold, then by gold file, then by entity."""

    def material(self) -> list[str]:
        """Return the names of what was learnt from, as `name_card.SOURCES` has them."""
        files = [stem(name) for files in self.digests.values() for name in files]
        return [*files, *(["lookups"] if self.has_lookups else [])]


def card_text(training: KindTraining) -> str:
    """Return the model card, in Markdown."""
    files = [(use, name) for use, found in training.digests.items() for name in found]
    material = "\n".join(
        f"| {name} | {use} | {licences(name)} | `{training.digests[use][name]}` |"
        for use, name in files
    )
    options = " ".join(f"--{use} {name}" for use, name in files)
    options += " --lookups data" * training.has_lookups
    rows = "\n".join(
        f"| {name} | {entity} | {threshold} | {part['rows']:.0f} | {part['spans']:.0f} "
        f"| {part['recall']:.3f} | {part['character_recall']:.3f} "
        f"| {part['character_precision']:.3f} |"
        for threshold, parts in training.figures.items()
        for name, entities in parts.items()
        for entity, part in entities.items()
    )
    return f"""# Model of kinds: {training.language}

Finds places, organisations, what people are by birth, belief or calling (NRP), and quantities: what
leads back to people when put together. A linear chain of conditional probabilities over hashed
features ({training.weight_count} of {training.bucket_count} buckets have a weight), decoded on a
CPU. Weights: {training.size_bytes / 1e6:.2f} MB. Licence: see `LICENSE`.

## Data

| file | use | licences | sha256 |
|---|---|---|---|
{material}

Gold: spans set by people, {training.gold_rows} rows. Silver and taught: spans that links or another
model gave, {training.other_rows} rows. Gold is learnt twice, and some rows again in one case. An
organisation that gold marks as harmless, such as the highest court of a state, is told apart from
others and not reported; so are people, whom the model of names finds.
{CLUSTERS * training.has_lookups}
No word of the data is in the files: features and known words are checksums, by which a word cannot
be read but a guess at one can be confirmed.

Made with `datacoop models train {training.language} --kinds {options}`; the same files give the
same bytes. A row is held out, and never learnt, if the sha256 of its id, as a whole number, is a
multiple of five; nor is a row learnt that has the letters and digits of one held out.

## Figures

Measured on the rows held out. Recall: share of spans all of whose letters and digits are found as
that entity. Character recall and precision: over letters and digits. A policy sets the threshold
of each entity; patterns of numbers and of words for peoples come on top.

| part | entity | threshold | rows | spans | recall | character recall | character precision |
|---|---|---|---|---|---|---|---|
{rows}

## Limits

Held-out rows are of the same kinds of text as those learnt; in other kinds the figures differ.
Gold sets do not agree on what an organisation is, and few mark callings and quantities. What is
missed stays in a text: look at samples.
"""
