"""The manifest of a snapshot: what a version is made of."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from datacoop.errors import IntegrityError
from datacoop.records.digest import canonical_json
from datacoop.records.terms import Terms, terms_from_json

SCHEMA = "datacoop.snapshot.v1"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Shard:
    """One Arrow IPC file of a snapshot. Shards are ordered by their fields, in this order."""

    split: str
    """`train`, `validation` or `test`."""
    terms_id: str
    first_version: int
    """The version in which its rows first appeared."""
    bucket: int
    sha256: str
    size_bytes: int
    rows: int
    logical_digest: str
    """A digest of the rows that holds across versions of Arrow (`records/digest.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotManifest:
    """What a version is made of; its bytes are what approvers sign for."""

    collection: str
    version: int
    contract: str
    """Digest of the collection's contract."""
    log_length: int
    """The log entries it is a function of."""
    log_head: str
    previous: str | None
    """Digest of the manifest of the version before it; of an amended one, of what it was made of.
    """
    code_version: str
    as_of: str
    """The day, `YYYY-MM-DD` in UTC, on which terms were held against it."""
    purposes: tuple[str, ...]
    shards: tuple[Shard, ...]
    terms: Mapping[str, Terms]
    """The terms of the rows, by the id that shards and rows name."""
    submissions: tuple[str, ...]
    """The submissions that have rows in it, in order of the log."""
    bucket_counts: Mapping[str, int]
    """Shards a partition, by first version: remembered, so that a row never moves."""
    row_counts: Mapping[str, int]
    """Rows by what became of them, in tens but for `published`, 0 where they are few:
    `published`, `duplicate`, `near_duplicate`, `barred`;
    `held_split` where a published row is nearly equal to one published in another split;
    `held_quasi_identifiers` where too few rows are equal in the columns that tell of a person;
    `taken_out` of the version that this one amends."""
    credits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The same by member, and as `clusters` how many clusters of equal or nearly equal texts with
    a published row the member gave a row to, published or not."""
    kept_out: str | None = None
    """Digest of the blob of what is remembered of rows that are in no shard."""
    amends: int | None = None
    """The withdrawn version that this one is, without the rows that went."""

    @property
    def rows(self) -> int:
        """How many rows the version has."""
        return sum(shard.rows for shard in self.shards)

    def to_bytes(self) -> bytes:
        """Write the manifest in its one byte form."""
        value: dict[str, Any] = {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in self.__slots__},
            "purposes": list(self.purposes),
            "submissions": list(self.submissions),
            "shards": [asdict(shard) for shard in self.shards],
            "terms": {terms_id: terms.to_json() for terms_id, terms in self.terms.items()},
            "bucket_counts": dict(self.bucket_counts),
            "row_counts": dict(self.row_counts),
            "credits": {member: dict(counts) for member, counts in self.credits.items()},
        }
        if self.amends is None:
            # As versions were written before there were amended ones.
            del value["amends"]
        return canonical_json(value)


def snapshot_from_bytes(name: str, content: bytes) -> SnapshotManifest:
    """Read what `SnapshotManifest.to_bytes` wrote.

    Args:
        name: What to call it in an error.

    Raises:
        IntegrityError: It is something else, or another byte form.
    """
    try:
        value = json.loads(content)
        if value.pop("schema") != SCHEMA:
            raise ValueError
        value["purposes"] = tuple(value["purposes"])
        value["submissions"] = tuple(value["submissions"])
        value["shards"] = tuple(Shard(**shard) for shard in value["shards"])
        value["terms"] = {k: terms_from_json(v) for k, v in value["terms"].items()}
        manifest = SnapshotManifest(**value)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(name, f"a manifest of schema {SCHEMA}", "something else") from error
    if manifest.to_bytes() != content:
        raise IntegrityError(name, "canonical JSON", "another byte form")
    return manifest
