"""An HTTP proxy that misbehaves on purpose, one request at a time, as a test plans it."""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

from datacoop.label.label_studio import VERSION

Fault = Callable[["_Handler"], None]


def lost_answer(handler: "_Handler") -> None:
    """Let the server carry the request out, then close the connection without an answer."""
    handler.forward()
    handler.close_connection = True


def gateway_timeout(handler: "_Handler") -> None:
    """Let the server carry the request out, then answer 504."""
    handler.forward()
    handler.reply(504, b"<html>Gateway Time-out</html>")


def unavailable(handler: "_Handler") -> None:
    """Answer 503 without asking the server."""
    handler.reply(503, b"<html>Service Unavailable</html>")


def refused(handler: "_Handler") -> None:
    """Reset the connection before the server hears of the request."""
    handler.reset()


def reset(handler: "_Handler") -> None:
    """Let the server carry the request out, then reset the connection."""
    handler.forward()
    handler.reset()


def half_sent(handler: "_Handler") -> None:
    """Break off in the middle of the request, on both sides."""
    handler.forward(handler.body[: len(handler.body) // 2])
    handler.reset()


def half_answered(handler: "_Handler") -> None:
    """Let the server carry the request out, then break off in the middle of its answer."""
    _, body = handler.forward()
    handler.send_response(201)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    handler.close_connection = True


def another_version(handler: "_Handler") -> None:
    """Answer as a Label Studio of another version would when asked for it."""
    handler.reply(200, b'{"release": "9.9.9"}')


def at_the_time(moment: datetime) -> Fault:
    """Answer for the version as a Label Studio whose clock says this."""

    def answer(handler: "_Handler") -> None:
        handler.clock = moment.timestamp()
        handler.reply(200, f'{{"release": "{VERSION}"}}'.encode())

    return answer


def late(seconds: float) -> Fault:
    """Pass the request on only after some time, whether or not the client still waits."""

    def wait_and_forward(handler: "_Handler") -> None:
        time.sleep(seconds)
        status, body = handler.forward()
        handler.reply(status, body)

    return wait_and_forward


class FaultProxy:
    """Stands before a server; the next requests of a method meet the planned faults, in order."""

    def __init__(self, upstream: str) -> None:
        address = urlsplit(upstream)
        self.upstream = (address.hostname or "", address.port or 80)
        self.seen: list[tuple[str, str]] = []
        """Method and path of every request, in order."""
        self.headers: list[dict[str, str]] = []
        """The headers of every request, in the same order."""
        self._planned: list[tuple[str, str, Fault]] = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def plan(self, method: str, path: str, *faults: Fault) -> None:
        """Let the next requests whose path contains `path` meet `faults`, one each."""
        with self._lock:
            self._planned += [(method, path, fault) for fault in faults]

    def forget(self) -> None:
        """Let all requests through from now on."""
        with self._lock:
            self._planned.clear()

    def count(self, method: str, path: str) -> int:
        """Count the requests of a method whose path contains `path`."""
        return sum(m == method and path in p for m, p in self.seen)

    def take(self, method: str, path: str) -> Fault | None:
        """Note a request and give the fault that it is to meet."""
        with self._lock:
            self.seen.append((method, path))
            for index, (wanted, part, fault) in enumerate(self._planned):
                if wanted == method and part in path:
                    del self._planned[index]
                    return fault
        return None

    def __enter__(self) -> "FaultProxy":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    owner: FaultProxy
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    clock: float | None = None
    """What the answer is dated, in seconds; now where it is none."""

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        self.owner.headers.append(dict(self.headers.items()))
        fault = self.owner.take(self.command, self.path)
        try:
            if fault is not None:
                fault(self)
            else:
                self.reply(*self.forward())
        except (OSError, http.client.HTTPException):
            # The server is not there: to the client that is a connection without an answer.
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815 - named by the library

    def forward(self, sent: bytes | None = None) -> tuple[int, bytes]:
        """Pass the request on; give status and body. Of a broken off one there is no answer.

        Args:
            sent: The part of the body that gets through; all of it where nothing is given.
        """
        upstream = http.client.HTTPConnection(*self.owner.upstream, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
        upstream.request(
            self.command, self.path, (self.body if sent is None else sent) or None, headers
        )
        if sent is not None:
            upstream.close()
            return 0, b""
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        return answer.status, body

    def reset(self) -> None:
        """Close the client's connection with a reset instead of an end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        self.close_connection = True

    def reply(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Date the answer."""
        return super().date_time_string(timestamp or self.clock)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""
