"""The fused step of intake: read, scrub, validate and write one range of one file.

Raw rows exist only inside `RangeWorker.run`: what a range leaves for the next stage is an index
without text, and what it writes goes to the member's landing store.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.utils.shared import Shared

from datacoop.ingest.read import read_range
from datacoop.ingest.splitting import FileRange
from datacoop.jobs.intake_results import RangeOutcome, RangeResults, RangeWriter
from datacoop.pool.blobs import get_blob
from datacoop.pool.erasure import stones_of
from datacoop.pool.landing import PSEUDONYM_KEY, Landing
from datacoop.pool.object_store import StoreAddress, open_address
from datacoop.records.coder import KeyedBatch
from datacoop.records.collection import Collection, parse_collection
from datacoop.records.columns import (
    MASKED_DIGEST,
    QUARANTINE_REASON,
    QUARANTINE_SCHEMA,
    RECORD_ID,
    SOURCE_FIELDS,
    TERMS_ID,
    record_schema,
)
from datacoop.records.quarantine import ERASED, canonical_row, split_rows
from datacoop.records.silence import silent_failures
from datacoop.records.submission import Manifest, parse_manifest
from datacoop.records.tombstones import Stonemason, strings_of
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import installed_models
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.records import Scrubbed, scrub_batch
from datacoop.validate.rows import RowChecker


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeTask:
    """All that a worker is told: where things lie, and the names of what to open."""

    pool: StoreAddress
    landing: StoreAddress
    submission_id: str
    manifest: str
    """The verified manifest as JSON."""
    contract: str
    """Digest of the collection's contract in the pool."""
    folder: str
    """Where, within the submission's place, the results go."""


class RangeWorker:
    """Everything a range needs, opened once a process, and at work for one range at a time."""

    def __init__(self, task: IntakeTask) -> None:
        # An engine may run several bundles at once; the recognizers are made for one thread.
        self._at_work = threading.Lock()
        self.landing = Landing(open_address(task.landing), task.submission_id)
        self.folder = task.folder
        self.manifest: Manifest = parse_manifest(json.loads(task.manifest))
        contract = json.loads(get_blob(open_address(task.pool), task.contract))
        self.collection: Collection = parse_collection(contract["files"])
        self.finder = PolicyFinder(
            self.collection.scrub, self.collection.languages, installed_models()
        )
        self.pseudonymizer = Pseudonymizer(key=self.landing.store.get(PSEUDONYM_KEY))
        self.checker = RowChecker(self.collection)
        self.mason = Stonemason(key=self.landing.store.get(PSEUDONYM_KEY))
        self.stones = stones_of(self.landing.store)

    def run(self, part: FileRange) -> Iterator[pa.RecordBatch]:
        """Take in one range, unless it was taken in before; give its index batches."""
        results = RangeResults(
            landing=self.landing, folder=self.folder, source_file=part.source_file, start=part.start
        )
        with self._at_work:
            outcome = results.outcome() if results.is_done else self._take_in(part, results)
        return results.index(outcome)

    def _take_in(self, part: FileRange, results: RangeResults) -> RangeOutcome:
        writer = RangeWriter(results, record_schema(self.collection.payload_schema))
        for piece in read_range(
            manifest=self.manifest,
            collection=self.collection,
            file_range=part,
            store=self.landing.store,
            key=self.landing.raw_file(part.source_file),
        ):
            scrubbed = scrub_batch(
                piece.records,
                collection=self.collection,
                finder=self.finder,
                pseudonymizer=self.pseudonymizer,
            )
            reasons = self._with_erased(piece.records, scrubbed)
            passed, unscrubbed = split_rows(scrubbed.records, reasons)
            passed, failed = split_rows(passed, self.checker.reasons(passed))
            held = [raw_rows(piece.records, rows) for rows in (unscrubbed, failed)]
            persons = persons_of(scrubbed.persons, passed)
            writer.add(
                self._finish(passed), [piece.quarantined, *held], persons, dict(piece.cleaned)
            )
        return writer.finish()

    def _with_erased(self, raw: pa.RecordBatch, scrubbed: Scrubbed) -> pa.Array:
        """Give the reasons of a scrub, and one for rows that tell of what was erased."""
        if not self.stones:
            return scrubbed.reasons
        given = scrubbed.reasons.to_pylist()
        payload = raw.select(self.collection.payload_schema.names).to_pylist()
        masked = scrubbed.records.column(MASKED_DIGEST).to_pylist()
        rows = zip(given, payload, masked, strict=True)
        return pa.array([r or self._erased(row, digest) for r, row, digest in rows], pa.string())

    def _erased(self, row: dict[str, Any], masked_digest: bytes) -> str | None:
        is_erased = self.mason.text(masked_digest) in self.stones.texts or self.mason.finds(
            self.stones, strings_of(row)
        )
        return ERASED if is_erased else None

    def _finish(self, passed: pa.RecordBatch) -> pa.RecordBatch:
        terms = pa.array([self.manifest.terms.id] * passed.num_rows, pa.string())
        schema = record_schema(self.collection.payload_schema)
        columns = {**dict(zip(passed.schema.names, passed.columns, strict=True)), TERMS_ID: terms}
        return pa.RecordBatch.from_arrays([columns[n] for n in schema.names], schema=schema)


def raw_rows(raw: pa.RecordBatch, held: pa.RecordBatch) -> pa.RecordBatch:
    """Give the quarantine rows for those rows of `raw` that stand in `held`.

    Args:
        raw: Rows as they were read, payload and all.
        held: Some of them, after the scrub, with `QUARANTINE_REASON`.

    Privacy: raw personal data, for the member's landing store.
    """
    wanted = pc.is_in(raw.column(RECORD_ID), held.column(RECORD_ID))
    rows = raw.filter(wanted)
    system = {field.name for field in SOURCE_FIELDS} | {"language"}
    payload = rows.select([name for name in rows.schema.names if name not in system])
    texts = [canonical_row(row) for row in payload.to_pylist()]
    columns = [rows.column(field.name) for field in SOURCE_FIELDS]
    columns += [held.column(QUARANTINE_REASON), pa.array(texts, pa.binary())]
    return pa.RecordBatch.from_arrays(columns, schema=QUARANTINE_SCHEMA)


def persons_of(persons: pa.RecordBatch, passed: pa.RecordBatch) -> pa.RecordBatch:
    """Give the index of persons for the rows that passed."""
    return persons.filter(pc.is_in(persons.column(RECORD_ID), passed.column(RECORD_ID)))


class TakeInRange(beam.DoFn):
    """Take in a file range, given as JSON; give the index of its clean rows.

    In: JSON texts of file ranges, which are all that is shuffled before the scrub.
    Out: `(submission id, index batch)`.
    """

    def __init__(self, task: IntakeTask) -> None:
        self._task = task
        self._shared = Shared()

    def setup(self) -> None:
        """Open stores and engines: here, never at import, for a fork would hang the store."""
        self._worker: RangeWorker = self._shared.acquire(partial(RangeWorker, self._task))

    def process(self, part: str) -> Iterator[KeyedBatch]:
        """Take in one range."""
        with silent_failures("range"):
            for batch in self._worker.run(FileRange(**json.loads(part))):
                yield self._task.submission_id, batch
