"""The labelling job: records to Label Studio as tasks, and gone ones out of it."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import RefusedError
from datacoop.jobs.collected import collected_votes
from datacoop.jobs.contracts import contract_of, require_fitting_form
from datacoop.jobs.frame import listed_records, pooled_batches, without
from datacoop.label.form import Form, parse_form
from datacoop.label.kinds import LABELS
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import choose_tasks, make_tasks
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection
from datacoop.records.columns import LANGUAGE, RECORD_ID
from datacoop.records.digest import canonical_json
from datacoop.records.duplicates import INDEX_SCHEMA, duplicates
from datacoop.records.policies import LabellingPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What a routing run did."""

    project: int
    """Label Studio's number of the collection's project."""
    tasks_sent: int
    tasks_in_all: int
    tasks_sent_again: int = 0
    """Tasks that Label Studio had lost."""


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
    require_fitting_form(collection)
    return studio.ensure_project(
        collection.name,
        collection.title,
        collection.file("labeling.xml"),
        collection.file("guidelines.md"),
        collection.labelling.votes,
        may_be_empty=collection.labelling.kind == LABELS,
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
    return table.filter(pc.invert(pc.is_in(table[RECORD_ID], later)))


def routed_records(pool: Pool, name: str) -> frozenset[bytes]:
    """Give the ids of the records that have a task already."""
    return listed_records(pool.store, pool.state().tasks.get(name, []))


def delete_gone_tasks(pool: Pool, name: str, studio: LabelStudio) -> frozenset[bytes]:
    """Take the tasks of withdrawn and barred records out of Label Studio, answers and all.

    Asked for every time: who withdraws cannot reach Label Studio, and it may be put back.

    Returns:
        These records.
    """
    routed = routed_records(pool, name)
    gone = routed - present_records(pool, name) if routed else routed
    if gone:
        project = ensure_project(contract_of(pool, pool.state(), name), studio)
        studio.delete_tasks(project, sorted(record_id.hex() for record_id in gone))
    return gone


def present_records(pool: Pool, name: str) -> set[bytes]:
    """Give the ids of the records that were neither withdrawn nor barred."""
    state, here = pool.state(), set[bytes]()
    for batch in pooled_batches(pool, state.active(name), [RECORD_ID]):
        here.update(batch.column(RECORD_ID).to_pylist())
    return here - listed_records(pool.store, state.barred(name))


def asked_records(pool: Pool, name: str) -> frozenset[bytes]:
    """Give the ids of the records that have a task, or a vote from elsewhere."""
    return routed_records(pool, name) | {vote.record_id for vote in collected_votes(pool, name)}


def text_lengths(records: pa.Table, form: Form, policy: LabellingPolicy) -> dict[str, int]:
    """Give the characters of the text that spans are marked in, by key of the task."""
    column = form.texts.get(form.targets.get(policy.question, ""))
    if policy.kind != LABELS or column is None:
        return {}
    lengths = pc.utf8_length(records[column]).fill_null(0).to_pylist()
    ids = records[RECORD_ID].to_pylist()
    return {i.hex(): length for i, length in zip(ids, lengths, strict=True)}


def record_languages(pool: Pool, name: str) -> dict[bytes, str]:
    """Give the language of each record that may be labelled."""
    records = labelled_records(pool, pool.state(), name)
    ids, languages = records[RECORD_ID].to_pylist(), records[LANGUAGE].to_pylist()
    return dict(zip(ids, languages, strict=True))
