"""One request on its way through the gateway, for all files that answer requests."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from datacoop.web.gateway.routes import Found
from datacoop.web.gateway.store import Account, Store
from datacoop.web.gateway.work import Work


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


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What pages need of the gateway."""

    store: Store
    works: Sequence[Work]
    clock: Callable[[], float]
    form_of: Callable[[Asked], Awaitable[dict[str, str]]]
    """Reads a form of the gateway's own pages, after its token against forged requests."""
    json_of: Callable[[Asked], Awaitable[Any]]
    page: Callable[..., Response]
    """Makes a page in the language of who asks: from the request, the template's name, the status
    and values."""


def work_of(desk: Desk, asked: Asked) -> Work:
    """Find the work of the project that a path names."""
    number = asked.number("project")
    found = next((work for work in desk.works if work.project == number), None)
    if found is None:
        raise DeniedError("not_yours", 404)
    return found
