"""The state of a pool: a fold over its log, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from datacoop.pool.erasure import Erasure, WithdrawnVersion
from datacoop.pool.grants import GivenGrant
from datacoop.pool.keys import PublicKey
from datacoop.pool.leaks import AuditLook, Leak, LeakStatus, Rescan
from datacoop.pool.log import GENESIS_PREVIOUS
from datacoop.records.pauses import Pause
from datacoop.records.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An organisation that pools data."""

    id: str
    title: str
    country: str
    """ISO 3166 alpha-2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledSubmission:
    """What the pool knows of a submission. Names of files and people stay in the landing store."""

    id: str
    member: str
    collection: str
    entry: int
    """The number of its log entry: the order in which duplicates are decided."""
    created_utc: str
    """When it was entered."""
    outcome: str
    """`pass`, `hold` or `refuse`: the verdict of validation."""
    reasons: tuple[str, ...]
    languages: tuple[str, ...]
    terms: Terms
    steward: PublicKey
    labelling_wanted: bool
    supersedes: str | None
    records: str | None
    """Digest of the blob that lists the blobs of clean records; none unless it passed."""
    rows: int
    """Clean rows in those blobs, duplicates counted."""
    legal_basis: str = ""
    people: tuple[str, ...] = ()
    """Categories of people in the data, such as `patients`."""
    collected: tuple[str, str] | None = None
    """The first and the last day of collection, `YYYY-MM-DD`."""
    quarantined_about: Mapping[str, int] = field(default_factory=dict)
    """Rows held back by reason, as `records/small_counts.py` tells them."""
    withdrawn_entry: int | None = None
    is_superseded: bool = False
    """Whether a newer submission took its place, and nobody took it back: it is in no later
    version, and those that hold it stand."""
    decided_reason: str = ""
    """Why an operator let a held submission pass, or refused it; empty where no one had to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A release on its way: proposed, approved, published."""

    collection: str
    version: int
    entry: int
    snapshot: str
    """Digest of the snapshot's manifest blob."""
    targets: str
    """Digest of the blob that holds the TUF targets metadata to sign."""
    log_length: int
    """How many log entries the snapshot was made of."""
    submissions: tuple[str, ...]
    """Every submission that has rows in it."""
    new_submissions: tuple[str, ...]
    """Those of them that the version before it had no rows of."""
    approvals: Mapping[str, str] = field(default_factory=dict)
    """Signature (hex) on the targets metadata by key id."""
    published_entry: int | None = None
    published_utc: str = ""
    role_version: int = 2
    """The number of the collection's TUF metadata that publishes it."""
    amends: int | None = None
    """The withdrawn version that it is, without what went; none for a version of its own."""

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among its collection's versions by what it holds.

        An amended version comes right after the one that it amends, whatever its number.
        """
        return (self.amends or self.version, self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustEvent:
    """What made the repository's metadata change: it is written anew after each."""

    entry: int
    created_utc: str
    number: int
    """The version of root and of targets that then held."""
    role_versions: Mapping[str, int]
    """The version of each collection's role that then held."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Signed metadata that came with it, by file name: digests of blobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrubEvaluation:
    """How much of what is marked in gold texts the scrub of a collection found."""

    contract: str
    """Digest of the contract that was measured."""
    code_version: str
    recall: Mapping[str, tuple[int, int]]
    """By gold label: mentions found, and mentions in all."""


@dataclass(slots=True, kw_only=True)
class State:
    """Everything that follows from the entries read so far."""

    pool_id: str = ""
    title: str = ""
    length: int = 0
    """Entries read; the number of the next one."""
    head: str = GENESIS_PREVIOUS
    """SHA-256 of the last entry."""
    keys: dict[str, PublicKey] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    collections: dict[str, str] = field(default_factory=dict)
    """Name to the digest of the contract's blob."""
    submissions: dict[str, PooledSubmission] = field(default_factory=dict)
    tasks: dict[str, list[str]] = field(default_factory=dict)
    """Collection to the digests of the blobs that list what was sent to annotators."""
    votes: dict[str, list[str]] = field(default_factory=dict)
    """Collection to the digests of the blobs of votes, in order of collection."""
    imported: set[str] = field(default_factory=set)
    """Those of these blobs whose votes were given in another Label Studio."""
    workforce: str | None = None
    """Digest of the workforce file, salted by the operator's secret: nobody else can guess it."""
    gold: dict[str, str] = field(default_factory=dict)
    """Collection to the digest of its gold, salted likewise."""
    paused: dict[str, dict[str, str]] = field(default_factory=dict)
    """Collection to the annotators whom answers to gold paused, and when (ISO 8601, UTC)."""
    resumed: dict[str, list[Pause]] = field(default_factory=dict)
    """Collection to the pauses that are over, in order of the log."""
    decisions: dict[str, list[str]] = field(default_factory=dict)
    """Collection to the digests of the blobs of experts' decisions, in order of the log."""
    proposals: dict[tuple[str, int], Proposal] = field(default_factory=dict)
    evaluations: dict[str, ScrubEvaluation] = field(default_factory=dict)
    """Collection to the newest evaluation of its scrub."""
    audited: dict[str, list[str]] = field(default_factory=dict)
    """Collection to the digests of the blobs that list what was sent to auditors."""
    marks: dict[str, list[str]] = field(default_factory=dict)
    """Collection to the digests of the blobs of auditors' marks, in order of collection."""
    leaks: dict[tuple[str, str], Leak] = field(default_factory=dict)
    """By collection and record id in hex."""
    reported: dict[str, dict[str, int]] = field(default_factory=dict)
    """Collection to the digests of the blobs that list records barred after a report of their
    content, each with the number of its entry."""
    looks: dict[tuple[str, str], list[AuditLook]] = field(default_factory=dict)
    """By collection and language, in order."""
    rescans: dict[str, list[Rescan]] = field(default_factory=dict)
    """By collection, in order of the log."""
    grants: dict[str, GivenGrant] = field(default_factory=dict)
    """By id, in order of the log."""
    erasures: dict[int, Erasure] = field(default_factory=dict)
    """By the number of the entry that asked, in order."""
    amended: dict[str, str] = field(default_factory=dict)
    """Digest of a blob that erasure rewrote, to that of the blob that took its place."""
    erased_blobs: set[str] = field(default_factory=set)
    """Digests of blobs that held erased records: they must be nowhere, a backup included."""
    withdrawn_versions: dict[tuple[str, int], WithdrawnVersion] = field(default_factory=dict)
    """By collection and version, in order of the log."""
    trust_root: str | None = None
    """Digest of the first TUF root."""
    trusted: dict[str, PublicKey] = field(default_factory=dict)
    """The approvers' keys that the current root names, by key id."""
    operator: str = ""
    """The key id of the operator who signs now."""
    revoked: dict[str, int] = field(default_factory=dict)
    """Key id to the entry from which on the key signs nothing."""
    role_versions: dict[str, int] = field(default_factory=dict)
    """Collection to the current version of its TUF role; only those that have one."""
    thresholds: dict[str, int] = field(default_factory=dict)
    """Collection to how many members must approve a version."""
    role_thresholds: dict[str, int] = field(default_factory=dict)
    """The same as the current TUF targets say it."""
    amending: set[str] = field(default_factory=set)
    """Collections whose withdrawn versions are to be replaced by amended ones."""
    trust_events: list[TrustEvent] = field(default_factory=list)
    """What changed the trust metadata, in order, the first root at its head."""
    checkpoints: dict[str, str] = field(default_factory=dict)
    """Files of checkpoints that entries name, by key: their SHA-256."""
    signed_after: int | None = None
    """The newest entry after which the operator signs a checkpoint."""
    blobs: set[str] = field(default_factory=set)
    """Every blob that an entry names."""

    def pauses(self, collection: str) -> list[Pause]:
        """Give the pauses of a collection's annotators, those that last and those that are over."""
        last = self.paused.get(collection, {})
        return [*self.resumed.get(collection, ()), *(Pause(*one) for one in last.items())]

    def active(self, collection: str) -> list[PooledSubmission]:
        """Give the submissions whose rows are in a collection now, in order of the log."""
        return [
            submission
            for submission in self.submissions.values()
            if submission.collection == collection
            and submission.outcome == "pass"
            and submission.withdrawn_entry is None
        ]

    def versions(self, collection: str) -> list[Proposal]:
        """Give the published versions of a collection, in order."""
        found = [p for p in self.proposals.values() if p.collection == collection]
        return sorted((p for p in found if p.published_entry is not None), key=lambda p: p.version)

    def own_versions(self, collection: str) -> list[Proposal]:
        """Give the published versions that amend none, in order: each remembers the one before."""
        return [p for p in self.versions(collection) if p.amends is None]

    def amended_last(self, collection: str, version: int) -> Proposal:
        """Give the last form of a version: itself, or the newest published one that amends it.

        Raises:
            KeyError: There is no such version.
        """
        named = self.proposals[collection, version]
        own = named.amends or named.version
        return max(
            (p for p in self.versions(collection) if own in {p.version, p.amends}),
            key=lambda p: p.version,
            default=named,
        )

    def may_be_amended(self, collection: str, version: int) -> bool:
        """Say whether a published version is to be amended where it is withdrawn.

        Not where every submission in it was taken back, for then nothing is left of it.
        """
        last = self.amended_last(collection, version)
        return (
            collection in self.amending
            and last.version == version
            and any(self.submissions[i].withdrawn_entry is None for i in last.submissions)
        )

    def needed_versions(self) -> set[tuple[str, int]]:
        """Give the published versions, withdrawn or not, of which others will be made.

        They are the newest of each collection, by which the next remembers its splits, and those
        that may be amended.
        """
        own = (self.own_versions(name)[-1:] for name in self.collections)
        newest = {(p.collection, p.version) for last in own for p in last}
        published = {key for key, p in self.proposals.items() if p.published_entry is not None}
        return newest | {key for key in published if self.may_be_amended(*key)}

    def to_amend(self) -> list[tuple[str, int]]:
        """Give the withdrawn versions that wait for one that amends them, by collection."""
        return sorted(one for one in self.withdrawn_versions if self.may_be_amended(*one))

    def barred(self, collection: str) -> tuple[str, ...]:
        """Give the digests of the blobs that list barred records of a collection.

        Barred as leaks, after a report, by a rescan that found what the scrub had missed; or
        erased.
        """
        standing = (leak for leak in self.leaks.values() if leak.status is not LeakStatus.REJECTED)
        found = {b for leak in standing if (b := leak.barred.get(collection))}
        found |= {b for rescan in self.rescans.get(collection, ()) if (b := rescan.barred)}
        found |= {b for one in self.erasures.values() if (b := one.records.get(collection))}
        return tuple(sorted(found | self.reported.get(collection, {}).keys()))

    def is_withdrawn(self, collection: str, version: int, before: int) -> bool:
        """Say whether a version was withdrawn before an entry of the log."""
        known = self.withdrawn_versions.get((collection, version))
        return known is not None and known.entry < before

    def replacement(self, withdrawn: WithdrawnVersion, before: int | None = None) -> int | None:
        """Give the version that replaces a withdrawn one.

        That is the one that amends it; where none does, the first that was published after it and
        holds no less.

        Args:
            before: Look at the log before this entry only.
        """
        end = self.length if before is None else before
        own, _ = self.proposals[withdrawn.collection, withdrawn.version].place
        later = [
            (p.place[0] != own, p.version)
            for p in self.versions(withdrawn.collection)
            if withdrawn.entry < (p.published_entry or 0) < end
            and p.place[0] >= own
            and not self.is_withdrawn(p.collection, p.version, end)
        ]
        return min(later)[1] if later else None
