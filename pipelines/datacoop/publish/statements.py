"""The statements of a version, by name: pure functions of its facts."""

from datacoop.publish.ai_act import ai_act, ai_act_page
from datacoop.publish.card import card
from datacoop.publish.contributions import contributions_json
from datacoop.publish.croissant import croissant
from datacoop.publish.description import describe
from datacoop.publish.facts import VersionFacts
from datacoop.publish.lineage import lineage_events
from datacoop.publish.terms_statements import licences, odrl
from datacoop.records.digest import canonical_json


def statements(facts: VersionFacts) -> dict[str, bytes]:
    """Write every statement of a version but the attestation, which is signed.

    Names are those of `records/statements.py`. Equal facts give equal bytes.
    """
    described = describe(facts)
    summary = ai_act(facts, described)
    written = {
        "statistics.json": described,
        "contributions.json": contributions_json(facts),
        "croissant.json": croissant(facts, described),
        "openlineage.json": lineage_events(facts),
        "ai-act.json": summary,
        "odrl.json": odrl(facts),
        "licences.json": licences(facts),
    }
    return {name: canonical_json(value) for name, value in written.items()} | {
        "ai-act.md": ai_act_page(summary).encode(),
        "card.html": card(described).encode(),
    }
