"""Auditors and experts through `datacoop serve gateway`: who is given what, and what is told.

All people are simulated.
"""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from gateways import Person, PoolGateway
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    make_pool,
    make_records,
    submission_body,
)
from tests.web.conftest import add_person

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.jobs.auditing import LeakAudit
from datacoop.jobs.collected import collected_decisions
from datacoop.jobs.collecting import collect_votes
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.labelling import route_tasks
from datacoop.label.label_studio import LabelStudio
from datacoop.pool.blobs import BlobRef, batches_to_bytes, put_blob_list
from datacoop.pool.log import Draft
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.records.collection import parse_collection, read_folder
from datacoop.web.gateway.accounts import StudioUser, make_user
from datacoop_schemas import collection_folder

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

SECRET = b"annotators"
PEOPLE = ("ada", "bob", "cho", "ann", "aud", "eve")
AUDITORS, EXPERTS = ("ann", "aud"), ("eve",)
ROWS = 12
SOON_SECONDS = 60.0
TODAY = "2026-07-02"
NOTHING = {
    "from_name": "nothing",
    "to_name": "text",
    "type": "choices",
    "value": {"choices": ["nothing_left"]},
}
MARK = {
    "from_name": "leak",
    "to_name": "text",
    "type": "labels",
    "value": {"start": 0, "end": 4, "labels": ["PERSON"]},
}


@dataclass(kw_only=True)
class Stage:
    pool: Pool
    studio: LabelStudio
    gateway: PoolGateway
    audit: LeakAudit
    labelling: int
    auditing: int
    rows: int
    """Rows that auditors are to read."""

    def person(self, name: str) -> Person:
        somebody = Person(self.gateway.origin)
        assert somebody.sign_in(f"{name}@example.org").status == 303
        return somebody

    def collect(self) -> Any:
        return collect_votes(
            self.pool, COLLECTION, self.studio, OPERATOR, SECRET, created_utc=CREATED
        )


@pytest.fixture
def stage(tmp_path: Path, server: LabelStudioServer, studio: LabelStudio) -> Iterator[Stage]:
    pool = make_pool(open_store(str(tmp_path / "pool")), trust=False)
    files = read_folder(collection_folder(COLLECTION))
    policy = "votes: 3\n  deciding: {expert_below_percent: 90}\n"
    contract = files["collection.yaml"].replace("votes: 3\n", policy)
    contract = contract.replace("release:\n", "release:\n  leak_bound_permille: 10\n")
    forget_projects(server)
    made = parse_collection({**files, "collection.yaml": contract})
    add_collection(pool, made, OPERATOR, created_utc=CREATED)
    batch = make_records("meadow-1", ROWS, member="meadow")
    for field in made.payload_schema:
        if field.name not in batch.schema.names:
            batch = batch.append_column(field, pa.nulls(ROWS, field.type))
    ref = pool.put_blob(batches_to_bytes(batch.schema, [batch]))
    records = put_blob_list(pool.store, [BlobRef(ref, ROWS)])
    body = submission_body(
        "meadow-1", "meadow", records=records, rows=ROWS, labelling_wanted=True, languages=["en"]
    )
    draft = Draft(kind="submission_taken", body=body, blobs=(records,))
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)
    users = {name: make_user(server.url, server.token, b"key") for name in PEOPLE}
    audit = LeakAudit(
        pool=pool,
        name=COLLECTION,
        studio=studio,
        operator=OPERATOR,
        annotator_key=SECRET,
        auditors=frozenset(users[name].user_id for name in AUDITORS),
        landing=lambda member: open_store(str(tmp_path / "landing" / member)),
    )
    routed = route_tasks(pool, COLLECTION, studio, OPERATOR, created_utc=CREATED)
    audited = audit.route(as_of=TODAY, created_utc=CREATED)
    assert 5 < audited.rows_sent <= ROWS
    gateway = PoolGateway(tmp_path, server.url, [])
    write_settings(gateway, server, users)
    for name, user in users.items():
        add_person(gateway, user, f"{name}@example.org")
    os.environ["LABEL_STUDIO_TOKEN"] = server.token
    with gateway:
        yield Stage(
            pool=pool,
            studio=studio,
            gateway=gateway,
            audit=audit,
            labelling=routed.project,
            auditing=audited.project,
            rows=audited.rows_sent,
        )
    del os.environ["LABEL_STUDIO_TOKEN"]


def forget_projects(server: LabelStudioServer) -> None:
    """Delete what other tests left: projects are known by the collection's name."""
    token = {"Authorization": f"Token {server.token}"}
    with httpx.Client(base_url=server.url, headers=token, timeout=60) as client:
        for project in client.get("/api/projects/?page_size=1000").json()["results"]:
            if f" {COLLECTION}" in project["description"]:
                client.delete(f"/api/projects/{project['id']}/").raise_for_status()


