"""Findings: where personal data stands in a text, and what happens where two overlap."""

import re
from collections.abc import Iterable
from typing import NamedTuple


class Finding(NamedTuple):
    """One entity in one text, as the half-open character range `[start, end)`."""

    start: int
    end: int
    entity: str
    score: float


def merge_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    """Join findings that share a character; the surest names the entity.

    Of two as sure, the longer one names it, then the one further left, then the name that
    sorts first. So the result depends on the set of findings alone, and covers the same
    characters: no part of an overlap is ever left in the text.
    """
    merged: list[Finding] = []
    strongest: list[Finding] = []
    for finding in sorted(findings):
        if merged and finding.start < merged[-1].end:
            strongest[-1] = min(strongest[-1], finding, key=_strength)
            best, end = strongest[-1], max(merged[-1].end, finding.end)
            merged[-1] = Finding(merged[-1].start, end, best.entity, best.score)
        else:
            merged.append(finding)
            strongest.append(finding)
    return merged


def _strength(finding: Finding) -> tuple[float, int, int, str]:
    return -finding.score, finding.start - finding.end, finding.start, finding.entity


def placeholder_pattern(entities: Iterable[str]) -> re.Pattern[str]:
    """Give the pattern of what an operator leaves behind for one of `entities`.

    Only entities of the policy, and a tail of the letters that pseudonyms are written in:
    a placeholder that somebody types into a raw text can hide no number and no free text.
    """
    names = "|".join(sorted(map(re.escape, entities), key=lambda name: (-len(name), name)))
    return re.compile(rf"<(?:{names})(?:_[a-p]{{12}})?>")


def outside(findings: Iterable[Finding], ranges: list[tuple[int, int]]) -> list[Finding]:
    """Cut from the findings what lies inside `ranges`, sorted and apart; keep the rest."""
    kept = []
    for finding in findings:
        start = finding.start
        for low, high in ranges:
            if start < low < finding.end:
                kept.append(finding._replace(start=start, end=low))
            if low < finding.end and start < high:
                start = high
        if start < finding.end:
            kept.append(finding._replace(start=start))
    return kept
