"""The portal: hands out what a grant covers, and shows what there is, as an ASGI application.

A request that stands in no row of `routes.TABLE` goes nowhere. It has no credentials but those of
the pool's store, from which it reads, and of the store of accesses.
"""

import asyncio
import hmac
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from datacoop.errors import DatacoopError
from datacoop.journal import Figure, exposition
from datacoop.pool.blobs import blob_key
from datacoop.pool.evidence import growth_bytes
from datacoop.pool.log import entry_key
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool, copy_state
from datacoop.pool.trust import FOLDER
from datacoop.records.accesses import Access
from datacoop.web.gateway.door import log_line
from datacoop.web.gateway.limits import Buckets, Rate
from datacoop.web.headers import SafeSend, safe_headers
from datacoop.web.portal.answers import blob_answer
from datacoop.web.portal.asking import Asked
from datacoop.web.portal.entrance import Entrance
from datacoop.web.portal.holdings import Holdings, Indexer
from datacoop.web.portal.keeper import Keeper
from datacoop.web.portal.permits import (
    MemberOfPool,
    RefusedReadingError,
    Trainer,
    may_see,
    require_metadata,
    versions_to_read,
)
from datacoop.web.portal.proofs import Proofs
from datacoop.web.portal.routes import Guard, find
from datacoop.web.portal.site import Site

FRESH_SECONDS = 1.0
"""How long a new entry of the log, such as a revocation, can go unseen."""
LINK_SECONDS = 60
"""How long the signed address of a shard can be used."""
REQUESTS = Rate(burst=600, a_second=60)
"""Of one grant, or one member's key."""
STRANGERS = Rate(burst=120, a_second=2)
"""What is refused before it is known who asks, of one address."""

_PAGES = frozenset({Guard.VISITOR, Guard.STEWARD})
_WATCHED = frozenset({"health", "metrics"})
"""Routes for the operator's own machines, which ask by another name of the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a portal needs to know about itself."""

    origin: str
    """Where it is reached, such as `https://portal.example.org`; no path."""
    links: bool = False
    """Whether shards are fetched from the store by short-lived addresses, where it can sign."""
    metrics_token: str = field(default="", repr=False)
    """What the operator's monitoring has to bring; without it there are no metrics."""


