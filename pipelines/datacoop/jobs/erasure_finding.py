"""Find the rows that are to be erased, at their member's: by identifiers, by ids, by submission.

Identifiers are looked for in the person index that intake wrote, and in every raw row and every row
in quarantine: what the scrub missed is found too.

Privacy: works on raw personal data; what it gives holds ids and keyed digests.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import RefusedError
from datacoop.ingest.read import read_range
from datacoop.ingest.splitting import RANGE_BYTES, plan_ranges
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.submitting import open_submission
from datacoop.pool.blobs import bytes_to_batches
from datacoop.pool.erasure import Ledger
from datacoop.pool.landing import Landing
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection
from datacoop.records.columns import (
    DIGEST,
    MASKED_DIGEST,
    QUARANTINE_SCHEMA,
    RECORD_ID,
    ROW,
    SOURCE_FIELDS,
    SOURCE_FILE,
)
from datacoop.records.quarantine import canonical_row
from datacoop.records.submission import Manifest
from datacoop.records.tombstones import Stonemason, Tombstones, folded_value, strings_of
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.records import NOT_A_PERSON, VALUE_DIGEST

ENVELOPE = "submission.dsse.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be erased; the kinds add up."""

    identifiers: tuple[str, ...] = field(default=(), repr=False)
    """Names, addresses, numbers of one person, as they may stand in the data."""
    records: frozenset[bytes] = frozenset()
    submissions: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A submission as it lies in its member's landing store."""

    landing: Landing
    manifest: Manifest
    collection: Collection

    def keys(self, kind: str) -> list[str]:
        """List what intake left of one kind, such as `clean`."""
        everything = self.landing.store.list(f"submissions/{self.landing.submission_id}")
        return [key for key in everything if f"/{kind}/" in key and key.endswith(".arrow")]

    def rest_key(self, ordinal: int) -> str:
        """Give the key of what is left of a raw file of which rows were erased."""
        return self.landing.key(f"rest/{ordinal:06d}.arrow")

    def raw_rows(self, ordinal: int) -> Iterator[pa.RecordBatch]:
        """Give the rows of a raw file as quarantine keeps rows; of one that is gone, the rest."""
        key, store = self.landing.raw_file(ordinal), self.landing.store
        if store.size(key) is None:
            rest = store.find(self.rest_key(ordinal))
            yield from bytes_to_batches(rest) if rest else []
            return
        file = self.manifest.files[ordinal]
        for part in plan_ranges(file, ordinal, store, key, RANGE_BYTES):
            for piece in read_range(
                manifest=self.manifest,
                collection=self.collection,
                file_range=part,
                store=store,
                key=key,
            ):
                yield _as_rows(piece.records)
                yield piece.quarantined


