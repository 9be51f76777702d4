"""The headers that keep a browser safe, with every answer of gateway and portal."""

from collections.abc import Callable, Mapping

from starlette.types import Message, Send

OWN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def safe_headers(*, is_secure: bool) -> dict[bytes, bytes]:
    """Give the headers, by lower-case name.

    Args:
        is_secure: Whether browsers come by TLS.
    """
    safe = {
        b"content-security-policy": OWN_POLICY.encode(),
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"DENY",
        b"referrer-policy": b"same-origin",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
        b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=()",
        b"cache-control": b"no-store",
    }
    if is_secure:
        safe[b"strict-transport-security"] = b"max-age=31536000"
    return safe


class SafeSend:
    """Sends an answer with the safe headers that it does not bring itself."""

    def __init__(
        self,
        send: Send,
        safe: Mapping[bytes, bytes],
        note_status: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Take where the answer goes, what to add, and who counts its status."""
        self._send, self._safe, self._note_status = send, safe, note_status
        self.has_begun = False
        """Whether the answer is under way, so that there can be no other."""

    async def __call__(self, message: Message) -> None:
        """Send one part of the answer."""
        if message["type"] == "http.response.start":
            self.has_begun = True
            given = {name for name, _ in message["headers"]}
            added = [(name, value) for name, value in self._safe.items() if name not in given]
            message["headers"] = [*message["headers"], *added]
            self._note_status(message["status"])
        await self._send(message)
