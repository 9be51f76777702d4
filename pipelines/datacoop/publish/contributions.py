"""What each member gave to a version. The rule stands in docs/contributions.md."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from datacoop.publish.facts import VersionFacts
from datacoop.records.columns import MEMBER
from datacoop.records.small_counts import about_whole

SCHEMA = "datacoop.contributions.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one member gave."""

    member: str
    title: str
    country: str
    submissions: int
    rows_accepted: int
    """Rows of its submissions that passed, before duplicates were taken out; those that are not
    published are told in tens, and as none where they are few."""
    rows: int
    """Rows of the version that it submitted."""
    characters: int
    """Characters of free text in them, after the scrub."""
    clusters: int
    """Clusters of equal or nearly equal texts with a published row to which it gave one, in tens:
    whoever gave one keeps the credit, published or not."""
    unique_rows: int
    """Those of the rows whose cluster holds rows of no other member."""
    unique_permille: int
    """`unique_rows` in a thousand of `rows_accepted`, rounded down."""
    labels_given: int
    """Votes that its annotators gave on the collection."""


def contributions(facts: VersionFacts) -> tuple[Contribution, ...]:
    """Account for every member with a submission or a vote in a version, sorted by id."""
    rows = facts.statistics.rows_by.get(MEMBER, Counter())
    characters = facts.statistics.characters_by.get(MEMBER, Counter())
    known = {s.member for s in facts.submissions} | {m for m in facts.votes if m}
    found = []
    for member in sorted(known):
        sent = [s for s in facts.submissions if s.member == member]
        accepted = about_whole(sum(s.rows for s in sent), rows[member])
        credit = facts.manifest.credits.get(member, {})
        unique = rows[member] - facts.shared[member]
        about = facts.members.get(member)
        found.append(
            Contribution(
                member=member,
                title=about.title if about else member,
                country=about.country if about else "",
                submissions=len(sent),
                rows_accepted=accepted,
                rows=rows[member],
                characters=characters[member],
                clusters=credit.get("clusters", 0),
                unique_rows=unique,
                unique_permille=1_000 * unique // accepted if accepted else 0,
                labels_given=facts.votes.get(member, 0),
            )
        )
    return tuple(found)


def contributions_json(facts: VersionFacts) -> dict[str, Any]:
    """Give the account as plain JSON."""
    return {
        "schema": SCHEMA,
        "collection": facts.manifest.collection,
        "version": facts.manifest.version,
        "snapshot": facts.snapshot,
        "members": [asdict(one) for one in contributions(facts)],
        "labels_of_unknown_members": facts.votes.get("", 0),
    }
