"""Turn what Label Studio stores into votes, or into reasons why an answer does not count.

Label Studio accepts any answer, even one that its labelling configuration does not offer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from datacoop.label.form import Form
from datacoop.label.kinds import LABELS, PAIRWISE
from datacoop.label.result_check import check_result
from datacoop.label.spans import Marked, spans_to_value
from datacoop.label.votes import Vote, is_pseudonym, pseudonym
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
    user_id: int | str | None
    """Label Studio's number of the user, or for another Label Studio its name, `/` and that."""
    result: Any = field(repr=False)
    updated_utc: str
    is_skipped: bool
    annotator: str = ""
    """The pseudonym, where it is known already."""


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
    answers: Iterable[Answer],
    form: Form,
    policy: LabellingPolicy,
    key: bytes,
    *,
    round: int = 1,
    lengths: Mapping[str, int] | None = None,
) -> Collected:
    """Check every answer against the form and the policy.

    Args:
        key: The secret under which annotators get their pseudonyms.
        round: The round that the project's tasks belong to.
        lengths: Characters of the text that spans are marked in, by key of the task; where one
            is missing, a span past the end is not seen.
    """
    votes, invalid = [], []
    for answer in answers:
        annotator = _annotator(answer, key)
        value, reason = _read(answer, form, policy, (lengths or {}).get(answer.key))
        if reason:
            invalid.append(invalid_answer(answer, annotator, reason))
        else:
            votes.append(_vote(answer, annotator, policy.question, value, round))
    return Collected(votes=tuple(votes), invalid=tuple(invalid))


def _read(
    answer: Answer, form: Form, policy: LabellingPolicy, length: int | None
) -> tuple[str, str]:
    """Give the value and an empty reason, or an empty value and the reason."""
    if not _KEY.fullmatch(answer.key):
        return "", "label.unknown_record"
    if answer.user_id is None and not is_pseudonym(answer.annotator):
        return "", "label.no_annotator"
    if answer.is_skipped:
        return "", ""
    return read_result(answer.result, form, policy, length)


def read_result(
    result: object, form: Form, policy: LabellingPolicy, length: int | None = None
) -> tuple[str, str]:
    """Check the `result` of an annotation.

    Args:
        length: Characters of the text that spans are marked in, where it is known.

    Returns:
        The value and an empty reason, or an empty value and a reason code.
    """
    if not isinstance(result, list) or not all(isinstance(item, Mapping) for item in result):
        return "", "label.malformed"
    if any(form.controls.get(str(item.get("from_name"))) is None for item in result):
        return "", "label.unknown_question"
    if form.questions.controls:
        reason = check_result(result, form.questions).reason
        if reason:
            return "", reason
    asked = [item for item in result if item.get("from_name") == policy.question]
    if policy.kind == LABELS:
        return _read_spans(asked, policy, length)
    if len(asked) != 1:
        return "", "label.several_answers" if asked else "label.no_answer"
    return _read_item(asked[0], policy)


def _read_item(item: Mapping[str, Any], policy: LabellingPolicy) -> tuple[str, str]:
    held = item.get("value")
    if item.get("type") != policy.kind or not isinstance(held, Mapping):
        return "", "label.malformed"
    given = held.get("selected" if policy.kind == PAIRWISE else policy.kind)
    # A rating is one number, choices are a list even where one alone may be chosen.
    values = given if isinstance(given, list) else [given]
    if len(values) != 1:
        return "", "label.several_answers" if values else "label.no_answer"
    if type(values[0]) not in (str, int):
        return "", "label.malformed"
    value = str(values[0])
    return (value, "") if value in policy.values else ("", "label.unknown_value")


def _read_spans(
    items: list[Mapping[str, Any]], policy: LabellingPolicy, length: int | None
) -> tuple[str, str]:
    """Read marked spans; that nothing is to be marked is an answer too."""
    spans = []
    for item in items:
        held = item.get("value")
        if item.get("type") != LABELS or not isinstance(held, Mapping):
            return "", "label.malformed"
        start, end, named = held.get("start"), held.get("end"), held.get(LABELS)
        if type(start) is not int or type(end) is not int or not isinstance(named, list):
            return "", "label.malformed"
        if not 0 <= start < end or (length is not None and end > length):
            return "", "label.span_outside"
        if not named or any(label not in policy.values for label in named):
            return "", "label.unknown_value"
        spans += [Marked(start, end, label) for label in named]
    return spans_to_value(spans), ""


def _annotator(answer: Answer, key: bytes) -> str:
    if is_pseudonym(answer.annotator):
        return answer.annotator
    return "" if answer.user_id is None else pseudonym(key, answer.user_id)


def invalid_answer(answer: Answer, annotator: str, reason: str) -> InvalidAnswer:
    """Say why an answer does not count, without anything that it holds."""
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
