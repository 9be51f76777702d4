"""Full names that a model never saw: two capitalised words in a row that no list knows.

A model that knows neither part of a name leans on the words around it, and some sentences say
little. Ordinary words of a language are in its vocabulary; two that are not, side by side and
capitalised, are hardly ever anything but a proper name.
"""

import re
from collections.abc import Iterator

from datacoop.scrub.name_vocabulary import Vocabulary

SCORE = 0.3

# Without "des" and a lone "der": in German these join nouns.
_LINK = r"(?:\s(?:de|du|di|da|(?:van|von)(?:\s(?:der|den|dem))?|la|le|al|bin|ibn))"
_WORD = r"[^\W\d_a-z][^\W\d_]{2,}(?:[-'’][^\W\d_]+)*"
_RUN = re.compile(rf"(?<![\w'’-]){_WORD}(?:{_LINK}{{0,2}}\s{_WORD})+(?![\w-])")
_JOINT = re.compile(r"[-'’]")
_EACH = re.compile(_WORD)


def unknown_names(text: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int]]:
    """Give the half-open ranges of runs of two or more capitalised words that nothing knows.

    A word that the vocabulary knows as a name alone counts as unknown.
    """
    for run in _RUN.finditer(text):
        words = list(_EACH.finditer(text, run.start(), run.end()))
        forms = [word.group() for word in words]
        rows = zip(
            vocabulary.rows_of(forms).tolist(),
            vocabulary.rows_of([form.lower() for form in forms]).tolist(),
            strict=True,
        )
        strange = [
            _is_written_as_name(form) and _is_strange(pair, vocabulary)
            for form, pair in zip(forms, rows, strict=True)
        ]
        for low, high in _stretches(strange):
            yield words[low].start(), words[high - 1].end()


def _is_written_as_name(form: str) -> bool:
    parts = _JOINT.split(form)
    return form[0].isupper() and all(part[1:].islower() for part in parts if len(part) > 1)


def _is_strange(rows: tuple[int, int], vocabulary: Vocabulary) -> bool:
    return all(
        row < 0 or not (vocabulary.known[row] or vocabulary.frequencies[row]) for row in rows
    )


def _stretches(strange: list[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    for at, one in enumerate([*strange, False]):
        if not one:
            if at - start > 1:
                yield start, at
            start = at + 1
