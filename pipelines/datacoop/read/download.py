"""Fetch a blob from a remote store: tried again, checked, kept in the cache."""

import hashlib
import time

import pyarrow as pa

from datacoop.errors import IntegrityError, TransientError
from datacoop.pool.blobs import blob_key
from datacoop.pool.object_store import ObjectStore
from datacoop.read.cache import BlobCache

ATTEMPTS = 4
BACK_OFF_SECONDS = 0.5


def download(store: ObjectStore, cache: BlobCache, digest: str) -> pa.Buffer:
    """Fetch a blob from a remote store through the cache.

    Where the cache cannot be written, because the disk is full above all, the blob is given from
    memory.
    """
    buffer: pa.Buffer | None = None
    try:
        with cache.fetching(digest):
            # Another process may have fetched it while this one waited.
            buffer = cache.find(digest)
            if buffer is None:
                buffer = checked(_try_again(store, blob_key(digest)), digest)
                cache.add(digest, buffer)
                buffer = cache.find(digest) or buffer
    except OSError:
        buffer = buffer or checked(_try_again(store, blob_key(digest)), digest)
    return buffer


def _try_again(store: ObjectStore, key: str) -> bytes:
    for attempt in range(ATTEMPTS - 1):
        try:
            return store.get(key)
        except TransientError:
            time.sleep(BACK_OFF_SECONDS * 2**attempt)
    return store.get(key)


def checked(content: bytes, digest: str) -> pa.Buffer:
    """Give the content of a blob as a buffer.

    Raises:
        IntegrityError: It has another digest.
    """
    actual = hashlib.sha256(content).hexdigest()
    if actual != digest:
        raise IntegrityError(f"blob {blob_key(digest)}", digest, actual)
    return pa.py_buffer(content)
