"""The state of a pool: a fold over its log, and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from datacoop.errors import IntegrityError, SettingsError
from datacoop.pool.erasure import Erasure, WithdrawnVersion
from datacoop.pool.grants import GivenGrant
from datacoop.pool.keys import PublicKey, Role, key_from_json
from datacoop.pool.leaks import AuditLook, Leak, LeakStatus, Rescan
from datacoop.pool.log import GENESIS_PREVIOUS, Entry, entry_key, open_entry
from datacoop.pool.signing import read_unverified
from datacoop.pool.trust_rules import THRESHOLD, root_objection
from datacoop.records.pauses import Pause
from datacoop.records.terms import Terms, terms_from_json


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


def apply_entry(state: State, content: bytes) -> Entry:
    """Verify the bytes of the next entry and take it into `state`.

    Raises:
        IntegrityError: The entry does not verify, or says what its signer may not say.
    """
    name = entry_key(state.length)
    keys = state.keys or _genesis_keys(name, content)
    entry = open_entry(state.length, content, state.head, keys)
    if (entry.kind == "pool_created") != (entry.number == 0):
        raise IntegrityError(name, "one founding entry, the first", repr(entry.kind)[:60])
    rule = _RULES.get(entry.kind)
    if rule is None:
        raise IntegrityError(name, "a kind of entry that is known", repr(entry.kind)[:60])
    role, apply = rule
    if entry.signer.role is not role:
        raise IntegrityError(name, f"a signature by a key of role {role}", entry.signer.role)
    if entry.signer.keyid in state.revoked:
        raise IntegrityError(name, "a signature by a key in force", "one by a revoked key")
    try:
        apply(state, entry)
    except (KeyError, TypeError, ValueError, AttributeError, SettingsError) as error:
        raise IntegrityError(name, f"a whole {entry.kind} entry", "one with faults") from error
    state.blobs.update(entry.blobs)
    state.length += 1
    state.head = entry.digest
    return entry


def _genesis_keys(name: str, content: bytes) -> dict[str, PublicKey]:
    """Give the key that the first entry introduces, which signs it itself."""
    try:
        key = key_from_json(read_unverified(name, content).predicate["body"]["operator"])
    except (KeyError, TypeError, SettingsError) as error:
        raise IntegrityError(name, "the founding entry of a pool", "another entry") from error
    return {key.keyid: key}


def _require(entry: Entry, fact: bool, expected: str) -> None:
    if not fact:
        raise IntegrityError(entry_key(entry.number), expected, f"{entry.kind} without it")


def _pool_created(state: State, entry: Entry) -> None:
    state.pool_id = entry.body["pool_id"]
    state.title = entry.body["title"]
    state.keys[entry.signer.keyid] = entry.signer
    state.operator = entry.signer.keyid


def _member_added(state: State, entry: Entry) -> None:
    body = entry.body
    _require(entry, body["member"] not in state.members, "a member that is new")
    state.members[body["member"]] = Member(
        id=body["member"], title=body["title"], country=body["country"]
    )
    for value in body["keys"]:
        key = key_from_json(value)
        _require(entry, key.member == body["member"], "keys of this member only")
        _require(entry, key.role is not Role.OPERATOR, "no operator's key")
        _add_key(state, entry, key)


def _add_key(state: State, entry: Entry, key: PublicKey) -> None:
    # One private key under two ids would count as two approvers.
    known = {other.public for other in state.keys.values()}
    is_new = key.keyid not in state.keys and key.public not in known
    _require(entry, is_new, "keys that are new")
    state.keys[key.keyid] = key


def _key_added(state: State, entry: Entry) -> None:
    key = key_from_json(entry.body["key"])
    _require(entry, key.member in state.members, "a key of a member")
    _require(entry, key.role in {Role.STEWARD, Role.WITNESS}, "a steward's or a witness's key")
    _add_key(state, entry, key)


def _key_revoked(state: State, entry: Entry) -> None:
    key = state.keys[entry.body["key"]]
    _require(entry, key.role in {Role.STEWARD, Role.WITNESS}, "a steward's or a witness's key")
    _require(entry, key.keyid not in state.revoked, "a key in force")
    state.revoked[key.keyid] = entry.number


def _collection_added(state: State, entry: Entry) -> None:
    name = entry.body["collection"]
    members = int(entry.body["approving_members"])
    _require(entry, members >= THRESHOLD, f"approval by {THRESHOLD} members or more")
    state.collections[name] = entry.body["contract"]
    state.thresholds[name] = members
    state.amending.discard(name)
    if entry.body.get("amend_withdrawn"):
        state.amending.add(name)


def _trust_initialised(state: State, entry: Entry) -> None:
    _require(entry, state.trust_root is None, "one first root")
    state.trust_root = entry.body["root"]
    state.trusted = {k: v for k, v in state.keys.items() if v.role is Role.APPROVER}
    state.role_versions = dict.fromkeys(sorted(state.collections), 1)
    state.role_thresholds = dict(state.thresholds)
    _note_trust(state, entry, number=1)


def _trust_changed(state: State, entry: Entry) -> None:
    """Take over a new root: who may approve, and who is the operator, from now on.

    It is judged by the signatures on the root itself, so members can replace an operator.
    """
    body = entry.body
    _require(entry, state.trust_root is not None, "a first root before it")
    roles = {name: state.role_versions.get(name, 0) + 1 for name in state.collections}
    _require(entry, body["roles"] == roles, "the roles that follow those of now")
    old = list(state.trusted.values())
    for value in body["add"]:
        key = key_from_json(value)
        is_known = state.keys.get(key.keyid) == key and key.role is Role.APPROVER
        if not is_known:
            belongs = key.role is Role.OPERATOR or key.member in state.members
            _require(entry, belongs, "keys of members, or the operator's")
            fits = key.role in {Role.APPROVER, Role.OPERATOR}
            _require(entry, fits, "approvers' keys, or the operator's")
            _add_key(state, entry, key)
        _require(entry, key.keyid not in state.revoked, "keys that were never revoked")
        if key.role is Role.OPERATOR:
            state.revoked[state.operator] = entry.number
            state.operator = key.keyid
        else:
            state.trusted[key.keyid] = key
    for keyid in body["remove"]:
        _require(entry, keyid in state.trusted, "a key in force")
        state.trusted.pop(keyid)
        state.revoked[keyid] = entry.number
    objection = root_objection(
        body["root"],
        version=state.trust_events[-1].number + 1,
        old=old,
        new=list(state.trusted.values()),
        operator=state.keys[state.operator],
    )
    _require(entry, objection is None, objection or "")
    state.role_versions = roles
    state.role_thresholds = dict(state.thresholds)
    _note_trust(state, entry, state.trust_events[-1].number + 1, dict(body["files"]))


def _trust_refreshed(state: State, entry: Entry) -> None:
    _require(entry, state.trust_root is not None, "a first root before it")
    _note_trust(state, entry)
    _note_checkpoints(state, entry)


def _note_checkpoints(state: State, entry: Entry) -> None:
    """Take in which checkpoints lay in the pool, so that none can be taken away unseen."""
    named = entry.body.get("checkpoints", {})
    _require(entry, not named.keys() & state.checkpoints.keys(), "checkpoints not named before")
    state.checkpoints.update(named)
    state.signed_after = entry.number


def _note_trust(
    state: State, entry: Entry, number: int | None = None, files: Mapping[str, str] | None = None
) -> None:
    state.trust_events.append(
        TrustEvent(
            entry=entry.number,
            created_utc=entry.created_utc,
            number=state.trust_events[-1].number if number is None else number,
            role_versions=MappingProxyType(dict(state.role_versions)),
            files=MappingProxyType(files or {}),
        )
    )


def _submission_taken(state: State, entry: Entry) -> None:
    body = entry.body
    steward = state.keys[body["steward"]]
    _require(entry, body["submission"] not in state.submissions, "a submission that is new")
    is_steward = steward.role is Role.STEWARD and steward.member == body["member"]
    _require(entry, is_steward, "a steward of the member")
    _require(entry, body["collection"] in state.collections, "a collection that is known")
    state.submissions[body["submission"]] = PooledSubmission(
        id=body["submission"],
        member=body["member"],
        collection=body["collection"],
        entry=entry.number,
        created_utc=entry.created_utc,
        outcome=body["outcome"],
        reasons=tuple(body["reasons"]),
        languages=tuple(body["languages"]),
        terms=terms_from_json(body["terms"]),
        steward=steward,
        labelling_wanted=body["labelling_wanted"],
        supersedes=body["supersedes"],
        records=body["records"],
        rows=body["rows"],
        legal_basis=body.get("legal_basis", ""),
        people=tuple(body.get("people", ())),
        collected=_days(body.get("collected")),
        quarantined_about=MappingProxyType(dict(body.get("quarantined_about", {}))),
    )
    if body["supersedes"] is not None and body["outcome"] == "pass":
        _supersede(state, entry, body["member"], body["supersedes"])


def _supersede(state: State, entry: Entry, member: str, superseded: str) -> None:
    older = state.submissions[superseded]
    _require(entry, older.member == member, "an older submission of the same member")
    if older.withdrawn_entry is None:
        state.submissions[older.id] = replace(
            older, withdrawn_entry=entry.number, is_superseded=True
        )


def _submission_decided(state: State, entry: Entry) -> None:
    body = entry.body
    held = state.submissions[body["submission"]]
    _require(entry, held.outcome == "hold", "a submission that is held")
    _require(entry, held.withdrawn_entry is None, "a submission that is not withdrawn")
    passes = body["outcome"] == "pass"
    _require(entry, passes or body["outcome"] == "refuse", "an outcome of pass or refuse")
    _require(entry, passes == (body["records"] is not None), "records where it passes")
    _require(entry, bool(body["reason"]), "a reason")
    state.submissions[held.id] = replace(
        held,
        # What came in while it was held was there first: duplicates are decided by this number.
        entry=entry.number,
        outcome=body["outcome"],
        records=body["records"],
        rows=body["rows"],
        decided_reason=body["reason"],
    )
    if passes and held.supersedes is not None:
        _supersede(state, entry, held.member, held.supersedes)


def _days(value: list[str] | None) -> tuple[str, str] | None:
    return None if value is None else (value[0], value[1])


def _submission_withdrawn(state: State, entry: Entry) -> None:
    submission = state.submissions[entry.body["submission"]]
    is_there = submission.withdrawn_entry is None or submission.is_superseded
    _require(entry, is_there, "a submission that is not withdrawn")
    _require(entry, submission.member == entry.signer.member, "a steward of the same member")
    state.submissions[submission.id] = replace(
        submission, withdrawn_entry=entry.number, is_superseded=False
    )
    held = [p for p in state.versions(submission.collection) if submission.id in p.submissions]
    versions = [(p.collection, p.version) for p in held]
    standing = [one for one in versions if one not in state.withdrawn_versions]
    _withdraw_versions(state, entry, standing, "withdrawal")


def _withdraw_versions(
    state: State, entry: Entry, versions: Sequence[tuple[str, int]], reason: str
) -> None:
    for collection, version in versions:
        proposal = state.proposals[collection, version]
        _require(entry, proposal.published_entry is not None, "published versions")
        known = (collection, version) in state.withdrawn_versions
        _require(entry, not known, "versions that are not withdrawn")
        state.withdrawn_versions[collection, version] = WithdrawnVersion(
            collection=collection,
            version=version,
            entry=entry.number,
            withdrawn_utc=entry.created_utc,
            reason=reason,
        )
    if versions and state.trust_root is not None:
        _note_trust(state, entry)


def _erasure_asked(state: State, entry: Entry) -> None:
    body = entry.body
    _require(entry, body["member"] == entry.signer.member, "a steward of the same member")
    sent = [state.submissions[i] for i in body["submissions"]]
    _require(entry, all(s.member == body["member"] for s in sent), "submissions of the member")
    known = {one.request for one in state.erasures.values()}
    _require(entry, body["request"] not in known, "a request that is new")
    state.erasures[entry.number] = Erasure(
        member=body["member"],
        entry=entry.number,
        asked_utc=entry.created_utc,
        request=body["request"],
        submissions=tuple(body["submissions"]),
        records=MappingProxyType({}),
    )


def _records_erased(state: State, entry: Entry) -> None:
    body = entry.body
    erasure = state.erasures[body["asked"]]
    _require(entry, erasure.done_entry is None, "a request that is open")
    for submission_id, now in body["submissions"].items():
        submission = state.submissions[submission_id]
        _require(entry, submission.member == erasure.member, "submissions of the member")
        _require(entry, 0 <= now["rows"] <= submission.rows, "no more rows than before")
        state.submissions[submission_id] = replace(
            submission, records=now["records"], rows=now["rows"]
        )
    replaced: dict[str, str] = dict(body["replaced"])
    for old, new in state.amended.items():
        state.amended[old] = replaced.get(new, new)
    state.amended |= replaced
    state.erased_blobs |= {*replaced, *body["gone"]}
    state.blobs -= state.erased_blobs
    for kept in (state.votes, state.decisions, state.marks):
        for name, digests in kept.items():
            kept[name] = [replaced.get(digest, digest) for digest in digests]
    state.imported = {replaced.get(digest, digest) for digest in state.imported}
    _withdraw_versions(state, entry, [(name, n) for name, n in body["versions"]], "erasure")
    state.erasures[erasure.entry] = replace(
        erasure,
        done_entry=entry.number,
        records=MappingProxyType(dict(body["records"])),
        rows=int(body["rows"]),
    )


def _tasks_routed(state: State, entry: Entry) -> None:
    state.tasks.setdefault(entry.body["collection"], []).append(entry.body["tasks"])


def _votes_collected(state: State, entry: Entry) -> None:
    state.votes.setdefault(entry.body["collection"], []).append(entry.body["votes"])
    if entry.body.get("imported"):
        state.imported.add(entry.body["votes"])


def _workforce_set(state: State, entry: Entry) -> None:
    state.workforce = entry.body["workforce"]


def _gold_set(state: State, entry: Entry) -> None:
    _require(entry, entry.body["collection"] in state.collections, "a collection that is known")
    state.gold[entry.body["collection"]] = entry.body["gold"]


def _annotators_paused(state: State, entry: Entry) -> None:
    _require(entry, entry.body["collection"] in state.collections, "a collection that is known")
    paused = state.paused.get(entry.body["collection"], {})
    state.paused[entry.body["collection"]] = {**entry.body["paused"], **paused}


def _annotator_resumed(state: State, entry: Entry) -> None:
    name, annotator = entry.body["collection"], entry.body["annotator"]
    paused = state.paused.get(name, {})
    _require(entry, annotator in paused, "an annotator who is paused")
    _require(entry, paused[annotator] <= entry.body["resumed_utc"], "an end after the beginning")
    over = Pause(annotator, paused[annotator], entry.body["resumed_utc"])
    state.resumed.setdefault(name, []).append(over)
    state.paused[name] = {other: when for other, when in paused.items() if other != annotator}


def _labels_decided(state: State, entry: Entry) -> None:
    state.decisions.setdefault(entry.body["collection"], []).append(entry.body["decisions"])


def _scrub_evaluated(state: State, entry: Entry) -> None:
    body = entry.body
    _require(entry, body["collection"] in state.collections, "a collection that is known")
    state.evaluations[body["collection"]] = ScrubEvaluation(
        contract=body["contract"],
        code_version=body["code_version"],
        recall={label: (int(found), int(of)) for label, (found, of) in body["recall"].items()},
    )


def _audit_sampled(state: State, entry: Entry) -> None:
    _require(entry, entry.body["collection"] in state.collections, "a collection that is known")
    state.audited.setdefault(entry.body["collection"], []).append(entry.body["records"])


def _audit_collected(state: State, entry: Entry) -> None:
    body = entry.body
    _require(entry, body["collection"] in state.collections, "a collection that is known")
    state.marks.setdefault(body["collection"], []).append(body["marks"])
    for record, what in body["held"].items():
        before = state.leaks.get((body["collection"], record))
        is_open = before is None or before.status is LeakStatus.REJECTED
        _require(entry, is_open, "records that are not held yet")
        state.leaks[body["collection"], record] = Leak(
            collection=body["collection"],
            record=record,
            language=what["language"],
            status=LeakStatus.HELD,
            entry=entry.number,
            barred=MappingProxyType(dict(what["barred"])),
        )


def _leak_confirmed(state: State, entry: Entry) -> None:
    leak = state.leaks[entry.body["collection"], entry.body["record"]]
    _require(entry, leak.status is LeakStatus.HELD, "a record that is held")
    state.leaks[leak.collection, leak.record] = replace(
        leak,
        status=LeakStatus.CONFIRMED,
        entry=entry.number,
        barred=MappingProxyType(dict(entry.body["barred"])),
    )


def _leak_rejected(state: State, entry: Entry) -> None:
    leak = state.leaks[entry.body["collection"], entry.body["record"]]
    _require(entry, leak.status is not LeakStatus.REJECTED, "a record that is barred")
    state.leaks[leak.collection, leak.record] = replace(
        leak, status=LeakStatus.REJECTED, entry=entry.number
    )


def _records_barred(state: State, entry: Entry) -> None:
    name = entry.body["collection"]
    _require(entry, name in state.collections, "a collection that is known")
    state.reported.setdefault(name, {})[entry.body["records"]] = entry.number


def _audit_looked(state: State, entry: Entry) -> None:
    body = entry.body
    looks = state.looks.setdefault((body["collection"], body["language"]), [])
    made = sum(look.frame == body["frame"] for look in looks)
    _require(entry, body["number"] == made + 1, "the next look at these rows")
    names = ("frame", "number", "rows", "sample", "leaks", "most", "outcome")
    looks.append(AuditLook(entry=entry.number, **{name: body[name] for name in names}))


def _records_rescanned(state: State, entry: Entry) -> None:
    body = entry.body
    _require(entry, body["collection"] in state.collections, "a collection that is known")
    current = body["contract"] == state.collections[body["collection"]]
    _require(entry, current, "the contract as it is now")
    rescan = Rescan(barred=body["barred"], entry=entry.number)
    state.rescans.setdefault(body["collection"], []).append(rescan)


def _release_proposed(state: State, entry: Entry) -> None:
    body = entry.body
    collection, version = body["collection"], body["version"]
    published = state.versions(collection)
    _require(entry, version == len(published) + 1, "the version after the last published one")
    _require(entry, body["log_length"] <= entry.number, "a part of the log that exists")
    is_clean = body["log_length"] > last_erasure(state, collection)
    _require(entry, is_clean, "a snapshot that was built after the last erasure")
    sent = [state.submissions[i] for i in body["submissions"]]
    passed = all((s.collection, s.outcome) == (collection, "pass") for s in sent)
    _require(entry, passed, "submissions of the collection that passed")
    # Who may approve follows from this list, so it is not left to the operator's word.
    amends = body.get("amends")
    own = state.own_versions(collection)
    before = own[-1].submissions if own else ()
    if amends is not None:
        amended = state.amended_last(collection, amends)
        _require(entry, state.proposals[collection, amends].amends is None, "a version of its own")
        is_gone = (collection, amended.version) in state.withdrawn_versions
        _require(entry, is_gone, "a version that was withdrawn")
        is_part = set(body["submissions"]) <= set(amended.submissions)
        _require(entry, is_part, "no submission that the amended version lacks")
        before = amended.submissions
    new = [i for i in body["submissions"] if i not in before]
    _require(entry, body["new_submissions"] == new, "every new submission named as new")
    state.proposals[collection, version] = Proposal(
        collection=collection,
        version=version,
        entry=entry.number,
        snapshot=body["snapshot"],
        targets=body["targets"],
        log_length=body["log_length"],
        submissions=tuple(body["submissions"]),
        new_submissions=tuple(body["new_submissions"]),
        role_version=state.role_versions.get(collection, 1) + 1,
        amends=amends,
    )


def _release_approved(state: State, entry: Entry) -> None:
    proposal = state.proposals[entry.body["collection"], entry.body["version"]]
    _require(entry, proposal.entry == entry.body["proposal"], "the proposal that stands now")
    _require(entry, proposal.published_entry is None, "a proposal that is not published")
    _require(entry, not is_outdated(state, proposal), "the proposal to be newer than the root")
    objection = approval_objection(state, proposal, entry.signer)
    _require(entry, objection is None, objection or "")
    approvals = {**proposal.approvals, entry.signer.keyid: entry.body["signature"]}
    state.proposals[proposal.collection, proposal.version] = replace(
        proposal, approvals=MappingProxyType(approvals)
    )


def _release_published(state: State, entry: Entry) -> None:
    proposal = state.proposals[entry.body["collection"], entry.body["version"]]
    _require(entry, proposal.entry == entry.body["proposal"], "the proposal that stands now")
    _require(entry, proposal.published_entry is None, "a version is published once")
    _require(entry, not is_outdated(state, proposal), "the proposal to be newer than the root")
    _require(entry, is_approved(state, proposal), "approvals by two people of two members")
    _require(entry, not withdrawn_since(state, proposal), "no submission that was withdrawn")
    _require(entry, not barred_since(state, proposal), "no record barred since it was built")
    is_clean = proposal.log_length > last_erasure(state, proposal.collection)
    _require(entry, is_clean, "no record erased since it was built")
    state.proposals[proposal.collection, proposal.version] = replace(
        proposal, published_entry=entry.number, published_utc=entry.created_utc
    )
    if state.trust_root is not None:
        if proposal.collection in state.role_versions:
            state.role_versions[proposal.collection] = proposal.role_version
        _note_trust(state, entry)
    _note_checkpoints(state, entry)


def _grant_given(state: State, entry: Entry) -> None:
    body = entry.body
    _require(entry, body["grant"] not in state.grants, "a grant that is new")
    state.grants[body["grant"]] = GivenGrant(
        id=body["grant"],
        statement=body["statement"],
        collections=tuple(body["collections"]),
        purposes=tuple(body["purposes"]),
        until=body["until"],
        entry=entry.number,
    )


def _grant_revoked(state: State, entry: Entry) -> None:
    grant = state.grants[entry.body["grant"]]
    _require(entry, grant.revoked_entry is None, "a grant that is not revoked")
    state.grants[grant.id] = replace(grant, revoked_entry=entry.number)


def approval_objection(state: State, proposal: Proposal, key: PublicKey) -> str | None:
    """Say why the holder of `key` may not approve `proposal`, or nothing if they may."""
    if key.role is not Role.APPROVER:
        return "an approver's key is needed"
    if key.keyid in state.revoked:
        return "this key was revoked"
    if state.trust_root is not None and key.keyid not in state.trusted:
        return "the trust root does not name this key"
    if key.keyid in proposal.approvals:
        return "this key has approved the proposal already"
    for submission_id in proposal.new_submissions:
        steward = state.submissions[submission_id].steward
        if (steward.member, steward.holder) == (key.member, key.holder):
            return f"its holder signed {submission_id}, which is new in this version"
    return None


def approving_members(state: State, proposal: Proposal) -> set[str]:
    """Give the members whose approvers have signed with keys that are in force."""
    return {state.keys[k].member for k in proposal.approvals if k not in state.revoked}


def approvals_wanted(state: State, collection: str) -> int:
    """Give how many members must approve a version of a collection."""
    asked = (state.thresholds, state.role_thresholds)
    return max(threshold.get(collection, THRESHOLD) for threshold in asked)


def is_approved(state: State, proposal: Proposal) -> bool:
    """Say whether approvers of enough members have signed: two at least, or as its policy says."""
    wanted = approvals_wanted(state, proposal.collection)
    return len(approving_members(state, proposal)) >= wanted


def is_outdated(state: State, proposal: Proposal) -> bool:
    """Say whether the trust root changed since something was proposed: it needs new signatures."""
    last = [event.entry for event in state.trust_events if event.files]
    return bool(last) and last[-1] > proposal.entry


def withdrawn_since(state: State, proposal: Proposal) -> list[str]:
    """Give the submissions in a proposal that have been withdrawn."""
    return [i for i in proposal.submissions if state.submissions[i].withdrawn_entry is not None]


def barred_since(state: State, proposal: Proposal) -> bool:
    """Say whether records were barred after a proposal's snapshot was built."""
    name, begun = proposal.collection, proposal.log_length
    reports = state.reported.get(name, {}).values()
    leaks = (leak for leak in state.leaks.values() if name in leak.barred)
    rescans = (rescan for rescan in state.rescans.get(name, ()) if rescan.barred is not None)
    return (
        any(entry >= begun for entry in reports)
        or any(k.entry >= begun and k.status is not LeakStatus.REJECTED for k in leaks)
        or any(rescan.entry >= begun for rescan in rescans)
    )


