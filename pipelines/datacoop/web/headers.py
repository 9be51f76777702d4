"""The headers that keep a browser safe, with every answer of gateway and portal."""

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
