"""What a release needs, and what stands in its way: questions to the state of a pool."""

from datacoop.pool.erasure import Erasure
from datacoop.pool.keys import PublicKey, Role
from datacoop.pool.leaks import AuditLook, LeakStatus
from datacoop.pool.state import Proposal, State
from datacoop.pool.trust_rules import THRESHOLD


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
