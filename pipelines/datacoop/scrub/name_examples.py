"""Rows that a name model learns from: gold rows, changed copies of them, and made-up ones."""

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from datacoop.scrub import name_lists
from datacoop.scrub.name_makers import Namer

Range = tuple[int, int]

RECASED_SHARE = 0.12
"""Share of rows of a language with capitals that are learnt in one case only."""

MADE_UP_COPIES = 5
"""How often each pattern is filled with new names, in each part of the training."""

RENAMED_COPIES = 2
"""How many copies a row with people has, with other names each."""

_SLOT = re.compile(r"\{([FSGINM])\}")
_HANGUL_FIRST, _HANGUL_LAST, _FINALS = 0xAC00, 0xD7A3, 28
_PARTICLES = (
    ("은", "는"),
    ("이", "가"),
    ("을", "를"),
    ("과", "와"),
    ("이라고", "라고"),
    ("이라는", "라는"),
    ("이랑", "랑"),
    ("이나", "나"),
    ("으로", "로"),
    ("아", "야"),
)
"""Korean particles after a consonant, and after a vowel."""

_WHOLE_PARTICLES = re.compile(
    rf"({'|'.join(form for pair in _PARTICLES for form in pair)})(?![^\W\d])"
)
_FORMS = {form: pair for pair in _PARTICLES for form in pair}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text with its people and the other names in it; half-open character ranges, in order."""

    id: str
    text: str
    people: tuple[Range, ...]
    others: tuple[Range, ...] = ()


def made_up(namer: Namer, seed: int) -> Iterator[Example]:
    """Fill every pattern with names, `MADE_UP_COPIES` times, and add the sentences without."""
    draw = random.Random(seed)  # noqa: S311 - repeatable material for training, no secret
    for copy in range(MADE_UP_COPIES):
        for number, pattern in enumerate(namer.patterns):
            yield _fill(f"made-up-{copy}-{number}", pattern, namer, draw)
    for number, text in enumerate(namer.plain):
        yield Example(id=f"plain-{number}", text=text, people=())


def _fill(name: str, pattern: str, namer: Namer, draw: random.Random) -> Example:
    makers: Mapping[str, Callable[[random.Random], str]] = {
        "F": namer.full,
        "S": namer.surname,
        "G": namer.given,
        "M": namer.masked,
        "I": lambda draw: f"{draw.choice('ABCDEFGHIJKLMNOPRSTUVW')}. {namer.surname(draw)}",
    }
    text, people, end = "", [], 0
    for slot in _SLOT.finditer(pattern):
        text += _fit(text, pattern[end : slot.start()])
        end = slot.end()
        if slot[1] == "N":
            text += str(draw.randint(2, 31))
            continue
        name_drawn = makers[slot[1]](draw)
        people.append((len(text), len(text) + len(name_drawn)))
        text += name_drawn
    return Example(id=name, text=text + _fit(text, pattern[end:]), people=tuple(people))


def _fit(before: str, after: str) -> str:
    """Return `after` with its first particle in the form that `before` asks for."""
    found = _WHOLE_PARTICLES.match(after) if before else None
    if not found:
        return after
    return _FORMS[found[1]][0 if has_final(before[-1]) else 1] + after[found.end() :]


def has_final(character: str) -> bool:
    """Whether a Korean syllable ends in a consonant; masks and other letters do not."""
    code = ord(character)
    return _HANGUL_FIRST <= code <= _HANGUL_LAST and (code - _HANGUL_FIRST) % _FINALS > 0


def swapped(examples: Iterable[Example], namer: Namer, seed: int) -> Iterator[Example]:
    """Copy the rows that hold people, every person renamed."""
    draw = random.Random(seed)  # noqa: S311 - repeatable material for training, no secret
    for example in examples:
        for copy in range(RENAMED_COPIES) if example.people else ():
            yield _rename(example, namer, draw, copy)


def _rename(example: Example, namer: Namer, draw: random.Random, copy: int) -> Example:
    text, end = "", 0
    people: list[Range] = []
    others: list[Range] = []
    marked = [(*found, True) for found in example.people]
    marked += [(*found, False) for found in example.others if not _meets(found, example.people)]
    for low, high, is_person in sorted(marked):
        if low < end:
            continue
        text += example.text[end:low]
        old = example.text[low:high]
        new = _another(old, namer, draw) if is_person else old
        (people if is_person else others).append((len(text), len(text) + len(new)))
        text, end = text + new, high
    return Example(
        id=f"{example.id}-renamed-{copy}",
        text=text + example.text[end:],
        people=tuple(people),
        others=tuple(others),
    )


def _meets(found: Range, ranges: Iterable[Range]) -> bool:
    return any(found[0] < high and low < found[1] for low, high in ranges)


def _another(old: str, namer: Namer, draw: random.Random) -> str:
    if namer.has_capitals:
        one_word = namer.surname if draw.random() < 0.6 else namer.given
        return (namer.full if " " in old else one_word)(draw)
    if len(old) == 1 and old in name_lists.KOREAN_SURNAMES:
        return namer.surname(draw)
    if len(old) not in (2, 3) or old[0] not in name_lists.KOREAN_SURNAMES:
        return old
    # The particle after the name stays, so the new name must end in the same kind of syllable.
    candidates = (namer.full(draw) for _ in range(20))
    return next((new for new in candidates if has_final(new[-1]) == has_final(old[-1])), old)


def recased(examples: Iterable[Example], namer: Namer, seed: int) -> Iterator[Example]:
    """Copy some rows in small letters or in capitals, where that keeps every position."""
    draw = random.Random(seed)  # noqa: S311 - repeatable material for training, no secret
    for example in examples if namer.has_capitals else ():
        change = str.lower if draw.random() < 0.6 else str.upper
        text = change(example.text)
        if draw.random() < RECASED_SHARE and len(text) == len(example.text):
            yield Example(
                id=f"{example.id}-recased",
                text=text,
                people=example.people,
                others=example.others,
            )
