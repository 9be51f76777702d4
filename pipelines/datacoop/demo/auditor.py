"""A leak that no scrub can know, planted on purpose, and simulated auditors who find it.

The nickname is made up and looks like an everyday word. It stands in three rows: two that are drawn
for the audit early, since the play is to show a find, and one that is found by these.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx

from datacoop.demo.accounts import Account
from datacoop.demo.data import DemoSubmission
from datacoop.errors import TransientError
from datacoop.jobs.audit_status import LanguageStanding
from datacoop.label.audit_marks import NOTHING, NOTHING_LEFT, SPANS
from datacoop.label.label_studio import KEY, SERVICE
from datacoop.label.leak_audit import choose_rows
from datacoop.records.digest import record_id

NICKNAME = "zabbelwock"
COLLECTION = "dialogues"
SUBMISSION = "fr-valclair-dialogues-1"
BOUND_PERMILLE = 150
"""Wide, so that few rows are read: the play is to stay short."""

_STRETCH = re.compile(rb"(?<=[a-z]{3} )[a-z][a-z ]{10,}[a-z](?= [a-z]{3})")
"""Lower-case words amid others, long enough to be written over: no title stands before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRound:
    """What the audit of the play found out."""

    was_refused_before: bool
    """Whether a release was refused while nothing was audited."""
    marks: int
    barred: int
    """Rows barred for the planted leak."""
    gold: int
    languages: tuple[LanguageStanding, ...]


def plant(plays: Sequence[DemoSubmission], key: bytes) -> tuple[DemoSubmission, ...]:
    """Give the submissions with the nickname in three rows; no other byte moves.

    Args:
        key: The secret by which rows are drawn for the audit.
    """
    return tuple(_planted(p, key) if p.submission_id == SUBMISSION else p for p in plays)


def _planted(play: DemoSubmission, key: bytes) -> DemoSubmission:
    file = play.files[0]
    copies = {place for pair in play.exact_duplicates for place in pair}
    starts = {
        record_id(t.submission, t.file, t.position): t.position
        for t in play.labels
        if t.file == 0 and (t.submission, t.file, t.position) not in copies
    }
    wide = [i for i, start in starts.items() if _STRETCH.search(_line(file.content, start))]
    drawn = choose_rows(key, wide, len(wide))
    content = file.content
    for chosen in (*drawn[:2], drawn[-1]):
        start = starts[chosen]
        line = _line(content, start)
        written = _STRETCH.sub(_nickname, line, count=1)
        content = content[:start] + written + content[start + len(line) :]
    return replace(play, files=(replace(file, content=content), *play.files[1:]))


def _nickname(found: re.Match[bytes]) -> bytes:
    return NICKNAME.encode().ljust(found.end() - found.start())


def _line(content: bytes, start: int) -> bytes:
    return content[start : content.index(b"\n", start)]


def audit_tasks(url: str, project: int, auditor: Account, records: Iterable[str] = ()) -> int:
    """Let a simulated auditor read tasks: it marks the nickname, and else says nothing is left.

    Args:
        records: Keys of tasks to read; where there are none, those that nobody has read.

    Returns:
        How many tasks it read.

    Raises:
        TransientError: An answer did not get through.
    """
    headers = {"Authorization": f"Token {auditor.token}", "Connection": "close"}
    wanted, read = frozenset(records), 0
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        try:
            for task in _tasks(client, project):
                key = task["data"][KEY]
                if key in wanted if wanted else not task["annotations"]:
                    body = {"result": [_mark(task["data"]["text"])]}
                    client.post(
                        f"/api/tasks/{task['id']}/annotations/", json=body
                    ).raise_for_status()
                    read += 1
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise TransientError(SERVICE, "audit", type(error).__name__) from None
    return read


def _tasks(client: httpx.Client, project: int) -> list[dict[str, Any]]:
    query: dict[str, int | str] = {"project": project, "page_size": 10_000, "fields": "all"}
    listed: list[dict[str, Any]] = (
        client.get("/api/tasks/", params=query).raise_for_status().json()["tasks"]
    )
    return listed


def _mark(text: str) -> dict[str, Any]:
    start = text.find(NICKNAME)
    if start < 0:
        value: dict[str, Any] = {"choices": [NOTHING_LEFT]}
        return {"from_name": NOTHING, "to_name": "text", "type": "choices", "value": value}
    end = start + len(NICKNAME)
    value = {"start": start, "end": end, "text": text[start:end], "labels": ["PERSON"]}
    return {"from_name": SPANS, "to_name": "text", "type": "labels", "value": value}
