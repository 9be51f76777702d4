"""Choose which records annotators see, and what they see of each."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa

from datacoop.errors import SettingsError
from datacoop.records.columns import RECORD_ID, RESERVED
from datacoop.records.policies import LabellingPolicy

Records: TypeAlias = pa.Table | Iterable[pa.RecordBatch]
"""Record batches, or a table of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A record as annotators see it.

    Privacy: holds scrubbed payload only; neither member nor submission.
    """

    record_id: bytes
    payload: Mapping[str, Any] = field(repr=False)
    """Display values by payload column: texts, numbers, or a list of turns."""

    @property
    def key(self) -> str:
        """The record id in hex: what tells one task from another in Label Studio."""
        return self.record_id.hex()


def choose_tasks(
    records: Records, policy: LabellingPolicy, already: AbstractSet[bytes]
) -> list[bytes]:
    """Give the ids of the records to send to annotators, in order of `records`, each once.

    Whether a record is chosen depends on its id alone, so neither batching nor the arrival of
    other records changes it; a larger share keeps everything that a smaller one chose.

    Columns read: `record_id`.

    Args:
        already: Ids of records that have a task.
    """
    chosen: dict[bytes, None] = {}
    for batch in _batches(records):
        for record_id in batch.column(RECORD_ID).to_pylist():
            if record_id not in already and _percentile(record_id) < policy.share_percent:
                chosen[record_id] = None
    return list(chosen)


def make_tasks(records: Records, columns: Sequence[str], chosen: AbstractSet[bytes]) -> list[Task]:
    """Make the tasks of the `chosen` records, in order of `records`, each once.

    Args:
        columns: The payload columns that the labelling configuration shows.

    Raises:
        SettingsError: A column is a system column, or no column of `records`.
    """
    tasks: dict[bytes, Task] = {}
    for batch in _batches(records):
        _require_payload(columns, batch.schema)
        wanted = pa.array([i in chosen for i in batch.column(RECORD_ID).to_pylist()], pa.bool_())
        for row in batch.select([RECORD_ID, *columns]).filter(wanted).to_pylist():
            record_id = row.pop(RECORD_ID)
            tasks[record_id] = Task(record_id=record_id, payload=_displayed(row))
    return list(tasks.values())


def _batches(records: Records) -> Iterable[pa.RecordBatch]:
    batches: Iterable[pa.RecordBatch] = records
    if isinstance(records, pa.Table):
        batches = records.to_batches()
    return batches


def _percentile(record_id: bytes) -> int:
    # Digested again under a name of its own, so that no other choice by record id, such as
    # the split, goes the same way.
    digest = hashlib.sha256(b"datacoop.route.v1\n" + record_id).digest()
    return int.from_bytes(digest[:8], "big") % 100


def _require_payload(columns: Sequence[str], schema: pa.Schema) -> None:
    for name in columns:
        if name in RESERVED or name not in schema.names:
            raise SettingsError(
                f"the labelling configuration shows ${name}, which is no payload column",
                hint="Show payload columns of the collection only; annotators see no source.",
            )


def _displayed(row: Mapping[str, Any]) -> dict[str, Any]:
    # Label Studio refuses a task whose text is null.
    return {name: "" if value is None else value for name, value in row.items()}
