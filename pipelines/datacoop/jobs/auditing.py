"""The leak audit as jobs: scrubbed rows to auditors, marks back, leaks barred, looks entered."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from datacoop.errors import RefusedError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.frame import (
    Frame,
    frame_of,
    list_records,
    listed_records,
    pooled_batches,
    records_of,
    released_submissions,
)
from datacoop.jobs.labelling import delete_gone_tasks
from datacoop.label.audit_marks import (
    MARK_SCHEMA,
    Mark,
    ReadMarks,
    Span,
    Verdict,
    agreed_spans,
    kinds_of,
    marks_from_batch,
    marks_to_batch,
    read_marks,
    standing_marks,
    verdicts,
)
from datacoop.label.audit_text import ValueSearch, audit_text, shown_texts
from datacoop.label.label_studio import LabelStudio
from datacoop.label.leak_audit import LOOKS, Look, Outcome, choose_rows, sample_size
from datacoop.label.leak_gold import gold_lines
from datacoop.label.routing import Task
from datacoop.label.votes import pseudonym
from datacoop.pool.blobs import batches_to_bytes, bytes_to_batches, get_blob
from datacoop.pool.keys import SigningKey
from datacoop.pool.leaks import AuditLook, Leak, LeakStatus
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import snapshot_from_bytes
from datacoop.pool.state import State, is_stale
from datacoop.records.collection import Collection
from datacoop.records.columns import LANGUAGE, MASKED_DIGEST, MEMBER, RECORD_ID
from datacoop_schemas import read_text

FOLDER = "leak_audit"
GOLD = "leaks"
"""Where, in a member's landing store, the gold made of its leaks lies."""

