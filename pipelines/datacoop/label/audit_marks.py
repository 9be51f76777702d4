"""Marks: what auditors said of scrubbed rows, and where that leaves each row."""

import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import pyarrow as pa

from datacoop.label.answers import Answer, InvalidAnswer
from datacoop.label.votes import pseudonym
from datacoop.records.columns import DIGEST, RECORD_ID, require_columns

SPANS = "leak"
"""The name of the control for spans in `leak_audit/labeling.xml`."""

NOTHING = "nothing"
"""The name of the control that says that nothing is left."""

NOTHING_LEFT = "nothing_left"

LEAK = "leak"
"""What an answer comes to that does not plainly say that nothing is left."""

MARK_SCHEMA = pa.schema(
    [
        pa.field(RECORD_ID, DIGEST, nullable=False),
        pa.field("annotator", pa.string(), nullable=False),
        pa.field("is_leak", pa.bool_(), nullable=False),
        pa.field("kinds", pa.list_(pa.string()), nullable=False),
        pa.field("annotation_id", pa.int64(), nullable=False),
        pa.field("created_utc", pa.string(), nullable=False),
        pa.field("withdrawn", pa.bool_(), nullable=False),
    ]
)
"""The Arrow schema in which marks are kept, v1: neither values nor places."""


class Span(NamedTuple):
    """A marked place, the half-open character range `[start, end)` of `audit_text`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mark:
    """What one auditor said of one row, as it stood at one time."""

    record_id: bytes
    annotator: str
    """The auditor's pseudonym."""
    is_leak: bool
    kinds: tuple[str, ...]
    """The kinds of what was marked, sorted, each once."""
    annotation_id: int
    created_utc: str
    """As in a vote: sorts as text."""
    withdrawn: bool
    spans: tuple[Span, ...] = field(default=(), compare=False, repr=False)
    """Where; known only in the job that reads Label Studio, and kept nowhere in the pool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMarks:
    """What one look at the answers of an audit project gave: each is in one of the two."""

    marks: tuple[Mark, ...]
    invalid: tuple[InvalidAnswer, ...]


def kinds_of(configuration: str) -> frozenset[str]:
    """Give the kinds of leaks that the labelling configuration of an audit offers."""
    root = ElementTree.fromstring(configuration)  # noqa: S314 - a file that ships with us
    return frozenset(tag.get("value", "") for tag in root.iter("Label"))


def read_marks(
    answers: Iterable[Answer],
    texts: Mapping[str, str],
    kinds: AbstractSet[str],
    auditors: AbstractSet[int],
    key: bytes,
) -> ReadMarks:
    """Check every answer of an audit.

    Whatever cannot be read counts as a leak without a place: the row is held, and a person looks.
    Only a plain "nothing left" of somebody cleared says that a row is clean.

    Args:
        texts: What auditors were shown, by task key.
        kinds: The kinds of leaks that can be marked.
        auditors: Label Studio's numbers of the users who are cleared for audits.
        key: The secret under which annotators get their pseudonyms.
    """
    marks: list[Mark] = []
    invalid: list[InvalidAnswer] = []
    for answer in answers:
        annotator = "" if answer.user_id is None else pseudonym(key, answer.user_id)
        text = texts.get(answer.key)
        if text is None:
            invalid.append(_invalid(answer, "", annotator, "label.unknown_record"))
            continue
        mark = _mark(answer, annotator, text, kinds)
        if mark.is_leak or mark.withdrawn or answer.user_id in auditors:
            marks.append(mark)
        else:
            invalid.append(_invalid(answer, answer.key, annotator, "label.not_cleared"))
    return ReadMarks(marks=tuple(marks), invalid=tuple(invalid))


def _invalid(answer: Answer, key: str, annotator: str, reason: str) -> InvalidAnswer:
    return InvalidAnswer(
        annotation_id=answer.annotation_id, key=key, annotator=annotator, reason=reason
    )


def _mark(answer: Answer, annotator: str, text: str, kinds: AbstractSet[str]) -> Mark:
    result = answer.result if isinstance(answer.result, list) else [None]
    is_clean = says_nothing_left(result)
    spans = tuple(sorted({s for item in result for s in _spans(item, text, kinds)}))
    return Mark(
        record_id=bytes.fromhex(answer.key),
        annotator=annotator,
        is_leak=not is_clean and not answer.is_skipped,
        kinds=tuple(sorted({span.kind for span in spans})),
        annotation_id=answer.annotation_id,
        created_utc=answer.updated_utc,
        withdrawn=answer.is_skipped,
        spans=spans,
    )


def says_nothing_left(result: object) -> bool:
    """Say whether an answer plainly says that nothing is left, and nothing else."""
    return isinstance(result, list) and len(result) == 1 and _says_nothing(result[0])


def _says_nothing(item: object) -> bool:
    return (
        isinstance(item, Mapping)
        and (item.get("from_name"), item.get("type")) == (NOTHING, "choices")
        and isinstance(item.get("value"), Mapping)
        and item["value"].get("choices") == [NOTHING_LEFT]
    )


def _spans(item: Any, text: str, kinds: AbstractSet[str]) -> list[Span]:  # noqa: ANN401 - unchecked
    """Give the spans of one item: inside the text, of kinds that are offered; else none."""
    if not isinstance(item, Mapping) or item.get("from_name") != SPANS:
        return []
    value = item.get("value")
    if not isinstance(value, Mapping) or not isinstance(value.get("labels"), list):
        return []
    start, end = value.get("start"), value.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        return []
    if not _is_at(text, start, end, value.get("text")):
        start, end = _codepoints(text, start), _codepoints(text, end)
        if not _is_at(text, start, end, value.get("text")):
            return []
    return [Span(start, end, kind) for kind in value["labels"] if kind in kinds]


def _is_at(text: str, start: int, end: int, quoted: object) -> bool:
    if not start < end <= len(text):
        return False
    # Label Studio writes line breaks within a quotation as a backslash and an n.
    return quoted is None or _letters(text[start:end]) == _letters(str(quoted).replace("\\n", ""))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _codepoints(text: str, units: int) -> int:
    """Turn an offset in UTF-16 units, in which browsers count, into one in characters."""
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "replace"))


class Verdict(StrEnum):
    """Where a row of the sample stands."""

    OPEN = "open"
    """Nobody cleared has looked yet."""
    CLEAN = "clean"
    HELD = "held"
    """Somebody marked it, and it is not decided."""
    LEAK = "leak"


def standing_marks(marks: Iterable[Mark]) -> dict[bytes, list[Mark]]:
    """Give the marks that count, by record: the latest of each auditor, unless it is withdrawn."""
    latest: dict[tuple[bytes, str], Mark] = {}
    for mark in marks:
        place = (mark.record_id, mark.annotator)
        if place not in latest or _age(latest[place]) < _age(mark):
            latest[place] = mark
    standing: dict[bytes, list[Mark]] = defaultdict(list)
    for mark in sorted(latest.values()):
        if not mark.withdrawn:
            standing[mark.record_id].append(mark)
    return dict(standing)


def verdicts(
    record_ids: Iterable[bytes],
    marks: Mapping[bytes, object],
    *,
    leaking: AbstractSet[bytes],
    held: AbstractSet[bytes],
) -> dict[bytes, Verdict]:
    """Say where each row stands, in order of `record_ids`.

    Args:
        marks: The marks that count, by record.
        leaking: Records barred for a leak that is confirmed, whoever found it where.
        held: Records barred for a mark that is not decided yet.
    """
    found = {}
    for record_id in record_ids:
        if record_id in leaking:
            found[record_id] = Verdict.LEAK
        elif record_id in held:
            found[record_id] = Verdict.HELD
        else:
            found[record_id] = Verdict.CLEAN if marks.get(record_id) else Verdict.OPEN
    return found


def _age(mark: Mark) -> tuple[str, int, bool, Mark]:
    return mark.created_utc, mark.annotation_id, mark.withdrawn, mark


def agreed_spans(marks: Iterable[Mark]) -> tuple[Span, ...]:
    """Give the spans that share a character with a span of another auditor; sorted."""
    placed = [(mark.annotator, span) for mark in marks for span in mark.spans]
    return tuple(
        sorted(
            {
                span
                for annotator, span in placed
                for other, against in placed
                if other != annotator and span.start < against.end and against.start < span.end
            }
        )
    )


def marks_to_batch(marks: Iterable[Mark]) -> pa.RecordBatch:
    """Write marks as one batch of `MARK_SCHEMA`, in their order, without the places."""
    rows = [{name: getattr(mark, name) for name in MARK_SCHEMA.names} for mark in marks]
    return pa.RecordBatch.from_pylist(rows, MARK_SCHEMA)


def marks_from_batch(batch: pa.RecordBatch) -> list[Mark]:
    """Read what `marks_to_batch` wrote.

    Raises:
        SchemaError: The batch is not of `MARK_SCHEMA`.
    """
    require_columns(batch, *MARK_SCHEMA)
    rows = batch.select(MARK_SCHEMA.names).to_pylist()
    return [Mark(**(row | {"kinds": tuple(row["kinds"])})) for row in rows]
