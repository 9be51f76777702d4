"""The rest of a release: propose what was built, approve it, publish it."""

from collections.abc import Mapping
from datetime import datetime

from datacoop.errors import RefusedError
from datacoop.jobs.building import Built, previous_version
from datacoop.jobs.contracts import contract_of, parse_contract
from datacoop.jobs.stating import write_statements
from datacoop.jobs.trusting import show_current
from datacoop.pool.blobs import get_blob
from datacoop.pool.checkpoint import (
    grown_log,
    read_checkpoints,
    require_cosigned,
    unnamed_checkpoints,
    write_checkpoint,
)
from datacoop.pool.keys import Role, SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.release_rules import (
    approval_objection,
    approvals_wanted,
    approving_members,
    barred_since,
    is_approved,
    is_outdated,
    last_erasure,
    withdrawn_since,
)
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes
from datacoop.pool.state import Proposal, State
from datacoop.pool.trust import proposed_targets, sign_targets
from datacoop.publish.memory import kept_memory
from datacoop.records.digest import sha256_hex
from datacoop.records.terms import objections


def propose_release(
    pool: Pool,
    built: Built,
    operator: SigningKey,
    *,
    now: datetime,
    created_utc: str,
    homes: Mapping[str, str] | None = None,
) -> Proposal:
    """Enter a built snapshot with its statements as the proposal for its version.

    Where an equal one stands already nothing is entered.

    Args:
        homes: The home member of each annotator by pseudonym, as far as it is known.

    Raises:
        RefusedError: The version was published meanwhile, or records of it were erased.
    """
    state = pool.require()
    manifest = built.manifest
    content = manifest.to_bytes()
    snapshot = pool.put_blob(content)
    known = state.proposals.get((manifest.collection, manifest.version))
    if known is not None and known.snapshot == snapshot and not is_outdated(state, known):
        return known
    # Before its shards are read: what was erased is not there any more.
    _refuse_overtaken(state, manifest)
    with kept_memory():
        statements = write_statements(pool, manifest, operator, homes or {})
    targets = pool.put_blob(
        proposed_targets(
            pool.store,
            state,
            collection=manifest.collection,
            version=manifest.version,
            manifest=content,
            amends=manifest.amends,
            statements=statements,
            now=now,
        )
    )
    earlier = previous_version(pool, state, manifest.collection)
    old = set(earlier.submissions) if earlier else set()
    if manifest.amends is not None:
        # It has no submission that the version lacks which it amends.
        old = set(manifest.submissions)
    body: dict[str, object] = {
        "collection": manifest.collection,
        "version": manifest.version,
        "snapshot": snapshot,
        "targets": targets,
        "log_length": manifest.log_length,
        "submissions": list(manifest.submissions),
        "new_submissions": [i for i in manifest.submissions if i not in old],
    }
    if manifest.amends is not None:
        body["amends"] = manifest.amends
    named = [shard.sha256 for shard in manifest.shards]
    if manifest.kept_out is not None:
        named.append(manifest.kept_out)
    named += (sha256_hex(content) for content in statements.values())
    draft = Draft(kind="release_proposed", body=body, blobs=(snapshot, targets, *named))

    def decide(current: State) -> Draft | None:
        _refuse_overtaken(current, manifest)
        return draft

    pool.append(decide, operator, created_utc=created_utc)
    return pool.state().proposals[manifest.collection, manifest.version]


def _refuse_overtaken(state: State, manifest: SnapshotManifest) -> None:
    """Refuse a built snapshot that the log has gone past."""
    if len(state.versions(manifest.collection)) >= manifest.version:
        raise RefusedError(
            f"{manifest.collection} version {manifest.version} was published meanwhile",
            hint="Build the release again.",
        )
    if manifest.log_length <= last_erasure(state, manifest.collection):
        raise RefusedError(
            f"records of {manifest.collection!r} were erased since it was built",
            hint="Build the release again.",
        )


_AGAIN = "The operator runs `datacoop release propose` again, and approvers sign again."


def find_proposal(state: State, collection: str, version: int) -> Proposal:
    """Give a proposal.

    Raises:
        RefusedError: There is none for this version.
    """
    proposal = state.proposals.get((collection, version))
    if proposal is None:
        raise RefusedError(
            f"nothing is proposed as {collection} version {version}",
            hint="Propose it with `datacoop release propose`.",
        )
    return proposal


