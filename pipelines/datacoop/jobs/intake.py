"""The intake job: a submission from its member's landing store into the pool."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

import apache_beam as beam
import pyarrow as pa

from datacoop.errors import Fault, RefusedError, SubmissionError
from datacoop.ingest.splitting import RANGE_BYTES, FileRange, plan_ranges
from datacoop.jobs.engine import RUNNER
from datacoop.jobs.intake_range import IntakeTask, TakeInRange
from datacoop.jobs.intake_results import UNDECIDED, RangeOutcome, RangeResults
from datacoop.jobs.progress import Progress, watched
from datacoop.jobs.receipt import (
    Receipt,
    make_receipt,
    read_receipt,
    sign_receipt,
    sum_counts,
)
from datacoop.jobs.runner import run_pipeline
from datacoop.jobs.submitting import (
    contract_faults,
    landed_submission,
    read_secret,
    terms_faults,
    verify_files,
)
from datacoop.pool.blobs import (
    batches_to_bytes,
    blob_list_bytes,
    bytes_to_batches,
    get_blob,
    get_blob_list,
    put_blobs,
)
from datacoop.pool.erasure import stones_of
from datacoop.pool.keys import SigningKey
from datacoop.pool.landing import Landing
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore, StoreAddress, open_address
from datacoop.pool.pool import Pool
from datacoop.pool.release_rules import open_erasures
from datacoop.pool.signing import open_statement
from datacoop.pool.state import PooledSubmission, State
from datacoop.records.coder import KeyedBatch
from datacoop.records.collection import Collection, parse_collection
from datacoop.records.columns import MASKED_DIGEST, RECORD_ID, SOURCE_FILE, SOURCE_POSITION
from datacoop.records.digest import canonical_json, salted_digest, sha256_hex
from datacoop.records.duplicates import ENTRY, INDEX_SCHEMA
from datacoop.records.quotas import Quota
from datacoop.records.small_counts import about_each
from datacoop.validate.expectations import parse_suites
from datacoop.validate.great_expectations import SuiteRunner
from datacoop.validate.stage import FindDuplicates
from datacoop.validate.verdict import SubmissionMeasures, Verdict, judge

TOGETHER_BYTES = 32 << 20
"""Bytes of blobs that are held in memory to be written together."""
_QUOTA_HINT = "Nothing entered the pool. The operator can raise it: docs/operations/quotas.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeOptions:
    """How an intake job runs; nothing here changes what comes out, but `range_bytes`."""

    code_version: str
    runner: str = RUNNER
    beam_arguments: tuple[str, ...] = ()
    range_bytes: int = RANGE_BYTES
    quota: Quota = field(default_factory=Quota)
    """What the member may send."""


class Intake:
    """One submission on its way in. Every step can be killed and run again."""

    def __init__(
        self,
        pool: Pool,
        landing_store: ObjectStore,
        submission_id: str,
        operator: SigningKey,
        options: IntakeOptions,
    ) -> None:
        self.pool = pool
        self.landing = Landing(landing_store, submission_id)
        self.operator = operator
        self.options = options
        self.manifest, self.steward = landed_submission(self.landing, pool.require().keys)
        self.collection = self._contract(pool.require())
        for store in (pool.store, landing_store):
            store.be_patient()

    def run(self, *, created_utc: str, progress: Progress) -> Receipt:
        """Take the submission in; when that was done before, give its receipt again.

        Raises:
            SubmissionError: The submission is refused before a row is read.
        """
        known = self.pool.state().submissions.get(self.manifest.submission_id)
        kept = self._kept_receipt(known)
        if kept is not None:
            return kept
        if known is None:
            self._refuse_terms(created_utc[:10])
            self._refuse_size()
        parts = self._plan()
        task = self._task(parts)
        self._read(task, parts, self.pool.state(), progress)
        outcomes = self._outcomes(task, parts)
        if known is None:
            verdict = self._judge(task, outcomes)
            known = self._commit(task, outcomes, verdict, created_utc, progress, parts)
        return self._give_receipt(task, outcomes, known)

    def decide(self, outcome: str, reason: str, *, created_utc: str, progress: Progress) -> Receipt:
        """Let a held submission pass, or refuse it; again with the same outcome changes nothing.

        Args:
            outcome: `pass` or `refuse`.
            reason: Why, in the log that all members read.

        Raises:
            RefusedError: It is not held, or an erasure waits.
            SubmissionError: Its terms do not fit any more.
        """
        known = self.pool.state().submissions.get(self.manifest.submission_id)
        if known is not None and known.decided_reason and known.outcome == outcome:
            return self.run(created_utc=created_utc, progress=progress)
        self._require_held(self.pool.state())
        passes = outcome == "pass"
        if passes:
            self._refuse_terms(created_utc[:10])
        parts = self._plan()
        task = self._task(parts)
        basis = self.pool.state().length
        self._read(task, parts, self.pool.state(), progress)
        outcomes = self._outcomes(task, parts)
        rows = sum(one.clean_rows for one in outcomes)
        if passes:
            self._refuse_rows(self.pool.state(), rows)
        records = self._pool_records(task, outcomes) if passes else None
        body = {
            "submission": self.manifest.submission_id,
            "outcome": outcome,
            "reason": reason,
            "records": records,
            "rows": rows if passes else 0,
            "code_version": self.options.code_version,
        }
        draft = Draft(
            kind="submission_decided", body=body, blobs=() if records is None else (records,)
        )

        def enter(state: State) -> Draft:
            self._require_held(state)
            return draft

        entry = self.pool.append(enter, self.operator, created_utc=created_utc)
        state = self.pool.state()
        if entry is None or entry.number != basis:
            self._read(task, parts, state, progress)
        return self._give_receipt(task, outcomes, state.submissions[self.manifest.submission_id])

    def _require_held(self, state: State) -> None:
        known = state.submissions.get(self.manifest.submission_id)
        if known is None or known.outcome != "hold" or known.withdrawn_entry is not None:
            raise RefusedError(
                f"submission {self.manifest.submission_id!r} is not held",
                hint="`datacoop pool status` says what became of it.",
            )
        if any(known.id in one.submissions for one in open_erasures(state)):
            raise RefusedError(
                f"rows of {known.id!r} wait to be erased",
                hint="Run `datacoop erase --apply` first.",
            )

    def _refuse_size(self) -> None:
        size_bytes = sum(file.size_bytes for file in self.manifest.files)
        objection = self.options.quota.size_objection(size_bytes)
        if objection:
            raise RefusedError(f"{self.manifest.member!r} {objection}", hint=_QUOTA_HINT)

    def _refuse_rows(self, state: State, rows: int) -> None:
        """Hold the rows that the member would have in the pool against its quota."""
        standing = sum(
            one.rows
            for one in state.submissions.values()
            if one.member == self.manifest.member
            and one.withdrawn_entry is None
            and one.id != self.manifest.supersedes
        )
        objection = self.options.quota.rows_objection(standing, rows)
        if objection:
            raise RefusedError(f"{self.manifest.member!r} {objection}", hint=_QUOTA_HINT)

    def _contract(self, state: State) -> Collection:
        digest = state.collections.get(self.manifest.collection)
        faults = []
        if digest is None:
            faults.append(Fault("$.collection", "is not a collection of this pool"))
        older = self.manifest.supersedes
        if older is not None and (
            older not in state.submissions
            or state.submissions[older].member != self.manifest.member
        ):
            faults.append(Fault("$.supersedes", "names no submission of this member in the pool"))
        if digest is not None:
            contract = json.loads(get_blob(self.pool.store, digest))
            collection = parse_collection(contract["files"])
            faults += contract_faults(self.manifest, collection)
        if faults:
            raise SubmissionError(self.manifest.member, self.manifest.submission_id, faults)
        return collection

    def _refuse_terms(self, today: str) -> None:
        faults = terms_faults(self.manifest, self.collection, today)
        if faults:
            raise SubmissionError(self.manifest.member, self.manifest.submission_id, faults)

    def _plan(self) -> list[FileRange]:
        verify_files(self.landing, self.manifest)
        parts = []
        for ordinal, file in enumerate(self.manifest.files):
            key = self.landing.raw_file(ordinal)
            parts += plan_ranges(file, ordinal, self.landing.store, key, self.options.range_bytes)
        return parts

    def _task(self, parts: Sequence[FileRange]) -> IntakeTask:
        envelope = self.landing.store.get(self.landing.envelope)
        keys = {self.steward.keyid: self.steward}
        statement, _ = open_statement(self.landing.envelope, envelope, keys)
        plan = {
            "envelope": sha256_hex(envelope),
            "contract": self.collection.digest,
            "code_version": self.options.code_version,
            "parts": [asdict(part) for part in parts],
        }
        stones = stones_of(self.landing.store)
        if stones:
            plan["erased"] = sha256_hex(stones.to_bytes())
        return IntakeTask(
            pool=self.pool.store.address,
            landing=self.landing.store.address,
            submission_id=self.manifest.submission_id,
            manifest=canonical_json(statement.predicate).decode(),
            contract=self.collection.digest,
            # Results of another plan or another version of the code are never mixed in.
            folder=f"intake-{sha256_hex(canonical_json(plan))[:16]}",
        )

    def _read(
        self, task: IntakeTask, parts: Sequence[FileRange], state: State, progress: Progress
    ) -> None:
        """Take in every range, then find duplicates in the submission and against the pool."""
        done = self.landing.key(f"{task.folder}/done")
        texts = [json.dumps(asdict(part)) for part in parts]
        earlier = _earlier(state, task.submission_id, self.manifest.collection)
        runner, arguments = self.options.runner, self.options.beam_arguments
        with (
            watched(lambda: sum(1 for _ in self.landing.store.list(done)), len(parts), progress),
            run_pipeline("intake", runner, arguments) as pipeline,
        ):
            own = (
                pipeline
                | "Ranges" >> beam.Create(texts, reshuffle=True)
                | "TakeIn" >> beam.ParDo(TakeInRange(task)).with_output_types(KeyedBatch)
            )
            pooled = (
                pipeline
                | "Pooled" >> beam.Create(earlier)
                | "ReadIndex"
                >> beam.FlatMap(read_index, self.pool.store.address).with_output_types(KeyedBatch)
            )
            _ = (
                (own, pooled)
                | beam.Flatten()
                | FindDuplicates()
                | "ToOne" >> beam.MapTuple(_to_one).with_output_types(KeyedBatch)
                | "Together" >> beam.GroupByKey()
                | "Write" >> beam.Map(write_duplicates, task)
            )

    def _results(self, task: IntakeTask, source_file: int, start: int) -> RangeResults:
        return RangeResults(
            landing=self.landing, folder=task.folder, source_file=source_file, start=start
        )

    def _outcomes(self, task: IntakeTask, parts: Sequence[FileRange]) -> list[RangeOutcome]:
        return [self._results(task, part.source_file, part.start).outcome() for part in parts]

    def _duplicates(self, task: IntakeTask) -> set[bytes]:
        """Give the ids of this submission's rows that have an equal before them."""
        content = self.landing.store.find(self.landing.key(f"{task.folder}/duplicates.arrow"))
        batches = bytes_to_batches(content, [RECORD_ID]) if content else []
        return {value for batch in batches for value in batch.column(0).to_pylist()}

    def _judge(self, task: IntakeTask, outcomes: Sequence[RangeOutcome]) -> Verdict:
        clean = sum(outcome.clean_rows for outcome in outcomes)
        held_back = sum(outcome.quarantined_rows for outcome in outcomes)
        measures = SubmissionMeasures(
            rows=clean + held_back,
            quarantined=held_back,
            duplicates=len(self._duplicates(task)),
            languages=len(sum_counts(outcome.languages for outcome in outcomes)),
        )
        return judge(measures, SuiteRunner(parse_suites(self.collection).submission))

    def _commit(
        self,
        task: IntakeTask,
        outcomes: Sequence[RangeOutcome],
        verdict: Verdict,
        created_utc: str,
        progress: Progress,
        parts: Sequence[FileRange],
    ) -> PooledSubmission:
        """Copy clean rows into the pool and enter the submission: the one atomic step."""
        basis = self.pool.state().length
        if verdict.outcome == "pass":
            self._refuse_rows(self.pool.state(), sum(one.clean_rows for one in outcomes))
        records = self._pool_records(task, outcomes) if verdict.outcome == "pass" else None
        salt = read_secret(self.landing.store, self.landing.salt)
        envelope = self.landing.store.get(self.landing.envelope)
        rows = sum(outcome.clean_rows for outcome in outcomes)
        manifest = self.manifest
        body = {
            "submission": manifest.submission_id,
            "member": manifest.member,
            "collection": manifest.collection,
            "contract": self.collection.digest,
            "manifest": salted_digest(salt, envelope),
            "steward": self.steward.keyid,
            "outcome": verdict.outcome.value,
            "reasons": list(verdict.reasons),
            "languages": list(manifest.languages),
            "terms": manifest.terms.to_json(),
            "terms_id": manifest.terms.id,
            "legal_basis": manifest.legal_basis,
            "people": list(manifest.people),
            "collected": [manifest.collected_from, manifest.collected_to],
            "labelling_wanted": manifest.labelling_wanted,
            "supersedes": manifest.supersedes,
            "records": records,
            "rows": rows if records else 0,
            "rows_quarantined_about": coarse(sum(o.quarantined_rows for o in outcomes)),
            "quarantined_about": about_each(sum_counts(outcome.reasons for outcome in outcomes)),
            "scrub_policy": self.collection.scrub.id,
            "code_version": self.options.code_version,
        }
        draft = Draft(
            kind="submission_taken", body=body, blobs=(records,) if records is not None else ()
        )

        def decide(state: State) -> Draft | None:
            return None if manifest.submission_id in state.submissions else draft

        entry = self.pool.append(decide, self.operator, created_utc=created_utc)
        state = self.pool.state()
        if entry is None or entry.number != basis:
            # Others committed meanwhile: what is a duplicate is decided by the log's order.
            self._read(task, parts, state, progress)
        return state.submissions[manifest.submission_id]

    def _pool_records(self, task: IntakeTask, outcomes: Sequence[RangeOutcome]) -> str:
        refs, waiting = [], list[bytes]()
        for outcome in outcomes:
            results = self._results(task, outcome.source_file, outcome.start)
            for piece, ref in enumerate(outcome.clean):
                if ref.rows:
                    waiting.append(self.landing.store.get(results.key("clean", piece)))
                    refs.append(ref)
                if sum(map(len, waiting)) > TOGETHER_BYTES:
                    put_blobs(self.pool.store, waiting)
                    waiting.clear()
        return put_blobs(self.pool.store, [*waiting, blob_list_bytes(refs)])[-1]

    def _quarantine(self, task: IntakeTask, outcomes: Sequence[RangeOutcome]) -> tuple[str, ...]:
        """Give the keys of the quarantined rows in the landing store."""
        return tuple(
            self._results(task, outcome.source_file, outcome.start).key("quarantine", piece)
            for outcome in outcomes
            for piece, ref in enumerate(outcome.quarantined)
            if ref.rows
        )

    def _kept_receipt(self, known: PooledSubmission | None) -> Receipt | None:
        content = self.landing.store.find(self.landing.receipt)
        if known is None or content is None:
            return None
        receipt = read_receipt(content, {self.operator.public.keyid: self.operator.public})
        # One of before a decision tells what was.
        return receipt if receipt.outcome == known.outcome else None

    def _give_receipt(
        self, task: IntakeTask, outcomes: Sequence[RangeOutcome], known: PooledSubmission
    ) -> Receipt:
        receipt = make_receipt(
            self.manifest,
            self.collection,
            known,
            outcomes,
            duplicates=len(self._duplicates(task)),
            code_version=self.options.code_version,
            quarantine=self._quarantine(task, outcomes),
        )
        content = sign_receipt(receipt, self.operator)
        self.landing.store.put(self.landing.receipt, content)
        # As it is read from now on, to the order of its keys.
        return read_receipt(content, {self.operator.public.keyid: self.operator.public})


