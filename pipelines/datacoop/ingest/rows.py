"""A raw row, and the break at which a file can be read no further."""

from typing import Any, NamedTuple


class RawRow(NamedTuple):
    """One row as it was found, or an event about a whole file (then `row` is empty)."""

    position: int
    """Where it begins: byte offset after decompression, or row number."""
    row: bytes
    parsed: dict[str, Any] | None
    """Its values by the names in the file, where it could be parsed."""
    reason: str | None
    """Why it could not be; null where `parsed` is there."""
    is_untyped: bool = False
    """Whether all values are text, as in CSV, whatever they mean."""


class BrokenFileError(Exception):
    """A file can be read no further; what came before it stays.

    It never leaves this room: `formats.py` turns it into an event.
    """

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


def event(reason: str, position: int = 0) -> RawRow:
    """Make the one entry that stands for a whole file, or for what is lost after a break."""
    return RawRow(position, b"", None, reason)
