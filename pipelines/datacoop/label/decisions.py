"""What experts decide where votes leave a label in doubt: facts to which facts are only added."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field

import pyarrow as pa

from datacoop.records.columns import DIGEST, RECORD_ID, require_columns

EXPERT = "expert"
"""What a label is decided by that an expert decided."""

REASON_LENGTH = 1_000
"""Characters of a reason that are kept."""

DECISION_SCHEMA = pa.schema(
    [
        pa.field(RECORD_ID, DIGEST, nullable=False),
        pa.field("expert", pa.string(), nullable=False),
        pa.field("question", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("created_utc", pa.string(), nullable=False),
    ]
)
"""The Arrow schema in which decisions are kept, v1."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Decision:
    """The value that an expert gave a disputed record, and why.

    Privacy: the reason is free text of an expert who saw the scrubbed record.
    """

    record_id: bytes
    expert: str
    """The expert's pseudonym."""
    question: str
    value: str
    reason: str = field(repr=False)
    created_utc: str
    """ISO 8601 in UTC with microseconds: sorts as text."""


def standing_decisions(decisions: Iterable[Decision], question: str) -> list[Decision]:
    """Give the latest decision on each record, sorted by record."""
    latest: dict[bytes, Decision] = {}
    for decision in decisions:
        known = latest.get(decision.record_id)
        if decision.question == question and (known is None or _age(known) < _age(decision)):
            latest[decision.record_id] = decision
    return [latest[record_id] for record_id in sorted(latest)]


def _age(decision: Decision) -> tuple[str, Decision]:
    return decision.created_utc, decision


def decisions_to_batch(decisions: Iterable[Decision]) -> pa.RecordBatch:
    """Write decisions as one batch of `DECISION_SCHEMA`, in their order."""
    columns = list(zip(*map(astuple, decisions), strict=True)) or [()] * len(DECISION_SCHEMA)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, DECISION_SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=DECISION_SCHEMA)


def decisions_from_batch(batch: pa.RecordBatch) -> list[Decision]:
    """Read what `decisions_to_batch` wrote.

    Raises:
        SchemaError: The batch is not of `DECISION_SCHEMA`.
    """
    require_columns(batch, *DECISION_SCHEMA)
    return [Decision(**row) for row in batch.select(DECISION_SCHEMA.names).to_pylist()]
