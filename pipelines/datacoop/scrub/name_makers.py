"""Names of people made up for training, from lists of common names and from syllables."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from datacoop.scrub import (
    name_lists,
    name_texts_de,
    name_texts_en,
    name_texts_fr,
    name_texts_ko,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Namer:
    """How people of a language are named; each function draws from the generator given."""

    full: Callable[[random.Random], str]
    surname: Callable[[random.Random], str]
    given: Callable[[random.Random], str]
    masked: Callable[[random.Random], str]
    has_capitals: bool
    patterns: Sequence[str]
    plain: Sequence[str]


_BORROWED_SHARE = 0.6
_MOST_BORROWED_WORDS = 3


def borrowing(namer: Namer, names: Iterable[str]) -> Namer:
    """Return a namer that also joins the given names and surnames of `names` anew."""
    split = [name.split() for name in names if namer.has_capitals]
    whole = [
        words
        for words in split
        if 2 <= len(words) <= _MOST_BORROWED_WORDS
        and all(word[0].isupper() and word.isalpha() and len(word) > 1 for word in words)
    ]
    if not whole:
        return namer
    given = sorted({words[0] for words in whole})
    family = sorted({words[-1] for words in whole})

    def mixed(
        own: Callable[[random.Random], str], borrowed: Callable[[random.Random], str]
    ) -> Callable[[random.Random], str]:
        return lambda draw: (borrowed if draw.random() < _BORROWED_SHARE else own)(draw)

    return replace(
        namer,
        given=mixed(namer.given, lambda draw: draw.choice(given)),
        surname=mixed(namer.surname, lambda draw: draw.choice(family)),
        full=mixed(namer.full, lambda draw: f"{draw.choice(given)} {draw.choice(family)}"),
    )


def _german_surname(draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.35:
        return draw.choice(name_lists.GERMAN_LAST)
    if kind < 0.7:
        head = draw.choice(name_lists.GERMAN_SURNAME_HEADS)
        return head + draw.choice(name_lists.GERMAN_SURNAME_TAILS)
    if kind < 0.82:
        return draw.choice(name_lists.OTHER_LAST)
    if kind < 0.95:
        middle = draw.choice(name_lists.SYLLABLE_HEADS) * (draw.random() < 0.4)
        head = draw.choice(name_lists.SYLLABLE_HEADS).capitalize()
        return head + middle + draw.choice(name_lists.SYLLABLE_TAILS)
    return f"{_german_surname(draw)}-{draw.choice(name_lists.GERMAN_LAST)}"


def _german_given(draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.62:
        return draw.choice(name_lists.GERMAN_FIRST)
    if kind < 0.85:
        return draw.choice(name_lists.OTHER_FIRST)
    if kind < 0.92:
        firsts = name_lists.GERMAN_FIRST
        return f"{draw.choice(firsts)}-{draw.choice(firsts)}"
    heads = name_lists.SYLLABLE_HEADS
    return (draw.choice(heads) + draw.choice(heads) + draw.choice("anlrs")).capitalize()


def _german_full(draw: random.Random) -> str:
    middle = draw.random()
    inner = f" {draw.choice('ABCEFGHJKLMRSTW')}." if middle < 0.05 else ""
    if middle > 0.95:
        inner = f" {draw.choice(name_lists.NAME_LINKS[:4])}"
    return f"{_german_given(draw)}{inner} {_german_surname(draw)}"


def _wild(draw: random.Random) -> str:
    """Make up a name of no particular language."""
    heads = name_lists.SYLLABLE_HEADS
    middle = draw.choice(heads) * (draw.random() < 0.4)
    return draw.choice(heads).capitalize() + middle + draw.choice(name_lists.SYLLABLE_TAILS)


def _western(
    firsts: Sequence[str], lasts: Sequence[str]
) -> tuple[Callable[[random.Random], str], Callable[[random.Random], str]]:
    """Return what draws given names, and what draws surnames, mostly from these lists."""

    def given(draw: random.Random) -> str:
        kind = draw.random()
        if kind < 0.7:
            return draw.choice(firsts)
        if kind < 0.85:
            return draw.choice(name_lists.OTHER_FIRST)
        if kind < 0.9:
            return f"{draw.choice(firsts)}-{draw.choice(firsts)}"
        heads = name_lists.SYLLABLE_HEADS
        return (draw.choice(heads) + draw.choice(heads) + draw.choice("anlrs")).capitalize()

    def surname(draw: random.Random) -> str:
        kind = draw.random()
        if kind < 0.55:
            return draw.choice(lasts)
        if kind < 0.7:
            return draw.choice(name_lists.OTHER_LAST)
        if kind < 0.8:
            head = draw.choice(name_lists.GERMAN_SURNAME_HEADS)
            return head + draw.choice(name_lists.GERMAN_SURNAME_TAILS)
        if kind < 0.95:
            return _wild(draw)
        return f"{draw.choice(lasts)}-{draw.choice(lasts)}"

    return given, surname


def _western_full(
    given: Callable[[random.Random], str], surname: Callable[[random.Random], str]
) -> Callable[[random.Random], str]:
    def full(draw: random.Random) -> str:
        kind = draw.random()
        if kind < 0.07:
            return f"{given(draw)} {draw.choice('ABCDEFGHJKLMPRSTW')}. {surname(draw)}"
        if kind < 0.1:
            return f"{given(draw)} {given(draw)} {surname(draw)}"
        if kind < 0.13:
            return f"{given(draw)} {draw.choice(name_lists.NAME_LINKS[:8])} {surname(draw)}"
        if kind < 0.2:
            syllables = (draw.choice(name_lists.ASIAN_SYLLABLES) for _ in range(2))
            return " ".join((draw.choice(name_lists.ASIAN_SURNAMES), *syllables))
        if kind < 0.23:
            return f"{draw.choice('ABCDEFGHJKLMPRSTW')}. {surname(draw)}"
        return f"{given(draw)} {surname(draw)}"

    return full


_english_given, _english_surname = _western(name_lists.ENGLISH_FIRST, name_lists.ENGLISH_LAST)
_french_given, _french_surname = _western(name_lists.FRENCH_FIRST, name_lists.FRENCH_LAST)


def _korean_surname(draw: random.Random) -> str:
    # Half of all people bear one of the first five names of the list; rare ones must do as well.
    kind = draw.random()
    if kind < 0.2:
        return draw.choice(name_lists.KOREAN_GIVEN_HEADS)
    return draw.choice(name_lists.KOREAN_SURNAMES[: 5 if kind < 0.6 else None])


def _korean_given(draw: random.Random) -> str:
    head = draw.choice(name_lists.KOREAN_GIVEN_HEADS) if draw.random() < 0.93 else ""
    return head + draw.choice(name_lists.KOREAN_GIVEN_TAILS)


def _korean_full(draw: random.Random) -> str:
    return _korean_surname(draw) + _korean_given(draw)


def _korean_masked(draw: random.Random) -> str:
    return _korean_surname(draw) + draw.choice(("OO", "○○", "〇〇", "**", "모", "O", "XX"))


GERMAN = Namer(
    full=_german_full,
    surname=_german_surname,
    given=_german_given,
    masked=_german_surname,
    has_capitals=True,
    patterns=name_texts_de.PATTERNS,
    plain=name_texts_de.PLAIN,
)

ENGLISH = Namer(
    full=_western_full(_english_given, _english_surname),
    surname=_english_surname,
    given=_english_given,
    masked=_english_surname,
    has_capitals=True,
    patterns=name_texts_en.PATTERNS,
    plain=name_texts_en.PLAIN,
)

FRENCH = Namer(
    full=_western_full(_french_given, _french_surname),
    surname=_french_surname,
    given=_french_given,
    masked=_french_surname,
    has_capitals=True,
    patterns=name_texts_fr.PATTERNS,
    plain=name_texts_fr.PLAIN,
)

KOREAN = Namer(
    full=_korean_full,
    surname=_korean_surname,
    given=_korean_given,
    masked=_korean_masked,
    has_capitals=False,
    patterns=name_texts_ko.PATTERNS,
    plain=name_texts_ko.PLAIN,
)
