"""The labelling job: records to Label Studio, answers back as votes."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from datacoop.errors import RefusedError
from datacoop.jobs.contracts import contract_of, require_form
from datacoop.jobs.frame import listed_records, pooled_batches, without
from datacoop.label.adjudication import labels
from datacoop.label.agreement import alpha
from datacoop.label.answers import read_answers
from datacoop.label.form import parse_form
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import choose_tasks, make_tasks
from datacoop.label.sync import judge_vanished, vanished_votes
from datacoop.label.votes import (
    VOTE_SCHEMA,
    Vote,
    counting_votes,
    merge_votes,
    pseudonym,
    votes_from_batch,
    votes_to_batch,
)
from datacoop.pool.blobs import (
    batches_to_bytes,
    bytes_to_batches,
    get_blob,
)
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection
from datacoop.records.columns import RECORD_ID
from datacoop.records.digest import canonical_json
from datacoop.records.duplicates import INDEX_SCHEMA, duplicates


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What a routing run did."""

    project: int
    """Label Studio's number of the collection's project."""
    tasks_sent: int
    tasks_in_all: int
    tasks_sent_again: int = 0
    """Tasks that Label Studio had lost."""


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
    votes_withdrawn: int = 0
    """Votes taken back by this run, for their answers were deleted."""
    votes_missing: int = 0
    """Votes that stay, though Label Studio has lost their answers."""


def route_tasks(
    pool: Pool, name: str, studio: LabelStudio, operator: SigningKey, *, created_utc: str
) -> Routed:
    """Send the records that the policy asks labels for to Label Studio, each once.

    Tasks are sent first and entered after: killed between, the next run sends nothing twice.
    What Label Studio has lost meanwhile is sent again.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    project = ensure_project(collection, studio)
    records = labelled_records(pool, state, name)
    already = routed_records(pool, name)
    chosen = choose_tasks(records, collection.labelling, already)
    form = parse_form(collection.file("labeling.xml"))
    tasks = make_tasks(records, form.columns, already | frozenset(chosen))
    fresh = [task for task in tasks if task.record_id not in already]
    delete_gone_tasks(pool, name, studio)
    lost = len(tasks) - len(fresh) - studio.count_tasks(project)
    # Asking for every task is dear, and seldom needed: a count tells.
    studio.add_tasks(project, tasks if lost else fresh)
    if chosen:
        sent = pool.put_blob(canonical_json(sorted(record_id.hex() for record_id in chosen)))
        body = {"collection": name, "tasks": sent, "count": len(chosen)}
        draft = Draft(kind="tasks_routed", body=body, blobs=(sent,))

        def decide(current: State) -> Draft | None:
            return None if sent in current.tasks.get(name, []) else draft

        pool.append(decide, operator, created_utc=created_utc)
    return Routed(
        project=project,
        tasks_sent=len(chosen),
        tasks_in_all=len(already) + len(chosen),
        tasks_sent_again=max(lost, 0),
    )


def ensure_project(collection: Collection, studio: LabelStudio) -> int:
    """Give the collection's project in Label Studio; make it where there is none.

    Raises:
        RefusedError: The labelling configuration does not fit the policy or the columns.
    """
    require_form(collection)
    return studio.ensure_project(
        collection.name,
        collection.title,
        collection.file("labeling.xml"),
        collection.file("guidelines.md"),
        collection.labelling.votes,
    )


def labelled_records(pool: Pool, state: State, name: str) -> pa.Table:
    """Give the records that annotators may see: wanted, no duplicates, not barred as leaks."""
    barred = listed_records(pool.store, state.barred(name))
    wanted = [submission for submission in state.active(name) if submission.labelling_wanted]
    batches = [without(batch, barred) for batch in pooled_batches(pool, wanted)]
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
    return listed_records(pool.store, pool.state().tasks.get(name, []))


def delete_gone_tasks(pool: Pool, name: str, studio: LabelStudio) -> frozenset[bytes]:
    """Take the tasks of withdrawn and barred records out of Label Studio, answers and all.

    Asked for every time: who withdraws cannot reach Label Studio, and it may be put back.

    Returns:
        These records.
    """
    state = pool.state()
    routed = routed_records(pool, name)
    here: set[bytes] = set()
    if routed:
        for batch in pooled_batches(pool, state.active(name), [RECORD_ID]):
            here.update(batch.column(RECORD_ID).to_pylist())
    gone = routed - (here - listed_records(pool.store, state.barred(name)))
    if gone:
        project = ensure_project(contract_of(pool, state, name), studio)
        studio.delete_tasks(project, sorted(record_id.hex() for record_id in gone))
    return gone


def collect_votes(
    pool: Pool,
    name: str,
    studio: LabelStudio,
    operator: SigningKey,
    annotator_key: bytes,
    *,
    created_utc: str,
) -> Collected:
    """Bring the answers given since the last run into the pool; facts are only added.

    An edited answer is a new fact, and so is a deleted one: it takes the vote back.

    Args:
        annotator_key: The secret under which annotators get their pseudonyms.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    form = parse_form(collection.file("labeling.xml"))
    project = ensure_project(collection, studio)
    without_task = delete_gone_tasks(pool, name, studio)
    answers = studio.answers(project)
    found = read_answers(answers, form, collection.labelling, annotator_key)
    routed = routed_records(pool, name)
    known = collected_votes(pool, name)
    keys = {record_id.hex() for record_id in routed}
    present = {
        (answer.annotation_id, bytes.fromhex(answer.key), pseudonym(annotator_key, answer.user_id))
        for answer in answers
        if answer.user_id is not None and answer.key in keys
    }
    asked = [vote for vote in known if vote.record_id not in without_task]
    gone = vanished_votes(asked, present)
    made = studio.made_utc(project, sorted({vote.record_id.hex() for vote in gone}))
    judged = judge_vanished(gone, len(counting_votes(asked)), made)
    seen = {v for v in found.votes if v.record_id in routed}
    fresh = sorted((seen | set(judged.deleted)) - set(known))
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
        votes_withdrawn=len(judged.deleted),
        votes_missing=judged.missing,
    )


def collected_votes(pool: Pool, name: str) -> list[Vote]:
    """Give every vote of a collection that the pool holds."""
    return merge_votes([], _stored_votes(pool, name))


def _stored_votes(pool: Pool, name: str) -> Iterator[Vote]:
    for blob in pool.state().votes.get(name, []):
        for batch in bytes_to_batches(get_blob(pool.store, blob)):
            yield from votes_from_batch(batch)
