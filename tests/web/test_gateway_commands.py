"""The commands as an operator types them, before a pool with a routed collection."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import SUPPORT, datacoop, datacoop_json
from gateways import Person, free_port
from plays import Stage, make_play, make_stage, many_lines, write_settings

from datacoop.demo.label_studio_server import LabelStudioServer

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]

ADA = "ada@example.org"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, server: LabelStudioServer) -> Iterator[Stage]:
    made, play = make_stage(tmp_path_factory.mktemp("gateway")), make_play(many_lines(20))
    made.submit(play)
    made.intake(play)
    write_settings(made)
    port = free_port()
    (made.root / "annotator.key").write_bytes(b"k" * 32)
    settings = (made.root / "datacoop.toml").read_text()
    key = "" if "annotator_key" in settings else 'annotator_key = "annotator.key"\n'
    (made.root / "datacoop.toml").write_text(
        f'{key}{settings}\n[label_studio]\nurl = "{server.url}"\n'
        f'[gateway]\norigin = "http://127.0.0.1:{port}"\nlisten = "127.0.0.1:{port}"\n'
        'store = "gateway.db"\nkey = "gateway.key"\n'
    )
    os.environ["LABEL_STUDIO_TOKEN"] = server.token
    yield made
    del os.environ["LABEL_STUDIO_TOKEN"]


def origin_of(stage: Stage) -> str:
    text = (stage.root / "datacoop.toml").read_text()
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith("origin"))


def test_an_annotator_is_invited_labels_and_is_removed(stage: Stage, tmp_path: Path) -> None:
    root = stage.root
    datacoop("label", "route", "classification", folder=root)
    added = datacoop_json("annotator", "add", ADA, "--name", "Ada", "--lead", folder=root)
    assert datacoop("annotator", "add", ADA.upper(), folder=root, code=1)
    [listed] = datacoop_json("annotator", "list", folder=root)
    known = {"email": ADA, "name": "Ada", "language": "", "lead": True, "paused in": ""}
    assert listed == {"annotator": added["annotator"], "user": added["user"], **known}
    origin, _, token = added["invitation"].partition("/invitation?token=")
    assert origin == origin_of(stage)
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "datacoop.cli.main", "serve", "gateway", "--json"],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(SUPPORT)},
            stdout=log,
            stderr=log,
        )
    try:
        ada = Person(origin)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert process.poll() is None, (tmp_path / "log").read_text()[-2000:]
            try:
                if ada.raw("GET", "/healthz").status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        assert ada.form("/invitation", token=token, password="a long password").status == 303
        assert ada.sign_in(ADA, "a long password").status == 303
        home = ada.send("GET", "/").body.decode()
        project = int(home.partition('href="/projects/')[2].partition("/")[0])
        task = ada.next_task(project).json()
        assert set(task["data"]) == {"class", "text"}
        item = {"from_name": "class_fits", "to_name": "text", "type": "choices"}
        result = [{**item, "value": {"choices": ["fits"]}}]
        target = f"/api/tasks/{task['id']}/annotations"
        assert ada.send("POST", target, {"result": result}).status == 201
        # What is asked comes from the pool.
        shown = ada.send("GET", "/lead")
        assert shown.status == 200
        assert re.search(r'<td class="number">[1-9]', shown.body.decode())
        removed = datacoop_json("annotator", "remove", ADA, folder=root)
        assert removed["token_taken_back"] is True
        assert ada.send("GET", "/").status == 401
    finally:
        process.terminate()
        process.wait(30)
    told = json.loads((tmp_path / "log").read_text().partition("}")[0] + "}")
    assert told["collections"] == ["classification"]
    collected = datacoop_json("label", "collect", "classification", folder=root)
    assert (collected["votes_new"], collected["invalid"]) == (1, {})
    assert datacoop_json("annotator", "list", folder=root) == []
    assert datacoop("annotator", "remove", ADA, folder=root, code=1)


def test_bad_usage_says_what_to_do(stage: Stage) -> None:
    root = stage.root
    assert "name@example.org" in datacoop("annotator", "add", "ada", folder=root, code=1).stderr
    done = datacoop("annotator", "add", ADA, "--language", "xx", folder=root, code=1)
    assert "en, fr, de, ko" in done.stderr
    (root / "gateway.key").chmod(0o644)
    assert "chmod 600" in datacoop("annotator", "list", folder=root, code=2).stderr
    (root / "gateway.key").chmod(0o600)
