"""Give a reader its blobs, from wherever they are: each is verified before a byte is used."""

import os
from collections import OrderedDict
from dataclasses import dataclass, field

import pyarrow as pa

from datacoop.errors import OutsideError, SettingsError
from datacoop.pool.blobs import blob_key
from datacoop.pool.object_store import ObjectStore, StoreAddress
from datacoop.read.cache import BlobCache, map_verified
from datacoop.read.download import checked, download
from datacoop.read.helper import Helper

OPEN_BLOBS = 32
"""Blobs kept open: those of a group of shards and of the next."""

_HOME = os.getpid()
"""The process that loaded this module; where it is another, this one was forked."""


@dataclass(slots=True, kw_only=True)
class Fetcher:
    """Blobs of one pool. It pickles, and opens the store in each process when first needed."""

    address: StoreAddress
    cache: BlobCache
    _store: ObjectStore | None = field(default=None, init=False, repr=False)
    _helper: Helper | None = field(default=None, init=False, repr=False)
    _pid: int = field(default=0, init=False, repr=False)
    _open: OrderedDict[str, pa.Buffer] = field(default_factory=OrderedDict, init=False, repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        return _fetcher, (self.address, self.cache)

    def get(self, digest: str) -> pa.Buffer:
        """Give a blob, every byte checked.

        Raises:
            IntegrityError: The store holds other bytes.
            OutsideError: There is no such blob, or the store failed again and again.
        """
        key = blob_key(digest)
        if self._pid != os.getpid():
            # Neither a store nor a pipe can be shared with the process that forked this one.
            self._pid, self._store, self._helper = os.getpid(), None, None
        known = self._open.get(digest)
        if known is None:
            known = self._find(key, digest)
            self._open[digest] = known
            while len(self._open) > OPEN_BLOBS:
                self._open.popitem(last=False)
        return known

    def _find(self, key: str, digest: str) -> pa.Buffer:
        store = self._store = self._store or ObjectStore(self.address)
        path = store.local_path(key)
        if path is not None:
            try:
                return map_verified(path, digest)
            except FileNotFoundError:
                raise OutsideError(
                    "object store", "get", f"{key} is missing", hint="Run `datacoop verify` on it."
                ) from None
            except OSError as error:
                raise OutsideError("object store", "get", key) from error
        if self.address.url.startswith("memory:"):
            if os.getpid() != _HOME:
                raise SettingsError(
                    "a pool in memory cannot be read by a forked process",
                    hint="Start workers by spawn, or read a pool in a folder.",
                )
            return checked(store.get(key), digest)
        kept = self.cache.find(digest)
        if kept is not None:
            return kept
        if os.getpid() != _HOME:
            # obstore hangs in a forked process whose parent has used it; a fresh one fetches.
            self._helper = self._helper or Helper(self.address, self.cache)
            return self._helper.get(digest)
        return download(store, self.cache, digest)


def _fetcher(address: StoreAddress, cache: BlobCache) -> Fetcher:
    return Fetcher(address=address, cache=cache)
