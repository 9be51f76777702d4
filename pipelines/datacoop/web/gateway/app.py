"""The gateway: a default-deny door to Label Studio for annotators, as an ASGI application.

A request that stands in no row of `routes.TABLE` goes nowhere. What Label Studio is asked is made
anew here, as the user that is the annotator's own, and what it answers is made anew as well.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from datacoop.errors import OutsideError, TransientError
from datacoop.label.studio_json import utc
from datacoop.web.gateway import bodies, pages
from datacoop.web.gateway.annotator_pages import AnnotatorPages
from datacoop.web.gateway.asking import Asked, DeniedError, Desk, Handler
from datacoop.web.gateway.lead_pages import LeadPages
from datacoop.web.gateway.limits import ALL_SIGN_INS, REQUESTS, SIGN_INS, WRITES, Buckets
from datacoop.web.gateway.oidc import SignIn
from datacoop.web.gateway.passwords import LONGEST, fault_of, hash_password, is_password
from datacoop.web.gateway.pay import active_seconds
from datacoop.web.gateway.routes import Found, Guard, find
from datacoop.web.gateway.shell import dress
from datacoop.web.gateway.store import SENDING, Account, Served, Store
from datacoop.web.gateway.studio import Studio
from datacoop.web.gateway.work import Work, close_records, own_vote

SESSION_SECONDS = 12 * 3600.0
LARGEST_JSON = 1_000_000
LARGEST_FORM = 20_000
BODY_SECONDS = 20.0
REFRESH_SECONDS = 10.0
"""How often it is looked whether the pool has changed."""
IN_FLIGHT_SECONDS = 60.0
"""After how long what a request has told the queue stands in the store too, or never will."""

_HASHES_AT_ONCE = 2
_OWN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a gateway needs to know about itself."""

    origin: str
    """Where browsers reach it, such as `https://label.example.org`; no path."""
    key: bytes = field(repr=False)
    """The secret from which tokens against forged requests are made."""
    metrics_token: str = field(default="", repr=False)
    """What the operator's monitoring has to bring; without it there are no metrics."""


def log_line(line: Mapping[str, Any]) -> None:
    """Write one line of JSON to standard error."""
    sys.stderr.write(json.dumps(line) + "\n")


