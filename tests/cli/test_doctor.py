"""`datacoop doctor`: each thing that is wrong is told in seconds, with what to do."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from commands import datacoop, datacoop_json
from plays import Stage, make_stage, write_settings

from datacoop.pool.object_store import open_store
from datacoop.pool.store_check import refuses_overwriting, store_seconds_ahead

HOUR = 3600


class Server(BaseHTTPRequestHandler):
    """An object store whose clock is an hour ahead and which takes any write; a Flink too."""

    kept: dict[str, bytes]
    overview: dict[str, Any]
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, b"")

    def do_DELETE(self) -> None:
        self.kept.pop(self.path, None)
        self.answer(204, b"")

    def do_GET(self) -> None:
        if self.path == "/overview":
            self.answer(200, json.dumps(self.overview).encode())
            return
        content = self.kept.get(self.path.partition("?")[0])
        self.answer(404 if content is None else 200, content or b"")

    def answer(self, status: int, content: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Date", formatdate(time.time() + HOUR, usegmt=True))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(overview: dict[str, Any] | None = None) -> Iterator[str]:
    handler = type("Handler", (Server,), {"kept": {}, "overview": overview or {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    made = make_stage(tmp_path_factory.mktemp("doctor"))
    write_settings(made)
    return made


def findings(folder: Path, *arguments: str, code: int) -> dict[str, tuple[str, str]]:
    told = datacoop_json("doctor", *arguments, folder=folder, code=code)
    return {one["what"]: (one["state"], one["advice"]) for one in told}


def test_metadata_that_has_expired_is_told_and_a_refresh_mends_it(stage: Stage) -> None:
    files = sorted(path for path in stage.root.rglob("*") if path.is_file())
    found = findings(stage.root, code=1)
    missing = {what for what, (state, _) in found.items() if state == "missing"}
    assert missing == {"trust metadata"}
    assert "datacoop trust refresh" in found["trust metadata"][1]
    assert found["store pool"][0] == found["operator key"][0] == "ok"
    assert found["landing store of de-auental"][0] == "unset"
    assert sorted(path for path in stage.root.rglob("*") if path.is_file()) == files
    datacoop("trust", "refresh", folder=stage.root)
    assert findings(stage.root, code=0)["trust metadata"] == ("ok", "")


def test_keys_that_others_may_read_or_that_are_another_pools_are_told(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    (tmp_path / "annotators.key").write_bytes(b"short")
    (tmp_path / "gateway.key").write_bytes(b"")
    (tmp_path / "keys" / "operator.key").chmod(0o644)
    lines = [
        'pool = "pool"\noperator_key = "keys/operator.key"\nannotator_key = "annotators.key"',
        f'[gateway]\nkey = "gateway.key"\nstore = "{tmp_path}/none/gateway.db"',
    ]
    (tmp_path / "datacoop.toml").write_text("\n".join(lines))
    found = findings(tmp_path, code=1)
    assert "chmod 600" in found["operator key"][1]
    assert "chmod 600" in found["gateway's key"][1]
    assert "32 bytes" in found["annotator key"][1]
    assert found["gateway's store"] == ("ok", "")
    datacoop("key", "new", "other.key", "--role", "operator", "--holder", "o2", folder=tmp_path)
    write_settings(stage)
    text = (tmp_path / "datacoop.toml").read_text()
    (tmp_path / "datacoop.toml").write_text(text.replace("keys/operator.key", "other.key"))
    assert "trust show" in findings(tmp_path, code=1)["operator key"][1]


def test_services_that_do_not_answer_are_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "LABEL_STUDIO_TOKEN"):
        monkeypatch.setenv(name, "made-up")
    (tmp_path / "datacoop.toml").write_text(
        'pool = "s3://bucket/pool"\n[label_studio]\nurl = "http://127.0.0.1:9"\n[stores]\n'
        'endpoint = "http://127.0.0.1:9"\nregion = "x"\n'
    )
    options = ("--", "--job_endpoint=127.0.0.1:9", "--flink_master=127.0.0.1:9")
    done = datacoop("doctor", "--json", *options, folder=tmp_path, code=1)
    told = json.loads(done.stdout)
    missing = {one["what"] for one in told if one["state"] == "missing"}
    services = {"store pool", "Label Studio", "Beam job endpoint", "Flink"}
    assert services <= missing
    assert all(one["advice"] for one in told if one["state"] == "missing")


def test_a_store_that_writes_over_what_is_there_is_found_out(tmp_path: Path) -> None:
    options = {"region": "x", "access_key_id": "a", "secret_access_key": "b"}
    with serving() as url:
        store = open_store("s3://bucket", {**options, "endpoint": url})
        assert not refuses_overwriting(store)
        ahead = store_seconds_ahead(store)
    assert ahead is not None
    assert abs(ahead - HOUR) < 30
    folder = open_store(str(tmp_path))
    assert refuses_overwriting(folder)
    assert list(folder.list()) == []
    assert store_seconds_ahead(folder) is None


def flink(version: str, managers: int, free_slots: int) -> dict[str, Any]:
    told = {"flink-version": version, "taskmanagers": managers}
    return told | {"slots-total": 4, "slots-available": free_slots}


@pytest.mark.parametrize(
    ("overview", "advice"),
    [
        (flink("1.19.3", 2, 4), ""),
        (flink("2.1.0", 2, 4), "1.19"),
        (flink("1.19.3", 0, 0), "no task manager"),
        (flink("1.19.3", 1, 0), "slots"),
        ({"other": 1}, "HOST:8081"),
    ],
)
def test_a_flink_is_asked_what_it_is(overview: dict[str, Any], advice: str) -> None:
    from datacoop.cli.doctor_services import service_findings
    from datacoop.settings import Settings

    with serving(overview) as url:
        found = list(service_findings(Settings(), [f"--flink_master={url}"]))
    assert [one.state for one in found if one.what == "Flink"] == ["missing" if advice else "ok"]
    assert advice in found[-1].advice
