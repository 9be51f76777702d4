"""Tombstones: keyed digests by which erased values are known again, without the values.

A value is folded (compatibility forms, small letters, letters and digits only) and digested under
the member's key. A text is searched by digesting each stretch of it that could be such a value. So
the same code finds a person's rows when they are erased and when somebody sends them again.
"""

import hmac
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from datacoop.errors import IntegrityError
from datacoop.records.digest import canonical_json

LEAST_LENGTH = 2
"""Letters and digits of the shortest value that can be looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstones:
    """What a member had erased.

    Privacy: digests and lengths only; nothing can be guessed back without the member's key.
    """

    values: frozenset[tuple[int, bytes]] = frozenset()
    """Length of the folded value, and its keyed digest."""
    texts: frozenset[bytes] = frozenset()
    """Keyed digests of the masked digests of records that were erased as such."""

    def __bool__(self) -> bool:
        return bool(self.values or self.texts)

    def __or__(self, other: "Tombstones") -> "Tombstones":
        return Tombstones(values=self.values | other.values, texts=self.texts | other.texts)

    def to_bytes(self) -> bytes:
        """Write them in one byte form."""
        values = sorted([length, digest.hex()] for length, digest in self.values)
        return canonical_json(
            {"values": values, "texts": sorted(digest.hex() for digest in self.texts)}
        )


def tombstones_from_bytes(name: str, content: bytes) -> Tombstones:
    """Read what `Tombstones.to_bytes` wrote.

    Args:
        name: What to call it in an error.

    Raises:
        IntegrityError: It is something else.
    """
    try:
        value = json.loads(content)
        return Tombstones(
            values=frozenset((int(length), bytes.fromhex(d)) for length, d in value["values"]),
            texts=frozenset(bytes.fromhex(digest) for digest in value["texts"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(name, "tombstones", "something else") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Stonemason:
    """Makes tombstones under a member's key, and reads them in texts."""

    key: bytes = field(repr=False)

    def value(self, value: str) -> tuple[int, bytes] | None:
        """Give the tombstone of a value; none where it is too short to be looked for."""
        folded = folded_value(value)
        if len(folded) < LEAST_LENGTH:
            return None
        return len(folded), self._digest("value", folded.encode("utf-8", "surrogatepass"))

    def text(self, masked_digest: bytes) -> bytes:
        """Give the tombstone of a record's masked text."""
        return self._digest("text", masked_digest)

    def finds(self, stones: Tombstones, texts: Iterable[str]) -> bool:
        """Say whether one of the texts holds an erased value."""
        wanted: dict[int, set[bytes]] = {}
        for length, digest in stones.values:
            wanted.setdefault(length, set()).add(digest)
        return bool(wanted) and any(
            self._digest("value", stretch.encode("utf-8", "surrogatepass")) in wanted[len(stretch)]
            for text in texts
            for stretch in _stretches(text, wanted)
        )

    def _digest(self, use: str, content: bytes) -> bytes:
        return hmac.digest(self.key, f"datacoop.erased.{use}.v1\0".encode() + content, "sha256")


def folded_value(value: str) -> str:
    """Give the letters and digits of a value in the one form in which it is compared."""
    return "".join(filter(str.isalnum, _folded(value)))


def _folded(text: str) -> str:
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", once)


def _stretches(text: str, lengths: Iterable[int]) -> Iterator[str]:
    """Give each stretch of a text's letters and digits of one of the lengths, once.

    It begins where a word does and ends where one does. In scripts other than Latin, words are
    written together or take particles: there it may begin and end anywhere.
    """
    letters, breaks = _letters(text)
    seen: set[str] = set()
    for length in lengths:
        for start in range(len(letters) - length + 1):
            if breaks[start] and breaks[start + length]:
                stretch = letters[start : start + length]
                if stretch not in seen:
                    seen.add(stretch)
                    yield stretch


def _letters(text: str) -> tuple[str, bytearray]:
    """Give the letters and digits, and at which places between them a value may begin or end."""
    folded = _folded(text)
    letters: list[str] = []
    breaks = bytearray(b"\1")
    touching = False
    for character in folded:
        if not character.isalnum():
            touching = False
            continue
        if letters:
            inside = touching and _is_joined(letters[-1], character)
            breaks.append(not inside)
        letters.append(character)
        touching = True
    if letters:
        breaks.append(1)
    return "".join(letters), breaks


def _is_joined(left: str, right: str) -> bool:
    """Say whether two letters side by side belong to one word."""
    return left < "\u0590" and right < "\u0590" and left.isdigit() == right.isdigit()


def strings_of(value: object) -> Iterator[str]:
    """Give every text in a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings_of(one)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif value is not None:
        yield str(value)
