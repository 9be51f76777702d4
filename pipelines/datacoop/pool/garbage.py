"""Garbage: objects in a pool that no entry of its log needs."""

from datacoop.pool import blobs
from datacoop.pool.blobs import get_blob_list
from datacoop.pool.pool import Pool
from datacoop.pool.state import State


def needed_blobs(pool: Pool, state: State) -> set[str]:
    """Give the keys of all blobs that the log needs: those it names, and those they list.

    The record blobs of a withdrawn submission are not needed; published shards are.
    """
    needed = {blobs.blob_key(digest) for digest in state.blobs}
    for submission in state.submissions.values():
        if submission.records is not None and submission.withdrawn_entry is None:
            refs = get_blob_list(pool.store, submission.records)
            needed |= {blobs.blob_key(ref.sha256) for ref in refs}
    return needed


def find_garbage(pool: Pool) -> list[str]:
    """List the keys of blobs and unfinished files that nothing needs, sorted."""
    needed = needed_blobs(pool, pool.require())
    found = [key for key in pool.store.list(blobs.FOLDER) if key not in needed]
    return sorted([*found, *pool.store.unfinished()])
