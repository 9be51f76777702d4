"""A gateway as a process of its own, and people who ask it.

Run as a program it serves what a JSON file describes: collections without a pool.
"""

import hashlib
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from processes import ServerProcess

SUPPORT = Path(__file__).parent
PASSWORD = "correct horse battery"
READY_SECONDS = 240.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def record_id(number: int) -> bytes:
    return hashlib.sha256(f"gateway record {number}".encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A collection to serve: what `serving.works_of` would read from the pool."""

    collection: str
    project: int
    configuration: str
    records: Mapping[bytes, Mapping[str, Any]]
    tasks: Mapping[bytes, int]
    votes: int = 2
    title: str = ""
    guidelines: str = "Read this."
    picture: Mapping[str, Any] = field(default_factory=dict)
    """What `pictures.picture_from` makes a picture of."""

    def to_json(self) -> dict[str, Any]:
        return {
            "collection": self.collection,
            "project": self.project,
            "configuration": self.configuration,
            "records": {key.hex(): value for key, value in self.records.items()},
            "tasks": {key.hex(): value for key, value in self.tasks.items()},
            "votes": self.votes,
            "title": self.title or f"Collection {self.collection}",
            "guidelines": self.guidelines,
            "picture": dict(self.picture),
        }


class GatewayProcess(ServerProcess):
    """A gateway that runs as long as the `with` block does, or until it is killed."""

    def __init__(
        self,
        folder: Path,
        upstream: str,
        offers: Sequence[Offer],
        *,
        issuer: str = "",
        timeout_seconds: float = 30.0,
        unlimited: bool = False,
        store_url: str = "",
        has_own_clock: bool = False,
    ) -> None:
        self.folder = folder
        self.store_url = store_url or f"sqlite:///{folder / 'gateway.db'}"
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.log = folder / "gateway.log"
        self._clock = folder / "clock"
        folder.mkdir(parents=True, exist_ok=True)
        self.set_clock(0.0)
        self._process: subprocess.Popen[bytes] | None = None
        described = {
            "origin": self.origin,
            "listen": f"127.0.0.1:{self.port}",
            "store": self.store_url,
            "key": str(self.key_path),
            "upstream": upstream,
            "issuer": issuer,
            "timeout_seconds": timeout_seconds,
            "unlimited": unlimited,
            "clock": str(self._clock) if has_own_clock else "",
            "works": [offer.to_json() for offer in offers],
        }
        (folder / "gateway.json").write_text(json.dumps(described), encoding="utf-8")

    @property
    def key_path(self) -> Path:
        return self.folder / "gateway.key"

    def command(self) -> list[str]:
        return [__file__, str(self.folder / "gateway.json")]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.command()],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(SUPPORT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log.read_text()[-2000:]
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                time.sleep(0.05)
        self.kill()
        raise AssertionError("the gateway did not start")

    def set_clock(self, ahead_seconds: float) -> None:
        """Put the gateway's clock ahead of everybody else's, where it has one of its own."""
        made = self._clock.with_suffix(".new")
        made.write_text(str(ahead_seconds))
        made.replace(self._clock)

    def denials(self) -> list[dict[str, Any]]:
        """Give the log lines about denied requests, in order."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line[:1] == "{"]
        return [line for line in lines if line["event"] == "denied"]


class PoolGateway(GatewayProcess):
    """What `datacoop serve gateway` runs, with the settings that lie in its folder."""

    def command(self) -> list[str]:
        return ["-m", "datacoop.cli.main", "serve", "gateway", "--json"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Person:
    """Somebody with a browser that sends exactly what it is told to, undecoded."""

    origin: str
    cookie: str = ""
    csrf: str = ""
    keeps: bool = False
    """Whether one connection is used for many requests; they may then be sent twice."""
    _kept: http.client.HTTPConnection | None = None

    def raw(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request with these headers and the cookie only."""
        connection = self._kept or self._connect()
        try:
            try:
                return self._exchange(connection, method, target, body, headers or {})
            except (http.client.RemoteDisconnected, ConnectionError):
                if not self.keeps:
                    raise
                connection.close()
                return self._exchange(connection, method, target, body, headers or {})
        finally:
            if self.keeps:
                self._kept = connection
            else:
                connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        address = urlsplit(self.origin)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        connection._validate_path = lambda _: None  # type: ignore[attr-defined]
        return connection

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        connection.putrequest(
            method, target, skip_host="Host" in headers, skip_accept_encoding=True
        )
        if self.cookie:
            connection.putheader("Cookie", self.cookie)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None and "Content-Length" not in headers:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        read = answer.read()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, read)

    def send(self, method: str, target: str, value: Any = None, **headers: str) -> Answer:
        """Send what the labelling page would send."""
        told = {"Origin": self.origin, "X-Datacoop-Csrf": self.csrf}
        body = None if value is None else json.dumps(value).encode()
        kind = {} if value is None else {"Content-Type": "application/json"}
        return self.raw(method, target, body, {**told, **kind, **headers})

    def form(self, target: str, **fields: str) -> Answer:
        """Send a form of the gateway's own pages."""
        told = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        return self.raw("POST", target, urlencode(fields).encode(), told)

    def sign_in(self, email: str, password: str = PASSWORD) -> Answer:
        answer = self.form("/sign-in", email=email, password=password)
        if answer.status == 303:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
            found = re.search(r'name="csrf" value="(\w+)"', self.send("GET", "/").body.decode())
            assert found is not None
            self.csrf = found[1]
        return answer

    def next_task(self, project: int) -> Answer:
        return self.send("POST", f"/api/dm/actions?id=next_task&project={project}", {})


def main(path: str) -> None:
    from pictures import picture_from

    from datacoop import journal
    from datacoop.label.facts import Kind, RecordFacts
    from datacoop.label.form import parse_form
    from datacoop.label.gold import GoldPlan
    from datacoop.label.live_queue import Known, LiveQueue
    from datacoop.label.workforce import unknown_annotator
    from datacoop.records.policies import LabellingPolicy
    from datacoop.web.gateway import door
    from datacoop.web.gateway.app import Gateway
    from datacoop.web.gateway.database import read_key
    from datacoop.web.gateway.door import Options
    from datacoop.web.gateway.limits import Rate
    from datacoop.web.gateway.oidc import Provider, SignIn
    from datacoop.web.gateway.store import Store
    from datacoop.web.gateway.studio import Studio
    from datacoop.web.gateway.work import Work, own_votes, restore
    from datacoop.web.server import run

    told = json.loads(Path(path).read_text(encoding="utf-8"))
    if told["unlimited"]:
        # So that what is denied is denied for what it is, and not for how much there is of it.
        door.REQUESTS = door.WRITES = Rate(burst=1_000_000, a_second=1_000)
    key = read_key(Path(told["key"]))
    store = Store(told["store"], key)
    kind = Kind("meadow", "GB", "en", ("law",))
    works = []
    for one in told["works"]:
        records = {bytes.fromhex(k): v for k, v in one["records"].items()}
        tasks = {bytes.fromhex(k): v for k, v in one["tasks"].items()}
        policy = LabellingPolicy(
            question="area",
            kind="choices",
            values=("given", "not given"),
            share_percent=100,
            votes=one["votes"],
        )
        served = store.all_served(one["collection"])
        queue = LiveQueue(
            Known(
                policy=policy,
                # In the order in which they are offered.
                records=[RecordFacts(i, kind, number) for number, i in enumerate(records)],
                workforce={n: unknown_annotator(n, [kind]) for n in store.annotators()},
                plan=GoldPlan(key=key, seed="", percent=0),
                votes=own_votes(served, policy.question),
            )
        )
        restore(queue, served)
        works.append(
            Work(
                name=one["collection"],
                collection=one["collection"],
                title=one["title"],
                guidelines=one["guidelines"],
                project=one["project"],
                questions=parse_form(one["configuration"]).questions,
                question=policy.question,
                value=lambda _: "given",
                queue=queue,
                payload=records.get,
                task=tasks.get,
                picture=partial(picture_from, one["picture"]),
            )
        )
    sign_in = None
    if told["issuer"]:
        provider = Provider(issuer=told["issuer"], client_id="gateway", client_secret="secret")
        sign_in = SignIn(provider, f"{told['origin']}/oidc/callback")
    studio = Studio(told["upstream"], timeout_seconds=told["timeout_seconds"])
    options = Options(origin=told["origin"], key=key, metrics_token="metrics token")

    def own_clock() -> float:
        return time.time() + float(Path(told["clock"]).read_text())

    clock = own_clock if told["clock"] else time.time
    journal.write_lines(program="gateway")
    run(
        Gateway(options, store, studio, works, sign_in=sign_in, clock=clock),
        told["listen"],
    )


if __name__ == "__main__":
    main(sys.argv[1])
