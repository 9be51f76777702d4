from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from routing import make_annotator, make_kind

from datacoop.errors import SettingsError
from datacoop.label.facts import Kind
from datacoop.label.workforce import (
    LEVELS,
    Annotator,
    ineligible,
    parse_workforce,
    workforce_faults,
)
from datacoop.records.policies import WorkforcePolicy

FILE = """
schema: datacoop.workforce.v1
annotators:
  - annotator: 00f1e2d3c4b5a697
    member: de-auental
    country: DE
    languages: {de: C2, en: B2}
    domains: [health, law]
    clearance: 2
    jurisdictions: [DE, FR]
    hours_a_week: 12
"""


def test_a_file_becomes_annotators_by_pseudonym() -> None:
    workforce = parse_workforce(FILE)
    assert workforce["00f1e2d3c4b5a697"] == Annotator(
        annotator="00f1e2d3c4b5a697",
        member="de-auental",
        country="DE",
        languages={"de": "C2", "en": "B2"},
        domains=("health", "law"),
        clearance=2,
        jurisdictions=("DE", "FR"),
        hours_a_week=12,
    )


def test_every_fault_is_told_at_once_with_its_path() -> None:
    broken = FILE.replace("C2", "native").replace("[DE, FR]", "[Germany]")
    broken += FILE.partition("annotators:\n")[2].replace("    country: DE\n", "")
    with pytest.raises(SettingsError) as caught:
        parse_workforce(broken)
    assert str(caught.value).splitlines() == [
        "workforce.yaml has 4 faults:",
        "  should be an ISO 3166 code of two capitals, such as KR"
        " @ $.annotators[0].jurisdictions[0]",
        "  should be one of A1, A2, B1, B2, C1, C2 @ $.annotators[0].languages.de",
        "  'country' is required @ $.annotators[1]",
        "  is listed twice @ $.annotators[1].annotator",
    ]


@pytest.mark.parametrize("extra", ["name: A. Person", "email: a@example.org"])
def test_names_and_addresses_are_refused(extra: str) -> None:
    with pytest.raises(SettingsError, match="unexpected"):
        parse_workforce(FILE + f"    {extra}\n")


@pytest.mark.parametrize("text", ["[", "", "annotators: 3", "annotators: [3, {annotator: [1]}]"])
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_workforce(text)


def test_no_field_has_room_for_a_person() -> None:
    assert {field.name for field in fields(Annotator)} == {
        "annotator", "member", "country", "languages", "domains", "clearance",
        "jurisdictions", "hours_a_week",
    }  # fmt: skip
    assert workforce_faults({"schema": "datacoop.workforce.v1", "annotators": []}) == []


STRICT = WorkforcePolicy(level="B2", clearance=1, own_member=False)


@pytest.mark.parametrize(
    ("annotator", "kind", "why_not"),
    [
        (make_annotator(), make_kind(), None),
        (make_annotator(languages={"en": "B1"}), make_kind(), "language"),
        (make_annotator(), make_kind(language="ko"), "language"),
        (make_annotator(), make_kind(domains=["health"]), "domain"),
        (make_annotator(), make_kind(domains=["health", "law"]), None),
        (make_annotator(clearance=0), make_kind(), "clearance"),
        (make_annotator(jurisdictions=["GB"]), make_kind(), "jurisdiction"),
        (make_annotator(jurisdictions=["GB", "DE"]), make_kind(), None),
        (make_annotator(), make_kind(jurisdictions=["DE"]), "terms"),
        (make_annotator(country="DE"), make_kind(jurisdictions=["DE"]), None),
        (make_annotator(member="meadow"), make_kind(), "own_member"),
    ],
)
def test_each_rule_keeps_somebody_out(
    annotator: Annotator, kind: Kind, why_not: str | None
) -> None:
    assert ineligible(annotator, kind, STRICT) == why_not


def test_own_records_may_be_seen_where_the_policy_permits_it() -> None:
    assert ineligible(make_annotator(member="meadow"), make_kind(), WorkforcePolicy()) is None


@given(st.sampled_from(LEVELS), st.sampled_from(LEVELS))
def test_a_higher_level_never_shuts_out(level: str, wanted: str) -> None:
    annotator = make_annotator(languages={"en": level})
    why_not = ineligible(annotator, make_kind(), WorkforcePolicy(level=wanted))
    assert (why_not is None) == (level >= wanted)
