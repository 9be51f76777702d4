"""The gateway: a default-deny door to Label Studio for annotators, as an ASGI application.

A request that stands in no row of `routes.TABLE` goes nowhere. What Label Studio is asked is made
anew here, as the user that is the annotator's own, and what it answers is made anew as well.
"""

import asyncio
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from datacoop.errors import OutsideError, SettingsError, TransientError
from datacoop.journal import Figure, exposition
from datacoop.web.gateway import pages
from datacoop.web.gateway.annotator_pages import AnnotatorPages
from datacoop.web.gateway.answers import Answers
from datacoop.web.gateway.asking import Asked, DeniedError, Handler, json_answer
from datacoop.web.gateway.desk import Desk
from datacoop.web.gateway.door import Door, Options, log_line, note_denied
from datacoop.web.gateway.lead_pages import LeadPages
from datacoop.web.gateway.oidc import SignIn
from datacoop.web.gateway.sign_in_pages import SignInPages
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.studio import Studio
from datacoop.web.gateway.studio_page import StudioPage
from datacoop.web.gateway.task_calls import TaskCalls
from datacoop.web.gateway.work import Work
from datacoop.web.gateway.works import Works
from datacoop.web.headers import SafeSend


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
        self._options, self._store, self._studio = options, store, studio
        self._door = Door(options, store, clock, log)
        self._works = Works(works, source, store, self._door, clock)
        self._refresher: asyncio.Task[None] | None = None
        desk = Desk(store=store, works=self._works, door=self._door, clock=clock)
        self._handlers: Mapping[str, Handler] = {
            **AnnotatorPages(desk).handlers(),
            **LeadPages(desk).handlers(),
            **SignInPages(desk, sign_in).handlers(),
            **StudioPage(desk, studio).handlers(),
            **TaskCalls(desk, studio, Answers(desk, studio, options.key)).handlers(),
            "own_file": self._own_file,
            "metrics": self._metrics,
            "health": self._health,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            note_denied(self._door, scope, "protocol", "")
            await send({"type": "websocket.close", "code": 1008})
            return
        safely = SafeSend(send, self._door.safe, self._count_status)
        asked = Asked(request=Request(scope, receive))
        try:
            await self._door.let_in(asked)
            response = await self._handlers[asked.found.route.name](asked)
            await response(scope, receive, safely)
            return
        except ClientDisconnect:
            return
        except Exception as error:
            answer = self._failure(asked, error)
        if not safely.has_begun:
            await answer(scope, receive, safely)

    def _count_status(self, status: int) -> None:
        self._door.counts["answered", str(status)] += 1

    def _failure(self, asked: Asked, error: Exception) -> Response:
        """Count and log why there is no answer, and make the one that says so."""
        if isinstance(error, DeniedError):
            self._door.note_denied(asked, error.reason)
            return self._door.refusal(asked.request, error)
        if isinstance(error, TransientError | OutsideError):
            is_passing = isinstance(error, TransientError)
            self._door.counts["failed", "transient" if is_passing else "outside"] += 1
            line = {"event": "failed", "error": str(error), "annotator": asked.annotator}
            self._door.log(line)
            detail = "Label Studio does not answer. Nothing is lost; try again in a moment."
            return json_answer({"detail": detail}, 503 if is_passing else 502)
        if isinstance(error, SettingsError):
            self._door.counts["failed", "settings"] += 1
            self._door.log({"event": "failed", "error": str(error), "what to do": error.hint})
            detail = "Labelling is not set up as it should be. Nothing is lost; tell your lead."
            return json_answer({"detail": detail}, 503)
        # Never its text, which may quote what an annotator wrote.
        self._door.counts["failed", "defect"] += 1
        line = {"event": "defect", "error": type(error).__name__, "at": _place(error)}
        self._door.log(line)
        return json_answer({"detail": "This failed, and was logged."}, 500)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._refresher = asyncio.create_task(self._works.keep_fresh())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._refresher is not None:
                    self._refresher.cancel()
                await self._studio.close()
                self._store.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

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
        figures = (
            Figure(f"datacoop_gateway_{kind}_total", {"what": what}, count)
            for (kind, what), count in sorted(self._door.counts.items())
        )
        return PlainTextResponse(exposition(figures))

    async def _health(self, _: Asked) -> Response:
        return json_answer({"status": "ok"})


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
