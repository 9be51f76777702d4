"""Accounts of annotators in Label Studio, made the way a person makes one: by the form."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

import httpx

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One user of Label Studio."""

    user_id: int
    email: str
    token: str = field(repr=False)


def sign_up(url: str, email: str, invitation: str, secret: str) -> Account:
    """Make an account by the invitation, or log in where it was made before.

    Label Studio's API makes users that have no password and belong nowhere, hence the form.

    Args:
        url: Where Label Studio answers.
        email: The name of the account.
        invitation: The token of the organisation's invitation link.
        secret: What the account's password is derived from.

    Raises:
        httpx.HTTPError: Label Studio does not answer as expected.
        ValueError: It shows no form, or neither form is accepted.
    """
    password = hmac.new(secret.encode(), email.encode(), hashlib.sha256).hexdigest()
    filled = {"email": email, "password": password}
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as browser:
        made = _submit(browser, f"/user/signup/?token={invitation}", filled)
        if not made and not _submit(browser, "/user/login/", filled):
            raise ValueError("neither signed up nor logged in")
        me = browser.get("/api/current-user/whoami").raise_for_status().json()
        held = browser.get("/api/current-user/token").raise_for_status().json()
    return Account(user_id=me["id"], email=email, token=held["token"])


def _submit(browser: httpx.Client, path: str, filled: dict[str, str]) -> bool:
    """Fill in a form; give whether it was accepted, which Label Studio shows by moving on."""
    form = _CSRF.search(browser.get(path).raise_for_status().text)
    if form is None:
        raise ValueError("no form where one was expected")
    content = {**filled, "csrfmiddlewaretoken": form[1]}
    return browser.post(path, data=content).is_redirect
