"""A leak that no scrub can know, planted on purpose, and simulated auditors who find it.

The nickname is made up and looks like an everyday word. It stands in three rows: two that are drawn
for the audit early, since the play is to show a find, and one that is found by these.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from datacoop.demo.annotators import Browser
from datacoop.demo.data import DemoSubmission
from datacoop.jobs.audit_status import LanguageStanding
from datacoop.label.audit_marks import NOTHING, NOTHING_LEFT, SPANS
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


def audit_tasks(browser: Browser, project: int) -> int:
    """Let a simulated auditor read all that is open: it marks the nickname, and nothing else.

    Returns:
        How many tasks it read.

    Raises:
        OutsideError: The gateway refuses.
        TransientError: It does not answer.
    """
    read = 0
    while (task := browser.next_task(project)) is not None:
        browser.answer(task["id"], _mark(task["data"]["text"]))
        read += 1
    return read


def _mark(text: str) -> dict[str, Any]:
    start = text.find(NICKNAME)
    if start < 0:
        value: dict[str, Any] = {"choices": [NOTHING_LEFT]}
        return {"from_name": NOTHING, "to_name": "text", "type": "choices", "value": value}
    end = start + len(NICKNAME)
    value = {"start": start, "end": end, "text": text[start:end], "labels": ["PERSON"]}
    return {"from_name": SPANS, "to_name": "text", "type": "labels", "value": value}