SECOND_MARK = "second mark"
OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRouted:
    """What a routing run of an audit did."""

    project: int
    rows_sent: int
    rows_in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageStanding:
    """Where the audit of one language stands."""

    language: str
    rows: int
    """Rows that the sample stands for."""
    look: int
    sample: int
    decided: int
    """Rows of the sample that are clean or leak."""
    held: int
    leaks: int
    most_permille: float | None
    """The bound after the last look, in rows of a thousand; none before the first."""
    outcome: str
    """`open`, `met`, `more` or `refused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a confirmed leak touched."""

    record: str
    barred: dict[str, int]
    """Records barred for it, by collection."""
    gold: int
    """Lines of gold that it gave."""
    versions: tuple[str, ...]
    """Published versions that may hold one of these records, as `collection/version`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCollected:
    """What a collecting run of an audit brought."""

    marks_new: int
    held: tuple[str, ...]
    """Records held by this run, as hex."""
    confirmed: tuple[Confirmed, ...]
    invalid: dict[str, int]
    languages: tuple[LanguageStanding, ...]


def audit_project(collection: Collection, studio: LabelStudio) -> int:
    """Give the audit project of a collection in Label Studio; make it where there is none."""
    return studio.ensure_project(
        f"{collection.name}/leak-audit",
        f"Leak audit: {collection.title}",
        read_text(f"{FOLDER}/labeling.xml"),
        read_text(f"{FOLDER}/guidelines.md"),
        votes=1,
    )


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
        frame = _frame(self.pool, state, collection, as_of)
        samples = _samples(state, self.name, frame, limit, self.annotator_key)
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
        for record in _held(self.pool.state(), self.name):
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
        same = self._with_equal_texts(state, {mark.record_id for mark in fresh if mark.is_leak})
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

    def _with_equal_texts(
        self, state: State, marked: Iterable[bytes]
    ) -> dict[bytes, tuple[str, frozenset[bytes]]]:
        """Give for each record its language and all records with its masked text, itself too.

        Were they not barred with it, the next of them would take its place.
        """
        groups: dict[bytes, set[bytes]] = {}
        known: dict[bytes, tuple[str, bytes]] = {}
        columns = [RECORD_ID, LANGUAGE, MASKED_DIGEST]
        for batch in pooled_batches(self.pool, state.active(self.name), columns):
            for row in batch.to_pylist():
                known[row[RECORD_ID]] = row[LANGUAGE], row[MASKED_DIGEST]
                groups.setdefault(row[MASKED_DIGEST], set()).add(row[RECORD_ID])
        found = {i: known[i] for i in marked if i in known}
        return {i: (language, frozenset(groups[d])) for i, (language, d) in found.items()}

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
        """Keep a leak as gold, find its values everywhere in the pool, and bar what holds them."""
        record_id = bytes.fromhex(record)
        lines = self._keep_gold(record_id, spans)
        search = ValueSearch(text[span.start : span.end] for span in spans)
        state = self.pool.state()
        found = {name: self._matches(state, name, search) for name in sorted(state.collections)}
        held = state.leaks[self.name, record].barred
        found[self.name] |= listed_records(self.pool.store, held.values()) | {record_id}
        barred = {name: list_records(self.pool, ids) for name, ids in found.items() if ids}
        counts = {name: len(ids) for name, ids in found.items() if ids}
        body = {
            "collection": self.name,
            "record": record,
            "barred": barred,
            "counts": counts,
            "kinds": sorted({span.kind for span in spans}),
            "by": by,
        }
        draft = Draft(kind="leak_confirmed", body=body, blobs=tuple(barred.values()))

        def decide(current: State) -> Draft | None:
            is_held = current.leaks[self.name, record].status is LeakStatus.HELD
            return draft if is_held else None

        self.pool.append(decide, self.operator, created_utc=created_utc)
        versions = _versions_with(self.pool, self.pool.state(), found)
        return Confirmed(record=record, barred=counts, gold=lines, versions=versions)

    def _matches(self, state: State, name: str, search: ValueSearch) -> set[bytes]:
        columns = contract_of(self.pool, state, name).payload_schema.names
        found = set()
        for batch in pooled_batches(self.pool, state.active(name), [RECORD_ID, *columns]):
            for row in batch.drop_columns(["entry"]).to_pylist():
                record_id = row.pop(RECORD_ID)
                if any(search.finds(text) for text in shown_texts(row).values()):
                    found.add(record_id)
        return found

    def _keep_gold(self, record_id: bytes, spans: tuple[Span, ...]) -> int:
        """Write a leak as gold into the landing store of the member whose record it is."""
        state = self.pool.state()
        names = contract_of(self.pool, state, self.name).payload_schema.names
        wanted = frozenset({record_id})
        columns = [*names, LANGUAGE, MEMBER]
        row = records_of(self.pool, state.active(self.name), wanted, columns).get(record_id)
        if row is None or not spans:
            return 0
        payload = {name: row[name] for name in names}
        lines = gold_lines(record_id, row[LANGUAGE], payload, spans)
        self.landing(row[MEMBER]).put(f"{GOLD}/{record_id.hex()}.jsonl", lines.encode())
        return lines.count("\n")

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
        leaking = _barred_with(self.pool, state, self.name, LeakStatus.CONFIRMED)
        gone = routed - (here - leaking)
        if gone:
            project = audit_project(collection, self.studio)
            self.studio.delete_tasks(project, sorted(record_id.hex() for record_id in gone))

    def _look(self, collection: Collection, as_of: str, created_utc: str) -> None:
        """Enter a look for each language whose whole sample is decided."""
        state = self.pool.state()
        limit = bound_of(collection)
        frame = _frame(self.pool, state, collection, as_of)
        samples = _samples(state, self.name, frame, limit, self.annotator_key)
        stand = _verdicts(self.pool, state, self.name, samples)
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


def bound_of(collection: Collection) -> int:
    """Give the bound that a collection's release policy names, in rows of a thousand.

    Raises:
        RefusedError: It names none.
    """
    limit = collection.release.leak_bound_permille
    if limit is None:
        raise RefusedError(
            f"the release policy of {collection.name!r} names no bound for leaks",
            hint="Set `leak_bound_permille` under `release:` in collection.yaml and add it again.",
        )
    return limit


def audit_status(
    pool: Pool, name: str, annotator_key: bytes, as_of: str
) -> tuple[LanguageStanding, ...]:
    """Say for each language where the audit of a collection stands.

    Raises:
        RefusedError: The release policy of the collection names no bound.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    limit = bound_of(collection)
    frame = _frame(pool, state, collection, as_of)
    waiting = _samples(state, name, frame, limit, annotator_key)
    stand = _verdicts(pool, state, name, waiting)
    found = []
    for language, ids in frame.languages.items():
        looks = [k for k in state.looks.get((name, language), ()) if k.frame == frame.digest]
        last = looks[-1] if looks else None
        sample, number = waiting.get(language, ((), 0))
        tally = Counter(stand[record_id] for record_id in sample)
        is_done = last is not None and language not in waiting
        found.append(
            LanguageStanding(
                language=language,
                rows=len(ids),
                look=last.number if last and is_done else number,
                sample=last.sample if last and is_done else len(sample),
                decided=last.sample
                if last and is_done
                else tally[Verdict.CLEAN] + tally[Verdict.LEAK],
                held=tally[Verdict.HELD],
                leaks=last.leaks if last and is_done else tally[Verdict.LEAK],
                most_permille=round(1000 * last.most / last.rows, 3) if last else None,
                outcome=_outcome(last, limit).value if last and is_done else "open",
            )
        )
    return tuple(found)


