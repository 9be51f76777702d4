"""Votes from a Label Studio export, and votes as one."""

from typing import Any

from datacoop.jobs.collecting import Collected, enter_votes
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.labelling import asked_records, labelled_records, text_lengths
from datacoop.label.answers import InvalidAnswer, read_answers
from datacoop.label.form import parse_form
from datacoop.label.kinds import Ballots
from datacoop.label.routing import make_tasks
from datacoop.label.studio_json import read_export, write_export
from datacoop.pool.keys import SigningKey
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection
from datacoop.records.columns import RECORD_ID


def import_votes(
    pool: Pool,
    name: str,
    content: object,
    source: str | None,
    operator: SigningKey,
    annotator_key: bytes,
    *,
    created_utc: str,
) -> Collected:
    """Bring the votes of a Label Studio export into the pool; those it holds change nothing.

    Args:
        content: The export, parsed.
        source: A name for where it comes from, always the same for one Label Studio; none for
            what `export_json` gave of this pool.

    Raises:
        SettingsError: It is no Label Studio export.
        RefusedError: The collection has no record that may be labelled.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    form = parse_form(collection.file("labeling.xml"))
    records = labelled_records(pool, state, name)
    found = read_answers(
        read_export(content, source),
        form,
        collection.labelling,
        annotator_key,
        lengths=text_lengths(records, form, collection.labelling),
    )
    held = frozenset(records[RECORD_ID].to_pylist())
    foreign = [
        InvalidAnswer(
            annotation_id=vote.annotation_id,
            key=vote.record_id.hex(),
            annotator=vote.annotator,
            reason="label.unknown_record",
        )
        for vote in found.votes
        if vote.record_id not in held
    ]
    votes = [vote for vote in found.votes if vote.record_id in held]
    invalid = [*found.invalid, *foreign]
    return enter_votes(
        pool, collection, votes, invalid, operator, is_import=True, created_utc=created_utc
    )


def export_json(pool: Pool, collection: Collection, ballots: Ballots) -> list[dict[str, Any]]:
    """Give what annotators were asked about, with the votes, as Label Studio's JSON."""
    form = parse_form(collection.file("labeling.xml"))
    records = labelled_records(pool, pool.state(), collection.name)
    tasks = make_tasks(records, form.columns, asked_records(pool, collection.name))
    return write_export(tasks, ballots, form, collection.labelling)
