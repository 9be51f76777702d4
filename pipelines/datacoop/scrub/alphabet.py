"""Texts as one byte a character: letters and signs as a coarse pattern tells them apart.

ASCII and Latin-1 keep their bytes; of other characters those share one that are alike in kind.
What is found at some place in the bytes stands at the same place in the text.
"""

import re
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import regex

_EVERY = 0x110000
_NAMED = ((0, 0x3400), (0xAC00, 0xD7A4), (0xFF00, 0x10000))
"""Ranges whose characters a pattern may name; others it may only ask for by a property."""

_PROPERTIES = (
    *(r"\w", r"\s", r"\d", r"\p{L}", r"\p{Lu}", r"\p{M}", r"\p{Nd}"),
    *(r"\p{Latin}", r"\p{Greek}", r"\p{Cyrillic}"),
)
"""What a pattern may ask of a character."""

_PROPERTY = re.compile(r"\\([wsdWSD]|[pP]\{\w+\})")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2}))")
_RANGE = re.compile("(.)-(.)", re.DOTALL)

_WESTERN = r"\p{Latin}\p{Greek}\p{Cyrillic}"
_KINDS = (
    (0x81, r"\s"),
    (0x82, r"\d"),
    (0x83, rf"[{_WESTERN}]"),
    (0x84, rf"(?=\p{{Lu}})[{_WESTERN}]"),
    (0x85, rf"(?![{_WESTERN}])[\p{{L}}\p{{M}}]"),
    (0x86, "\ufffc"),
)
"""Bytes of characters by what they are, the later kind before the earlier; the rest is 0x80."""

_NO_SAMPLE = "\U0010ffff"
"""Stands for what a pattern accepts, where patterns are tried out; no pattern names it."""

_HANGUL, _HANGUL_BYTES = slice(0xAC00, 0xD7A4), range(0x87, 0xA0)
_LATIN_1 = slice(0xA0, 0x100)
_ASCII = slice(0, 0x80)


@cache
def _bytes() -> npt.NDArray[np.uint8]:
    """Give the byte of each character."""
    table = np.full(_EVERY, 0x80, dtype=np.uint8)
    for byte, kind in _KINDS:
        table[_where(kind)] = byte
    table[_HANGUL] = np.resize(np.array(_HANGUL_BYTES), _HANGUL.stop - _HANGUL.start)
    for same in (_ASCII, _LATIN_1):
        table[same] = range(same.start, same.stop)
    return table


@cache
def _everything() -> str:
    return "".join(map(chr, range(_EVERY)))


def _where(kind: str) -> npt.NDArray[np.bool_]:
    found = np.zeros(_EVERY, dtype=np.bool_)
    for match in regex.finditer(f"(?:{kind})++", _everything()):
        found[match.start() : match.end()] = True
    return found


@cache
def _samples() -> tuple[str, npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Give characters by which to try out what a pattern for one accepts, and their bytes."""
    kinds = np.zeros(_EVERY, dtype=np.int64)
    for at, kind in enumerate(_PROPERTIES):
        kinds |= _where(kind).astype(np.int64) << at
    _, firsts = np.unique(kinds << 8 | _bytes(), return_index=True)
    points = np.union1d(firsts, np.concatenate([np.arange(*span) for span in _NAMED]))
    points = points[points != ord(_NO_SAMPLE)]
    return "".join(map(chr, points.tolist())), points.astype(np.uint32), _bytes()[points]


@cache
def _as_spaces() -> frozenset[int]:
    """Give the bytes of characters that a pattern of Latin letters sees as spaces."""
    other = _where(rf"(?![{_WESTERN}])[\p{{L}}\p{{M}}_]")
    return frozenset(np.unique(_bytes()[other]).tolist())


def encoded(text: str) -> bytes:
    """Give the bytes of a text, one for each character."""
    if text.isascii():
        return text.encode()
    return _bytes()[_points(text)].tobytes()


def _points(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _check(character: str) -> None:
    """Check that the samples are enough to try a pattern on."""
    asked = {rf"\{name[0].lower()}{name[1:]}" for name in _PROPERTY.findall(character)}
    written = _ESCAPED.sub(lambda found: chr(int("".join(found.groups("")), 16)), character)
    ranges = [*_RANGE.findall(written), *zip(written, written, strict=True)]
    if asked - set(_PROPERTIES) or not all(_are_named(*ends) for ends in ranges):
        raise ValueError("a pattern asks for characters that are not told apart")


def _are_named(first: str, last: str) -> bool:
    return any(low <= ord(first) and ord(last) < high for low, high in _NAMED)


@lru_cache(4096)
def accepted(character: str, *, ignores_case: bool, has_latin_only: bool) -> frozenset[int]:
    """Give the bytes of the characters that a pattern for one character accepts, or more.

    Args:
        character: The pattern: a letter, a set in brackets, a property.
        has_latin_only: Whether `_` and letters of other writing are spaces to the pattern.

    Raises:
        ValueError: It asks for what the alphabet cannot tell apart.
    """
    _check(character)
    flags = regex.DOTALL | (regex.IGNORECASE if ignores_case else 0)
    samples, points, their_bytes = _samples()
    # Replaced all at once and compared, for a match object each would take three times as long.
    tried = regex.sub(character, _NO_SAMPLE, samples, flags=flags)
    found = frozenset(np.unique(their_bytes[_points(tried) != points]).tolist())
    if not has_latin_only:
        return found
    return found | _as_spaces() if ord(" ") in found else found - _as_spaces()
