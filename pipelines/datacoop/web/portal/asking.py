"""One request on its way through the portal, for all files that answer requests."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request

from datacoop.pool.state import State
from datacoop.web.portal.holdings import Holdings
from datacoop.web.portal.permits import Visitor
from datacoop.web.portal.routes import Found, Guard, Route

_NOTHING = Found(
    Route(name="", methods=frozenset(), path=re.compile(r"(?!)"), guard=Guard.OPEN), {}
)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_EMPTY = Holdings(state=State(), versions={}, blobs={}, metadata=frozenset())


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request on its way through."""

    request: Request
    found: Found = _NOTHING
    holdings: Holdings = _EMPTY
    now: datetime = _LONG_AGO
    known: Visitor | None = None

    @property
    def is_known(self) -> bool:
        """Say whether it was found out who asks."""
        return self.known is not None

    @property
    def visitor(self) -> Visitor:
        """Give who asks; only asked where the route requires one."""
        assert self.known is not None  # noqa: S101 - the guard came before
        return self.known
