"""What an annotator who is signed in and means harm can make the gateway do: nothing.

The requests are made from Label Studio's own table of URLs, so a route that an upgrade adds is
tried without being known here.
"""

import hashlib
import json
import os
import re
import socket
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from fault_proxy import FaultProxy
from gateways import GatewayProcess, Offer, Person
from tests.label.conftest import EXECUTABLE
from tests.web.conftest import MakeOffer, StartGateway

from datacoop.demo.label_studio_server import LabelStudioServer

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
OTHERS_TEXT = "a text that only Bob was given"

LIST_ROUTES = """
import json, os, sys
sys.path.insert(0, os.getcwd())
import django
django.setup()
from django.urls import get_resolver
def walk(patterns, before=""):
    for p in patterns:
        here = before + str(p.pattern)
        if hasattr(p, "url_patterns"):
            yield from walk(p.url_patterns, here)
        else:
            yield here
print("ROUTES" + json.dumps(sorted(set(walk(get_resolver().url_patterns)))))
"""

ALLOWED = {
    ("GET", "/"),
    ("GET", "/sw.js"),
    ("GET", "/sw-fallback.js"),
    ("GET", "/favicon.ico"),
    ("GET", "/api/current-user/whoami"),
    ("GET", "/api/users"),
    ("GET", "/api/version"),
    ("GET", "/api/ml"),
    ("GET", "/api/label_links"),
    ("GET", "/api/tasks"),
    ("GET", "/static/fonts/roboto/roboto.css"),
}
"""What is the same for everybody; the rest of what is allowed needs an object of one's own."""


class Scene(NamedTuple):
    """A gateway behind which everything is recorded, and two annotators."""

    gateway: GatewayProcess
    upstream: FaultProxy
    offer: Offer
    ada: Person
    bob: Person
    numbers: dict[str, dict[str, int]]
    """Numbers of objects by whose they are, and by kind."""


@pytest.fixture(scope="module")
def scene(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway
) -> Iterator[Scene]:
    offer = make_offer("attacked", [{"text": OTHERS_TEXT}, {"text": "another text"}], votes=1)
    foreign = make_offer("foreign", [{"text": "of a project that is not offered"}])
    with (
        FaultProxy(server.url) as upstream,
        start_gateway(offer, upstream=upstream.url, unlimited=True) as gateway,
    ):
        ada, bob = Person(gateway.origin), Person(gateway.origin)
        assert ada.sign_in("ada@example.org").status == 303
        assert bob.sign_in("bob@example.org").status == 303
        others = work_on(bob, offer)
        own = work_on(ada, offer)
        others["studio_task"] = offer.tasks[next(iter(offer.records))]
        missing = dict.fromkeys(own, 999999)
        numbers = {
            "own": {**own, "project": offer.project},
            "other's": {**others, "project": foreign.project},
            "missing": {**missing, "project": 999_999},
        }
        yield Scene(gateway, upstream, offer, ada, bob, numbers)


def answer(value: str = "family") -> list[dict[str, Any]]:
    named = {"from_name": "area", "to_name": "text", "type": "choices"}
    return [named | {"value": {"choices": [value]}}]


def work_on(person: Person, offer: Offer) -> dict[str, int]:
    """Answer one task with a draft before it; give the numbers of what was made."""
    task = person.next_task(offer.project).json()["id"]
    draft = person.send("POST", f"/api/tasks/{task}/drafts", {"result": answer()}).json()["id"]
    made = person.send("POST", f"/api/tasks/{task}/annotations", {"result": answer()})
    assert made.status == 201
    return {"task": task, "draft": draft, "annotation": made.json()["id"]}


def fingerprint(server_folder: Path) -> str:
    """Digest all that Label Studio's database holds."""
    database = f"file:{server_folder / 'label_studio.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as db:
        return hashlib.sha256("\n".join(db.iterdump()).encode()).hexdigest()


def folder_of(server: LabelStudioServer) -> Path:
    return server.log.parent.parent


