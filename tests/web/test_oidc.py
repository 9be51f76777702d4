"""Sign-in at a provider: a small test provider that is made with authlib."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from gateways import GatewayProcess, Person
from joserfc.jwk import RSAKey
from oidc_provider import TestProvider

from datacoop.web.gateway.database import read_key
from datacoop.web.gateway.store import Store

EMAIL = "cho@example.org"
LOCAL = "ada@example.org"


@pytest.fixture
def provider() -> Iterator[TestProvider]:
    with TestProvider() as running:
        running.person = {"sub": "4711", "email": EMAIL, "email_verified": True}
        yield running


@pytest.fixture
def gateway(provider: TestProvider, tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway without Label Studio: signing in does not ask it."""
    process = GatewayProcess(tmp_path, "http://127.0.0.1:9", [], issuer=provider.issuer)
    store = Store(process.store_url, read_key(process.key_path))
    for number, (email, password) in enumerate([(EMAIL, None), (LOCAL, "a hash")]):
        store.add_account(
            annotator=f"pseudonym{number}",
            email=email,
            name="",
            language="",
            studio_user=number,
            studio_email=f"{number}@annotators.invalid",
            studio_token="token",
            password=password,
        )
    store.close()
    with process:
        yield process


def begin(gateway: GatewayProcess) -> tuple[Person, str]:
    """Go to the provider; give the browser and the path that the provider sends it back to."""
    browser = Person(gateway.origin)
    sent = browser.raw("GET", "/oidc/start")
    assert sent.status == 303
    browser.cookie = sent.headers["set-cookie"].split(";")[0]
    back = httpx.get(sent.headers["location"]).headers["location"]
    return browser, f"{urlsplit(back).path}?{urlsplit(back).query}"


def test_a_registered_person_signs_in_at_the_provider(
    gateway: GatewayProcess, provider: TestProvider
) -> None:
    browser, back = begin(gateway)
    answer = browser.raw("GET", back)
    assert answer.status == 303
    # From now on it is the subject that counts, whatever address the provider tells.
    provider.person["email"] = "new@example.org"
    browser, back = begin(gateway)
    assert browser.raw("GET", back).status == 303


def spoil(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.update({name: value})


SPOILED = {
    "another audience": spoil("aud", "somebody else"),
    "another issuer": spoil("iss", "http://evil.example.org"),
    "another nonce": spoil("nonce", "forged"),
    "too old": spoil("exp", int(time.time()) - 3600),
    "no subject": lambda claims: claims.pop("sub"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_a_spoiled_identity_opens_nothing(
    gateway: GatewayProcess, provider: TestProvider, fault: str
) -> None:
    provider.change = SPOILED[fault]
    browser, back = begin(gateway)
    assert browser.raw("GET", back).status == 403


def test_a_signature_of_another_key_opens_nothing(
    gateway: GatewayProcess, provider: TestProvider
) -> None:
    provider.signs_with = RSAKey.generate_key(2048)
    browser, back = begin(gateway)
    assert browser.raw("GET", back).status == 403


def test_an_answer_goes_to_the_browser_that_asked_once(gateway: GatewayProcess) -> None:
    browser, back = begin(gateway)
    victim, _ = begin(gateway)
    assert victim.raw("GET", back).status == 403
    assert Person(gateway.origin).raw("GET", back).status == 403
    assert browser.raw("GET", back).status == 303
    assert browser.raw("GET", back).status == 403


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "1", "email": "nobody@example.org", "email_verified": True},
        {"sub": "2", "email": EMAIL, "email_verified": False},
        {"sub": "3", "email": EMAIL},
        {"sub": "4", "email": LOCAL, "email_verified": True},
        {"sub": "5"},
    ],
)
def test_an_address_alone_opens_no_account(
    gateway: GatewayProcess, provider: TestProvider, person: dict[str, Any]
) -> None:
    provider.person = person
    browser, back = begin(gateway)
    assert browser.raw("GET", back).status == 403
