"""Read the tables of words of spacy-lookups-data: what each word stands in like, how common it is.

Its files come from https://github.com/explosion/spacy-lookups-data (MIT); only training reads
them.
"""

import gzip
import json
from pathlib import Path

from datacoop.errors import SettingsError
from datacoop.scrub.name_vocabulary import Lookup, key

KEPT_WORDS = 300_000
"""How many of the commonest words are kept; a million would be little better."""

_STEPS = 2
"""Classes of frequency for each factor of e; from the rarest word kept upwards."""


def read_lookups(folder: Path, language: str) -> dict[int, Lookup]:
    """Return what the tables of a language say, by the checksum of the word; empty without them.

    Raises:
        SettingsError: The folder does not exist.
    """
    if not folder.is_dir():
        raise SettingsError(
            f"there is no folder {folder.name!r} of lookups",
            hint="Unpack the wheel of spacy-lookups-data and give its folder `data`.",
        )
    likely, clusters = (
        _table(folder / f"{language}_lexeme_{kind}.json.gz") for kind in ("prob", "cluster")
    )
    kept = sorted(likely, key=lambda word: (-likely[word], word))[:KEPT_WORDS]
    floor = likely[kept[-1]] if kept else 0.0
    return {
        key(word): Lookup(
            cluster=int(clusters.get(word, 0)),
            frequency=min(30, 1 + int((likely[word] - floor) * _STEPS)),
        )
        for word in reversed(kept)
    }


def _table(path: Path) -> dict[str, float]:
    if not path.exists():
        return {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: dict[str, float] = json.load(file)
    return found
