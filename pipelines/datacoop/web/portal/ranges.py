"""Single byte ranges. Source: RFC 9110, sections 13.1.5 (If-Range) and 14 (range requests)."""

import re
from typing import NamedTuple

_SINGLE = re.compile(r"bytes=(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})", re.ASCII)


class Part(NamedTuple):
    """Bytes of an object, `[start, end)`."""

    start: int
    end: int


class UnsatisfiableError(Exception):
    """The range begins where the object has ended."""


def wanted_part(given: str | None, if_range: str | None, tag: str, size_bytes: int) -> Part | None:
    """Give the part that is asked for; none where all of it is to be sent.

    What is no single range of bytes is passed over, as the RFC permits: several ranges too.

    Args:
        given: The header Range.
        if_range: The header If-Range.
        tag: The entity tag of the object, with its quotes.

    Raises:
        UnsatisfiableError: No byte of the object is in the range.
    """
    found = _SINGLE.fullmatch(given or "")
    if found is None or (if_range is not None and if_range != tag):
        return None
    first, last = found["first"], found["last"]
    if not first and not last:
        return None
    if not first:
        start, end = max(0, size_bytes - int(last)), size_bytes
    else:
        start = int(first)
        end = min(int(last) + 1, size_bytes) if last else size_bytes
        if last and int(last) < start:
            return None
    if start >= end:
        raise UnsatisfiableError
    return Part(start, end)
