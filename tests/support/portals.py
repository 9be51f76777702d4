"""A portal over a small published pool, asked in process; and one that listens."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import uvicorn
from pooling import COLLECTION, CREATED, OPERATOR, PURPOSE, STEWARDS

from datacoop.jobs.granting import give_grant
from datacoop.pool.grants import Grant
from datacoop.pool.keys import SigningKey
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.passes import Pass, sign_pass
from datacoop.pool.pool import Pool
from datacoop.web.portal.app import Options, Portal
from datacoop.web.portal.entrance import token_of

ORIGIN = "http://portal.example.org"
LATER = "9999-12-31"


def make_grant(pool: Pool, store: ObjectStore, **changes: Any) -> tuple[Grant, bytes]:
    """Give a grant for all of the pool, signed and in the log."""
    wanted = Grant(
        id="",
        pool_id="",
        who="Example Lab",
        collections=(COLLECTION,),
        purposes=(PURPOSE,),
        jurisdiction="KR",
        given="2026-01-01",
        until=LATER,
        secret="",
    )
    return give_grant(pool, store, replace(wanted, **changes), OPERATOR, created_utc=CREATED)


def make_pass(
    pool: Pool, until_utc: str, key: SigningKey = STEWARDS["harbour"], portal: str = ORIGIN
) -> bytes:
    wanted = Pass(pool_id=pool.require().pool_id, portal=portal, until_utc=until_utc)
    return sign_pass(wanted, key)


@dataclass
class Asker:
    """Asks a portal in process."""

    portal: Portal

    def ask(
        self,
        method: str,
        path: str,
        shown: bytes | None = None,
        *,
        cookie: bytes | None = None,
        purpose: str | None = PURPOSE,
        headers: Mapping[str, str] | None = None,
        content: str | None = None,
    ) -> httpx.Response:
        sent = dict(headers or {})
        if shown is not None:
            sent["authorization"] = f"Bearer {token_of(shown)}"
        if cookie is not None:
            sent["cookie"] = f"datacoop-portal={token_of(cookie)}"
        if purpose is not None:
            sent["datacoop-purpose"] = purpose

        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.portal)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, headers=sent, content=content)

        return asyncio.run(once())


@dataclass
class Clock:
    """A clock that a test moves."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        # Each look at the log counts as due.
        self.now += 2
        return self.now


def make_portal(pool: Pool, accesses: ObjectStore, **how: Any) -> tuple[Asker, list[Any]]:
    lines: list[Any] = []
    options = Options(origin=ORIGIN, **how)
    portal = Portal(options, pool, accesses, clock=Clock(), log=lines.append)
    return Asker(portal), lines


@contextmanager
def listening(pool: Pool, accesses: ObjectStore, **how: Any) -> Iterator[str]:
    """Run a portal on a port; give its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    app = Portal(Options(origin=origin, **how), pool, accesses, log=lambda _: None)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, http="h11", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield origin
    finally:
        server.should_exit = True
        thread.join(10)
