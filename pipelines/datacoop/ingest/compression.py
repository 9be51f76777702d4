"""Read a file block by block, decompressed, within limits on size and ratio."""

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

import zstandard

from datacoop.ingest import limits
from datacoop.ingest.reasons import FILE_TOO_LARGE, FILE_TRUNCATED, FILE_UNREADABLE
from datacoop.ingest.rows import BrokenFileError

# zstd can turn 4 bytes into 128 KiB and its decoder has no bound on output, so little is fed.
ZSTD_FEED_BYTES = 2048
ZSTD_WINDOW_BYTES = 128 * 1024**2
GZIP_WRAPPER = 31


def file_blocks(reader: BinaryIO) -> Iterator[bytes]:
    """Read `reader` from where it stands to its end."""
    while block := reader.read(limits.BLOCK_BYTES):
        yield block


def decoded_blocks(blocks: Iterator[bytes], compression: str, size: int) -> Iterator[bytes]:
    """Decompress `blocks`, whose sum is `size` bytes.

    Raises:
        BrokenFileError: The stream breaks off, is not what it should be, or decodes to too
            much; its position is the count of bytes that were decoded.
    """
    if compression == "none":
        yield from blocks
        return
    decode = {"gzip": _gzip_blocks, "zstd": _zstd_blocks}[compression]
    limit, count = limits.decoded_limit(size), 0
    try:
        for block in decode(blocks):
            count += len(block)
            if count > limit:
                raise BrokenFileError(FILE_TOO_LARGE, count)
            yield block
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        is_cut = isinstance(error, EOFError) or count > 0
        raise BrokenFileError(FILE_TRUNCATED if is_cut else FILE_UNREADABLE, count) from None


def _gzip_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    # Zeros after a member are padding, as gzip(1) reads them.
    return _members(blocks, _GzipMember, padding=b"\0")


def _zstd_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES)
    small = (
        block[start : start + ZSTD_FEED_BYTES]
        for block in blocks
        for start in range(0, len(block), ZSTD_FEED_BYTES)
    )
    return _members(small, lambda: _ZstdFrame(decompressor.decompressobj()), padding=b"")


class _Member(Protocol):
    """One of the streams that follow one another in a compressed file."""

    def decode(self, data: bytes) -> tuple[bytes, bytes, bool]:
        """Give a bounded piece of output, the input left over, and whether this is the end."""


class _GzipMember:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(GZIP_WRAPPER)

    def decode(self, data: bytes) -> tuple[bytes, bytes, bool]:
        decoded = self._stream.decompress(data, limits.BLOCK_BYTES)
        rest = self._stream.unconsumed_tail + self._stream.unused_data
        return decoded, rest, self._stream.eof


class _ZstdFrame:
    def __init__(self, stream: "zstandard.ZstdDecompressionObj") -> None:
        self._stream = stream

    def decode(self, data: bytes) -> tuple[bytes, bytes, bool]:
        return self._stream.decompress(data), self._stream.unused_data, self._stream.eof


def _members(
    blocks: Iterator[bytes], new_member: Callable[[], _Member], *, padding: bytes
) -> Iterator[bytes]:
    """Decode members that follow one another; raise `EOFError` where the last is cut."""
    member: _Member | None = None
    for block in blocks:
        data = block
        while data:
            if member is None:
                data = data.lstrip(padding) if padding else data
                if not data:
                    break
                member = new_member()
            decoded, data, has_ended = member.decode(data)
            if decoded:
                yield decoded
            member = None if has_ended else member
    if member is not None:
        raise EOFError
