"""Every request that the portal answers, in one table; whatever stands in no row is denied."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Guard(Enum):
    """Who may send a request."""

    OPEN = "everybody"
    READER = "who shows a grant or a member's pass as a bearer"
    MEMBER = "who shows a member's pass as a bearer"
    VISITOR = "who signed in with a grant or a pass, on a page"
    STEWARD = "who signed in with a member's pass, on a page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table."""

    name: str
    """The name of the handler."""
    methods: frozenset[str]
    path: re.Pattern[str]
    """Matched against the whole path as it was sent, undecoded."""
    guard: Guard


class Found(NamedTuple):
    """A route with what the path said."""

    route: Route
    parts: Mapping[str, str]


_READ = frozenset({"GET", "HEAD"})
_POST = frozenset({"POST"})
_NAMED = r"(?P<collection>[a-z0-9][a-z0-9_-]{0,63})/(?P<version>[1-9][0-9]{0,8})"
_VERSION = rf"/versions/{_NAMED}"


def _row(methods: frozenset[str], path: str, name: str, guard: Guard) -> Route:
    return Route(name=name, methods=methods, path=re.compile(path, re.ASCII), guard=guard)


TABLE = (
    _row(_READ, r"/pool/blobs/sha256/(?P<digest>[0-9a-f]{64})", "blob", Guard.READER),
    _row(_READ, r"/pool/trust/(?P<name>[a-z0-9][a-z0-9._-]{0,99}\.json)", "metadata", Guard.READER),
    _row(_READ, rf"/pool/evidence/{_NAMED}\.json", "evidence", Guard.READER),
    _row(
        _READ,
        r"/pool/evidence/growth/(?P<first>0|[1-9][0-9]{0,9})-(?P<second>[1-9][0-9]{0,9})\.json",
        "growth",
        Guard.READER,
    ),
    _row(_READ, r"/pool/log/(?P<number>[0-9]{10})\.json", "entry", Guard.MEMBER),
    _row(_READ, r"/pool/log", "head", Guard.MEMBER),
    _row(_READ, r"/", "home", Guard.VISITOR),
    _row(_READ, _VERSION, "version", Guard.VISITOR),
    _row(_READ, _VERSION + r"/changes", "changes", Guard.VISITOR),
    _row(
        _READ,
        _VERSION + r"/(?P<name>[a-z][a-z-]{0,40}(?:\.[a-z]{2,5}){1,2})",
        "said",
        Guard.VISITOR,
    ),
    _row(_READ, r"/submissions", "submissions", Guard.STEWARD),
    _row(_READ, r"/sign-in", "sign_in_form", Guard.OPEN),
    _row(_POST, r"/sign-in", "sign_in", Guard.OPEN),
    _row(_POST, r"/sign-out", "sign_out", Guard.OPEN),
    _row(_READ, r"/own/gateway\.css", "style", Guard.OPEN),
    _row(_READ, r"/metrics", "metrics", Guard.OPEN),
    _row(_READ, r"/health", "health", Guard.OPEN),
)


def find(method: str, path: bytes) -> Found | None:
    """Find the row of a request; none where it is denied.

    Args:
        path: As it was sent, undecoded.
    """
    try:
        text = path.decode("ascii")
    except UnicodeDecodeError:
        return None
    for route in TABLE:
        if method in route.methods and (match := route.path.fullmatch(text)):
            return Found(route, match.groupdict())
    return None
