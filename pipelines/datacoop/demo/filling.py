"""Fill a sentence frame with people and figures, and say which personal values it then holds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from datacoop.demo.people import Person

_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "ko": "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월",
}
_DAY = {"en": "{d} {m} {y}", "fr": "{d} {m} {y}", "de": "{d}. {m} {y}", "ko": "{y}년 {m} {d}일"}
_MONTH = {"en": "{m} {y}", "fr": "{m} {y}", "de": "{m} {y}", "ko": "{y}년 {m}"}
_AMOUNT = {
    ("GB", "en"): "£{0},{1:03d}",
    ("CA", "en"): "${0},{1:03d}",
    ("SG", "en"): "S${0},{1:03d}",
    ("CA", "fr"): "{0} {1:03d} $",
    ("FR", "fr"): "{0} {1:03d} euros",
    ("DE", "de"): "{0}.{1:03d} Euro",
    ("KR", "ko"): "{0},{1:03d},000원",
}

_PARTICLES = {
    "은": ("은", "는"),
    "이": ("이", "가"),
    "을": ("을", "를"),
    "으로": ("으로", "로"),
    "이나": ("이나", "나"),
    "이고요": ("이고요", "고요"),
    "이라고": ("이라고", "라고"),
    "입니다": ("입니다", "입니다"),
}
# How digits and the ends of mail hosts (org, com, net) sound when read aloud.
_FINALS = dict.fromkeys("036mt", 1) | dict.fromkeys("178l", 8)
_RIEUL = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who a row is about and where it is written."""

    subject: Person
    other: Person
    country: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text and the personal values in it, as pairs of entity and value."""

    text: str
    planted: tuple[tuple[str, str], ...]


def fill(frame: str, scene: Scene, random: Random) -> Filled:
    """Fill every slot of `frame`; slots named after an entity take the subject's number."""
    planted: list[tuple[str, str]] = []

    def put(slot: re.Match[str]) -> str:
        text, found = _value(slot[1], scene, random)
        planted.extend(found)
        return _join(text, slot[2]) if slot[2] else text

    return Filled(text=_SLOT.sub(put, frame), planted=tuple(planted))


def _value(name: str, scene: Scene, random: Random) -> tuple[str, list[tuple[str, str]]]:
    if name in _FIGURES:
        return _FIGURES[name](scene, random), []
    person = scene.subject
    if name.startswith("other"):
        person, name = scene.other, name.removeprefix("other_").replace("other", "person")
    if name.isupper():
        return person.numbers[name], [(name, person.numbers[name])]
    return _PERSONAL[name](person)


def _address(person: Person) -> tuple[str, list[tuple[str, str]]]:
    codes = [(e, v) for e, v in person.numbers.items() if e in ("UK_POSTCODE", "CA_POSTAL_CODE")]
    return person.address, [("STREET_ADDRESS", person.street), *codes]


_PERSONAL: dict[str, Callable[[Person], tuple[str, list[tuple[str, str]]]]] = {
    "person": lambda person: (person.full, [("PERSON", person.full)]),
    "titled": lambda person: (person.titled, [("PERSON", person.short)]),
    "phone": lambda person: (person.phone, [("PHONE_NUMBER", person.phone)]),
    "email": lambda person: (person.email, [("EMAIL_ADDRESS", person.email)]),
    "address": _address,
}


def _amount(scene: Scene, random: Random) -> str:
    form = _AMOUNT[scene.country, scene.language]
    return form.format(random.randrange(1, 9), random.randrange(0, 1000, 10))


def _date(forms: dict[str, str], scene: Scene, random: Random) -> str:
    month = random.choice(_MONTHS[scene.language].split())
    day, year = random.randrange(1, 29), random.randrange(2016, 2024)
    return forms[scene.language].format(d=day, m=month, y=year)


_FIGURES: dict[str, Callable[[Scene, Random], str]] = {
    "n": lambda _, random: str(random.randrange(2, 10)),
    "amount": _amount,
    "day": lambda scene, random: _date(_DAY, scene, random),
    "month": lambda scene, random: _date(_MONTH, scene, random),
}


def _join(word: str, particle: str) -> str:
    """Give `word` the form of a French `de` or a Korean particle that its sound asks for."""
    if particle == "de":
        # An h at the head of a French name is taken as silent.
        return f"d'{word}" if word[0] in "AEÉIOUHY" else f"de {word}"
    last = word[-1].lower()
    final = (ord(last) - 0xAC00) % 28 if "가" <= last <= "힣" else _FINALS.get(last, 0)
    after_consonant, after_vowel = _PARTICLES[particle]
    if not final or (particle == "으로" and final == _RIEUL):
        return word + after_vowel
    return word + after_consonant
