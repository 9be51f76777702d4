"""Quantities, peoples, callings and places are found by patterns, plain words are not."""

from dataclasses import replace

import pytest
from scrubbing import make_policy

from datacoop.records.policies import EntityPolicy
from datacoop.scrub.fast_finder import FastFinder

ENTITIES = ("QUANTITY", "NRP", "LOCATION", "ORGANIZATION", "STREET_ADDRESS")
RULES = {entity: EntityPolicy(operator="replace") for entity in ENTITIES}
FINDER = FastFinder(replace(make_policy(), entities=RULES), ("en",), {})


def found(text: str, entity: str) -> list[str]:
    (findings,) = FINDER.find("en", [text])
    whole = {at for one in findings if one.entity == entity for at in range(one.start, one.end)}
    words, word = [], ""
    for at, character in enumerate(text + " "):
        if at in whole:
            word += character
        elif word:
            words, word = [*words, word], ""
    return words


@pytest.mark.parametrize(
    ("text", "quantities"),
    [
        ("He paid EUR 4,684.40 in costs.", ["EUR 4,684.40"]),
        ("He paid 5,699.21 euros (EUR) then.", ["5,699.21 euros (EUR)"]),
        ("A loan of £250,000 was made.", ["£250,000"]),
        ("about 200,000 Turkish liras (TRY) each", ["about 200,000 Turkish liras (TRY)"]),
        ("They lost 3 million Swedish kronor.", ["3 million Swedish kronor"]),
        ("a disability of 50 to 79% was found", ["50 to 79%"]),
        ("a plot of 152.25 sq. m was sold", ["152.25 sq. m"]),
        ("driving 26 km/h too fast", ["26 km/h"]),
        ("There were fifty-five hearings.", ["fifty-five hearings"]),
        ("a sentence of two years and six months", ["two years and six months"]),
        ("Two army officials and 16 other suspects came.", ["Two", "16"]),
        (
            "a term of two years' imprisonment, then life imprisonment",
            ["two years", "life imprisonment"],
        ),
        ("Il a versé 1 200,50 euros de frais.", ["1 200,50 euros"]),
        ("Une peine de dix-huit mois.", ["dix-huit mois"]),
        ("environ 62 % des parts", ["environ 62 %"]),
        ("Er zahlte 1.250,00 Euro Miete.", ["1.250,00 Euro"]),
        ("Es ging um 3,5 Mio. Euro.", ["3,5 Mio. Euro"]),
        ("nach achtzehn Monaten", ["achtzehn Monaten"]),
        ("위자료 3,000만 원을 지급하라.", ["3,000만 원"]),
        ("전체의 45.5%를 가졌다.", ["45.5%"]),
        ("Article 6 of the Convention, see page 12.", []),
        ("The year 1998 was cold, and room 5 was open.", []),
        ("Article 8 rights and section 3 duties were at stake.", []),
        ("Someone came one day.", ["one day"]),
        ("제3조 2항에 따른다.", []),
    ],
)
def test_quantities(text: str, quantities: list[str]) -> None:
    assert found(text, "QUANTITY") == quantities


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("She is a Turkish national of Kurdish origin.", ["Turkish", "Kurdish"]),
        ("a Jehovah's Witness and two Muslims", ["Jehovah's Witness", "Muslims"]),
        ("Two Sierra Leoneans came.", ["Sierra Leoneans"]),
        (
            "He worked as a taxi driver, she as a retired teacher.",
            ["taxi driver", "retired teacher"],
        ),
        (
            "A medical student with a personality disorder, asthma and neuralgia.",
            ["medical student", "personality disorder", "asthma", "neuralgia"],
        ),
        ("He had a fracture of the left kneecap.", ["fracture of the left kneecap"]),
        ("two policewomen and an associate professor", ["policewomen", "associate professor"]),
        ("The failure of public order was a problem of mental strength.", []),
        ("Le requérant est un ressortissant turc, sa femme est italienne.", ["turc", "italienne"]),
        ("Elle est infirmière.", ["infirmière"]),
        ("ein türkischer Staatsangehöriger und eine Kurdin", ["türkischer", "Kurdin"]),
        ("Der Kläger ist Rentner und Katholik.", ["Rentner", "Katholik"]),
        ("베트남 국적의 간호사이다.", ["베트남 국적", "간호사"]),
        ("We polish the floor of the house in the park.", []),
        ("Christian Roth came to Rome.", []),
        ("Das Gericht in Polen hat im Mai entschieden.", []),
        ("Le tribunal a rejeté la demande de la mairie.", []),
    ],
)
def test_groups(text: str, groups: list[str]) -> None:
    assert found(text, "NRP") == groups


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("그는 부산에서 태어나 서울시에 산다.", ["부산에서", "서울시에"]),
        ("베트남과 일본을 다녀왔다.", ["베트남과", "일본을"]),
        ("그녀는 나무를 심고 상주에게 인사했다.", []),
    ],
)
def test_korean_places(text: str, places: list[str]) -> None:
    assert found(text, "LOCATION") == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("He owned plot no. 12/3 of block B there.", ["plot no. 12/3 of block B"]),
        ("The plot thickens on every block.", []),
    ],
)
def test_plots_of_land(text: str, places: list[str]) -> None:
    assert found(text, "LOCATION") == places


@pytest.mark.parametrize(
    ("text", "courts"),
    [
        ("the Lowtown District Court (Amtsgericht) held", ["Lowtown District Court (Amtsgericht)"]),
        ("The Lowtown Magistrates' Court sat.", ["Lowtown Magistrates' Court"]),
        ("The Supreme Administrative Court and the Federal Court sat.", []),
    ],
)
def test_a_court_of_a_town_is_found(text: str, courts: list[str]) -> None:
    assert found(text, "ORGANIZATION") == courts


@pytest.mark.parametrize(
    "text",
    [
        "He relied on Rule 39 of the Rules of Court.",
        "On 25 May 2000 the Lowtown Administrative Court sat.",
        "In 2004 the Supreme Military Court sat.",
        "under Law no. 1602 on the Military Court",
    ],
)
def test_what_courts_did_is_no_address(text: str) -> None:
    assert found(text, "STREET_ADDRESS") == []


def test_houses_in_a_court_are_addresses() -> None:
    assert found("He lives at 12 Quarry Court now.", "STREET_ADDRESS") == ["12 Quarry Court"]
