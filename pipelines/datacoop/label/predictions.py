"""What a model predicts of records, in a file, and how much it doubts each of them.

Only the doubt is kept: routing needs no more, and what is not kept is shown to nobody.
"""

import csv
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet

from datacoop.errors import Fault, SettingsError
from datacoop.label.facts import prediction_doubt
from datacoop.label.kinds import LABELS, PAIRWISE
from datacoop.label.studio_json import KEY
from datacoop.records.policies import LabellingPolicy

COLUMNS = ("record_id", "question", "label", "score")
"""Of a tidy table; a file may have more, which are passed over."""

NOTHING = ""
"""In place of a label: that nothing is to be marked."""

_RECORD_ID = re.compile(r"[0-9a-f]{64}")


class Row(NamedTuple):
    """One predicted label as a file has it, unchecked."""

    place: str
    """Where it stands, such as `row 3`."""
    record_id: object
    question: object
    label: object
    score: object


Read: TypeAlias = Iterator[Row | Fault]


def read_predictions(path: Path, policy: LabellingPolicy) -> Read:
    """Read a file of predictions as the ending of its name says, row by row.

    A tidy table (`.csv`, `.jsonl`, `.parquet`) has a row for each record and label. Label
    Studio's JSON (`.json`) is a list of tasks with `predictions`; `pool_uid` in `data` names the
    record.

    Raises:
        SettingsError: The name ends otherwise, or the file cannot be read as that.
    """
    reader = _READERS.get(path.suffix)
    if reader is None:
        endings = ", ".join(_READERS)
        raise SettingsError(f"{path.name} is of no known form", hint=f"End the name in {endings}.")
    try:
        yield from reader(path, policy)
    except (OSError, UnicodeDecodeError, pa.ArrowException, csv.Error) as error:
        # Arrow's and Python's own texts may quote the file.
        raise SettingsError(
            f"cannot read {path} as {path.suffix}",
            hint="docs/labelling.md shows what a file of predictions looks like.",
        ) from error


def doubts(
    rows: Iterable[Row | Fault], policy: LabellingPolicy, known: Collection[bytes]
) -> tuple[dict[bytes, float], list[Fault]]:
    """Give the doubt of each record that has predictions, and every fault with its place.

    Where not all values of a question are predicted, what is left of 1 is taken for one other
    value. Of spans the one that is most in doubt counts. No fault quotes a label.

    Args:
        known: Ids of the records that may have predictions.
    """
    scores: dict[bytes, dict[str, float]] = {}
    faults: list[Fault] = []
    for row in rows:
        if isinstance(row, Fault):
            faults.append(row)
            continue
        fault = _fault(row, policy, known)
        if fault:
            faults.append(Fault(row.place, fault))
            continue
        found = scores.setdefault(bytes.fromhex(str(row.record_id)), {})
        label, score = _text(row.label), float(str(row.score))
        if policy.kind == LABELS:
            # Nearest to a half is most in doubt.
            found[label] = min(found.get(label, score), score, key=lambda one: abs(one - 0.5))
        elif label in found:
            faults.append(Fault(row.place, "the label was predicted for this record before"))
        else:
            found[label] = score
    return {i: _doubt(found, policy) for i, found in scores.items()}, faults


def _doubt(scores: Mapping[str, float], policy: LabellingPolicy) -> float:
    if policy.kind == LABELS:
        return max(prediction_doubt((score, 1 - score)) for score in scores.values())
    probabilities = [*scores.values()]
    if len(probabilities) < max(2, len(policy.values)):
        probabilities.append(max(0.0, 1 - sum(probabilities)))
    return prediction_doubt(tuple(probabilities))


def _fault(row: Row, policy: LabellingPolicy, known: Collection[bytes]) -> str:
    if not isinstance(row.record_id, str) or not _RECORD_ID.fullmatch(row.record_id):
        return "record_id should be 64 lower-case hex digits"
    if bytes.fromhex(row.record_id) not in known:
        return "is no record that annotators may see"
    if row.question != policy.question:
        return "the collection does not ask this question"
    is_nothing = policy.kind == LABELS and row.label == NOTHING
    if not is_nothing and _text(row.label) not in policy.values:
        return "the label is none that the policy knows"
    return "" if _is_score(row.score) else "score should be a number from 0 to 1"


