"""The log: numbered, signed entries, each created once and naming the one before it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datacoop.errors import IntegrityError
from datacoop.pool.keys import PublicKey, SigningKey
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.signing import Statement, open_statement, sign_statement
from datacoop.records.digest import sha256_hex

FOLDER = "log"
GENESIS_PREVIOUS = "0" * 64
"""What entry 0 names as the digest of the entry before it."""

FETCHED_AHEAD = 500
"""Entries that are fetched before the first of them is verified."""

_NAME = re.compile(rf"{FOLDER}/[0-9]{{10}}\.json")
_TYPE = re.compile(r"urn:datacoop:log:([a-z_]+):v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an actor wants to enter."""

    kind: str
    body: Mapping[str, Any]
    blobs: tuple[str, ...] = ()
    """Digests of the blobs that the entry refers to; they must be written before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the log, verified."""

    number: int
    kind: str
    body: Mapping[str, Any]
    blobs: tuple[str, ...]
    signer: PublicKey
    created_utc: str
    previous: str
    digest: str


def entry_key(number: int) -> str:
    """Give the key of an entry: ten digits, so that names sort as numbers do."""
    return f"{FOLDER}/{number:010d}.json"


def sign_entry(
    draft: Draft, key: SigningKey, *, number: int, previous: str, created_utc: str, nonce: str
) -> bytes:
    """Give the bytes of an entry.

    Args:
        previous: SHA-256 of the bytes of the entry before it.
        created_utc: ISO 8601 time, for people; order is the number's alone.
        nonce: Something of this writer's own, by which it knows its entry from another's.
    """
    predicate = {
        "number": number,
        "previous": previous,
        "created_utc": created_utc,
        "nonce": nonce,
        "body": dict(draft.body),
    }
    subjects = tuple((f"blobs/{digest}", digest) for digest in sorted(set(draft.blobs)))
    statement = Statement(
        predicate_type=f"urn:datacoop:log:{draft.kind}:v1", subjects=subjects, predicate=predicate
    )
    return sign_statement(statement, key)


def open_entry(number: int, content: bytes, previous: str, keys: Mapping[str, PublicKey]) -> Entry:
    """Verify the bytes of entry `number` and give what it says.

    Raises:
        IntegrityError: Signature, number or chain are not right; it names the entry.
    """
    name = entry_key(number)
    statement, signer = open_statement(name, content, keys)
    said_type = _TYPE.fullmatch(str(statement.predicate_type))
    if said_type is None:
        raise IntegrityError(name, "a log entry", "another statement")
    try:
        said = statement.predicate["number"], statement.predicate["previous"]
        entry = Entry(
            number=number,
            kind=said_type[1],
            body=statement.predicate["body"],
            blobs=tuple(digest for _, digest in statement.subjects),
            signer=signer,
            created_utc=statement.predicate["created_utc"],
            previous=previous,
            digest=sha256_hex(content),
        )
    except KeyError as error:
        raise IntegrityError(name, "a log entry", "another statement") from error
    if said != (number, previous):
        raise IntegrityError(name, f"number {number} after {previous[:12]}", f"{said[0]}")
    return entry


def read_log(store: ObjectStore, *, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Give number and bytes of each entry from `start` on, without a gap.

    Raises:
        IntegrityError: A number is missing, or a foreign file lies in the log.
    """
    keys = list(store.list(FOLDER, after=entry_key(start - 1) if start else ""))
    wanted = [entry_key(number) for number in range(start, start + len(keys))]
    whole = next((at for at, key in enumerate(keys) if key != wanted[at]), len(keys))
    for first in range(0, whole, FETCHED_AHEAD):
        some = wanted[first : min(whole, first + FETCHED_AHEAD)]
        yield from enumerate(store.get_all(some), start + first)
    if whole < len(keys):
        key = keys[whole]
        if not _NAME.fullmatch(key):
            raise IntegrityError(key, wanted[whole], "another name")
        raise IntegrityError(wanted[whole], "an entry of this number", key)
