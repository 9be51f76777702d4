"""What each kind of log entry may say, and what it does to the state of a pool."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from datacoop.errors import IntegrityError, SettingsError
from datacoop.pool.erasure import Erasure, WithdrawnVersion
from datacoop.pool.grants import GivenGrant
from datacoop.pool.keys import PublicKey, Role, key_from_json
from datacoop.pool.leaks import AuditLook, Leak, LeakStatus, Rescan
from datacoop.pool.log import Entry, entry_key, open_entry
from datacoop.pool.release_rules import (
    approval_objection,
    barred_since,
    is_approved,
    is_outdated,
    last_erasure,
    withdrawn_since,
)
from datacoop.pool.signing import read_unverified
from datacoop.pool.state import (
    Member,
    PooledSubmission,
    Proposal,
    ScrubEvaluation,
    State,
    TrustEvent,
)
from datacoop.pool.trust_rules import THRESHOLD, root_objection
from datacoop.records.pauses import Pause
from datacoop.records.terms import terms_from_json


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