def studio_routes(folder: Path) -> list[str]:
    """Ask Label Studio for its table of URLs; give them with named gaps."""
    room = next(EXECUTABLE.parents[1].glob("lib/python3*/site-packages/label_studio"))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "core.settings.label_studio",
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
    }
    done = subprocess.run(
        [EXECUTABLE.with_name("python"), "-c", LIST_ROUTES],
        cwd=room,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("ROUTES"))
    return sorted({plain(route) for route in json.loads(line[6:])})


def plain(route: str) -> str:
    route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"{\1}", route)
    route = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    return "/" + re.sub(r"[\^$?]|\\Z|\\", "", route).lstrip("/")


def filled(route: str, numbers: dict[str, int]) -> Iterator[str]:
    """Put numbers into a route; where one may be of several kinds, each of them."""
    kinds = ("task", "annotation", "draft", "project")
    for kind in kinds if "{" in route else kinds[:1]:
        value = numbers[kind]
        path = re.sub(r"\{(project_pk|project_id|project)\}", str(numbers["project"]), route)
        path = re.sub(r"\{annotation_id\}", str(numbers["annotation"]), path)
        yield re.sub(r"\{\w+\}", str(value), path)


def is_allowed(scene: Scene, method: str, path: str) -> bool:
    own = scene.numbers["own"]
    rows = {
        *ALLOWED,
        ("GET", f"/projects/{own['project']}/data"),
        ("GET", f"/api/projects/{own['project']}"),
        ("GET", f"/api/projects/{own['project']}/label-stream-history"),
        ("GET", f"/api/tasks/{own['task']}"),
        ("POST", f"/api/tasks/{own['task']}/drafts"),
        ("POST", f"/api/tasks/{own['task']}/annotations"),
        ("POST", f"/api/tasks/{own['task']}/annotations/{own['annotation']}/drafts"),
        ("PATCH", f"/api/annotations/{own['annotation']}"),
        ("PATCH", f"/api/drafts/{own['draft']}"),
        ("DELETE", f"/api/drafts/{own['draft']}"),
    }
    return (method, path) in rows


def test_no_forbidden_request_of_the_url_table_reaches_label_studio(
    scene: Scene, server: LabelStudioServer, tmp_path: Path, record_property: Any
) -> None:
    routes = studio_routes(tmp_path)
    assert len(routes) > 150, "Label Studio's table was not read"
    requests = dict.fromkeys(
        (method, path)
        for route in routes
        for numbers in scene.numbers.values()
        for variant in (route.rstrip("/") or "/", route.rstrip("/") + "/")
        for path in filled(variant, numbers)
        for method in METHODS
        if not is_allowed(scene, method, path)
    )
    attack(scene, server, [(method, path, None) for method, path in requests])
    record_property("forbidden_requests", len(requests))
    print(f"{len(requests)} forbidden requests of {len(routes)} routes, 0 reached Label Studio")


def attack(
    scene: Scene, server: LabelStudioServer, requests: Sequence[tuple[str, str, bytes | None]]
) -> None:
    """Send requests as Ada, with all that a page of hers would send; none may get through."""
    before, seen = fingerprint(folder_of(server)), len(scene.upstream.seen)
    through = []
    headers = {
        "Origin": scene.gateway.origin,
        "X-Datacoop-Csrf": scene.ada.csrf,
        "Content-Type": "application/json",
    }
    statuses: Counter[int] = Counter()
    attacker = replace(scene.ada, keeps=True)
    for method, path, body in requests:
        content = body if body is not None else None if method in ("GET", "HEAD") else b"{}"
        asked = len(scene.upstream.seen)
        got = attacker.raw(method, path, content, headers)
        statuses[got.status] += 1
        if got.status < 300 or len(scene.upstream.seen) > asked or OTHERS_TEXT.encode() in got.body:
            through.append((method, path, got.status, scene.upstream.seen[asked:]))
    assert not through
    assert scene.upstream.seen[seen:] == []
    assert fingerprint(folder_of(server)) == before
    assert not set(statuses) & {429, 500, 502, 503}, statuses


