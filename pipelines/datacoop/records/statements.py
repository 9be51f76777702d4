"""The statements that lie beside each version, by the names under which they are trusted."""

STATEMENTS = {
    "card.html": "the card, for people",
    "statistics.json": "the figures of the card, exact",
    "contributions.json": "what each member gave",
    "croissant.json": "Croissant 1.1 with RAI 1.0",
    "openlineage.json": "OpenLineage events",
    "attestation.dsse.json": "in-toto attestation, signed",
    "ai-act.json": "facts for the public summary under Article 53(1)(d) of the EU AI Act",
    "ai-act.md": "the same, to read",
    "odrl.json": "the terms as ODRL policies",
    "licences.json": "licences with their attributions",
}
"""Name and what it is. Each is a target of the collection's role, `<collection>/<version>/<name>`.
"""
