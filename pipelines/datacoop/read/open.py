"""Open a pool as a trainer: verified versions, batch by batch."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import IntegrityError, RefusedError, SettingsError, VersionWithdrawnError
from datacoop.pool.checkpoint import open_note, require_cosigned_version
from datacoop.pool.durable import write_file
from datacoop.pool.evidence import (
    evidence_from_bytes,
    evidence_key,
    growth_key,
    require_evidence,
    require_growth,
)
from datacoop.pool.grants import Grant, grant_objections, open_grant, read_grant
from datacoop.pool.keys import PublicKey
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.snapshot import Shard, SnapshotManifest, snapshot_from_bytes
from datacoop.pool.trust import TrustClient, TrustedTarget
from datacoop.read.cache import CACHE_BYTES, BlobCache
from datacoop.read.fetch import Fetcher
from datacoop.read.selection import Selection
from datacoop.records.statements import STATEMENTS
from datacoop.records.terms import reading_objections

CACHE = Path("~/.cache/datacoop")
"""Where trusted metadata is remembered, so that a store cannot go back to an older state, and
where blobs of remote stores are kept."""
_WEB = frozenset({"http", "https"})
"""Stores of these schemes list nothing."""


def open_pool(
    url: str,
    *,
    options: Mapping[str, str] | None = None,
    trust: bytes | str | None = None,
    cache: Path | None = None,
    cache_bytes: int = CACHE_BYTES,
    jurisdiction: str | None = None,
    today: str | None = None,
    grant: Grant | bytes | Path | None = None,
    witnesses: Iterable[PublicKey] = (),
    cosignatures: int = 0,
) -> "PoolReader":
    """Open a pool for reading.

    Args:
        url: A folder, or `s3://BUCKET/PREFIX`, `gs://…`, `az://…`, `https://…`.
        options: Options of the store's client, such as `endpoint`.
        trust: The first trust root, got from a member by another way. Or the digest of one
            version (`Version.digest`), in a paper or a config: then that version alone can be
            opened, for ever, and no metadata is asked for. Without it the root that the store
            offers is trusted at first use, and that one ever after.
        cache: Where metadata and blobs are kept; by default in the user's cache folder.
        cache_bytes: What the blobs of remote stores may take there.
        jurisdiction: The country in which rows will be processed, an ISO 3166 code; needed where
            terms keep rows to some countries.
        today: The day on which terms are held against the reading, `YYYY-MM-DD`; by default the
            day in UTC.
        grant: The reader's grant; versions that it does not cover are refused. As its file, or
            the bytes of it, its signature must be one of an operator whom a trust root names, and
            it is shown to a portal at `https://…`, which wants to see it. With a pinned digest
            there is no root, and the signature is not looked at.
        witnesses: Keys of witnesses, got from their members by another way than the pool.
        cosignatures: How many members' witnesses must have seen the publication of a version. The
            whole log is read for it; through a portal, the proof that it hands out.

    Raises:
        IntegrityError: The pool's metadata is not signed as its root demands, or the grant is not
            the operator's.
    """
    shown = _file(grant) if isinstance(grant, Path) else grant
    if isinstance(shown, bytes):
        options = {**(options or {}), **_shown(url, shown)}
    store = open_store(url, options)
    # Two folders of one relative path are two pools, each with trust of its own.
    place = url if "://" in url else Path(url).resolve().as_posix()
    name = hashlib.sha256(place.encode()).hexdigest()[:32]
    folder = cache or CACHE.expanduser() / "trust" / name
    blobs = (cache or CACHE.expanduser()) / "blobs"
    fetcher = Fetcher(address=store.address, cache=BlobCache(folder=blobs, limit_bytes=cache_bytes))
    client = trust if isinstance(trust, str) else TrustClient(store, folder, trust)
    reading = Reading(
        jurisdiction=jurisdiction,
        today=today or datetime.now(UTC).date().isoformat(),
        grant=_opened(shown, client) if isinstance(shown, bytes) else shown,
        witnesses=tuple(witnesses),
        cosignatures=cosignatures,
    )
    return PoolReader(store, client, fetcher, reading, folder / "cosigned.txt")


def _file(grant: Path) -> bytes:
    try:
        return grant.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"cannot read the grant {grant}", hint="The operator of the pool gave it to you."
        ) from error


def _opened(grant: bytes, trust: TrustClient | str) -> Grant:
    if isinstance(trust, str):
        return read_grant("the grant", grant)
    return open_grant("the grant", grant, trust.operators())


def _shown(url: str, grant: bytes) -> dict[str, str]:
    """Give what shows a grant to a portal; to other stores nothing is shown."""
    parts = urlsplit(url)
    if parts.scheme not in _WEB:
        return {}
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise SettingsError(
            f"a grant is not sent to {url} in the clear", hint="Open the portal by https://…."
        )
    return {"authorization": f"Bearer {base64.urlsafe_b64encode(grant).decode()}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who reads, and what is asked of a version before it is read."""

    today: str
    """`YYYY-MM-DD` in UTC."""
    jurisdiction: str | None = None
    """An ISO 3166 code."""
    grant: Grant | None = None
    witnesses: tuple[PublicKey, ...] = ()
    cosignatures: int = 0
    """Members whose witnesses must have seen the publication."""


