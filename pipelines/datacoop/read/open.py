"""Open a pool as a trainer: verified versions, batch by batch."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from datacoop.errors import IntegrityError, RefusedError, VersionWithdrawnError
from datacoop.pool.blobs import bytes_to_batches, get_blob
from datacoop.pool.checkpoint import require_cosigned_version
from datacoop.pool.keys import PublicKey
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.snapshot import Shard, SnapshotManifest, snapshot_from_bytes
from datacoop.pool.trust import TrustClient

CACHE = Path("~/.cache/datacoop/trust")
"""Where trusted metadata is remembered, so that a store cannot go back to an older state."""


def open_pool(
    url: str,
    *,
    options: Mapping[str, str] | None = None,
    trusted_root: bytes | None = None,
    cache: Path | None = None,
    witnesses: Iterable[PublicKey] = (),
    cosignatures: int = 0,
) -> "PoolReader":
    """Open a pool for reading.

    Args:
        url: A folder, or `s3://BUCKET/PREFIX`, `gs://…`, `az://…`.
        options: Options of the store's client, such as `endpoint`.
        trusted_root: The first trust root, got from a member by another way. Without it the
            root that the store offers is trusted at first use, and that one ever after.
        cache: Where trusted metadata is remembered; by default in the user's cache folder.
        witnesses: Keys of witnesses, got from their members by another way than the pool.
        cosignatures: How many members' witnesses must have seen the publication of a version.

    Raises:
        IntegrityError: The pool's metadata is not signed as its root demands.
    """
    store = open_store(url, options)
    # Two folders of one relative path are two pools, each with trust of its own.
    place = url if "://" in url else Path(url).resolve().as_posix()
    name = hashlib.sha256(place.encode()).hexdigest()[:32]
    folder = cache or CACHE.expanduser() / name
    client = TrustClient(store, folder, trusted_root)
    return PoolReader(store, client, tuple(witnesses), cosignatures)


class PoolReader:
    """A pool as its readers see it: published versions of collections."""

    def __init__(
        self,
        store: ObjectStore,
        trust: TrustClient,
        witnesses: tuple[PublicKey, ...] = (),
        cosignatures: int = 0,
    ) -> None:
        self._store = store
        self._trust = trust
        self._witnesses = witnesses
        self._cosignatures = cosignatures

    def versions(self, collection: str) -> list[int]:
        """List the published versions of a collection, withdrawn ones too."""
        numbers: list[int] = []
        while self._trust.find(collection, len(numbers) + 1) is not None:
            numbers.append(len(numbers) + 1)
        return numbers

    def version(self, collection: str, number: int, *, purpose: str) -> "Version":
        """Open a version.

        Args:
            purpose: What it will be used for, such as `model-training`; the terms of its rows
                must permit it.

        Raises:
            RefusedError: There is no such version, or its terms do not permit the purpose.
            VersionWithdrawnError: It was withdrawn; the error says what replaces it.
            IntegrityError: Its manifest is not the one that was approved.
        """
        target = self._trust.find(collection, number)
        if target is None:
            known = ", ".join(map(str, self.versions(collection))) or "none"
            raise RefusedError(
                f"{collection} has no version {number}", hint=f"Published versions: {known}."
            )
        notice = self._trust.find_notice(collection, number)
        if notice is not None:
            raise VersionWithdrawnError(*notice)
        if self._cosignatures:
            require_cosigned_version(
                self._store, target.sha256, self._witnesses, self._cosignatures
            )
        content = get_blob(self._store, target.sha256)
        manifest = snapshot_from_bytes(f"{collection}/{number}", content)
        if (manifest.collection, manifest.version) != (collection, number):
            raise IntegrityError(
                f"{collection}/{number}",
                "its own manifest",
                f"that of {manifest.collection}/{manifest.version}",
            )
        if purpose not in manifest.purposes:
            raise RefusedError(
                f"{collection} version {number} is not for purpose {purpose!r}",
                hint=f"Its terms permit: {', '.join(manifest.purposes)}.",
            )
        return Version(self._store, manifest, target.sha256)


class Version:
    """One version of a collection. It gives the same rows for ever."""

    def __init__(self, store: ObjectStore, manifest: SnapshotManifest, digest: str) -> None:
        self._store = store
        self.manifest = manifest
        self.digest = digest
        """SHA-256 of the manifest: what to cite beside the version's number."""

    def __len__(self) -> int:
        return self.manifest.rows

    def __repr__(self) -> str:
        name = f"{self.manifest.collection} version {self.manifest.version}"
        return f"<{name}: {self.manifest.rows} rows, sha256 {self.digest[:12]}>"

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the rows."""
        if not self.manifest.shards:
            raise RefusedError("the version has no rows")
        return pa.ipc.open_file(pa.BufferReader(self._fetch(self.manifest.shards[0]))).schema

    def shards(self, split: str | None = None) -> tuple[Shard, ...]:
        """List the shards, all or those of a split."""
        return tuple(s for s in self.manifest.shards if split in {None, s.split})

    def batches(self, split: str | None = None) -> Iterator[pa.RecordBatch]:
        """Give the rows batch by batch, in the order of the manifest; every byte is checked.

        Raises:
            IntegrityError: A shard is not the one that the manifest names.
        """
        for shard in self.shards(split):
            yield from self.shard_batches(shard)

    def shard_batches(self, shard: Shard) -> Iterator[pa.RecordBatch]:
        """Give the rows of one shard batch by batch; every byte is checked."""
        yield from bytes_to_batches(self._fetch(shard))

    def rows(self, split: str | None = None) -> Iterator[dict[str, Any]]:
        """Give the rows one by one as plain values."""
        for batch in self.batches(split):
            yield from batch.to_pylist()

    def to_table(self, split: str | None = None) -> pa.Table:
        """Give all rows as one Arrow table in memory."""
        return pa.Table.from_batches(self.batches(split), self.schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = pa.RecordBatchReader.from_batches(self.schema, self.batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _fetch(self, shard: Shard) -> bytes:
        return get_blob(self._store, shard.sha256)
