"""The labelling job: records to Label Studio, answers back as votes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from datacoop.errors import RefusedError
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.gold_store import keep_gold_votes, known_gold
from datacoop.label.adjudication import labels
from datacoop.label.agreement import alpha
from datacoop.label.answers import read_answers
from datacoop.label.form import form_faults, parse_form
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import choose_tasks, make_tasks
from datacoop.label.votes import VOTE_SCHEMA, Vote, merge_votes, votes_from_batch, votes_to_batch
from datacoop.pool.blobs import (
    batches_to_bytes,
    bytes_to_batches,
    get_blob,
    get_blob_list,
)
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection
from datacoop.records.columns import RECORD_ID
from datacoop.records.digest import canonical_json
from datacoop.records.duplicates import ENTRY, INDEX_SCHEMA, duplicates


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What a routing run did."""

    project: int
    """Label Studio's number of the collection's project."""
    tasks_sent: int
    tasks_in_all: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a collecting run brought, and where the collection's labels stand."""

    votes_new: int
    votes_in_all: int
    labels: int
    invalid: dict[str, int]
    """Answers that do not count, by reason code."""
    alpha: float | None
    """Krippendorff's alpha over all votes; none while there are too few."""


def route_tasks(
    pool: Pool, name: str, studio: LabelStudio, operator: SigningKey, *, created_utc: str
) -> Routed:
    """Send the records that the policy asks labels for to Label Studio, each once.

    Tasks are sent first and entered after: killed between, the next run sends nothing twice.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    project = ensure_project(collection, studio)
    records = labelled_records(pool, state, name)
    already = routed_records(pool, name)
    chosen = choose_tasks(records, collection.labelling, already)
    form = parse_form(collection.file("labeling.xml"))
    tasks = make_tasks(records, form.columns, frozenset(chosen))
    studio.add_tasks(project, tasks)
    if chosen:
        sent = pool.put_blob(canonical_json(sorted(record_id.hex() for record_id in chosen)))
        body = {"collection": name, "tasks": sent, "count": len(chosen)}
        draft = Draft(kind="tasks_routed", body=body, blobs=(sent,))

        def decide(current: State) -> Draft | None:
            return None if sent in current.tasks.get(name, []) else draft

        pool.append(decide, operator, created_utc=created_utc)
    return Routed(project=project, tasks_sent=len(chosen), tasks_in_all=len(already) + len(chosen))


def ensure_project(collection: Collection, studio: LabelStudio) -> int:
    """Give the collection's project in Label Studio; make it where there is none.

    Raises:
        RefusedError: The labelling configuration does not fit the policy or the columns.
    """
    configuration = collection.file("labeling.xml")
    columns = [column.name for column in collection.columns]
    faults = form_faults(parse_form(configuration), collection.labelling, columns)
    if faults:
        raise RefusedError(
            f"labeling.xml of {collection.name!r} has faults: " + "; ".join(map(str, faults))
        )
    return studio.ensure_project(
        collection.name,
        collection.title,
        configuration,
        collection.file("guidelines.md"),
        collection.labelling.votes,
    )


def labelled_records(pool: Pool, state: State, name: str) -> pa.Table:
    """Give the records of a collection that annotators may see: wanted, and no duplicates."""
    batches = []
    for submission in state.active(name):
        if submission.labelling_wanted and submission.records is not None:
            for ref in get_blob_list(pool.store, submission.records):
                for batch in bytes_to_batches(get_blob(pool.store, ref.sha256)):
                    entries = pa.array([submission.entry] * batch.num_rows, pa.int64())
                    batches.append(batch.append_column(ENTRY, entries))
    if not batches:
        raise RefusedError(
            f"no record of {name!r} is to be labelled", hint="Take in a submission first."
        )
    table = pa.Table.from_batches(batches)
    index = table.select(INDEX_SCHEMA.names).cast(INDEX_SCHEMA).combine_chunks().to_batches()
    later = duplicates(index).column(RECORD_ID)
    return table.filter(pa.compute.invert(pa.compute.is_in(table[RECORD_ID], later)))


def routed_records(pool: Pool, name: str) -> frozenset[bytes]:
    """Give the ids of the records that have a task already."""
    blobs = pool.state().tasks.get(name, [])
    texts = (json.loads(get_blob(pool.store, blob)) for blob in blobs)
    return frozenset(bytes.fromhex(text) for listed in texts for text in listed)


def collect_votes(
    pool: Pool,
    name: str,
    studio: LabelStudio,
    operator: SigningKey,
    annotator_key: bytes,
    *,
    created_utc: str,
    gold: ObjectStore | None = None,
) -> Collected:
    """Bring the answers given since the last run into the pool; facts are only added.

    Args:
        annotator_key: The secret under which annotators get their pseudonyms.
        gold: The operator's store for gold, to which answers to gold records go instead.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    form = parse_form(collection.file("labeling.xml"))
    answers = studio.answers(ensure_project(collection, studio))
    found = read_answers(answers, form, collection.labelling, annotator_key)
    routed = routed_records(pool, name)
    known = collected_votes(pool, name)
    told = {vote for vote in found.votes if vote.record_id in routed}
    if gold is not None:
        apart = known_gold(gold, name)
        on_gold = {vote for vote in told if vote.record_id in apart}
        keep_gold_votes(gold, name, on_gold)
        told -= on_gold
    fresh = sorted(told - set(known))
    if fresh:
        blob = pool.put_blob(batches_to_bytes(VOTE_SCHEMA, [votes_to_batch(fresh)]))
        body = {"collection": name, "votes": blob, "count": len(fresh)}
        draft = Draft(kind="votes_collected", body=body, blobs=(blob,))

        def decide(current: State) -> Draft | None:
            return None if blob in current.votes.get(name, []) else draft

        pool.append(decide, operator, created_utc=created_utc)
    votes = merge_votes(known, fresh)
    reasons = sorted(answer.reason for answer in found.invalid)
    return Collected(
        votes_new=len(fresh),
        votes_in_all=len(votes),
        labels=len(labels(votes, collection.labelling)),
        invalid={reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
        alpha=alpha(votes, collection.labelling.question),
    )


def collected_votes(pool: Pool, name: str) -> list[Vote]:
    """Give every vote of a collection that the pool holds."""
    return merge_votes([], _stored_votes(pool, name))


def _stored_votes(pool: Pool, name: str) -> Iterator[Vote]:
    for blob in pool.state().votes.get(name, []):
        for batch in bytes_to_batches(get_blob(pool.store, blob)):
            yield from votes_from_batch(batch)
