"""Surrogates: a realistic value in the place of a real one, the same wherever it comes again.

They are keyed by member, so that one person has one surrogate within a member's data and none can
be led back, or across members. A name that was missed cannot be told from them. A second scrub
finds surrogates as it finds names, and gives them others: raw data is scrubbed once.
"""

import re
from collections.abc import Callable, Sequence

from datacoop.scrub import name_lists
from datacoop.scrub import surrogate_lists as lists
from datacoop.scrub.name_titles import KEPT, KOREAN_TITLES
from datacoop.scrub.pseudonyms import Pseudonymizer

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_POSSESSIVE = re.compile(r"['’]s$", re.IGNORECASE)
_ELIDED = re.compile(r"^[dlDL]['’]")
_TWO_SYLLABLES = ("남궁", "황보", "제갈", "선우", "독고", "사공", "서문")
_FIRST_SYLLABLE, _FINALS = 0xAC00, 28
_FIRST_NAMES = frozenset(
    name.casefold()
    for names in (name_lists.GERMAN_FIRST, name_lists.OTHER_FIRST, *lists.FIRST.values())
    for name in names
)
_HOUSE_NUMBERS = 180
_FICTION = 1_000
"""Numbers that regulators keep for films and books, so that nobody is ever called."""


def surrogate(entity: str, text: str, language: str, pseudonymizer: Pseudonymizer) -> str | None:
    """Give the surrogate of a value, or nothing where no kind of it is known.

    Args:
        language: Of the text that the value stands in, an ISO 639-1 code.
    """
    maker = _MAKERS.get(entity)
    return maker(text, language, pseudonymizer) if maker else None


def _chosen(
    among: Sequence[str], use: str, value: str, key: Pseudonymizer, *, but: str = ""
) -> str:
    """Give the entry that the key picks for a value, never the value itself."""
    at = key.number(use, value)
    picked = among[at % len(among)]
    same = {value.casefold(), but.casefold()}
    return among[(at + 1) % len(among)] if picked.casefold() in same else picked


def _person(text: str, language: str, key: Pseudonymizer) -> str | None:
    letters = "".join(filter(str.isalnum, text))
    if _HANGUL.fullmatch(letters):
        return _HANGUL.sub(lambda name: _korean(name.group(), key), text)
    if not _LATIN.fullmatch(letters):
        # A number, or a script without surrogates: nothing of it may stay.
        return None
    known = language if language in lists.FIRST else "en"
    words = list(_WORD.finditer(text))
    parts = [word for word in words if _is_name(word.group())] or words
    surnames = _surnames(text, parts, has_title=len(parts) < len(words))
    pieces, done = [], 0
    for part in parts:
        among = (lists.LAST if part.start() in surnames else lists.FIRST)[known]
        pieces += [text[done : part.start()], _part(part.group(), among, key)]
        done = part.end()
    return "".join([*pieces, text[done:]])


def _is_name(word: str) -> bool:
    """Say whether a word is a part of a name, and no title and no `von` or `de`."""
    return word.casefold() not in KEPT and word not in lists.LINKS


def _surnames(text: str, parts: Sequence[re.Match[str]], *, has_title: bool) -> set[int]:
    """Tell where surnames begin: before a comma, else last; alone, unless it is a first name."""
    comma = text.find(",")
    before = {part.start() for part in parts if part.start() < comma}
    if before or not parts:
        return before
    first = parts[0].group().casefold()
    is_first = len(parts) == 1 and not has_title and first in _FIRST_NAMES
    return set() if is_first else {parts[-1].start()}


def _part(word: str, among: Sequence[str], key: Pseudonymizer) -> str:
    tail = _POSSESSIVE.search(word)
    head = _ELIDED.match(word)
    core = word[head.end() if head else 0 : tail.start() if tail else len(word)]
    if len(core) == 1:
        made = chr(ord("A") + key.number("initial", core) % 26)
    else:
        # `d'Anne` and `an Abbott` stay right when a vowel takes the place of a vowel.
        vowel = _opens_with_vowel(core)
        fitting = [name for name in among if _opens_with_vowel(name) == vowel]
        made = _chosen(fitting, "name", core.casefold(), key)
    made = _in_case_of(core, made)
    return f"{head.group() if head else ''}{made}{tail.group() if tail else ''}"


def _opens_with_vowel(word: str) -> bool:
    return word[0].casefold() in "aeiouhéèêëâàäîïôöùûü"


def _in_case_of(model: str, made: str) -> str:
    if len(model) > 1 and model.isupper():
        return made.upper()
    return made.lower() if model.islower() else made