def _is_score(score: object) -> bool:
    if isinstance(score, bool) or not isinstance(score, int | float | str):
        return False
    try:
        number = float(score)
    except (ValueError, OverflowError):
        return False
    return math.isfinite(number) and 0 <= number <= 1


def _text(label: object) -> str:
    # Ratings are numbers in some files.
    return str(label) if isinstance(label, str) or type(label) is int else "\0"


def _csv(path: Path, _: LabellingPolicy) -> Read:
    # Spreadsheets put a byte order mark before all.
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file, strict=True)
        _require_columns(path, table.fieldnames or ())
        for number, row in enumerate(table, 1):
            yield _row(f"row {number}", row)


def _parquet(path: Path, _: LabellingPolicy) -> Read:
    with pyarrow.parquet.ParquetFile(path) as file:
        _require_columns(path, file.schema_arrow.names)
        rows = (
            row for batch in file.iter_batches(columns=list(COLUMNS)) for row in batch.to_pylist()
        )
        for number, row in enumerate(rows, 1):
            yield _row(f"row {number}", row)


def _jsonl(path: Path, _: LabellingPolicy) -> Read:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            place = f"row {number}"
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, Mapping) and set(COLUMNS) <= row.keys():
                yield _row(place, row)
            else:
                yield Fault(place, f"should be a JSON object of {', '.join(COLUMNS)}")


def _require_columns(path: Path, names: Collection[str]) -> None:
    lacking = [name for name in COLUMNS if name not in names]
    if lacking:
        raise SettingsError(
            f"{path.name} has no column {', '.join(lacking)}",
            hint=f"A table of predictions has {', '.join(COLUMNS)}.",
        )


def _row(place: str, row: Mapping[str, Any]) -> Row:
    record_id, *rest = (row[name] for name in COLUMNS)
    # In Parquet that datacoop exports, ids are bytes.
    return Row(place, record_id.hex() if isinstance(record_id, bytes) else record_id, *rest)


def _studio(path: Path, policy: LabellingPolicy) -> Read:
    try:
        tasks = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        tasks = None
    if not isinstance(tasks, list):
        raise SettingsError(
            f"{path.name} is no list of tasks in JSON",
            hint="Write it as Label Studio imports predictions; JSON Lines end in .jsonl.",
        )
    for number, task in enumerate(tasks, 1):
        place = f"task {number}"
        data = task.get("data") if isinstance(task, Mapping) else None
        predictions = task.get("predictions") if isinstance(task, Mapping) else None
        if not isinstance(data, Mapping) or not isinstance(predictions, list):
            yield Fault(place, f"should have data with {KEY}, and predictions")
            continue
        for prediction in predictions:
            yield from _predicted(place, data.get(KEY), prediction, policy)


def _predicted(place: str, key: object, prediction: object, policy: LabellingPolicy) -> Read:
    result = prediction.get("result") if isinstance(prediction, Mapping) else None
    if not isinstance(result, list) or not all(isinstance(item, Mapping) for item in result):
        yield Fault(place, "a prediction should have a result: a list of objects")
        return
    assert isinstance(prediction, Mapping)  # noqa: S101 - it has a result
    question, score = policy.question, prediction.get("score")
    asked = [item for item in result if item.get("from_name") == question]
    for item in asked:
        held = item.get("value")
        given = held.get(_VALUE.get(policy.kind, policy.kind)) if isinstance(held, Mapping) else ()
        for label in given if isinstance(given, list) else [given]:
            yield Row(place, key, question, label, item.get("score", score))
    if not asked and policy.kind == LABELS:
        yield Row(place, key, question, NOTHING, score)
    elif not asked:
        yield Fault(place, "a prediction says nothing of the collection's question")


_VALUE: Mapping[str, str] = {PAIRWISE: "selected"}
"""Where an item holds what was chosen, where it is not under the name of its kind."""

_READERS: Mapping[str, Callable[[Path, LabellingPolicy], Read]] = {
    ".json": _studio,
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".parquet": _parquet,
}
