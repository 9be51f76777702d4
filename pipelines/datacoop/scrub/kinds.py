"""Find places, organisations, groups of people and quantities with a small model on a CPU.

The model is one of the same make as that of names; it lies in the folder `kinds` beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from datacoop.scrub.name_chain import Chances
from datacoop.scrub.name_features import Units
from datacoop.scrub.names import SETTINGS_FILE, NameModel, NameSpan, batches, label_chances

ENTITIES = ("LOCATION", "ORGANIZATION", "NRP", "QUANTITY")
"""What is found; NRP is what people are by birth, belief or calling."""

OUTSIDE, OFFICE, PERSON, OTHER = "outside", "office", "person", "other"
"""Told apart and never reported; an office is one of a whole state, which leads to nobody."""

LABELS = (OUTSIDE, *ENTITIES, OFFICE, PERSON, OTHER)

FOLDER = "kinds"
THRESHOLD = 0.4


def kinds_folder(folder: Path) -> Path | None:
    """Return where the model of kinds lies, from the folder of a language's model of names."""
    found = folder / FOLDER
    return found if (found / SETTINGS_FILE).is_file() else None


def find_kinds(
    model: NameModel, texts: Sequence[str], thresholds: Mapping[str, float]
) -> list[list[NameSpan]]:
    """Return what each text names, in no order; the batch changes nothing.

    Spans of two entities can share words: those that could be either.

    Args:
        thresholds: The entities to find; a word belongs to one from this chance on.
    """
    found: list[list[NameSpan]] = []
    for batch in batches(texts):
        units = model.read(batch)
        chances = label_chances(model, units)
        spans: list[list[NameSpan]] = [[] for _ in batch]
        for entity in ENTITIES:
            if entity in thresholds:
                own = chances[:, model.labels.index(entity)]
                for text, span in _spans(batch, units, entity, own, thresholds[entity]):
                    spans[text].append(span)
        found += spans
    return found


def _spans(
    texts: Sequence[str], units: Units, entity: str, own: Chances, least: float
) -> Iterator[tuple[int, NameSpan]]:
    """Join neighbours that are likely enough, less the signs at both ends."""
    likely = np.flatnonzero(own >= least)
    if not len(likely):
        return
    goes_on = (np.diff(likely) == 1) & (np.diff(units.chains[likely]) == 0)
    for run in np.split(likely, np.flatnonzero(~goes_on) + 1):
        text = int(units.texts[run[0]])
        start, end = int(units.starts[run[0]]), int(units.ends[run[-1]])
        while start < end and not texts[text][start].isalnum():
            start += 1
        while start < end and not texts[text][end - 1].isalnum():
            end -= 1
        if start < end:
            score = round(sum(own[run].tolist()) / len(run), 4)
            yield text, NameSpan(start, end, entity, score)
