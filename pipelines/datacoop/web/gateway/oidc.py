"""Sign-in at an OpenID Connect provider: code flow with PKCE. The only user of authlib."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from datacoop.errors import OutsideError

SERVICE = "the sign-in provider"
STATE_SECONDS = 600.0
TIMEOUT_SECONDS = 10.0
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
"""Signatures of identity tokens that are taken: none with a shared secret, and never `none`."""

_LEEWAY_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider and what it knows the gateway as."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who signed in, as the provider says.

    Privacy: holds an e-mail address; goes no further than this package.
    """

    subject: str
    """Issuer and subject: together they name one person for ever."""
    email: str = field(repr=False)
    """Empty where the provider gives none, or has not verified it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    nonce: str
    verifier: str
    ends: float


class SignIn:
    """Sign-ins that are under way, and the provider's own description."""

    def __init__(self, provider: Provider, callback: str) -> None:
        """Prepare; the provider is asked at the first sign-in.

        Args:
            callback: The gateway's own address that the provider sends people back to.
        """
        self._provider = provider
        self._callback = callback
        self._begun: dict[str, _Begun] = {}
        self._described: dict[str, str] = {}

    async def begin(self) -> tuple[str, str]:
        """Give the provider's address to go to, and the state that this browser has to bring back.

        Raises:
            OutsideError: The provider cannot be reached.
        """
        now = time.monotonic()
        self._begun = {state: begun for state, begun in self._begun.items() if begun.ends > now}
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        described = await self._describe()
        async with self._client() as client:
            url, state = client.create_authorization_url(
                described["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        self._begun[state] = _Begun(nonce=nonce, verifier=verifier, ends=now + STATE_SECONDS)
        return url, state

    async def finish(self, state: str, code: str) -> Identity | None:
        """Exchange a code for an identity; none where the sign-in is not one that was begun.

        Raises:
            OutsideError: The provider cannot be reached.
        """
        begun = self._begun.pop(state, None)
        if begun is None or begun.ends <= time.monotonic():
            return None
        described = await self._describe()
        try:
            async with self._client() as client:
                token = await client.fetch_token(
                    described["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=begun.verifier,
                )
            keys = await _get(described["jwks_uri"])
            claims = self._claims(str(token.get("id_token", "")), keys, begun.nonce)
        except (OAuthError, JoseError, ValueError, KeyError):
            return None
        except httpx.HTTPError as error:
            raise OutsideError(SERVICE, "exchange a code", type(error).__name__) from None
        is_verified = claims.get("email_verified") is True
        email = str(claims.get("email", "")) if is_verified else ""
        return Identity(subject=f"{claims['iss']}\n{claims['sub']}", email=email)

    def _claims(self, id_token: str, keys: dict[str, object], nonce: str) -> dict[str, object]:
        decoded = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type] # of JSON
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": self._provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(decoded.claims)
        return dict(decoded.claims)

    async def _describe(self) -> dict[str, str]:
        if not self._described:
            address = f"{self._provider.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                described = await _get(address)
            except (httpx.HTTPError, ValueError) as error:
                raise OutsideError(SERVICE, "describe itself", type(error).__name__) from None
            if described.get("issuer") != self._provider.issuer:
                raise OutsideError(SERVICE, "describe itself", "it names another issuer")
            self._described = described
        return self._described

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._provider.client_id,
            self._provider.client_secret,
            scope="openid email",
            redirect_uri=self._callback,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )


async def _get(address: str) -> Any:  # noqa: ANN401 - whatever is JSON
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        return (await client.get(address)).raise_for_status().json()