def _korean(name: str, key: Pseudonymizer) -> str:
    """Keep the number of syllables, and whether the last has a final consonant: particles fit."""
    if len(name) == 1:
        return _chosen(lists.KOREAN_SURNAMES, "name", name, key)
    is_double = name.startswith(_TWO_SYLLABLES) and len(name) > 3
    split = 0 if len(name) == 2 else 2 if is_double else 1
    surname, given = name[:split], name[split:]
    among = [one for one in lists.KOREAN_GIVEN if _has_final(one) == _has_final(given)]
    made = _chosen(among, "name", given, key)
    made = made[-1] if len(given) == 1 else made
    return (_chosen(lists.KOREAN_SURNAMES, "name", surname, key) if surname else "") + made


def _has_final(text: str) -> bool:
    return (ord(text[-1]) - _FIRST_SYLLABLE) % _FINALS > 0


def _email(text: str, language: str, key: Pseudonymizer) -> str:
    known = language if language in lists.FIRST else "en"
    first = _chosen(lists.FIRST[known], "email-first", text.casefold(), key)
    last = _chosen(lists.LAST[known], "email-last", text.casefold(), key)
    return f"{first}.{last}@example.org".casefold()


def _phone(text: str, language: str, key: Pseudonymizer) -> str | None:
    digits = "".join(filter(str.isdecimal, text))
    number = key.number("phone", digits[-8:]) % _FICTION
    return {
        "en": f"07700 900{number:03d}",
        "de": f"030 23125 {number:03d}",
        "fr": f"06 39 98 {number // 100:02d} {number % 100:02d}",
    }.get(language)


def _address(text: str, language: str, key: Pseudonymizer) -> str:
    known = language if language in lists.STREETS else "en"
    folded = " ".join(text.casefold().split())
    street = _chosen(lists.STREETS[known], "street", folded, key)
    house = key.number("house", folded) % _HOUSE_NUMBERS + 1
    return {"de": f"{street} {house}", "ko": f"{street} {house}"}.get(known, f"{house} {street}")


_MAKERS: dict[str, Callable[[str, str, Pseudonymizer], str | None]] = {
    "PERSON": _person,
    "EMAIL_ADDRESS": _email,
    "PHONE_NUMBER": _phone,
    "STREET_ADDRESS": _address,
}


def could_be_surrogate(entity: str, text: str, language: str) -> bool:
    """Say whether a value could be a surrogate, under some member's key.

    Every part of it must come from our lists, or be of numbers that nobody has. A real value that
    looks so cannot be told from a surrogate by itself: who asks counts them.

    Args:
        language: Of the text that the value stands in, an ISO 639-1 code.
    """
    check = _CHECKS.get(entity)
    return check is not None and check(text, language)


def _could_be_person(text: str, language: str) -> bool:
    """Say whether each word is of a surrogate: of a name, of a street beside it, or a title."""
    known = language if language in lists.FIRST else "en"
    parts = [word.group() for word in _WORD.finditer(_without_streets(text, language))]
    names = [part for part in parts if _is_name(part) and part not in KOREAN_TITLES]
    return not any(map(str.isdecimal, text)) and all(
        _could_be_korean(part)
        if _HANGUL.fullmatch(part)
        # One letter is an initial, or a word of the language that a finding ran on to.
        else len(_core(part)) == 1 or _core(part).casefold() in _MADE[known]
        for part in names
    )


def _without_streets(text: str, language: str) -> str:
    known = language if language in lists.STREETS else "en"
    for street in lists.STREETS[known]:
        text = re.sub(re.escape(street), " ", text, flags=re.IGNORECASE)
    return text


def _core(word: str) -> str:
    tail, head = _POSSESSIVE.search(word), _ELIDED.match(word)
    return word[head.end() if head else 0 : tail.start() if tail else len(word)]


def _could_be_korean(name: str) -> bool:
    given = {*lists.KOREAN_GIVEN, *(one[-1] for one in lists.KOREAN_GIVEN)}
    return (
        name in given
        or name in lists.KOREAN_SURNAMES
        or (name[0] in lists.KOREAN_SURNAMES and name[1:] in given)
    )


def _could_be_email(text: str, _: str) -> bool:
    return text.casefold().endswith("@example.org")


def _could_be_phone(text: str, _: str) -> bool:
    digits = "".join(filter(str.isdecimal, text))
    return any(digits.startswith(start) for start in _FICTION_STARTS)


def _could_be_address(text: str, language: str) -> bool:
    """Say whether it is a street of ours, a house number of ours, or both."""
    left = _without_streets(text, language)
    numbers = re.findall(r"\d+", left)
    return not any(map(str.isalpha, left)) and all(
        0 < int(number) <= _HOUSE_NUMBERS for number in numbers
    )


_MADE = {
    language: frozenset(
        part.casefold()
        for name in (*lists.FIRST[language], *lists.LAST[language])
        for part in _WORD.findall(name)
    )
    for language in lists.FIRST
}
_FICTION_STARTS = ("07700900", "03023125", "063998")
_CHECKS: dict[str, Callable[[str, str], bool]] = {
    "PERSON": _could_be_person,
    "EMAIL_ADDRESS": _could_be_email,
    "PHONE_NUMBER": _could_be_phone,
    "STREET_ADDRESS": _could_be_address,
}