def approve_release(
    pool: Pool, collection: str, version: int, approver: SigningKey, *, created_utc: str
) -> Proposal:
    """Sign a proposal as an approver; doing it again changes nothing.

    Raises:
        RefusedError: This approver may not.
    """
    proposal = find_proposal(pool.require(), collection, version)
    signature = sign_targets(get_blob(pool.store, proposal.targets), approver)

    def decide(state: State) -> Draft | None:
        current = find_proposal(state, collection, version)
        if approver.public.keyid in current.approvals or current.published_entry is not None:
            return None
        if current.entry != proposal.entry:
            raise RefusedError("another proposal has taken its place", hint="Look at it first.")
        if state.keys.get(approver.public.keyid) != approver.public:
            raise RefusedError("the pool does not know this key", hint="Add it with its member.")
        if is_outdated(state, current):
            raise RefusedError("it was proposed under an older trust root", hint=_AGAIN)
        objection = approval_objection(state, current, approver.public)
        if objection:
            raise RefusedError(
                f"this key may not approve {collection} version {version}: {objection}",
                hint="Ask an approver of another member.",
            )
        body = {
            "collection": collection,
            "version": version,
            "proposal": current.entry,
            "signature": signature,
        }
        return Draft(kind="release_approved", body=body, blobs=(current.targets,))

    pool.append(decide, approver, created_utc=created_utc)
    return find_proposal(pool.state(), collection, version)


def publish_release(
    pool: Pool, collection: str, version: int, operator: SigningKey, *, created_utc: str, as_of: str
) -> SnapshotManifest:
    """Publish an approved proposal; readers see it when this returns, whole or not at all.

    Raises:
        RefusedError: It is not approved, or a submission was withdrawn or its terms expired.
    """

    def decide(state: State) -> Draft | None:
        proposal = find_proposal(state, collection, version)
        if proposal.published_entry is not None:
            return None
        _refuse_unready(state, proposal, as_of, pool)
        body = {
            "collection": collection,
            "version": version,
            "proposal": proposal.entry,
            "checkpoints": unnamed_checkpoints(pool.store, state),
        }
        return Draft(kind="release_published", body=body, blobs=(proposal.snapshot,))

    pool.append(decide, operator, created_utc=created_utc)
    state = show_current(pool, operator)
    write_checkpoint(pool.store, operator)
    proposal = find_proposal(state, collection, version)
    return snapshot_from_bytes(proposal.snapshot, get_blob(pool.store, proposal.snapshot))


def _refuse_unready(state: State, proposal: Proposal, as_of: str, pool: Pool) -> None:
    name = f"{proposal.collection} version {proposal.version}"
    if not is_approved(state, proposal):
        count = len(approving_members(state, proposal))
        raise RefusedError(
            f"{name} is approved by {count} of {approvals_wanted(state, proposal.collection)} "
            "members",
            hint="Approvers of so many members sign with `datacoop release approve`.",
        )
    if is_outdated(state, proposal):
        raise RefusedError(f"{name} was proposed under an older trust root", hint=_AGAIN)
    gone = withdrawn_since(state, proposal)
    if gone:
        raise RefusedError(
            f"{name} holds submissions that were withdrawn: {', '.join(gone)}",
            hint="Build and propose the release again.",
        )
    if barred_since(state, proposal):
        raise RefusedError(
            f"{name} was built before records were barred",
            hint="Build and propose the release again.",
        )
    if proposal.log_length <= last_erasure(state, proposal.collection):
        raise RefusedError(
            f"{name} was built before records were erased", hint="Build and propose it again."
        )
    cosignatures = contract_of(pool, state, proposal.collection).release.cosignatures
    if cosignatures:
        _, tree = grown_log(pool.store)
        in_force = [key for keyid, key in state.keys.items() if keyid not in state.revoked]
        operators = [key for key in state.keys.values() if key.role is Role.OPERATOR]
        signed = read_checkpoints(pool.store, [*operators, *in_force])
        require_cosigned(signed, tree, entry=proposal.entry, members=cosignatures)
    manifest = snapshot_from_bytes(proposal.snapshot, get_blob(pool.store, proposal.snapshot))
    places = parse_contract(get_blob(pool.store, manifest.contract)).release.jurisdictions
    for terms in manifest.terms.values():
        said = objections(terms, manifest.purposes, as_of, places)
        if said:
            raise RefusedError(f"terms in {name} bar it: {'; '.join(said)}", hint="Build it again.")
