"""What the statements of a version are made of, and nothing else: no clock, no store."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from datacoop.pool.leaks import AuditLook
from datacoop.pool.snapshot import SnapshotManifest
from datacoop.pool.state import Member, PooledSubmission, ScrubEvaluation
from datacoop.publish.statistics import Statistics
from datacoop.records.collection import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """A version with what its shards hold and what the log said when it was built."""

    manifest: SnapshotManifest
    snapshot: str
    """SHA-256 of the manifest."""
    collection: Collection
    """The contract that the version was built under."""
    statistics: Statistics
    shared: Counter[str] = field(default_factory=Counter)
    """By member, rows whose cluster also holds a row of another member."""
    members: Mapping[str, Member]
    submissions: tuple[PooledSubmission, ...]
    """Those that have rows in it, in order of the log."""
    sources: Mapping[str, tuple[str, ...]]
    """By submission, the digests of its record blobs."""
    votes: Mapping[str, int]
    """Votes on the collection by the annotators' member; empty for those whose member is not
    known."""
    evaluation: ScrubEvaluation | None = None
    """The newest evaluation of the scrub."""
    looks: Mapping[str, AuditLook] = field(default_factory=dict)
    """By language, the last look of the leak audit at these very submissions."""

    @property
    def name(self) -> str:
        """The version as people name it."""
        return f"{self.manifest.collection} version {self.manifest.version}"
