import pytest

from datacoop.errors import SettingsError
from datacoop.records.policies import EntityPolicy
from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop_schemas import policy_names

PLAIN = """
schema: datacoop.scrub-policy.v1
name: plain
version: 3
description: A made-up policy for a test.
countries: [KR]
names: false
entities:
  PERSON: {operator: pseudonym, threshold: 0.3}
  EMAIL_ADDRESS: {operator: replace}
languages:
  ko:
    PERSON: {operator: surrogate}
    DATE_TIME: {operator: generalise, to: month}
"""


def test_three_policies_ship() -> None:
    assert policy_names() == ("clinical", "court", "direct")


def test_a_threshold_that_is_left_out_has_its_default() -> None:
    assert parse_policy(PLAIN).entities["EMAIL_ADDRESS"] == EntityPolicy(operator="replace")
    assert EntityPolicy(operator="replace").threshold == 0.4


def test_rules_of_a_language_take_the_place_of_the_usual_ones() -> None:
    policy = parse_policy(PLAIN, {"author": "PERSON"})
    assert policy.in_language("en") is policy
    korean = policy.in_language("ko")
    assert korean.id == policy.id == "plain@3"
    assert korean.columns == {"author": "PERSON"}
    assert korean.entities == {
        "PERSON": EntityPolicy(operator="surrogate"),
        "EMAIL_ADDRESS": EntityPolicy(operator="replace"),
        "DATE_TIME": EntityPolicy(operator="generalise", to="month"),
    }


def test_the_mode_is_fast_where_a_policy_says_nothing() -> None:
    assert parse_policy(PLAIN).mode == "fast"
    strict = parse_policy(PLAIN.replace("names: false", "names: false\nmode: strict"))
    assert strict.mode == strict.in_language("ko").mode == "strict"


def test_all_faults_are_told_with_their_paths() -> None:
    broken = PLAIN.replace("names: false", "names: perhaps").replace("to: month", "to: week")
    with pytest.raises(SettingsError) as caught:
        parse_policy(broken)
    assert str(caught.value) == (
        "scrub.yaml has 2 faults:"
        "\n  should be one of year, month @ $.languages.ko.DATE_TIME.to"
        "\n  should be of type boolean @ $.names"
    )


def test_an_empty_policy_is_refused() -> None:
    with pytest.raises(SettingsError, match="faults"):
        parse_policy("")


@pytest.mark.parametrize("name", ["court", "clinical"])
def test_each_policy_looks_for_all_that_direct_looks_for(name: str) -> None:
    direct, wider = (parse_policy(shipped_policy(one)).entities for one in ("direct", name))
    assert direct.keys() < wider.keys()
    assert all(rule.threshold <= direct[e].threshold for e, rule in wider.items() if e in direct)
    assert not [entity for entity, rule in wider.items() if rule.operator == "keep"]
