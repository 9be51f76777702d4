"""Label Studio's labelling page, dressed for annotators: what they may not use is not shown."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from html import escape
from typing import NamedTuple

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_SAID = (
    "code",
    "title_home",
    "report",
    "report_text",
    "report_personal",
    "report_harmful",
    "report_failed",
    "mark_keys",
    "cancel",
)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


class Shell(NamedTuple):
    """A page and the policy it is sent with."""

    html: str
    policy: str
    """The value of Content-Security-Policy."""


def dress(html: str, csrf: str, texts: Mapping[str, str]) -> Shell:
    """Add the gateway's style and script to the page, and bind it to what it came with.

    The policy lets only those scripts run that stand in the page now, and lets no request leave
    for another server: a text that is shown cannot add one.

    Args:
        html: The page as Label Studio sends it.
        csrf: What the gateway's script adds to each request.
        texts: What the gateway's script writes into the page, by key of the catalogue.
    """
    said = {key: texts[key] for key in _SAID}
    added = (
        f'<meta name="datacoop-csrf" content="{escape(csrf)}">'
        f'<meta name="datacoop-texts" content="{escape(json.dumps(said))}">'
        '<link rel="stylesheet" href="/own/label.css"><script src="/own/label.js"></script>'
    )
    inline = [body for attributes, body in _SCRIPT.findall(html) if " src" not in attributes]
    hashes = " ".join(f"'sha256-{_hash(body)}'" for body in dict.fromkeys(inline))
    policy = "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
        )
    )
    return Shell(_HEAD.sub(lambda found: found[0] + added, html, count=1), policy)


def _hash(script: str) -> str:
    # Browsers read line ends as line feeds before they hash.
    text = script.replace("\r\n", "\n").replace("\r", "\n")
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
