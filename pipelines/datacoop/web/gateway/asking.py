"""One request on its way through the gateway, for all files that answer requests."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from datacoop.web.gateway.routes import Found
from datacoop.web.gateway.store import Account, Store
from datacoop.web.gateway.work import Work

T = TypeVar("T")


class DeniedError(Exception):
    """A request that is refused, with the reason it is counted under."""

    def __init__(self, reason: str, status: int = 403) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request on its way through."""

    request: Request
    found: Found
    account: Account | None = None
    token: str = ""

    @property
    def who(self) -> Account:
        """Give whose session it is; only asked where the route requires one."""
        assert self.account is not None  # noqa: S101 - the guard came before
        return self.account

    def number(self, name: str) -> int:
        """Give a number of the path or the query; a query may hold anything."""
        text = self.found.parts.get(name, "")
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise DeniedError("parameter", 400)
        return int(text)


Handler = Callable[[Asked], Awaitable[Response]]


class Desk(Protocol):
    """What pages need of the gateway."""

    store: Store
    works: Sequence[Work]
    clock: Callable[[], float]

    async def db(self, act: Callable[..., T], *arguments: Any, **named: Any) -> T:  # noqa: ANN401
        """Do what waits for the store, or for anything else, beside the other requests."""

    async def form_of(self, asked: Asked) -> dict[str, str]:
        """Read a form of the gateway's own pages, after its token against forged requests."""

    async def json_of(self, asked: Asked) -> Any:  # noqa: ANN401 - whatever was sent
        """Read a body of JSON."""

    def page(self, asked: Asked, page: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        """Make a page in the language of who asks."""

    def language(self, asked: Asked) -> str:
        """Give the language of who asks."""

    def is_empty(self, annotator: str, collection: str) -> bool:
        """Say whether an annotator was told a moment ago that nothing is open for them."""


def work_of(desk: Desk, asked: Asked) -> Work:
    """Find the work of the project that a path names."""
    number = asked.number("project")
    found = next((work for work in desk.works if work.project == number), None)
    if found is None:
        raise DeniedError("not_yours", 404)
    return found


Handlers = Mapping[str, Handler]
