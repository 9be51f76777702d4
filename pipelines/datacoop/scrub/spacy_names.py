"""Names by spaCy's models: the only file that imports spaCy."""

import importlib
import warnings
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import NumpyOps, set_current_ops, use_ops
from threadpoolctl import threadpool_limits

from datacoop.scrub.lemma_context import Words
from datacoop.scrub.spacy_models import SPACY_MODELS
from datacoop.scrub.spans import Finding

_WORD_PIPES = ("tagger", "morphologizer", "attribute_ruler", "lemmatizer")
"""What reads lemmas; names do not depend on it."""

_UNUSED_PIPES = (*_WORD_PIPES, "parser", "senter")

SPACY_ENTITIES = {
    "PERSON": "PERSON", "PER": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION",
    "ORG": "ORGANIZATION", "NORP": "NRP", "DATE": "DATE_TIME", "TIME": "DATE_TIME",
}  # fmt: skip

_STOCK_BATCH = 32
"""Texts that a stock model reads at once, at most."""

STOCK_CHARACTERS = 300_000
"""Longest text for a stock model, which reads it in one piece: it then takes a gigabyte."""

_SPACY_SCORE = 0.85
"""spaCy gives no score; Presidio gives its findings this one."""

_CHUNK_CHARACTERS = 50_000
"""spaCy takes memory with the length of a text, so longer ones are read in parts."""


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
                one._replace(start=low + one.start, end=low + one.end) for one in _names(document)
            ]
    return found


class Reading(NamedTuple):
    """What a stock model reads in a text."""

    names: list[Finding]
    words: Words | None


def stock_readings(
    language: str, texts: Sequence[str], needs_words: Sequence[bool], *, needs_names: bool
) -> list[Reading]:
    """Read texts as the stock engine does, less what nobody asks for.

    Args:
        needs_words: For each text, whether its words are asked for.
        needs_names: Whether names are.

    Raises:
        ValueError: A text is longer than the model takes.
    """
    readings = [Reading([], None)] * len(texts)
    pipeline = _stock_model(language)
    for has_words in (False, True) if needs_names else (True,):
        chosen = [at for at, needed in enumerate(needs_words) if needed == has_words]
        spared = (() if has_words else _WORD_PIPES) + (() if needs_names else ("ner",))
        for group in _groups(texts, chosen):
            # Without the zone, the vocabulary keeps every word it ever saw.
            with pipeline.memory_zone():
                some = (texts[at] for at in group)
                documents = pipeline.pipe(some, batch_size=_STOCK_BATCH, disable=spared)
                for at, document in zip(group, documents, strict=True):
                    words = _words(document) if has_words else None
                    readings[at] = Reading(_names(document), words)
    return readings


def _groups(texts: Sequence[str], places: Sequence[int]) -> list[list[int]]:
    """Group places of texts that are read at once: memory goes with their characters."""
    groups: list[list[int]] = []
    left = 0
    for place in places:
        left -= len(texts[place])
        if not groups or left < 0 or len(groups[-1]) == _STOCK_BATCH:
            groups.append([])
            left = _CHUNK_CHARACTERS - len(texts[place])
        groups[-1].append(place)
    return groups


@cache
def _stock_model(language: str) -> Language:
    # With numpy's kernels a score's last bits depend on the texts beside a text, with those of
    # blis, the stock ones, on nothing but the text: what is found is the same in any batch.
    with use_ops("cpu", use_blis=True), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline: Language = importlib.import_module(SPACY_MODELS[language]).load()
    pipeline.max_length = STOCK_CHARACTERS
    return pipeline


def _names(document: Doc) -> list[Finding]:
    return [
        Finding(name.start_char, name.end_char, entity, _SPACY_SCORE)
        for name in document.ents
        if (entity := SPACY_ENTITIES.get(name.label_)) is not None
    ]


def _words(document: Doc) -> Words:
    """Give a text's words, its keywords chosen as `NlpArtifacts.set_keywords` does."""
    lemmas = [token.lemma_ for token in document]
    entries = {lemma: document.vocab[lemma] for lemma in {*lemmas} - {"-PRON-", "be"}}
    keywords = (
        part
        for lemma, entry in entries.items()
        if not (entry.is_stop or entry.is_punct)
        for part in lemma.lower().split(":")
    )
    ends = [token.idx + len(token) for token in document]
    return Words(ends, lemmas, frozenset(keywords))


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