def held_records(pool: Pool, name: str) -> tuple[str, ...]:
    """Give the records that wait for a second auditor or the operator, as hex, sorted."""
    return _held(pool.state(), name)


def collected_marks(pool: Pool, name: str) -> list[Mark]:
    """Give every mark of a collection that the pool holds, sorted."""
    found = set()
    for blob in pool.state().marks.get(name, []):
        for batch in bytes_to_batches(get_blob(pool.store, blob)):
            found.update(marks_from_batch(batch))
    return sorted(found)


def _frame(pool: Pool, state: State, collection: Collection, as_of: str) -> Frame:
    return frame_of(pool, released_submissions(state, collection, as_of))


def _samples(
    state: State, name: str, frame: Frame, limit: int, key: bytes
) -> dict[str, tuple[list[bytes], int]]:
    """Give the sample and the number of the next look of each language that needs one."""
    samples = {}
    for language, ids in frame.languages.items():
        looks = [k for k in state.looks.get((name, language), ()) if k.frame == frame.digest]
        if looks and not _is_open(state, name, language, looks[-1], limit):
            continue
        number = len(looks) + 1
        size = sample_size(len(ids), limit, number)
        samples[language] = (choose_rows(key, ids, size), number)
    return samples


def _is_open(state: State, name: str, language: str, last: AuditLook, limit: int) -> bool:
    """Say whether another look is to be made after the last one."""
    is_open = _outcome(last, limit) is Outcome.MORE or is_stale(state, name, language, last)
    return is_open and last.number < LOOKS


def _outcome(seen: AuditLook, limit: int) -> Outcome:
    """Hold a look against the limit as it is now: the one it was held against may have changed."""
    look = Look(number=seen.number, rows=seen.rows, sample=seen.sample, leaks=seen.leaks)
    return look.outcome(limit)


def _verdicts(
    pool: Pool, state: State, name: str, samples: Mapping[str, tuple[list[bytes], int]]
) -> dict[bytes, Verdict]:
    return verdicts(
        (record_id for sample, _ in samples.values() for record_id in sample),
        standing_marks(collected_marks(pool, name)),
        leaking=_barred_with(pool, state, name, LeakStatus.CONFIRMED),
        held=_barred_with(pool, state, name, LeakStatus.HELD),
    )


def _barred_with(pool: Pool, state: State, name: str, status: LeakStatus) -> frozenset[bytes]:
    """Give the records of a collection that are barred for leaks of one status."""
    leaks = (leak for leak in state.leaks.values() if leak.status is status)
    blobs = {leak.barred[name] for leak in leaks if name in leak.barred}
    return listed_records(pool.store, sorted(blobs))


def _held(state: State, name: str) -> tuple[str, ...]:
    return tuple(
        sorted(
            leak.record
            for leak in state.leaks.values()
            if (leak.collection, leak.status) == (name, LeakStatus.HELD)
        )
    )


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


def _versions_with(
    pool: Pool, state: State, found: Mapping[str, Iterable[bytes]]
) -> tuple[str, ...]:
    """List the published versions of which a submission holds one of the records."""
    affected = []
    for name, ids in found.items():
        wanted = frozenset(ids)
        holding = {
            submission.id
            for submission in state.active(name)
            for batch in pooled_batches(pool, [submission], [RECORD_ID])
            if any(i in wanted for i in batch.column(RECORD_ID).to_pylist())
        }
        for proposal in state.versions(name):
            content = get_blob(pool.store, proposal.snapshot)
            manifest = snapshot_from_bytes(proposal.snapshot, content)
            if holding & set(manifest.submissions):
                affected.append(f"{name}/{manifest.version}")
    return tuple(affected)
