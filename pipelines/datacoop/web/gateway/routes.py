"""Every request that is answered, in one table; whatever stands in no row is denied.

The rows about Label Studio belong to its version 1.23.2.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple
from urllib.parse import parse_qsl


class Guard(Enum):
    """Who may send a request."""

    OPEN = "everybody"
    SIGNED_IN = "who is signed in"
    LEAD = "who leads the labelling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table."""

    name: str
    """The name of the handler."""
    method: str
    path: re.Pattern[str]
    """Matched against the whole path as it was sent, undecoded; numbers in it are named."""
    guard: Guard = Guard.SIGNED_IN
    query: frozenset[str] = frozenset()
    """The parameters that are read; of the others only that none is there twice is looked at."""
    is_page: bool = False
    """Whether a person opens it: only then may another site lead to it."""
    is_form: bool = False
    """Whether a form of the gateway's own pages sends it, with the token in a field."""


class Found(NamedTuple):
    """A route with what the path and the query said."""

    route: Route
    parts: Mapping[str, str]


NOTHING = Found(Route(name="", method="", path=re.compile(r"(?!)")), {})
"""What is found before it was looked."""

_N = r"[1-9][0-9]{0,8}"


def _row(
    method: str,
    path: str,
    name: str,
    *query: str,
    guard: Guard = Guard.SIGNED_IN,
    is_page: bool = False,
    is_form: bool = False,
) -> Route:
    pattern = re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{_N})", path)
    return Route(
        name=name,
        method=method,
        path=re.compile(pattern, re.ASCII),
        guard=guard,
        query=frozenset(query),
        is_page=is_page,
        is_form=is_form,
    )


OWN = (
    _row("GET", "/", "home", is_page=True),
    _row("GET", "/sign-in", "sign_in_form", "language", guard=Guard.OPEN, is_page=True),
    _row("POST", "/sign-in", "sign_in", guard=Guard.OPEN),
    _row("GET", "/invitation", "invitation_form", "token", guard=Guard.OPEN, is_page=True),
    _row("POST", "/invitation", "accept_invitation", guard=Guard.OPEN),
    _row("POST", "/sign-out", "sign_out", is_form=True),
    _row("POST", "/language", "choose_language", is_form=True),
    _row("GET", "/progress", "progress", is_page=True),
    _row("GET", "/counts", "counts", is_page=True),
    _row("GET", r"/counts\.csv", "counts_csv", is_page=True),
    _row("POST", "/counts", "complain", is_form=True),
    _row("POST", "/report", "report"),
    _row("GET", "/lead", "lead", guard=Guard.LEAD, is_page=True),
    _row("GET", "/lead/projects/{project}", "lead_project", guard=Guard.LEAD, is_page=True),
    _row("GET", "/lead/reports", "lead_reports", guard=Guard.LEAD, is_page=True),
    _row("POST", "/lead/reports", "decide_report", guard=Guard.LEAD, is_form=True),
    _row("GET", "/lead/counts", "lead_counts", guard=Guard.LEAD, is_page=True),
    _row("POST", "/lead/counts", "settle", guard=Guard.LEAD, is_form=True),
    _row("GET", "/oidc/start", "oidc_start", guard=Guard.OPEN, is_page=True),
    _row("GET", "/oidc/callback", "oidc_callback", "code", "state", guard=Guard.OPEN, is_page=True),
    _row("GET", r"/own/(?P<file>[a-z_]+\.(?:css|js))", "own_file", guard=Guard.OPEN),
    _row("GET", "/metrics", "metrics", guard=Guard.OPEN),
    _row("GET", "/healthz", "health", guard=Guard.OPEN),
)
"""The gateway's own pages. Later pages are rows here, a handler and a template."""

_FILE = r"(?:[A-Za-z0-9_@-][A-Za-z0-9_@.-]*/)*[A-Za-z0-9_@-][A-Za-z0-9_@.-]*"
_KINDS = r"(?:css|js|mjs|map|png|jpg|gif|svg|ico|woff|woff2|ttf|json|wasm)"

STUDIO = (
    # A file by its ending: Label Studio lists folders.
    _row("GET", rf"/(?:static|react-app)/{_FILE}\.{_KINDS}", "static"),
    _row("GET", r"/(?:sw|sw-fallback)\.js", "nothing", guard=Guard.OPEN),
    _row("GET", r"/favicon\.ico", "nothing", guard=Guard.OPEN),
    _row("GET", "/projects/{project}/data", "shell", "labeling", is_page=True),
    _row("GET", "/api/projects/{project}", "project"),
    _row("GET", "/api/dm/project", "manager_project", "project"),
    _row("GET", "/api/dm/columns", "columns", "project"),
    _row("GET", "/api/current-user/whoami", "whoami"),
    _row("GET", "/api/users", "users"),
    _row("GET", "/api/version", "version"),
    _row("GET", "/api/ml", "empty_list"),
    _row("GET", "/api/label_links", "empty_page"),
    _row("GET", "/api/dm/views", "views", "project"),
    _row("GET", "/api/tasks", "empty_tasks"),
    _row("GET", "/api/projects/{project}/label-stream-history", "history"),
    _row("POST", "/api/dm/actions", "action", "id", "project"),
    _row("GET", "/api/tasks/{task}", "task"),
    _row("POST", "/api/tasks/{task}/annotations", "add_annotation"),
    _row("PATCH", "/api/annotations/{annotation}", "change_annotation"),
    _row("POST", "/api/tasks/{task}/drafts", "add_draft"),
    _row("POST", "/api/tasks/{task}/annotations/{annotation}/drafts", "add_draft"),
    _row("PATCH", "/api/drafts/{draft}", "change_draft"),
    _row("DELETE", "/api/drafts/{draft}", "delete_draft"),
)
"""What Label Studio's labelling page asks for."""

TABLE = OWN + STUDIO


def find(method: str, path: bytes, query: bytes, table: Iterable[Route] = TABLE) -> Found | None:
    """Find the row of a request; none where it is denied.

    Args:
        method: As it was sent.
        path: As it was sent, undecoded.
        query: As it was sent, without the question mark.
    """
    try:
        text, asked = path.decode("ascii"), query.decode("ascii")
    except UnicodeDecodeError:
        return None
    for route in table:
        if route.method == method and (match := route.path.fullmatch(text)):
            parts = _parameters(asked, route.query)
            return None if parts is None else Found(route, {**parts, **match.groupdict()})
    return None


def _parameters(query: str, wanted: frozenset[str]) -> dict[str, str] | None:
    """Read the wanted parameters; give nothing where any is there twice."""
    if ";" in query or "\0" in query:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=30, errors="strict")
    except ValueError:
        return None
    names = [name.casefold().removesuffix("[]") for name, _ in pairs]
    if len(set(names)) != len(names):
        return None
    return {name: value for name, value in pairs if name in wanted}
