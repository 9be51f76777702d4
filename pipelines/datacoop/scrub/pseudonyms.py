"""Keyed names for people and numbers: the same within a member, unlinkable across members."""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field

WORDED = frozenset(
    {"PERSON", "LOCATION", "ORGANIZATION", "NRP", "DATE_TIME", "EMAIL_ADDRESS", "URL"}
)
"""Entities whose punctuation matters; of all others only letters and digits count."""

LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""Hex digits as letters, so that no pseudonym looks like a phone or card number."""

PSEUDONYM_LETTERS = 12


def normalised(entity: str, value: str) -> str:
    """Give the one form in which a value is compared: NFKC, casefolded, single spaces."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    if entity in WORDED:
        return " ".join(folded.split())
    return "".join(filter(str.isalnum, folded))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonymizer:
    """Makes pseudonyms and digests of values with a member's key."""

    key: bytes = field(repr=False)
    """32 random bytes, kept in the member's landing store."""

    def __post_init__(self) -> None:
        if len(self.key) < 16:
            raise ValueError("a key for pseudonyms has 16 bytes or more")

    def pseudonym(self, entity: str, value: str) -> str:
        """Give the twelve letters that stand for a value wherever this member uses it."""
        digest = self._digest("pseudonym", entity, value)
        return digest.hex()[:PSEUDONYM_LETTERS].translate(LETTERS)

    def value_digest(self, entity: str, value: str) -> bytes:
        """Give the 32 bytes by which a value is found again in the person index.

        Privacy: no pseudonym can be told from it, because the two are digested apart.
        """
        return self._digest("value", entity, value)

    def number(self, use: str, value: str) -> int:
        """Give the number below 2**64 that this member's key picks for a value and a use."""
        return int.from_bytes(self._digest(f"surrogate.{use}", "", value)[:8], "big")

    def _digest(self, use: str, entity: str, value: str) -> bytes:
        content = f"datacoop.{use}.v1\0{entity}\0{normalised(entity, value)}"
        # Lone surrogates cannot be encoded strictly; a digest must not fail on them.
        return hmac.new(self.key, content.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
