"""One HTTP exchange, with nothing around it: a third of the processor time of a general client."""

import asyncio
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

import h11

_PART_BYTES = 1 << 16


class ExchangeError(Exception):
    """No whole answer came; its text is the kind of failure."""


class Server:
    """A server that is asked once for each connection."""

    def __init__(self, url: str, *, timeout_seconds: float, connections: int) -> None:
        """Prepare to ask; nothing is sent yet.

        Args:
            url: Where it answers, with `http` or `https`.
            timeout_seconds: How long a whole exchange may take.
            connections: How many there may be at once; further ones wait.
        """
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._prefix = parts.path.rstrip("/")
        self._name = parts.netloc.rpartition("@")[2]
        self._timeout_seconds = timeout_seconds
        self._free = asyncio.Semaphore(connections)

    async def ask(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        content: bytes,
        *,
        largest: int,
    ) -> tuple[int, bytes]:
        """Send a request; give status and body. Redirects are not followed.

        Args:
            target: Path and query, as they are sent.
            largest: Bytes of a body that are taken.

        Raises:
            ExchangeError: There is no answer, or it is broken off, late or too large.
        """
        request = h11.Request(
            method=method,
            target=self._prefix + target,
            headers=[
                ("Host", self._name),
                *headers,
                *([("Content-Length", str(len(content)))] if content else []),
                # A kept connection that the server closes fails the next request, and on Label
                # Studio's own server each answer on it waits 40 ms for an acknowledgement.
                ("Connection", "close"),
            ],
        )
        try:
            async with asyncio.timeout(self._timeout_seconds), self._free:
                reader, writer = await asyncio.open_connection(
                    self._host, self._port, ssl=self._tls
                )
                try:
                    return await _exchange(reader, writer, request, content, largest)
                finally:
                    writer.close()
        except (OSError, h11.ProtocolError) as error:
            # A time-out is an OSError.
            raise ExchangeError(type(error).__name__) from None


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    request: h11.Request,
    content: bytes,
    largest: int,
) -> tuple[int, bytes]:
    state = h11.Connection(h11.CLIENT)
    sent = [state.send(request), state.send(h11.Data(data=content)), state.send(h11.EndOfMessage())]
    writer.write(b"".join(part or b"" for part in sent))
    await writer.drain()
    status, size_bytes = 0, 0
    parts: list[bytes] = []
    while True:
        event = state.next_event()
        if event is h11.NEED_DATA:
            state.receive_data(await reader.read(_PART_BYTES))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            parts.append(bytes(event.data))
            size_bytes += len(event.data)
            if size_bytes > largest:
                raise ExchangeError("too large")
        elif isinstance(event, h11.EndOfMessage):
            return status, b"".join(parts)
