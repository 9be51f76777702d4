"""The terms of a version for machines: ODRL policies, and the licences with their attributions.

Sources: W3C ODRL Information Model 2.2 and its JSON-LD context; TDM Reservation Protocol (W3C
community group) for the action `mine`; SPDX licence list for the ids.
"""

from collections import Counter
from typing import Any

from datacoop.publish.facts import VersionFacts
from datacoop.records.columns import TERMS_ID
from datacoop.records.terms import Terms

LICENCES_SCHEMA = "datacoop.licences.v1"
_CONTEXT = ["http://www.w3.org/ns/odrl.jsonld", {"tdm": "http://www.w3.org/ns/tdmrep#"}]


def odrl(facts: VersionFacts) -> dict[str, Any]:
    """Give one ODRL policy for each terms that rows of a version stand under."""
    manifest = facts.manifest
    return {
        "@context": _CONTEXT,
        "@graph": [
            _policy(terms_id, terms, f"urn:datacoop:version:{facts.snapshot}:{terms_id}")
            for terms_id, terms in sorted(manifest.terms.items())
        ],
    }


def _policy(terms_id: str, terms: Terms, target: str) -> dict[str, Any]:
    prohibited: list[dict[str, Any]] = [
        {"action": "use", "constraint": [_constraint("purpose", "eq", _purpose(purpose))]}
        for purpose in terms.prohibited_purposes
    ]
    if not terms.derivatives:
        prohibited.append({"action": "derive"})
    if not terms.text_and_data_mining:
        prohibited.append({"action": "tdm:mine"})
    return {
        "@type": "Set",
        "uid": f"urn:datacoop:terms:{terms_id}",
        "profile": "urn:datacoop:odrl:v1",
        "target": target,
        "permission": [
            {
                "action": "use",
                "assigner": {"@type": "Party", "name": terms.rights_holder},
                "constraint": _constraints(terms),
                "duty": [{"action": "attribute", "attributedText": terms.attribution}],
            }
        ],
        "prohibition": prohibited,
    }


def _constraints(terms: Terms) -> list[dict[str, Any]]:
    found = [_constraint("purpose", "isAnyOf", [_purpose(p) for p in terms.permitted_purposes])]
    if terms.jurisdictions:
        places = [f"urn:iso:std:iso:3166:{country}" for country in terms.jurisdictions]
        found.append(_constraint("spatial", "isAnyOf", places))
    if terms.expires is not None:
        day = {"@value": terms.expires, "@type": "http://www.w3.org/2001/XMLSchema#date"}
        found.append(_constraint("dateTime", "lteq", day))
    return found


def _constraint(what: str, operator: str, value: object) -> dict[str, Any]:
    return {"leftOperand": what, "operator": operator, "rightOperand": value}


def _purpose(purpose: str) -> str:
    return f"urn:datacoop:purpose:{purpose}"


def licences(facts: VersionFacts) -> dict[str, Any]:
    """List the licences of a version's rows, each with the attribution that its use owes."""
    rows = facts.statistics.rows_by.get(TERMS_ID, Counter())
    listed = [
        {
            "spdx": terms.spdx,
            "rights_holder": terms.rights_holder,
            "attribution": terms.attribution,
            "terms_id": terms_id,
            "rows": rows[terms_id],
        }
        for terms_id, terms in facts.manifest.terms.items()
    ]
    return {
        "schema": LICENCES_SCHEMA,
        "collection": facts.manifest.collection,
        "version": facts.manifest.version,
        "snapshot": facts.snapshot,
        "licences": sorted(listed, key=lambda one: (str(one["spdx"]), str(one["terms_id"]))),
    }
