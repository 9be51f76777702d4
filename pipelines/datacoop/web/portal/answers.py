"""Answers that carry an object of the store: whole, in part, or by a short-lived address."""

import asyncio
from collections.abc import AsyncIterator
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from datacoop.pool.object_store import ObjectStore
from datacoop.web.portal.permits import RefusedReadingError
from datacoop.web.portal.ranges import Part, UnsatisfiableError, wanted_part

PIECE_BYTES = 1 << 20
_FOREVER = {"cache-control": "private, no-cache", "accept-ranges": "bytes"}
"""A cache may keep a blob, and asks each time whether it may still be read."""


async def blob_answer(request: Request, store: ObjectStore, key: str, digest: str) -> Response:
    """Answer with a blob, by the request's method, range and conditions."""
    size_bytes = await asyncio.to_thread(store.size, key)
    if size_bytes is None:
        raise RefusedReadingError("not_found", 404)
    headers, tag = request.headers, f'"{digest}"'
    common = {**_FOREVER, "etag": tag}
    known = {one.strip().removeprefix("W/") for one in headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=common)
    try:
        part = wanted_part(headers.get("range"), headers.get("if-range"), tag, size_bytes)
    except UnsatisfiableError:
        return Response(
            status_code=416, headers={**common, "content-range": f"bytes */{size_bytes}"}
        )
    start, end = part or Part(0, size_bytes)
    common["content-length"] = str(end - start)
    if part is not None:
        common["content-range"] = f"bytes {start}-{end - 1}/{size_bytes}"
    status, kind = (200 if part is None else 206), "application/octet-stream"
    if request.method == "HEAD":
        return Response(status_code=status, headers=common, media_type=kind)
    # Opened before the answer begins, so that a store that fails can still be told of.
    reader = await asyncio.to_thread(store.reader, key)
    return StreamingResponse(
        _pieces(reader, start, end), status_code=status, headers=common, media_type=kind
    )


async def _pieces(reader: BinaryIO, start: int, end: int) -> AsyncIterator[bytes]:
    try:
        await asyncio.to_thread(reader.seek, start)
        while start < end:
            piece = await asyncio.to_thread(reader.read, min(PIECE_BYTES, end - start))
            if not piece:
                return
            start += len(piece)
            yield piece
    finally:
        reader.close()
