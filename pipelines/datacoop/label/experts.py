"""The experts' queue: disputed records with the votes on them unnamed, and what experts answer."""

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datacoop.label.answers import Answer, InvalidAnswer, invalid_answer, read_result
from datacoop.label.decisions import REASON_LENGTH, Decision
from datacoop.label.form import Form
from datacoop.label.kinds import LABELS, Ballots
from datacoop.label.routing import Task
from datacoop.label.spans import spans_from_value
from datacoop.label.votes import pseudonym
from datacoop.records.policies import LabellingPolicy

REASON = "expert_reason"
"""The name of the control in which an expert says why."""

VOTES = "votes_given"
"""Where the data of an expert's task shows the votes."""

_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What one look at the experts' answers gave: each is in one of the two."""

    decisions: tuple[Decision, ...]
    invalid: tuple[InvalidAnswer, ...]


def experts_project(collection: str) -> str:
    """Give the name under which the experts' project of a collection is known."""
    return f"{collection} (experts)"


def experts_configuration(configuration: str, form: Form, policy: LabellingPolicy) -> str:
    """Give the labelling configuration for experts: the votes above, a reason below."""
    # Collections are installed by the operator, and expat bounds entity expansion.
    root = ElementTree.fromstring(configuration)  # noqa: S314
    shown = ElementTree.Element("Header", {"value": f"${VOTES}", "size": "5"})
    target = form.targets[policy.question].split(",")[0]
    reason = {
        "name": REASON,
        "toName": target,
        "rows": "3",
        "maxSubmissions": "1",
        "required": "true",
        "placeholder": "Why? Do not copy from the text.",
    }
    root.insert(0, shown)
    root.append(ElementTree.Element("TextArea", reason))
    return ElementTree.tostring(root, encoding="unicode")


def experts_tasks(tasks: Iterable[Task], ballots: Ballots, policy: LabellingPolicy) -> list[Task]:
    """Add to each task the votes on its record, unnamed, in an order that does not tell whose."""
    return [
        Task(
            record_id=task.record_id,
            payload={
                **task.payload,
                VOTES: f"Votes: {votes_shown(values_of(ballots, task), policy)}",
            },
        )
        for task in tasks
    ]


def values_of(ballots: Ballots, task: Task) -> list[str]:
    """Give the values of the votes on a task's record, sorted."""
    return sorted(vote.value for vote in ballots.get(task.record_id, ()))


def votes_shown(values: Sequence[str], policy: LabellingPolicy) -> str:
    """Write votes for an expert, the most frequent first, such as `2 x urgent, 1 x soon`."""
    counts = Counter(values)
    order = sorted(counts, key=lambda value: (-counts[value], value))
    return ", ".join(f"{counts[value]} x {_shown(value, policy)}" for value in order)


def _shown(value: str, policy: LabellingPolicy) -> str:
    if policy.kind != LABELS:
        return value
    spans = [f"{span.label} {span.start}-{span.end}" for span in spans_from_value(value)]
    return f"[{'; '.join(spans) or 'nothing marked'}]"


def read_decisions(
    answers: Iterable[Answer],
    form: Form,
    policy: LabellingPolicy,
    key: bytes,
    *,
    lengths: Mapping[str, int],
) -> Decided:
    """Check every expert's answer; one without a reason does not count.

    Args:
        form: The experts' labelling configuration.
        key: The secret under which experts get their pseudonyms, the same as annotators'.
        lengths: Characters of the text that spans are marked in, by key of the task.
    """
    decisions, invalid = [], []
    for answer in answers:
        if answer.is_skipped:
            continue
        expert = "" if answer.user_id is None else pseudonym(key, answer.user_id)
        value, said, reason = _read(answer, form, policy, lengths.get(answer.key))
        if reason:
            invalid.append(invalid_answer(answer, expert, reason))
            continue
        decisions.append(
            Decision(
                record_id=bytes.fromhex(answer.key),
                expert=expert,
                question=policy.question,
                value=value,
                reason=said,
                created_utc=answer.updated_utc,
            )
        )
    return Decided(decisions=tuple(decisions), invalid=tuple(invalid))


def _read(
    answer: Answer, form: Form, policy: LabellingPolicy, length: int | None
) -> tuple[str, str, str]:
    """Give value, what the expert says, and why the answer does not count."""
    if not _KEY.fullmatch(answer.key):
        return "", "", "label.unknown_record"
    if answer.user_id is None:
        return "", "", "label.no_annotator"
    value, reason = read_result(answer.result, form, policy, length)
    said = "" if reason else _said(answer.result)
    return value, said, reason or ("" if said else "label.no_reason")


def _said(result: Any) -> str:  # noqa: ANN401 - checked here
    for item in result:
        held = item.get("value") if item.get("from_name") == REASON else None
        texts = held.get("text") if isinstance(held, Mapping) else None
        if isinstance(texts, list):
            return " ".join(str(text).strip() for text in texts).strip()[:REASON_LENGTH]
    return ""