def write_settings(
    gateway: PoolGateway, server: LabelStudioServer, users: Mapping[str, StudioUser]
) -> None:
    origin = gateway.origin
    (gateway.folder / "annotator.key").write_bytes(SECRET)
    auditors, experts = ([users[name].user_id for name in names] for names in (AUDITORS, EXPERTS))
    (gateway.folder / "datacoop.toml").write_text(
        f'pool = "pool"\nannotator_key = "annotator.key"\n[label_studio]\nurl = "{server.url}"\n'
        f"auditors = {auditors}\nexperts = {experts}\n"
        f'[gateway]\norigin = "{origin}"\nlisten = "{origin.removeprefix("http://")}"\n'
        'store = "gateway.db"\nkey = "gateway.key"\n',
        encoding="utf-8",
    )


def patiently(send: Any, *arguments: Any) -> Any:
    """Send until it is not too much."""
    while (answer := send(*arguments)).status == 429:
        time.sleep(0.5)
    return answer


def follow(person: Person, project: int) -> dict[str, Any] | None:
    answer = patiently(person.next_task, project)
    assert answer.status in (200, 404), answer.body
    found: dict[str, Any] | None = answer.json() if answer.status == 200 else None
    return found


def say(person: Person, task: Mapping[str, Any], *result: Mapping[str, Any]) -> int:
    path = f"/api/tasks/{task['id']}/annotations"
    status: int = patiently(person.send, "POST", path, {"result": list(result)}).status
    return status


def test_auditors_are_given_rows_and_a_second_one_what_the_first_has_marked(stage: Stage) -> None:
    ada, ann, aud = (stage.person(name) for name in ("ada", "ann", "aud"))
    link = f'href="/projects/{stage.auditing}/'
    assert link in ann.send("GET", "/").body.decode()
    assert link not in ada.send("GET", "/").body.decode()
    project = stage.auditing
    for target in (f"/projects/{project}/data?labeling=1", f"/api/projects/{project}"):
        assert ada.send("GET", target).status == 404
    assert follow(ada, project) is None
    read, marked = [], ""
    while task := follow(ann, project):
        # Somebody else's task is nobody's, whatever its number is.
        assert aud.send("GET", f"/api/tasks/{task['id']}").status == 404
        marked = marked or task["data"]["text"]
        mine = MARK if task["data"]["text"] == marked else NOTHING
        assert say(ann, task, mine) == 201
        read.append(task)
    assert len(read) == len({task["data"]["text"] for task in read}) == stage.rows
    second = follow(aud, project)
    assert second is not None
    assert second["data"]["text"] == marked
    # That it was read before is told by nothing but that there is no other one.
    alike = {**second, "id": 0, "inner_id": 0, "data": 0}
    assert alike == {**read[0], "id": 0, "inner_id": 0, "data": 0}
    stage.gateway.kill()
    stage.gateway.start()
    assert follow(aud, project) == second
    assert follow(ann, project) is None
    assert say(aud, second, MARK) == 201
    assert follow(aud, project) is None
    collected = stage.audit.collect(as_of=TODAY, created_utc=CREATED)
    assert (collected.marks_new, collected.invalid) == (stage.rows + 1, {})
    assert len(collected.confirmed) == 1


def test_experts_are_given_what_is_disputed_with_the_votes_unnamed(stage: Stage) -> None:
    voters = [stage.person(name) for name in ("ada", "bob", "cho")]
    eve = stage.person("eve")
    disputed = ""
    for person, value in zip(voters, ("family", "criminal", "housing"), strict=True):
        while task := follow(person, stage.labelling):
            disputed = disputed or task["data"]["text"]
            said = value if task["data"]["text"] == disputed else "family"
            item = {"from_name": "area", "to_name": "text", "type": "choices"}
            assert say(person, task, {**item, "value": {"choices": [said]}}) == 201
    stage.collect()
    deadline, project = time.monotonic() + SOON_SECONDS, 0
    while not project and time.monotonic() < deadline:
        home = patiently(eve.send, "GET", "/").body.decode()
        links = {int(part.partition("/")[0]) for part in home.split('href="/projects/')[1:]}
        project = next(iter(links - {stage.labelling}), 0)
        time.sleep(0.5)
    assert project
    assert voters[0].send("GET", f"/api/projects/{project}").status == 404
    reason = {
        "from_name": "expert_reason",
        "to_name": "text",
        "type": "textarea",
        "value": {"text": ["the lease is in question"]},
    }
    shown = {}
    # Where people differ so widely, no label is sure for three votes that agree.
    while task := follow(eve, project):
        is_disputed = task["data"]["text"] == disputed
        choice = {
            "from_name": "area",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": ["housing" if is_disputed else "family"]},
        }
        assert say(eve, task, choice) == 400
        assert say(eve, task, choice, reason) == 201
        shown[task["data"]["text"]] = task["data"]["votes_given"]
    assert shown.pop(disputed) == "Votes: 1 x criminal, 1 x family, 1 x housing"
    assert set(shown.values()) <= {"Votes: 3 x family"}
    assert stage.collect().disputed == 0
    decisions = collected_decisions(stage.pool, COLLECTION)
    assert len(decisions) == len(shown) + 1
    [decision] = [one for one in decisions if one.value == "housing"]
    assert decision.reason == "the lease is in question"
