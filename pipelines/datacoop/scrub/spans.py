"""Findings: where personal data stands in a text, and what happens where two overlap."""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple


class Finding(NamedTuple):
    """One entity in one text, as the half-open character range `[start, end)`."""

    start: int
    end: int
    entity: str
    score: float


def merge_overlaps(text: str, findings: Iterable[Finding]) -> list[Finding]:
    """Part findings that share a character: the surest keeps its place, others what is left.

    Of two as sure, the longer one keeps it, then the one further left, then the name that sorts
    first. A word is never parted: it goes whole to the surer one. So the result depends on the
    set of findings alone and leaves no letter and no digit of any; signs between two are left.

    Returns:
        Sorted findings, none overlapping another.
    """
    parted: list[Finding] = []
    group: list[Finding] = []
    end = 0
    for finding in sorted(set(findings)):
        if group and finding.start >= end:
            parted += _parted(text, group)
            group = []
        end = max(end, finding.end) if group else finding.end
        group.append(finding)
    return parted + _parted(text, group)


def _parted(text: str, group: list[Finding]) -> list[Finding]:
    """Part a group of findings of which each overlaps another."""
    if len(group) < 2:
        return group
    low = group[0].start
    ranked = sorted(group, key=_strength)
    owners = [len(ranked)] * (max(finding.end for finding in group) - low)
    for rank, finding in reversed(list(enumerate(ranked))):
        owners[finding.start - low : finding.end - low] = [rank] * (finding.end - finding.start)
    _keep_words_whole(text, low, owners)
    parts = []
    for rank, places in groupby(range(len(owners)), key=owners.__getitem__):
        taken = list(places)
        start, end = low + taken[0], low + taken[-1] + 1
        while start > ranked[rank].start and start < end and not text[start].isalnum():
            start += 1
        while end < ranked[rank].end and start < end and not text[end - 1].isalnum():
            end -= 1
        if any(map(str.isalnum, text[start:end])):
            parts.append(ranked[rank]._replace(start=start, end=end))
    return parts


def _keep_words_whole(text: str, low: int, owners: list[int]) -> None:
    """Give each word that is shared to the surest of its owners."""
    start = 0
    for is_word, places in groupby(range(len(owners)), key=lambda at: text[low + at].isalnum()):
        count = sum(1 for _ in places)
        if is_word:
            owners[start : start + count] = [min(owners[start : start + count])] * count
        start += count


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
