"""A rescan: what recognizers find in records that were scrubbed already, and what of it is new.

A scrub leaves on purpose what looks personal: placeholders, surrogates, dates that are coarse. They
are told from what was missed by what the scrub wrote: a value is taken for ours only
if our operators could have written all of it, and no more of them than the row's counts say were
replaced. What is left must be found again with ours out of the way: a model takes some words beside
a surrogate for a name that it does not beside a placeholder.
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
from datacoop.scrub.operators import mask
from datacoop.scrub.rows import Finder, Row, find_all, gather
from datacoop.scrub.spans import Finding
from datacoop.scrub.surrogates import could_be_surrogate
from datacoop.scrub.texts import Place

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
    replaced = [
        {one["entity"]: one["count"] for one in listed}
        for listed in batch.column(FINDING_COUNTS).to_pylist()
    ]
    searched = [None if reason else _search(row, collection.scrub) for row, reason in zip(
        rows, reasons, strict=True
    )]  # fmt: skip
    again = {at: _without_ours(rows[at], one) for at, one in enumerate(searched) if one and one.new}
    told_again = dict(zip(again, find_all(list(again.values()), finder), strict=True))
    found = []
    for at, one in enumerate(searched):
        if one is None or told_again.get(at):
            found.append(Rescanned(missed=(UNSEARCHED,)))
            continue
        new = _search(again[at], collection.scrub).new & one.new if at in again else set()
        # As many as were replaced may stand there; of more, one at least was there before.
        new |= {entity for entity, count in one.ours.items() if count > replaced[at].get(entity, 0)}
        found.append(Rescanned(missed=tuple(sorted(new))))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Searched:
    """What was found in a row: what could be ours, and the entities of what could not."""

    ours: Counter[str]
    places: dict[Place, list[Finding]]
    new: set[str]


def _search(row: Row, policy: ScrubPolicy) -> _Searched:
    policy = policy.in_language(row.language)
    ours, new = Counter[str](), set[str]()
    places: dict[Place, list[Finding]] = {}
    for place, edits in row_edits(row, policy).items():
        text = (row.texts | row.terms)[place]
        for one in edits.edited:
            value = text[one.start : one.end]
            if is_ours(one.entity, value, row.language, policy.entities.get(one.entity)):
                ours[one.entity] += 1
                places.setdefault(place, []).append(one)
            else:
                new.add(one.entity)
    for name, value in row.personal.items():
        entity = policy.columns[name]
        if is_ours(entity, value, row.language, policy.entities.get(entity)):
            ours[entity] += 1
        else:
            new.add(entity)
    return _Searched(ours=ours, places=places, new=new)


def _without_ours(row: Row, found: _Searched) -> Row:
    def masked(texts: Mapping[Place, str]) -> dict[Place, str]:
        return {place: mask(text, found.places.get(place, ())) for place, text in texts.items()}

    return Row(
        language=row.language,
        texts=masked(row.texts),
        terms=masked(row.terms),
        personal=row.personal,
    )


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
