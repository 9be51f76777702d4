"""What people see of a portal: the catalogue, versions, a member's submissions, signing in."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from datacoop.pool.blobs import get_blob
from datacoop.pool.object_store import ObjectStore
from datacoop.publish.card import comparison
from datacoop.publish.diff import difference
from datacoop.records.statements import STATEMENTS
from datacoop.web.gateway import pages as gateway_pages
from datacoop.web.portal.asking import Asked
from datacoop.web.portal.entrance import Entrance, content_of, token_of
from datacoop.web.portal.holdings import Published
from datacoop.web.portal.pages import TEXTS, render
from datacoop.web.portal.permits import (
    MemberOfPool,
    RefusedReadingError,
    Trainer,
    may_see,
)

SESSION_SECONDS = 12 * 3_600
LARGEST_FORM = 20_000
LARGEST_COOKIE = 3_800
"""Browsers keep cookies of 4,096 bytes, their names and attributes counted."""

_CARD_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_KINDS = {"json": "application/json", "md": "text/markdown; charset=utf-8"}


class Site:
    """The pages."""

    def __init__(
        self, origin: str, store: ObjectStore, entrance: Entrance, *, is_secure: bool
    ) -> None:
        self._origin, self._store, self._entrance = origin, store, entrance
        # The prefix binds a cookie to this host and to TLS; browsers take it with TLS only.
        self._cookie = "__Host-datacoop-portal" if is_secure else "datacoop-portal"
        self._is_secure = is_secure

    def handlers(self) -> Mapping[str, Callable[[Asked], Awaitable[Response]]]:
        """Give the handlers by the names of their routes."""
        return {
            "home": self._home,
            "version": self._version,
            "changes": self._changes,
            "said": self._said,
            "submissions": self._submissions,
            "sign_in_form": self._sign_in_form,
            "sign_in": self._sign_in,
            "sign_out": self._sign_out,
            "style": self._style,
        }

    def cookie(self, request: Request) -> str:
        """Give what a browser kept of who signed in; empty where it kept nothing."""
        return request.cookies.get(self._cookie, "")

    def refusal(self, asked: Asked, refused: RefusedReadingError) -> Response:
        """Make the page that says why there is none."""
        if refused.status == 401 or refused.reason in {"grant_revoked", "grant_ended"}:
            answer: Response = RedirectResponse("/sign-in", 303)
            if self.cookie(asked.request):
                answer = RedirectResponse(f"/sign-in?fault={refused.reason}", 303)
                self._keep(answer, "", 0)
            return answer
        version = refused.version
        notice = version.notice if version else None
        return self._page(asked, "refused", refused.status, reason=refused.reason, notice=notice)

    def _page(self, asked: Asked, page: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        request = asked.request
        wished = request.query_params.get("language", "")
        language = gateway_pages.choose_language(
            wished or request.cookies.get("language", ""),
            request.headers.get("accept-language", ""),
        )
        visitor = asked.known
        html = render(
            page,
            language,
            visitor=visitor,
            is_member=isinstance(visitor, MemberOfPool),
            path=asked.request.url.path,
            origin=self._origin,
            **values,
        )
        answer = Response(html, status, media_type="text/html")
        if wished == language:
            answer.set_cookie(
                "language",
                language,
                max_age=31_536_000,
                httponly=True,
                samesite="lax",
                secure=self._is_secure,
            )
        return answer

    async def _home(self, asked: Asked) -> Response:
        known = asked.holdings.versions.values()
        shown: dict[str, list[Published]] = {
            name: [one for one in known if one.collection == name][::-1]
            for name in sorted(asked.holdings.state.collections)
            if may_see(asked.visitor, name)
        }
        return self._page(asked, "home", collections=shown)

    def _find(self, asked: Asked) -> Published:
        parts = asked.found.parts
        found = asked.holdings.versions.get((parts["collection"], int(parts["version"])))
        if found is None or not may_see(asked.visitor, found.collection):
            raise RefusedReadingError("not_found", 404)
        if found.notice is not None or found.manifest is None:
            raise RefusedReadingError("version_withdrawn", 410, found)
        return found

    async def _version(self, asked: Asked) -> Response:
        found = self._find(asked)
        older = asked.holdings.versions.get((found.collection, found.version - 1))
        has_changes = older is not None and older.notice is None
        visitor = asked.visitor
        purposes = found.manifest.purposes if found.manifest else ()
        if isinstance(visitor, Trainer):
            purposes = tuple(one for one in purposes if one in visitor.grant.purposes)
        return self._page(
            asked,
            "version",
            v=found,
            m=found.manifest,
            has_changes=has_changes,
            purpose=purposes[0] if purposes else "",
            splits=_splits(found),
            statements=[name for name in STATEMENTS if name in found.statements],
        )

    async def _changes(self, asked: Asked) -> Response:
        found = self._find(asked)
        older = asked.holdings.versions.get((found.collection, found.version - 1))
        if older is None or older.notice is not None or older.manifest is None:
            raise RefusedReadingError("not_found", 404)
        assert found.manifest is not None  # noqa: S101 - `_find` refuses it otherwise
        before, after = [
            json.loads(await self._statement(one, "statistics.json")) for one in (older, found)
        ]
        page = comparison(difference(before, after, (older.manifest, found.manifest)))
        return _foreign_page(page.encode())

    async def _said(self, asked: Asked) -> Response:
        found, name = self._find(asked), asked.found.parts["name"]
        content = await self._statement(found, name)
        if name.endswith(".html"):
            return _foreign_page(content)
        kind = _KINDS.get(name.rpartition(".")[2], "application/octet-stream")
        file = f"{found.collection}-{found.version}-{name}"
        return Response(
            content,
            headers={"content-type": kind, "content-disposition": f'attachment; filename="{file}"'},
        )

    async def _statement(self, version: Published, name: str) -> bytes:
        digest = version.statements.get(name)
        if digest is None or name not in STATEMENTS:
            raise RefusedReadingError("not_found", 404)
        return await asyncio.to_thread(get_blob, self._store, digest)

    async def _submissions(self, asked: Asked) -> Response:
        state, visitor = asked.holdings.state, asked.visitor
        assert isinstance(visitor, MemberOfPool)  # noqa: S101 - the guard came before
        own = [one for one in state.submissions.values() if one.member == visitor.key.member]
        versions: dict[str, list[Published]] = {one.id: [] for one in own}
        for published in asked.holdings.versions.values():
            for submission in published.manifest.submissions if published.manifest else ():
                if submission in versions:
                    versions[submission].append(published)
        member = state.members[visitor.key.member]
        return self._page(
            asked, "submissions", member=member, submissions=own[::-1], versions=versions
        )

    async def _sign_in_form(self, asked: Asked) -> Response:
        fault = asked.request.query_params.get("fault", "")
        return self._page(asked, "sign_in", fault=fault if f"reason_{fault}" in TEXTS["en"] else "")

    async def _sign_in(self, asked: Asked) -> Response:
        given = (await _form(asked.request)).get("shown", "").strip()
        try:
            # A file, or the token of one as `datacoop member pass` prints it.
            content = given.encode() if given.startswith("{") else content_of(given)
            asked.known = self._entrance.let_in(token_of(content), asked.holdings, asked.now)
        except RefusedReadingError as refused:
            return self._page(asked, "sign_in", 403, fault=refused.reason)
        token = token_of(content)
        if len(token) > LARGEST_COOKIE:
            asked.known = None
            return self._page(asked, "sign_in", 403, fault="too_large")
        answer = RedirectResponse("/", 303)
        self._keep(answer, token, SESSION_SECONDS)
        return answer

    async def _sign_out(self, _: Asked) -> Response:
        answer = RedirectResponse("/sign-in", 303)
        self._keep(answer, "", 0)
        return answer

    def _keep(self, answer: Response, token: str, seconds: int) -> None:
        answer.set_cookie(
            self._cookie,
            token,
            max_age=seconds,
            httponly=True,
            samesite="strict",
            secure=self._is_secure,
        )

    async def _style(self, _: Asked) -> Response:
        return Response(gateway_pages.OWN_FILES["gateway.css"], media_type="text/css")


def _foreign_page(content: bytes) -> Response:
    """Send a page of the pool: it brings its own style, and nothing in it may run."""
    return Response(
        content, media_type="text/html", headers={"content-security-policy": _CARD_POLICY}
    )


def _splits(version: Published) -> dict[str, int]:
    shards = version.manifest.shards if version.manifest else ()
    rows = {
        split: sum(shard.rows for shard in shards if shard.split == split)
        for split in ("train", "validation", "test")
    }
    return {split: count for split, count in rows.items() if count}


async def _form(request: Request) -> dict[str, str]:
    """Read the fields of a form, each of which is there once."""
    if request.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
        raise RefusedReadingError("form", 415)
    parts, size_bytes = [], 0
    try:
        async with asyncio.timeout(20):
            async for part in request.stream():
                size_bytes += len(part)
                if size_bytes > LARGEST_FORM:
                    raise RefusedReadingError("form", 413)
                parts.append(part)
        fields = parse_qs(b"".join(parts).decode("ascii"), strict_parsing=True, max_num_fields=5)
    except TimeoutError:
        raise RefusedReadingError("form", 408) from None
    except ValueError:
        raise RefusedReadingError("form", 400) from None
    return {name: values[0] for name, values in fields.items() if len(values) == 1}
