"""Content-addressed blobs: what log entries refer to, written before them."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa

from datacoop.errors import IntegrityError
from datacoop.pool.object_store import ObjectStore
from datacoop.records.digest import canonical_json, sha256_hex

FOLDER = "blobs/sha256"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def blob_key(digest: str) -> str:
    """Give the key of the blob with this SHA-256.

    Raises:
        IntegrityError: `digest` is not 64 lower-case hex digits.
    """
    if not _DIGEST.fullmatch(digest):
        raise IntegrityError("blob name", "64 lower-case hex digits", repr(digest)[:80])
    return f"{FOLDER}/{digest}"


def put_blob(store: ObjectStore, content: bytes | memoryview) -> str:
    """Write `content` under its digest, unless it is there; give the digest."""
    digest = sha256_hex(content)
    put_digested(store, digest, content)
    return digest


def put_digested(store: ObjectStore, digest: str, content: bytes | memoryview) -> None:
    """Write `content`, whose digest the caller has just made of it, unless it is there."""
    key = blob_key(digest)
    if store.size(key) != len(content):
        store.put(key, content)


def put_blobs(store: ObjectStore, contents: Iterable[bytes]) -> list[str]:
    """Write blobs together, those that are not there; give their digests, in order."""
    named = [(sha256_hex(content), content) for content in contents]
    missing = {d: c for d, c in named if store.size(blob_key(d)) != len(c)}
    if missing:
        store.put_all(FOLDER, missing)
    return [digest for digest, _ in named]


def get_blob(store: ObjectStore, digest: str) -> bytes:
    """Give the blob with this digest, every byte checked.

    Raises:
        IntegrityError: The bytes found have another digest.
        OutsideError: There is no such blob.
    """
    content = store.get(blob_key(digest))
    actual = sha256_hex(content)
    if actual != digest:
        raise IntegrityError(f"blob {blob_key(digest)}", digest, actual)
    return content


class BlobRef(NamedTuple):
    """A blob of Arrow rows, as a list of blobs names it."""

    sha256: str
    rows: int


def put_blob_list(store: ObjectStore, refs: Sequence[BlobRef]) -> str:
    """Write a list of blobs as a blob of its own, so that a log entry stays small."""
    return put_blob(store, blob_list_bytes(refs))


def blob_list_bytes(refs: Sequence[BlobRef]) -> bytes:
    """Give a list of blobs as the bytes of a blob."""
    return canonical_json([ref._asdict() for ref in refs])


def get_blob_list(store: ObjectStore, digest: str) -> list[BlobRef]:
    """Read what `put_blob_list` wrote."""
    return [BlobRef(**ref) for ref in json.loads(get_blob(store, digest))]


def batches_to_bytes(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> bytes:
    """Write batches as an Arrow IPC file with zstd level 3: equal rows, equal bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema, options=_options()) as writer:
        for batch in batches:
            # A slice keeps traces of what it was cut from; taken row by row, it has none.
            writer.write_batch(batch.take(pa.array(range(batch.num_rows), pa.int64())))
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def table_to_bytes(table: pa.Table, batch_rows: int) -> memoryview:
    """Write a table likewise, so many rows a batch; it must be in one piece and no slice."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=_options()) as writer:
        writer.write_table(table, max_chunksize=batch_rows)
    return memoryview(sink.getvalue()).cast("B")


def _options() -> pa.ipc.IpcWriteOptions:
    return pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", 3), use_threads=False)


def bytes_to_batches(content: bytes, columns: Sequence[str] = ()) -> list[pa.RecordBatch]:
    """Read what `batches_to_bytes` wrote: all columns, or only those named."""
    source = pa.BufferReader(content)
    schema = pa.ipc.open_file(source).schema
    fields = [schema.get_field_index(name) for name in columns] or None
    reader = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=fields))
    return [reader.get_batch(number) for number in range(reader.num_record_batches)]
