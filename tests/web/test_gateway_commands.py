"""The commands as an operator types them, before a pool with a routed collection."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import SUPPORT, datacoop, datacoop_json
from gateways import Person, free_port
from plays import (
    CODE_VERSION,
    Stage,
    make_play,
    make_stage,
    many_lines,
    write_settings,
)

from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.jobs.building import ReleaseOptions, build_release
from datacoop.pool.blobs import bytes_to_batches, get_blob
from datacoop.pool.object_store import open_store
from datacoop.web.gateway.kept import KEPT_SECONDS

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]

ADA = "ada@example.org"
NAME, SUBMISSION = "classification", "de-auental-small-1"


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


@contextmanager
def serving(stage: Stage, path: Path) -> Iterator[None]:
    """Run the gateway of the settings, as a person does."""
    with path.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "datacoop.cli.main", "serve", "gateway", "--json"],
            cwd=stage.root,
            env={**os.environ, "PYTHONPATH": str(SUPPORT)},
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert process.poll() is None, path.read_text()[-2000:]
            try:
                if Person(origin_of(stage)).raw("GET", "/healthz").status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(30)


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
    with serving(stage, tmp_path / "log"):
        ada = Person(origin)
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
        assert re.search(r'<td class="number"[^>]*>[1-9]', shown.body.decode())
        removed = datacoop_json("annotator", "remove", ADA, folder=root)
        assert removed["token_taken_back"] is True
        time.sleep(KEPT_SECONDS)
        assert ada.send("GET", "/").status == 401
    told = json.loads((tmp_path / "log").read_text().partition("}")[0] + "}")
    assert told["collections"] == ["classification"]
    collected = datacoop_json("label", "collect", "classification", folder=root)
    assert (collected["votes_new"], collected["invalid"]) == (1, {})
    assert datacoop_json("annotator", "list", folder=root) == []
    assert datacoop("annotator", "remove", ADA, folder=root, code=1)


def test_what_the_lead_bars_after_a_report_is_in_no_release(stage: Stage, tmp_path: Path) -> None:
    root, lea = stage.root, "lea@example.org"
    datacoop("label", "route", "classification", folder=root)
    before = set(stage.records(SUBMISSION)["record_id"].to_pylist())
    told = datacoop_json("annotator", "add", lea, "--lead", folder=root)
    token = told["invitation"].partition("/invitation?token=")[2]
    with serving(stage, tmp_path / "log"):
        lead = Person(origin_of(stage))
        assert lead.form("/invitation", token=token, password="a long password").status == 303
        assert lead.sign_in(lea, "a long password").status == 303
        home = lead.send("GET", "/").body.decode()
        project = int(home.partition('href="/projects/')[2].partition("/")[0])
        task = lead.next_task(project).json()
        report = {"task": task["id"], "kind": "harmful"}
        assert lead.send("POST", "/report", report).status == 204
        # Held is not barred yet.
        assert datacoop_json("label", "collect", NAME, folder=root)["records_barred"] == 0
        page = lead.send("GET", "/lead/reports").body.decode()
        [record] = re.findall(r'name="record" value="(\w+)"', page)
        chosen = {"collection": NAME, "record": record, "decision": "barred"}
        assert lead.form("/lead/reports", csrf=lead.csrf, **chosen).status == 303
    assert datacoop_json("label", "collect", NAME, folder=root)["records_barred"] == 1
    assert datacoop_json("label", "collect", NAME, folder=root)["records_barred"] == 0
    options = ReleaseOptions(code_version=CODE_VERSION, work=open_store(str(root / "work")).address)
    built = build_release(
        stage.pool, NAME, options, as_of="2026-07-02", progress=lambda _, __: None
    )
    released = {
        record_id
        for shard in built.manifest.shards
        for batch in bytes_to_batches(get_blob(stage.pool.store, shard.sha256))
        for record_id in batch["record_id"].to_pylist()
    }
    assert bytes.fromhex(record) in before
    counts = built.row_counts
    assert counts["barred"] == 1
    assert bytes.fromhex(record) not in released
    assert released < before
    assert len(released) == len(before) - counts["barred"] - counts["duplicate"]


def test_bad_usage_says_what_to_do(stage: Stage) -> None:
    root = stage.root
    assert "name@example.org" in datacoop("annotator", "add", "ada", folder=root, code=1).stderr
    done = datacoop("annotator", "add", ADA, "--language", "xx", folder=root, code=1)
    assert "en, fr, de, ko" in done.stderr
    (root / "gateway.key").chmod(0o644)
    assert "chmod 600" in datacoop("annotator", "list", folder=root, code=2).stderr
    (root / "gateway.key").chmod(0o600)
