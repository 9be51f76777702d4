"""A version as a Croissant file, by which catalogues and loaders know it.

Sources: MLCommons Croissant 1.1, Croissant RAI 1.0.
"""

from typing import Any

import pyarrow as pa

from datacoop.pool.snapshot import SnapshotManifest
from datacoop.publish.facts import VersionFacts
from datacoop.publish.limits import LIMITS, duplicates_settled
from datacoop.records.collection import Collection
from datacoop.records.columns import release_schema

CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
_ARROW = "application/vnd.apache.arrow.file"

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(facts: VersionFacts, described: dict[str, Any]) -> dict[str, Any]:
    """Give a version as Croissant JSON-LD.

    Args:
        described: What `describe` gives for it.
    """
    manifest = facts.manifest
    licences = sorted({terms.spdx for terms in manifest.terms.values()})
    holders = sorted({terms.rights_holder for terms in manifest.terms.values()})
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": {"en": f"{manifest.collection}-{manifest.version}"},
        "description": {"en": described["description"]},
        "version": f"{manifest.version}.0.0",
        "datePublished": manifest.as_of,
        "license": [_licence(spdx) for spdx in licences],
        "creator": [{"@type": "sc:Organization", "name": {"en": name}} for name in holders],
        "inLanguage": sorted(one["language"] for one in described["languages"]),
        "keywords": sorted(facts.collection.domains),
        "citeAs": f"datacoop {facts.name}, sha256 {facts.snapshot}",
        "isLiveDataset": False,
        **_amended(manifest),
        "distribution": _files(facts),
        "recordSet": [_records(facts.collection)],
        **_responsible(facts, described),
    }


def _amended(manifest: SnapshotManifest) -> dict[str, str]:
    if manifest.amends is None:
        return {}
    of = f"datacoop {manifest.collection} version {manifest.amends}"
    return {"isBasedOn": f"{of}, withdrawn; without the rows that went since"}


def _licence(spdx: str) -> str:
    own = spdx.startswith("LicenseRef-") or " " in spdx
    return spdx if own else f"https://spdx.org/licenses/{spdx}.html"


def _files(facts: VersionFacts) -> list[dict[str, Any]]:
    shards = [
        {
            "@type": "cr:FileObject",
            "@id": f"shard-{number:05d}",
            "name": {"en": f"shard-{number:05d}"},
            "description": {"en": f"{shard.rows} rows of the split {shard.split}."},
            "contentUrl": f"blobs/sha256/{shard.sha256}",
            "contentSize": f"{shard.size_bytes} B",
            "encodingFormat": _ARROW,
            "sha256": shard.sha256,
        }
        for number, shard in enumerate(facts.manifest.shards)
    ]
    whole = {
        "@type": "cr:FileSet",
        "@id": "shards",
        "name": {"en": "shards"},
        "description": {"en": "All shards: Arrow IPC files of one schema."},
        "containedIn": [{"@id": shard["@id"]} for shard in shards],
        "encodingFormat": _ARROW,
        "includes": "*",
    }
    return [*shards, whole]


def _records(collection: Collection) -> dict[str, Any]:
    schema = release_schema(collection.payload_schema)
    return {
        "@type": "cr:RecordSet",
        "@id": "records",
        "name": {"en": "records"},
        "key": {"@id": "records/record_id"},
        "field": [_field(field) for field in schema],
    }


def _field(field: pa.Field) -> dict[str, Any]:
    name = f"records/{field.name}"
    shown: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": name,
        "name": {"en": name},
        "source": {"fileSet": {"@id": "shards"}, "extract": {"column": field.name}},
    }
    inner = field.type
    if pa.types.is_list(inner):
        shown |= {"isArray": True, "arrayShape": "-1"}
        inner = inner.value_type
    if not pa.types.is_struct(inner):
        return shown | {"dataType": _type(inner)}
    parts = [
        {
            "@type": "cr:Field",
            "@id": f"{name}/{part.name}",
            "name": {"en": f"{name}/{part.name}"},
            "dataType": _type(part.type),
            "source": {
                "fileSet": {"@id": "shards"},
                "extract": {"column": field.name},
                "transform": {"jsonPath": f"$[*].{part.name}"},
            },
        }
        for part in inner
    ]
    return shown | {"subField": parts}


def _type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "cr:Int32" if kind == pa.int32() else "cr:Int64"
    if pa.types.is_floating(kind):
        return "cr:Float64"
    return "sc:Boolean" if pa.types.is_boolean(kind) else "sc:Text"


def _responsible(facts: VersionFacts, described: dict[str, Any]) -> dict[str, Any]:
    """Say what Croissant RAI asks for, as far as the pool knows it."""
    days = sorted(day for s in facts.submissions for day in s.collected or ())
    people = sorted({who for s in facts.submissions for who in s.people})
    policy, labelling = described["scrub"], described["labelling"]
    found: dict[str, Any] = {
        "rai:dataCollection": "Members submitted their own files under signed terms; "
        "each row names its member and submission.",
        "rai:dataCollectionType": ["Secondary Data Analysis"],
        "rai:dataPreprocessingProtocol": [
            f"Personal data was replaced under the scrub policy {policy['policy']}.",
            "Rows that broke a rule were held back; "
            f"{duplicates_settled(facts.collection.release)}.",
        ],
        "rai:dataUseCases": [f"Permitted purposes: {', '.join(facts.manifest.purposes)}."],
        "rai:dataLimitations": list(LIMITS),
        "rai:personalSensitiveInformation": [
            f"The raw data speaks of: {', '.join(people) or 'nobody that was named'}.",
            "Direct identifiers were looked for and replaced; some may be left.",
        ],
        "rai:dataReleaseMaintenancePlan": "Versions never change. One that holds a submission "
        "that was taken back is withdrawn; the next version lacks it.",
    }
    if days:
        found["rai:dataCollectionTimeFrame"] = [days[0], days[-1]]
    if facts.statistics.labelled:
        found |= {
            "rai:dataAnnotationProtocol": f"Annotators answered {labelling['question']!r} "
            f"({labelling['kind']}); at most {labelling['votes']} votes a row, decided by the rule "
            f"{labelling['rule']!r}.",
            "rai:dataAnnotationPlatform": ["Label Studio"],
            "rai:annotationsPerItem": f"at most {labelling['votes']}",
        }
    return found
