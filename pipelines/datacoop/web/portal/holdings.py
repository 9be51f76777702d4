"""What the portal may hand out at all: an index over the published versions, made of the log."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from datacoop.errors import OutsideError
from datacoop.pool.blobs import get_blob
from datacoop.pool.notices import Notice, notices, read_notice
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes
from datacoop.pool.state import Proposal, State
from datacoop.pool.trust import FOLDER, expected_keys, statement_digests
from datacoop.records.digest import sha256_hex
from datacoop.records.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published version."""

    collection: str
    version: int
    snapshot: str
    """Digest of its manifest."""
    published_utc: str
    manifest: SnapshotManifest | None
    """None where it was erased."""
    statements: Mapping[str, str]
    """Digest by name."""
    notice: Notice | None
    """What is said of it where it was withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One reason to hand out a blob: what it is to a version."""

    version: Published
    terms: Terms | None
    """Those of a shard's rows; none where the blob holds no rows."""
    is_notice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The pool at one length of its log."""

    state: State
    versions: Mapping[tuple[str, int], Published]
    blobs: Mapping[str, tuple[Held, ...]]
    """By digest. What is not here is never handed out: record blobs, votes, contracts."""
    metadata: frozenset[str]
    """Names of files under `trust/`."""


@dataclass(slots=True, kw_only=True)
class Indexer:
    """Makes holdings; manifests are read once."""

    store: ObjectStore
    _manifests: dict[str, SnapshotManifest | None] = field(default_factory=dict)
    _statements: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def index(self, state: State) -> Holdings:
        """Make the holdings that follow from a state, which is kept: give a copy.

        Raises:
            IntegrityError: A manifest is not the one that was approved.
            OutsideError: The store failed.
        """
        said = notices(state)
        versions: dict[tuple[str, int], Published] = {}
        blobs: dict[str, list[Held]] = {}
        for collection in state.collections:
            for proposal in state.versions(collection):
                content = said.get(f"withdrawn/{collection}/{proposal.version}")
                published = self._published(proposal, content)
                versions[collection, proposal.version] = published
                self._enter(blobs, published, content)
        return Holdings(
            state=state,
            versions=versions,
            # What erasure took out of the pool is never handed out, whatever still names it.
            blobs={d: tuple(held) for d, held in blobs.items() if d not in state.erased_blobs},
            metadata=_metadata(state),
        )

    def _enter(
        self, blobs: dict[str, list[Held]], published: Published, notice: bytes | None
    ) -> None:
        for digest in (published.snapshot, *published.statements.values()):
            blobs.setdefault(digest, []).append(Held(version=published, terms=None))
        for shard in published.manifest.shards if published.manifest else ():
            assert published.manifest is not None  # noqa: S101 - it was looped over
            terms = published.manifest.terms[shard.terms_id]
            blobs.setdefault(shard.sha256, []).append(Held(version=published, terms=terms))
        if notice is not None:
            held = Held(version=published, terms=None, is_notice=True)
            blobs.setdefault(sha256_hex(notice), []).append(held)

    def _published(self, proposal: Proposal, notice: bytes | None) -> Published:
        name = f"{proposal.collection}/{proposal.version}"
        if proposal.targets not in self._statements:
            self._statements[proposal.targets] = statement_digests(self.store, proposal)
        return Published(
            collection=proposal.collection,
            version=proposal.version,
            snapshot=proposal.snapshot,
            published_utc=proposal.published_utc,
            manifest=self._manifest(name, proposal.snapshot, may_lack=notice is not None),
            statements=self._statements[proposal.targets],
            notice=None if notice is None else read_notice(f"withdrawn/{name}", notice),
        )

    def _manifest(self, name: str, digest: str, *, may_lack: bool) -> SnapshotManifest | None:
        if digest not in self._manifests:
            try:
                content = get_blob(self.store, digest)
            except OutsideError:
                if not may_lack:
                    raise
                return None
            self._manifests[digest] = snapshot_from_bytes(name, content)
        return self._manifests[digest]


def _metadata(state: State) -> frozenset[str]:
    if not state.trust_events:
        return frozenset()
    return frozenset(key.removeprefix(f"{FOLDER}/") for key in expected_keys(state))
