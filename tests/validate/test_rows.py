import json
import pickle
from functools import cache
from typing import Any

import payloads
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.records.quarantine import REASONS
from datacoop.validate.rows import RowChecker, first_reasons
from datacoop_schemas import collection_names

TURN = {"speaker": "nurse", "text": "How are you feeling today?"}
LONG = "word " * 4_001

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("documents", {"text": "Too short."}, "validate.text_too_short"),
    ("documents", {"text": "<PERSON_kgabmcpdoenf> " * 5}, "validate.text_too_short"),
    ("documents", {"text": LONG}, "validate.text_too_long"),
    ("documents", {"text": "12 34 56 78 90 " * 9}, "validate.text_not_prose"),
    ("documents", {"written": "1066-10-14"}, "validate.out_of_range"),
    ("dialogues", {"turns": [TURN]}, "validate.too_few_turns"),
    ("dialogues", {"turns": []}, "validate.too_few_turns"),
    ("dialogues", {"turns": [{"speaker": "a", "text": "Hm."}] * 3}, "validate.text_too_short"),
    ("dialogues", {"turns": [TURN] * 900}, "validate.text_too_long"),
    ("dialogues", {"turns": [{"speaker": "a", "text": "= 1 + 2 + 3"}] * 4, "setting": None},
     "validate.text_not_prose"),
    ("questions", {"question": "Eh?"}, "validate.text_too_short"),
    ("questions", {"answer": "\n"[:0]}, "validate.text_too_short"),
    ("questions", {"question": LONG}, "validate.text_too_long"),
    ("questions", {"context": LONG}, "validate.text_too_long"),
    ("questions", {"answer": LONG}, "validate.text_too_long"),
    ("questions", {"question": "1 + 1 = ?", "context": None, "answer": "2"},
     "validate.text_not_prose"),
    ("classification", {"text": "Hi"}, "validate.text_too_short"),
    ("classification", {"text": LONG}, "validate.text_too_long"),
    ("classification", {"text": "101 202 303 x"}, "validate.text_not_prose"),
    ("classification", {"class": "???"}, "validate.class_unknown"),
    ("pairs", {"text_b": "-"}, "validate.text_too_short"),
    ("pairs", {"text_b": LONG}, "validate.text_too_long"),
    ("pairs", {"text_a": "1 2 3", "text_b": "4 5 6"}, "validate.text_not_prose"),
    ("pairs", {"text_b": "The bus is late."}, "validate.texts_equal"),
    ("pairs", {"score": 5.1}, "validate.out_of_range"),
    ("pairs", {"score": -1.0}, "validate.out_of_range"),
]  # fmt: skip


@cache
def checker(name: str) -> RowChecker:
    return RowChecker(payloads.shipped(name))


def reasons(name: str, *changes: dict[str, Any]) -> list[str | None]:
    batch = payloads.payload(payloads.shipped(name), *changes)
    found: list[str | None] = checker(name).reasons(batch).to_pylist()
    return found


@pytest.mark.parametrize("name", collection_names())
def test_a_sound_row_passes(name: str) -> None:
    assert reasons(name, {}, {}) == [None, None]


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [pytest.param(*case, id=f"{case[0]}-{i}") for i, case in enumerate(CASES)],
)
def test_a_row_that_breaks_one_rule_has_its_reason(
    name: str, change: dict[str, Any], reason: str
) -> None:
    assert reasons(name, {}, change, {}) == [None, reason, None]


def test_every_validate_reason_is_given_by_some_collection() -> None:
    known = {reason for reason in REASONS if reason.startswith("validate.")}
    assert {reason for _, _, reason in CASES} == known


@pytest.mark.parametrize("name", collection_names())
def test_no_suite_names_a_reason_that_the_table_lacks(name: str) -> None:
    suites = json.loads(payloads.shipped(name).file("expectations.json"))
    for expectation in suites["rows"]["expectations"]:
        assert expectation["meta"]["reason"] in REASONS


def test_optional_columns_may_be_null() -> None:
    assert reasons("documents", {"title": None, "author": None, "written": None}) == [None]
    assert reasons("dialogues", {"setting": None, "patient": None}) == [None]
    assert reasons("questions", {"context": None}) == [None]
    assert reasons("pairs", {"score": None}) == [None]


@pytest.mark.parametrize(
    "text",
    [
        "사건번호 2023다12345, 원고 <PERSON_kgabmcpdoenf>는 2023. 5. 1. 임대차 계약을 해지하였다.",
        "原告于2023年5月1日向<PERSON_abababababab>支付了押金，双方随后解除合同。",
        "வாடகைதாரர் மார்ச் மாதம் முதல் பதில் பெறவில்லை.",
        "Die Klägerin <PERSON_bcdefghijkla> begehrt die Räumung der Wohnung.",
    ],
)
def test_scrubbed_prose_of_the_members_languages_passes(text: str) -> None:
    assert reasons("documents", {"title": None, "text": text}) == [None]


def test_the_first_rule_of_the_suite_names_the_reason() -> None:
    assert reasons("pairs", {"text_a": "1", "text_b": "1", "score": 9.0}) == [
        "validate.text_too_short"
    ]


def test_an_empty_batch_has_no_reasons() -> None:
    assert reasons("pairs") == []


def test_a_pickled_checker_gives_the_same_reasons() -> None:
    copied = pickle.loads(pickle.dumps(checker("pairs")))  # noqa: S301  # its own pickle
    batch = payloads.payload(payloads.shipped("pairs"), {}, {"score": 7.0})
    assert copied.reasons(batch).to_pylist() == [None, "validate.out_of_range"]


@pytest.mark.parametrize("name", collection_names())
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_batch_split_anywhere_has_the_same_reasons(name: str, data: st.DataObject) -> None:
    sound: dict[str, Any] = {}
    changes = [sound] + [change for case_name, change, _ in CASES if case_name == name]
    picked = data.draw(st.lists(st.sampled_from(changes), min_size=1, max_size=12))
    batch = payloads.payload(payloads.shipped(name), *picked)
    cut = data.draw(st.integers(0, batch.num_rows))
    parts = [batch.slice(0, cut), batch.slice(cut)]
    found = [reason for part in parts for reason in checker(name).reasons(part).to_pylist()]
    assert found == checker(name).reasons(batch).to_pylist()


def test_the_first_reason_that_names_a_row_stays() -> None:
    assert first_reasons(4, [("a", [1, 2]), ("b", [2, 3])]).to_pylist() == [None, "a", "a", "b"]
    assert first_reasons(0, []).type == pa.string()
