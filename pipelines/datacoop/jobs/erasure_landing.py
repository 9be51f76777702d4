"""The member's half of an erasure: ask for it, and take the rows out of the landing store.

In this order: the ledger is kept, the request is entered, then things are deleted. Killed between
any two steps, `again` finishes; it also carries the ledger back into a store that was restored from
an older backup.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from datacoop.errors import RefusedError
from datacoop.jobs.erasure_finding import Sent, sent_submissions
from datacoop.jobs.frame import without
from datacoop.jobs.intake_results import outcome_from_bytes
from datacoop.jobs.leaks import GOLD
from datacoop.jobs.submitting import read_secret
from datacoop.pool.blobs import (
    BlobRef,
    batches_to_bytes,
    bytes_to_batches,
    get_blob,
    get_blob_list,
)
from datacoop.pool.erasure import Ledger, ledgers_of, request_bytes, sealed_ledger
from datacoop.pool.keys import Role, SigningKey
from datacoop.pool.landing import PSEUDONYM_KEY, Landing
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.signing import read_unverified
from datacoop.pool.state import State
from datacoop.records.columns import QUARANTINE_SCHEMA, RECORD_ID
from datacoop.records.digest import sha256_hex

CLEAN = ("accepted", "duplicate", "held", "refused")
"""The states of rows that no rule held back, as a receipt has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What was taken out of a landing store."""

    files: int
    """Raw files of which only the rest is kept."""
    rewritten: int
    """Files of intake that were rewritten without rows."""


@dataclass(frozen=True, kw_only=True)
class MemberErasure:
    """Erasure at one member: its landing store, and its steward's key."""

    pool: Pool
    landing: ObjectStore
    steward: SigningKey

    def erase(self, ledger: Ledger, *, created_utc: str) -> Purged:
        """Keep the ledger, ask the operator, and take the rows out of the landing store.

        Raises:
            RefusedError: The key is no steward's.
        """
        self._check()
        self.landing.put(ledger.key, ledger.to_bytes())
        self._ask(ledger, created_utc)
        return purge(self.pool, self.landing, ledger)

    def again(self, *, created_utc: str) -> Purged:
        """Carry out every erasure of the member once more.

        What a killed run left is done, and what a restored backup of the landing store or of the
        pool brought back goes again.
        """
        self._check()
        key = read_secret(self.landing, PSEUDONYM_KEY)
        known = {one.key for one in ledgers_of(self.landing)}
        for erasure in self.pool.require().erasures.values():
            if erasure.member == self.steward.public.member:
                content = get_blob(self.pool.store, erasure.request)
                ledger = sealed_ledger(f"blob {erasure.request}", content, key)
                if ledger.key not in known:
                    self.landing.put(ledger.key, ledger.to_bytes())
        done = Purged(files=0, rewritten=0)
        for ledger in ledgers_of(self.landing):
            self._ask(ledger, created_utc)
            one = purge(self.pool, self.landing, ledger)
            done = Purged(files=done.files + one.files, rewritten=done.rewritten + one.rewritten)
        return done

    def _check(self) -> None:
        if self.steward.public.role is not Role.STEWARD:
            raise RefusedError("a steward's key is needed", hint="Give --key of a steward.")

    def _ask(self, ledger: Ledger, created_utc: str) -> None:
        """Enter the request, unless it was entered before."""
        state, member = self.pool.require(), self.steward.public.member
        key = read_secret(self.landing, PSEUDONYM_KEY)
        asked = {
            sealed_ledger(f"blob {one.request}", get_blob(self.pool.store, one.request), key).key
            for one in state.erasures.values()
            if one.member == member
        }
        if ledger.key in asked:
            return
        taken = {
            submission: ids
            for submission, ids in ledger.records.items()
            if submission in state.submissions and state.submissions[submission].member == member
        }
        pooled = _pooled(self.pool, state, taken)
        request = self.pool.put_blob(request_bytes(ledger, pooled, key))
        body = {"member": member, "submissions": sorted(taken), "request": request}
        draft = Draft(kind="erasure_asked", body=body, blobs=(request,))

        def decide(current: State) -> Draft | None:
            return (
                None if any(request == one.request for one in current.erasures.values()) else draft
            )

        self.pool.append(decide, self.steward, created_utc=created_utc)


def _pooled(
    pool: Pool, state: State, records: Mapping[str, frozenset[bytes]]
) -> dict[str, frozenset[bytes]]:
    """Leave out the rows that never came into the pool: nobody else is to know of them."""
    found = {}
    for submission_id, ids in records.items():
        submission = state.submissions[submission_id]
        if submission.records is None:
            continue
        if submission.withdrawn_entry is not None:
            # Its rows may be deleted, and yet stand in versions.
            found[submission_id] = ids
            continue
        held: set[bytes] = set()
        for ref in get_blob_list(pool.store, submission.records):
            for batch in bytes_to_batches(get_blob(pool.store, ref.sha256), [RECORD_ID]):
                held.update(batch.column(0).to_pylist())
        found[submission_id] = ids & held
    return {submission: ids for submission, ids in found.items() if ids}


