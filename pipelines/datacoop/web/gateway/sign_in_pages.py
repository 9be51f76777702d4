"""Sign-in, by password or at a provider; sign-out, invitations, and the language of the pages."""

import asyncio
import hmac
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from datacoop.web.gateway import pages
from datacoop.web.gateway.asking import Asked, DeniedError, Handler
from datacoop.web.gateway.desk import Desk, db
from datacoop.web.gateway.limits import ALL_SIGN_INS, SIGN_INS, Buckets
from datacoop.web.gateway.oidc import SignIn
from datacoop.web.gateway.passwords import LONGEST, fault_of, hash_password, is_password
from datacoop.web.gateway.reading import read_form
from datacoop.web.gateway.store_accounts import Account

SESSION_SECONDS = 12 * 3600.0
STATE = "-state"
"""What tells the cookie that binds a provider's answer from that of the session."""

_HASHES_AT_ONCE = 2


class SignInPages:
    """How annotators come in and go."""

    def __init__(self, desk: Desk, sign_in: SignIn | None) -> None:
        """Take what the gateway lends.

        Args:
            sign_in: Sign-in at a provider; none where there is no provider.
        """
        self._desk, self._sign_in = desk, sign_in
        self._sign_ins, self._all_sign_ins = Buckets(SIGN_INS), Buckets(ALL_SIGN_INS)
        self._hashing = asyncio.Semaphore(_HASHES_AT_ONCE)

    def handlers(self) -> Mapping[str, Handler]:
        """Give the handlers by the name of their route."""
        return {
            "sign_in_form": self._sign_in_form,
            "sign_in": self._do_sign_in,
            "invitation_form": self._invitation_form,
            "accept_invitation": self._accept_invitation,
            "sign_out": self._sign_out,
            "choose_language": self._choose_language,
            "oidc_start": self._oidc_start,
            "oidc_callback": self._oidc_callback,
        }

    async def _sign_in_form(self, asked: Asked) -> Response:
        return self._sign_in_page(asked)

    def _sign_in_page(self, asked: Asked, fault: str = "", status: int = 200) -> Response:
        has_provider = self._sign_in is not None
        return self._desk.page(asked, "sign_in", status, fault=fault, has_provider=has_provider)

    async def _do_sign_in(self, asked: Asked) -> Response:
        form = await read_form(asked)
        email, password = form.get("email", "").strip(), form.get("password", "")
        now = self._desk.clock()
        if not (self._all_sign_ins.take("", now) and self._sign_ins.take(email.casefold(), now)):
            self._desk.door.note_denied(asked, "sign_in_rate")
            return self._sign_in_page(asked, "too_many", 429)
        account = await db(self._desk.store.account_of, email)
        held = account.password if account else None
        async with self._hashing:
            is_right = await run_in_threadpool(is_password, held, password[: LONGEST + 1])
        if account is None or not is_right:
            self._desk.door.note_denied(asked, "wrong_password")
            return self._sign_in_page(asked, "wrong_sign_in", 403)
        return await self._signed_in(asked, account)

    async def _signed_in(self, asked: Asked, account: Account) -> Response:
        now = self._desk.clock()
        await db(self._desk.store.forget_ended, now)
        if asked.token:
            await db(self._desk.store.end_session, asked.token)
            self._desk.door.sessions.empty()
        token = await db(self._desk.store.begin_session, account.id, now + SESSION_SECONDS)
        response = RedirectResponse("/", 303)
        self._desk.door.set_cookie(response, token, SESSION_SECONDS)
        return response

    async def _sign_out(self, asked: Asked) -> Response:
        await self._desk.own_form(asked)
        await db(self._desk.store.end_session, asked.token)
        self._desk.door.sessions.empty()
        response = RedirectResponse("/sign-in", 303)
        self._desk.door.set_cookie(response, "", 0)
        # What the page kept in the browser is not for whoever signs in next.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    async def _choose_language(self, asked: Asked) -> Response:
        form = await self._desk.own_form(asked)
        if form.get("language") in pages.TEXTS:
            await db(self._desk.store.set_language, asked.who.id, form["language"])
            self._desk.door.sessions.empty()
        return RedirectResponse("/", 303)

    async def _invitation_form(self, asked: Asked) -> Response:
        return self._desk.page(asked, "invitation", token=asked.found.parts.get("token", ""))

    async def _accept_invitation(self, asked: Asked) -> Response:
        form = await read_form(asked)
        token, password = form.get("token", ""), form.get("password", "")
        if not self._all_sign_ins.take("", self._desk.clock()):
            raise DeniedError("sign_in_rate", 429)
        fault = fault_of(password)
        if fault:
            return self._desk.page(asked, "invitation", 400, token=token, fault=fault)
        async with self._hashing:
            hashed = await run_in_threadpool(hash_password, password)
        if await db(self._desk.store.accept, token, hashed, self._desk.clock()) is None:
            self._desk.door.note_denied(asked, "invitation")
            return self._sign_in_page(asked, "wrong_invitation", 403)
        self._desk.door.sessions.empty()
        return RedirectResponse("/sign-in", 303)

    async def _oidc_start(self, asked: Asked) -> Response:
        if self._sign_in is None:
            raise DeniedError("no_provider", 404)
        if not self._all_sign_ins.take("", self._desk.clock()):
            return self._sign_in_page(asked, "too_many", 429)
        url, state = await self._sign_in.begin()
        response = RedirectResponse(url, 303)
        # Binds the answer to the browser that asked, so that nobody is signed in as another.
        self._desk.door.set_cookie(response, state, 600, suffix=STATE)
        return response

    async def _oidc_callback(self, asked: Asked) -> Response:
        state = asked.found.parts.get("state", "")
        kept = self._desk.door.cookie(asked, STATE)
        if (
            self._sign_in is None
            or not state
            or not hmac.compare_digest(state.encode(), kept.encode())
        ):
            raise DeniedError("oidc_state")
        identity = await self._sign_in.finish(state, asked.found.parts.get("code", ""))
        if identity is None:
            raise DeniedError("oidc")
        account = await db(self._desk.store.account_of_subject, identity.subject)
        if account is None and identity.email:
            account = await db(self._desk.store.account_of, identity.email)
            # Who has a password here signs in with it: an address alone opens no account.
            if account is not None and account.password is None:
                await db(self._desk.store.link_subject, account.id, identity.subject)
                account = await db(self._desk.store.account_of_subject, identity.subject)
            else:
                account = None
        if account is None:
            self._desk.door.note_denied(asked, "unknown_person")
            return self._sign_in_page(asked, "unknown_person", 403)
        response = await self._signed_in(asked, account)
        self._desk.door.set_cookie(response, "", 0, suffix=STATE)
        return response
