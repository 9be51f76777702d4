"""What follows from a confirmed leak: what holds it is barred everywhere, and it becomes gold.

What the labelling lead bars after a report is barred as well.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from datacoop.jobs.contracts import contract_of
from datacoop.jobs.frame import list_records, listed_records, pooled_batches, records_of
from datacoop.label.audit_marks import Span
from datacoop.label.audit_text import ValueSearch, shown_texts
from datacoop.label.leak_gold import gold_lines
from datacoop.pool.blobs import get_blob
from datacoop.pool.keys import SigningKey
from datacoop.pool.leaks import LeakStatus
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import snapshot_from_bytes
from datacoop.pool.state import State
from datacoop.records.columns import LANGUAGE, MASKED_DIGEST, MEMBER, RECORD_ID

GOLD = "leaks"
"""Where, in a member's landing store, the gold made of its leaks lies."""


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


def bar_leak(
    pool: Pool,
    name: str,
    record: str,
    text: str,
    spans: tuple[Span, ...],
    by: str,
    operator: SigningKey,
    landing: Callable[[str], ObjectStore],
    *,
    created_utc: str,
) -> Confirmed:
    """Keep a leak as gold, find its values everywhere in the pool, and bar what holds them."""
    record_id = bytes.fromhex(record)
    lines = _keep_gold(pool, name, record_id, spans, landing)
    search = ValueSearch(text[span.start : span.end] for span in spans)
    state = pool.state()
    found = {other: _matches(pool, state, other, search) for other in sorted(state.collections)}
    held = state.leaks[name, record].barred
    found[name] |= listed_records(pool.store, held.values()) | {record_id}
    barred = {other: list_records(pool, ids) for other, ids in found.items() if ids}
    counts = {other: len(ids) for other, ids in found.items() if ids}
    body = {
        "collection": name,
        "record": record,
        "barred": barred,
        "counts": counts,
        "kinds": sorted({span.kind for span in spans}),
        "by": by,
    }
    draft = Draft(kind="leak_confirmed", body=body, blobs=tuple(barred.values()))

    def decide(current: State) -> Draft | None:
        is_held = current.leaks[name, record].status is LeakStatus.HELD
        return draft if is_held else None

    pool.append(decide, operator, created_utc=created_utc)
    versions = _versions_with(pool, pool.state(), found)
    return Confirmed(record=record, barred=counts, gold=lines, versions=versions)


def bar_reported(
    pool: Pool, name: str, records: Iterable[bytes], operator: SigningKey, *, created_utc: str
) -> int:
    """Bar records whose content was reported, with all of equal text; give how many are new.

    What is not in the pool any more is passed over.
    """
    state = pool.require()
    known = listed_records(pool.store, state.barred(name))
    same = with_equal_texts(pool, state, name, records)
    fresh = {i for _, equal in same.values() for i in equal} - known
    if not fresh:
        return 0
    listed = list_records(pool, fresh)
    body = {"collection": name, "records": listed, "count": len(fresh)}
    draft = Draft(kind="records_barred", body=body, blobs=(listed,))

    def decide(current: State) -> Draft | None:
        return None if listed in current.reported.get(name, {}) else draft

    pool.append(decide, operator, created_utc=created_utc)
    return len(fresh)


def _matches(pool: Pool, state: State, name: str, search: ValueSearch) -> set[bytes]:
    columns = contract_of(pool, state, name).payload_schema.names
    found = set()
    for batch in pooled_batches(pool, state.active(name), [RECORD_ID, *columns]):
        for row in batch.drop_columns(["entry"]).to_pylist():
            record_id = row.pop(RECORD_ID)
            if any(search.finds(text) for text in shown_texts(row).values()):
                found.add(record_id)
    return found


def _keep_gold(
    pool: Pool,
    name: str,
    record_id: bytes,
    spans: tuple[Span, ...],
    landing: Callable[[str], ObjectStore],
) -> int:
    """Write a leak as gold into the landing store of the member whose record it is."""
    state = pool.state()
    names = contract_of(pool, state, name).payload_schema.names
    wanted = frozenset({record_id})
    columns = [*names, LANGUAGE, MEMBER]
    row = records_of(pool, state.active(name), wanted, columns).get(record_id)
    if row is None or not spans:
        return 0
    payload = {column: row[column] for column in names}
    lines = gold_lines(record_id, row[LANGUAGE], payload, spans)
    landing(row[MEMBER]).put(f"{GOLD}/{record_id.hex()}.jsonl", lines.encode())
    return lines.count("\n")


def with_equal_texts(
    pool: Pool, state: State, name: str, marked: Iterable[bytes]
) -> dict[bytes, tuple[str, frozenset[bytes]]]:
    """Give for each record its language and all records with its masked text, itself too.

    Were they not barred with it, the next of them would take its place.
    """
    groups: dict[bytes, set[bytes]] = {}
    known: dict[bytes, tuple[str, bytes]] = {}
    columns = [RECORD_ID, LANGUAGE, MASKED_DIGEST]
    for batch in pooled_batches(pool, state.active(name), columns):
        for row in batch.to_pylist():
            known[row[RECORD_ID]] = row[LANGUAGE], row[MASKED_DIGEST]
            groups.setdefault(row[MASKED_DIGEST], set()).add(row[RECORD_ID])
    found = {i: known[i] for i in marked if i in known}
    return {i: (language, frozenset(groups[d])) for i, (language, d) in found.items()}


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
