"""Votes: what annotators answered, kept as facts to which facts are only added."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass

import pyarrow as pa

from datacoop.records.columns import DIGEST, RECORD_ID, require_columns

PSEUDONYM_DIGITS = 16
"""Hex digits of a pseudonym: 64 bits, where a pool has thousands of annotators at most."""

VOTE_SCHEMA = pa.schema(
    [
        pa.field(RECORD_ID, DIGEST, nullable=False),
        pa.field("annotator", pa.string(), nullable=False),
        pa.field("question", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("round", pa.int32(), nullable=False),
        pa.field("annotation_id", pa.int64(), nullable=False),
        pa.field("created_utc", pa.string(), nullable=False),
        pa.field("withdrawn", pa.bool_(), nullable=False),
    ]
)
"""The Arrow schema in which votes are kept, v1."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Vote:
    """One answer of one annotator, as it stood at one time."""

    record_id: bytes
    annotator: str
    """The annotator's pseudonym."""
    question: str
    value: str
    """The answer; empty where the annotator skipped the task."""
    round: int
    """1 for the votes asked first."""
    annotation_id: int
    """Label Studio's number of the annotation."""
    created_utc: str
    """When the answer was given or edited, ISO 8601 in UTC with microseconds: sorts as text."""
    withdrawn: bool
    """Whether the annotator took the answer back or skipped the task; it then does not count."""


_PSEUDONYM = re.compile(rf"[0-9a-f]{{{PSEUDONYM_DIGITS}}}")


def is_pseudonym(text: str) -> bool:
    """Say whether a text has the form of a pseudonym."""
    return _PSEUDONYM.fullmatch(text) is not None


def pseudonym(key: bytes, user_id: int | str) -> str:
    """Give the pseudonym of a Label Studio user; without `key` it cannot be guessed back."""
    name = f"datacoop.annotator.v1\n{user_id}".encode()
    return hmac.new(key, name, hashlib.sha256).hexdigest()[:PSEUDONYM_DIGITS]


def merge_votes(old: Iterable[Vote], new: Iterable[Vote]) -> list[Vote]:
    """Add facts to facts: nothing is lost, a fact told twice is one fact, sorted.

    However answers arrive (late, doubled, out of order), the same answers give the same list.
    """
    return sorted({*old, *new})


def counting_votes(votes: Iterable[Vote]) -> list[Vote]:
    """Give the votes that count, sorted by record and time.

    Of the facts about one annotator, record and question the latest stands, by
    `(created_utc, annotation_id)`; where that one is withdrawn, none does.
    """
    latest: dict[tuple[bytes, str, str], Vote] = {}
    for vote in votes:
        place = (vote.record_id, vote.annotator, vote.question)
        if place not in latest or _age(latest[place]) < _age(vote):
            latest[place] = vote
    return sorted((vote for vote in latest.values() if not vote.withdrawn), key=_by_time)


def _age(vote: Vote) -> tuple[str, int, bool, str, int]:
    # What follows the annotation id only makes the order total.
    return vote.created_utc, vote.annotation_id, vote.withdrawn, vote.value, vote.round


def _by_time(vote: Vote) -> tuple[bytes, int, str, int, Vote]:
    return vote.record_id, vote.round, vote.created_utc, vote.annotation_id, vote


def votes_to_batch(votes: Iterable[Vote]) -> pa.RecordBatch:
    """Write votes as one batch of `VOTE_SCHEMA`, in their order."""
    columns = list(zip(*map(astuple, votes), strict=True)) or [()] * len(VOTE_SCHEMA)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, VOTE_SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=VOTE_SCHEMA)


def votes_from_batch(batch: pa.RecordBatch) -> list[Vote]:
    """Read what `votes_to_batch` wrote.

    Raises:
        SchemaError: The batch is not of `VOTE_SCHEMA`.
    """
    require_columns(batch, *VOTE_SCHEMA)
    return [Vote(**row) for row in batch.select(VOTE_SCHEMA.names).to_pylist()]
