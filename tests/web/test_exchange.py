"""One exchange with servers that answer well and badly, each on a socket of its own."""

import asyncio

import pytest
from fault_proxy import FaultProxy, late

from datacoop.errors import TransientError
from datacoop.web.gateway import studio as studio_file
from datacoop.web.gateway.exchange import IDLE_SECONDS, ExchangeError, Server
from datacoop.web.gateway.studio import Studio

HEAD = b"HTTP/1.1 200 OK\r\n"


def exchange(
    *parts: bytes, wait_seconds: float = 0.0, largest: int = 100
) -> tuple[tuple[int, bytes], bytes]:
    """Ask a server that sends `parts` whatever it is asked; give its answer and what it read."""
    read = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read.extend(await reader.readuntil(b"\r\n\r\n"))
        read.extend(await reader.readexactly(4))
        await asyncio.sleep(wait_seconds)
        for part in parts:
            writer.write(part)
            await writer.drain()
        writer.close()

    async def run() -> tuple[int, bytes]:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            url = f"http://127.0.0.1:{port}/below/"
            server = Server(url, timeout_seconds=0.5, connections=1)
            return await server.ask("POST", "/a?b=1", [("X-Y", "z")], b"body", largest=largest)

    return asyncio.run(run()), bytes(read)


def test_what_is_sent_is_what_was_told() -> None:
    found, read = exchange(HEAD + b"Content-Length: 2\r\n\r\nok")
    assert found == (200, b"ok")
    head, _, body = read.partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    assert (first, body) == (b"POST /below/a?b=1 HTTP/1.1", b"body")
    names = {line.split(b":")[0].lower() for line in headers}
    assert names == {b"host", b"x-y", b"content-length", b"connection"}


@pytest.mark.parametrize(
    "parts",
    [
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r\nk\r\n0\r\n\r\n"),
        (HEAD + b"\r\no", b"k"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"Content-Length: 2\r\n\r\n", b"ok"),
    ],
)
def test_an_answer_is_read_however_it_is_cut(parts: tuple[bytes, ...]) -> None:
    assert exchange(*parts)[0] == (200, b"ok")


@pytest.mark.parametrize(
    ("part", "largest"),
    [
        (b"", 100),
        (HEAD, 100),
        (HEAD + b"Content-Length: 9\r\n\r\nok", 100),
        (b"no HTTP at all\r\n\r\n", 100),
        (HEAD + b"Content-Length: 2\r\n\r\nok", 1),
    ],
)
def test_what_is_no_whole_answer_is_told(part: bytes, largest: int) -> None:
    with pytest.raises(ExchangeError):
        exchange(part, largest=largest)


def test_a_late_answer_is_none() -> None:
    with pytest.raises(ExchangeError, match="Timeout"):
        exchange(HEAD + b"\r\nok", wait_seconds=2.0)


def test_a_server_that_is_not_there_is_told() -> None:
    server = Server("http://127.0.0.1:9", timeout_seconds=2.0, connections=1)
    with pytest.raises(ExchangeError):
        asyncio.run(server.ask("GET", "/", [], b"", largest=1))


def conversation(
    *asks: tuple[str, float], answer: bytes = HEAD + b"Content-Length: 2\r\n\r\nok", most: int = 9
) -> list[int]:
    """Ask one after the other, each for somebody and after a wait; give the connection of each.

    Args:
        answer: What the server sends to each request.
        most: Requests after which the server closes a connection.
    """
    connections, found = 0, []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        mine = connections
        for _ in range(most):
            try:
                await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            found.append(mine)
            writer.write(answer)
            await writer.drain()
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            server = Server(f"http://127.0.0.1:{port}", timeout_seconds=5.0, connections=4)
            for kept_for, wait_seconds in asks:
                await asyncio.sleep(wait_seconds)
                got = await server.ask("GET", "/", [], b"", largest=9, kept_for=kept_for)
                assert got == (200, b"ok")
            server.close()

    asyncio.run(run())
    return found


def test_a_connection_is_kept_for_who_it_was_opened_for() -> None:
    asks = [("ada", 0.0), ("ada", 0.0), ("bob", 0.0), ("", 0.0), ("", 0.0), ("ada", 0.0)]
    assert conversation(*asks) == [1, 1, 2, 3, 4, 1]


def test_an_old_connection_is_not_used() -> None:
    assert conversation(("ada", 0.0), ("ada", IDLE_SECONDS + 0.1)) == [1, 2]


def test_a_connection_that_the_server_left_is_replaced() -> None:
    assert conversation(*[("ada", 0.05)] * 4, most=2) == [1, 1, 2, 2]


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",
        # What comes unasked must not be taken for the next answer.
        HEAD + b"Content-Length: 2\r\n\r\nok" + HEAD + b"Content-Length: 3\r\n\r\nbad",
    ],
)
def test_a_connection_that_says_more_or_ends_is_not_kept(answer: bytes) -> None:
    assert conversation(("ada", 0.0), ("ada", 0.1), answer=answer) == [1, 2]


def test_all_who_wait_for_the_version_look_once_and_fail_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(studio_file, "VERSION_SECONDS", 0.0)

    async def run(url: str) -> list[object]:
        studio = Studio(url, timeout_seconds=0.3)
        asks = [studio._send("GET", "/api/current-user/whoami", {}, None) for _ in range(9)]
        found = await asyncio.gather(*asks, return_exceptions=True)
        await studio.close()
        return list(found)

    with FaultProxy("http://127.0.0.1:9") as proxy:
        proxy.plan("GET", "/api/version", *[late(1.0)] * 9)
        found = asyncio.run(run(proxy.url))
        assert proxy.seen == [("GET", "/api/version/")]
    assert [type(one) for one in found] == [TransientError] * 9
