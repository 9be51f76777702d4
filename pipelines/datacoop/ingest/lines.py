"""Cut blocks of bytes into lines whose place in the file is known."""

from collections.abc import Iterator
from typing import NamedTuple

from datacoop.ingest import limits
from datacoop.ingest.rows import BrokenFileError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(NamedTuple):
    """One line with the offset of its first byte."""

    position: int
    content: bytes
    """Without its end if lines end with LF only, else with it; cut if it is too large."""
    size: int
    """In bytes, before any cut."""


def lines(
    blocks: Iterator[bytes], *, position: int, max_bytes: int, any_end: bool
) -> Iterator[Line]:
    """Cut `blocks`, which begin at `position`, into lines.

    A line over `max_bytes` is held only in part, so memory stays bounded.

    Args:
        any_end: Whether CR and CRLF end a line too; then its end stays with the content.

    Raises:
        BrokenFileError: The blocks break off; its position is that of the line that is lost.
    """
    end_bytes = 0 if any_end else 1
    held: list[bytes] = []
    held_bytes = 0
    try:
        for block in _without_split_ends(blocks) if any_end else blocks:
            whole, rest = _cut(block, any_end)
            if whole and held:
                content = b"".join([*held, whole[0]])
                size = held_bytes + len(whole[0])
                yield Line(position, _bounded(content, size, max_bytes), size)
                position += size + end_bytes
                held, held_bytes = [], 0
                del whole[0]
            for content in whole:
                size = len(content)
                yield Line(position, _bounded(content, size, max_bytes), size)
                position += size + end_bytes
            if rest:
                held.append(rest)
                held_bytes += len(rest)
                if held_bytes > max_bytes:
                    held = [b"".join(held)[: limits.KEPT_BYTES]]
    except BrokenFileError as broken:
        raise BrokenFileError(broken.reason, position) from None
    if held:
        yield Line(position, _bounded(b"".join(held), held_bytes, max_bytes), held_bytes)


def _cut(block: bytes, any_end: bool) -> tuple[list[bytes], bytes]:
    if not any_end:
        *whole, rest = block.split(b"\n")
        return whole, rest
    whole = block.splitlines(keepends=True)
    if whole and not whole[-1].endswith((b"\n", b"\r")):
        return whole[:-1], whole[-1]
    return whole, b""


def _bounded(content: bytes, size: int, max_bytes: int) -> bytes:
    return content if size <= max_bytes else content[: limits.KEPT_BYTES]


def _without_split_ends(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Move a CR at the end of a block to the next, where its LF may stand."""
    carried = b""
    for block in blocks:
        joined = carried + block
        carried = b"\r" if joined.endswith(b"\r") else b""
        yield joined[:-1] if carried else joined
    if carried:
        yield carried


def without_mark(blocks: Iterator[bytes]) -> tuple[Iterator[bytes], int]:
    """Drop a byte order mark at the start of a file; give the blocks and where they begin."""
    head = b""
    for block in blocks:
        head += block
        if len(head) >= len(BYTE_ORDER_MARK):
            break
    start = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    return _chain(head[start:], blocks), start


def _chain(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from blocks
