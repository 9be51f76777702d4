"""Spoil bytes: flip a bit, cut a byte, add one."""

SPOILT = ("flipped", "cut", "added")


def spoilt(content: bytes, at: int, way: int) -> bytes:
    """Spoil the byte at a place; ways are numbered as in `SPOILT`."""
    flipped = bytes([content[at] ^ 1 << at % 8])
    return content[:at] + (flipped, b"", content[at : at + 1] + b"?")[way] + content[at + 1 :]
