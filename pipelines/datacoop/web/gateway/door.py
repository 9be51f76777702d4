"""The door: what comes before every handler, and what each answer carries.

Who asks, whether this may be asked so, and how often; what is denied is counted and logged here.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from datacoop import journal
from datacoop.web.gateway.asking import Asked, DeniedError, json_answer
from datacoop.web.gateway.kept import Kept
from datacoop.web.gateway.limits import REQUESTS, WRITES, Buckets
from datacoop.web.gateway.routes import Guard, find
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.store_accounts import Account
from datacoop.web.headers import safe_headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a gateway needs to know about itself."""

    origin: str
    """Where browsers reach it, such as `https://label.example.org`; no path."""
    key: bytes = field(repr=False)
    """The secret from which tokens against forged requests are made."""
    metrics_token: str = field(default="", repr=False)
    """What the operator's monitoring has to bring; without it there are no metrics."""

    @property
    def is_secure(self) -> bool:
        """Say whether browsers reach it by TLS."""
        return self.origin.startswith("https://")


def log_line(line: Mapping[str, Any]) -> None:
    """Tell of an event: what failed as an error, what was denied as a warning."""
    facts = dict(line)
    event = str(facts.pop("event"))
    level = "error" if event.endswith("failed") or event == "defect" else "warning"
    journal.tell(event, level, **facts)


class Door:
    """Lets requests in or denies them, and keeps count."""

    def __init__(
        self,
        options: Options,
        store: Store,
        clock: Callable[[], float],
        log: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """Take what it decides by; as in `Gateway`."""
        self.counts: Counter[tuple[str, str]] = Counter()
        """How often something happened, by kind and what."""
        self.log = log
        self.sessions = Kept[str, Account]()
        """Who is signed in, by the session's token; to be emptied where accounts or sessions
        change."""
        self._options, self._store, self._clock = options, store, clock
        self._host = urlsplit(options.origin).netloc
        # The prefix binds a cookie to this host and to TLS; browsers take it with TLS only.
        self._cookie = "__Host-datacoop" if options.is_secure else "datacoop"
        self._requests, self._writes = Buckets(REQUESTS), Buckets(WRITES)
        self.safe = safe_headers(is_secure=options.is_secure)
        """The headers that keep a browser safe."""

    async def let_in(self, asked: Asked) -> None:
        """Find out what is asked and who asks, and whether they may.

        What was found out by then stands in `asked` also where it is denied.

        Raises:
            DeniedError: They may not.
        """
        scope = asked.request.scope
        path = scope.get("raw_path") or b""
        found = find(scope["method"], path, scope["query_string"])
        if found is None:
            raise DeniedError("no_route")
        asked.found = found
        self._require_own_site(asked)
        asked.token = asked.request.cookies.get(self._cookie, "")
        if asked.token:
            token, now = asked.token, self._clock()
            asked.account = await self.sessions.get(
                token, now, lambda: self._store.account_in_session(token, now)
            )
        if found.route.guard is not Guard.OPEN:
            self._admit(asked)

    def _require_own_site(self, asked: Asked) -> None:
        headers, route = asked.request.headers, asked.found.route
        if headers.get("host") != self._host and route.name not in ("health", "metrics"):
            raise DeniedError("host", 421)
        if route.method not in ("GET", "HEAD"):
            if headers.get("origin") != self._options.origin:
                raise DeniedError("origin")
        elif headers.get("sec-fetch-site") in ("cross-site", "same-site") and not route.is_page:
            raise DeniedError("cross_site")

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
            self.check_csrf(asked, asked.request.headers.get("x-datacoop-csrf", ""))
        if route.guard is Guard.LEAD and not asked.account.is_lead:
            raise DeniedError("not_lead")

    def check_csrf(self, asked: Asked, given: str) -> None:
        """Make sure that a request comes from a page of this session.

        Raises:
            DeniedError: Its token is another one.
        """
        if not hmac.compare_digest(given.encode(), self.csrf(asked).encode()):
            raise DeniedError("csrf")

    def csrf(self, asked: Asked) -> str:
        """Give the token that requests of a session have to bring."""
        named = b"datacoop.gateway.csrf.v1\n" + asked.token.encode()
        return hmac.new(self._options.key, named, hashlib.sha256).hexdigest()[:32]

    def set_cookie(
        self, response: Response, value: str, seconds: float, *, suffix: str = ""
    ) -> None:
        """Have a browser keep the session's token, or forget it after 0 seconds.

        Args:
            suffix: What tells another cookie of the gateway's from that one.
        """
        response.set_cookie(
            self._cookie + suffix,
            value,
            max_age=int(seconds),
            httponly=True,
            samesite="lax",
            secure=self._options.is_secure,
        )

    def cookie(self, asked: Asked, suffix: str) -> str:
        """Give what a browser kept; empty where it kept nothing."""
        return asked.request.cookies.get(self._cookie + suffix, "")

    def note_denied(self, asked: Asked, reason: str) -> None:
        """Count and log a request that was denied."""
        note_denied(self, asked.request.scope, reason, asked.annotator)

    def refusal(self, request: Request, denied: DeniedError) -> Response:
        """Make the answer to a request that was denied."""
        is_read = request.method == "GET"
        if is_read and request.headers.get("sec-fetch-dest") == "document":
            # Somebody who types an address of Label Studio lands at home.
            if denied.status == 401:
                return RedirectResponse("/sign-in", 303)
            if denied.reason == "no_route":
                return RedirectResponse("/", 303)
        response = json_answer({"detail": f"Not allowed ({denied.reason})."}, denied.status)
        if denied.status == 429:
            response.headers["Retry-After"] = "10"
        return response


def note_denied(door: Door, scope: Scope, reason: str, annotator: str) -> None:
    """Count and log what was denied, where there may be no request."""
    door.counts["denied", reason] += 1
    path = scope.get("raw_path") or b""
    door.log(
        {
            "event": "denied",
            "reason": reason,
            "method": str(scope.get("method", ""))[:16],
            "path": path[:120].decode("ascii", "backslashreplace"),
            "annotator": annotator,
        }
    )
