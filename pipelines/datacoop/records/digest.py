"""Digests: of bytes, of canonical JSON, of records and of tables of records."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def sha256_hex(content: bytes | memoryview) -> str:
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

    It depends on column names, values and row order; not on batching, the order of columns,
    dictionary encoding, compression, the width of integers or the Arrow writer. Each leaf of each
    column is digested as a stream of its own, in plain bytes: whether there is a value (one byte a
    row), numbers as 8 bytes little-endian, lengths of texts and lists likewise, texts as they are.
    The digest is that of `datacoop.rows.v1` and, by name, each stream's name and digest.
    """
    streams: dict[str, Any] = {}
    for batch in batches:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            _digest_column(json.dumps(name, ensure_ascii=False), column, streams)
    lines = [f"{name} {streams[name].hexdigest()}\n" for name in sorted(streams)]
    return sha256_hex(f"datacoop.rows.v1\n{''.join(lines)}".encode())


def _digest_column(name: str, column: pa.Array, streams: dict[str, Any]) -> None:
    """Take the rows of a column, or of a part of one, into the streams of its leaves."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type

    def add(part: str, values: pa.Array) -> None:
        stream = streams.setdefault(f"{name}{part}", hashlib.sha256())
        if len(values):
            width = values.type.bit_width // 8
            start = values.offset * width
            stream.update(memoryview(values.buffers()[1])[start : start + len(values) * width])

    add(":valid", column.is_valid().cast(pa.uint8()))
    if pa.types.is_struct(kind):
        for field, child in zip(kind, column.flatten(), strict=True):
            _digest_column(f"{name}.{json.dumps(field.name)}", child, streams)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        add(":length", pc.fill_null(pc.list_value_length(column), 0).cast(pa.int64()))
        _digest_column(f"{name}[]", column.flatten(), streams)
    elif pa.types.is_boolean(kind):
        add(":truth", pc.fill_null(column, False).cast(pa.uint8()))
    elif pa.types.is_integer(kind):
        add(":integer", pc.fill_null(column, 0).cast(pa.int64()))
    elif pa.types.is_floating(kind):
        values = pc.fill_null(column.cast(pa.float64()), 0.0)
        # A number that is none has many forms; it is written in one.
        add(":number", pc.if_else(pc.is_nan(values), float("nan"), values))
    else:
        is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        _digest_texts(f"{name}:{'text' if is_text else 'bytes'}", column, add, streams)


def _digest_texts(
    name: str,
    column: pa.Array,
    add: Callable[[str, pa.Array], None],
    streams: dict[str, Any],
) -> None:
    whole = pc.fill_null(column.cast(pa.large_binary()), b"")
    add(":length", pc.binary_length(whole).cast(pa.int64()))
    stream = streams.setdefault(name, hashlib.sha256())
    if len(whole):
        _, ends, content = whole.buffers()
        edges = memoryview(ends).cast("q")
        low, high = edges[whole.offset], edges[whole.offset + len(whole)]
        if high > low:
            stream.update(memoryview(content)[low:high])
