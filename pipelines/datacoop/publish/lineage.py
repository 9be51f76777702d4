"""A release as OpenLineage events: its run, what went in, what came out.

Source: OpenLineage specification 2-0-2 with the facets named below. Times are the day on which
terms were held against the version, and ids follow from its digest: no clock, no chance.
"""

import uuid
from collections import Counter
from typing import Any

from datacoop.publish.facts import VersionFacts
from datacoop.records.columns import SUBMISSION_ID
from datacoop.records.small_counts import about_whole

PRODUCER = "urn:datacoop"
_SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_FACETS = "https://openlineage.io/spec/facets"


def lineage_events(facts: VersionFacts) -> list[dict[str, Any]]:
    """Give the events of a release: one that it began, one that it is done."""
    published = facts.statistics.rows_by.get(SUBMISSION_ID, Counter())
    moment = f"{facts.manifest.as_of}T00:00:00Z"
    common = {
        "eventTime": moment,
        "producer": PRODUCER,
        "schemaURL": _SCHEMA,
        "run": {
            "runId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:datacoop:{facts.snapshot}")),
            "facets": {"processing_engine": _engine(facts)},
        },
        "job": {
            "namespace": PRODUCER,
            "name": f"release.{facts.manifest.collection}",
            "facets": {
                "jobType": _facet("2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet")
                | {"processingType": "BATCH", "integration": "DATACOOP", "jobType": "JOB"}
            },
        },
        "inputs": [_input(s.id, about_whole(s.rows, published[s.id])) for s in facts.submissions],
    }
    return [
        {**common, "eventType": "START", "outputs": []},
        {**common, "eventType": "COMPLETE", "outputs": [_output(facts)]},
    ]


def _facet(place: str) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{_FACETS}/{place}"}


def _engine(facts: VersionFacts) -> dict[str, Any]:
    place = "1-1-1/ProcessingEngineRunFacet.json#/$defs/ProcessingEngineRunFacet"
    return _facet(place) | {"name": "datacoop", "version": facts.manifest.code_version}


def _input(submission: str, rows: int) -> dict[str, Any]:
    place = "1-0-3/DataQualityMetricsInputDatasetFacet.json"
    metrics = _facet(f"{place}#/$defs/DataQualityMetricsInputDatasetFacet")
    return {
        "namespace": PRODUCER,
        "name": f"submission.{submission}",
        "inputFacets": {"dataQualityMetrics": metrics | {"rowCount": rows, "columnMetrics": {}}},
    }


def _output(facts: VersionFacts) -> dict[str, Any]:
    manifest = facts.manifest
    version = _facet("1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet")
    columns = _facet("1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet")
    size = _facet("1-0-2/OutputStatisticsOutputDatasetFacet.json")
    size["_schemaURL"] += "#/$defs/OutputStatisticsOutputDatasetFacet"
    return {
        "namespace": PRODUCER,
        "name": f"collection.{manifest.collection}",
        "facets": {
            "version": version | {"datasetVersion": f"{manifest.version}"},
            "schema": columns
            | {"fields": [{"name": c.name, "type": c.type} for c in facts.collection.columns]},
        },
        "outputFacets": {
            "outputStatistics": size
            | {
                "rowCount": manifest.rows,
                "size": sum(shard.size_bytes for shard in manifest.shards),
                "fileCount": len(manifest.shards),
            }
        },
    }
