"""The masked text of a record: what is compared, across members, to see duplicates."""

import hashlib
import unicodedata
from collections.abc import Iterable


def normalised_text(text: str) -> str:
    """Give the form in which masked texts are compared: NFKC, casefolded, single spaces."""
    folded = text.casefold() if text.isascii() else _folded(text)
    return " ".join(folded.split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def masked_digest(texts: Iterable[tuple[str, str]]) -> bytes:
    """Digest the normalised masked texts of a record, each under the name of its column."""
    total = hashlib.sha256(b"datacoop.masked.v1")
    for name, text in texts:
        content = text.encode("utf-8", "surrogatepass")
        # The length keeps apart what two columns or turns hold.
        total.update(f"\n{name}\n{len(content)}\n".encode() + content)
    return total.digest()
