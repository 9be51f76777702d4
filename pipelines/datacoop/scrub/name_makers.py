"""Names of people made up for training, from lists of common names and from syllables."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from datacoop.scrub import name_lists, name_texts


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
    patterns=name_texts.GERMAN_PATTERNS,
    plain=name_texts.GERMAN_PLAIN,
)

KOREAN = Namer(
    full=_korean_full,
    surname=_korean_surname,
    given=_korean_given,
    masked=_korean_masked,
    has_capitals=False,
    patterns=name_texts.KOREAN_PATTERNS,
    plain=name_texts.KOREAN_PLAIN,
)
