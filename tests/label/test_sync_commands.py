"""Routing and collecting while Label Studio changes behind our back, or is down for a while."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from commands import datacoop
from fault_proxy import FaultProxy, another_version, unavailable
from plays import CREATED, Stage, make_play, make_stage, many_lines
from sync_faults import TEXT, make_tasks, stored

from datacoop.demo.accounts import Account
from datacoop.demo.cast import demo_collection
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import RefusedError, SettingsError, TransientError
from datacoop.jobs.collected import collected_votes
from datacoop.jobs.collecting import Collected, collect_votes
from datacoop.jobs.contracts import add_collection
from datacoop.jobs.labelling import Routed, route_tasks
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.label.label_studio import VERSION, LabelStudio
from datacoop.label.votes import counting_votes
from datacoop.records.collection import parse_collection

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(900)]

NAME = "classification"
KEY = b"annotators"
OTHER_WORDS = {
    "de-auental-small-1": b"Nachricht der Stelle",
    "de-auental-small-2": b"Entscheidung in der Sache",
}


class Labelling:
    """A pool whose records are labelled in a Label Studio of its own."""

    def __init__(self, root: Path, server: LabelStudioServer) -> None:
        self.stage = make_stage(root)
        self.server = server
        self.take_in("de-auental-small-1", 40)
        for project in self.call("GET", "/api/projects/?page_size=1000")["results"]:
            self.call("DELETE", f"/api/projects/{project['id']}/")
        self.accounts: list[Account] = server.create_annotators(2)

    def take_in(self, submission: str, rows: int) -> None:
        # Texts of its own for each submission: copies would be duplicates.
        content = many_lines(rows).replace(b"Antwort des Amtes", OTHER_WORDS[submission])
        play = make_play(content, submission_id=submission)
        self.stage.submit(play)
        self.stage.intake(play)

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        headers = {"Authorization": f"Token {token or self.server.token}"}
        url = f"{self.server.url}{path}"
        answer = httpx.request(method, url, json=body, headers=headers, timeout=60)
        return answer.raise_for_status().json() if answer.content else None

    def studio(self, **options: Any) -> LabelStudio:
        return LabelStudio(self.server.url, self.server.token, sleep=lambda _: None, **options)

    def route(self) -> Routed:
        operator = self.stage.keys.operator
        return route_tasks(self.stage.pool, NAME, self.studio(), operator, created_utc=CREATED)

    def collect(self) -> Collected:
        operator = self.stage.keys.operator
        return collect_votes(
            self.stage.pool, NAME, self.studio(), operator, KEY, created_utc=CREATED
        )

    def tasks(self, project: int) -> list[dict[str, Any]]:
        path = f"/api/tasks/?project={project}&page_size=1000&fields=all"
        listed: list[dict[str, Any]] = self.call("GET", path)["tasks"]
        return listed

    def answer(self, task: int, value: str, number: int = 0) -> int:
        result = {"from_name": "class_fits", "to_name": "text", "type": "choices"}
        body = {"result": [result | {"value": {"choices": [value]}}]}
        token = self.accounts[number].token
        return int(self.call("POST", f"/api/tasks/{task}/annotations/", body, token)["id"])

    def standing(self) -> list[str]:
        return sorted(v.value for v in counting_votes(collected_votes(self.stage.pool, NAME)))


@pytest.fixture
def labelling(tmp_path: Path, mortal_server: LabelStudioServer) -> Labelling:
    return Labelling(tmp_path, mortal_server)


def once(tasks: list[dict[str, Any]]) -> bool:
    return set(Counter(task["data"]["pool_uid"] for task in tasks).values()) == {1}


def test_edits_and_deletions_of_answers_are_noticed(labelling: Labelling) -> None:
    project = labelling.route().project
    first, second, third = [task["id"] for task in labelling.tasks(project)[:3]]
    edited, deleted = labelling.answer(first, "fits"), labelling.answer(second, "fits")
    labelling.answer(third, "unsure")
    assert labelling.collect().votes_new == 3
    changed = {"from_name": "class_fits", "to_name": "text", "type": "choices"}
    changed["value"] = {"choices": ["does_not_fit"]}  # type: ignore[assignment]
    labelling.call("PATCH", f"/api/annotations/{edited}/", {"result": [changed]})
    labelling.call("DELETE", f"/api/annotations/{deleted}/")
    found = labelling.collect()
    assert (found.votes_new, found.votes_withdrawn, found.votes_missing) == (2, 1, 0)
    assert labelling.standing() == ["does_not_fit", "unsure"]
    again = labelling.collect()
    assert (again.votes_new, again.votes_withdrawn) == (0, 0)
    labelling.answer(second, "unsure")
    labelling.collect()
    assert labelling.standing() == ["does_not_fit", "unsure", "unsure"]


def test_a_lost_task_is_sent_again_and_its_vote_stays(labelling: Labelling) -> None:
    project = labelling.route().project
    tasks = labelling.tasks(project)
    labelling.answer(tasks[0]["id"], "fits")
    labelling.collect()
    for task in tasks[:2]:
        labelling.call("DELETE", f"/api/tasks/{task['id']}/")
    assert labelling.collect().votes_missing == 1
    assert labelling.route().tasks_sent_again == 2
    assert labelling.route().tasks_sent_again == 0
    now = labelling.tasks(project)
    assert once(now)
    assert {t["data"]["pool_uid"] for t in now} == {t["data"]["pool_uid"] for t in tasks}
    # The task is there anew and younger than the vote: nobody took the vote back.
    assert labelling.collect().votes_missing == 1
    assert labelling.standing() == ["fits"]


def test_label_studio_down_for_an_hour_loses_and_doubles_nothing(labelling: Labelling) -> None:
    project = labelling.route().project
    before = labelling.tasks(project)
    labelling.answer(before[0]["id"], "fits")
    labelling.server.__exit__(None, None, None)
    # Meanwhile more rows come in, and the commands are run again and again.
    labelling.take_in("de-auental-small-2", 40)
    log = labelling.stage.log()
    for _ in range(3):
        with pytest.raises(TransientError, match="Label Studio failed at"):
            labelling.route()
        with pytest.raises(TransientError):
            labelling.collect()
    assert labelling.stage.log() == log
    labelling.server.__enter__()
    labelling.server.wait_until_ready()
    routed = labelling.route()
    assert routed.tasks_sent > 0
    assert routed.tasks_sent_again == 0
    tasks = labelling.tasks(project)
    assert once(tasks)
    assert len(tasks) == routed.tasks_in_all == len(before) + routed.tasks_sent
    assert labelling.collect().votes_new == 1


def test_a_withdrawal_takes_its_tasks_away_at_the_next_command(labelling: Labelling) -> None:
    labelling.take_in("de-auental-small-2", 40)
    project = labelling.route().project
    before = labelling.tasks(project)
    steward = labelling.stage.keys.stewards["de-auental"]
    withdraw_submission(labelling.stage.pool, "de-auental-small-2", steward, created_utc=CREATED)
    labelling.collect()
    left = {task["data"]["pool_uid"] for task in labelling.tasks(project)}
    rows = labelling.stage.records("de-auental-small-1")["record_id"].to_pylist()
    assert left == {task["data"]["pool_uid"] for task in before} & {row.hex() for row in rows}
    assert 0 < len(left) < len(before)


def test_another_version_is_refused_before_anything_is_sent(labelling: Labelling) -> None:
    with FaultProxy(labelling.server.url) as proxy:
        proxy.plan("GET", "/api/version", another_version)
        studio = LabelStudio(proxy.url, labelling.server.token)
        with pytest.raises(SettingsError, match=r"version 9\.9\.9, and not 1\.23\.2") as caught:
            studio.ensure_project("any", "Any", "<View/>", "Read.", 1)
        assert [method for method, _ in proxy.seen] == ["GET"]
    assert "infra/label-studio" in caught.value.hint
    labelling.studio().ensure_project("any", "Any", "<View/>", "Read.", 1)


def test_a_label_studio_that_comes_back_as_another_version_gets_nothing(
    mortal_server: LabelStudioServer,
) -> None:
    tasks = make_tasks(0, 3)
    with FaultProxy(mortal_server.url) as proxy:
        studio = LabelStudio(proxy.url, mortal_server.token, sleep=lambda _: None)
        project = studio.ensure_project("upgraded", "Upgraded", TEXT, "Read.", 1)
        proxy.plan("POST", "/import", unavailable)
        proxy.plan("GET", "/api/version", another_version, another_version)
        for _ in range(2):
            with pytest.raises(SettingsError, match=r"version 9\.9\.9, and not 1\.23\.2"):
                studio.add_tasks(project, tasks)
        assert proxy.count("POST", "/import") == 1
        # Put back to the version that was tried, it is used again.
        studio.add_tasks(project, tasks)
    assert stored(mortal_server, project) == Counter(task.key for task in tasks)


def test_time_is_told_by_the_clock_that_dates_answers(mortal_server: LabelStudioServer) -> None:
    studio = LabelStudio(mortal_server.url, mortal_server.token)
    project = studio.ensure_project("clock", "Clock", TEXT, "Read.", 1)
    [task] = make_tasks(1, 1)
    before = studio.now_utc()
    studio.add_tasks(project, [task])
    made = studio.made_utc(project, [task.key])[task.key]
    assert before <= made
    assert made[:19] <= studio.now_utc()[:19]


def unfit_folder(stage: Stage, old: str, new: str) -> Path:
    folder = stage.root / "unfit"
    folder.mkdir()
    for name, text in demo_collection(NAME).files:
        changed = text.replace(old, new) if name == "labeling.xml" else text
        (folder / name).write_text(changed, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("$text", "$body", "$body is not a payload column"),
        ("$text", "$member", "$member is not a payload column"),
        ('value="unsure"', 'value="perhaps"', "the choices differ from the values"),
        ('name="class_fits"', 'name="verdict"', "no control of type choices has this name"),
    ],
)
def test_a_labelling_configuration_that_does_not_fit_is_refused_when_it_is_added(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    stage = make_stage(tmp_path)
    folder = unfit_folder(stage, old, new)
    done = datacoop("collection", "check", str(folder), folder=stage.root, code=1)
    assert told in done.stderr
    assert "What to do: " in done.stderr
    log = stage.log()
    files = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    with pytest.raises(RefusedError, match="does not fit"):
        add_collection(
            stage.pool, parse_collection(files), stage.keys.operator, created_utc=CREATED
        )
    assert stage.log() == log


def test_the_version_is_the_one_that_is_installed() -> None:
    pinned = Path(__file__).parents[2] / "infra/label-studio/pyproject.toml"
    assert f'"label-studio=={VERSION}"' in pinned.read_text(encoding="utf-8")
