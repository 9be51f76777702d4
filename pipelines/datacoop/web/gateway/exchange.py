"""One HTTP exchange, with nothing around it: a third of the processor time of a general client."""

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

IDLE_SECONDS = 1.0
"""How long a connection is kept: gunicorn closes one after two seconds."""

_PART_BYTES = 1 << 16
_MOST_IDLE = 64
# Django's own server sends an answer in two parts, and the second one waits 40 ms for us to
# acknowledge the first. Linux forgets the wish, so it is told again each time.
_AT_ONCE = getattr(socket, "TCP_QUICKACK", None)


class ExchangeError(Exception):
    """No whole answer came; its text is the kind of failure."""


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    state: h11.Connection
    idle_since: float = 0.0

    def is_fresh(self) -> bool:
        """Say whether the server may still be there, and has said nothing unasked."""
        is_quiet = not self.reader.at_eof() and not self.state.trailing_data[0]
        return is_quiet and time.monotonic() < self.idle_since + IDLE_SECONDS


class Server:
    """A server that is asked; a connection is kept for a moment, for who it was opened for."""

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
        self._idle: dict[str, _Connection] = {}

    def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.popitem()[1].writer.close()

    async def ask(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        content: bytes,
        *,
        largest: int,
        kept_for: str = "",
    ) -> tuple[int, bytes]:
        """Send a request; give status and body. Redirects are not followed.

        Args:
            target: Path and query, as they are sent.
            largest: Bytes of a body that are taken.
            kept_for: Who may be given a connection that was used before: only whom it was used
                for. Nobody where it is empty. Only for what may be sent twice.

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
                *([] if kept_for else [("Connection", "close")]),
            ],
        )
        try:
            async with asyncio.timeout(self._timeout_seconds), self._free:
                held = self._idle.pop(kept_for, None)
                if held is not None:
                    found = await self._again(held, request, content, largest)
                    if found is not None:
                        self._keep(kept_for, held)
                        return found
                made = await self._connect()
                try:
                    found = await _exchange(made, request, content, largest)
                except BaseException:
                    made.writer.close()
                    raise
                self._keep(kept_for, made)
                return found
        except (OSError, h11.ProtocolError) as error:
            # A time-out is an OSError.
            raise ExchangeError(type(error).__name__) from None

    async def _connect(self) -> _Connection:
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        return _Connection(reader, writer, h11.Connection(h11.CLIENT))

    async def _again(
        self, held: _Connection, request: h11.Request, content: bytes, largest: int
    ) -> tuple[int, bytes] | None:
        """Ask on a connection that was used before; give nothing where the server has left it."""
        if held.is_fresh():
            try:
                return await _exchange(held, request, content, largest)
            except (OSError, h11.ProtocolError):
                pass
            except BaseException:
                held.writer.close()
                raise
        held.writer.close()
        return None

    def _keep(self, kept_for: str, used: _Connection) -> None:
        """Keep a connection whose exchange is whole; close one that nobody may have again."""
        state = used.state
        is_whole = state.our_state is h11.DONE and state.their_state is h11.DONE
        if not kept_for or not is_whole or kept_for in self._idle:
            used.writer.close()
            return
        state.start_next_cycle()
        used.idle_since = time.monotonic()
        self._idle[kept_for] = used
        # The oldest come first.
        while self._idle:
            oldest = next(iter(self._idle))
            if len(self._idle) <= _MOST_IDLE and self._idle[oldest].is_fresh():
                break
            self._idle.pop(oldest).writer.close()


async def _exchange(
    connection: _Connection, request: h11.Request, content: bytes, largest: int
) -> tuple[int, bytes]:
    state, writer = connection.state, connection.writer
    sent = [state.send(request), state.send(h11.Data(data=content)), state.send(h11.EndOfMessage())]
    writer.write(b"".join(part or b"" for part in sent))
    await writer.drain()
    asked: socket.socket | None = writer.get_extra_info("socket")
    status, size_bytes = 0, 0
    parts: list[bytes] = []
    while True:
        event = state.next_event()
        if event is h11.NEED_DATA:
            if asked is not None and _AT_ONCE is not None:
                asked.setsockopt(socket.IPPROTO_TCP, _AT_ONCE, 1)
            state.receive_data(await connection.reader.read(_PART_BYTES))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            parts.append(bytes(event.data))
            size_bytes += len(event.data)
            if size_bytes > largest:
                raise ExchangeError("too large")
        elif isinstance(event, h11.EndOfMessage):
            return status, b"".join(parts)
