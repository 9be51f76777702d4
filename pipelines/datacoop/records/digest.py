"""Digests: of bytes, of canonical JSON, of records and of tables of records."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa


def sha256_hex(content: bytes) -> str:
    """Give the SHA-256 of `content` as 64 lower-case hex digits."""
    return hashlib.sha256(content).hexdigest()


def canonical_json(value: object) -> bytes:
    """Write `value` in the one byte form in which datacoop keeps JSON.

    Sorted keys, no white space, UTF-8, and no floats: the subset of RFC 8785 (JSON
    Canonicalization Scheme) in which nothing depends on how a number is printed.

    Raises:
        TypeError: `value` holds a float, or a key that is not an ASCII string.
    """
    _check(value)
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _check(value: object) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            # RFC 8785 sorts by UTF-16 units; for ASCII keys that is Python's order too.
            if not (isinstance(key, str) and key.isascii()):
                raise TypeError("a key of canonical JSON must be an ASCII string")
            _check(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _check(inner)
    elif not (value is None or isinstance(value, (str, int))):
        raise TypeError(f"canonical JSON holds no {type(value).__name__}")


def salted_digest(salt: bytes, content: bytes) -> str:
    """Give the HMAC-SHA-256 of `content` under `salt`, in hex.

    Privacy: what is small or personal is digested only so; without the salt, which lies in
    the landing store, the content cannot be guessed back.
    """
    return hmac.new(salt, content, hashlib.sha256).hexdigest()


def record_id(submission_id: str, source_file: int, source_position: int) -> bytes:
    """Give the 32-byte id of the row at a place of a submission.

    A digest of the place, not of the content: a digest of a short raw text could be guessed
    back, and an id must survive re-batching and re-sharding.
    """
    place = f"datacoop.record.v1\n{submission_id}\n{source_file}\n{source_position}"
    return hashlib.sha256(place.encode()).digest()


def logical_digest(batches: Iterable[pa.RecordBatch]) -> str:
    """Give a digest of the rows of `batches` that no version of Arrow can move.

    It depends on column names, values and row order; not on batching, dictionary encoding,
    compression or the Arrow writer. Each row is digested as canonical text, floats by their
    shortest round-trip form.
    """
    total = hashlib.sha256()
    for batch in batches:
        for row in batch.to_pylist():
            total.update(_row_bytes(row))
    return total.hexdigest()


def _row_bytes(row: dict[str, Any]) -> bytes:
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_hex)
    return hashlib.sha256(text.encode()).digest()


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
