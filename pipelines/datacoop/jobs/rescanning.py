"""The rescan job: recognizers as they are now over the pool; what they find in it is barred."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.jobs.contracts import contract_of
from datacoop.jobs.engine import RUNNER
from datacoop.jobs.frame import list_records, pooled_batches
from datacoop.jobs.progress import Progress, watched
from datacoop.jobs.runner import run_pipeline
from datacoop.pool.blobs import bytes_to_batches, get_blob, get_blob_list
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore, StoreAddress, open_address
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import parse_collection
from datacoop.records.columns import MASKED_DIGEST, RECORD_ID
from datacoop.records.digest import canonical_json
from datacoop.records.silence import silent_failures
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import installed_models
from datacoop.scrub.rescan import missed_counts, rescan_batch


@dataclass(frozen=True, slots=True, kw_only=True)
class RescanOptions:
    """How a rescan runs."""

    code_version: str
    work: StoreAddress
    """A store of the operator's own, for what workers tell the job."""
    runner: str = RUNNER
    beam_arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RescanResult:
    """What a rescan found."""

    rows: int
    """Rows that were searched."""
    barred: int
    """Rows that no later version holds: those in which something was missed, and their equals."""
    missed: dict[str, int]
    """Rows by entity of which something was missed."""
    log_entry: int


class RescanBlob(beam.DoFn):
    """Search the records of a blob; give, as JSON, ids, digests and counts: never a value."""

    def __init__(self, pool: StoreAddress, contract: str) -> None:
        self._pool = pool
        self._contract = contract

    def setup(self) -> None:
        """Open the store and the recognizers."""
        self._store = open_address(self._pool)
        contract = json.loads(get_blob(self._store, self._contract))
        self._collection = parse_collection(contract["files"])
        self._finder = PolicyFinder(
            self._collection.scrub, self._collection.languages, installed_models()
        )

    def process(self, digest: str) -> Iterator[tuple[str, str]]:
        """Search one blob."""
        with silent_failures("rescan"):
            for batch in bytes_to_batches(get_blob(self._store, digest)):
                found = rescan_batch(batch, collection=self._collection, finder=self._finder)
                hit = batch.filter(pa.array([bool(one.missed) for one in found], pa.bool_()))
                told = {
                    "rows": batch.num_rows,
                    "digests": [one.hex() for one in hit.column(MASKED_DIGEST).to_pylist()],
                    "missed": missed_counts(found),
                }
                yield "found", canonical_json(told).decode()


def rescan(
    pool: Pool,
    name: str,
    operator: SigningKey,
    options: RescanOptions,
    *,
    created_utc: str,
    progress: Progress,
) -> RescanResult:
    """Search all records of a collection again, by its contract as it is now; bar what is found.

    The entry names a blob of record ids. No version that is published after it holds one of them;
    what an earlier rescan barred stays so.

    Raises:
        RefusedError: The pool has no such collection.
        OutsideError: The run failed; nothing was entered.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    blobs = [
        ref.sha256
        for submission in state.active(name)
        for ref in get_blob_list(pool.store, submission.records or "")
        if submission.records is not None
    ]
    digests, missed, rows = _search(pool, name, blobs, options, progress)
    values = pa.array(sorted(digests), pa.binary(32))
    # Of equal texts all are barred: else the next of them would take the place of the first.
    barred = {
        record_id
        for batch in pooled_batches(pool, state.active(name), [RECORD_ID, MASKED_DIGEST])
        for record_id in batch.filter(pc.is_in(batch.column(MASKED_DIGEST), value_set=values))
        .column(RECORD_ID)
        .to_pylist()
    }
    blob = list_records(pool, barred) if barred else None
    body = {
        "collection": name,
        "contract": collection.digest,
        "scrub_policy": collection.scrub.id,
        "code_version": options.code_version,
        "rows": rows,
        "barred": blob,
        "count": len(barred),
        "missed": missed,
    }
    draft = Draft(kind="records_rescanned", body=body, blobs=(blob,) if blob else ())

    def decide(_: State) -> Draft:
        return draft

    entry = pool.append(decide, operator, created_utc=created_utc)
    number = pool.state().length if entry is None else entry.number
    return RescanResult(rows=rows, barred=len(barred), missed=missed, log_entry=number)


def _search(
    pool: Pool, name: str, blobs: list[str], options: RescanOptions, progress: Progress
) -> tuple[set[bytes], dict[str, int], int]:
    key = f"rescans/{name}-{pool.state().length}.json"
    work = ObjectStore(options.work)
    for store in (pool.store, work):
        store.be_patient()
    work.put(key, b"[]")
    with (
        watched(lambda: 0, 1, progress),
        run_pipeline("rescan", options.runner, options.beam_arguments) as run,
    ):
        _ = (
            run
            | "Blobs" >> beam.Create(blobs, reshuffle=True)
            | "Rescan"
            >> beam.ParDo(
                RescanBlob(pool.store.address, pool.state().collections[name])
            ).with_output_types(tuple[str, str])
            | "Together" >> beam.GroupByKey()
            | "Tell" >> beam.Map(_tell, options.work, key)
        )
    told = json.loads(work.get(key))
    work.delete(key)
    missed: Counter[str] = Counter()
    for one in told:
        missed.update(one["missed"])
    digests = {bytes.fromhex(text) for one in told for text in one["digests"]}
    return digests, dict(sorted(missed.items())), sum(one["rows"] for one in told)


def _tell(group: tuple[str, Iterable[str]], work: StoreAddress, key: str) -> None:
    open_address(work).put(key, f"[{','.join(sorted(group[1]))}]".encode())
