"""Confirmed leaks as gold: the lines that `datacoop models train` and `evaluate scrub` read."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from datacoop.label.audit_marks import Span
from datacoop.label.audit_text import shown_texts, text_ranges


def gold_lines(
    record_id: bytes, language: str, payload: Mapping[str, Any], spans: Iterable[Span]
) -> str:
    """Give a line of gold for each column with a leak: what the scrub should have found there.

    Privacy: holds what leaked; for the landing store of the record's member.

    Args:
        spans: Places in `audit_text` of the payload.
    """
    marked = sorted(set(spans))
    texts = shown_texts(payload)
    rows = []
    for name, (low, high) in text_ranges(payload).items():
        inside = [
            {"start": s.start - low, "end": s.end - low, "label": s.kind, "kind": "DIRECT"}
            for s in marked
            if low <= s.start and s.end <= high
        ]
        if inside:
            id = f"leak-{record_id.hex()}-{name}"
            rows.append({"id": id, "lang": language, "text": texts[name], "spans": inside})
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
