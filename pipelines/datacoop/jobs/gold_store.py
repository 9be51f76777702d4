"""The operator's own store for gold: the answers, and what annotators said of gold records.

Gold records get a vote from nearly everybody, so in the pool their votes would tell all members
which records they are.
"""

from collections.abc import Iterable, Mapping

from datacoop.label.gold import GoldRecord, gold_from_bytes, gold_to_bytes
from datacoop.label.votes import VOTE_SCHEMA, Vote, merge_votes, votes_from_batch, votes_to_batch
from datacoop.pool.blobs import batches_to_bytes, bytes_to_batches
from datacoop.pool.object_store import ObjectStore


def known_gold(store: ObjectStore, name: str) -> Mapping[bytes, GoldRecord]:
    """Give the gold of a collection by record, none where none was added."""
    content = store.find(_gold_key(name))
    return {one.record_id: one for one in gold_from_bytes(content)} if content else {}


def keep_gold(store: ObjectStore, name: str, gold: Iterable[GoldRecord]) -> bytes:
    """Write the gold of a collection; give its bytes."""
    content = gold_to_bytes(gold)
    store.put(_gold_key(name), content)
    return content


def gold_votes(store: ObjectStore, name: str) -> list[Vote]:
    """Give what annotators said of gold records."""
    content = store.find(_votes_key(name))
    batches = bytes_to_batches(content) if content else []
    return [vote for batch in batches for vote in votes_from_batch(batch)]


def keep_gold_votes(store: ObjectStore, name: str, votes: Iterable[Vote]) -> None:
    """Add votes on gold records to those that are kept; a fact told twice is one fact."""
    known = gold_votes(store, name)
    merged = merge_votes(known, votes)
    if merged != known:
        store.put(_votes_key(name), batches_to_bytes(VOTE_SCHEMA, [votes_to_batch(merged)]))


def _gold_key(name: str) -> str:
    return f"gold/{name}.json"


def _votes_key(name: str) -> str:
    return f"votes/{name}.arrow"
