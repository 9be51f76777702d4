"""What log and landing store say of erasure: who asked, what was erased, which versions went.

A steward asks; the operator carries out. The request names record ids only. What the member needs
to keep the data from coming back is in its ledger, of which the request holds a sealed copy.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from datacoop.errors import IntegrityError
from datacoop.pool.object_store import ObjectStore
from datacoop.records.digest import canonical_json, sha256_hex
from datacoop.records.tombstones import Tombstones, tombstones_from_bytes

LEDGERS = "erased"
"""Where, in a member's landing store, its ledgers lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A request to erase records of a member, and how far it has come."""

    member: str
    entry: int
    """The number of the entry that asked."""
    asked_utc: str
    request: str
    """Digest of the request's blob."""
    submissions: tuple[str, ...]
    done_entry: int | None = None
    """The number of the entry that says it was carried out."""
    records: Mapping[str, str]
    """By collection the digest of the blob that lists the erased records; empty until done."""
    rows: int = 0
    """Rows that the pool lost by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnVersion:
    """A published version that no longer is one."""

    collection: str
    version: int
    entry: int
    """The number of the entry that withdrew it."""
    withdrawn_utc: str
    reason: str
    """A code: `erasure`, or `withdrawal` of a submission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """One erasure as the member keeps it.

    Privacy: ids and keyed digests, no value; it stays in the landing store, and sealed in the pool.
    """

    records: Mapping[str, frozenset[bytes]]
    """By submission the ids of the rows, those in quarantine too."""
    files: Mapping[str, tuple[int, ...]]
    """By submission the ordinals of the files of which something must go."""
    stones: Tombstones

    def to_bytes(self) -> bytes:
        """Write the ledger in its one byte form."""
        value = {
            "records": {s: sorted(i.hex() for i in ids) for s, ids in self.records.items()},
            "files": {submission: sorted(files) for submission, files in self.files.items()},
            "stones": self.stones.to_bytes().decode(),
        }
        return canonical_json(value)

    @property
    def key(self) -> str:
        """Where it lies in the landing store."""
        return f"{LEDGERS}/{sha256_hex(self.to_bytes())[:32]}.json"


def ledger_from_bytes(name: str, content: bytes) -> Ledger:
    """Read what `Ledger.to_bytes` wrote.

    Raises:
        IntegrityError: It is something else.
    """
    try:
        value = json.loads(content)
        return Ledger(
            records={
                submission: frozenset(bytes.fromhex(i) for i in ids)
                for submission, ids in value["records"].items()
            },
            files={submission: tuple(files) for submission, files in value["files"].items()},
            stones=tombstones_from_bytes(name, value["stones"].encode()),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(name, "a ledger of an erasure", "something else") from error


def ledgers_of(landing: ObjectStore) -> list[Ledger]:
    """Give the ledgers of a landing store, in order of their keys."""
    return [ledger_from_bytes(key, landing.get(key)) for key in landing.list(LEDGERS)]


def stones_of(landing: ObjectStore) -> Tombstones:
    """Give all tombstones of a landing store."""
    stones = Tombstones()
    for ledger in ledgers_of(landing):
        stones |= ledger.stones
    return stones


def request_bytes(ledger: Ledger, records: Mapping[str, frozenset[bytes]], key: bytes) -> bytes:
    """Give the blob by which a steward asks: ids in the open, the ledger sealed.

    Args:
        records: By submission the ids of those rows that are in the pool.
        key: The member's key for pseudonyms.
    """
    return canonical_json(
        {
            "records": {s: sorted(i.hex() for i in ids) for s, ids in records.items()},
            "sealed": _seal(key).encrypt(ledger.to_bytes(), None).hex(),
        }
    )


def requested_records(name: str, content: bytes) -> dict[str, frozenset[bytes]]:
    """Give the ids that a request names, by submission.

    Raises:
        IntegrityError: It is no request.
    """
    try:
        records = json.loads(content)["records"]
        return {s: frozenset(bytes.fromhex(i) for i in ids) for s, ids in records.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IntegrityError(name, "a request to erase", "something else") from error


def sealed_ledger(name: str, content: bytes, key: bytes) -> Ledger:
    """Open the ledger in a request.

    Raises:
        IntegrityError: It was sealed under another key.
    """
    try:
        sealed = bytes.fromhex(json.loads(content)["sealed"])
        return ledger_from_bytes(name, _seal(key).decrypt(sealed, None))
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise IntegrityError(name, "a ledger that this key sealed", "something else") from error


def _seal(key: bytes) -> AESSIV:
    # Without a nonce: asking again for the same must give the same bytes.
    derived = hmac.digest(key, b"datacoop.erased.seal.v1", hashlib.sha512)
    return AESSIV(derived)


def notice_bytes(withdrawn: WithdrawnVersion, replaced_by: int | None) -> bytes:
    """Give what readers of a withdrawn version are told, as canonical JSON."""
    return canonical_json(
        {
            "collection": withdrawn.collection,
            "version": withdrawn.version,
            "withdrawn_utc": withdrawn.withdrawn_utc,
            "reason": withdrawn.reason,
            "replaced_by": replaced_by,
        }
    )
