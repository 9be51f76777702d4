"""What intake leaves of a file range in the member's landing store, and how it is written.

A range's results are written in pieces, so that a file that cannot be cut, however large, is
never held whole. The outcome is written last: where it lies, all else is there.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.pool.blobs import BlobRef, batches_to_bytes, bytes_to_batches
from datacoop.pool.landing import Landing
from datacoop.records.columns import (
    FINDING_COUNTS,
    LANGUAGE,
    MASKED_DIGEST,
    QUARANTINE_REASON,
    QUARANTINE_SCHEMA,
    RECORD_ID,
    SOURCE_FILE,
    SOURCE_POSITION,
)
from datacoop.records.digest import canonical_json, sha256_hex
from datacoop.records.duplicates import ENTRY, INDEX_SCHEMA
from datacoop.scrub.records import PERSONS_SCHEMA

PIECE_BYTES = 32 << 20
"""A piece ends with the batch that reaches this many bytes of rows."""

UNDECIDED = 1 << 62
"""The entry number of rows whose submission is not in the log yet: after all that are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeOutcome:
    """What became of a range; kept beside its results, so that a killed job goes on from here."""

    source_file: int
    start: int
    clean: tuple[BlobRef, ...]
    """One a piece, in order."""
    quarantined: tuple[BlobRef, ...]
    """One a piece, in order."""
    reasons: dict[str, int]
    findings: dict[str, int]
    cleaned: dict[str, int]
    languages: dict[str, int]

    @property
    def clean_rows(self) -> int:
        """Rows that passed."""
        return sum(ref.rows for ref in self.clean)

    @property
    def quarantined_rows(self) -> int:
        """Rows held back."""
        return sum(ref.rows for ref in self.quarantined)

    def to_bytes(self) -> bytes:
        """Write the outcome as canonical JSON."""
        value = asdict(self)
        for name in ("clean", "quarantined"):
            value[name] = [ref._asdict() for ref in getattr(self, name)]
        return canonical_json(value)


