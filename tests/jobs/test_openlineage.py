"""Lineage events, sent to a server that takes them as Marquez does."""

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent
from openlineage.client.generated.base import EventType
from openlineage.client.generated.data_quality_metrics_input_dataset import (
    DataQualityMetricsInputDatasetFacet,
)
from openlineage.client.generated.dataset_version_dataset import DatasetVersionDatasetFacet
from openlineage.client.generated.job_type_job import JobTypeJobFacet
from openlineage.client.generated.output_statistics_output_dataset import (
    OutputStatisticsOutputDatasetFacet,
)
from openlineage.client.generated.processing_engine_run import ProcessingEngineRunFacet
from openlineage.client.generated.schema_dataset import (
    SchemaDatasetFacet,
    SchemaDatasetFacetFields,
)
from openlineage.client.serde import Serde
from pooling import build, make_pool, make_records, take_in

from datacoop.errors import OutsideError, SettingsError
from datacoop.jobs.openlineage import send_events
from datacoop.jobs.stating import version_facts
from datacoop.pool.object_store import open_store
from datacoop.publish.statements import statements


@contextmanager
def lineage_server(status: int = 201) -> Iterator[tuple[str, list[Any]]]:
    taken: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append((self.path, self.headers["Content-Type"], json.loads(body)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep the test's output quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/marquez", taken
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def events() -> bytes:
    pool = make_pool(open_store("memory://lineage"))
    take_in(pool, make_records("harbour-1", 9), "harbour-1")
    return statements(version_facts(pool, build(pool).manifest, {}))["openlineage.json"]


def test_each_event_has_what_the_specification_asks_for(events: bytes) -> None:
    start, complete = json.loads(events)
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"]
    for event in (start, complete):
        datetime.fromisoformat(event["eventTime"])
        assert uuid.UUID(event["run"]["runId"]).version == 5
        assert event["producer"].startswith("urn:")
        assert event["schemaURL"].startswith("https://openlineage.io/spec/")
        assert {"namespace", "name"} <= event["job"].keys()
        assert [one["name"] for one in event["inputs"]] == ["submission.harbour-1"]
    facets = complete["outputs"][0]["facets"] | complete["outputs"][0]["outputFacets"]
    for facet in facets.values():
        assert {"_producer", "_schemaURL"} <= facet.keys()


FACETS: dict[str, type[Any]] = {
    "jobType": JobTypeJobFacet,
    "processing_engine": ProcessingEngineRunFacet,
    "dataQualityMetrics": DataQualityMetricsInputDatasetFacet,
    "outputStatistics": OutputStatisticsOutputDatasetFacet,
    "version": DatasetVersionDatasetFacet,
    "schema": SchemaDatasetFacet,
}
"""The classes that OpenLineage makes of its published schemas."""


def read_back(name: str, facet: dict[str, Any]) -> dict[str, Any]:
    """Give a facet as OpenLineage's own client writes it."""
    values = {key: value for key, value in facet.items() if not key.startswith("_")}
    if name == "schema":
        values["fields"] = [SchemaDatasetFacetFields(**one) for one in values["fields"]]
    made = Serde.to_dict(FACETS[name](**values, producer=facet["_producer"]))
    if name == "schema":
        made["fields"] = [{k: v for k, v in f.items() if v != []} for f in made["fields"]]
    return made


def test_events_are_what_openlineage_s_own_client_writes(events: bytes) -> None:
    seen = set()
    for event in json.loads(events):
        made = Serde.to_dict(
            RunEvent(
                eventTime=event["eventTime"],
                producer=event["producer"],
                run=Run(runId=event["run"]["runId"]),
                job=Job(namespace=event["job"]["namespace"], name=event["job"]["name"]),
                eventType=EventType(event["eventType"]),
                inputs=[InputDataset(one["namespace"], one["name"]) for one in event["inputs"]],
                outputs=[OutputDataset(one["namespace"], one["name"]) for one in event["outputs"]],
            )
        )
        assert made.keys() - {"inputs", "outputs"} <= event.keys()
        for name in ("eventTime", "producer", "eventType", "schemaURL"):
            assert made[name] == event[name]
        holders = [event["run"], event["job"], *event["inputs"], *event["outputs"]]
        groups = [
            group for one in holders for key, group in one.items() if key.lower().endswith("facets")
        ]
        for name, facet in (pair for group in groups for pair in group.items()):
            assert read_back(name, facet) == facet, name
            seen.add(name)
    assert seen == set(FACETS)


def test_events_reach_the_server_in_order(events: bytes) -> None:
    with lineage_server() as (url, taken):
        send_events(url, events)
    assert [path for path, _, _ in taken] == ["/marquez/api/v1/lineage"] * 2
    assert [event for _, _, event in taken] == json.loads(events)
    assert {kind for _, kind, _ in taken} == {"application/json"}


def test_a_server_that_does_not_take_them_is_an_outside_failure(events: bytes) -> None:
    with lineage_server(500) as (url, _), pytest.raises(OutsideError, match="status 500"):
        send_events(url, events)
    with pytest.raises(OutsideError, match="ConnectionRefusedError"):
        send_events(url, events)
    with pytest.raises(SettingsError):
        send_events("lineage.example.org", events)
