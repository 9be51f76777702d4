"""A version in figures: what its card, its summary and a comparison with another are made from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from datacoop.publish.contributions import contributions
from datacoop.publish.facts import VersionFacts
from datacoop.publish.statistics import AGREEMENT_EDGES, LENGTH_EDGES
from datacoop.records.columns import (
    DECIDED_BY,
    LANGUAGE,
    SPLIT,
    SUBMISSION_ID,
    TERMS_ID,
)
from datacoop.records.small_counts import FEW, about

SCHEMA = "datacoop.statistics.v1"


def describe(facts: VersionFacts) -> dict[str, Any]:
    """Give a version in figures, as plain JSON.

    Totals, and what came from whom under which terms, are told exactly. Groups of rows that could
    tell of few people, and what was held back, are told as `records/small_counts.py` has it: 0
    stands for few.
    """
    manifest, found = facts.manifest, facts.statistics
    return {
        "schema": SCHEMA,
        "collection": manifest.collection,
        "version": manifest.version,
        "title": facts.collection.title,
        "description": " ".join(facts.collection.description.split()),
        "domains": list(facts.collection.domains),
        "snapshot": facts.snapshot,
        "previous": manifest.previous,
        "amends": manifest.amends,
        "as_of": manifest.as_of,
        "code_version": manifest.code_version,
        "contract": manifest.contract,
        "log_length": manifest.log_length,
        "log_head": manifest.log_head,
        "purposes": list(manifest.purposes),
        "totals": {
            "rows": found.rows,
            "characters": found.characters,
            "utf8_bytes": found.utf8_bytes,
            "labelled": about(found.labelled),
            "votes": sum(facts.votes.values()),
            "votes_of_unknown_members": about(facts.votes.get("", 0)),
            "shards": len(manifest.shards),
            "size_bytes": sum(shard.size_bytes for shard in manifest.shards),
        },
        "splits": _pairs(found.rows_by.get(SPLIT, Counter())),
        "languages": [
            {
                "language": language,
                "rows": about(rows),
                "characters": found.characters_by[LANGUAGE][language] if rows > FEW else 0,
            }
            for language, rows in _pairs(found.rows_by.get(LANGUAGE, Counter()))
        ],
        "members": [asdict(one) for one in contributions(facts)],
        "submissions": _submissions(facts),
        "lengths": [[edge, about(found.lengths[edge])] for edge in LENGTH_EDGES],
        "labels": _about(found.labels),
        "agreement": [[edge, about(found.agreement[edge])] for edge in AGREEMENT_EDGES],
        "decided_by": _about(found.rows_by.get(DECIDED_BY, Counter())),
        "findings": _about(found.findings),
        "held_back_about": {
            name: about(count)
            for name, count in sorted(manifest.row_counts.items())
            if name != "published"
        },
        "quarantined_about": _quarantined(facts),
        "scrub": _scrub(facts),
        "audit": [
            {"language": language, "rows": k.rows, "sample": k.sample, "most": k.most}
            | {"outcome": k.outcome}
            for language, k in sorted(facts.looks.items())
        ],
        "terms": [
            {
                "terms_id": terms_id,
                "rows": found.rows_by.get(TERMS_ID, Counter())[terms_id],
                **terms.to_json(),
            }
            for terms_id, terms in sorted(manifest.terms.items())
        ],
        "labelling": {
            "question": facts.collection.labelling.question,
            "kind": facts.collection.labelling.kind,
            "votes": facts.collection.labelling.votes,
            "rule": facts.collection.labelling.deciding.rule,
        },
    }


def _pairs(counts: Counter[str]) -> list[list[Any]]:
    """Give names with counts, the most frequent first: names can be in any alphabet, keys not."""
    return [[n, c] for n, c in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]


def _about(counts: Counter[str]) -> list[list[Any]]:
    """Give names with rounded counts, sorted by both, so that the order tells no more."""
    return _pairs(Counter({name: about(count) for name, count in counts.items()}))


def _submissions(facts: VersionFacts) -> list[dict[str, Any]]:
    rows = facts.statistics.rows_by.get(SUBMISSION_ID, Counter())
    return [
        {
            "submission": s.id,
            "member": s.member,
            "rows": rows[s.id],
            "languages": list(s.languages),
            "legal_basis": s.legal_basis,
            "people": list(s.people),
            "collected": list(s.collected or ()),
            "terms_id": s.terms.id,
        }
        for s in facts.submissions
    ]


def _quarantined(facts: VersionFacts) -> list[list[Any]]:
    """Sum up what each submission's intake told: a record more or less in a release moves none."""
    total: Counter[str] = Counter()
    for submission in facts.submissions:
        total.update(submission.quarantined_about)
    return _pairs(total)


def _scrub(facts: VersionFacts) -> dict[str, Any]:
    seen, manifest = facts.evaluation, facts.manifest
    recall: Iterable[tuple[str, tuple[int, int]]] = seen.recall.items() if seen else ()
    return {
        "policy": facts.collection.scrub.id,
        "mode": facts.collection.scrub.mode,
        "countries": list(facts.collection.scrub.countries),
        "entities": sorted(facts.collection.scrub.entities),
        "recall": [[label, found, of] for label, (found, of) in sorted(recall)],
        "is_of_this_code": seen is not None
        and (seen.contract, seen.code_version) == (manifest.contract, manifest.code_version),
    }
