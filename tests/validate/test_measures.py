import dataclasses
import re
from typing import Any

import payloads
import pyarrow as pa
import pytest

from datacoop.records.collection import Collection, Column
from datacoop.records.policies import EntityPolicy
from datacoop.scrub.operators import OPERATORS, Edit
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.validate.measures import MASK, measure, measure_names
from datacoop_schemas import collection_names


def measured(name: str, **change: Any) -> dict[str, Any]:
    collection = payloads.shipped(name)
    rows: list[dict[str, Any]] = measure(
        payloads.payload(collection, change), collection
    ).to_pylist()
    return rows[0]


@pytest.mark.parametrize("name", collection_names())
def test_every_measure_is_a_number(name: str) -> None:
    collection = payloads.shipped(name)
    measures = measure(payloads.payload(collection, {}, {}), collection)
    assert measures.num_rows == 2
    for field in measures.schema:
        assert pa.types.is_integer(field.type) or pa.types.is_floating(field.type), field.name


@pytest.mark.parametrize("name", collection_names())
def test_a_personal_column_is_not_measured(name: str) -> None:
    collection = payloads.shipped(name)
    for column in collection.scrub.columns:
        assert not [m for m in measure_names(collection) if m.startswith(column)]


def test_masks_count_neither_as_characters_nor_as_letters() -> None:
    masked = measured("documents", title=None, text="<PERSON_kgabmcpdoenf>: 12 <EMAIL_ADDRESS>ab")
    assert masked["text_characters"] == len(": 12 ab")
    assert masked["letters_share"] == pytest.approx(2 / 5)


@pytest.mark.parametrize("operator", ["replace", "pseudonym", "generalise"])
@pytest.mark.parametrize("entity", sorted(payloads.shipped("documents").scrub.entities))
def test_what_the_scrub_writes_is_a_mask(operator: str, entity: str) -> None:
    edit = Edit(
        entity=entity,
        text="value",
        language="en",
        rule=EntityPolicy(operator=operator),
        pseudonymizer=Pseudonymizer(key=b"k" * 32),
    )
    assert re.fullmatch(MASK, OPERATORS[operator](edit))


def test_a_text_of_masks_alone_has_no_share_of_letters() -> None:
    masked = measured("documents", title=None, text="<PERSON_ab12cd34ef> <IBAN_CODE>")
    assert masked["letters_share"] is None
    assert masked["characters"] == 1


def test_angle_brackets_that_are_no_mask_count() -> None:
    assert measured("documents", text="if a<b and B>c")["text_characters"] == 14


def test_turns_are_measured_together() -> None:
    turns = [
        {"speaker": "a", "text": "one"},
        {"speaker": "b", "text": None},
        {"speaker": "a", "text": "three"},
        {"speaker": None, "text": "!"},
    ]
    row = measured("dialogues", turns=turns, setting=None)
    assert (row["turns_count"], row["turns_speakers"], row["turns_characters"]) == (4, 2, 9)
    assert row["setting_characters"] is None
    assert row["characters"] == 9


def test_a_dialogue_without_turns_measures_zero() -> None:
    row = measured("dialogues", turns=[])
    assert (row["turns_count"], row["turns_speakers"], row["turns_characters"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("written", "year"), [("2024-05-01", 2024), ("1999", 1999), ("<DATE_TIME>", None), (None, None)]
)
def test_the_year_of_a_date_survives_a_scrub_that_cut_it(
    written: str | None, year: int | None
) -> None:
    assert measured("documents", written=written)["written_year"] == year


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("card_arrival", 1),
        ("reverted_card_payment?", 1),
        ("민원 접수", 1),
        ("Family law (general)", 1),
        ("a" * 61, 1),
        ("a" * 62, 0),
        ("???", 0),
        ("", 0),
        ("7", 0),
        ("a@example.org", 0),
    ],
)
def test_a_class_is_a_short_name_that_begins_with_a_letter(value: str, known: int) -> None:
    assert measured("classification", **{"class": value})["class_known"] == known


def test_listed_values_are_the_only_ones_known() -> None:
    collection = with_values(payloads.shipped("classification"), "open", "closed")
    batch = payloads.payload(collection, {"class": "open"}, {"class": "card_arrival"})
    assert measure(batch, collection)["class_known"].to_pylist() == [1, 0]


def with_values(collection: Collection, *values: str) -> Collection:
    columns = tuple(
        column if column.is_text else Column(**{**dataclasses.asdict(column), "values": values})
        for column in collection.columns
    )
    return dataclasses.replace(collection, columns=columns)


def test_texts_that_differ_in_white_space_at_the_ends_are_equal() -> None:
    assert measured("pairs", text_a="Same.", text_b=" Same.\n")["texts_equal"] == 1
    assert measured("pairs", text_a="Same.", text_b="same.")["texts_equal"] == 0