class Portal:
    """The application."""

    def __init__(
        self,
        options: Options,
        pool: Pool,
        accesses: ObjectStore,
        *,
        clock: Callable[[], float] = time.time,
        log: Callable[[Mapping[str, Any]], None] = log_line,
    ) -> None:
        """Take the parts together.

        Args:
            accesses: Where the daily record is kept; no other process writes there.
            clock: Gives the time in seconds since 1970.
            log: Takes a line about each refused request and each failure; no name, no token.
        """
        self._options, self._pool, self._clock, self._log = options, pool, clock, log
        self._host = urlsplit(options.origin).netloc
        is_secure = options.origin.startswith("https://")
        self._safe = safe_headers(is_secure=is_secure)
        self._keeper = Keeper(accesses)
        self._indexer = Indexer(store=pool.store)
        self._proofs = Proofs(store=pool.store)
        self._holdings: Holdings | None = None
        self._looked = 0.0
        self._turn = asyncio.Lock()
        self._entrance = Entrance(origin=options.origin)
        self._requests, self._strangers = Buckets(REQUESTS), Buckets(STRANGERS)
        self.counts: Counter[tuple[str, str]] = Counter()
        """How often something happened, by kind and what."""
        site = Site(options.origin, pool.store, self._entrance, is_secure=is_secure)
        self._site = site
        self._handlers: Mapping[str, Callable[[Asked], Awaitable[Response]]] = {
            **site.handlers(),
            "blob": self._blob,
            "metadata": self._metadata,
            "evidence": self._evidence,
            "growth": self._growth,
            "entry": self._entry,
            "head": self._head,
            "metrics": self._metrics,
            "health": self._health,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        safely = SafeSend(send, self._safe, self._count_answer)
        asked = Asked(request=Request(scope, receive))
        try:
            await self._let_in(asked)
            response = await self._handlers[asked.found.route.name](asked)
            await response(scope, receive, safely)
            return
        except ClientDisconnect:
            return
        except Exception as error:
            answer = self._failure(asked, error)
        if not safely.has_begun:
            await answer(scope, receive, safely)

    def _count_answer(self, status: int) -> None:
        self.counts["answered", str(status)] += 1

    async def _let_in(self, asked: Asked) -> None:
        request, now = asked.request, self._clock()
        asked.now = datetime.fromtimestamp(now, UTC).replace(microsecond=0)
        found = find(request.scope["method"], request.scope.get("raw_path") or b"")
        if found is None:
            raise RefusedReadingError("no_route", 404)
        asked.found = found
        guard = found.route.guard
        if found.route.name not in _WATCHED and request.headers.get("host") != self._host:
            raise RefusedReadingError("host", 421)
        if found.route.name in {"style", *_WATCHED}:
            return
        if request.method == "POST" and request.headers.get("origin") != self._options.origin:
            raise RefusedReadingError("origin")
        asked.holdings = await self._fresh(now)
        if guard is Guard.OPEN:
            # Signing in is the one thing to try out tokens with.
            if request.method == "POST":
                self._take(self._strangers, _address(request), now)
            return
        token = self._site.cookie(request) if guard in _PAGES else _bearer(request)
        address = _address(request)
        if not token:
            raise RefusedReadingError("grant_missing", 401)
        try:
            asked.known = self._entrance.let_in(token, asked.holdings, asked.now)
        except RefusedReadingError:
            self._take(self._strangers, address, now)
            raise
        is_member = isinstance(asked.visitor, MemberOfPool)
        self._take(self._requests, _name(asked), now)
        if guard in {Guard.MEMBER, Guard.STEWARD} and not is_member:
            raise RefusedReadingError("members_only")

    def _take(self, buckets: Buckets, key: str, now: float) -> None:
        if not buckets.take(key, now):
            raise RefusedReadingError("rate", 429)

    async def _fresh(self, now: float) -> Holdings:
        if self._holdings is not None and 0 <= now - self._looked < FRESH_SECONDS:
            return self._holdings
        async with self._turn:
            if self._holdings is None or not 0 <= now - self._looked < FRESH_SECONDS:
                self._holdings = await asyncio.to_thread(self._look, self._holdings)
                self._looked = now
        return self._holdings

    def _look(self, known: Holdings | None) -> Holdings:
        if known is not None and self._pool.store.size(entry_key(known.state.length)) is None:
            return known
        self._entrance.forget()
        return self._indexer.index(copy_state(self._pool.require()))

    async def _blob(self, asked: Asked) -> Response:
        digest, day = asked.found.parts["digest"], asked.now.date().isoformat()
        purpose = asked.request.headers.get("datacoop-purpose")
        visitor = asked.visitor
        versions = versions_to_read(visitor, asked.holdings, digest, purpose, day)
        key, store = blob_key(digest), self._pool.store
        if versions and isinstance(visitor, Trainer) and asked.request.method == "GET":
            await self._keeper.note(
                Access(
                    day=day,
                    grant=visitor.grant.id,
                    collection=one.collection,
                    version=one.version,
                    shards=(digest,),
                )
                for one in versions
            )
            for one in versions:
                self.counts["handed_out", one.collection] += 1
            if self._options.links:
                url = await asyncio.to_thread(store.signed_url, key, LINK_SECONDS)
                if url is not None:
                    return RedirectResponse(url, 307)
        return await blob_answer(asked.request, store, key, digest)

    async def _metadata(self, asked: Asked) -> Response:
        name = asked.found.parts["name"]
        require_metadata(asked.visitor, asked.holdings, name)
        return await self._file(f"{FOLDER}/{name}")

    async def _evidence(self, asked: Asked) -> Response:
        parts, state = asked.found.parts, asked.holdings.state
        proposal = state.proposals.get((parts["collection"], int(parts["version"])))
        is_seen = may_see(asked.visitor, parts["collection"])
        if proposal is None or proposal.published_entry is None or not is_seen:
            raise RefusedReadingError("not_found", 404)
        made = await asyncio.to_thread(self._proofs.prove, proposal.published_entry, state.keys)
        return Response(made.to_bytes(), media_type="application/json")

    async def _growth(self, asked: Asked) -> Response:
        first, second = (int(asked.found.parts[name]) for name in ("first", "second"))
        if not first <= second <= asked.holdings.state.length:
            raise RefusedReadingError("not_found", 404)
        proof = await asyncio.to_thread(self._proofs.grew, first, second)
        return Response(growth_bytes(proof), media_type="application/json")

    async def _entry(self, asked: Asked) -> Response:
        number = int(asked.found.parts["number"])
        if number >= asked.holdings.state.length:
            raise RefusedReadingError("not_found", 404)
        return await self._file(entry_key(number))

    async def _head(self, asked: Asked) -> Response:
        state = asked.holdings.state
        return _json({"pool": state.pool_id, "length": state.length, "head": state.head})

    async def _file(self, key: str) -> Response:
        content = await asyncio.to_thread(self._pool.store.find, key)
        if content is None:
            raise RefusedReadingError("not_found", 404)
        return Response(content, media_type="application/json")

    async def _metrics(self, asked: Asked) -> Response:
        wanted = f"Bearer {self._options.metrics_token}"
        given = asked.request.headers.get("authorization", "")
        if not self._options.metrics_token or not hmac.compare_digest(
            given.encode(), wanted.encode()
        ):
            raise RefusedReadingError("metrics", 404)
        figures = (
            Figure(f"datacoop_portal_{kind}_total", {"what": what}, count)
            for (kind, what), count in sorted(self.counts.items())
        )
        return PlainTextResponse(exposition(figures))

    async def _health(self, _: Asked) -> Response:
        return _json({"status": "ok"})

    def _failure(self, asked: Asked, error: Exception) -> Response:
        """Count and log why there is no answer, and make the one that says so."""
        if isinstance(error, RefusedReadingError):
            self._note("refused", error.reason, asked)
            if asked.found.route.guard in _PAGES:
                return self._site.refusal(asked, error)
            value: dict[str, object] = {"reason": error.reason}
            if error.version is not None and error.version.notice is not None:
                value["notice"] = error.version.notice._asdict()
            answer = _json(value, error.status)
            if error.status == 429:
                answer.headers["retry-after"] = "10"
            if error.status == 401:
                answer.headers["www-authenticate"] = "Bearer"
            return answer
        # Never the text of a defect, which may quote what it met.
        is_known = isinstance(error, DatacoopError)
        told = str(error) if is_known else type(error).__name__
        self._note("failed", told, asked, kind="outside" if is_known else "defect")
        return _json({"reason": "unavailable" if is_known else "defect"}, 503 if is_known else 500)

    def _note(self, event: str, reason: str, asked: Asked, kind: str = "") -> None:
        what = reason if event == "refused" else kind
        self.counts[event, what] += 1
        if (asked.found.route.name, reason) == ("metadata", "not_found"):
            # Every reader asks for a root that may have come after the one it knows.
            return
        path = (asked.request.scope.get("raw_path") or b"")[:120]
        line = {
            "event": event,
            "reason": reason,
            "method": str(asked.request.method)[:16],
            "path": path.decode("ascii", "backslashreplace"),
            "visitor": _name(asked) if asked.is_known else "",
        }
        self._log(line)


def _bearer(request: Request) -> str:
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return token if scheme.lower() == "bearer" else ""


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _name(asked: Asked) -> str:
    """Give the id of a grant, or of a member's key."""
    visitor = asked.visitor
    return visitor.grant.id if isinstance(visitor, Trainer) else visitor.key.keyid


def _json(value: object, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
