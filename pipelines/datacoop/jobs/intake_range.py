"""The fused step of intake: read, scrub, validate and write one range of one file.

Raw rows exist only inside `RangeWorker.run`: what a range leaves for the next stage is an index
without text, and what it writes goes to the member's landing store.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from datacoop.ingest.read import read_range
from datacoop.ingest.splitting import FileRange
from datacoop.jobs.runner import silent_failures
from datacoop.pool.blobs import BlobRef, batches_to_bytes, bytes_to_batches, get_blob
from datacoop.pool.landing import PSEUDONYM_KEY, Landing
from datacoop.pool.object_store import StoreAddress, open_address
from datacoop.records.coder import KeyedBatch
from datacoop.records.collection import Collection, parse_collection
from datacoop.records.columns import (
    FINDING_COUNTS,
    MASKED_DIGEST,
    QUARANTINE_REASON,
    QUARANTINE_SCHEMA,
    RECORD_ID,
    SOURCE_FIELDS,
    SOURCE_FILE,
    SOURCE_POSITION,
    TERMS_ID,
    record_schema,
)
from datacoop.records.digest import canonical_json, sha256_hex
from datacoop.records.duplicates import ENTRY, INDEX_SCHEMA
from datacoop.records.quarantine import split_rows
from datacoop.records.submission import Manifest, parse_manifest
from datacoop.scrub.names import installed_models
from datacoop.scrub.presidio import PresidioFinder
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.records import PERSONS_SCHEMA, scrub_batch
from datacoop.validate.rows import RowChecker

UNDECIDED = 1 << 62
"""The entry number of rows whose submission is not in the log yet: after all that are."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeOutcome:
    """What became of a range; kept beside its results, so that a killed job goes on from here."""

    source_file: int
    start: int
    end: int
    clean: BlobRef
    quarantined: BlobRef
    reasons: dict[str, int]
    findings: dict[str, int]
    cleaned: dict[str, int]
    languages: dict[str, int]

    @property
    def name(self) -> str:
        """The name of the range's results."""
        return range_name(self.source_file, self.start)

    def to_bytes(self) -> bytes:
        """Write the outcome as canonical JSON."""
        value = asdict(self)
        for name in ("clean", "quarantined"):
            value[name] = getattr(self, name)._asdict()
        return canonical_json(value)


def outcome_from_bytes(content: bytes) -> RangeOutcome:
    """Read what `RangeOutcome.to_bytes` wrote."""
    value = json.loads(content)
    for name in ("clean", "quarantined"):
        value[name] = BlobRef(**value[name])
    return RangeOutcome(**value)


def range_name(source_file: int, start: int) -> str:
    """Give the name of a range's results: sorts as the source does."""
    return f"{source_file:06d}-{start:015d}"