class PoolReader:
    """A pool as its readers see it: published versions of collections."""

    def __init__(
        self,
        store: ObjectStore,
        trust: TrustClient | str,
        fetcher: Fetcher,
        reading: Reading,
        seen: Path,
    ) -> None:
        """Take the parts together.

        Args:
            seen: Where the newest cosigned checkpoint is remembered that a portal has shown.
        """
        self._seen = seen
        self._store = store
        self._trust = trust
        self._fetcher = fetcher
        self._reading = reading

    def versions(self, collection: str) -> list[int]:
        """List the published versions, withdrawn ones too; of a pinned one, itself.

        The last is the one that was made of the most of the log: an amended version stands after
        the one that it amends, whatever its number.
        """
        if isinstance(self._trust, str):
            manifest = self._manifest("the pinned version", self._trust)
            return [manifest.version] if manifest.collection == collection else []
        places: list[tuple[int, int]] = []
        while (target := self._trust.find(collection, len(places) + 1)) is not None:
            number = len(places) + 1
            places.append((target.amends or number, number))
        return [number for _, number in sorted(places)]

    def version(self, collection: str, number: int, *, purpose: str) -> "Version":
        """Open a version.

        Args:
            purpose: What it will be used for, such as `model-training`; the terms of its rows
                must permit it.

        Raises:
            RefusedError: There is no such version, or its terms or the grant do not permit the
                reading: its purpose, its day, its place.
            VersionWithdrawnError: It was withdrawn; the error says what replaces it.
            IntegrityError: Its manifest is not the one that was approved, or pinned.
        """
        name = f"{collection}/{number}"
        if isinstance(self._trust, str):
            digest = self._trust
        else:
            target = self._trust.find(collection, number)
            if target is None:
                known = ", ".join(map(str, self.versions(collection))) or "none"
                raise RefusedError(
                    f"{collection} has no version {number}", hint=f"Published versions: {known}."
                )
            notice = self._trust.find_notice(collection, number)
            if notice is not None:
                raise VersionWithdrawnError(*notice)
            digest = target.sha256
        reading = self._reading
        if reading.cosignatures:
            self._require_cosigned(collection, number, digest)
        fetcher = _for_purpose(self._fetcher, purpose)
        manifest = snapshot_from_bytes(name, fetcher.get(digest).to_pybytes())
        if (manifest.collection, manifest.version) != (collection, number):
            found = f"that of {manifest.collection}/{manifest.version}"
            raise IntegrityError(name, "its own manifest", found)
        if purpose not in manifest.purposes:
            raise RefusedError(
                f"{collection} version {number} is not for purpose {purpose!r}",
                hint=f"Its terms permit: {', '.join(manifest.purposes)}.",
            )
        refuse_reading(manifest, self._reading, purpose)
        return Version(manifest, digest, fetcher, lambda said: self._statement(name, said))

    def _require_cosigned(self, collection: str, number: int, digest: str) -> None:
        witnesses, members = self._reading.witnesses, self._reading.cosignatures
        if urlsplit(self._store.address.url).scheme not in _WEB:
            require_cosigned_version(self._store, digest, witnesses, members)
            return
        key = evidence_key(collection, number)
        content = self._store.find(key)
        if content is None:
            raise RefusedError(
                f"{self._store.address.url} gives no evidence of cosignatures",
                hint="Read through a portal, or from a pool whose log you may read.",
            )
        evidence = evidence_from_bytes(key, content)
        self._remember(require_evidence(key, evidence, digest, witnesses, members))

    def _remember(self, note: bytes) -> None:
        """Hold a cosigned checkpoint against the last one that this reader saw; keep the newer."""
        seen, _ = open_note("the checkpoint", note)
        if self._seen.exists():
            known, _ = open_note(self._seen.name, self._seen.read_bytes())
            first, second = sorted((known, seen), key=lambda one: one.size)
            key = growth_key(first.size, second.size)
            require_growth(key, first, second, self._store.get(key))
            if seen.size <= known.size:
                return
        self._seen.parent.mkdir(parents=True, exist_ok=True)
        write_file(self._seen, note, exclusive=False)

    def _manifest(self, name: str, digest: str) -> SnapshotManifest:
        return snapshot_from_bytes(name, self._fetcher.get(digest).to_pybytes())

    def _statement(self, name: str, said: str) -> TrustedTarget | None:
        if isinstance(self._trust, str):
            raise RefusedError(
                f"{name} is pinned by its digest, which does not name its statements",
                hint="Open the pool without a pinned digest to read them.",
            )
        collection, number = name.split("/")
        return self._trust.find_statement(collection, int(number), said)