TARGETS = (
    "/api/projects/{p}/export?exportType=JSON",
    "/api/projects/{p}/tasks",
    "/api/projects/{p}/next",
    "/api/users/1",
    "/api/current-user/token",
    "/api/invite",
    "/api/tasks/{t}",
    "/api/tasks/{t}/annotations",
    "/api/annotations/{a}",
    "/api/drafts/{d}",
    "/api/dm/actions?id=delete_tasks&project={p}",
    "/api/storages/localfiles?project={p}",
    "/api/organizations/1/memberships",
    "/data/upload/{p}/file.txt",
    "/admin/",
    "/user/login/",
    "/django-rq/",
    "/docs/api/schema/json/",
)
LANES = ("/api/current-user/whoami", "/static/x.js", "/projects/{p}/data", "/api/tasks", "/")


def tricks(path: str, lanes: Sequence[str]) -> Iterator[str]:
    """Write a path in ways that some servers read as that path."""
    bare, _, query = path.partition("?")
    tail = f"?{query}" if query else ""
    inner = bare.lstrip("/")
    yield from (
        f"/{inner.replace('/', '%2f')}{tail}",
        f"/{inner.replace('/', '%2F')}{tail}",
        f"/{inner.replace('/', '%252f')}{tail}",
        f"/{inner.replace('/', '//')}{tail}",
        f"/{inner.replace('/', '/./')}{tail}",
        f"/{inner.replace('/', chr(92))}{tail}",
        f"/{inner.replace('/', '%5c')}{tail}",
        f"/{inner.replace('/', '%c0%af')}{tail}",
        f"/{inner.replace('/', '%ef%bc%8f')}{tail}",
        f"//{inner}{tail}",
        f"///{inner}{tail}",
        f"/%2f{inner}{tail}",
        f"/./{inner}{tail}",
        f"/%2e/{inner}{tail}",
        f"/;/{inner}{tail}",
        f"{bare};x=1{tail}",
        f"{bare};.js{tail}",
        f"{bare}/.js{tail}",
        f"{bare}.js{tail}",
        f"{bare}%00{tail}",
        f"{bare}%00.js{tail}",
        f"{bare}%20{tail}",
        f"{bare}%09{tail}",
        f"{bare}%0a{tail}",
        f"{bare}%0d%0aX-Y:%20z{tail}",
        f"{bare}%3f{query}",
        f"{bare}%23{tail}",
        f"{bare}/..;/{tail}",
        f"/{inner.upper()}{tail}",
        f"/{inner.title()}{tail}",
        f"/{''.join(f'%{ord(c):02x}' if c.isalpha() else c for c in inner)}{tail}",
        f"http://127.0.0.1{bare}{tail}",
        f"http://127.0.0.1:1{bare}{tail}",
        f"@127.0.0.1{bare}{tail}",
        f"127.0.0.1{bare}{tail}",
    )
    for lane in lanes:
        up = lane.count("/")
        for dots in ("..", "%2e%2e", ".%2e", "%252e%252e", "..;", "..%00", "..%c0%af"):
            yield f"{lane}/{'/'.join([dots] * up)}/{inner}{tail}"
            yield f"{lane}%2f{'%2f'.join([dots] * up)}%2f{inner}{tail}"
        yield f"{lane}{bare}{tail}"
        yield f"{lane}?x=1{'&' + query if query else ''}#{bare}"[: 0 or None].replace(
            "#", "%23"
        ) + ("&project=1&project=1")


def test_no_way_of_writing_a_path_reaches_label_studio(
    scene: Scene, server: LabelStudioServer
) -> None:
    other = scene.numbers["other's"]
    names = {
        "p": other["project"],
        "t": other["task"],
        "a": other["annotation"],
        "d": other["draft"],
    }
    own = {"p": scene.offer.project}
    requests = [
        (method, written, None)
        for target in TARGETS
        for written in tricks(target.format(**names), [lane.format(**own) for lane in LANES])
        for method in ("GET", "POST", "DELETE")
        if not is_allowed(scene, method, written)
    ]
    attack(scene, server, requests)
    print(f"{len(requests)} ways of writing a path, 0 reached Label Studio")


