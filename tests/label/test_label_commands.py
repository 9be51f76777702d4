"""The commands of labelling against a real Label Studio that is down, or fails after it wrote."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from commands import datacoop
from fault_proxy import FaultProxy, gateway_timeout, late, lost_answer, unavailable
from plays import Stage, make_play, make_stage, many_lines, write_settings

from datacoop.cli.main import datacoop as group
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import TransientError

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]

ROUTE = ["label", "route", "classification", "--json"]
TOKEN = "LABEL_STUDIO_TOKEN"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    made, play = make_stage(tmp_path_factory.mktemp("labels")), make_play(many_lines(60))
    made.submit(play)
    made.intake(play)
    return made


def point_at(stage: Stage, url: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(stage)
    with (stage.root / "datacoop.toml").open("a", encoding="utf-8") as file:
        file.write(f'[label_studio]\nurl = "{url}"\n')
    monkeypatch.setenv(TOKEN, token)
    monkeypatch.chdir(stage.root)


def stored(server: LabelStudioServer, project: int) -> Counter[str]:
    """Count the tasks of each key, asked of the server itself."""
    url = f"{server.url}/api/tasks/?project={project}&page_size=10000&include=id,data"
    headers = {"Authorization": f"Token {server.token}"}
    tasks: list[dict[str, Any]] = httpx.get(url, headers=headers, timeout=60).json()["tasks"]
    return Counter(task["data"]["pool_uid"] for task in tasks)


def test_label_studio_down_is_a_failure_outside_and_routes_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(stage, "http://127.0.0.1:9", "s3cret", monkeypatch)
    log = stage.log()
    done = datacoop(*ROUTE[:-1], folder=stage.root, code=3)
    assert done.stderr.startswith("Error: Label Studio failed at ")
    assert "What to do: " in done.stderr
    assert "http://127.0.0.1:9" in done.stderr
    assert not [text for text in ("s3cret", "Traceback", "Auskunft") if text in done.stderr]
    assert stage.log() == log


def test_without_a_token_or_an_address_it_says_what_to_set(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    point_at(stage, "http://127.0.0.1:9", "", monkeypatch)
    done = datacoop(*ROUTE[:-1], folder=stage.root, code=2)
    assert f"variable {TOKEN} is not set" in done.stderr
    write_settings(stage)
    done = datacoop(*ROUTE[:-1], folder=stage.root, code=2)
    assert "What to do: Set `label_studio.url` in datacoop.toml." in done.stderr


def test_a_server_that_fails_after_it_wrote_gets_no_task_twice(
    server: LabelStudioServer, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def route(*faults: Callable[[Any], None]) -> dict[str, int]:
        with FaultProxy(server.url) as proxy:
            proxy.plan("POST", "/import", *faults)
            point_at(stage, proxy.url, server.token, monkeypatch)
            done = CliRunner().invoke(group, ROUTE, catch_exceptions=False)
        assert done.exit_code == 0
        found: dict[str, int] = json.loads(done.stdout)
        return found

    with pytest.raises(TransientError):
        route(*[unavailable] * 5)
    first = route(gateway_timeout, lost_answer, late(2.0))
    again = route()
    assert first["tasks_sent"] == first["tasks_in_all"] == again["tasks_in_all"] > 5
    assert again["tasks_sent"] == 0
    tasks = stored(server, first["project"])
    assert set(tasks.values()) == {1}
    assert len(tasks) == first["tasks_sent"]
