"""`datacoop serve gateway` over a pool: who is given what, by the queue that production uses.

The annotators are simulated.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from commands import datacoop_json
from gateways import Person, PoolGateway
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    STEWARDS,
    make_pool,
    make_records,
    submission_body,
)
from tests.web.conftest import add_person, opened_store

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.labelling import route_tasks
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.jobs.workforce import add_gold
from datacoop.label.gold import Use
from datacoop.label.label_studio import LabelStudio
from datacoop.label.votes import pseudonym
from datacoop.pool.blobs import BlobRef, batches_to_bytes, put_blob_list
from datacoop.pool.log import Draft
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.records.collection import parse_collection, read_folder
from datacoop.web.gateway.accounts import StudioUser, make_user
from datacoop_schemas import collection_folder

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]

SECRET = b"k" * 32
POLICY = """votes: 3
  deciding: {asking: until_settled}
  workforce: {own_member: false, gold_percent: 10}
"""
PEOPLE = {
    "ada": ("harbour", "en"),
    "bob": ("harbour", "en"),
    "mal": ("harbour", "en"),
    "own": ("meadow", "en"),
    "dae": ("harbour", "de"),
    "eli": ("harbour", "de"),
    "fay": ("harbour", "de"),
    "gil": ("harbour", "fr"),
}
RIGHT, WRONG = "family", "criminal"
SOON_SECONDS = 40.0


@dataclass(kw_only=True)
class Stage:
    pool: Pool
    studio: LabelStudio
    gateway: PoolGateway
    server: LabelStudioServer
    users: Mapping[str, StudioUser]
    project: int = 0

    def person(self, name: str) -> Person:
        somebody = Person(self.gateway.origin)
        assert somebody.sign_in(f"{name}@example.org").status == 303
        return somebody

    def submit(self, submission: str, member: str, language: str, count: int) -> None:
        """Take a submission in and send its records to annotators."""
        batch = make_records(submission, count, member=member)
        column = pa.array([language] * count, batch.schema.field("language").type)
        place = batch.schema.get_field_index("language")
        batch = batch.set_column(place, batch.schema.field(place), column)
        ref = self.pool.put_blob(batches_to_bytes(batch.schema, [batch]))
        records = put_blob_list(self.pool.store, [BlobRef(ref, count)])
        body = submission_body(
            submission,
            member,
            records=records,
            rows=count,
            labelling_wanted=True,
            languages=[language],
        )
        draft = Draft(kind="submission_taken", body=body, blobs=(records,))
        self.pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)
        routed = route_tasks(self.pool, COLLECTION, self.studio, OPERATOR, created_utc=CREATED)
        self.project = routed.project

    def records(self, submission: str) -> list[str]:
        batches = (make_records(submission, 90),)
        return [i.hex() for batch in batches for i in batch["record_id"].to_pylist()]

    def answers(self) -> dict[str, list[int]]:
        """Give who answered each task, asked of Label Studio itself."""
        found = {}
        token = {"Authorization": f"Token {self.server.token}"}
        with httpx.Client(headers=token, timeout=60) as client:
            url = f"{self.server.url}/api/projects/{self.project}/export?exportType=JSON"
            for task in client.get(url).raise_for_status().json():
                found[task["data"]["text"]] = [a["completed_by"] for a in task["annotations"]]
        return found


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, server: LabelStudioServer, studio: LabelStudio
) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("real-queue")
    pool = make_pool(open_store(str(folder / "pool")), trust=False)
    files = read_folder(collection_folder(COLLECTION))
    changed = files["collection.yaml"].replace("votes: 3\n", POLICY)
    contract = parse_collection({**files, "collection.yaml": changed})
    add_collection(pool, contract, OPERATOR, created_utc=CREATED)
    gateway = PoolGateway(folder, server.url, [])
    users = {name: make_user(server.url, server.token, b"key") for name in PEOPLE}
    made = Stage(pool=pool, studio=studio, gateway=gateway, server=server, users=users)
    made.submit("meadow-1", "meadow", "en", 90)
    made.submit("summit-1", "summit", "de", 6)
    gold = open_store(str(folder / "gold"))
    lines = [json.dumps({"record_id": i, "value": RIGHT}) for i in made.records("meadow-1")[:30]]
    add_gold(
        *(pool, gold, COLLECTION, "\n".join(lines), Use.GOLD, OPERATOR, SECRET),
        created_utc=CREATED,
    )
    write_files(made)
    for name, user in users.items():
        add_person(gateway, user, f"{name}@example.org")
    os.environ["LABEL_STUDIO_TOKEN"] = server.token
    with gateway:
        yield made
    del os.environ["LABEL_STUDIO_TOKEN"]


def write_files(stage: Stage) -> None:
    folder, port = stage.gateway.folder, stage.gateway.port
    people = "".join(
        f'  - {{annotator: "{pseudonym(b"annotators", stage.users[name].user_id)}", '
        f"member: {member}, country: GB, languages: {{{language}: C1}}, domains: [law], "
        "clearance: 1, jurisdictions: [], hours_a_week: 10}\n"
        for name, (member, language) in PEOPLE.items()
    )
    workforce = f"schema: datacoop.workforce.v1\nannotators:\n{people}"
    (folder / "workforce.yaml").write_text(workforce, encoding="utf-8")
    (folder / "annotator.key").write_bytes(SECRET)
    (folder / "datacoop.toml").write_text(
        'pool = "pool"\nworkforce = "workforce.yaml"\ngold = "gold"\n'
        f'annotator_key = "annotator.key"\n[label_studio]\nurl = "{stage.server.url}"\n'
        f'[gateway]\norigin = "http://127.0.0.1:{port}"\nlisten = "127.0.0.1:{port}"\n'
        'store = "gateway.db"\nkey = "gateway.key"\n',
        encoding="utf-8",
    )


def follow(person: Person, project: int) -> tuple[int, str] | None:
    """Give the number and the text of the next task; wait where too much was asked."""
    while True:
        answer = person.next_task(project)
        if answer.status != 429:
            break
        time.sleep(0.5)
    if answer.status == 404:
        return None
    assert answer.status == 200, answer.body
    task = answer.json()
    return task["id"], task["data"]["text"]


def say(person: Person, task: int, value: str) -> None:
    item = {"from_name": "area", "to_name": "text", "type": "choices"}
    body = {"result": [{**item, "value": {"choices": [value]}}]}
    while True:
        answer = person.send("POST", f"/api/tasks/{task}/annotations", body)
        if answer.status != 429:
            break
        time.sleep(0.5)
    assert answer.status == 201, answer.body


def work(person: Person, project: int, value: Callable[[str], str], most: int = 200) -> list[str]:
    """Answer what is given, up to so many tasks; give the texts in order."""
    texts: list[str] = []
    while len(texts) < most:
        found = follow(person, project)
        if found is None:
            break
        say(person, found[0], value(found[1]))
        texts.append(found[1])
    return texts


def soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON_SECONDS
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.5)
    return False


def test_each_gets_what_they_may_see_and_a_third_vote_is_asked_on_disagreement(
    stage: Stage,
) -> None:
    own = stage.person("own")
    assert follow(own, stage.project) is None, "one's own member's data is not shown"
    ada = follow(stage.person("ada"), stage.project)
    assert ada is not None
    assert ada[1].startswith("meadow-1 ")
    split = {"summit-1 says 1", "summit-1 says 4"}
    everything = {f"summit-1 says {number}" for number in range(6)}
    first = work(stage.person("dae"), stage.project, lambda _: RIGHT)
    assert set(first) == everything
    second = work(
        stage.person("eli"), stage.project, lambda text: WRONG if text in split else RIGHT
    )
    assert set(second) == everything
    third = work(stage.person("fay"), stage.project, lambda _: RIGHT)
    assert sorted(third) == sorted(split)
    answered = stage.answers()
    assert {text: len(answered[text]) for text in everything} == {
        text: 3 if text in split else 2 for text in everything
    }


def test_a_hostile_annotator_is_paused_within_fifty_answers(stage: Stage) -> None:
    mal = stage.person("mal")
    texts = work(mal, stage.project, lambda _: WRONG, most=60)
    assert len(texts) <= 50
    assert follow(mal, stage.project) is None
    gold = {f"meadow-1 says {number}" for number in range(30)}
    assert 0 < len(gold & set(texts)) < 10
    listed = datacoop_json("annotator", "list", folder=stage.gateway.folder)
    assert {one["email"][:3]: one["paused in"] for one in listed if one["paused in"]} == {
        "mal": COLLECTION
    }
    # What they said stands nowhere: two others are asked once the queue was made anew.
    real = [text for text in texts if text not in gold]
    time.sleep(15)
    before = Counter(work(stage.person("ada"), stage.project, lambda _: RIGHT))
    after = Counter(work(stage.person("bob"), stage.project, lambda _: RIGHT))
    assert set(real) <= before.keys() & after.keys()
    assert max((before + Counter()).values()) == max(after.values()) == 1


def test_what_is_new_comes_and_what_is_withdrawn_goes_without_a_restart(stage: Stage) -> None:
    gil = stage.person("gil")
    assert follow(gil, stage.project) is None
    stage.submit("summit-2", "summit", "fr", 3)
    assert soon(lambda: follow(gil, stage.project) is not None)
    held = follow(gil, stage.project)
    assert held is not None
    withdraw_submission(stage.pool, "summit-2", STEWARDS["summit"], created_utc=CREATED)
    assert soon(lambda: follow(gil, stage.project) is None)
    assert gil.send("GET", f"/api/tasks/{held[0]}").status == 404
    assert follow(stage.person("gil"), stage.project) is None


def test_a_pool_that_cannot_be_read_leaves_all_as_it_is(stage: Stage) -> None:
    stage.submit("summit-3", "summit", "fr", 2)
    gil = stage.person("gil")
    assert soon(lambda: follow(gil, stage.project) is not None)
    workforce = stage.gateway.folder / "workforce.yaml"
    kept = workforce.read_text(encoding="utf-8")
    workforce.write_text("no workforce", encoding="utf-8")
    stage.submit("summit-4", "summit", "fr", 2)
    assert soon(lambda: '"refresh failed"' in stage.gateway.log.read_text())
    assert follow(gil, stage.project) is not None
    workforce.write_text(kept, encoding="utf-8")
    seen: set[str] = set()

    def has_both() -> bool:
        seen.update(work(gil, stage.project, lambda _: RIGHT))
        return {text.partition(" ")[0] for text in seen} == {"summit-3", "summit-4"}

    assert soon(has_both)


def test_killed_again_and_again_nobody_gets_a_record_twice(stage: Stage) -> None:
    stage.submit("summit-5", "summit", "de", 8)
    dae, eli = stage.person("dae"), stage.person("eli")
    assert soon(lambda: follow(dae, stage.project) is not None)
    postponed = follow(dae, stage.project)
    assert postponed is not None
    later = {"result": [], "was_postponed": True}
    path = f"/api/tasks/{postponed[0]}/drafts"
    assert dae.send("POST", path, later).status == 201
    texts: dict[str, list[str]] = {"dae": [], "eli": []}
    for _ in range(3):
        for name, person in (("dae", dae), ("eli", eli)):
            texts[name] += work(person, stage.project, lambda _: RIGHT, most=2)
        stage.gateway.kill()
        stage.gateway.start()
    for name, person in (("dae", dae), ("eli", eli)):
        texts[name] += work(person, stage.project, lambda _: RIGHT)
        mine = [text for text in texts[name] if text.startswith("summit-5")]
        assert sorted(mine) == sorted(f"summit-5 says {number}" for number in range(8))
    assert postponed[1] == [text for text in texts["dae"] if text.startswith("summit-5")][-1]
    for who in stage.answers().values():
        assert len(who) == len(set(who))
    with opened_store(stage.gateway) as store:
        states = Counter(one.state for one in store.all_served(COLLECTION))
    assert states["sending"] == 0


def test_predictions_given_to_a_running_gateway_put_uncertain_records_first(stage: Stage) -> None:
    stage.submit("summit-6", "summit", "fr", 6)
    gil, folder = stage.person("gil"), stage.gateway.folder
    assert soon(lambda: follow(gil, stage.project) is not None)
    held = follow(gil, stage.project)
    assert held is not None
    # By number of the record: the later the less sure.
    batch = make_records("summit-6", 6)
    ids = dict(zip(batch["text"].to_pylist(), batch["record_id"].to_pylist(), strict=True))
    rows = [f"{i.hex()},area,family,{1 - n / 10}" for n, i in enumerate(ids.values())]
    file = folder / "predictions.csv"
    file.write_text("\n".join(["record_id,question,label,score", *rows]), encoding="utf-8")
    added = datacoop_json("label", "predictions", COLLECTION, file.name, folder=folder)
    assert added["records"] == 6
    time.sleep(15)
    shown = gil.next_task(stage.project).json()
    assert shown["predictions"] == []
    assert "0.5" not in json.dumps(shown["data"])
    order = [text for text in reversed(ids) if text != held[1]]
    first = work(gil, stage.project, lambda _: RIGHT, most=3)
    stage.gateway.kill()
    stage.gateway.start()
    # What is in hand stays so.
    assert [*first, *work(gil, stage.project, lambda _: RIGHT)] == [held[1], *order]


def test_collecting_finds_the_votes_that_the_gateway_has_counted(stage: Stage) -> None:
    from datacoop.jobs.collected import collected_votes
    from datacoop.jobs.collecting import collect_votes
    from datacoop.web.gateway.work import own_votes

    gold = open_store(str(Path(stage.gateway.folder) / "gold"))
    collect_votes(
        *(stage.pool, COLLECTION, stage.studio, OPERATOR, b"annotators"),
        created_utc=CREATED,
        gold=gold,
    )
    with opened_store(stage.gateway) as store:
        counted = own_votes(store.all_served(COLLECTION), "area")
    collected = set(collected_votes(stage.pool, COLLECTION))
    assert collected
    assert collected <= set(counted)
