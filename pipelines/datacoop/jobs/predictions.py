"""A model's doubt of records, kept in the operator's own store beside gold.

Neither the pool nor the gateway's folder holds it: whoever labels should not know what a model
expects of them.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from datacoop.errors import RefusedError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.labelling import labelled_records
from datacoop.label.facts import RecordFacts
from datacoop.label.predictions import doubts, read_predictions
from datacoop.pool.blobs import batches_to_bytes, bytes_to_batches
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.records.columns import RECORD_ID

FAULTS_TOLD = 20
"""A wrong file may have a fault in each of a million rows."""

_SCHEMA = pa.schema(
    [
        pa.field(RECORD_ID, pa.binary(32), nullable=False),
        pa.field("doubt", pa.float64(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of a file of predictions."""

    records: int
    """Records that it predicts."""
    records_in_all: int
    """Records of the collection that have a prediction now."""


def add_predictions(pool: Pool, store: ObjectStore, name: str, path: Path) -> Added:
    """Take a model's predictions of records of a collection; of one record the newest stand.

    What is known of records that may not be labelled any more is forgotten.

    Args:
        store: The operator's own, where gold is.

    Raises:
        RefusedError: A row has a fault; nothing is taken.
        SettingsError: The file cannot be read.
    """
    state = pool.require()
    policy = contract_of(pool, state, name).labelling
    known = frozenset(labelled_records(pool, state, name)[RECORD_ID].to_pylist())
    new, faults = doubts(read_predictions(path, policy), policy, known)
    if faults:
        lines = "".join(f"\n  {fault}" for fault in faults[:FAULTS_TOLD])
        more = len(faults) - FAULTS_TOLD
        raise RefusedError(
            f"the predictions have {len(faults)} fault{'s' * (len(faults) != 1)}:{lines}"
            + f"\n  and {more} more" * (more > 0),
            hint="Nothing was taken. Mend the rows named, then run the command again.",
        )
    kept = {i: one for i, one in known_doubts(store, name).items() if i in known} | new
    _keep(store, name, kept)
    return Added(records=len(new), records_in_all=len(kept))


def known_doubts(store: ObjectStore, name: str) -> dict[bytes, float]:
    """Give the doubt of each record of a collection that has predictions."""
    content = store.find(_key(name))
    found: dict[bytes, float] = {}
    for batch in bytes_to_batches(content) if content else ():
        found.update(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    return found


def forget_predictions(store: ObjectStore, name: str, gone: Collection[bytes]) -> None:
    """Delete what is known of some records."""
    known = known_doubts(store, name)
    kept = {record_id: one for record_id, one in known.items() if record_id not in gone}
    if len(kept) < len(known):
        _keep(store, name, kept)


def predictions_mark(store: ObjectStore, name: str) -> bytes | None:
    """Give what changes whenever predictions do, without reading them."""
    return store.find(_mark(name))


def with_doubts(facts: Iterable[RecordFacts], known: Mapping[bytes, float]) -> list[RecordFacts]:
    """Add to records how much a model doubts them."""
    return [one._replace(guess_doubt=known.get(one.record_id)) for one in facts]


def _keep(store: ObjectStore, name: str, known: Mapping[bytes, float]) -> None:
    ids = sorted(known)
    columns = [pa.array(ids, pa.binary(32)), pa.array([known[i] for i in ids], pa.float64())]
    content = batches_to_bytes(_SCHEMA, [pa.record_batch(columns, schema=_SCHEMA)])
    store.put(_key(name), content)
    # After the content: who sees the new mark finds what it stands for, or something newer.
    store.put(_mark(name), hashlib.sha256(content).hexdigest().encode())


def _key(name: str) -> str:
    return f"predictions/{name}.arrow"


def _mark(name: str) -> str:
    return f"predictions/{name}.sha256"
