"""Garbage: objects in a pool that no entry of its log needs."""

from collections.abc import Callable, Iterable

from datacoop.pool import blobs
from datacoop.pool.blobs import get_blob, get_blob_list
from datacoop.pool.notices import notices
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import snapshot_from_bytes
from datacoop.pool.state import State
from datacoop.records.digest import sha256_hex


def needed_blobs(pool: Pool, state: State) -> set[str]:
    """Give the keys of all blobs that the log needs: those it names, and those they list.

    The record blobs of a withdrawn submission are not needed, nor what erasure rewrote, nor shards
    that withdrawn versions alone hold; shards of versions that stand are.
    """
    retired = retired_shards(pool.store, state)
    needed = {blobs.blob_key(digest) for digest in state.blobs - retired}
    for submission in state.submissions.values():
        if submission.records is not None and submission.withdrawn_entry is None:
            refs = get_blob_list(pool.store, submission.records)
            needed |= {blobs.blob_key(ref.sha256) for ref in refs}
    needed |= {blobs.blob_key(sha256_hex(content)) for content in notices(state).values()}
    return needed


def retired_shards(store: ObjectStore, state: State) -> set[str]:
    """Give the digests of shards that only withdrawn versions hold, and no next version needs.

    The newest version of a collection is what the next one remembers its splits by: its shards
    are needed until then, withdrawn or not. So are those of which an amended version is made.
    """
    gone, kept = set[str](), set[str]()
    needed = state.needed_versions()
    for (name, number), proposal in state.proposals.items():
        is_withdrawn = (name, number) in state.withdrawn_versions
        manifest = snapshot_from_bytes(proposal.snapshot, get_blob(store, proposal.snapshot))
        shards = {shard.sha256 for shard in manifest.shards}
        shards |= {state.amended.get(digest, digest) for digest in shards}
        if is_withdrawn and (name, number) not in needed:
            gone |= shards
        else:
            kept |= shards
    return gone - kept


def find_garbage(pool: Pool) -> list[str]:
    """List the keys of blobs and unfinished files that nothing needs, sorted."""
    needed = needed_blobs(pool, pool.require())
    found = [key for key in pool.store.list(blobs.FOLDER) if key not in needed]
    return sorted([*found, *pool.store.unfinished()])


def erased_blobs(pool: Pool) -> list[str]:
    """List the keys of blobs that held erased records and are there still, or again."""
    digests = sorted(pool.require().erased_blobs)
    return [key for key in map(blobs.blob_key, digests) if pool.store.size(key) is not None]


def delete_garbage(
    pool: Pool, keys: Iterable[str], progress: Callable[[int, int], None] = lambda _, __: None
) -> list[str]:
    """Delete those of `keys` that still are garbage; give what was deleted.

    Killed between two deletions, the rest is found again. What the log came to need since the keys
    were listed is kept. A blob of which no entry tells yet cannot be known: no other job may run.
    """
    needed = needed_blobs(pool, pool.require())
    listed = [key for key in keys if key not in needed]
    for done, key in enumerate(listed, start=1):
        pool.store.delete(key)
        progress(done, len(listed))
    return listed
