"""Against a real Label Studio, behind a proxy where it has to misbehave."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from ballots import QUESTION, VALUES, make_policy
from fault_proxy import FaultProxy, gateway_timeout, late, lost_answer, unavailable

from datacoop.demo.accounts import Account
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import OutsideError, TransientError
from datacoop.label import label_studio
from datacoop.label.adjudication import labels
from datacoop.label.answers import Collected, read_answers
from datacoop.label.form import parse_form
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import Task
from datacoop.label.votes import Vote, counting_votes, merge_votes

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

CHOICES = "".join(f'<Choice value="{value}"/>' for value in VALUES)
CONFIGURATION = f"""<View>
  <Paragraphs name="talk" value="$turns" layout="dialogue" nameKey="speaker" textKey="text"/>
  <Choices name="{QUESTION}" toName="talk" choice="single">{CHOICES}</Choices>
</View>"""
FORM = parse_form(CONFIGURATION)
POLICY = make_policy(votes=3)
SECRET_TEXT = "the text of the record"

Project = Callable[[str], int]


def make_tasks(count: int, name: str = "") -> list[Task]:
    turns = [{"speaker": "A", "text": SECRET_TEXT}, {"speaker": "B", "text": "and an answer"}]
    ids = [hashlib.sha256(f"{name} {number}".encode()).digest() for number in range(count)]
    return [Task(record_id=record_id, payload={"turns": turns}) for record_id in ids]


def stored(server: LabelStudioServer, project: int) -> Counter[str]:
    """Count the tasks of each key, asked of the server itself."""
    listed = call(server, "GET", f"/api/tasks/?project={project}&page_size=10000&include=id,data")
    return Counter(task["data"]["pool_uid"] for task in listed["tasks"])


def task_ids(server: LabelStudioServer, project: int) -> dict[str, int]:
    listed = call(server, "GET", f"/api/tasks/?project={project}&page_size=10000&include=id,data")
    return {task["data"]["pool_uid"]: task["id"] for task in listed["tasks"]}


def call(
    server: LabelStudioServer, method: str, path: str, body: Any = None, token: str = ""
) -> Any:
    headers = {"Authorization": f"Token {token or server.token}"}
    url = f"{server.url}{path}"
    response = httpx.request(method, url, json=body, headers=headers, timeout=60)
    return response.raise_for_status().json()


def once_each(tasks: list[Task]) -> Counter[str]:
    return Counter(task.key for task in tasks)


def through(proxy: FaultProxy, server: LabelStudioServer, **options: Any) -> LabelStudio:
    return LabelStudio(proxy.url, server.token, **({"sleep": lambda _: None} | options))


def answer(value: str, question: str = QUESTION) -> list[dict[str, Any]]:
    content = {"from_name": question, "to_name": "talk", "type": "choices"}
    return [content | {"value": {"choices": [value]}}]


def collect(studio: LabelStudio, project: int) -> Collected:
    return read_answers(studio.answers(project), FORM, POLICY, b"key")


def test_tasks_sent_twice_are_there_once(
    server: LabelStudioServer, studio: LabelStudio, new_project: Project
) -> None:
    project, tasks = new_project(CONFIGURATION), make_tasks(20)
    studio.add_tasks(project, tasks[:12])
    studio.add_tasks(project, tasks + tasks[:3])
    assert stored(server, project) == once_each(tasks)


def test_a_few_tasks_are_found_among_many(
    server: LabelStudioServer, studio: LabelStudio, new_project: Project
) -> None:
    project, tasks = new_project(CONFIGURATION), make_tasks(1_001)
    studio.add_tasks(project, tasks)
    # Asks for few of many, so by filter and not by paging.
    studio.add_tasks(project, tasks[:100])
    assert stored(server, project) == once_each(tasks)


@pytest.mark.parametrize("fault", [gateway_timeout, lost_answer, unavailable])
@pytest.mark.parametrize("times", [1, 3])
def test_a_failing_import_neither_doubles_nor_loses_tasks(
    server: LabelStudioServer,
    new_project: Project,
    fault: Callable[[Any], None],
    times: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(label_studio, "BATCH_TASKS", 10)
    project, tasks = new_project(CONFIGURATION), make_tasks(30)
    with FaultProxy(server.url) as proxy:
        proxy.plan("POST", "/import", *[fault] * times)
        through(proxy, server).add_tasks(project, tasks)
    assert stored(server, project) == once_each(tasks)


def test_a_committed_import_is_not_sent_again(
    server: LabelStudioServer, new_project: Project
) -> None:
    project = new_project(CONFIGURATION)
    with FaultProxy(server.url) as proxy:
        proxy.plan("POST", "/import", gateway_timeout)
        through(proxy, server).add_tasks(project, make_tasks(10))
        assert proxy.count("POST", "/import") == 1


def test_failing_look_ups_are_tried_again(server: LabelStudioServer, new_project: Project) -> None:
    project, tasks = new_project(CONFIGURATION), make_tasks(5)
    with FaultProxy(server.url) as proxy:
        proxy.plan("GET", "/api/tasks", unavailable, lost_answer)
        proxy.plan("POST", "/import", gateway_timeout)
        through(proxy, server).add_tasks(project, tasks)
    assert stored(server, project) == once_each(tasks)


def test_an_import_carried_out_after_the_time_out_is_not_left_double(
    server: LabelStudioServer, studio: LabelStudio, new_project: Project
) -> None:
    project, tasks = new_project(CONFIGURATION), make_tasks(10)
    with FaultProxy(server.url) as proxy:
        proxy.plan("POST", "/import", late(6.0))
        waits: list[float] = []
        slow = through(proxy, server, timeout_seconds=3.0, sleep=waits.append)
        slow.add_tasks(project, tasks)
        assert waits == [1.0]
        wait_for_doubles(server, project)
    studio.add_tasks(project, tasks)
    assert stored(server, project) == once_each(tasks)


def wait_for_doubles(server: LabelStudioServer, project: int) -> None:
    for _ in range(40):
        if max(stored(server, project).values()) == 2:
            return
        time.sleep(0.5)
    pytest.fail("the late request never came")


def test_of_doubled_tasks_the_answered_one_stays(
    server: LabelStudioServer,
    studio: LabelStudio,
    new_project: Project,
    accounts: list[Account],
) -> None:
    project, [task] = new_project(CONFIGURATION), make_tasks(1)
    data = [{"data": {"pool_uid": task.key, **task.payload}}] * 2
    call(server, "POST", f"/api/projects/{project}/import", data)
    younger = task_ids(server, project)[task.key]
    path = f"/api/tasks/{younger}/annotations/"
    call(server, "POST", path, {"result": answer("soon")}, accounts[0].token)
    studio.add_tasks(project, [task])
    assert task_ids(server, project) == {task.key: younger}
    assert stored(server, project) == {task.key: 1}
    assert len(collect(studio, project).votes) == 1


def test_a_server_that_stays_down_is_a_passing_failure_without_secrets(
    server: LabelStudioServer, new_project: Project
) -> None:
    project, tasks = new_project(CONFIGURATION), make_tasks(3)
    with FaultProxy(server.url) as proxy:
        proxy.plan("POST", "/import", *[unavailable] * 9)
        waits: list[float] = []
        with pytest.raises(TransientError) as caught:
            through(proxy, server, tries=4, sleep=waits.append).add_tasks(project, tasks)
    assert waits == [1.0, 2.0, 4.0, 8.0]
    assert str(caught.value) == "Label Studio failed at import tasks: HTTP 503"
    assert caught.value.service == "Label Studio"
    assert caught.value.hint
    assert caught.value.__context__ is None


def test_nobody_at_the_port_is_a_passing_failure() -> None:
    studio = LabelStudio("http://127.0.0.1:9", "token", tries=2, sleep=lambda _: None)
    with pytest.raises(TransientError, match="ConnectError") as caught:
        studio.answers(1)
    assert "http://127.0.0.1:9" in caught.value.hint


def test_a_wrong_token_is_said_and_not_shown(server: LabelStudioServer) -> None:
    studio = LabelStudio(server.url, "wrong-token", sleep=lambda _: None)
    with pytest.raises(OutsideError, match="HTTP 401") as caught:
        studio.answers(1)
    assert not isinstance(caught.value, TransientError)
    assert "wrong-token" not in f"{caught.value} {caught.value.hint}"
    with pytest.raises(OutsideError):
        studio.require_access()
    LabelStudio(server.url, server.token).require_access()


def test_a_refused_task_stops_at_once_and_its_text_is_not_told(
    studio: LabelStudio, new_project: Project
) -> None:
    project = new_project(CONFIGURATION)
    bad = Task(record_id=bytes(32), payload={"other": SECRET_TEXT})
    with pytest.raises(OutsideError, match="HTTP 400") as caught:
        studio.add_tasks(project, [bad])
    assert not isinstance(caught.value, TransientError)
    assert SECRET_TEXT not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__context__ is None


def test_a_project_is_made_once_and_found_by_its_mark(
    server: LabelStudioServer, studio: LabelStudio
) -> None:
    made = studio.ensure_project("one", "A title " * 20, CONFIGURATION, "Read.", 3)
    call(server, "PATCH", f"/api/projects/{made}/", {"title": "Renamed by hand"})
    assert studio.ensure_project("one", "A title", CONFIGURATION, "Read.", 3) == made
    assert studio.ensure_project("one_more", "A title", CONFIGURATION, "Read.", 3) != made


def test_a_changed_instruction_reaches_the_project(
    server: LabelStudioServer, studio: LabelStudio, new_project: Project
) -> None:
    name = "changed_instruction"
    project = studio.ensure_project(name, "Test", CONFIGURATION, "Read.", 3)
    assert studio.ensure_project(name, "Test", CONFIGURATION, "Read again.", 4) == project
    held = call(server, "GET", f"/api/projects/{project}/")
    assert (held["expert_instruction"], held["maximum_annotations"]) == ("Read again.", 4)


@pytest.mark.parametrize("fault", [gateway_timeout, lost_answer, unavailable])
def test_a_failing_creation_makes_one_project(
    server: LabelStudioServer, fault: Callable[[Any], None]
) -> None:
    name = f"created_once_{fault.__name__}"
    with FaultProxy(server.url) as proxy:
        proxy.plan("POST", "/api/projects", fault)
        project = through(proxy, server).ensure_project(name, "Once", CONFIGURATION, "Read.", 3)
    listed = call(server, "GET", "/api/projects/?page_size=1000")["results"]
    marked = [held["id"] for held in listed if held["description"].endswith(f" {name}")]
    assert marked == [project]


def test_every_answer_is_collected_once_over_many_pages(
    server: LabelStudioServer,
    studio: LabelStudio,
    new_project: Project,
    accounts: list[Account],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(label_studio, "PAGE_SIZE", 2)
    project, tasks = new_project(CONFIGURATION), make_tasks(7)
    studio.add_tasks(project, tasks)
    for number in list(task_ids(server, project).values())[:6]:
        for account in accounts[:2]:
            path = f"/api/tasks/{number}/annotations/"
            call(server, "POST", path, {"result": answer("soon")}, account.token)
    with FaultProxy(server.url) as proxy:
        proxy.plan("GET", "/api/tasks", unavailable, lost_answer)
        collected = collect(through(proxy, server), project)
    assert len(collected.votes) == 12
    assert len({(vote.record_id, vote.annotator) for vote in collected.votes}) == 12


def test_bogus_answers_that_the_server_took_are_reported_and_do_not_count(
    server: LabelStudioServer,
    studio: LabelStudio,
    new_project: Project,
    accounts: list[Account],
) -> None:
    project, [task] = new_project(CONFIGURATION), make_tasks(1)
    studio.add_tasks(project, [task])
    path = f"/api/tasks/{task_ids(server, project)[task.key]}/annotations/"
    for result in ([], answer("perhaps"), answer("soon", "tone"), [{"value": 1}]):
        call(server, "POST", path, {"result": result}, accounts[0].token)
    call(server, "POST", path, {"result": answer("soon")}, accounts[1].token)
    collected = collect(studio, project)
    assert [vote.value for vote in collected.votes] == ["soon"]
    assert sorted(invalid.reason for invalid in collected.invalid) == [
        "label.no_answer",
        "label.unknown_question",
        "label.unknown_question",
        "label.unknown_value",
    ]


def test_an_edited_and_a_skipped_answer_count_as_they_stand_now(
    server: LabelStudioServer,
    studio: LabelStudio,
    new_project: Project,
    accounts: list[Account],
) -> None:
    project, [task] = new_project(CONFIGURATION), make_tasks(1)
    studio.add_tasks(project, [task])
    path = f"/api/tasks/{task_ids(server, project)[task.key]}/annotations/"
    posted = [
        call(server, "POST", path, {"result": answer("soon")}, account.token)
        for account in accounts
    ]
    votes: list[Vote] = merge_votes([], collect(studio, project).votes)
    assert len(counting_votes(votes)) == 4
    edit, skip = ({"result": answer("urgent")}, {"was_cancelled": True, "result": []})
    for held, change, account in zip(posted, [edit, skip], accounts, strict=False):
        call(server, "PATCH", f"/api/annotations/{held['id']}/", change, account.token)
    later = collect(studio, project).votes
    merged = merge_votes(later, votes)
    assert len(merged) == 6
    assert merge_votes(merged, later) == merged
    assert sorted(v.value for v in counting_votes(merged)) == ["soon", "soon", "urgent"]
    [label] = labels(merged, POLICY)
    assert (label.value, round(label.agreement, 2)) == ("soon", 0.67)


def test_deleted_tasks_are_gone_with_their_answers(
    server: LabelStudioServer,
    studio: LabelStudio,
    new_project: Project,
    accounts: list[Account],
) -> None:
    project, tasks = new_project(CONFIGURATION), make_tasks(5)
    studio.add_tasks(project, tasks)
    path = f"/api/tasks/{task_ids(server, project)[tasks[0].key]}/annotations/"
    call(server, "POST", path, {"result": answer("soon")}, accounts[0].token)
    keys = [tasks[0].key, tasks[3].key]
    with FaultProxy(server.url) as proxy:
        proxy.plan("POST", "/api/dm/actions", gateway_timeout)
        through(proxy, server).delete_tasks(project, keys)
    studio.delete_tasks(project, [*keys, "0" * 64])
    assert stored(server, project) == once_each([tasks[1], tasks[2], tasks[4]])
    assert collect(studio, project).votes == ()
