"""One request on its way through the gateway, for all files that answer requests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from datacoop.web.gateway.routes import NOTHING, Found
from datacoop.web.gateway.store_accounts import Account


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
    found: Found = NOTHING
    account: Account | None = None
    token: str = ""

    @property
    def who(self) -> Account:
        """Give whose session it is; only asked where the route requires one."""
        assert self.account is not None  # noqa: S101 - the guard came before
        return self.account

    @property
    def annotator(self) -> str:
        """Give the pseudonym of who asks; empty where that is not known."""
        return self.account.annotator if self.account else ""

    def number(self, name: str) -> int:
        """Give a number of the path or the query; a query may hold anything."""
        text = self.found.parts.get(name, "")
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise DeniedError("parameter", 400)
        return int(text)


Handler = Callable[[Asked], Awaitable[Response]]


def json_answer(value: Any, status: int = 200) -> Response:  # noqa: ANN401 - whatever is JSON
    """Make an answer of JSON."""
    return Response(orjson.dumps(value), status, media_type="application/json")
