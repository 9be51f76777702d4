"""Simulated annotators: scripts that answer tasks over Label Studio's API, each as its user.

They know the true answer and err at a known rate, so that labels made from their votes can be
measured. Whatever shows their work says that they are simulated.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from datacoop.demo.accounts import Account
from datacoop.errors import OutsideError, TransientError
from datacoop.label.form import Form
from datacoop.label.label_studio import KEY
from datacoop.records.policies import LabellingPolicy

SERVICE = "Label Studio"
ROUNDS = 3
"""How often the list of open tasks is worked through, should some answers not get through."""

_ANSWERED_BY = "annotators"
_PAGE_SIZE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAnnotator:
    """A script that plays one annotator."""

    account: Account
    number: int
    """Its place among the annotators, from 0: with the seed it fixes all of its answers."""
    error_rate: float
    """The share of tasks that it answers wrongly, in `[0, 1]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A task that one annotator still has to answer."""

    annotator: SimulatedAnnotator
    task_id: int
    key: str


def simulated_answer(
    seed: int, annotator: SimulatedAnnotator, key: str, truth: str, values: Sequence[str]
) -> str:
    """Give the truth, or at the annotator's error rate one of the other values."""
    chance, choice = _draws(f"answer\n{seed}\n{annotator.number}\n{key}")
    wrong = [value for value in values if value != truth]
    if chance >= annotator.error_rate or not wrong:
        return truth
    return wrong[int(choice * len(wrong))]


def chosen_annotators(
    seed: int, annotators: Sequence[SimulatedAnnotator], key: str, votes: int
) -> list[SimulatedAnnotator]:
    """Choose who answers a task: `votes` different annotators, evenly over many tasks."""
    ranked = sorted(annotators, key=lambda a: _draws(f"turn\n{seed}\n{a.number}\n{key}"))
    return ranked[:votes]


def annotate(
    url: str,
    project: int,
    annotators: Sequence[SimulatedAnnotator],
    truths: Mapping[str, str],
    form: Form,
    policy: LabellingPolicy,
    *,
    seed: int,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Let the annotators answer every task of a project whose truth is known.

    What an annotator has answered before is left as it is, so that a second run goes on where
    the first one stopped.

    Args:
        url: Where Label Studio answers.
        project: The number of the project.
        annotators: At least as many as votes are asked for.
        truths: The true value by task key.
        form: The project's labelling configuration.
        policy: The question, its values and the votes asked for each task.
        seed: Fixes every answer.
        progress: Called after each answer with the answers given and those there will be.

    Returns:
        How many answers were given.

    Raises:
        OutsideError: Label Studio does not list its tasks.
        TransientError: Some answers did not get through.
    """
    given = 0
    # Each request has a connection of its own. Label Studio's development server sends headers
    # and body apart, so on a kept connection each answer waits 40 ms for an acknowledgement.
    alone = {"Connection": "close"}
    with httpx.Client(base_url=url, headers=alone, timeout=60, trust_env=False) as client:
        for _ in range(ROUNDS):
            listed = _tasks(client, project, annotators[0].account)
            todo = _open_tasks(listed, annotators, truths, policy.votes, seed)
            expected = given + len(todo)
            # One at a time: SQLite lets writers that meet wait for seconds.
            for task in todo:
                truth = truths[task.key]
                value = simulated_answer(seed, task.annotator, task.key, truth, policy.values)
                if _post(client, task, _result(form, policy, value)):
                    given += 1
                    progress(given, expected)
            if given == expected:
                return given
    raise TransientError(SERVICE, "annotate", f"{expected - given} answers did not get through")


def _open_tasks(
    listed: Iterable[Mapping[str, Any]],
    annotators: Sequence[SimulatedAnnotator],
    truths: Mapping[str, str],
    votes: int,
    seed: int,
) -> list[_Open]:
    return [
        _Open(annotator=annotator, task_id=task["id"], key=task["data"][KEY])
        for task in listed
        if task["data"].get(KEY) in truths
        for annotator in chosen_annotators(seed, annotators, task["data"][KEY], votes)
        if annotator.account.user_id not in task[_ANSWERED_BY]
    ]


def _tasks(client: httpx.Client, project: int, account: Account) -> Iterator[Mapping[str, Any]]:
    seen, page, total = 0, 1, 1
    while seen < total:
        query: dict[str, int | str] = {
            "project": project,
            "page": page,
            "page_size": _PAGE_SIZE,
            "include": f"id,data,{_ANSWERED_BY}",
            # Without all fields the list of who answered is there, but empty.
            "fields": "all",
        }
        try:
            response = client.get("/api/tasks/", params=query, headers=_as_user(account))
            listed = response.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise OutsideError(SERVICE, "list tasks", type(error).__name__) from None
        yield from listed["tasks"]
        seen, page = seen + len(listed["tasks"]), page + 1
        total = listed["total"] if listed["tasks"] else 0


def _post(client: httpx.Client, task: _Open, result: Mapping[str, Any]) -> bool:
    """Send one answer; give whether it surely arrived."""
    path = f"/api/tasks/{task.task_id}/annotations/"
    user = _as_user(task.annotator.account)
    try:
        response = client.post(path, json={"result": [result]}, headers=user)
    except httpx.HTTPError:
        return False
    return response.status_code == httpx.codes.CREATED


def _as_user(account: Account) -> dict[str, str]:
    return {"Authorization": f"Token {account.token}"}


def _result(form: Form, policy: LabellingPolicy, value: str) -> dict[str, Any]:
    held: Any = [value] if policy.kind == "choices" else int(value)
    return {
        "from_name": policy.question,
        "to_name": form.targets[policy.question],
        "type": policy.kind,
        "value": {policy.kind: held},
    }


def _draws(text: str) -> tuple[float, float]:
    """Give two numbers in `[0, 1)` that `text` alone decides."""
    digest = hashlib.sha256(f"datacoop.demo.v1\n{text}".encode()).digest()
    first, second = int.from_bytes(digest[:7], "big"), int.from_bytes(digest[7:14], "big")
    return first / 2**56, second / 2**56
