from typing import Any

import pytest
from ingesting import COLUMNS, make_collection, make_file

from datacoop.ingest.conform import conform, shape, typed_row

SHAPE = shape(make_collection(), make_file(columns=(("count", "n"),), ignored=("extra",)))


def reason(row: dict[str, Any]) -> str | None:
    batch, reasons = conform([row], SHAPE)
    assert batch.num_rows == (reasons[0] is None)
    return reasons[0]


@pytest.mark.parametrize(
    "row",
    [
        {"text": ""},
        {"text": "a\tb\r\nc", "extra": object()},
        {"text": "a", "n": 2**63 - 1, "share": 1, "open": False, "day": "2024-02-29"},
        {"text": "a", "n": 3.0, "share": 10**30},
        {"text": "a", "n": None, "share": None, "open": None, "day": None, "turns": None},
        {"text": "a", "turns": []},
        {"text": "a", "turns": [{"speaker": "", "text": ""}]},
    ],
)
def test_a_sound_row_conforms(row: dict[str, Any]) -> None:
    assert reason(row) is None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, "column_missing"),
        ({"text": None}, "column_missing"),
        ({"text": None, "unknown": 1}, "column_missing"),
        ({"text": "a", "unknown": None}, "column_unknown"),
        ({"text": 1, "unknown": 1}, "column_unknown"),
        ({"text": "a", "count": 1}, "column_unknown"),
        ({"text": 1}, "wrong_type"),
        ({"text": ["a"]}, "wrong_type"),
        ({"text": b"a"}, "wrong_type"),
        ({"text": "a", "n": True}, "wrong_type"),
        ({"text": "a", "n": 2**63}, "wrong_type"),
        ({"text": "a", "n": 1.5}, "wrong_type"),
        ({"text": "a", "n": "1"}, "wrong_type"),
        ({"text": "a", "share": float("nan")}, "wrong_type"),
        ({"text": "a", "share": True}, "wrong_type"),
        ({"text": "a", "open": 1}, "wrong_type"),
        ({"text": "a", "day": "2023-02-29"}, "wrong_type"),
        ({"text": "a", "day": "2023-2-9"}, "wrong_type"),
        ({"text": "a", "day": "2023-02-28T00:00"}, "wrong_type"),
        ({"text": "a", "turns": "a"}, "wrong_type"),
        ({"text": "a", "turns": [None]}, "wrong_type"),
        ({"text": "a", "turns": [{"speaker": "b"}]}, "wrong_type"),
        ({"text": "a", "turns": [{"speaker": "b", "text": 1}]}, "wrong_type"),
        ({"text": "a", "turns": [{"speaker": "b", "text": "c", "time": "d"}]}, "wrong_type"),
        ({"text": "\0", "day": 1}, "wrong_type"),
        ({"text": "a\0"}, "control_character"),
        ({"text": "a\x1b[0m"}, "control_character"),
        ({"text": "a", "turns": [{"speaker": "\0", "text": ""}]}, "control_character"),
        ({"text": "a", "turns": [{"speaker": "", "text": "\x0c"}]}, "control_character"),
    ],
)
def test_the_first_check_that_fails_names_the_reason(row: dict[str, Any], expected: str) -> None:
    assert reason(row) == f"ingest.{expected}"


def test_each_row_is_judged_alone() -> None:
    turns = [{"speaker": "A", "text": "\0"}]
    rows = [
        {"text": "a"},
        {"text": 1},
        {"text": "\0"},
        {"text": "b", "turns": turns},
        {"text": "c", "turns": [{"speaker": "A", "text": "d"}]},
        {},
        {"text": "e", "turns": []},
    ]
    batch, reasons = conform(rows, SHAPE)
    assert batch.column("text").to_pylist() == ["a", "c", "e"]
    assert [found and found.removeprefix("ingest.") for found in reasons] == [
        None,
        "wrong_type",
        "control_character",
        "control_character",
        None,
        "column_missing",
        None,
    ]


def test_the_batch_has_the_payload_schema_also_without_rows() -> None:
    for rows in ([], [{}], [{"text": "a"}]):
        batch, _ = conform(rows, SHAPE)
        assert batch.schema == make_collection().payload_schema
        batch.validate(full=True)


def test_an_empty_field_is_null_except_in_a_required_text() -> None:
    row = {"text": "", "n": "", "share": "", "open": "", "day": "", "turns": ""}
    typed = typed_row(row, SHAPE)
    assert typed.pop("text") == ""
    assert set(typed.values()) == {None}


def test_every_type_of_a_collection_is_tried_here() -> None:
    assert {column.type for column in COLUMNS} == {
        *("string", "integer", "number", "boolean", "date", "turns")
    }