def coarse(count: int) -> int:
    """Round up to the next ten: all members read the log, and small counts single people out."""
    return -(-count // 10) * 10


def _earlier(state: State, submission_id: str, collection: str) -> list[tuple[int, str]]:
    """List the pooled submissions whose rows come before this one's, by entry and blob list."""
    own = state.submissions.get(submission_id)
    # What is held has its place from its decision on, so now it would be the last.
    limit = own.entry if own and own.outcome != "hold" else state.length
    return [
        (submission.entry, submission.records)
        for submission in state.active(collection)
        if submission.records is not None and submission.entry < limit
    ]


def read_index(
    source: tuple[int, str], address: StoreAddress
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Give the index of rows that are in the pool already."""
    entry, blob_list = source
    store = open_address(address)
    names = [name for name in INDEX_SCHEMA.names if name != ENTRY]
    for ref in get_blob_list(store, blob_list):
        for batch in bytes_to_batches(get_blob(store, ref.sha256), names):
            columns = {
                MASKED_DIGEST: batch.column(MASKED_DIGEST),
                ENTRY: pa.array([entry] * batch.num_rows, pa.int64()),
                SOURCE_FILE: batch.column(SOURCE_FILE),
                SOURCE_POSITION: batch.column(SOURCE_POSITION),
                RECORD_ID: batch.column(RECORD_ID),
            }
            yield (
                str(entry),
                pa.RecordBatch.from_arrays(list(columns.values()), schema=INDEX_SCHEMA),
            )


def _to_one(_: str, batch: pa.RecordBatch) -> tuple[str, pa.RecordBatch]:
    return "duplicates", batch


def write_duplicates(group: tuple[str, Iterable[pa.RecordBatch]], task: IntakeTask) -> None:
    """Write which of the submission's rows are duplicates, in order of their ids."""
    table = pa.Table.from_batches(list(group[1]), INDEX_SCHEMA)
    own = table.filter(pa.compute.equal(table[ENTRY], UNDECIDED)).sort_by(RECORD_ID)
    landing = Landing(open_address(task.landing), task.submission_id)
    content = batches_to_bytes(INDEX_SCHEMA, own.combine_chunks().to_batches())
    landing.store.put(landing.key(f"{task.folder}/duplicates.arrow"), content)
