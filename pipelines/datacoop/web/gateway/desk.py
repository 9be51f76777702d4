"""What the files that answer requests have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from datacoop.web.gateway import pages
from datacoop.web.gateway.asking import Asked, DeniedError
from datacoop.web.gateway.door import Door
from datacoop.web.gateway.kept import Kept
from datacoop.web.gateway.reading import read_form
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.work import Work
from datacoop.web.gateway.works import Works

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where requests are answered."""

    store: Store
    works: Works
    door: Door
    clock: Callable[[], float]
    done: Kept[tuple[str, str], int] = field(default_factory=Kept)
    """How much is answered or skipped, by annotator and collection; to be emptied after answers."""

    async def count_done(self, annotator: str, collection: str) -> int:
        """Count what an annotator has answered or skipped in a collection."""
        count = await self.done.get(
            (annotator, collection),
            self.clock(),
            lambda: self.store.count_done(annotator, collection),
        )
        return count or 0

    def work_of(self, asked: Asked) -> Work:
        """Find the work of the project that a path or a query names, if it is for who asks.

        Raises:
            DeniedError: There is none.
        """
        work = self.works.of_project(asked.number("project"))
        if work is None or not work.is_for(asked.annotator):
            raise DeniedError("not_yours", 404)
        return work

    async def own_form(self, asked: Asked) -> dict[str, str]:
        """Read a form of the gateway's own pages, and check its token against forged requests.

        Raises:
            DeniedError: It is no such form, or a forged one.
        """
        form = await read_form(asked)
        self.door.check_csrf(asked, form.get("csrf", ""))
        return form

    def page(self, asked: Asked, page: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        """Make a page in the language of who asks.

        Args:
            page: The name of the template.
            values: What it shows.
        """
        csrf, language = self.door.csrf(asked), self.language(asked)
        return HTMLResponse(
            pages.render(page, language, account=asked.account, csrf=csrf, **values), status
        )

    def language(self, asked: Asked) -> str:
        """Choose the language of who asks."""
        wished = asked.account.language if asked.account else ""
        wished = asked.found.parts.get("language", "") or wished
        return pages.choose_language(wished, asked.request.headers.get("accept-language", ""))


async def db(act: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Ask the store, in a thread: it waits."""
    return await run_in_threadpool(act, *arguments, **named)
