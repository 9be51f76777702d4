"""Whether identifiers are found in running text, however they are written."""

import re
from itertools import islice
from random import Random

import pytest
from identifiers import EVASIONS, KINDS, REPORTED, TUNED, Kind, carried
from scrubbing import COUNTRIES, make_policy

from datacoop.demo import people
from datacoop.scrub.fast_finder import FastFinder
from datacoop.scrub.patterns import search
from datacoop.scrub.recognizers.catalogue import chosen
from datacoop.scrub.subjects import Subject

COUNT = 500
SHARE = 0.99
FINDER = FastFinder(
    make_policy(spared=frozenset({"URL", "LOCATION", "ORGANIZATION", "NRP", "PERSON"})), (), {}
)
KIND_CASES = [pytest.param(kind, id=kind.id) for kind in KINDS]


def is_covered(text: str, start: int, end: int) -> bool:
    (found,) = FINDER.find_patterns([text])
    covered = {at for one in found for at in range(one.start, one.end)}
    return all(at in covered for at in range(start, end) if text[at].isalnum())


@pytest.mark.parametrize("kind", KIND_CASES)
def test_identifiers_are_found_in_running_text_of_four_languages(kind: Kind) -> None:
    found = sum(is_covered(*case) for case in carried(kind, COUNT, seed=2, carriers=REPORTED))
    assert found >= SHARE * COUNT


@pytest.mark.parametrize("name", EVASIONS)
def test_identifiers_that_hide_are_found(name: str) -> None:
    tried = found = 0
    for kind in KINDS:
        random = Random(f"{name} {kind.id}")  # noqa: S311 - made-up values
        for text, start, end in islice(carried(kind, 8, seed=3, carriers=TUNED), 8):
            hidden = EVASIONS[name](text[start:end], random)
            tried += 1
            found += is_covered(text[:start] + hidden + text[end:], start, start + len(hidden))
    assert found >= SHARE * tried


def test_findings_name_places_in_the_original_text() -> None:
    text = "Mail: k&#105;m\u200b@example.org, card ４１１１ 1111\u00a01111\n1111."
    (found,) = FINDER.find_patterns([text])
    values = {text[one.start : one.end] for one in found}
    assert {"k&#105;m\u200b@example.org", "４１１１ 1111\u00a01111\n1111"} <= values


def test_a_number_broken_inside_a_group_is_found_by_its_check_digit() -> None:
    text = "The number is 943476\n5919 for her."
    assert is_covered(text, text.index("9"), text.index(" for"))


@pytest.mark.parametrize(
    "hostile",
    [
        *(
            "1",
            "1 ",
            "12-",
            "@",
            "a.",
            "a@",
            ".",
            " ",
            "\n",
            "1\n",
            "A1",
            "1.1",
            "0",
            "(",
            "É ",
            "가 1",
        ),
        *(
            "Street ",
            "12 Main ",
            "rue de la ",
            "no. 1, ",
            "May 1, ",
            "1 May and ",
            "aged ",
            "&#",
            "://",
        ),
        *("at dot ", "Straße 1 ", "x:", "0x", "1/", "가로 1 ", "Apt. 1 ", "address 1 A "),
    ],
)
def test_no_pattern_grows_faster_than_its_text(
    hostile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A pattern that is quadratic takes minutes on this, and one that is linear well under a second.
    monkeypatch.setattr("datacoop.scrub.patterns.PATTERN_SECONDS", 6)
    subject = Subject((hostile * 60_000)[:60_000])
    assert search(subject, FINDER._searches) is not None


GENERAL = frozenset(
    {
        "rise",
        "lane",
        "road",
        "close",
        "garth",
        "ginnel",
        "crescent",
        "drive",
        "côte",
        "rue",
        "chemin",
    }
    | {"walk", "bend", "jalan", "lorong", "stieg", "impasse", "quai", "allée", "venelle", "straße"}
    | {"alten", "nord", "aux", "des", "sur", "kai", "clos"}
)
"""Words for kinds of streets, and of every map; no name of the demo's own making."""


def test_recognizers_know_no_list_of_the_demo() -> None:
    rules = [rule for country in chosen(COUNTRIES) for rule in country.rules]
    written = " ".join(
        part
        for rule in rules
        for part in (*(p for p, _ in rule.patterns), rule.guard or "", *rule.context, *rule.words)
    )
    known = {word.lower() for word in re.findall(r"[^\W\d_]{3,}", written)}
    names = " ".join(
        name
        for country in people.COUNTRIES.values()
        for name in (*country.streets, *country.towns, *country.women, *country.men)
    )
    assert not {word.lower() for word in re.findall(r"[^\W\d_]{3,}", names)} & (known - GENERAL)
