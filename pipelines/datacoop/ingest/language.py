"""Say in which language a text is, and whether that was declared.

Most texts are told by their function words; the rest by their script or by a model. This file
knows py3langid.
"""

import re
from collections.abc import Sequence
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

HEAD_CHARACTERS = 600
"""How much of a text is looked at."""

FEW_LETTERS = 20
"""Below this a text is not judged: names and codes look like any language."""

CERTAINTY = 0.9
"""How sure a foreign language must be before a row is held back for it."""

CANDIDATES = frozenset(
    ("en", "fr", "de", "ko", "zh", "ms", "ta", "es", "it", "pt", "nl", "pl", "ja", "ru")
)
"""The languages of the pool, and those that are easily taken for them."""

FUNCTION_WORDS = {
    "en": "the and of to is that with for you it have this are be from which what how my your "
    "not can they would shall by at if any been were when where has had there their does he "
    "she his him we who should",
    "fr": "les et est une dans pour vous nous je pas sur avec ce cette ces aux au être sont par "
    "ou où été leur ainsi elle mais ses tout très c'est j'ai d'une qu'il",
    "de": "der das und nicht ist ein eine einer einem eines dem den von mit für auf zu im sich "
    "auch nach wird werden bei aus durch über nur oder dass wurde sie ich haben hat wie kann "
    "zur zum vom",
    "ms": "yang dan untuk dengan ini itu tidak adalah kepada dalam saya anda akan pada oleh "
    "boleh telah",
    "es": "el los las y del pero muy está más su",
    "it": "il di che per non della gli sono è nel alla dei",
    "pt": "os um uma não em ao com foi pelo",
    "nl": "het een van zijn niet voor maar ook dat aan wordt naar deze",
}
"""Words that are common in one of these languages and no words in the others."""
LANGUAGE_OF_WORD = {
    word: language for language, words in FUNCTION_WORDS.items() for word in words.split()
}
WORDS_NEEDED = 3
"""So many different words, and so many times more than of any other language."""

NOT_LETTERS = re.compile(r"[\W\d_]+")
WITH_DIGITS = re.compile(r"(?<!\S)[^\s\d]*\d\S*")
SCRIPTS = {
    "ko": re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+"),
    "ta": re.compile("[\u0b80-\u0bff]+"),
}
"""Scripts in which only one language of the pool is written."""
SCRIPT_SHARE = 0.3
"""A Korean text with much English in it is Korean still."""


def identify(texts: Sequence[str], declared: tuple[str, ...]) -> list[str | None]:
    """Give the language of each text, or null where it is none of `declared`.

    A text of few letters, or in which no foreign language is certain, is in that one of the
    declared languages that it looks most like.
    """
    return [_identify(text[:HEAD_CHARACTERS], declared) for text in texts]


def _identify(text: str, declared: tuple[str, ...]) -> str | None:
    by_words = _by_words(text)
    if by_words in declared:
        return by_words
    letters = NOT_LETTERS.sub("", text)
    has_few = len(letters) < FEW_LETTERS
    if has_few and len(declared) == 1:
        return declared[0]
    by_script = None if letters.isascii() else _by_script(letters)
    if by_script in declared:
        return by_script
    if by_script is not None and not has_few:
        return None
    return _by_model(WITH_DIGITS.sub(" ", text), declared, has_few=has_few)


def _by_words(text: str) -> str | None:
    counts: dict[str, int] = {}
    for word in LANGUAGE_OF_WORD.keys() & text.lower().split():
        language = LANGUAGE_OF_WORD[word]
        counts[language] = counts.get(language, 0) + 1
    if not counts:
        return None
    best = max(counts, key=counts.__getitem__)
    most = counts.pop(best)
    rival = max(counts.values(), default=0)
    return best if most >= WORDS_NEEDED and most >= WORDS_NEEDED * rival else None


def _by_script(letters: str) -> str | None:
    for language, script in SCRIPTS.items():
        if sum(map(len, script.findall(letters))) >= SCRIPT_SHARE * len(letters):
            return language
    return None


def _by_model(text: str, declared: tuple[str, ...], *, has_few: bool) -> str | None:
    model, languages = _model(declared)
    if languages.isdisjoint(declared):
        return declared[0]
    best, certainty = model.classify(text)
    if best in declared:
        return str(best)
    if not has_few and certainty >= CERTAINTY:
        return None
    return next(str(language) for language, _ in model.rank(text) if language in declared)


@cache
def _model(declared: tuple[str, ...]) -> tuple[LanguageIdentifier, frozenset[str]]:
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    languages = frozenset(model.labels) & (CANDIDATES | set(declared))
    model.set_languages(sorted(languages))
    return model, languages
