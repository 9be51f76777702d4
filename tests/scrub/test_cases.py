"""Case numbers, and what looks like one: citations of decisions that are published."""

import gzip
import json
import re

import corpora
import pytest
from scrubbing import make_policy

from datacoop.scrub.fast_finder import FastFinder

FINDER = FastFinder(
    make_policy(spared=frozenset({"URL", "LOCATION", "ORGANIZATION", "NRP", "DATE_TIME"})), (), {}
)


def found(text: str, entity: str = "CASE_NUMBER") -> set[str]:
    (findings,) = FINDER.find_patterns([text])
    return {text[one.start : one.end] for one in findings if one.entity == entity}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Ihr Verfahren 1 BvR 123/04 ruht.", {"1 BvR 123/04"}),
        ("Az. IV ZR 12/03: Termin am Montag", {"IV ZR 12/03"}),
        ("Urteil vom 3. März 2010 - 7 Sa 17/16 - wird aufgehoben.", {"7 Sa 17/16"}),
        ("mit Beschluss vom 3. März 2010 (IV ZR 12/03) verworfen", {"IV ZR 12/03"}),
        ("Das Gericht hat 12 C 345/18, 3 O 12/19 verbunden.", {"12 C 345/18", "3 O 12/19"}),
        ("vor dem Landessozialgericht L 7 AS 370/13 B ER", {"L 7 AS 370/13 B ER"}),
        ("Verfahren 12 C 345/18, DB AG gegen die Stadt", {"12 C 345/18"}),
        ("beim AG zum Zeichen 8 AZR 418/15, sagte sie", {"8 AZR 418/15"}),
    ],
)
def test_the_number_of_a_case_is_found(text: str, numbers: set[str]) -> None:
    assert found(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "BGHZ 12, 345 und NJW 2004, 123",
        "BGH, Urteil vom 3. März 2010 - IV ZR 12/03 - Rn. 14",
        "BFH-Urteil vom 3. März 2010 IV R 41/13, BFHE 253, 337",
        "BVerfG vom 3. März 2010 - 2 BvL 25/09, 2 BvL 3/11 - Rn. 35 mwN",
        "vgl. BSG vom 3.3.2010 - B 2 U 7/12 R - SozR 4-2700 § 2 Nr 12",
        "(BGH vom 3. März 2010 - 1 StR 587/16, juris Rn. 9; vom 4. Mai 2011 - 2 StR 1/11)",
        "LAG Köln 3. März 2010 - 3 Sa 315/15 - zu II 2 der Gründe",
        "OVG Münster vom 3. März 2010 - 4 B 96/16 -, NVwZ-RR 2011, 12",
    ],
)
def test_a_published_decision_that_is_cited_is_no_case_number(text: str) -> None:
    assert not found(text)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("parcelle n° 42 , plan 11 / 15W . 2 . E ( n° 2 ) , jardin", {"11 / 15W . 2 . E ( n° 2"}),
        ("2 , parcelles de terrain , superficie : 3 862 m2", {"2"}),
        ("23E . 1 , W ( n° 1 ) , plantation", {"23E . 1 , W ( n° 1"}),
        ("2 , rue des Lilas", set()),
        ("parcelle n° 63 / 3 , plan 11 .", {"63 / 3", "11"}),
    ],
)
def test_numbers_of_plots_are_found_where_a_text_was_cut(text: str, numbers: set[str]) -> None:
    assert {one.removeprefix("plan ").rstrip(" )") for one in found(text)} >= numbers
    assert bool(found(text)) == bool(numbers)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Les conseils MM . M . Baker et Mme A . B . de Clare", {"M . Baker", "A . B . de Clare"}),
        ("par quatre ressortissants , M .", {"M ."}),
        ("Il est M. le président", set()),
    ],
)
def test_initials_behind_a_french_title_are_of_the_name(text: str, people: set[str]) -> None:
    assert found(text, "PERSON") == people


@pytest.mark.parametrize("text", ["en février , elle", "fin mai il partit", "début août déjà"])
def test_a_french_month_without_its_year_is_a_date(text: str) -> None:
    finder = FastFinder(make_policy(spared=frozenset({"PERSON"})), (), {})
    (findings,) = finder.find_patterns([text])
    assert any(one.entity == "DATE_TIME" for one in findings)


@pytest.mark.corpora
@pytest.mark.slow
def test_decisions_full_of_citations_give_few_case_numbers() -> None:
    characters = count = 0
    path = corpora.path("de_court_decisions") / "decisions.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = re.sub(r"<[^<>]*>", "", json.loads(line)["text"])
            characters += len(text)
            count += len(found(text))
    assert count <= 100 * characters / 1_000_000