def _for_purpose(fetcher: Fetcher, purpose: str) -> Fetcher:
    """Have a portal told what is read for: it hands out rows for one purpose."""
    if "authorization" not in dict(fetcher.address.options):
        return fetcher
    options = {**dict(fetcher.address.options), "datacoop-purpose": purpose}
    return replace(
        fetcher, address=replace(fetcher.address, options=tuple(sorted(options.items())))
    )


def refuse_reading(manifest: SnapshotManifest, reading: Reading, purpose: str) -> None:
    """Hold the terms of every row of a version, and the grant, against a reading.

    Raises:
        RefusedError: One of them does not permit it.
    """
    name = f"{manifest.collection} version {manifest.version}"
    for terms_id, terms in sorted(manifest.terms.items()):
        said = reading_objections(terms, purpose, reading.today, reading.jurisdiction)
        if said:
            raise RefusedError(
                f"terms {terms_id} of {name} forbid the reading: {'; '.join(said)}",
                hint="Say where you process rows with jurisdiction=. Where terms expired, a later "
                "version is made without their rows.",
            )
    if reading.grant is not None:
        said = grant_objections(
            reading.grant, manifest.collection, manifest.terms.values(), purpose, reading.today
        )
        if said:
            raise RefusedError(
                f"the grant does not cover {name}: {'; '.join(said)}",
                hint="Ask the operator of the pool for another grant.",
            )


class Version:
    """One version of a collection. It gives the same rows for ever."""

    def __init__(
        self,
        manifest: SnapshotManifest,
        digest: str,
        fetcher: Fetcher,
        find_statement: Callable[[str], TrustedTarget | None],
    ) -> None:
        self._find_statement = find_statement
        self.manifest = manifest
        self.digest = digest
        """SHA-256 of the manifest: what to cite beside the version's number."""
        self._fetcher = fetcher

    def __len__(self) -> int:
        return self.manifest.rows

    def __repr__(self) -> str:
        name = f"{self.manifest.collection} version {self.manifest.version}"
        return f"<{name}: {self.manifest.rows} rows, sha256 {self.digest[:12]}>"

    def statement(self, name: str) -> bytes:
        """Give a statement of the version, such as `croissant.json`; every byte is checked.

        Raises:
            RefusedError: The version has no statement of this name.
        """
        target = self._find_statement(name)
        if target is None:
            raise RefusedError(
                f"{self!r} has no statement {name!r}", hint=f"Known: {', '.join(STATEMENTS)}."
            )
        content: bytes = self._fetcher.get(target.sha256).to_pybytes()
        return content

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the rows."""
        return self.select().schema

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that have rows."""
        return tuple(sorted({shard.split for shard in self.manifest.shards}))

    def shards(self, split: str | None = None) -> tuple[Shard, ...]:
        """List the shards, all or those of a split."""
        return tuple(s for s in self.manifest.shards if split in {None, s.split})

    def select(
        self,
        split: str | None = None,
        *,
        columns: Sequence[str] | None = None,
        where: pc.Expression | None = None,
    ) -> Selection:
        """Select rows to read.

        Args:
            split: One of `splits`; all without it.
            columns: In the order in which they are wanted; all without it. Others are not even
                decoded.
            where: An expression of pyarrow, such as `pc.field("language") == "ko"`.

        Raises:
            RefusedError: There is no such split.
        """
        if split is not None and split not in self.splits:
            known = ", ".join(self.splits) or "none"
            raise RefusedError(f"no split {split!r}", hint=f"Splits with rows: {known}.")
        return Selection(
            digest=self.digest,
            shards=self.shards(split),
            columns=None if columns is None else tuple(columns),
            where=where,
            fetcher=self._fetcher,
        )

    def batches(self, split: str | None = None) -> Iterator[pa.RecordBatch]:
        """Give the rows batch by batch, in the order of the manifest; every byte is checked.

        Raises:
            IntegrityError: A shard is not the one that the manifest names.
        """
        return self.select(split).batches()

    def shard_batches(self, shard: Shard) -> Iterator[pa.RecordBatch]:
        """Give the rows of one shard batch by batch; every byte is checked."""
        return replace(self.select(), shards=(shard,)).batches()

    def rows(self, split: str | None = None) -> Iterator[dict[str, Any]]:
        """Give the rows one by one as plain values."""
        return self.select(split).rows()

    def to_table(self, split: str | None = None) -> pa.Table:
        """Give all rows as one Arrow table in memory."""
        return self.select(split).to_table()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.select().__arrow_c_stream__(requested_schema)
