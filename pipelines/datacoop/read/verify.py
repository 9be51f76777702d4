"""Verify a whole pool: every byte of every file is what the log says."""

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass

from datacoop.errors import DatacoopError, IntegrityError
from datacoop.pool import blobs, checkpoint, log, trust
from datacoop.pool.blobs import bytes_to_batches, get_blob, get_blob_list
from datacoop.pool.checkpoint import checkpoint_faults
from datacoop.pool.entry_rules import apply_entry
from datacoop.pool.garbage import retired_shards
from datacoop.pool.merkle import Tree
from datacoop.pool.notices import notices
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes
from datacoop.pool.state import Proposal, State
from datacoop.records.digest import canonical_json, logical_digest, sha256_hex

Progress = Callable[[int, int], None]
"""Told how many files of how many are verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification found."""

    log_length: int
    files: int
    versions: int
    rows: int
    faults: tuple[tuple[str, str], ...]
    """Key of a file and what is wrong with it, sorted; none when all is right."""
    unreferenced: tuple[str, ...]
    """Sound blobs that no entry names: what a killed job left. `datacoop pool gc` removes them."""
    is_unfinished: bool = False
    """Whether all that is wrong is that readers are not shown the log's last entries yet, as after
    a withdrawal until the operator runs `datacoop trust refresh`."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify_pool(store: ObjectStore, progress: Progress) -> Verified:
    """Read every file of a pool and check it; faults are collected, not raised.

    - log: numbers without a gap, one byte form, chain, signatures, roles, rules of the fold;
    - blobs: content against name; each blob that an entry names is there;
    - trust: byte form and every signature of every file, and that they say what the log says;
    - versions: shards against manifest, rows and logical digest of each shard;
    - checkpoints: signatures, and that they are of this log;
    - nothing else lies in the pool.
    """
    faults: dict[str, str] = {}
    keys = list(store.list())
    present = set(keys)
    state, tree = _fold(store, faults)
    for done, key in enumerate(keys):
        progress(done, len(keys))
        if key.startswith(f"{blobs.FOLDER}/"):
            _check_blob(store, key, faults)
        elif not key.startswith((f"{log.FOLDER}/", f"{trust.FOLDER}/", f"{checkpoint.FOLDER}/")):
            faults[key] = "does not belong into a pool"
    faults |= trust.metadata_faults(store, state.keys)
    faults |= checkpoint_faults(store, state, tree)
    rows = 0
    versions = [
        p
        for p in state.proposals.values()
        if p.published_entry is not None
        and (p.collection, p.version) not in state.withdrawn_versions
    ]
    for proposal in versions:
        rows += _check_version(store, proposal, faults)
    _check_trust_targets(store, state, faults)
    if state.trust_root is not None and not any(k.startswith(f"{log.FOLDER}/") for k in faults):
        _check_trust_files(store, state, present, faults)
    named = _check_references(store, state, present, faults)
    progress(len(keys), len(keys))
    return Verified(
        log_length=state.length,
        files=len(keys),
        versions=len(versions),
        rows=rows,
        faults=tuple(sorted(faults.items())),
        is_unfinished=_is_unfinished(store, state, present, faults),
        unreferenced=tuple(
            k for k in keys if k.startswith(f"{blobs.FOLDER}/") and k not in named | faults.keys()
        ),
    )


def _fold(store: ObjectStore, faults: dict[str, str]) -> tuple[State, Tree]:
    state, tree = State(), Tree()
    try:
        for number, content in log.read_log(store):
            key = log.entry_key(number)
            apply_entry(state, content)
            tree.append(content)
    except DatacoopError as error:
        name = error.name if isinstance(error, IntegrityError) else key
        faults[name] = str(error)
    if state.length == 0 and not faults:
        faults[log.entry_key(0)] = "is missing: there is no pool here"
    return state, tree


def _check_blob(store: ObjectStore, key: str, faults: dict[str, str]) -> None:
    try:
        get_blob(store, key.removeprefix(f"{blobs.FOLDER}/"))
    except DatacoopError as error:
        faults[key] = str(error)


def _manifest(store: ObjectStore, proposal: Proposal) -> SnapshotManifest:
    return snapshot_from_bytes(
        blobs.blob_key(proposal.snapshot), get_blob(store, proposal.snapshot)
    )


def _check_version(store: ObjectStore, proposal: Proposal, faults: dict[str, str]) -> int:
    rows = 0
    try:
        manifest = _manifest(store, proposal)
    except DatacoopError as error:
        faults.setdefault(blobs.blob_key(proposal.snapshot), str(error))
        return 0
    for shard in manifest.shards:
        key = blobs.blob_key(shard.sha256)
        try:
            batches = bytes_to_batches(get_blob(store, shard.sha256))
        except DatacoopError as error:
            faults.setdefault(key, str(error))
            continue
        count = sum(batch.num_rows for batch in batches)
        if (count, logical_digest(batches)) != (shard.rows, shard.logical_digest):
            faults[key] = "holds other rows than its manifest says"
        rows += count
    return rows


_AGAIN = (
    "is missing; run `datacoop release publish` again, or `datacoop trust refresh`; on a mirror "
    "`datacoop pool mirror`"
)


_OLDER = (
    "is not that of the last publication in the log; run what wrote it again: `datacoop release "
    "publish` or `trust refresh`, `erase --apply`, on a mirror `pool mirror`"
)


def _is_unfinished(
    store: ObjectStore, state: State, present: AbstractSet[str], faults: Mapping[str, str]
) -> bool:
    """Say whether the trust metadata is whole as it was before the log's last entries.

    Somebody who puts an older state back can make it look so too: it is a fault until it is mended.
    """
    timestamp = f"{trust.FOLDER}/timestamp.json"
    if faults.get(timestamp) != _OLDER:
        return False
    shown = trust.events_shown(store.get(timestamp))
    if not 0 < shown < len(state.trust_events):
        return False
    later = trust.expected_keys(state) - trust.expected_keys(state, shown)
    later |= {blobs.blob_key(sha256_hex(content)) for content in notices(state).values()}
    return faults.keys() <= {timestamp} | (later - present)


def _check_trust_targets(store: ObjectStore, state: State, faults: dict[str, str]) -> None:
    """Check that each collection's newest targets metadata is the one that the log published."""
    for proposal in state.proposals.values():
        if proposal.published_entry is None:
            continue
        key = f"{trust.FOLDER}/{proposal.role_version}.{proposal.collection}.json"
        content = store.find(key)
        if content is None:
            faults[key] = _AGAIN
        elif key not in faults:
            try:
                proposed = json.loads(get_blob(store, proposal.targets))["signed"]
            except DatacoopError as error:
                faults.setdefault(blobs.blob_key(proposal.targets), str(error))
                continue
            signed = json.loads(content)
            signers = {signature["keyid"] for signature in signed["signatures"]}
            if canonical_json(signed["signed"]) != canonical_json(proposed):
                faults[key] = "says something else than what was approved"
            elif signers != set(proposal.approvals):
                faults[key] = "is signed by others than those whom the log names"


