"""The votes and decisions that a pool holds."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from datacoop.label.decisions import Decision, decisions_from_batch
from datacoop.label.votes import Vote, merge_votes, votes_from_batch
from datacoop.pool.blobs import bytes_to_batches, get_blob
from datacoop.pool.pool import Pool


def collected_decisions(pool: Pool, name: str) -> list[Decision]:
    """Give every expert's decision on a collection that the pool holds, sorted."""
    return sorted(
        {
            decision
            for blob in pool.state().decisions.get(name, [])
            for batch in bytes_to_batches(get_blob(pool.store, blob))
            for decision in decisions_from_batch(batch)
        }
    )


def collected_votes(pool: Pool, name: str) -> list[Vote]:
    """Give every vote of a collection that the pool holds."""
    return merge_votes([], stored_votes(pool, name))


def stored_votes(
    pool: Pool, name: str, *, without: AbstractSet[str] = frozenset()
) -> Iterator[Vote]:
    """Give the votes of the blobs in the pool, `without` some of these, in the order of the log."""
    for blob in pool.state().votes.get(name, []):
        if blob in without:
            continue
        for batch in bytes_to_batches(get_blob(pool.store, blob)):
            yield from votes_from_batch(batch)