def test_doubled_and_odd_parameters_are_refused(scene: Scene, server: LabelStudioServer) -> None:
    own, other = scene.offer.project, scene.numbers["other's"]["project"]
    action = "/api/dm/actions"
    queries = (
        f"id=next_task&id=delete_tasks&project={own}",
        f"id=delete_tasks&id=next_task&project={own}",
        f"id=next_task&project={own}&project={other}",
        f"id=next_task&project={own}&project[]={other}",
        f"id=next_task&project={own}&PROJECT={other}",
        f"id=next_task&project={own}&%70roject={other}",
        f"id=next_task;id=delete_tasks&project={own}",
        f"id=next_task&project={other}",
        "id=next_task&project=0",
        "id=next_task&project=-1",
        "id=next_task&project=1e3",
        f"id=next_task&project={own}%00",
        f"id=next_task&project=%20{own}",
        f"id=next_task&project=%EF%BC%91{own}",
        "id=next_task",
        f"project={own}",
        f"id=&project={own}",
        f"id=Next_Task&project={own}",
        f"id=next_task%00&project={own}",
        f"id[]=next_task&project={own}",
        *(f"id={name}&project={own}" for name in ("delete_tasks", "delete_tasks_annotations")),
        *(
            f"id={name}&project={own}"
            for name in ("retrieve_tasks_predictions", "remove_duplicates")
        ),
        "&".join(f"x{number}=1" for number in range(100)),
    )
    requests: list[tuple[str, str, bytes | None]] = [
        ("POST", f"{action}?{query}", None) for query in queries
    ]
    for path in ("/api/dm/project", "/api/dm/columns", "/api/dm/views"):
        requests += [
            ("GET", f"{path}?project={own}&project={other}", None),
            ("GET", f"{path}?project={other}", None),
            ("GET", path, None),
        ]
    attack(scene, server, requests)


def test_headers_of_a_client_go_no_further(scene: Scene, server: LabelStudioServer) -> None:
    project = scene.offer.project
    # From time to time the gateway looks for the version first; not twice in a moment.
    assert scene.ada.send("GET", f"/api/projects/{project}").status == 200
    seen = len(scene.upstream.seen)
    smuggled = {
        "Authorization": f"Token {server.token}",
        "X-HTTP-Method-Override": "DELETE",
        "X-Method-Override": "DELETE",
        "X-Original-URL": "/api/users",
        "X-Rewrite-URL": "/api/users",
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Host": "evil.example.org",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=10.0.0.1;host=evil.example.org",
        "X-Real-IP": "10.0.0.1",
        "X-CSRFToken": "forged",
        "Referer": "http://evil.example.org/",
        "Range": "bytes=0-1",
        "If-None-Match": "*",
        "X-Anything": "forged",
        "Accept-Language": "ko",
    }
    got = scene.ada.send("GET", f"/api/projects/{project}", None, **smuggled)
    assert got.status == 200
    assert "set-cookie" not in got.headers
    assert scene.upstream.seen[seen:] == [("GET", f"/api/projects/{project}")]
    told = {name.lower(): value for name, value in scene.upstream.headers[-1].items()}
    assert set(told) == {
        "host", "accept", "accept-encoding", "user-agent", "authorization",
    }  # fmt: skip
    assert told["authorization"].startswith("Bearer ")
    assert not {*smuggled.values()} & {*told.values()}


def test_a_foreign_host_or_a_label_studio_session_opens_nothing(
    scene: Scene, server: LabelStudioServer
) -> None:
    seen = len(scene.upstream.seen)
    path = f"/api/projects/{scene.offer.project}"
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Token {server.token}"}) as c:
        c.get("/api/current-user/whoami")
        session = f"sessionid={c.cookies['sessionid']}"
    nobody = Person(scene.gateway.origin, cookie=session)
    assert nobody.send("GET", path).status == 401
    token = {"Authorization": f"Token {server.token}"}
    assert Person(scene.gateway.origin).send("GET", path, None, **token).status == 401
    rebound = scene.ada.raw("GET", path, None, {"Host": "evil.example.org"})
    assert rebound.status in (400, 421)
    assert scene.upstream.seen[seen:] == []


