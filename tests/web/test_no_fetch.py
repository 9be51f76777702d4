"""A real Label Studio with tasks full of addresses: it asks none of them."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from tests.web.conftest import MakeOffer

from datacoop.demo.label_studio_server import LabelStudioServer

EXPORTS = ("JSON", "JSON_MIN", "CSV", "TSV")
SECRET = "what-only-the-file-holds"


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Listen on this machine; give the address, and the paths that are asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - as the server calls them

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_label_studio_asks_for_nothing_that_task_data_names(
    server: LabelStudioServer,
    make_offer: MakeOffer,
    listener: tuple[str, list[str]],
    tmp_path: Path,
) -> None:
    origin, asked = listener
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    texts = [
        f"{origin}/plain.txt",
        f"<img src='{origin}/image.png'><script src='{origin}/own.js'></script>",
        f"![image]({origin}/markdown.png) [link]({origin}/link)",
        f"{{{{ {origin}/template }}}} ${{{origin}/shell}}",
        f"url({origin}/style.css) @import '{origin}/import.css'",
        f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM '{origin}/entity'>]><x>&e;</x>",
        f"/data/local-files/?d={file}",
        f"file://{file}",
        "s3://bucket/key",
        f'=WEBSERVICE("{origin}/formula")',
    ]
    offer = make_offer("addresses", [{"text": text} for text in texts], votes=1)
    headers = {"Authorization": f"Token {server.token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
        for number in offer.tasks.values():
            for query in ("", "?resolve_uri=true&interpolate_key=text"):
                shown = client.get(f"/api/tasks/{number}/{query}")
                assert shown.status_code == 200
                assert SECRET not in shown.text
        listed = client.get(
            "/api/tasks", params={"project": offer.project, "resolve_uri": "true", "fields": "all"}
        )
        assert listed.status_code == 200
        given = client.get(f"/api/projects/{offer.project}/next", params={"resolve_uri": "true"})
        assert given.status_code == 200
        for form in EXPORTS:
            exported = client.get(
                f"/api/projects/{offer.project}/export",
                params={"exportType": form, "download_all_tasks": "true"},
            )
            assert exported.status_code == 200
            assert SECRET not in exported.text
    time.sleep(1)
    assert asked == []
    httpx.get(f"{origin}/control")
    assert asked == ["/control"], "the listener hears what is asked"
