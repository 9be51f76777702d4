"""What the log says of leaks: rows held and barred, and looks at samples."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LeakStatus(StrEnum):
    """Where a marked row stands; it is barred unless rejected."""

    HELD = "held"
    """One person's mark; a second person or the operator decides."""
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A record that an auditor marked."""

    collection: str
    record: str
    """The record id in hex."""
    language: str
    status: LeakStatus
    entry: int
    """The number of the entry that brought it to this status."""
    barred: Mapping[str, str]
    """By collection the digest of the blob that lists the records barred for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLook:
    """What was seen when the whole sample of a language was decided."""

    frame: str
    """Digest of the submissions whose rows the sample stands for."""
    number: int
    rows: int
    sample: int
    leaks: int
    most: int
    """Upper bound on the rows that leak, of `rows`."""
    outcome: str
    """`met`, `more` or `refused` at the limit that the policy then had."""
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescan:
    """Recognizers went over the records of a collection again."""

    barred: str | None
    """Digest of the blob that lists the records in which they found something."""
    entry: int