def _check_trust_files(
    store: ObjectStore, state: State, present: set[str], faults: dict[str, str]
) -> None:
    """Check that all metadata that the log asks for lies there, no other, and none put back."""
    root, targets, timestamp = (
        f"{trust.FOLDER}/{name}.json" for name in ("1.root", "1.targets", "timestamp")
    )
    for key in {root, targets, timestamp} - present:
        faults[key] = _AGAIN
    if root in present and sha256_hex(store.get(root)) != state.trust_root:
        faults.setdefault(root, "is not the root that the log names")
    if timestamp not in faults and not trust.is_current(store.get(timestamp), state):
        faults[timestamp] = _OLDER
    if targets in faults:
        return
    wanted = trust.expected_keys(state)
    for key in wanted - present:
        faults.setdefault(key, _AGAIN)
    for key in present - wanted:
        if key.startswith(f"{trust.FOLDER}/"):
            faults.setdefault(key, "is asked for by nothing in the log")


def _check_references(
    store: ObjectStore, state: State, present: set[str], faults: dict[str, str]
) -> set[str]:
    """Check that what the log names is there; give the keys of all that it names."""
    named = {blobs.blob_key(digest) for digest in state.blobs}
    with suppress(DatacoopError):  # of a manifest, which is told below
        # Shards of withdrawn versions may have been collected as garbage.
        retired = {blobs.blob_key(digest) for digest in retired_shards(store, state)}
        named -= retired - present
    told = {blobs.blob_key(sha256_hex(content)) for content in notices(state).values()}
    named |= told
    for submission in state.submissions.values():
        if submission.records is None or blobs.blob_key(submission.records) in faults:
            continue
        if blobs.blob_key(submission.records) in present:
            refs = get_blob_list(store, submission.records)
            keys = {blobs.blob_key(ref.sha256) for ref in refs}
            # The rows of a withdrawn submission may have been collected as garbage.
            named |= keys if submission.withdrawn_entry is None else keys & present
    for key in sorted(named - present):
        again = "; run `datacoop trust refresh` again" if key in told else ""
        faults.setdefault(key, f"is missing{again}")
    return named
