import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrubbing import MEMBER, OTHER_MEMBER

from datacoop.demo.people import COUNTRIES
from datacoop.scrub import surrogate_lists as lists
from datacoop.scrub.name_titles import KEPT
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.surrogates import surrogate

LATIN = ("en", "fr", "de")
parts = (
    st.text("abcdefghijklmnoprstuvwzéü", min_size=2, max_size=9)
    .filter(lambda word: word not in KEPT | lists.LINKS)
    .map(str.title)
)


def person(text: str, language: str = "en", key: Pseudonymizer = MEMBER) -> str:
    made = surrogate("PERSON", text, language, key)
    assert made is not None
    return made


@given(parts, parts, st.sampled_from(LATIN))
def test_no_part_of_a_name_is_left(first: str, last: str, language: str) -> None:
    made = person(f"{first} {last}", language).casefold().split()
    assert len(made) == 2
    assert not {first.casefold(), last.casefold()} & set(made)


@given(parts, parts)
def test_no_part_is_left_however_it_is_written(first: str, last: str) -> None:
    for text in (f"{first.lower()} {last}", f"{first}\n{last.upper()}", f"Dr. {first}-{last}"):
        made = set(re.findall(r"\w+", person(text).casefold()))
        assert not {first.casefold(), last.casefold()} & made


@pytest.mark.parametrize("text", ["Anna 12", "Anna 김민지", "Anna Иванова", "R2D2"])
def test_what_is_more_than_a_name_has_no_surrogate(text: str) -> None:
    assert surrogate("PERSON", text, "en", MEMBER) is None


@given(parts, parts)
def test_a_person_has_one_surrogate_however_the_name_is_written(first: str, last: str) -> None:
    made_first, made_last = person(f"{first} {last}").split()
    assert person(f"{first.upper()} {last.upper()}") == f"{made_first} {made_last}".upper()
    assert person(f"Dr {last}") == f"Dr {made_last}"
    assert person(f"{last}, {first}") == f"{made_last}, {made_first}"
    assert person(f"{first} {last}'s") == f"{made_first} {made_last}'s"


def test_a_surname_alone_is_the_surname_of_its_bearer() -> None:
    _, last = person("Maria Lindgren").split()
    assert person("Lindgren") == last
    assert person("Maria") == person("Maria Lindgren").split()[0]


def test_members_have_surrogates_of_their_own() -> None:
    names = [f"{chr(65 + n % 26)}ravin Zol{chr(97 + n // 26)}er" for n in range(200)]
    same = sum(person(name) == person(name, key=OTHER_MEMBER) for name in names)
    assert same < 10


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("Herr von der Tann", r"Herr von der \w+"),
        ("J. Smith", r"[A-Z]\. \w+"),
        ("Jean-Pierre Morel", r"\w+-\w+ \w+"),
        ("d’Ormesson", r"d’[AEIOUÉ]\w+"),
        ("maria smith", r"[a-zéèêëïüöä]+ [a-zéèêëïüöä]+"),
    ],
)
def test_the_form_of_a_name_stays(text: str, pattern: str) -> None:
    assert re.fullmatch(pattern, person(text, "fr"))


@given(parts, st.sampled_from(LATIN))
def test_a_vowel_takes_the_place_of_a_vowel(name: str, language: str) -> None:
    def opens(word: str) -> bool:
        return unicodedata.normalize("NFD", word)[0].casefold() in "aeiouh"

    assert opens(person(f"Mr {name}", language).split()[1]) == opens(name)


@pytest.mark.parametrize("name", ["김민지", "박준", "남궁민수", "정우성"])
def test_a_korean_name_keeps_length_and_final_consonant(name: str) -> None:
    made = person(name, "ko")
    assert len(made) == (len(name) if not name.startswith("남궁") else len(name) - 1)
    assert not set(made) >= set(name)
    assert (ord(made[-1]) - 0xAC00) % 28 > 0 or (ord(name[-1]) - 0xAC00) % 28 == 0


def test_a_given_name_alone_is_that_of_its_bearer() -> None:
    assert person("김민지", "ko")[1:] == person("민지", "ko")


@pytest.mark.parametrize(
    ("entity", "value", "language", "pattern"),
    [
        ("EMAIL_ADDRESS", "a.b@clinic.test", "en", r"[\w.]+@example\.org"),
        ("PHONE_NUMBER", "020 7946 0001", "en", r"07700 900\d{3}"),
        ("PHONE_NUMBER", "01 23 45 67 89", "fr", r"06 39 98 \d\d \d\d"),
        ("PHONE_NUMBER", "0151 23456789", "de", r"030 23125 \d{3}"),
        ("STREET_ADDRESS", "4 Nowhere Row", "en", r"\d+ \w+ \w+"),
        ("STREET_ADDRESS", "Nirgendweg 3", "de", r"[\w ]+ \d+"),
    ],
)
def test_each_kind_has_its_form(entity: str, value: str, language: str, pattern: str) -> None:
    made = surrogate(entity, value, language, MEMBER)
    assert made is not None
    assert re.fullmatch(pattern, made)
    assert made == surrogate(entity, f" {value} ".strip(), language, MEMBER)


@pytest.mark.parametrize(
    ("entity", "value"), [("UK_NHS", "943 476 5919"), ("PERSON", "Иван"), ("PERSON", "田中")]
)
def test_a_kind_without_surrogates_has_none(entity: str, value: str) -> None:
    assert surrogate(entity, value, "en", MEMBER) is None


@given(st.text(max_size=30), st.sampled_from(["PERSON", "PHONE_NUMBER", "STREET_ADDRESS"]))
def test_any_text_has_a_surrogate_or_none(text: str, entity: str) -> None:
    made = surrogate(entity, text, "ko", MEMBER)
    assert made is None or isinstance(made, str)


def test_the_demo_has_no_name_that_a_surrogate_is_made_of() -> None:
    people = {
        part.casefold()
        for country in COUNTRIES.values()
        for name in (*country.women, *country.men, *country.surnames, *country.streets)
        for part in (name, *name.split())
    }
    made = {
        name.casefold() for group in (lists.FIRST, lists.LAST) for n in group.values() for name in n
    }
    made |= {street.casefold() for streets in lists.STREETS.values() for street in streets}
    made |= {*lists.KOREAN_GIVEN}
    assert not people & made


@pytest.mark.parametrize("names", [*lists.FIRST.values(), *lists.LAST.values(), lists.KOREAN_GIVEN])
def test_a_list_has_no_name_twice(names: tuple[str, ...]) -> None:
    assert len(set(names)) == len(names) >= 40