def purge(pool: Pool, landing: ObjectStore, ledger: Ledger) -> Purged:
    """Take the rows of a ledger out of a landing store; again changes nothing."""
    files = rewritten = 0
    for sent in sent_submissions(pool, landing):
        ids = ledger.records.get(sent.landing.submission_id)
        if not ids:
            continue
        for ordinal in ledger.files.get(sent.landing.submission_id, ()):
            files += _keep_rest(sent, ordinal, ids)
        rewritten += _rewrite_results(sent, ids)
        for record_id in ids:
            landing.delete(f"{GOLD}/{record_id.hex()}.jsonl")
    return Purged(files=files, rewritten=rewritten)


def _keep_rest(sent: Sent, ordinal: int, ids: frozenset[bytes]) -> bool:
    """Put what is left of a raw file in its place: its other rows, with their positions."""
    store, raw, rest = sent.landing.store, sent.landing.raw_file(ordinal), sent.rest_key(ordinal)
    kept = (without(batch, ids) for batch in sent.raw_rows(ordinal))
    content = batches_to_bytes(QUARANTINE_SCHEMA, (batch for batch in kept if batch.num_rows))
    is_changed = store.find(rest) != content
    if is_changed:
        store.put(rest, content)
    if store.size(raw) is not None:
        store.delete(raw)
        return True
    return is_changed


def _rewrite_results(sent: Sent, ids: frozenset[bytes]) -> int:
    """Rewrite what intake left of a submission, without rows; the outcomes last."""
    store, rewritten = sent.landing.store, 0
    keys = list(store.list(f"submissions/{sent.landing.submission_id}/"))
    for key in keys:
        if key.endswith(".arrow") and "/rest/" not in key:
            rewritten += _rewrite(store, key, ids)
    for key in keys:
        if "/done/" in key:
            _rewrite_outcome(store, key)
    return rewritten


def _rewrite(store: ObjectStore, key: str, ids: frozenset[bytes]) -> bool:
    content = store.get(key)
    schema = pa.ipc.open_file(pa.BufferReader(content)).schema
    batches = bytes_to_batches(content)
    kept = [without(batch, ids) for batch in batches]
    if sum(b.num_rows for b in kept) == sum(b.num_rows for b in batches):
        return False
    store.put(key, batches_to_bytes(schema, kept))
    return True


def _rewrite_outcome(store: ObjectStore, key: str) -> None:
    """Let an outcome name the pieces as they are now."""
    content = store.get(key)
    outcome = outcome_from_bytes(content)
    folder, _, name = key.rpartition("/done/")
    stem = name.removesuffix(".json")
    refs = {
        kind: tuple(
            _ref(store, f"{folder}/{where}/{stem}-{piece:05d}.arrow")
            for piece in range(len(getattr(outcome, kind)))
        )
        for kind, where in (("clean", "clean"), ("quarantined", "quarantine"))
    }
    now = replace(outcome, clean=refs["clean"], quarantined=refs["quarantined"])
    if now.to_bytes() != content:
        store.put(key, now.to_bytes())


def _ref(store: ObjectStore, key: str) -> BlobRef:
    content = store.get(key)
    return BlobRef(sha256_hex(content), sum(b.num_rows for b in bytes_to_batches(content)))


def erased_rows(sent: Landing) -> tuple[int, int]:
    """Give how many rows of a submission were erased: clean ones, and quarantined ones."""
    store, own = sent.store, sent.submission_id
    ids = {i for ledger in ledgers_of(store) for i in ledger.records.get(own, ())}
    content = store.find(sent.receipt)
    if not ids or content is None:
        return 0, 0
    receipt = read_unverified(sent.receipt, content).predicate
    left = sum(
        batch.num_rows
        for key in receipt["quarantine"]
        for batch in bytes_to_batches(store.get(key), [RECORD_ID])
    )
    quarantined = int(receipt["states"].get("quarantined", 0)) - left
    return len(ids) - quarantined, quarantined


def states_now(
    states: Mapping[str, int], erased: tuple[int, int], *, withdrawn: bool
) -> dict[str, int]:
    """Give the rows of a receipt by the state in which they are now; each row in one.

    Args:
        erased: What `erased_rows` gave. Accepted rows and duplicates are told apart by intake only;
            of the clean rows that were erased, accepted ones are counted first.
    """
    now = dict(states)
    clean, quarantined = erased
    now["quarantined"] = now.get("quarantined", 0) - quarantined
    for name in CLEAN:
        taken = min(now.get(name, 0), clean)
        now[name] = now.get(name, 0) - taken
        clean -= taken
    if withdrawn:
        now["withdrawn"] = sum(now.pop(name, 0) for name in CLEAN)
    now["erased"] = sum(erased)
    return {name: count for name, count in sorted(now.items()) if count}
