"""A test provider of OpenID Connect made with authlib; everybody who asks is the person set."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

Change = Callable[[dict[str, Any]], None]


class TestProvider:
    """Answers on a port of its own as long as the `with` block lasts."""

    __test__ = False

    def __init__(self) -> None:
        self.person: dict[str, Any] = {}
        """The claims about who signs in."""
        self.change: Change = lambda _claims: None
        """Changes the claims of an identity token before it is signed."""
        self.signs_with: RSAKey | None = None
        """Another key than the one that is published."""
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(_Handler):
            owner = provider

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "TestProvider":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, asked: dict[str, str]) -> str:
        """Give where a browser that came to sign in is sent back to."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, given: dict[str, str]) -> dict[str, Any] | None:
        """Give the tokens for a code, once, to who began with its challenge."""
        asked = self._codes.pop(given.get("code", ""), None)
        if asked is None:
            return None
        challenge = create_s256_code_challenge(given.get("code_verifier", ""))
        if challenge != asked["code_challenge"] or given["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            **self.person,
        }
        self.change(claims)
        key = self.signs_with or self.key
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return {"access_token": "access", "token_type": "Bearer", "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    owner: TestProvider

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/.well-known/openid-configuration":
            issuer = self.owner.issuer
            self.reply(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/keys",
                }
            )
        elif path.path == "/keys":
            self.reply({"keys": [self.owner.key.as_dict(private=False)]})
        else:
            asked = {name: values[0] for name, values in parse_qs(path.query).items()}
            self.send_response(303)
            self.send_header("Location", self.owner.authorize(asked))
            self.end_headers()

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        given = parse_qs(self.rfile.read(length).decode())
        token = self.owner.exchange({name: values[0] for name, values in given.items()})
        self.reply(token or {"error": "invalid_grant"}, 200 if token else 400)

    def reply(self, value: Any, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""
