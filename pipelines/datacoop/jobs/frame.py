"""The rows that a release of a collection is made of, and those of them that are barred."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.pool.blobs import bytes_to_batches, get_blob, get_blob_list
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.state import PooledSubmission, State
from datacoop.records.collection import Collection
from datacoop.records.columns import LANGUAGE, RECORD_ID
from datacoop.records.digest import canonical_json, sha256_hex
from datacoop.records.duplicates import ENTRY, INDEX_SCHEMA, duplicates
from datacoop.records.terms import objections


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The rows of a collection without duplicates; those barred as leaks are among them."""

    digest: str
    """Changes with the submissions, and with nothing else."""
    languages: dict[str, list[bytes]]
    """Record ids by language, in order of language."""


def terms_objections(
    state: State, collection: Collection, as_of: str
) -> dict[str, tuple[str, ...]]:
    """Give for each active submission why its terms bar it; nothing where they do not."""
    purposes = collection.release.purposes
    active = state.active(collection.name)
    return {s.id: tuple(objections(s.terms, purposes, as_of)) for s in active}


def released_submissions(
    state: State, collection: Collection, as_of: str
) -> list[PooledSubmission]:
    """Give the submissions that a release of that day is made of, in order of the log."""
    barred = terms_objections(state, collection, as_of)
    active = state.active(collection.name)
    return [s for s in active if not barred[s.id] and s.records is not None]


def frame_of(pool: Pool, submissions: Sequence[PooledSubmission]) -> Frame:
    """Give the frame of some submissions of one collection."""
    languages: dict[str, list[bytes]] = defaultdict(list)
    names = [*INDEX_SCHEMA.names, LANGUAGE]
    names.remove(ENTRY)
    batches = list(pooled_batches(pool, submissions, names))
    if batches:
        table = pa.Table.from_batches(batches)
        index = table.select(INDEX_SCHEMA.names).cast(INDEX_SCHEMA).combine_chunks().to_batches()
        later = duplicates(index).column(RECORD_ID)
        first = table.filter(pc.invert(pc.is_in(table[RECORD_ID], later)))
        ids, spoken = first[RECORD_ID].to_pylist(), first[LANGUAGE].to_pylist()
        for record_id, language in zip(ids, spoken, strict=True):
            languages[language].append(record_id)
    return Frame(
        digest=frame_digest(submissions),
        languages={language: languages[language] for language in sorted(languages)},
    )


def frame_digest(submissions: Iterable[PooledSubmission]) -> str:
    """Give the digest of the frame of some submissions."""
    listed = [[s.id, s.records] for s in sorted(submissions, key=lambda s: s.id)]
    return sha256_hex(canonical_json(listed))


def pooled_batches(
    pool: Pool, submissions: Iterable[PooledSubmission], columns: Sequence[str] = ()
) -> Iterator[pa.RecordBatch]:
    """Give the records of submissions with the log number of each as `ENTRY`.

    Args:
        columns: Those to read; all where there are none.
    """
    for submission in submissions:
        if submission.records is not None:
            for ref in get_blob_list(pool.store, submission.records):
                for batch in bytes_to_batches(get_blob(pool.store, ref.sha256), columns):
                    entries = pa.array([submission.entry] * batch.num_rows, pa.int64())
                    yield batch.append_column(ENTRY, entries)


def records_of(
    pool: Pool,
    submissions: Iterable[PooledSubmission],
    wanted: AbstractSet[bytes],
    columns: Sequence[str],
) -> dict[bytes, dict[str, Any]]:
    """Give some columns of the wanted records by record id."""
    values = pa.array(sorted(wanted), pa.binary(32))
    found = {}
    for batch in pooled_batches(pool, submissions, [RECORD_ID, *columns]):
        for row in batch.filter(pc.is_in(batch.column(RECORD_ID), values)).to_pylist():
            # In the order that is asked for: a file holds its columns in its own.
            found[row[RECORD_ID]] = {name: row[name] for name in columns}
    return found


def listed_records(store: ObjectStore, blobs: Iterable[str]) -> frozenset[bytes]:
    """Read blobs that list record ids in hex."""
    texts = (json.loads(get_blob(store, blob)) for blob in blobs)
    return frozenset(bytes.fromhex(text) for listed in texts for text in listed)


def list_records(pool: Pool, record_ids: Iterable[bytes]) -> str:
    """Write what `listed_records` reads; give the digest."""
    return pool.put_blob(canonical_json(sorted(record_id.hex() for record_id in record_ids)))


def without(batch: pa.RecordBatch, barred: AbstractSet[bytes]) -> pa.RecordBatch:
    """Give the rows of a batch of records that are not barred."""
    if not barred:
        return batch
    ids = pa.array(sorted(barred), pa.binary(32))
    return batch.filter(pc.invert(pc.is_in(batch.column(RECORD_ID), ids)))
