"""What of a row's texts is edited and what a policy keeps: the findings after all is said."""

from collections.abc import Mapping
from typing import NamedTuple

from datacoop.records.policies import ScrubPolicy
from datacoop.scrub.carry import PERSON, Known, from_column, from_finding, literal_findings
from datacoop.scrub.operators import is_kept
from datacoop.scrub.rows import Row
from datacoop.scrub.spans import Finding, merge_overlaps
from datacoop.scrub.texts import Place


class Edits(NamedTuple):
    """The findings of one text; each list is sorted, and none in it overlaps another."""

    edited: list[Finding]
    kept: list[Finding]
    """What the policy leaves in the text."""


def row_edits(row: Row, policy: ScrubPolicy) -> dict[Place, Edits]:
    """Give the edits of each text and term of a searched row.

    What is known of the row's people, from its columns and from names found in its texts, is
    edited wherever it stands in the row.
    """
    policy = policy.in_language(row.language)
    known = _known(row, policy.columns)
    edits = {}
    for place, text in (row.texts | row.terms).items():
        found = row.findings[place] + (literal_findings(text, known) if known else [])
        edits[place] = Edits(
            edited=merge_overlaps(text, (one for one in found if not is_kept(one.entity, policy))),
            kept=merge_overlaps(text, (one for one in found if is_kept(one.entity, policy))),
        )
    return edits


def _known(row: Row, personal_columns: Mapping[str, str]) -> frozenset[Known]:
    known = [
        one
        for name, value in row.personal.items()
        for one in from_column(value, personal_columns[name])
    ]
    given = row.texts | row.terms
    for place, found in row.findings.items():
        for one in found:
            if one.entity == PERSON:
                known += from_finding(given[place][one.start : one.end])
    return frozenset(known)
