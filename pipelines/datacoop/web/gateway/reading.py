"""Read what came with a request: bounded in size and time, and of the kind that was asked for."""

import asyncio
from typing import Any
from urllib.parse import parse_qsl

import orjson

from datacoop.web.gateway.asking import Asked, DeniedError

LARGEST_JSON = 1_000_000
LARGEST_FORM = 20_000
BODY_SECONDS = 20.0


async def read_body(asked: Asked, limit: int = LARGEST_JSON) -> bytes:
    """Read a body of at most `limit` bytes.

    Raises:
        DeniedError: It is larger, slower or packed.
    """
    headers = asked.request.headers
    if "content-encoding" in headers:
        raise DeniedError("encoding", 415)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limit:
        raise DeniedError("too_large", 413)
    parts, size_bytes = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in asked.request.stream():
                size_bytes += len(part)
                if size_bytes > limit:
                    raise DeniedError("too_large", 413)
                parts.append(part)
    except TimeoutError:
        raise DeniedError("slow", 408) from None
    return b"".join(parts)


async def read_json(asked: Asked) -> Any:  # noqa: ANN401 - whatever was sent
    """Read a body of JSON.

    Raises:
        DeniedError: It is none.
    """
    _require_kind(asked, "application/json")
    content = await read_body(asked)
    try:
        return orjson.loads(content)
    except ValueError:
        raise DeniedError("json", 400) from None


async def read_form(asked: Asked) -> dict[str, str]:
    """Read the fields of a form, each of which is there once.

    Raises:
        DeniedError: It is no such form.
    """
    _require_kind(asked, "application/x-www-form-urlencoded")
    content = await read_body(asked, LARGEST_FORM)
    try:
        pairs = parse_qsl(
            content.decode("ascii"), keep_blank_values=True, max_num_fields=10, errors="strict"
        )
    except ValueError:
        raise DeniedError("form", 400) from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise DeniedError("form", 400)
    return form


def _require_kind(asked: Asked, wanted: str) -> None:
    kind = asked.request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != wanted:
        raise DeniedError("content_type", 415)
