"""Predictions of a model: what files hold, and the doubt that follows."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from ballots import make_record_id
from hypothesis import given
from hypothesis import strategies as st

from datacoop.errors import SettingsError
from datacoop.label.predictions import COLUMNS, Row, doubts, read_predictions
from datacoop.records.policies import LabellingPolicy

VALUES = ("family", "housing", "tax")


def make_policy(kind: str = "choices", values: Sequence[str] = VALUES) -> LabellingPolicy:
    return LabellingPolicy(
        question="area", kind=kind, values=tuple(values), share_percent=100, votes=3
    )


KNOWN = [make_record_id(number) for number in range(4)]
ROWS = [
    (KNOWN[0].hex(), "area", "family", 0.5),
    (KNOWN[0].hex(), "area", "housing", 0.4),
    (KNOWN[1].hex(), "area", "tax", 0.9),
]
"""The first is level but for a tenth, the second sure but for two."""


def write(path: Path, rows: Sequence[Sequence[Any]] = ROWS) -> Path:
    """Write rows as the ending of the name says."""
    tidy = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, [*COLUMNS, "model"])
            writer.writeheader()
            writer.writerows(tidy)
    elif path.suffix == ".parquet":
        pyarrow.parquet.write_table(pa.Table.from_pylist(tidy), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in tidy), encoding="utf-8")
    else:
        path.write_text(json.dumps([as_task(*row) for row in rows]), encoding="utf-8")
    return path


def as_task(record: str, question: str, label: str, score: float) -> dict[str, Any]:
    item = {"from_name": question, "to_name": "text", "type": "choices"}
    result = [{**item, "value": {"choices": [label]}}]
    prediction = {"model_version": "one", "score": score, "result": result}
    return {"data": {"pool_uid": record, "text": "…"}, "predictions": [prediction]}


def read(path: Path, policy: LabellingPolicy | None = None) -> tuple[dict[bytes, float], list[str]]:
    policy = policy or make_policy()
    found, faults = doubts(read_predictions(path, policy), policy, set(KNOWN))
    return found, [str(fault) for fault in faults]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "json"])
def test_every_form_gives_the_same_doubts(tmp_path: Path, ending: str) -> None:
    found, faults = read(write(tmp_path / f"predictions.{ending}"))
    assert faults == []
    assert found == {KNOWN[0]: pytest.approx(0.9), KNOWN[1]: pytest.approx(0.2)}


FAULTY = [
    (KNOWN[0].hex(), "area", "family", 0.5),
    (make_record_id(9).hex(), "area", "family", 0.5),
    ("AB", "area", "family", 0.5),
    (KNOWN[0].hex(), "mood", "family", 0.5),
    (KNOWN[1].hex(), "area", "s3cret", 0.5),
    (KNOWN[1].hex(), "area", "family", 1.01),
    (KNOWN[1].hex(), "area", "family", -0.1),
    (KNOWN[1].hex(), "area", "family", float("nan")),
    (KNOWN[0].hex(), "area", "family", 0.2),
]
TOLD = {
    2: "is no record that annotators may see",
    3: "record_id should be 64 lower-case hex digits",
    4: "the collection does not ask this question",
    5: "the label is none that the policy knows",
    6: "score should be a number from 0 to 1",
    7: "score should be a number from 0 to 1",
    8: "score should be a number from 0 to 1",
    9: "the label was predicted for this record before",
}


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_every_fault_is_told_with_its_row_and_without_the_label(
    tmp_path: Path, ending: str
) -> None:
    _, faults = read(write(tmp_path / f"predictions.{ending}", FAULTY))
    assert faults == [f"{text} @ row {number}" for number, text in TOLD.items()]


def test_faults_of_label_studios_json_name_the_task(tmp_path: Path) -> None:
    path = tmp_path / "predictions.json"
    tasks = [as_task(*row) for row in FAULTY]
    tasks[3] = {"data": {}, "predictions": "none"}
    tasks.append({"data": {"pool_uid": KNOWN[2].hex()}, "predictions": [{"result": 3}]})
    no_score = as_task(*ROWS[2])
    del no_score["predictions"][0]["score"]
    tasks.append(no_score)
    path.write_text(json.dumps(tasks), encoding="utf-8")
    _, faults = read(path)
    told = {number: text for number, text in TOLD.items() if number != 4}
    assert sorted(faults) == sorted(
        [
            *(f"{text} @ task {number}" for number, text in told.items()),
            "should have data with pool_uid, and predictions @ task 4",
            "a prediction should have a result: a list of objects @ task 10",
            "score should be a number from 0 to 1 @ task 11",
        ]
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"", "is of no known form"),
        ("a.csv", b"record_id,label\n", "has no column question, score"),
        ("a.csv", b"\xff\xfe", "cannot read"),
        ("a.parquet", b"PAR1 not", "cannot read"),
        ("a.json", b'{"data": 3}', "is no list of tasks"),
        ("none.jsonl", None, "cannot read"),
    ],
)
def test_what_is_no_file_of_predictions_is_a_wrong_argument(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=said):
        read(path)


def test_a_line_that_is_no_row_is_a_fault_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('no json\n{"record_id": 3}\n[]\n', encoding="utf-8")
    _, faults = read(path)
    assert [fault.partition(" @ ")[2] for fault in faults] == ["row 1", "row 2", "row 3"]


def test_spans_are_as_doubtful_as_the_most_doubtful_of_them() -> None:
    policy = make_policy("labels", ["name", "place"])
    rows = [
        *(Row("", KNOWN[0].hex(), "area", "name", score) for score in (0.99, 0.6, 0.95)),
        Row("", KNOWN[1].hex(), "area", "", 0.9),
        Row("", KNOWN[2].hex(), "area", "place", 1.0),
    ]
    found, faults = doubts(rows, policy, set(KNOWN))
    assert not faults
    assert found == {
        KNOWN[0]: pytest.approx(0.8),
        KNOWN[1]: pytest.approx(0.2),
        KNOWN[2]: pytest.approx(0.0),
    }


def test_spans_pairs_and_ratings_are_read_from_label_studios_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"

    def of(kind: str, values: Sequence[str], value: Mapping[str, Any]) -> float:
        item = {"from_name": "area", "to_name": "text", "type": kind, "value": value, "score": 0.9}
        tasks = [{"data": {"pool_uid": KNOWN[0].hex()}, "predictions": [{"result": [item]}]}]
        path.write_text(json.dumps(tasks), encoding="utf-8")
        found, faults = read(path, make_policy(kind, values))
        assert not faults
        return found[KNOWN[0]]

    span = {"start": 0, "end": 3, "labels": ["name"]}
    assert of("labels", ["name"], span) == pytest.approx(0.2)
    assert of("pairwise", ["left", "right"], {"selected": "left"}) == pytest.approx(0.2)
    assert of("rating", ["1", "2"], {"rating": 2}) == pytest.approx(0.2)
    empty = [{"data": {"pool_uid": KNOWN[0].hex()}, "predictions": [{"score": 1, "result": []}]}]
    path.write_text(json.dumps(empty), encoding="utf-8")
    assert read(path, make_policy("labels", ["name"])) == ({KNOWN[0]: 0.0}, [])


@given(st.permutations([0.1, 0.2, 0.7]))
def test_the_order_of_rows_changes_nothing(scores: list[float]) -> None:
    rows = [
        Row("", KNOWN[0].hex(), "area", label, score)
        for label, score in zip(VALUES, scores, strict=True)
    ]
    assert doubts(rows, make_policy(), set(KNOWN)) == ({KNOWN[0]: pytest.approx(0.5)}, [])