SMUGGLED = (
    b"POST /api/dm/actions?id=next_task&project={p} HTTP/1.1\r\nHost: {h}\r\nCookie: {c}\r\n"
    b"Origin: http://{h}\r\nX-Datacoop-Csrf: {x}\r\nContent-Type: application/json\r\n"
)
FRAMINGS = {
    "both lengths": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "odd encoding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "space before colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "signed length": b"Content-Length: +2\r\n\r\n{}",
    "folded header": b"X: a\r\n b\r\nContent-Length: -1\r\n\r\n{}",
}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_request_hidden_in_another_never_reaches_label_studio(
    scene: Scene, server: LabelStudioServer, framing: str
) -> None:
    host = scene.gateway.origin.removeprefix("http://")
    names = {"p": str(scene.offer.project), "h": host, "c": scene.ada.cookie, "x": scene.ada.csrf}
    head = SMUGGLED
    for name, value in names.items():
        head = head.replace(b"{" + name.encode() + b"}", value.encode())
    hidden = f"GET /api/projects/{scene.offer.project}/export HTTP/1.1\r\nHost: {host}\r\n\r\n"
    before = fingerprint(folder_of(server))
    with socket.create_connection(("127.0.0.1", scene.gateway.port), 10) as line:
        line.settimeout(10)
        line.sendall(head + FRAMINGS[framing] + hidden.encode())
        got = b""
        try:
            while part := line.recv(65536):
                got += part
                if got.count(b"HTTP/1.1 ") > 1:
                    break
        except (TimeoutError, ConnectionError):
            pass
    assert not any("export" in path for _, path in scene.upstream.seen)
    assert fingerprint(folder_of(server)) == before


def stored(server: LabelStudioServer, task: int) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Token {server.token}"}
    found = httpx.get(f"{server.url}/api/tasks/{task}/", headers=headers, timeout=60)
    annotations: list[dict[str, Any]] = found.raise_for_status().json()["annotations"]
    return annotations


def test_a_body_says_nothing_but_the_answer(
    server: LabelStudioServer, make_offer: MakeOffer, start_gateway: StartGateway
) -> None:
    offer = make_offer("bodies", [{"text": "one"}, {"text": "two"}])
    with start_gateway(offer) as gateway:
        ada = Person(gateway.origin)
        ada.sign_in("ada@example.org")
        task = ada.next_task(offer.project).json()["id"]
        forged = {
            "completed_by": 1,
            "updated_by": 1,
            "ground_truth": True,
            "task": 999,
            "project": 999,
            "id": 999,
            "unique_id": "00000000-0000-0000-0000-000000000000",
            "import_id": 5,
            "bulk_created": True,
            "last_action": "accepted",
            "parent_prediction": 1,
            "parent_annotation": 1,
            "was_postponed": True,
            "created_at": "2020-01-01T00:00:00Z",
            "draft_id": 1,
        }
        target = f"/api/tasks/{task}/annotations?was_cancelled=true&completed_by=1&project=999"
        body = json.dumps({"result": answer(), **forged}).encode()
        # A key that is there twice: what is checked and what is sent on must be the same.
        body = body[:-1] + b', "was_cancelled": true, "was_cancelled": false}'
        told = {"Origin": gateway.origin, "X-Datacoop-Csrf": ada.csrf}
        made = ada.raw("POST", target, body, {**told, "Content-Type": "application/json"})
        assert made.status == 201
        changed = ada.send(
            "PATCH",
            f"/api/annotations/{made.json()['id']}?completed_by=1",
            {"result": answer("housing"), **forged},
        )
        assert changed.status == 200
        [kept] = stored(server, offer.tasks[next(iter(offer.records))])
    assert kept["completed_by"]["id"] != 1
    assert kept["completed_by"]["email"].endswith("@annotators.invalid")
    assert kept["updated_by"] == kept["completed_by"]["id"]
    assert kept["ground_truth"] is False
    assert kept["was_cancelled"] is False
    assert kept["bulk_created"] is False
    assert kept["import_id"] is None
    assert kept["last_action"] is None
    assert kept["parent_annotation"] is None
    assert kept["created_at"] > "2026"
    assert kept["result"][0]["value"] == {"choices": ["housing"]}
