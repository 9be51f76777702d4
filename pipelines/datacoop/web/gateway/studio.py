"""Label Studio as the gateway asks it: each annotator as the Label Studio user that is theirs.

Nothing of a client's request is passed on but what callers name; nothing of the answer's headers
is passed back but the type of a file.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
import orjson

from datacoop.errors import OutsideError, TransientError
from datacoop.label.label_studio import VERSION, wrong_version
from datacoop.web.gateway.exchange import ExchangeError, Server
from datacoop.web.gateway.store_accounts import Account

SERVICE = "Label Studio"
TIMEOUT_SECONDS = 30.0
VERSION_SECONDS = 60.0
"""After how long it is looked again whether Label Studio is still the version it was."""

BEARER_SECONDS = 240.0
"""How long a token is used; Label Studio takes it for five minutes."""

LARGEST_ANSWER = 20_000_000
CONNECTIONS = 64
_AWAY = frozenset({502, 503, 504})
"""What is answered while Label Studio is not there."""

_ALWAYS = {
    "User-Agent": "datacoop-gateway",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}


class Reply(NamedTuple):
    """What Label Studio answered."""

    status: int
    value: Any


class File(NamedTuple):
    """A static file, while it comes."""

    status: int
    kind: str
    parts: AsyncIterator[bytes]


class Studio:
    """The connections to one Label Studio."""

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Prepare to ask; nothing is sent yet."""
        self._url = url
        self._known_until = time.monotonic() + VERSION_SECONDS
        """Until when it is taken to be `label_studio.VERSION`, which it was at the start."""
        self._look: asyncio.Task[None] | None = None
        self._server = Server(url, timeout_seconds=timeout_seconds, connections=CONNECTIONS)
        # Files come in a stream, and are asked seldom: browsers keep them.
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=timeout_seconds,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0),
            headers=_ALWAYS,
            # An answer's cookies must never go along with somebody else's request.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        self._bearers: dict[str, tuple[str, float]] = {}
        self._refreshing: dict[str, asyncio.Lock] = {}

    async def close(self) -> None:
        """Close all connections."""
        self._server.close()
        await self._client.aclose()

    async def ask(
        self,
        account: Account,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Ask for JSON as an annotator's user.

        Raises:
            TransientError: No answer, or one that does not say whether it was carried out.
            OutsideError: The user's token is not taken any more.
        """
        for attempt in range(2):
            headers = {"Authorization": f"Bearer {await self._bearer(account)}"}
            reply = await self._send(method, path, headers, body, query)
            # Refused before anything was done, so it may be sent once more.
            if reply.status != httpx.codes.UNAUTHORIZED or attempt:
                break
            self._bearers.pop(account.studio_token, None)
        if reply.status in (401, 403):
            raise OutsideError(SERVICE, "sign in", f"HTTP {reply.status}")
        return reply

    async def page(self, account: Account, project: int) -> str:
        """Give the HTML of the labelling page.

        Raises:
            TransientError: Label Studio does not answer.
        """
        headers = {"Authorization": f"Bearer {await self._bearer(account)}"}
        path = f"/projects/{project}/data?labeling=1"
        status, content = await self._request("GET", path, headers, None)
        if status != httpx.codes.OK:
            raise TransientError(SERVICE, "page", f"HTTP {status}")
        return content.decode("utf-8", "replace")

    @asynccontextmanager
    async def file(self, path: str) -> AsyncIterator[File]:
        """Give a static file as it comes; no credential is sent.

        Raises:
            TransientError: Label Studio does not answer.
        """
        try:
            async with self._client.stream("GET", path) as response:
                kind = response.headers.get("content-type", "application/octet-stream")
                yield File(response.status_code, kind, response.aiter_raw())
        except httpx.HTTPError as error:
            raise TransientError(SERVICE, "file", type(error).__name__) from None

    async def _bearer(self, account: Account) -> str:
        token = account.studio_token
        held = self._bearers.get(token)
        if held is not None and held[1] > time.monotonic():
            return held[0]
        async with self._refreshing.setdefault(token, asyncio.Lock()):
            held = self._bearers.get(token)
            if held is not None and held[1] > time.monotonic():
                return held[0]
            reply = await self._send("POST", "/api/token/refresh/", {}, {"refresh": token})
            if reply.status != httpx.codes.OK:
                raise OutsideError(SERVICE, "refresh a token", f"HTTP {reply.status}")
            access = str(reply.value["access"])
            self._bearers[token] = (access, time.monotonic() + BEARER_SECONDS)
            return access

    async def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
        query: Mapping[str, str | int] | None = None,
    ) -> Reply:
        status, content = await self._request(method, path, headers, body, query)
        if status >= 500 or status in (408, 425, 429):
            raise TransientError(SERVICE, "answer", f"HTTP {status}")
        if status == httpx.codes.NO_CONTENT or not content:
            return Reply(status, None)
        try:
            return Reply(status, orjson.loads(content))
        except ValueError:
            raise TransientError(SERVICE, "answer", f"HTTP {status} without JSON") from None

    async def _request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
        query: Mapping[str, str | int] | None = None,
    ) -> tuple[int, bytes]:
        await self._require_version()
        return await self._exchange(method, path, headers, body, query)

    async def _require_version(self) -> None:
        """Look from time to time, and after each failure, which version answers."""
        if time.monotonic() < self._known_until:
            return
        # One look for all who wait: one after the other they would wait for ever longer.
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_at_version())
        await asyncio.shield(self._look)

    async def _look_at_version(self) -> None:
        status, content = await self._exchange("GET", "/api/version/", {}, None)
        try:
            found = str(orjson.loads(content)["release"])
        except (ValueError, KeyError, TypeError):
            raise TransientError(SERVICE, "version", f"HTTP {status}") from None
        if found != VERSION:
            raise wrong_version(self._url, found)
        self._known_until = time.monotonic() + VERSION_SECONDS

    async def _exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
        query: Mapping[str, str | int] | None = None,
    ) -> tuple[int, bytes]:
        # What is only read may be asked twice, should a kept connection be gone.
        kept_for = headers.get("Authorization", "") if method == "GET" else ""
        content = b"" if body is None else orjson.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        told = {**_ALWAYS, **headers, **kind}
        target = f"{path}{'&' if '?' in path else '?'}{urlencode(query)}" if query else path
        try:
            status, answer = await self._server.ask(
                method,
                target,
                list(told.items()),
                content,
                largest=LARGEST_ANSWER,
                kept_for=kept_for,
            )
        except ExchangeError as error:
            # It may come back as another version.
            self._known_until = 0.0
            raise TransientError(SERVICE, "answer", str(error)) from None
        if status in _AWAY:
            self._known_until = 0.0
        return status, answer


def require(is_well: bool) -> None:
    """Make sure that Label Studio answered as it should."""
    if not is_well:
        raise OutsideError("Label Studio", "answer", "not as expected")
