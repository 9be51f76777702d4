"""Write the statements of a version: gather its facts from pool and shards."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from datacoop.jobs.contracts import parse_contract
from datacoop.jobs.frame import frame_digest
from datacoop.label.kinds import LABELS
from datacoop.label.votes import counting_votes, votes_from_batch
from datacoop.pool.blobs import bytes_to_batches, get_blob, get_blob_list
from datacoop.pool.entry_rules import apply_entry
from datacoop.pool.keys import SigningKey
from datacoop.pool.leaks import AuditLook
from datacoop.pool.log import read_log
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.signing import sign_statement
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes
from datacoop.pool.state import State
from datacoop.publish.attestation import attest
from datacoop.publish.facts import VersionFacts
from datacoop.publish.statements import statements
from datacoop.publish.statistics import (
    COLUMNS,
    Statistics,
    joined_clusters,
    shared_rows,
    table_statistics,
)
from datacoop.records.collection import Collection
from datacoop.records.columns import CLUSTER_ID, MEMBER
from datacoop.records.digest import sha256_hex


def write_statements(
    pool: Pool, manifest: SnapshotManifest, operator: SigningKey, homes: Mapping[str, str]
) -> dict[str, bytes]:
    """Write the statements of a version into the pool; give them by name.

    Args:
        homes: The home member of each annotator by pseudonym, as far as it is known.
    """
    facts = version_facts(pool, manifest, homes)
    written = statements(facts)
    written["attestation.dsse.json"] = sign_statement(attest(facts), operator)
    for content in written.values():
        pool.put_blob(content)
    return written


def version_facts(pool: Pool, manifest: SnapshotManifest, homes: Mapping[str, str]) -> VersionFacts:
    """Gather what the statements of a version say, from its shards and the log it was made of."""
    state, name = state_at(pool, manifest.log_length), manifest.collection
    collection = parse_contract(get_blob(pool.store, manifest.contract))
    taken = tuple(state.submissions[one] for one in manifest.submissions)
    then, audited = state, manifest
    if manifest.amends is not None:
        # Its labels, audits and evaluation are those of the version that it amends.
        digest = state.proposals[name, manifest.amends].snapshot
        audited = snapshot_from_bytes(digest, get_blob(pool.store, digest))
        then = state_at(pool, audited.log_length)
    # Erasure may have put another blob in the place of one of votes: in the same order.
    votes = state.votes.get(name, [])[: len(then.votes.get(name, []))]
    counted, clusters = shard_statistics(pool.store, manifest, collection)
    return VersionFacts(
        manifest=manifest,
        snapshot=sha256_hex(manifest.to_bytes()),
        collection=collection,
        statistics=counted,
        shared=shared_rows(clusters, shard_tables(pool.store, manifest, (CLUSTER_ID, MEMBER))),
        members=state.members,
        submissions=taken,
        sources={
            s.id: tuple(ref.sha256 for ref in get_blob_list(pool.store, s.records))
            for s in taken
            if s.records is not None
        },
        votes=_votes(pool.store, votes, homes),
        evaluation=then.evaluations.get(name),
        looks=_looks(then, name, frame_digest(then.submissions[i] for i in audited.submissions)),
    )


def state_at(pool: Pool, length: int) -> State:
    """Give the state of a pool as it was when the log had `length` entries."""
    now = pool.require()
    if now.length == length:
        return now
    state = State()
    for number, content in read_log(pool.store):
        if number >= length:
            break
        apply_entry(state, content)
    return state


def shard_tables(
    store: ObjectStore, manifest: SnapshotManifest, columns: Sequence[str]
) -> Iterator[pa.Table]:
    """Give some columns of a version's rows, one shard in memory at a time.

    A shard whose rows came in under an earlier contract may lack one.
    """
    for shard in manifest.shards:
        content = get_blob(store, shard.sha256)
        held = pa.ipc.open_file(pa.BufferReader(content)).schema.names
        found = [name for name in columns if name in held]
        yield pa.Table.from_batches(bytes_to_batches(content, found))


def shard_statistics(
    store: ObjectStore, manifest: SnapshotManifest, collection: Collection
) -> tuple[Statistics, set[bytes]]:
    """Count what is in the shards of a version; give the clusters of more than one row too."""
    texts = collection.text_columns
    total, clusters = Statistics(), set[bytes]()
    for table in shard_tables(store, manifest, (*COLUMNS, *texts)):
        total += table_statistics(table, texts, spans=collection.labelling.kind == LABELS)
        clusters |= joined_clusters(table)
    return total, clusters


def _votes(
    store: ObjectStore, collected: Sequence[str], homes: Mapping[str, str]
) -> dict[str, int]:
    votes = (
        vote
        for blob in collected
        for batch in bytes_to_batches(get_blob(store, blob))
        for vote in votes_from_batch(batch)
    )
    given = (vote for vote in counting_votes(votes) if vote.value)
    found = Counter(homes.get(vote.annotator, "") for vote in given)
    return dict(sorted(found.items()))


def _looks(state: State, name: str, frame: str) -> dict[str, AuditLook]:
    found = {}
    for (collection, language), looks in sorted(state.looks.items()):
        made = [look for look in looks if look.frame == frame]
        if collection == name and made:
            found[language] = made[-1]
    return found
