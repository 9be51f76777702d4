"""A proxy before an object store, which misbehaves at one request."""

import http.client
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

WAYS = ("503 after storing", "503", "409 after storing", "409", "reset after storing", "reset")
"""What befalls a request: what the client is told, and whether the store carries it out."""
_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class StoreProxy:
    """Passes requests on to a store; the `at`-th write since `disturb` meets a fault."""

    def __init__(self, upstream: str) -> None:
        address = urlsplit(upstream)
        self.upstream = (address.hostname or "", address.port or 80)
        self.url = ""
        self.met: Counter[str] = Counter()
        """Faults that a request has met, by way."""
        self.writes = 0
        """Writes since the last call of `disturb`, repeated ones too."""
        self._way, self._at = "", 0
        self._lock = threading.Lock()

    def disturb(self, way: str = "", at: int = 0) -> None:
        """Let the `at`-th write from now on, from 1, meet a fault; none where it is 0."""
        with self._lock:
            self._way, self._at, self.writes = way, at, 0

    def way_of(self, method: str) -> str:
        """Count a request; give what befalls it."""
        with self._lock:
            self.writes += method == "PUT"
            if method != "PUT" or self.writes != self._at:
                return ""
            self.met[self._way] += 1
            return self._way


class _Handler(BaseHTTPRequestHandler):
    proxy: StoreProxy
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement
    disable_nagle_algorithm = True

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        way = self.proxy.way_of(self.command)
        answer = self.forward(body) if not way or way.endswith("storing") else None
        if way.startswith("reset"):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.close_connection = True
        elif way:
            self.reply(int(way[:3]), {}, b"<Error><Code>Disturbed</Code></Error>")
        elif answer is not None:
            self.reply(*answer)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = handle_any  # noqa: N815 - by the library

    def forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        upstream = http.client.HTTPConnection(*self.proxy.upstream, timeout=60)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
        upstream.request(self.command, self.path, body or None, headers)
        answer = upstream.getresponse()
        content = answer.read()
        found = {k: v for k, v in answer.getheaders() if k.lower() not in _HOP}
        found["Content-Length"] = str(len(content))
        if self.command == "HEAD":
            found["Content-Length"] = answer.getheader("Content-Length") or "0"
        upstream.close()
        return answer.status, found, content

    def reply(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@contextmanager
def store_proxy(upstream: str) -> Iterator[StoreProxy]:
    """Stand before the store at an address."""
    proxy = StoreProxy(upstream)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
