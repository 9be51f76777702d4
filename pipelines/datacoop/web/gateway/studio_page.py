"""Label Studio's labelling page, and what it asks about project and person."""

from collections.abc import Mapping

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from datacoop.web.gateway import bodies, pages
from datacoop.web.gateway.asking import Asked, DeniedError, Handler, json_answer
from datacoop.web.gateway.desk import Desk
from datacoop.web.gateway.shell import dress
from datacoop.web.gateway.studio import Studio, require
from datacoop.web.gateway.work import Work


class StudioPage:
    """What is relayed, made anew, of Label Studio's page."""

    def __init__(self, desk: Desk, studio: Studio) -> None:
        """Take what the gateway lends."""
        self._desk, self._studio = desk, studio

    def handlers(self) -> Mapping[str, Handler]:
        """Give the handlers by the name of their route."""
        return {
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
        }

    async def _static(self, asked: Asked) -> Response:
        return _Relayed(self._studio, asked.request.scope["raw_path"].decode("ascii"))

    async def _nothing(self, _: Asked) -> Response:
        return Response(status_code=204)

    async def _shell(self, asked: Asked) -> Response:
        work = self._desk.work_of(asked)
        exact = f"/projects/{work.project}/data?labeling=1"
        if asked.request.scope["query_string"] != b"labeling=1":
            return RedirectResponse(exact, 303)
        html = await self._studio.page(asked.who, work.project)
        shell = dress(html, self._desk.door.csrf(asked), pages.TEXTS[self._desk.language(asked)])
        return HTMLResponse(shell.html, headers={"Content-Security-Policy": shell.policy})

    async def _project(self, asked: Asked) -> Response:
        work = self._desk.work_of(asked)
        return await self._show_project(asked, work, f"/api/projects/{work.project}", {})

    async def _manager_project(self, asked: Asked) -> Response:
        work = self._desk.work_of(asked)
        return await self._show_project(asked, work, "/api/dm/project", {"project": work.project})

    async def _show_project(
        self, asked: Asked, work: Work, path: str, query: Mapping[str, int]
    ) -> Response:
        reply = await self._studio.ask(asked.who, "GET", path, query=query)
        require(reply.status == 200)
        done = await self._desk.count_done(asked.who.annotator, work.name)
        return json_answer(bodies.shown_project(reply.value, done))

    async def _columns(self, asked: Asked) -> Response:
        query = {"project": self._desk.work_of(asked).project}
        reply = await self._studio.ask(asked.who, "GET", "/api/dm/columns", query=query)
        require(reply.status == 200)
        return json_answer(bodies.shown_columns(reply.value))

    async def _whoami(self, asked: Asked) -> Response:
        return json_answer(bodies.whoami(asked.who))

    async def _users(self, asked: Asked) -> Response:
        return json_answer([bodies.whoami(asked.who)])

    async def _version(self, _: Asked) -> Response:
        return json_answer(bodies.VERSION)

    async def _empty_list(self, _: Asked) -> Response:
        return json_answer([])

    async def _empty_page(self, _: Asked) -> Response:
        return json_answer(bodies.EMPTY_PAGE)

    async def _views(self, asked: Asked) -> Response:
        return json_answer(bodies.views(self._desk.work_of(asked).project))

    async def _empty_tasks(self, _: Asked) -> Response:
        return json_answer(bodies.EMPTY_TASKS)


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
