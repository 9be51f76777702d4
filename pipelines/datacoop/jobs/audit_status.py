"""Where the leak audit of a collection stands in a pool: looks, samples, verdicts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from datacoop.errors import RefusedError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.frame import Frame, frame_of, listed_records, released_submissions
from datacoop.label.audit_marks import Mark, Verdict, marks_from_batch, standing_marks, verdicts
from datacoop.label.leak_audit import LOOKS, Look, Outcome, choose_rows, sample_size
from datacoop.pool.blobs import bytes_to_batches, get_blob
from datacoop.pool.leaks import AuditLook, LeakStatus
from datacoop.pool.pool import Pool
from datacoop.pool.release_rules import is_stale
from datacoop.pool.state import State
from datacoop.records.collection import Collection


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
    frame = audit_frame(pool, state, collection, as_of)
    waiting = open_samples(state, name, frame, limit, annotator_key)
    stand = row_verdicts(pool, state, name, waiting)
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
    return held_in(pool.state(), name)


def collected_marks(pool: Pool, name: str) -> list[Mark]:
    """Give every mark of a collection that the pool holds, sorted."""
    found = set()
    for blob in pool.state().marks.get(name, []):
        for batch in bytes_to_batches(get_blob(pool.store, blob)):
            found.update(marks_from_batch(batch))
    return sorted(found)


def audit_frame(pool: Pool, state: State, collection: Collection, as_of: str) -> Frame:
    """Give the rows that the audit of a collection stands for."""
    return frame_of(pool, released_submissions(state, collection, as_of))


def open_samples(
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


def row_verdicts(
    pool: Pool, state: State, name: str, samples: Mapping[str, tuple[list[bytes], int]]
) -> dict[bytes, Verdict]:
    """Say what is known of each row of the samples."""
    return verdicts(
        (record_id for sample, _ in samples.values() for record_id in sample),
        standing_marks(collected_marks(pool, name)),
        # What was barred unread after a report counts against the scrub too.
        leaking=barred_with(pool, state, name, LeakStatus.CONFIRMED)
        | listed_records(pool.store, state.reported.get(name, ())),
        held=barred_with(pool, state, name, LeakStatus.HELD),
    )


def barred_with(pool: Pool, state: State, name: str, status: LeakStatus) -> frozenset[bytes]:
    """Give the records of a collection that are barred for leaks of one status."""
    leaks = (leak for leak in state.leaks.values() if leak.status is status)
    blobs = {leak.barred[name] for leak in leaks if name in leak.barred}
    return listed_records(pool.store, sorted(blobs))


def held_in(state: State, name: str) -> tuple[str, ...]:
    """Give the records that are held in a collection, as hex, sorted."""
    return tuple(
        sorted(
            leak.record
            for leak in state.leaks.values()
            if (leak.collection, leak.status) == (name, LeakStatus.HELD)
        )
    )
