"""A full disk, an hour without Label Studio, clocks that differ, somebody who signed in twice."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fault_proxy import FaultProxy, another_version, refused, unavailable
from gateways import GatewayProcess, Offer, Person, record_id
from small_disk import StudioOnSmallDisk
from tests.label.conftest import EXECUTABLE, free_port, prepare
from tests.web.conftest import (
    CHOICES,
    PEOPLE,
    MakeOffer,
    StartGateway,
    add_person,
    opened_store,
)

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import TransientError
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import Task
from datacoop.web.gateway.accounts import make_user

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

HOUR = 3_600.0


def person(gateway: GatewayProcess, number: int = 0) -> Person:
    somebody = Person(gateway.origin)
    assert somebody.sign_in(PEOPLE[number]).status == 303
    return somebody


def answer(value: str = "family", **more: Any) -> dict[str, Any]:
    item = {"from_name": "area", "to_name": "text", "type": "choices"}
    return {"result": [{**item, "value": {"choices": [value]}}], **more}


def say(somebody: Person, task: int, value: str = "family", **more: Any) -> int:
    body = answer(value, **more)
    return somebody.send("POST", f"/api/tasks/{task}/annotations", body).status


def stored(server: LabelStudioServer, offer: Offer) -> list[list[str]]:
    """Give the answers to each task, asked of Label Studio itself."""
    found = []
    with httpx.Client(headers={"Authorization": f"Token {server.token}"}, timeout=60) as client:
        for task in offer.tasks.values():
            told = client.get(f"{server.url}/api/tasks/{task}/").raise_for_status().json()
            given = [one["result"][0]["value"]["choices"][0] for one in told["annotations"]]
            found.append(sorted(given))
    return found


def test_on_a_full_disk_answers_and_tasks_wait_and_nothing_is_lost_or_doubled(
    tmp_path: Path,
) -> None:
    if not EXECUTABLE.is_file():
        pytest.skip("needs Label Studio in an environment of its own; see infra/label-studio")
    folder, kept = tmp_path / "studio", tmp_path / "kept"
    for place in (folder, kept):
        place.mkdir()
        prepare(place)
    # The copy is made anew at each start; what matters is that both know the same operator.
    (kept / "credentials.json").write_bytes((folder / "credentials.json").read_bytes())
    with StudioOnSmallDisk(EXECUTABLE, folder, free_port(), kept) as server:
        server.wait_until_ready()
        studio = LabelStudio(server.url, server.token, tries=2, sleep=lambda _: None)
        project = studio.ensure_project("full", "Full", CHOICES, "Read this.", 3)
        tasks = [
            Task(record_id=record_id(n), payload={"text": f"text {n} " + "long " * 400})
            for n in range(400)
        ]
        studio.add_tasks(project, tasks[:2])
        offer = Offer(
            collection="full",
            project=project,
            configuration=CHOICES,
            records={task.record_id: task.payload for task in tasks[:2]},
            tasks=studio.task_numbers(project),
        )
        gateway = GatewayProcess(tmp_path / "gateway", server.url, [offer])
        add_person(gateway, make_user(server.url, server.token, b"key"), PEOPLE[0])
        with gateway:
            ada = person(gateway)
            task = ada.next_task(project).json()["id"]
            server.fill()
            assert [say(ada, task) for _ in range(3)] == [503] * 3
            with pytest.raises(TransientError):
                studio.add_tasks(project, tasks)
            server.empty()
            assert say(ada, task, "housing") == 201
            assert say(ada, task) == 409
            other = ada.next_task(project).json()["id"]
            assert other != task
            assert say(ada, other) == 201
        studio.add_tasks(project, tasks)
        assert stored(server, offer) == [["housing"], ["family"]]
        listed = studio.task_numbers(project)
        url = f"{server.url}/api/projects/{project}/"
        token = {"Authorization": f"Token {server.token}"}
        count = httpx.get(url, headers=token, timeout=60).json()["task_number"]
    assert listed.keys() == {task.record_id for task in tasks}
    assert count == len(tasks)


def test_an_hour_without_label_studio_costs_no_answer_and_no_place_in_the_queue(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway
) -> None:
    offer = make_offer("an hour", [{"text": f"text {n}"} for n in range(3)], votes=1)
    with (
        FaultProxy(server.url) as proxy,
        start_gateway(offer, upstream=proxy.url, has_own_clock=True) as gateway,
    ):
        ada, bob = person(gateway), person(gateway, 1)
        first, second = (one.next_task(offer.project).json() for one in (ada, bob))
        assert first["data"] != second["data"]
        proxy.plan("POST", "/", *[unavailable] * 30)
        proxy.plan("GET", "/", *[unavailable] * 30)
        for minutes in (0, 20, 40, 59):
            gateway.set_clock(minutes * 60)
            assert say(ada, first["id"]) == 503
            # What is next comes from our own records: without Label Studio all the same.
            assert bob.next_task(offer.project).json()["id"] == second["id"]
        gateway.kill()
        gateway.start()
        proxy.forget()
        # Longer than a task is kept for somebody: the answer is taken all the same.
        gateway.set_clock(HOUR + 60)
        assert say(ada, first["id"], "housing") == 201
        for somebody in (ada, bob):
            while (found := somebody.next_task(offer.project)).status == 200:
                assert say(somebody, found.json()["id"]) == 201
        with opened_store(gateway) as store:
            assert {one.state for one in store.all_served("an hour")} <= {"answered", "held"}
    answers = stored(server, offer)
    assert answers[0] == ["housing"]
    assert all(len(given) == 1 for given in answers)


@pytest.mark.parametrize("ahead", [-HOUR, HOUR])
def test_clocks_that_differ_by_an_hour_change_nothing(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway, ahead: float
) -> None:
    """The gateway's clock is put off Label Studio's, and what the browser says is off both."""
    offer = make_offer(f"clock {ahead}", [{"text": f"text {n}"} for n in range(3)], votes=2)
    with start_gateway(offer, has_own_clock=True) as gateway:
        gateway.set_clock(ahead)
        ada, bob = person(gateway), person(gateway, 1)
        told = {"lead_time": 5 * HOUR, "started_at": "2001-01-01T00:00:00.000Z"}
        for somebody, value in ((ada, "family"), (bob, "housing")):
            for _ in offer.records:
                task = somebody.next_task(offer.project).json()["id"]
                assert say(somebody, task, value, **told) == 201
            assert somebody.next_task(offer.project).status == 404
        # The last word counts, however the clocks stand.
        [first, *_] = ada.send("GET", f"/api/projects/{offer.project}/label-stream-history").json()
        path = f"/api/annotations/{first['annotationId']}"
        assert ada.send("PATCH", path, answer("housing")).status == 200
        with opened_store(gateway) as store:
            done = store.done_on(offer.collection)
        assert len(done) == 6
        # Never more than passed since the task was given.
        assert all(0 <= one.seconds < 300 for one in done)
        assert ada.send("GET", "/progress").status == ada.send("GET", "/counts").status == 200
    assert stored(server, offer) == [["housing", "housing"], *[["family", "housing"]] * 2]


def test_who_signed_in_twice_works_on_in_both_and_answers_once(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway
) -> None:
    offer = make_offer("twice", [{"text": f"text {n}"} for n in range(4)], votes=1)
    with start_gateway(offer) as gateway:
        laptop, phone = person(gateway), person(gateway)
        assert laptop.cookie != phone.cookie
        given = []
        for one, other in ((laptop, phone), (phone, laptop)) * 2:
            task = one.next_task(offer.project).json()["id"]
            assert other.next_task(offer.project).json()["id"] == task
            assert say(one, task) == 201
            assert say(other, task, "housing") == 409
            shown = other.send("GET", f"/api/tasks/{task}").json()["annotations"]
            assert [a["result"][0]["value"]["choices"] for a in shown] == [["family"]]
            given.append(task)
        assert len(set(given)) == len(offer.records)
        assert phone.form("/sign-out", csrf=phone.csrf).status == 303
        assert phone.next_task(offer.project).status == 401
        assert laptop.next_task(offer.project).status == 404
    assert stored(server, offer) == [["family"]] * 4


def test_while_another_version_answers_nothing_is_asked_of_it(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway
) -> None:
    offer = make_offer("upgraded", [{"text": "text 0"}], votes=1)
    with FaultProxy(server.url) as proxy, start_gateway(offer, upstream=proxy.url) as gateway:
        ada = person(gateway)
        task = ada.next_task(offer.project).json()["id"]
        proxy.plan("POST", "/annotations", refused)
        proxy.plan("GET", "/api/version", *[another_version] * 4)
        assert say(ada, task) == 503
        before = proxy.count("POST", "/annotations")
        assert [say(ada, task) for _ in range(3)] == [503] * 3
        assert proxy.count("POST", "/annotations") == before
        said = [
            json.loads(line) for line in gateway.log.read_text().splitlines() if "9.9.9" in line
        ]
        assert len(said) == 4
        assert "label-studio==1.23.2" in said[0]["what to do"]
        assert say(ada, task) == 201
    assert stored(server, offer) == [["family"]]
