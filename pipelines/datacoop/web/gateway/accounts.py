"""Make and unmake the Label Studio user that stands behind an annotator."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

import httpx

from datacoop.errors import OutsideError, RefusedError
from datacoop.label.votes import pseudonym
from datacoop.web.gateway.pages import TEXTS
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.store_accounts import Account

SERVICE = "Label Studio"
TIMEOUT_SECONDS = 60.0
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioUser:
    """A user of Label Studio that only the gateway acts as."""

    user_id: int
    email: str
    """A made-up address: Label Studio never learns who it is."""
    token: str = field(repr=False)
    """The personal access token."""


def add_annotator(
    store: Store,
    url: str,
    operator_token: str,
    annotator_key: bytes,
    key: bytes,
    *,
    email: str,
    name: str,
    language: str,
    password: str | None = None,
    is_lead: bool = False,
) -> Account:
    """Add an annotator: a user in Label Studio and an account in the gateway.

    Args:
        url: Where Label Studio answers.
        operator_token: The API token of a Label Studio user who may invite.
        annotator_key: The secret under which annotators get their pseudonyms.
        key: The gateway's key.
        email: What they sign in with.
        name: What their pages call them.
        language: Of their pages; empty for what their browser asks for.
        password: The hash of a password, or none for who is invited or signs in elsewhere.
        is_lead: Whether they lead the labelling.

    Raises:
        RefusedError: The address is none, or taken; or the language is not known.
        OutsideError: Label Studio refuses, or does not answer.
    """
    if not _EMAIL.fullmatch(email):
        raise RefusedError("this is no e-mail address", hint="Write it as name@example.org.")
    if language and language not in TEXTS:
        raise RefusedError(
            f"there are no pages in {language!r}", hint=f"Known: {', '.join(TEXTS)}."
        )
    if store.account_of(email) is not None:
        raise RefusedError(
            "there is an annotator with this e-mail address", hint="See `datacoop annotator list`."
        )
    user = make_user(url, operator_token, key)
    store.add_account(
        annotator=pseudonym(annotator_key, user.user_id),
        email=email,
        name=name,
        language=language,
        studio_user=user.user_id,
        studio_email=user.email,
        studio_token=user.token,
        password=password,
        is_lead=is_lead,
    )
    made = store.account_of(email)
    assert made is not None  # noqa: S101 - it was added a moment ago
    return made


def make_user(url: str, operator_token: str, key: bytes) -> StudioUser:
    """Make a Label Studio user by the invitation form, with a token of its own.

    Label Studio's API makes users that have no password and belong nowhere, hence the form.

    Args:
        key: What the user's password is made from; nobody needs to type it.

    Raises:
        OutsideError: Label Studio refuses, or does not answer.
    """
    email = f"a-{secrets.token_hex(8)}@annotators.invalid"
    password = hmac.new(key, email.encode(), hashlib.sha256).hexdigest()
    operator = {"Authorization": f"Token {operator_token}"}
    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False) as browser:
            asked = browser.get("/api/invite", headers=operator).raise_for_status()
            page = f"/user/signup/?token={asked.json()['token']}"
            # The operator's answer came with a session of the operator's.
            browser.cookies.clear()
            form = _CSRF.search(browser.get(page).raise_for_status().text)
            filled = {
                "email": email,
                "password": password,
                "csrfmiddlewaretoken": form[1] if form else "",
            }
            if not browser.post(page, data=filled).is_redirect:
                raise OutsideError(SERVICE, "sign a user up", "its form was not accepted")
            me = browser.get("/api/current-user/whoami").raise_for_status().json()
            token = browser.post("/api/token/").raise_for_status().json()["token"]
            return StudioUser(user_id=int(me["id"]), email=email, token=str(token))
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise OutsideError(
            SERVICE,
            "make a user",
            type(error).__name__,
            hint="Is it running, may the operator's user invite, are access tokens switched on?",
        ) from None


def remove_annotator(store: Store, url: str, account: Account) -> bool:
    """Remove an annotator: signed out at once, name and address forgotten, answers kept.

    Returns:
        Whether Label Studio took the user's token back; if not, nobody holds it any more.
    """
    store.remove_account(account.id)
    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            refresh = {"refresh": account.studio_token}
            access = client.post("/api/token/refresh/", json=refresh).raise_for_status().json()
            done = client.post(
                "/api/token/blacklist/",
                json=refresh,
                headers={"Authorization": f"Bearer {access['access']}"},
            )
    except (httpx.HTTPError, ValueError, KeyError):
        return False
    return done.is_success