def outcome_from_bytes(content: bytes) -> RangeOutcome:
    """Read what `RangeOutcome.to_bytes` wrote."""
    value = json.loads(content)
    for name in ("clean", "quarantined"):
        value[name] = tuple(BlobRef(**ref) for ref in value[name])
    return RangeOutcome(**value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeResults:
    """Where the results of one range lie in a landing store."""

    landing: Landing
    folder: str
    """Where, within the submission's place, results of this plan go."""
    source_file: int
    start: int

    @property
    def is_done(self) -> bool:
        """Whether all results are written."""
        return self.landing.store.size(self._outcome_key) is not None

    def outcome(self) -> RangeOutcome:
        """Give the outcome of a range that is done.

        Raises:
            OutsideError: There is none.
        """
        return outcome_from_bytes(self.landing.store.get(self._outcome_key))

    def key(self, kind: str, piece: int) -> str:
        """Give the key of a piece; keys sort as the source does."""
        return self.landing.key(f"{self.folder}/{kind}/{self._name}-{piece:05d}.arrow")

    def index(self, outcome: RangeOutcome) -> Iterator[pa.RecordBatch]:
        """Give the index of the clean rows, a batch a piece: digests and places, no text."""
        for piece in range(len(outcome.clean)):
            batches = bytes_to_batches(self.landing.store.get(self.key("index", piece)))
            # Large batches: an engine that holds them in memory needs a quarter less for each row.
            yield from pa.Table.from_batches(batches, INDEX_SCHEMA).combine_chunks().to_batches()

    def put(self, kind: str, piece: int, content: bytes) -> None:
        """Write a piece of one kind of result."""
        self.landing.store.put(self.key(kind, piece), content)

    def put_outcome(self, outcome: RangeOutcome) -> None:
        """Write the outcome: the range is done."""
        self.landing.store.put(self._outcome_key, outcome.to_bytes())

    @property
    def _name(self) -> str:
        return f"{self.source_file:06d}-{self.start:015d}"

    @property
    def _outcome_key(self) -> str:
        return self.landing.key(f"{self.folder}/done/{self._name}.json")


class RangeWriter:
    """Writes a range's results piece after piece. Pieces depend on the rows alone."""

    def __init__(self, results: RangeResults, schema: pa.Schema) -> None:
        self._results = results
        self._schema = schema
        self._clean: list[BlobRef] = []
        self._quarantined: list[BlobRef] = []
        self._counts: dict[str, Counter[str]] = {
            name: Counter() for name in ("reasons", "findings", "cleaned", "languages")
        }
        self._begin_piece()

    def _begin_piece(self) -> None:
        self._bytes = 0
        self._batches: dict[str, list[pa.RecordBatch]] = {
            "clean": [], "quarantine": [], "persons": []
        }  # fmt: skip

    def add(
        self,
        clean: pa.RecordBatch,
        quarantined: Sequence[pa.RecordBatch],
        persons: pa.RecordBatch,
        cleaned: dict[str, int],
    ) -> None:
        """Take the results of the next rows; write a piece when there are enough."""
        self._batches["clean"].append(clean)
        self._batches["quarantine"] += quarantined
        self._batches["persons"].append(persons)
        self._counts["cleaned"].update(cleaned)
        self._counts["languages"].update(count_values([clean], LANGUAGE))
        self._counts["findings"].update(count_findings([clean]))
        self._counts["reasons"].update(count_values(quarantined, QUARANTINE_REASON))
        self._bytes += sum(batch.nbytes for batch in (clean, *quarantined, persons))
        if self._bytes >= PIECE_BYTES:
            self._write_piece()

    def finish(self) -> RangeOutcome:
        """Write what is left, and last the outcome."""
        if self._batches["clean"]:
            self._write_piece()
        outcome = RangeOutcome(
            source_file=self._results.source_file,
            start=self._results.start,
            clean=tuple(self._clean),
            quarantined=tuple(self._quarantined),
            **{name: dict(sorted(counts.items())) for name, counts in self._counts.items()},
        )
        self._results.put_outcome(outcome)
        return outcome

    def _write_piece(self) -> None:
        piece, batches = len(self._clean), self._batches
        clean = batches_to_bytes(self._schema, batches["clean"])
        quarantine = batches_to_bytes(QUARANTINE_SCHEMA, batches["quarantine"])
        index = [batch for batch in map(index_batch, batches["clean"]) if batch.num_rows]
        self._results.put("clean", piece, clean)
        self._results.put("quarantine", piece, quarantine)
        self._results.put("persons", piece, batches_to_bytes(PERSONS_SCHEMA, batches["persons"]))
        self._results.put("index", piece, batches_to_bytes(INDEX_SCHEMA, index))
        self._clean.append(BlobRef(sha256_hex(clean), count_rows(batches["clean"])))
        self._quarantined.append(BlobRef(sha256_hex(quarantine), count_rows(batches["quarantine"])))
        self._begin_piece()


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


def count_rows(batches: Iterable[pa.RecordBatch]) -> int:
    """Count the rows of `batches`."""
    return sum(batch.num_rows for batch in batches)


def count_values(batches: Iterable[pa.RecordBatch], column: str) -> dict[str, int]:
    """Count the values of a string column, sorted by value."""
    counts: Counter[str] = Counter()
    for batch in batches:
        for pair in pc.value_counts(batch.column(column)).to_pylist():
            counts[pair["values"]] += pair["counts"]
    return dict(sorted(counts.items()))


def count_findings(batches: Iterable[pa.RecordBatch]) -> dict[str, int]:
    """Sum up findings by entity."""
    counts: Counter[str] = Counter()
    for batch in batches:
        for finding in pc.list_flatten(batch.column(FINDING_COUNTS)).to_pylist():
            counts[finding["entity"]] += finding["count"]
    return dict(sorted(counts.items()))
