"""A member's landing store: where each thing lies in it."""

from dataclasses import dataclass

from datacoop.pool.object_store import ObjectStore

PSEUDONYM_KEY = "keys/pseudonym.key"
"""The member's key for pseudonyms, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Landing:
    """One submission's place in its member's landing store.

    Privacy: raw files and quarantined rows. Only the member and its own intake job open it.
    """

    store: ObjectStore
    submission_id: str

    def key(self, name: str) -> str:
        """Give the key of something of this submission."""
        return f"submissions/{self.submission_id}/{name}"

    @property
    def envelope(self) -> str:
        """The signed manifest."""
        return self.key("submission.dsse.json")

    @property
    def salt(self) -> str:
        """The submission's salt, 32 bytes; destroyed with it."""
        return self.key("salt")

    @property
    def receipt(self) -> str:
        """The signed account of every row."""
        return self.key("receipt.dsse.json")

    def raw_file(self, ordinal: int) -> str:
        """Give the key of a raw file by its place in the manifest."""
        return self.key(f"files/{ordinal:06d}")
