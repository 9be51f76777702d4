"""Turn what Label Studio stores into votes, or into reasons why an answer does not count.

Label Studio accepts any answer, even one that its labelling configuration does not offer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from datacoop.label.form import Form
from datacoop.label.result_check import check_result
from datacoop.label.votes import Vote, pseudonym
from datacoop.records.policies import LabellingPolicy

_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One annotation as Label Studio gives it, not yet checked.

    Privacy: `result` may hold text that an annotator typed; it goes no further than this room.
    """

    annotation_id: int
    key: str
    """The key of the task."""
    user_id: int | None
    result: Any = field(repr=False)
    updated_utc: str
    is_skipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidAnswer:
    """An answer that does not count, and why."""

    annotation_id: int
    key: str
    annotator: str
    """The pseudonym; empty where Label Studio names nobody."""
    reason: str
    """A reason code, such as `label.unknown_value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one look at the answers of a project gave: each is in one of the two."""

    votes: tuple[Vote, ...]
    invalid: tuple[InvalidAnswer, ...]


def read_answers(
    answers: Iterable[Answer], form: Form, policy: LabellingPolicy, key: bytes, *, round: int = 1
) -> Collected:
    """Check every answer against the form and the policy.

    Args:
        key: The secret under which annotators get their pseudonyms.
        round: The round that the project's tasks belong to.
    """
    votes, invalid = [], []
    for answer in answers:
        annotator = "" if answer.user_id is None else pseudonym(key, answer.user_id)
        value, reason = _read(answer, form, policy)
        if reason:
            invalid.append(_invalid(answer, annotator, reason))
        else:
            votes.append(_vote(answer, annotator, policy.question, value, round))
    return Collected(votes=tuple(votes), invalid=tuple(invalid))


def _read(answer: Answer, form: Form, policy: LabellingPolicy) -> tuple[str, str]:
    """Give the value and an empty reason, or an empty value and the reason."""
    if not _KEY.fullmatch(answer.key):
        return "", "label.unknown_record"
    if answer.user_id is None:
        return "", "label.no_annotator"
    if answer.is_skipped:
        return "", ""
    return _read_result(answer.result, form, policy)


def _read_result(result: object, form: Form, policy: LabellingPolicy) -> tuple[str, str]:
    if not isinstance(result, list) or not all(isinstance(item, Mapping) for item in result):
        return "", "label.malformed"
    if any(form.controls.get(str(item.get("from_name"))) is None for item in result):
        return "", "label.unknown_question"
    if form.questions.controls:
        reason = check_result(result, form.questions).reason
        if reason:
            return "", reason
    asked = [item for item in result if item.get("from_name") == policy.question]
    if len(asked) != 1:
        return "", "label.several_answers" if asked else "label.no_answer"
    return _read_item(asked[0], policy)


def _read_item(item: Mapping[str, Any], policy: LabellingPolicy) -> tuple[str, str]:
    held = item.get("value")
    if item.get("type") != policy.kind or not isinstance(held, Mapping):
        return "", "label.malformed"
    given = held.get(policy.kind)
    # A rating is one number, choices are a list even where one alone may be chosen.
    values = given if isinstance(given, list) else [given]
    if len(values) != 1:
        return "", "label.several_answers" if values else "label.no_answer"
    if type(values[0]) not in (str, int):
        return "", "label.malformed"
    value = str(values[0])
    return (value, "") if value in policy.values else ("", "label.unknown_value")


def _invalid(answer: Answer, annotator: str, reason: str) -> InvalidAnswer:
    # What stands in place of a key may be anything, and reports must not repeat it.
    key = answer.key if _KEY.fullmatch(answer.key) else ""
    return InvalidAnswer(
        annotation_id=answer.annotation_id, key=key, annotator=annotator, reason=reason
    )


def _vote(answer: Answer, annotator: str, question: str, value: str, round: int) -> Vote:
    return Vote(
        record_id=bytes.fromhex(answer.key),
        annotator=annotator,
        question=question,
        value=value,
        round=round,
        annotation_id=answer.annotation_id,
        created_utc=answer.updated_utc,
        withdrawn=answer.is_skipped,
    )
