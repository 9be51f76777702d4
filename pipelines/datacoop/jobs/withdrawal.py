"""The withdrawal job: a member takes a submission back."""

from dataclasses import dataclass

from datacoop.errors import RefusedError
from datacoop.jobs.auditing import audit_project
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.frame import listed_records
from datacoop.jobs.labelling import ensure_project, routed_records
from datacoop.label.label_studio import LabelStudio
from datacoop.pool.blobs import bytes_to_batches, get_blob, get_blob_list
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import snapshot_from_bytes
from datacoop.pool.state import PooledSubmission, Proposal, State
from datacoop.records.columns import RECORD_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """What a withdrawal touches."""

    submission: str
    rows: int
    versions: tuple[str, ...]
    """Published versions that hold rows of it, all withdrawn, as `collection/version`."""
    shards: tuple[str, ...]
    """Digests of these versions' shards, sorted: by these readers are found."""


def withdraw_submission(
    pool: Pool, submission_id: str, steward: SigningKey, *, created_utc: str
) -> Withdrawn:
    """Enter a withdrawal, signed by a steward of the member; doing it again changes nothing.

    A submission that a newer one superseded can be taken back too: versions may still hold it. By
    the log's rules the entry withdraws every published version that holds rows of it. Readers
    are told when the operator next writes trust metadata: by a refresh, or the next publication.

    Raises:
        RefusedError: The pool does not know it, or the key is not of its member's stewards.
    """

    def decide(state: State) -> Draft | None:
        submission = _find(state, submission_id)
        if steward.public.member != submission.member:
            raise RefusedError(
                f"only a steward of {submission.member!r} may withdraw {submission_id!r}"
            )
        if submission.withdrawn_entry is not None and not submission.is_superseded:
            return None
        return Draft(kind="submission_withdrawn", body={"submission": submission_id})

    pool.append(decide, steward, created_utc=created_utc)
    state = pool.state()
    submission = _find(state, submission_id)
    held = [p for p in state.versions(submission.collection) if submission_id in p.submissions]
    return Withdrawn(
        submission=submission_id,
        rows=submission.rows,
        versions=tuple(f"{p.collection}/{p.version}" for p in held),
        shards=tuple(sorted(set().union(*(_shards(pool, p) for p in held)))),
    )


def _shards(pool: Pool, proposal: Proposal) -> set[str]:
    manifest = snapshot_from_bytes(proposal.snapshot, get_blob(pool.store, proposal.snapshot))
    return {shard.sha256 for shard in manifest.shards}


def _find(state: State, submission_id: str) -> PooledSubmission:
    submission = state.submissions.get(submission_id)
    if submission is None:
        raise RefusedError(
            f"the pool has no submission {submission_id!r}", hint="See `datacoop pool status`."
        )
    return submission


def delete_tasks(pool: Pool, submission_id: str, studio: LabelStudio) -> int:
    """Delete the tasks of a withdrawn submission from Label Studio, answers and audits and all.

    Raises:
        RefusedError: The submission is not withdrawn.
    """
    state = pool.require()
    submission = _find(state, submission_id)
    if submission.withdrawn_entry is None:
        raise RefusedError(f"{submission_id!r} is not withdrawn")
    if submission.records is None:
        return 0
    ids = [
        record_id
        for ref in get_blob_list(pool.store, submission.records)
        for batch in bytes_to_batches(get_blob(pool.store, ref.sha256), [RECORD_ID])
        for record_id in batch.column(0).to_pylist()
    ]
    collection = contract_of(pool, state, submission.collection)
    routed = routed_records(pool, submission.collection)
    audited = listed_records(pool.store, state.audited.get(submission.collection, ()))
    deleted = 0
    for sent, ensure in ((routed, ensure_project), (audited, audit_project)):
        keys = [record_id.hex() for record_id in ids if record_id in sent]
        if keys:
            studio.delete_tasks(ensure(collection, studio), keys)
        deleted += len(keys)
    return deleted