class RangeWorker:
    """Everything a range needs, opened once a process."""

    def __init__(self, task: IntakeTask) -> None:
        self.landing = Landing(open_address(task.landing), task.submission_id)
        self.folder = task.folder
        self.manifest: Manifest = parse_manifest(json.loads(task.manifest))
        contract = json.loads(get_blob(open_address(task.pool), task.contract))
        self.collection: Collection = parse_collection(contract["files"])
        self.finder = PresidioFinder(
            self.collection.scrub, self.collection.languages, installed_models()
        )
        self.pseudonymizer = Pseudonymizer(key=self.landing.store.get(PSEUDONYM_KEY))
        self.checker = RowChecker(self.collection)

    def key(self, kind: str, name: str, suffix: str = "arrow") -> str:
        """Give the landing key of one result of a range."""
        return self.landing.key(f"{self.folder}/{kind}/{name}.{suffix}")

    def run(self, part: FileRange) -> list[pa.RecordBatch]:
        """Take in one range, unless it was taken in before; give its index batches."""
        name = range_name(part.source_file, part.start)
        if self.landing.store.find(self.key("done", name, "json")) is None:
            self._take_in(part, name)
        return bytes_to_batches(self.landing.store.get(self.key("index", name)))

    def _take_in(self, part: FileRange, name: str) -> None:
        clean: list[pa.RecordBatch] = []
        quarantined: list[pa.RecordBatch] = []
        persons: list[pa.RecordBatch] = []
        cleaned: Counter[str] = Counter()
        for piece in read_range(
            manifest=self.manifest,
            collection=self.collection,
            file_range=part,
            store=self.landing.store,
            key=self.landing.raw_file(part.source_file),
        ):
            quarantined.append(piece.quarantined)
            cleaned.update(piece.cleaned)
            scrubbed = scrub_batch(
                piece.records,
                collection=self.collection,
                finder=self.finder,
                pseudonymizer=self.pseudonymizer,
            )
            passed, unscrubbed = split_rows(scrubbed.records, scrubbed.reasons)
            passed, failed = split_rows(passed, self.checker.reasons(passed))
            quarantined += [raw_rows(piece.records, held) for held in (unscrubbed, failed)]
            persons.append(persons_of(scrubbed.persons, passed))
            clean.append(self._finish(passed))
        self._write(part, name, clean, quarantined, persons, cleaned)

    def _finish(self, passed: pa.RecordBatch) -> pa.RecordBatch:
        terms = pa.array([self.manifest.terms.id] * passed.num_rows, pa.string())
        schema = record_schema(self.collection.payload_schema)
        columns = {**dict(zip(passed.schema.names, passed.columns, strict=True)), TERMS_ID: terms}
        return pa.RecordBatch.from_arrays([columns[n] for n in schema.names], schema=schema)

    def _write(
        self,
        part: FileRange,
        name: str,
        clean: list[pa.RecordBatch],
        quarantined: list[pa.RecordBatch],
        persons: list[pa.RecordBatch],
        cleaned: Counter[str],
    ) -> None:
        """Write the results, and last the outcome that says they are whole."""
        store = self.landing.store
        clean_bytes = batches_to_bytes(record_schema(self.collection.payload_schema), clean)
        quarantine_bytes = batches_to_bytes(QUARANTINE_SCHEMA, quarantined)
        store.put(self.key("clean", name), clean_bytes)
        store.put(self.key("quarantine", name), quarantine_bytes)
        store.put(self.key("persons", name), batches_to_bytes(PERSONS_SCHEMA, persons))
        index = [batch for batch in map(index_batch, clean) if batch.num_rows]
        store.put(self.key("index", name), batches_to_bytes(INDEX_SCHEMA, index))
        outcome = RangeOutcome(
            source_file=part.source_file,
            start=part.start,
            end=part.end,
            clean=BlobRef(sha256_hex(clean_bytes), count_rows(clean)),
            quarantined=BlobRef(sha256_hex(quarantine_bytes), count_rows(quarantined)),
            reasons=count_values(quarantined, QUARANTINE_REASON),
            findings=count_findings(clean),
            cleaned=dict(sorted(cleaned.items())),
            languages=count_values(clean, "language"),
        )
        store.put(self.key("done", name, "json"), outcome.to_bytes())


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


def canonical_row(row: dict[str, Any]) -> bytes:
    """Give a row as one line of JSON, as a steward would send it again."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode()


def persons_of(persons: pa.RecordBatch, passed: pa.RecordBatch) -> pa.RecordBatch:
    """Give the index of persons for the rows that passed."""
    return persons.filter(pc.is_in(persons.column(RECORD_ID), passed.column(RECORD_ID)))


def index_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Give the index of clean rows: digests and places, no text."""
    columns = {
        MASKED_DIGEST: batch.column(MASKED_DIGEST),
        ENTRY: pa.array([UNDECIDED] * batch.num_rows, pa.int64()),
        SOURCE_FILE: batch.column(SOURCE_FILE),
        SOURCE_POSITION: batch.column(SOURCE_POSITION),
        RECORD_ID: batch.column(RECORD_ID),
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=INDEX_SCHEMA)


def count_rows(batches: list[pa.RecordBatch]) -> int:
    """Count the rows of `batches`."""
    return sum(batch.num_rows for batch in batches)


def count_values(batches: list[pa.RecordBatch], column: str) -> dict[str, int]:
    """Count the values of a string column, sorted by value."""
    counts: Counter[str] = Counter()
    for batch in batches:
        for pair in pc.value_counts(batch.column(column)).to_pylist():
            counts[pair["values"]] += pair["counts"]
    return dict(sorted(counts.items()))


def count_findings(batches: list[pa.RecordBatch]) -> dict[str, int]:
    """Sum up findings by entity."""
    counts: Counter[str] = Counter()
    for batch in batches:
        for finding in pc.list_flatten(batch.column(FINDING_COUNTS)).to_pylist():
            counts[finding["entity"]] += finding["count"]
    return dict(sorted(counts.items()))


class TakeInRange(beam.DoFn):
    """Take in a file range, given as JSON; give the index of its clean rows.

    In: JSON texts of file ranges, which are all that is shuffled before the scrub.
    Out: `(submission id, index batch)`.
    """

    def __init__(self, task: IntakeTask) -> None:
        self._task = task

    def setup(self) -> None:
        """Open stores and engines: here, never at import, for a fork would hang the store."""
        self._worker = RangeWorker(self._task)

    def process(self, part: str) -> Iterator[KeyedBatch]:
        """Take in one range."""
        with silent_failures("range"):
            batches = self._worker.run(FileRange(**json.loads(part)))
        for batch in batches:
            yield self._task.submission_id, batch
