"""The leak audit as jobs: scrubbed rows to auditors, marks back, what follows entered."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from datacoop.errors import RefusedError
from datacoop.jobs.audit_status import (
    LanguageStanding,
    audit_frame,
    audit_status,
    barred_with,
    bound_of,
    collected_marks,
    held_in,
    open_samples,
    row_verdicts,
)
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.frame import list_records, listed_records, pooled_batches, records_of
from datacoop.jobs.labelling import delete_gone_tasks
from datacoop.jobs.leaks import Confirmed, bar_leak, with_equal_texts
from datacoop.label.audit_marks import (
    MARK_SCHEMA,
    Mark,
    ReadMarks,
    Span,
    Verdict,
    agreed_spans,
    kinds_of,
    marks_to_batch,
    read_marks,
    standing_marks,
)
from datacoop.label.audit_text import audit_text
from datacoop.label.label_studio import LabelStudio
from datacoop.label.leak_audit import Look
from datacoop.label.routing import Task
from datacoop.label.votes import pseudonym
from datacoop.pool.blobs import batches_to_bytes
from datacoop.pool.keys import SigningKey
from datacoop.pool.leaks import Leak, LeakStatus
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection
from datacoop.records.columns import RECORD_ID
from datacoop_schemas import read_text

FOLDER = "leak_audit"
SECOND_MARK = "second mark"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRouted:
    """What a routing run of an audit did."""

    project: int
    rows_sent: int
    rows_in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCollected:
    """What a collecting run of an audit brought."""

    marks_new: int
    held: tuple[str, ...]
    """Records held by this run, as hex."""
    confirmed: tuple[Confirmed, ...]
    invalid: dict[str, int]
    languages: tuple[LanguageStanding, ...]


class AuditForm(NamedTuple):
    """What auditors of a collection are asked, and under which name."""

    name: str
    title: str
    configuration: str
    guidelines: str


def audit_form(collection: Collection) -> AuditForm:
    """Give what auditors of a collection are asked."""
    return AuditForm(
        name=f"{collection.name}/leak-audit",
        title=f"Leak audit: {collection.title}",
        configuration=read_text(f"{FOLDER}/labeling.xml"),
        guidelines=read_text(f"{FOLDER}/guidelines.md"),
    )


def audit_project(collection: Collection, studio: LabelStudio) -> int:
    """Give the audit project of a collection in Label Studio; make it where there is none."""
    return studio.ensure_project(*audit_form(collection), votes=1)


@dataclass(frozen=True, kw_only=True)
class LeakAudit:
    """The leak audit of one collection."""

    pool: Pool
    name: str
    studio: LabelStudio
    operator: SigningKey
    annotator_key: bytes = field(repr=False)
    """The secret under which annotators get their pseudonyms, and rows are drawn."""
    auditors: frozenset[int]
    """Label Studio's numbers of the users who are cleared for audits."""
    landing: Callable[[str], ObjectStore]
    """Gives a member's landing store."""

    def route(self, *, as_of: str, created_utc: str) -> AuditRouted:
        """Send the rows of the samples that auditors have not had yet, each once.

        As with other tasks they are sent first and entered after: a run that was killed is
        repeated without harm.

        Args:
            as_of: The day of the release to be audited for, `YYYY-MM-DD` in UTC.

        Raises:
            RefusedError: The release policy of the collection names no bound.
        """
        state = self.pool.require()
        collection = contract_of(self.pool, state, self.name)
        limit = bound_of(collection)
        project = audit_project(collection, self.studio)
        already = listed_records(self.pool.store, state.audited.get(self.name, ()))
        known = already | listed_records(self.pool.store, state.barred(self.name))
        frame = audit_frame(self.pool, state, collection, as_of)
        samples = open_samples(state, self.name, frame, limit, self.annotator_key)
        wanted = {i for sample, _ in samples.values() for i in sample if i not in known}
        self.studio.add_tasks(project, self._tasks(state, collection, wanted))
        if wanted:
            sent = list_records(self.pool, wanted)
            body = {"collection": self.name, "records": sent, "count": len(wanted)}
            draft = Draft(kind="audit_sampled", body=body, blobs=(sent,))

            def decide(current: State) -> Draft | None:
                return None if sent in current.audited.get(self.name, []) else draft

            self.pool.append(decide, self.operator, created_utc=created_utc)
        return AuditRouted(
            project=project, rows_sent=len(wanted), rows_in_all=len(already) + len(wanted)
        )

    def _tasks(self, state: State, collection: Collection, wanted: set[bytes]) -> list[Task]:
        names = collection.payload_schema.names
        payloads = records_of(self.pool, state.active(self.name), wanted, names)
        return [
            Task(record_id=record_id, payload={"text": audit_text(payload)})
            for record_id, payload in sorted(payloads.items())
        ]

    def collect(self, *, as_of: str, created_utc: str) -> AuditCollected:
        """Bring new marks into the pool; hold, bar and count what follows from them.

        One mark holds a row at once. Marks of two people cleared for audits that share a place
        confirm the leak; anything else that is marked waits for the operator.

        Raises:
            RefusedError: The release policy of the collection names no bound.
        """
        state = self.pool.require()
        collection = contract_of(self.pool, state, self.name)
        bound_of(collection)
        read, texts = self._read(state, collection)
        fresh = sorted(set(read.marks) - set(collected_marks(self.pool, self.name)))
        held = self._hold(fresh, created_utc)
        standing = standing_marks(read.marks)
        cleared = {pseudonym(self.annotator_key, user) for user in self.auditors}
        confirmed = []
        for record in held_in(self.pool.state(), self.name):
            marks = [
                mark
                for mark in standing.get(bytes.fromhex(record), ())
                if mark.is_leak and mark.annotator in cleared
            ]
            if spans := agreed_spans(marks):
                confirmed.append(self._bar(record, texts[record], spans, SECOND_MARK, created_utc))
        self.clean_tasks()
        self._look(collection, as_of, created_utc)
        reasons = Counter(answer.reason for answer in read.invalid)
        return AuditCollected(
            marks_new=len(fresh),
            held=held,
            confirmed=tuple(confirmed),
            invalid=dict(sorted(reasons.items())),
            languages=audit_status(self.pool, self.name, self.annotator_key, as_of),
        )

    def _read(self, state: State, collection: Collection) -> tuple[ReadMarks, dict[str, str]]:
        """Give all marks that Label Studio holds now, and the texts that they are about."""
        answers = self.studio.answers(audit_project(collection, self.studio))
        routed = listed_records(self.pool.store, state.audited.get(self.name, ()))
        answered = {answer.key for answer in answers}
        wanted = {record_id for record_id in routed if record_id.hex() in answered}
        names = collection.payload_schema.names
        payloads = records_of(self.pool, state.active(self.name), wanted, names)
        texts = {i.hex(): audit_text(payload) for i, payload in payloads.items()}
        kinds = kinds_of(read_text(f"{FOLDER}/labeling.xml"))
        return read_marks(answers, texts, kinds, self.auditors, self.annotator_key), texts

    def _hold(self, fresh: list[Mark], created_utc: str) -> tuple[str, ...]:
        """Enter new marks, and with them bar the rows that they are about, in one entry."""
        if not fresh:
            return ()
        blob = self.pool.put_blob(batches_to_bytes(MARK_SCHEMA, [marks_to_batch(fresh)]))
        state = self.pool.state()
        same = with_equal_texts(
            self.pool, state, self.name, {mark.record_id for mark in fresh if mark.is_leak}
        )
        listed = {i.hex(): list_records(self.pool, equal) for i, (_, equal) in sorted(same.items())}
        languages = {i.hex(): language for i, (language, _) in same.items()}

        def decide(current: State) -> Draft | None:
            if blob in current.marks.get(self.name, []):
                return None
            held = {
                record: {"language": languages[record], "barred": {self.name: blob_of_equals}}
                for record, blob_of_equals in listed.items()
                if _may_hold(current.leaks.get((self.name, record)))
            }
            body = {"collection": self.name, "marks": blob, "count": len(fresh), "held": held}
            named = [listed[record] for record in held]
            return Draft(kind="audit_collected", body=body, blobs=(blob, *named))

        entry = self.pool.append(decide, self.operator, created_utc=created_utc)
        return () if entry is None else tuple(entry.body["held"])

    def confirm(self, record: str, *, created_utc: str) -> Confirmed:
        """Say as the operator that a held record leaks: all that was marked in it counts.

        Raises:
            RefusedError: The record is not held.
        """
        state = self.pool.require()
        _require_status(state, self.name, record, LeakStatus.HELD)
        read, texts = self._read(state, contract_of(self.pool, state, self.name))
        marks = standing_marks(read.marks).get(bytes.fromhex(record), ())
        spans = tuple(sorted({span for mark in marks for span in mark.spans}))
        confirmed = self._bar(record, texts.get(record, ""), spans, OPERATOR, created_utc)
        self.clean_tasks()
        return confirmed

    def reject(self, record: str, *, created_utc: str) -> None:
        """Say as the operator that a record does not leak: it and those barred with it come back.

        Raises:
            RefusedError: The record is neither held nor confirmed.
        """
        state = self.pool.require()
        _require_status(state, self.name, record, LeakStatus.HELD, LeakStatus.CONFIRMED)
        body = {"collection": self.name, "record": record}

        def decide(current: State) -> Draft | None:
            leak = current.leaks[self.name, record]
            is_done = leak.status is LeakStatus.REJECTED
            return None if is_done else Draft(kind="leak_rejected", body=body)

        self.pool.append(decide, self.operator, created_utc=created_utc)

    def _bar(
        self, record: str, text: str, spans: tuple[Span, ...], by: str, created_utc: str
    ) -> Confirmed:
        return bar_leak(
            self.pool,
            self.name,
            record,
            text,
            spans,
            by,
            self.operator,
            self.landing,
            created_utc=created_utc,
        )

    def clean_tasks(self) -> None:
        """Take the tasks of withdrawn and barred rows out of Label Studio, held ones' audit not."""
        state = self.pool.state()
        for name in sorted(state.collections):
            delete_gone_tasks(self.pool, name, self.studio)
        collection = contract_of(self.pool, state, self.name)
        routed = listed_records(self.pool.store, state.audited.get(self.name, ()))
        here = {
            record_id
            for batch in pooled_batches(self.pool, state.active(self.name), [RECORD_ID])
            for record_id in batch.column(RECORD_ID).to_pylist()
        }
        leaking = barred_with(self.pool, state, self.name, LeakStatus.CONFIRMED)
        gone = routed - (here - leaking)
        if gone:
            project = audit_project(collection, self.studio)
            self.studio.delete_tasks(project, sorted(record_id.hex() for record_id in gone))

    def _look(self, collection: Collection, as_of: str, created_utc: str) -> None:
        """Enter a look for each language whose whole sample is decided."""
        state = self.pool.state()
        limit = bound_of(collection)
        frame = audit_frame(self.pool, state, collection, as_of)
        samples = open_samples(state, self.name, frame, limit, self.annotator_key)
        stand = row_verdicts(self.pool, state, self.name, samples)
        for language, (sample, number) in samples.items():
            tally = Counter(stand[record_id] for record_id in sample)
            if tally[Verdict.OPEN] or tally[Verdict.HELD]:
                continue
            look = Look(
                number=number,
                rows=len(frame.languages[language]),
                sample=len(sample),
                leaks=tally[Verdict.LEAK],
            )
            self._enter_look(language, frame.digest, look, limit, created_utc)

    def _enter_look(
        self, language: str, frame: str, look: Look, limit: int, created_utc: str
    ) -> None:
        body = {
            "collection": self.name,
            "language": language,
            "frame": frame,
            "number": look.number,
            "rows": look.rows,
            "sample": look.sample,
            "leaks": look.leaks,
            "most": look.most,
            "limit_permille": limit,
            "outcome": look.outcome(limit).value,
        }

        def decide(current: State) -> Draft | None:
            looks = current.looks.get((self.name, language), [])
            made = sum(made.frame == frame for made in looks)
            return Draft(kind="audit_looked", body=body) if made == look.number - 1 else None

        self.pool.append(decide, self.operator, created_utc=created_utc)


def _may_hold(leak: Leak | None) -> bool:
    """Say whether a new mark bars a row: also after a rejection, which did not know of it."""
    return leak is None or leak.status is LeakStatus.REJECTED


def _require_status(state: State, name: str, record: str, *allowed: LeakStatus) -> None:
    leak = state.leaks.get((name, record))
    if leak is None or leak.status not in allowed:
        wanted = " or ".join(status.value for status in allowed)
        raise RefusedError(
            f"the record is not {wanted} in {name!r}",
            hint="`datacoop label audit status` lists the records that wait.",
        )
