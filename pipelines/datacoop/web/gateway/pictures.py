"""The picture of a collection's labelling, from the pool."""

import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from datacoop.jobs.labelling import collected_votes, labelled_records, routed_records
from datacoop.label.demand import Demand
from datacoop.label.picture import Picture
from datacoop.label.votes import counting_votes
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection
from datacoop.records.columns import LANGUAGE, RECORD_ID

FRESH_SECONDS = 60.0
"""How long a picture is shown before a new one is made."""

_SPANS = "labels"


class PlainKind(NamedTuple):
    """The kind of a record, as far as pages show it."""

    language: str
    domains: tuple[str, ...]


def picture_of(pool: Pool, collection: Collection) -> Picture:
    """Make the picture that votes and policy give, with the same number of votes for each."""
    policy = collection.labelling
    routed = routed_records(pool, collection.name)
    records = labelled_records(pool, pool.require(), collection.name)
    rows = records.select([RECORD_ID, LANGUAGE]).to_pylist()
    kinds = {
        row[RECORD_ID]: PlainKind(row[LANGUAGE], collection.domains)
        for row in rows
        if row[RECORD_ID] in routed
    }
    votes = counting_votes(collected_votes(pool, collection.name))
    given = Counter(vote.record_id for vote in votes)
    return Picture(
        votes=votes,
        values=() if policy.kind == _SPANS else policy.values,
        kinds=kinds,
        demands={
            record_id: Demand(record_id=record_id, votes=policy.votes - given[record_id], doubt=1.0)
            for record_id in kinds
            if given[record_id] < policy.votes
        },
    )


def kept(
    make: Callable[[], Picture], clock: Callable[[], float] = time.monotonic
) -> Callable[[], Picture]:
    """Give a function that makes a picture anew only when the last one is old."""
    held: tuple[float, Picture] | None = None

    def picture() -> Picture:
        nonlocal held
        now = clock()
        if held is None or now - held[0] >= FRESH_SECONDS:
            held = now, make()
        return held[1]

    return picture
