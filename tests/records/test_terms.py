import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.records.terms import Terms, objections, terms_from_json

OPEN = Terms(
    spdx="CC-BY-4.0",
    rights_holder="Harbour Clinic",
    attribution="Harbour Clinic 2025",
    permitted_purposes=("model-training", "research"),
    prohibited_purposes=("advertising",),
    derivatives=True,
    text_and_data_mining=True,
    jurisdictions=("GB",),
    expires=None,
)
TODAY = "2026-02-01"

words = st.text(max_size=12)
lists = st.lists(words, max_size=3).map(tuple)
terms = st.builds(
    Terms,
    spdx=words,
    rights_holder=words,
    attribution=words,
    permitted_purposes=lists,
    prohibited_purposes=lists,
    derivatives=st.booleans(),
    text_and_data_mining=st.booleans(),
    jurisdictions=lists,
    expires=st.none() | st.dates().map(str),
)


def found(purpose: str = "model-training", **changes: Any) -> list[str]:
    return objections(dataclasses.replace(OPEN, **changes), [purpose], TODAY)


def test_open_terms_meet_no_objection() -> None:
    assert found() == []
    assert objections(OPEN, ["model-training", "research"], TODAY) == []


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"derivatives": False}, "derivatives are not permitted, and a scrubbed record is one"),
        ({"text_and_data_mining": False}, "text and data mining is reserved"),
        ({"expires": "2026-01-31"}, "the terms expired on 2026-01-31"),
        (
            {"permitted_purposes": ("research",)},
            "purpose model-training is not among those permitted",
        ),
        ({"prohibited_purposes": ("model-training",)}, "purpose model-training is prohibited"),
    ],
)
def test_each_bar_is_one_objection(changes: dict[str, Any], objection: str) -> None:
    assert found(**changes) == [objection]


def test_the_day_on_which_terms_expire_is_the_last_that_counts() -> None:
    assert found(expires=TODAY) == []


def test_a_purpose_that_nobody_named_is_not_permitted() -> None:
    assert found("insurance") == ["purpose insurance is not among those permitted"]


def test_all_objections_are_given() -> None:
    assert len(found("advertising", derivatives=False, expires="2020-01-01")) == 3


@given(terms)
def test_terms_survive_the_way_through_json(value: Terms) -> None:
    assert terms_from_json(json.loads(json.dumps(value.to_json()))) == value


@given(terms, terms)
def test_equal_terms_and_only_they_have_equal_ids(one: Terms, other: Terms) -> None:
    assert (one.id == other.id) == (one == other)
    assert one.id == dataclasses.replace(one).id