def _as_rows(records: pa.RecordBatch) -> pa.RecordBatch:
    system = {field.name for field in SOURCE_FIELDS} | {"language"}
    payload = records.select([name for name in records.schema.names if name not in system])
    columns = [
        *(records.column(field.name) for field in SOURCE_FIELDS),
        pa.array([""] * records.num_rows, pa.string()),
        pa.array([canonical_row(row) for row in payload.to_pylist()], pa.binary()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=QUARANTINE_SCHEMA)


def sent_submissions(pool: Pool, landing: ObjectStore) -> list[Sent]:
    """Give the submissions in a landing store, in order of their ids.

    Raises:
        IntegrityError: One of them is not signed by a steward whom the pool knows.
    """
    state = pool.require()
    found = []
    for key in landing.list("submissions"):
        folder, _, name = key.rpartition("/")
        if name == ENVELOPE:
            manifest, _ = open_submission(key, landing.get(key), state.keys)
            place = Landing(landing, folder.removeprefix("submissions/"))
            collection = contract_of(pool, state, manifest.collection)
            found.append(Sent(landing=place, manifest=manifest, collection=collection))
    return found


def find_records(pool: Pool, landing: ObjectStore, key: bytes, wanted: Wanted) -> Ledger:
    """Find what is wanted in a member's landing store; nothing is changed.

    Args:
        key: The member's key for pseudonyms.

    Raises:
        RefusedError: An identifier is too short, or a submission is not there.
    """
    mason = Stonemason(key=key)
    values = frozenset(_stone(mason, number, v) for number, v in enumerate(wanted.identifiers, 1))
    stones, sent = Tombstones(values=values), sent_submissions(pool, landing)
    missing = wanted.submissions - {one.landing.submission_id for one in sent}
    if missing:
        raise RefusedError(
            f"the landing store has no submission {', '.join(sorted(missing))}",
            hint="Look at the ids: `datacoop pool status`.",
        )
    folded = tuple(map(folded_value, wanted.identifiers))
    search = _Search(mason, stones, wanted, Pseudonymizer(key=key), folded)
    records, files, texts = {}, {}, set[bytes]()
    for one in sent:
        rows = search.rows(one)
        if rows:
            submission_id = one.landing.submission_id
            records[submission_id] = frozenset(rows)
            files[submission_id] = tuple(sorted({at for ats in rows.values() for at in ats}))
            named = wanted.records | (
                frozenset(rows) if submission_id in wanted.submissions else frozenset()
            )
            texts |= {mason.text(digest) for digest in _masked(one, named)}
    stones |= Tombstones(texts=frozenset(texts))
    return Ledger(records=records, files=files, stones=stones)


def _stone(mason: Stonemason, number: int, value: str) -> tuple[int, bytes]:
    stone = mason.value(value)
    if stone is None:
        raise RefusedError(
            f"identifier {number} is too short to be looked for",
            hint="Give it in full: a first name and a family name, a whole number.",
        )
    return stone


@dataclass(frozen=True)
class _Search:
    mason: Stonemason
    stones: Tombstones
    wanted: Wanted
    pseudonymizer: Pseudonymizer
    folded: tuple[str, ...] = field(repr=False)
    """The identifiers in the form in which they are compared."""

    def rows(self, sent: Sent) -> dict[bytes, set[int]]:
        """Give the ids of a submission's rows that are wanted, each with its file."""
        found: dict[bytes, set[int]] = {}
        indexed = self._indexed(sent)
        is_whole = sent.landing.submission_id in self.wanted.submissions
        for batch in self._every_row(sent):
            columns = (batch.column(name).to_pylist() for name in (RECORD_ID, SOURCE_FILE, ROW))
            for record_id, ordinal, row in zip(*columns, strict=True):
                if (
                    is_whole
                    or record_id in indexed
                    or record_id in self.wanted.records
                    or self._holds(row.decode("utf-8", "replace"))
                ):
                    found.setdefault(record_id, set()).add(ordinal)
        return found

    def _every_row(self, sent: Sent) -> Iterator[pa.RecordBatch]:
        store = sent.landing.store
        for key in sent.keys("quarantine"):
            yield from bytes_to_batches(store.get(key))
        for ordinal in range(len(sent.manifest.files)):
            yield from sent.raw_rows(ordinal)

    def _holds(self, text: str) -> bool:
        texts = [text]
        if "\\" in text:
            # A row as it was sent may spell letters as escapes.
            with suppress(ValueError, RecursionError):
                texts += strings_of(json.loads(text))
        near = [one for one in texts if any(v in folded_value(one) for v in self.folded)]
        return self.mason.finds(self.stones, near)

    def _indexed(self, sent: Sent) -> set[bytes]:
        """Look the identifiers up in the person index."""
        policy = sent.collection.scrub
        entities = {*policy.entities, *policy.columns.values()} - NOT_A_PERSON
        for rules in policy.languages.values():
            entities |= {*rules} - NOT_A_PERSON
        digests = {
            self.pseudonymizer.value_digest(entity, value)
            for entity in entities
            for value in self.wanted.identifiers
        }
        if not digests:
            return set()
        values = pa.array(sorted(digests), DIGEST)
        found: set[bytes] = set()
        for key in sent.keys("persons"):
            for batch in bytes_to_batches(sent.landing.store.get(key)):
                own = batch.filter(pc.is_in(batch.column(VALUE_DIGEST), values))
                found.update(own.column(RECORD_ID).to_pylist())
        return found


def _masked(sent: Sent, records: Iterable[bytes]) -> set[bytes]:
    """Give the masked digests of some clean rows."""
    ids = pa.array(sorted(records), DIGEST)
    found: set[bytes] = set()
    for key in sent.keys("clean"):
        for batch in bytes_to_batches(sent.landing.store.get(key), [RECORD_ID, MASKED_DIGEST]):
            own = batch.filter(pc.is_in(batch.column(RECORD_ID), ids))
            found.update(own.column(MASKED_DIGEST).to_pylist())
    return found


def counts(ledger: Ledger) -> Mapping[str, int]:
    """Give how many rows of each submission a ledger names."""
    return {submission: len(ids) for submission, ids in sorted(ledger.records.items())}
