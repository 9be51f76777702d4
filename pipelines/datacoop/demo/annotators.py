"""Simulated annotators: scripts that sign in at the gateway, ask what is next, and answer it.

They know the true answer and err at a known rate, so that labels made from their votes can be
measured. Whatever shows their work says that they are simulated.
"""

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import httpx

from datacoop.errors import OutsideError, TransientError
from datacoop.label.form import Form
from datacoop.records.digest import canonical_json
from datacoop.records.policies import LabellingPolicy

SERVICE = "the gateway"
TRIES = 5
"""How often a request is sent, should it fail; the gateway takes an answer once."""

_WAIT_SECONDS = 0.5
_CSRF = re.compile(r'name="csrf" value="(\w+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedAnnotator:
    """A script that plays one annotator."""

    email: str
    password: str = field(repr=False)
    number: int
    """Its place among the annotators, from 0: with the seed it fixes all of its answers."""
    error_rate: float
    """The share of tasks that it answers wrongly, in `[0, 1]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of one task."""

    key: str
    """The record id in hex, which annotators never see."""
    value: str


Truths = Mapping[bytes, Truth]
"""By what is shown of the task: `shown_key` of its data."""


def shown_key(data: Mapping[str, Any]) -> bytes:
    """Give what tells a task from others by what annotators see of it."""
    return canonical_json(dict(data))


def simulated_answer(
    seed: int, annotator: SimulatedAnnotator, key: str, truth: str, values: Sequence[str]
) -> str:
    """Give the truth, or at the annotator's error rate one of the other values."""
    chance, choice = _draws(f"answer\n{seed}\n{annotator.number}\n{key}")
    wrong = [value for value in values if value != truth]
    if chance >= annotator.error_rate or not wrong:
        return truth
    return wrong[int(choice * len(wrong))]


class Browser:
    """What one annotator sends to the gateway, signed in as long as the `with` block lasts."""

    def __init__(self, origin: str, annotator: SimulatedAnnotator) -> None:
        """Prepare; nothing is sent yet.

        Args:
            origin: Where the gateway answers.
            annotator: Who signs in.
        """
        self.annotator = annotator
        headers = {"Origin": origin}
        self._client = httpx.Client(base_url=origin, headers=headers, timeout=60, trust_env=False)

    def __enter__(self) -> "Browser":
        """Sign in.

        Raises:
            OutsideError: The gateway does not let this annotator in.
        """
        fields = {"email": self.annotator.email, "password": self.annotator.password}
        answer = self._send("POST", "/sign-in", data=fields)
        found = _CSRF.search(self._send("GET", "/").text) if answer.is_redirect else None
        if found is None:
            raise OutsideError(SERVICE, "sign in", f"HTTP {answer.status_code}")
        self._client.headers["X-Datacoop-Csrf"] = found[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._client.close()

    def next_task(self, project: int) -> Mapping[str, Any] | None:
        """Give the task to work on, none where nothing is open.

        Raises:
            OutsideError: The gateway refuses.
            TransientError: It does not answer.
        """
        query: dict[str, str | int] = {"id": "next_task", "project": project}
        answer = self._send("POST", "/api/dm/actions", params=query, json={})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if not answer.is_success:
            raise OutsideError(SERVICE, "give a task", f"HTTP {answer.status_code}")
        task: Mapping[str, Any] = answer.json()
        return task

    def answer(self, task: int, result: Mapping[str, Any]) -> None:
        """Answer a task.

        Raises:
            OutsideError: The gateway refuses the answer.
            TransientError: It does not answer.
        """
        body = {"result": [result]}
        answer = self._send("POST", f"/api/tasks/{task}/annotations", json=body)
        # A conflict says that an earlier try got through after all.
        if not answer.is_success and answer.status_code != httpx.codes.CONFLICT:
            raise OutsideError(SERVICE, "take an answer", f"HTTP {answer.status_code}")

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:  # noqa: ANN401
        detail = ""
        for _ in range(TRIES):
            try:
                answer = self._client.request(method, path, **content)
            except httpx.HTTPError as error:
                detail = type(error).__name__
            else:
                is_later = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
                if not is_later and answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                    return answer
                detail = f"HTTP {answer.status_code}"
            time.sleep(_WAIT_SECONDS)
        raise TransientError(SERVICE, f"{method} {path}", detail)


def annotate(
    browsers: Sequence[Browser],
    project: int,
    truths: Truths,
    form: Form,
    policy: LabellingPolicy,
    *,
    seed: int,
    progress: Callable[[int], None] = lambda _given: None,
) -> int:
    """Let annotators answer tasks, one each in turn, until nothing is open for any of them.

    One at a time: Label Studio's SQLite lets writers that meet wait for seconds, and the same
    order gives the same play.

    Args:
        browsers: Annotators who are signed in.
        project: The number of the project.
        truths: What is true of each task.
        form: The project's labelling configuration.
        policy: The question and its values.
        seed: Fixes every answer.
        progress: Called after each answer with the answers given.

    Returns:
        How many answers were given.

    Raises:
        OutsideError: The gateway refuses.
        TransientError: It does not answer.
    """
    given, is_open = 0, True
    while is_open:
        is_open = False
        for browser in browsers:
            # Asked again also after nothing was open: answers of others may open something.
            task = browser.next_task(project)
            if task is not None:
                truth = truths[shown_key(task["data"])]
                value = simulated_answer(
                    seed, browser.annotator, truth.key, truth.value, policy.values
                )
                browser.answer(task["id"], _result(form, policy, value))
                is_open = True
                given += 1
                progress(given)
    return given


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