class Gateway:
    """The application."""

    def __init__(
        self,
        options: Options,
        store: Store,
        studio: Studio,
        works: Sequence[Work],
        *,
        source: Callable[[bool], Sequence[Work] | None] = lambda _: None,
        sign_in: SignIn | None = None,
        clock: Callable[[], float] = time.time,
        log: Callable[[Mapping[str, Any]], None] = log_line,
    ) -> None:
        """Take the parts together.

        Args:
            works: What there is to label, each told what was served before.
            source: Gives what there is now, or none where nothing has changed; told whether to
                look where nothing has. Runs in a thread of its own.
            clock: Gives the time in seconds; the same for sessions, queues and limits.
            log: Takes a line about each denied request and each failure; no body, no name.
        """
        self._options = options
        self._store = store
        self._studio = studio
        self._sign_in = sign_in
        self._clock = clock
        self._log = log
        self._works = {work.collection: work for work in works}
        self._projects = {work.project: work for work in works}
        self._open = list(works)
        """The same, for the pages."""
        for work in works:
            close_records(work, store.closed_records(work.collection))
        self._source = source
        self._is_stale = False
        """Whether work is to be made anew even where the pool has not changed."""
        self._refresher: asyncio.Task[None] | None = None
        self._host = urlsplit(options.origin).netloc
        self._secure = options.origin.startswith("https://")
        # The prefix binds a cookie to this host and to TLS; browsers take it with TLS only.
        self._cookie = "__Host-datacoop" if self._secure else "datacoop"
        self._state_cookie = f"{self._cookie}-state"
        self._counts: Counter[tuple[str, str]] = Counter()
        self._busy: set[int] = set()
        self._requests, self._writes = Buckets(REQUESTS), Buckets(WRITES)
        self._sign_ins, self._all_sign_ins = Buckets(SIGN_INS), Buckets(ALL_SIGN_INS)
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)
        desk = Desk(
            store=store,
            works=self._open,
            clock=clock,
            form_of=self._own_form,
            json_of=self._json_of,
            page=self._page,
        )
        self._handlers: Mapping[str, Handler] = {
            **AnnotatorPages(desk).handlers(),
            **LeadPages(desk).handlers(),
            "sign_in_form": self._sign_in_form,
            "sign_in": self._do_sign_in,
            "invitation_form": self._invitation_form,
            "accept_invitation": self._accept_invitation,
            "sign_out": self._sign_out,
            "choose_language": self._choose_language,
            "oidc_start": self._oidc_start,
            "oidc_callback": self._oidc_callback,
            "own_file": self._own_file,
            "metrics": self._metrics,
            "health": self._health,
            "static": self._static,
            "nothing": self._nothing,
            "shell": self._shell,
            "project": self._project,
            "manager_project": self._manager_project,
            "columns": self._columns,
            "whoami": self._whoami,
            "users": self._users,
            "version": self._version,
            "empty_list": self._empty_list,
            "empty_page": self._empty_page,
            "views": self._views,
            "empty_tasks": self._empty_tasks,
            "history": self._history,
            "action": self._action,
            "task": self._task,
            "add_annotation": self._add_annotation,
            "change_annotation": self._change_annotation,
            "add_draft": self._add_draft,
            "change_draft": self._change_draft,
            "delete_draft": self._delete_draft,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            self._deny(scope, "protocol", "")
            await send({"type": "websocket.close", "code": 1008})
            return
        begun = False

        async def send_safely(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message["headers"], *self._safety(message["headers"])]
                self._counts["answered", str(message["status"])] += 1
            await send(message)

        asked_by = ""
        try:
            found = self._find(scope)
            asked = Asked(request=Request(scope, receive), found=found)
            await self._identify(asked)
            asked_by = asked.account.annotator if asked.account else ""
            response = await self._handlers[found.route.name](asked)
            await response(scope, receive, send_safely)
            return
        except DeniedError as denied:
            self._deny(scope, denied.reason, asked_by)
            answer = self._refusal(scope, denied)
        except ClientDisconnect:
            return
        except (TransientError, OutsideError) as error:
            is_passing = isinstance(error, TransientError)
            self._counts["failed", "transient" if is_passing else "outside"] += 1
            self._log({"event": "failed", "error": str(error), "annotator": asked_by})
            detail = "Label Studio does not answer. Nothing is lost; try again in a moment."
            answer = _json({"detail": detail}, 503 if is_passing else 502)
        except Exception as error:
            # Never its text, which may quote what an annotator wrote.
            self._counts["failed", "defect"] += 1
            place = _place(error)
            self._log({"event": "defect", "error": type(error).__name__, "at": place})
            answer = _json({"detail": "This failed, and was logged."}, 500)
        if not begun:
            await answer(scope, receive, send_safely)

    # What comes before every handler

    def _find(self, scope: Scope) -> Found:
        path = scope.get("raw_path") or b""
        found = find(scope["method"], path, scope["query_string"])
        if found is None:
            raise DeniedError("no_route")
        return found

    async def _identify(self, asked: Asked) -> None:
        request, route = asked.request, asked.found.route
        headers = request.headers
        if headers.get("host") != self._host and route.name not in ("health", "metrics"):
            raise DeniedError("host", 421)
        if route.method not in ("GET", "HEAD"):
            if headers.get("origin") != self._options.origin:
                raise DeniedError("origin")
        elif headers.get("sec-fetch-site") in ("cross-site", "same-site") and not route.is_page:
            raise DeniedError("cross_site")
        asked.token = request.cookies.get(self._cookie, "")
        if asked.token:
            now = self._clock()
            asked.account = await self._db(self._store.account_in_session, asked.token, now)
        if route.guard is not Guard.OPEN:
            self._admit(asked)

    def _admit(self, asked: Asked) -> None:
        route = asked.found.route
        if asked.account is None:
            raise DeniedError("signed_out", 401)
        now, key = self._clock(), asked.account.annotator
        if not self._requests.take(key, now):
            raise DeniedError("rate", 429)
        is_write = route.method != "GET"
        if is_write and not self._writes.take(key, now):
            raise DeniedError("rate", 429)
        # The forms of the gateway's own pages carry the token in a field.
        if is_write and not route.is_form:
            self._check_csrf(asked, asked.request.headers.get("x-datacoop-csrf", ""))
        if route.guard is Guard.LEAD and not asked.account.is_lead:
            raise DeniedError("not_lead")

    def _check_csrf(self, asked: Asked, given: str) -> None:
        if not hmac.compare_digest(given.encode(), self._csrf(asked.token).encode()):
            raise DeniedError("csrf")

    def _csrf(self, token: str) -> str:
        named = b"datacoop.gateway.csrf.v1\n" + token.encode()
        return hmac.new(self._options.key, named, hashlib.sha256).hexdigest()[:32]

    def _deny(self, scope: Scope, reason: str, annotator: str) -> None:
        self._counts["denied", reason] += 1
        path = scope.get("raw_path") or b""
        self._log(
            {
                "event": "denied",
                "reason": reason,
                "method": str(scope.get("method", ""))[:16],
                "path": path[:120].decode("ascii", "backslashreplace"),
                "annotator": annotator,
            }
        )

    def _refusal(self, scope: Scope, denied: DeniedError) -> Response:
        headers = {name.lower(): value for name, value in scope["headers"]}
        is_read = scope["method"] == "GET"
        if is_read and headers.get(b"sec-fetch-dest") == b"document":
            # Somebody who types an address of Label Studio lands at home.
            if denied.status == 401:
                return RedirectResponse("/sign-in", 303)
            if denied.reason == "no_route":
                return RedirectResponse("/", 303)
        response = _json({"detail": f"Not allowed ({denied.reason})."}, denied.status)
        if denied.status == 429:
            response.headers["Retry-After"] = "10"
        return response

    def _safety(self, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        given = {name for name, _ in headers}
        safe = {
            b"content-security-policy": _OWN_POLICY.encode(),
            b"x-content-type-options": b"nosniff",
            b"x-frame-options": b"DENY",
            b"referrer-policy": b"same-origin",
            b"cross-origin-opener-policy": b"same-origin",
            b"cross-origin-resource-policy": b"same-origin",
            b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=()",
            b"cache-control": b"no-store",
        }
        if self._secure:
            safe[b"strict-transport-security"] = b"max-age=31536000"
        return [(name, value) for name, value in safe.items() if name not in given]

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._refresher = asyncio.create_task(self._keep_fresh())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._refresher is not None:
                    self._refresher.cancel()
                await self._studio.close()
                self._store.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _db(self, act: Callable[..., T], *arguments: Any, **named: Any) -> T:  # noqa: ANN401
        return await run_in_threadpool(act, *arguments, **named)

    # What there is to label

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await self._refresh()

    async def _refresh(self) -> None:
        """Take over what has changed in the pool; where that fails, all stays as it is."""
        since, anew = self._clock() - IN_FLIGHT_SECONDS, self._is_stale
        self._is_stale = False
        try:
            fresh = await run_in_threadpool(self._source, anew)
        except Exception as error:
            self._is_stale = self._is_stale or anew
            self._counts["failed", "refresh"] += 1
            self._log({"event": "refresh failed", "error": type(error).__name__})
            return
        if fresh is None:
            return
        self._counts["refreshed", "works"] += 1
        for work in fresh:
            if work.collection in self._works:
                self._works[work.collection].renew(work, since)
            else:
                close_records(work, self._store.closed_records(work.collection))
        self._works = {w.collection: self._works.get(w.collection, w) for w in fresh}
        self._projects = {work.project: work for work in self._works.values()}
        self._open[:] = self._works.values()

    # Bodies

    async def _read(self, asked: Asked, limit: int) -> bytes:
        headers = asked.request.headers
        if "content-encoding" in headers:
            raise DeniedError("encoding", 415)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            raise DeniedError("too_large", 413)
        parts, size_bytes = [], 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in asked.request.stream():
                    size_bytes += len(part)
                    if size_bytes > limit:
                        raise DeniedError("too_large", 413)
                    parts.append(part)
        except TimeoutError:
            raise DeniedError("slow", 408) from None
        return b"".join(parts)

    async def _json_of(self, asked: Asked) -> Any:  # noqa: ANN401 - whatever was sent
        kind = asked.request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != "application/json":
            raise DeniedError("content_type", 415)
        content = await self._read(asked, LARGEST_JSON)
        try:
            return orjson.loads(content)
        except ValueError:
            raise DeniedError("json", 400) from None

    async def _form_of(self, asked: Asked) -> dict[str, str]:
        kind = asked.request.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise DeniedError("content_type", 415)
        content = await self._read(asked, LARGEST_FORM)
        try:
            pairs = parse_qsl(
                content.decode("ascii"), keep_blank_values=True, max_num_fields=10, errors="strict"
            )
        except ValueError:
            raise DeniedError("form", 400) from None
        form = dict(pairs)
        if len(form) != len(pairs):
            raise DeniedError("form", 400)
        return form

    async def _own_form(self, asked: Asked) -> dict[str, str]:
        form = await self._form_of(asked)
        self._check_csrf(asked, form.get("csrf", ""))
        return form

    # Own pages

    def _page(self, asked: Asked, page: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        account, csrf = asked.account, self._csrf(asked.token)
        html = pages.render(page, self._language(asked), account=account, csrf=csrf, **values)
        return HTMLResponse(html, status)

    def _language(self, asked: Asked) -> str:
        wished = asked.account.language if asked.account else ""
        wished = asked.found.parts.get("language", "") or wished
        return pages.choose_language(wished, asked.request.headers.get("accept-language", ""))

    async def _sign_in_form(self, asked: Asked) -> Response:
        return self._sign_in_page(asked)

    def _sign_in_page(self, asked: Asked, fault: str = "", status: int = 200) -> Response:
        has_provider = self._sign_in is not None
        return self._page(asked, "sign_in", status, fault=fault, has_provider=has_provider)

    async def _do_sign_in(self, asked: Asked) -> Response:
        form = await self._form_of(asked)
        email, password = form.get("email", "").strip(), form.get("password", "")
        now = self._clock()
        if not (self._all_sign_ins.take("", now) and self._sign_ins.take(email.casefold(), now)):
            self._deny(asked.request.scope, "sign_in_rate", "")
            return self._sign_in_page(asked, "too_many", 429)
        account = await self._db(self._store.account_of, email)
        held = account.password if account else None
        async with self._hashing:
            is_right = await run_in_threadpool(is_password, held, password[: LONGEST + 1])
        if account is None or not is_right:
            self._deny(asked.request.scope, "wrong_password", "")
            return self._sign_in_page(asked, "wrong_sign_in", 403)
        return await self._signed_in(asked, account)

    async def _signed_in(self, asked: Asked, account: Account) -> Response:
        now = self._clock()
        await self._db(self._store.forget_ended, now)
        if asked.token:
            await self._db(self._store.end_session, asked.token)
        token = await self._db(self._store.begin_session, account.id, now + SESSION_SECONDS)
        response = RedirectResponse("/", 303)
        self._set_cookie(response, self._cookie, token, SESSION_SECONDS)
        return response

    def _set_cookie(self, response: Response, name: str, value: str, seconds: float) -> None:
        response.set_cookie(
            name, value, max_age=int(seconds), httponly=True, samesite="lax", secure=self._secure
        )

    async def _sign_out(self, asked: Asked) -> Response:
        await self._own_form(asked)
        await self._db(self._store.end_session, asked.token)
        response = RedirectResponse("/sign-in", 303)
        self._set_cookie(response, self._cookie, "", 0)
        # What the page kept in the browser is not for whoever signs in next.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    async def _choose_language(self, asked: Asked) -> Response:
        form = await self._own_form(asked)
        if form.get("language") in pages.TEXTS:
            await self._db(self._store.set_language, asked.who.id, form["language"])
        return RedirectResponse("/", 303)

    async def _invitation_form(self, asked: Asked) -> Response:
        return self._page(asked, "invitation", token=asked.found.parts.get("token", ""))

    async def _accept_invitation(self, asked: Asked) -> Response:
        form = await self._form_of(asked)
        token, password = form.get("token", ""), form.get("password", "")
        if not self._all_sign_ins.take("", self._clock()):
            raise DeniedError("sign_in_rate", 429)
        fault = fault_of(password)
        if fault:
            return self._page(asked, "invitation", 400, token=token, fault=fault)
        async with self._hashing:
            hashed = await run_in_threadpool(hash_password, password)
        if await self._db(self._store.accept, token, hashed, self._clock()) is None:
            self._deny(asked.request.scope, "invitation", "")
            return self._sign_in_page(asked, "wrong_invitation", 403)
        return RedirectResponse("/sign-in", 303)

    async def _oidc_start(self, asked: Asked) -> Response:
        if self._sign_in is None:
            raise DeniedError("no_provider", 404)
        if not self._all_sign_ins.take("", self._clock()):
            return self._sign_in_page(asked, "too_many", 429)
        url, state = await self._sign_in.begin()
        response = RedirectResponse(url, 303)
        # Binds the answer to the browser that asked, so that nobody is signed in as another.
        self._set_cookie(response, self._state_cookie, state, 600)
        return response

    async def _oidc_callback(self, asked: Asked) -> Response:
        state = asked.found.parts.get("state", "")
        kept = asked.request.cookies.get(self._state_cookie, "")
        if (
            self._sign_in is None
            or not state
            or not hmac.compare_digest(state.encode(), kept.encode())
        ):
            raise DeniedError("oidc_state")
        identity = await self._sign_in.finish(state, asked.found.parts.get("code", ""))
        if identity is None:
            raise DeniedError("oidc")
        account = await self._db(self._store.account_of_subject, identity.subject)
        if account is None and identity.email:
            account = await self._db(self._store.account_of, identity.email)
            # Who has a password here signs in with it: an address alone opens no account.
            if account is not None and account.password is None:
                await self._db(self._store.link_subject, account.id, identity.subject)
                account = await self._db(self._store.account_of_subject, identity.subject)
            else:
                account = None
        if account is None:
            self._deny(asked.request.scope, "unknown_person", "")
            return self._sign_in_page(asked, "unknown_person", 403)
        response = await self._signed_in(asked, account)
        self._set_cookie(response, self._state_cookie, "", 0)
        return response

    async def _own_file(self, asked: Asked) -> Response:
        name = asked.found.parts["file"]
        if name not in pages.OWN_FILES:
            raise DeniedError("no_route", 404)
        kind = pages.KINDS[name.rpartition(".")[2]]
        return Response(pages.OWN_FILES[name], media_type=kind)

    async def _metrics(self, asked: Asked) -> Response:
        wanted = f"Bearer {self._options.metrics_token}"
        given = asked.request.headers.get("authorization", "")
        if not self._options.metrics_token or not hmac.compare_digest(
            given.encode(), wanted.encode()
        ):
            raise DeniedError("metrics", 404)
        lines = [
            f'datacoop_gateway_{kind}_total{{what="{what}"}} {count}'
            for (kind, what), count in sorted(self._counts.items())
        ]
        return PlainTextResponse("\n".join(lines) + "\n")

    async def _health(self, _: Asked) -> Response:
        return _json({"status": "ok"})

    # Label Studio's page

    async def _static(self, asked: Asked) -> Response:
        return _Relayed(self._studio, asked.request.scope["raw_path"].decode("ascii"))

    async def _nothing(self, _: Asked) -> Response:
        return Response(status_code=204)

    async def _shell(self, asked: Asked) -> Response:
        work = self._work(asked)
        exact = f"/projects/{work.project}/data?labeling=1"
        if asked.request.scope["query_string"] != b"labeling=1":
            return RedirectResponse(exact, 303)
        html = await self._studio.page(asked.who, work.project)
        shell = dress(html, self._csrf(asked.token), pages.TEXTS[self._language(asked)])
        return HTMLResponse(shell.html, headers={"Content-Security-Policy": shell.policy})

    def _work(self, asked: Asked) -> Work:
        work = self._projects.get(asked.number("project"))
        if work is None:
            raise DeniedError("not_yours", 404)
        return work

    async def _project(self, asked: Asked) -> Response:
        work = self._work(asked)
        return await self._show_project(asked, work, f"/api/projects/{work.project}", {})

    async def _manager_project(self, asked: Asked) -> Response:
        work = self._work(asked)
        return await self._show_project(asked, work, "/api/dm/project", {"project": work.project})

    async def _show_project(
        self, asked: Asked, work: Work, path: str, query: Mapping[str, int]
    ) -> Response:
        reply = await self._studio.ask(asked.who, "GET", path, query=query)
        _require(reply.status == 200)
        done = await self._db(self._store.count_done, asked.who.annotator, work.collection)
        return _json(bodies.shown_project(reply.value, done))

    async def _columns(self, asked: Asked) -> Response:
        query = {"project": self._work(asked).project}
        reply = await self._studio.ask(asked.who, "GET", "/api/dm/columns", query=query)
        _require(reply.status == 200)
        return _json(bodies.shown_columns(reply.value))

    async def _whoami(self, asked: Asked) -> Response:
        return _json(bodies.whoami(asked.who))

    async def _users(self, asked: Asked) -> Response:
        return _json([bodies.whoami(asked.who)])

    async def _version(self, _: Asked) -> Response:
        return _json(bodies.VERSION)

    async def _empty_list(self, _: Asked) -> Response:
        return _json([])

    async def _empty_page(self, _: Asked) -> Response:
        return _json(bodies.EMPTY_PAGE)

    async def _views(self, asked: Asked) -> Response:
        return _json(bodies.views(self._work(asked).project))

    async def _empty_tasks(self, _: Asked) -> Response:
        return _json(bodies.EMPTY_TASKS)

    async def _history(self, asked: Asked) -> Response:
        work = self._work(asked)
        done = await self._db(self._store.history, asked.who.annotator, work.collection)
        return _json(
            [
                {"taskId": one.id, "annotationId": one.annotation}
                for one in done
                if one.record_id not in work.closed
            ]
        )

    async def _action(self, asked: Asked) -> Response:
        work = self._work(asked)
        if asked.found.parts.get("id") != "next_task":
            raise DeniedError("action")
        await self._read(asked, LARGEST_JSON)
        return await self._next_task(asked.who, work)

    async def _next_task(self, who: Account, work: Work) -> Response:
        # A record that was answered while nobody heard of it, or withdrawn, is stepped over.
        while True:
            now = self._clock()
            record_id = work.queue.next(who.annotator, now)
            if record_id is None:
                return _json({"detail": "There are no tasks for you"}, 404)
            # At once, so that nobody else is given it while the store is asked.
            is_new = work.hold(who.annotator, record_id, now)
            served = await self._db(
                self._store.serve, who.annotator, work.collection, record_id, now, is_new=is_new
            )
            data, task = work.shown(record_id), work.task(record_id)
            if data is None or task is None:
                work.queue.remove(record_id)
                continue
            if await self._is_settled(who, work, served):
                continue
            drafts = await self._drafts(who, served, task)
            return _json(bodies.shown_task(served, work.project, data, [], drafts))

    async def _is_settled(self, who: Account, work: Work, served: Served) -> bool:
        """Say whether a record is answered, after looking where that was not known."""
        if served.annotation is not None:
            work.take(own_vote(served, work.question), self._clock())
            return True
        if served.state != SENDING or served.id in self._busy:
            return False
        found = await self._own_annotation(who, work, served)
        if found is not None:
            await self._enter(work, served, found)
        return found is not None

    async def _drafts(self, who: Account, served: Served, task: int) -> list[dict[str, Any]]:
        """Give the latest draft of one's own, as a list of none or one."""
        if not served.has_draft:
            return []
        reply = await self._studio.ask(who, "GET", f"/api/tasks/{task}/drafts")
        _require(reply.status == 200)
        own = [draft for draft in reply.value if draft.get("user") == who.studio_email]
        if not own:
            return []
        latest = max(own, key=lambda draft: (str(draft.get("updated_at")), draft["id"]))
        await self._db(self._store.add_draft, served.id, latest["id"])
        return [bodies.shown_draft(latest, who, served)]

    async def _served(self, asked: Asked) -> tuple[Served, Work, Mapping[str, Any], int]:
        """Give what the task's number of the path stands for; nothing of others."""
        served = await self._db(self._store.served, asked.who.annotator, asked.number("task"))
        return self._with_work(served)

    def _with_work(self, served: Served | None) -> tuple[Served, Work, Mapping[str, Any], int]:
        work = self._works.get(served.collection) if served else None
        if served is None or work is None:
            raise DeniedError("not_yours", 404)
        data, task = work.shown(served.record_id), work.task(served.record_id)
        if data is None or task is None:
            raise DeniedError("withdrawn", 404)
        return served, work, data, task

    async def _task(self, asked: Asked) -> Response:
        served, work, data, task = await self._served(asked)
        shown = []
        if served.annotation is not None:
            path = f"/api/annotations/{served.annotation}/"
            reply = await self._studio.ask(asked.who, "GET", path)
            if reply.status == 200:
                shown = [bodies.shown_annotation(reply.value, asked.who, served)]
        drafts = await self._drafts(asked.who, served, task)
        return _json(bodies.shown_task(served, work.project, data, shown, drafts))

    async def _add_annotation(self, asked: Asked) -> Response:
        served, work, data, task = await self._served(asked)
        sent = bodies.annotation_body(await self._json_of(asked), work.questions, data)
        if sent.reason:
            return self._invalid(asked, sent.reason)
        # From here to the end of the block one request at a time has this record: there is no
        # await between looking and entering.
        if served.annotation is not None or served.id in self._busy:
            raise DeniedError("answered_before", 409)
        self._busy.add(served.id)
        try:
            body = dict(sent.body)
            draft = await self._db(self._store.latest_draft, served.id)
            # Label Studio then throws the draft away, whichever the page names.
            body |= {"draft_id": draft} if draft else {}
            raw = await self._store_annotation(asked.who, work, served, task, body)
            await self._enter(work, served, raw)
        finally:
            self._busy.discard(served.id)
        return _json(bodies.shown_annotation(raw, asked.who, served), 201)

    async def _store_annotation(
        self, who: Account, work: Work, served: Served, task: int, body: dict[str, Any]
    ) -> Mapping[str, Any]:
        """Have Label Studio store an answer once, whatever happened before and happens now.

        The answer has a number made from who and what, which Label Studio takes only once; so
        not even a request that it carries out late makes a second one.
        """
        found = None
        if not await self._db(self._store.reserve, served.id):
            # Somebody began before; what became of it Label Studio knows.
            again = await self._db(self._store.served, who.annotator, served.id)
            if again is None or again.annotation is not None:
                raise DeniedError("answered_before", 409)
            found = await self._own_annotation(who, work, served)
        if found is not None:
            return await self._renew(who, found, body)
        own = {**body, "unique_id": self._unique_id(served), "project": work.project}
        path = f"/api/tasks/{task}/annotations/"
        try:
            reply = await self._studio.ask(
                who, "POST", path, query={"project": work.project}, body=own
            )
        except TransientError:
            found = await self._own_annotation(who, work, served)
            if found is None:
                raise
            return await self._renew(who, found, body)
        if reply.status == 201:
            return dict(reply.value)
        if reply.status == 409:
            found = await self._own_annotation(who, work, served)
            if found is not None:
                return await self._renew(who, found, body)
        await self._db(self._store.release, served.id)
        raise OutsideError("Label Studio", "store an annotation", f"HTTP {reply.status}")

    async def _own_annotation(
        self, who: Account, work: Work, served: Served
    ) -> Mapping[str, Any] | None:
        task = work.task(served.record_id)
        reply = await self._studio.ask(who, "GET", f"/api/tasks/{task}/")
        if reply.status == 404:
            return None
        _require(reply.status == 200)
        own = [
            annotation
            for annotation in reply.value.get("annotations", ())
            if (annotation.get("completed_by") or {}).get("id") == who.studio_user
        ]
        return max(own, key=lambda annotation: int(annotation["id"]), default=None)

    async def _renew(
        self, who: Account, found: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Bring an answer that is stored already to what the annotator says now."""
        if all(found.get(name) == body[name] for name in ("result", "was_cancelled")):
            return found
        path = f"/api/annotations/{found['id']}/"
        reply = await self._studio.ask(who, "PATCH", path, body=body)
        _require(reply.status == 200)
        return dict(reply.value)

    async def _enter(self, work: Work, served: Served, raw: Mapping[str, Any]) -> None:
        skipped = bool(raw.get("was_cancelled"))
        now = self._clock()
        seconds = active_seconds(raw.get("lead_time"), served.since, now)
        value = "" if skipped else work.value(raw["result"])
        answered_utc = utc(raw["updated_at"])
        entered = replace(served, annotation=raw["id"], value=value, answered_utc=answered_utc)
        await self._db(
            self._store.answered,
            *(served.id, raw["id"]),
            skipped=skipped,
            value=value,
            answered_utc=answered_utc,
            now=now,
            seconds=seconds,
        )
        paused_utc = work.take(own_vote(entered, work.question), now)
        if paused_utc is not None:
            # What they said of undecided records is asked again when work is made anew.
            self._is_stale = True
            self._counts["paused", "gold"] += 1
            self._log({"event": "paused", "annotator": served.annotator})
            await self._db(self._store.pause, served.annotator, work.collection, paused_utc)

    def _unique_id(self, served: Served) -> str:
        named = f"datacoop.answer.v1\n{served.annotator}\n{served.collection}\n".encode()
        digest = hmac.new(self._options.key, named + served.record_id, hashlib.sha256).digest()
        return str(uuid.UUID(bytes=digest[:16]))

    def _invalid(self, asked: Asked, reason: str) -> Response:
        self._deny(asked.request.scope, reason, asked.who.annotator)
        return _json({"detail": f"This answer cannot be taken ({reason})."}, 400)

    async def _change_annotation(self, asked: Asked) -> Response:
        number = asked.number("annotation")
        held = await self._db(self._store.served_of_annotation, asked.who.annotator, number)
        served, work, data, _ = self._with_work(held)
        sent = bodies.annotation_body(await self._json_of(asked), work.questions, data)
        if sent.reason:
            return self._invalid(asked, sent.reason)
        path = f"/api/annotations/{number}/"
        reply = await self._studio.ask(asked.who, "PATCH", path, body=sent.body)
        _require(reply.status == 200)
        await self._enter(work, served, reply.value)
        return _json(bodies.shown_annotation(reply.value, asked.who, served))

    async def _add_draft(self, asked: Asked) -> Response:
        served, work, data, task = await self._served(asked)
        path = f"/api/tasks/{task}/drafts"
        if "annotation" in asked.found.parts:
            number = asked.number("annotation")
            if served.annotation != number:
                raise DeniedError("not_yours", 404)
            path = f"/api/tasks/{task}/annotations/{number}/drafts"
        sent = bodies.annotation_body(
            await self._json_of(asked), work.questions, data, is_draft=True
        )
        if sent.reason:
            return self._invalid(asked, sent.reason)
        await self._db(self._store.expect_draft, served.id)
        reply = await self._studio.ask(asked.who, "POST", path, body=sent.body)
        _require(reply.status == 201)
        await self._db(self._store.add_draft, served.id, reply.value["id"])
        await self._put_off(work, served, sent.body)
        return _json(bodies.shown_draft(reply.value, asked.who, served), 201)

    async def _change_draft(self, asked: Asked) -> Response:
        served, work, data, _, number = await self._draft(asked)
        sent = bodies.annotation_body(
            await self._json_of(asked), work.questions, data, is_draft=True
        )
        if sent.reason:
            return self._invalid(asked, sent.reason)
        path = f"/api/drafts/{number}/"
        reply = await self._studio.ask(asked.who, "PATCH", path, body=sent.body)
        _require(reply.status == 200)
        await self._put_off(work, served, sent.body)
        return _json(bodies.shown_draft(reply.value, asked.who, served))

    async def _delete_draft(self, asked: Asked) -> Response:
        *_, number = await self._draft(asked)
        reply = await self._studio.ask(asked.who, "DELETE", f"/api/drafts/{number}/")
        _require(reply.status in (204, 404))
        return Response(status_code=204)

    async def _draft(self, asked: Asked) -> tuple[Served, Work, Mapping[str, Any], int, int]:
        number = asked.number("draft")
        held = await self._db(self._store.served_of_draft, asked.who.annotator, number)
        return *self._with_work(held), number

    async def _put_off(self, work: Work, served: Served, body: Mapping[str, Any]) -> None:
        if body["was_postponed"] and served.annotation is None:
            work.give_back(served.annotator, served.record_id, self._clock())
            await self._db(self._store.put_off, served.id)


class _Relayed(Response):
    """A static file of Label Studio's, passed on as it comes."""

    def __init__(self, studio: Studio, path: str) -> None:
        super().__init__()
        self._studio = studio
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        async with self._studio.file(self._path) as file:
            if file.status != 200:
                raise DeniedError("no_file", 404)
            headers = [
                (b"content-type", file.kind.encode("latin-1")),
                # The same for everybody, and new under another address after an upgrade.
                (b"cache-control", b"private, max-age=86400"),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async for part in file.parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


def _json(value: Any, status: int = 200) -> Response:  # noqa: ANN401 - whatever is JSON
    return Response(orjson.dumps(value), status, media_type="application/json")


def _require(is_well: bool) -> None:
    """Make sure that Label Studio answered as it should."""
    if not is_well:
        raise OutsideError("Label Studio", "answer", "not as expected")


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
