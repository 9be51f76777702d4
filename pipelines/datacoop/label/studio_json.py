"""Label Studio's JSON: the form in which it exports tasks with their annotations, and imports them.

Other tools read and write it too, so what is read is checked and what cannot be used is passed on
as an answer that does not count.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from datacoop.errors import SettingsError
from datacoop.label.answers import Answer
from datacoop.label.form import Form
from datacoop.label.kinds import CHOICES, LABELS, PAIRWISE, Ballots
from datacoop.label.routing import Task
from datacoop.label.spans import spans_from_value
from datacoop.label.votes import Vote, is_pseudonym
from datacoop.records.policies import LabellingPolicy

KEY = "pool_uid"
"""Where a task's `data` holds its key: `meta` would be tidier, but cannot be filtered."""

ANNOTATOR = "annotator"
"""Where an annotation that datacoop exports holds the pseudonym; Label Studio passes over it."""


def read_export(content: object, source: str | None) -> list[Answer]:
    """Read the annotations of an export (`JSON`, not `JSON_MIN`), unchecked.

    Args:
        content: The file's content, parsed.
        source: Where the file comes from: user 3 of one Label Studio is not user 3 of another, and
            nobody elsewhere may speak under a pseudonym of this pool. None for what this pool
            exported itself, whose pseudonyms are kept.

    Raises:
        SettingsError: It is no list of tasks.
    """
    if not isinstance(content, list) or not all(isinstance(task, Mapping) for task in content):
        raise SettingsError(
            "the file is no Label Studio export: a list of tasks was expected",
            hint="Export as JSON. JSON-MIN leaves out what an answer belongs to.",
        )
    return [answer for task in content for answer in _answers(task, source)]


def _answers(task: Mapping[str, Any], source: str | None) -> Iterator[Answer]:
    data, annotations = task.get("data"), task.get("annotations")
    key = str(data.get(KEY, "")) if isinstance(data, Mapping) else ""
    for annotation in annotations if isinstance(annotations, list) else ():
        if isinstance(annotation, Mapping):
            yield _answer(annotation, key, source)


def _answer(annotation: Mapping[str, Any], key: str, source: str | None) -> Answer:
    number, user = annotation.get("id"), annotation.get("completed_by")
    if isinstance(user, Mapping):
        user = user.get("id")
    named = str(annotation.get(ANNOTATOR, ""))
    if type(user) is not int:
        user = named if is_pseudonym(named) else None
    return Answer(
        annotation_id=number if type(number) is int else 0,
        key=key,
        user_id=None if user is None or source is None else f"{source}/{user}",
        annotator="" if source is not None else named,
        result=annotation.get("result"),
        updated_utc=_utc_or_first(annotation.get("updated_at")),
        is_skipped=annotation.get("was_cancelled") is True,
    )


def write_export(
    tasks: Iterable[Task], ballots: Ballots, form: Form, policy: LabellingPolicy
) -> list[dict[str, Any]]:
    """Write tasks and the votes on them as Label Studio imports them, and `read_export` reads.

    Privacy: annotators stand under their pseudonyms; `completed_by`, which would have to be a
    user of the Label Studio that imports it, is left out.
    """
    return [
        {
            "data": {KEY: task.key, **task.payload},
            "annotations": [
                _annotation(vote, task, form, policy) for vote in ballots.get(task.record_id, ())
            ],
        }
        for task in tasks
    ]


def _annotation(vote: Vote, task: Task, form: Form, policy: LabellingPolicy) -> dict[str, Any]:
    return {
        "id": vote.annotation_id,
        ANNOTATOR: vote.annotator,
        "result": result_of(vote.value, form, policy, _text(task, form, policy)),
        "was_cancelled": vote.withdrawn,
        "ground_truth": False,
        "created_at": vote.created_utc,
        "updated_at": vote.created_utc,
    }


def _text(task: Task, form: Form, policy: LabellingPolicy) -> str:
    column = form.texts.get(form.targets[policy.question], "")
    return str(task.payload.get(column, ""))


def result_of(
    value: str, form: Form, policy: LabellingPolicy, text: str = ""
) -> list[dict[str, Any]]:
    """Give the `result` of an annotation that answers with a value: what `read_result` reads.

    Args:
        text: The text that spans are marked in; a quote of it goes with each.
    """
    target: Any = form.targets[policy.question]
    if policy.kind == PAIRWISE:
        target = target.split(",")
    about = {"from_name": policy.question, "to_name": target, "type": policy.kind}
    if policy.kind != LABELS:
        held = {CHOICES: {CHOICES: [value]}, PAIRWISE: {"selected": value}}
        return [about | {"value": held.get(policy.kind) or {policy.kind: int(value)}}]
    return [
        about
        | {
            "id": f"{start}-{end}-{label}",
            "value": {"start": start, "end": end, "text": text[start:end], LABELS: [label]},
        }
        for start, end, label in spans_from_value(value)
    ]


def utc(text: str) -> str:
    """Give a time as votes hold it.

    Label Studio leaves out microseconds that are zero, and text of two lengths sorts wrongly.

    Raises:
        ValueError: It is no time.
    """
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _utc_or_first(text: object) -> str:
    try:
        return utc(str(text))
    except ValueError:
        # An answer of no known time loses against any that has one.
        return "0001-01-01T00:00:00.000000Z"
