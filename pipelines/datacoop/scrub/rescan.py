"""A rescan: what recognizers find in records that were scrubbed already, and what of it is new.

A scrub leaves things that look personal on purpose: placeholders, surrogates, dates that are coarse.
They are told from what was missed by what the scrub wrote, never by chance: a value is taken for
one of ours only if our operators could have written it, and no more of them than the row's counts
say were replaced. Everything else was missed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from datacoop.records.collection import Collection
from datacoop.records.columns import FINDING_COUNTS, LANGUAGE
from datacoop.records.policies import EntityPolicy, ScrubPolicy
from datacoop.scrub.edits import row_edits
from datacoop.scrub.generalise import coarser
from datacoop.scrub.rows import Finder, Row, find_all, gather
from datacoop.scrub.surrogates import could_be_surrogate

UNSEARCHED = "unsearched"
"""Stands in the place of an entity where a row could not be searched: then it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescanned:
    """What a rescan says of one row."""

    missed: tuple[str, ...]
    """Entities of which something was missed, sorted; none where nothing was."""


def rescan_batch(
    batch: pa.RecordBatch, *, collection: Collection, finder: Finder
) -> list[Rescanned]:
    """Search scrubbed records again; say for each row, in order, what was missed in it.

    Columns read: the payload, `language`, `finding_counts`.
    Privacy: gives names of entities, no value.
    """
    columns = {c.name: batch.column(c.name).to_pylist() for c in collection.columns}
    rows = gather(batch.column(LANGUAGE).to_pylist(), collection, columns)
    reasons = find_all(rows, finder)
    counts = [
        {one["entity"]: one["count"] for one in listed}
        for listed in batch.column(FINDING_COUNTS).to_pylist()
    ]
    return [
        Rescanned(missed=(UNSEARCHED,) if reason else _missed(row, replaced, collection.scrub))
        for row, reason, replaced in zip(rows, reasons, counts, strict=True)
    ]


def _missed(row: Row, replaced: Mapping[str, int], policy: ScrubPolicy) -> tuple[str, ...]:
    policy = policy.in_language(row.language)
    given = row.texts | row.terms
    found = [
        (one.entity, given[place][one.start : one.end])
        for place, edits in row_edits(row, policy).items()
        for one in edits.edited
    ]
    found += [(policy.columns[name], value) for name, value in row.personal.items()]
    ours, missed = Counter[str](), set[str]()
    for entity, value in found:
        if is_ours(entity, value, row.language, policy.entities.get(entity)):
            ours[entity] += 1
        else:
            missed.add(entity)
    # As many as were replaced may stand there; of more, one at least was there before.
    missed |= {entity for entity, count in ours.items() if count > replaced.get(entity, 0)}
    return tuple(sorted(missed))


def is_ours(entity: str, value: str, language: str, rule: EntityPolicy | None) -> bool:
    """Say whether an operator could have written a value in the place of another."""
    if rule is None:
        return False
    if rule.operator == "surrogate":
        return could_be_surrogate(entity, value, language)
    return rule.operator == "generalise" and coarser(entity, value, rule.to) == value


def missed_counts(found: Sequence[Rescanned]) -> dict[str, int]:
    """Count rows by entity of which something was missed."""
    counts = Counter(entity for one in found for entity in one.missed)
    return dict(sorted(counts.items()))
