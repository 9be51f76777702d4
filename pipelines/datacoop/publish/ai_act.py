"""What a provider needs of a version for its public summary under the EU AI Act.

Regulation (EU) 2024/1689, Article 53(1)(d); sections as in the Commission's template of 24 July
2025. The pool fills in what it knows of its part of the training data, in facts; what only the
provider of a model knows is left to the provider, and named.
"""

from typing import Any

from datacoop.publish.facts import VersionFacts
from datacoop.publish.limits import duplicates_settled
from datacoop.records.small_counts import told

SCHEMA = "datacoop.ai-act-summary.v1"
PROVIDER = "for the provider of the model to say"
LICENSED = "2.2.1 Datasets commercially licensed by rightsholders or their representatives"
TEXT_AND_DATA_MINING = (
    "3.1 Respect of reservation of rights from text and data mining exception or limitation"
)
_NONE = "none"
_BILLION = 1_000_000_000
_TEXT_CLASSES = ("less than 1 billion tokens", "1 billion to 10 trillion tokens")


def ai_act(facts: VersionFacts, described: dict[str, Any]) -> dict[str, Any]:
    """Give the summary by sections of the template, as plain JSON."""
    return {
        "schema": SCHEMA,
        "collection": facts.manifest.collection,
        "version": facts.manifest.version,
        "snapshot": facts.snapshot,
        "1 General information": {
            "1.1 Provider identification": PROVIDER,
            "1.2 Model identification": PROVIDER,
            "1.3 Modalities, overall training data size and other characteristics": _size(
                facts, described
            ),
        },
        "2 List of data sources": {
            "2.1 Publicly available datasets": _NONE,
            "2.2 Private non-publicly available datasets obtained from third parties": {
                LICENSED: [_source(facts, one) for one in described["submissions"]],
                "2.2.2 Private datasets obtained from other third parties": _NONE,
            },
            "2.3 Data crawled and scraped from online sources": "none by the pool; what a member "
            "collected, its submission says",
            "2.4 User data": "none of the provider's services",
            "2.5 Synthetic data": "none made by the pool; names and numbers that the scrub put in "
            "the place of personal data are made up",
            "2.6 Other sources of data": _NONE,
        },
        "3 Data processing aspects": {
            TEXT_AND_DATA_MINING: "Each submission says whether "
            "its rights holder reserved text and data mining. Rows with a reservation, or whose "
            "terms do not permit the purposes of the version, are not in it.",
            "3.2 Removal of illegal content": "Annotators can report content as harmful; a "
            "reported row is held. No filter for illegal content was run.",
            "3.3 Other information": [
                f"Personal data replaced under the scrub policy {described['scrub']['policy']}",
                "rows checked against the expectations of the collection",
                duplicates_settled(facts.collection.release),
            ],
        },
    }


def _size(facts: VersionFacts, described: dict[str, Any]) -> dict[str, Any]:
    totals = described["totals"]
    # No tokenizer makes more tokens than a text has bytes.
    is_small = totals["utf8_bytes"] < _BILLION
    days = sorted(day for s in facts.submissions for day in s.collected or ())
    return {
        "modality": "text",
        "size class": _TEXT_CLASSES[0] if is_small else PROVIDER,
        "rows": totals["rows"],
        "characters": totals["characters"],
        "utf8_bytes": totals["utf8_bytes"],
        "languages": {one["language"]: told(one["rows"]) for one in described["languages"]},
        "domains": described["domains"],
        "collected from": days[0] if days else "not stated",
        "collected to": days[-1] if days else "not stated",
        "types of content": described["title"],
        "countries of the members": sorted(
            {one["country"] for one in described["members"] if one["rows"]}
        ),
    }


def _source(facts: VersionFacts, submission: dict[str, Any]) -> dict[str, Any]:
    terms = facts.manifest.terms[submission["terms_id"]]
    return {
        "submission": submission["submission"],
        "member": submission["member"],
        "rights holder": terms.rights_holder,
        "licence": terms.spdx,
        "attribution": terms.attribution,
        "languages": submission["languages"],
        "rows": submission["rows"],
        "legal basis": submission["legal_basis"] or "not stated",
    }


def ai_act_page(summary: dict[str, Any]) -> str:
    """Write the summary as Markdown, to be taken over into a provider's own."""
    lines = [
        f"# Training content: {summary['collection']} version {summary['version']}",
        "",
        "Facts for the public summary under Article 53(1)(d) of Regulation (EU) 2024/1689, in the",
        f"sections of the template of July 2025. Snapshot: sha256 `{summary['snapshot']}`.",
    ]
    for section, parts in summary.items():
        if section[0].isdigit():
            lines += _section(section, parts, 2)
    return "\n".join(lines) + "\n"


def _section(title: str, value: object, level: int) -> list[str]:
    lines = ["", f"{'#' * level} {title}", ""]
    if not isinstance(value, dict):
        return lines + _plain(value)
    numbered = {k: v for k, v in value.items() if k[0].isdigit()}
    lines += [f"- {k}: {_inline(v)}" for k, v in value.items() if k not in numbered]
    for name, part in numbered.items():
        lines += _section(name, part, level + 1)
    return lines


def _plain(value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [f"- {_inline(one)}" for one in listed]


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{k}: {_inline(v)}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