def last_erasure(state: State, collection: str) -> int:
    """Give the number of the last entry that erased records of a collection, or asked for it."""
    concerned = (
        one
        for one in state.erasures.values()
        if collection in one.records
        or any(state.submissions[i].collection == collection for i in one.submissions)
    )
    return max((one.done_entry or one.entry for one in concerned), default=-1)


def open_erasures(state: State, collection: str | None = None) -> list[Erasure]:
    """Give the requests to erase that wait for the operator, all or those of a collection."""
    return [
        one
        for one in state.erasures.values()
        if one.done_entry is None
        and (
            collection is None
            or any(state.submissions[i].collection == collection for i in one.submissions)
        )
    ]


def is_stale(state: State, collection: str, language: str, look: AuditLook) -> bool:
    """Say whether a row of the language was marked as a leak after a look, and stands so."""
    return any(
        (leak.collection, leak.language) == (collection, language)
        and leak.entry > look.entry
        and leak.status is not LeakStatus.REJECTED
        for leak in state.leaks.values()
    )


Rule = tuple[Role, Callable[[State, Entry], None]]

_RULES: dict[str, Rule] = {
    "pool_created": (Role.OPERATOR, _pool_created),
    "member_added": (Role.OPERATOR, _member_added),
    "collection_added": (Role.OPERATOR, _collection_added),
    "key_added": (Role.OPERATOR, _key_added),
    "key_revoked": (Role.OPERATOR, _key_revoked),
    "trust_initialised": (Role.OPERATOR, _trust_initialised),
    "trust_changed": (Role.APPROVER, _trust_changed),
    "trust_refreshed": (Role.OPERATOR, _trust_refreshed),
    "submission_taken": (Role.OPERATOR, _submission_taken),
    "submission_decided": (Role.OPERATOR, _submission_decided),
    "submission_withdrawn": (Role.STEWARD, _submission_withdrawn),
    "erasure_asked": (Role.STEWARD, _erasure_asked),
    "records_erased": (Role.OPERATOR, _records_erased),
    "tasks_routed": (Role.OPERATOR, _tasks_routed),
    "votes_collected": (Role.OPERATOR, _votes_collected),
    "workforce_set": (Role.OPERATOR, _workforce_set),
    "gold_set": (Role.OPERATOR, _gold_set),
    "annotators_paused": (Role.OPERATOR, _annotators_paused),
    "annotator_resumed": (Role.OPERATOR, _annotator_resumed),
    "labels_decided": (Role.OPERATOR, _labels_decided),
    "audit_sampled": (Role.OPERATOR, _audit_sampled),
    "audit_collected": (Role.OPERATOR, _audit_collected),
    "leak_confirmed": (Role.OPERATOR, _leak_confirmed),
    "leak_rejected": (Role.OPERATOR, _leak_rejected),
    "records_barred": (Role.OPERATOR, _records_barred),
    "audit_looked": (Role.OPERATOR, _audit_looked),
    "records_rescanned": (Role.OPERATOR, _records_rescanned),
    "scrub_evaluated": (Role.OPERATOR, _scrub_evaluated),
    "grant_given": (Role.OPERATOR, _grant_given),
    "grant_revoked": (Role.OPERATOR, _grant_revoked),
    "release_proposed": (Role.OPERATOR, _release_proposed),
    "release_approved": (Role.APPROVER, _release_approved),
    "release_published": (Role.OPERATOR, _release_published),
}
"""Each kind of entry: the role that may sign it, and what it does to the state."""
