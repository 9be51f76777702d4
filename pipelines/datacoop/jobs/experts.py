"""Disputed records to experts, and what they decide back into the pool."""

from collections.abc import Mapping, Sequence

from datacoop.errors import RefusedError
from datacoop.jobs.collected import collected_decisions
from datacoop.jobs.contracts import contract_of, require_fitting_form
from datacoop.jobs.labelling import asked_records, labelled_records
from datacoop.jobs.labels import disputed_records
from datacoop.label.answers import InvalidAnswer
from datacoop.label.decisions import DECISION_SCHEMA, Decision, decisions_to_batch
from datacoop.label.experts import (
    experts_configuration,
    experts_project,
    experts_tasks,
    read_decisions,
)
from datacoop.label.form import parse_form
from datacoop.label.kinds import is_answer
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import make_tasks
from datacoop.pool.blobs import batches_to_bytes
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection


def collect_decisions(
    pool: Pool,
    collection: Collection,
    studio: LabelStudio,
    operator: SigningKey,
    annotator_key: bytes,
    lengths: Mapping[str, int],
    *,
    created_utc: str,
) -> tuple[InvalidAnswer, ...]:
    """Bring experts' answers into the pool; give those that do not count."""
    project, configuration = ensure_experts_project(collection, studio)
    form = parse_form(configuration)
    found = read_decisions(
        studio.answers(project), form, collection.labelling, annotator_key, lengths=lengths
    )
    known = asked_records(pool, collection.name)
    decided = [decision for decision in found.decisions if decision.record_id in known]
    enter_decisions(pool, collection, decided, operator, created_utc=created_utc)
    return found.invalid


def enter_decisions(
    pool: Pool,
    collection: Collection,
    decisions: Sequence[Decision],
    operator: SigningKey,
    *,
    created_utc: str,
) -> int:
    """Enter experts' decisions that are new; give how many those are.

    Raises:
        RefusedError: A value does not answer the question, or nobody was asked about a record.
    """
    known = asked_records(pool, collection.name)
    for decision in decisions:
        if not is_answer(decision.value, collection.labelling):
            raise RefusedError(
                f"the value is no answer to {collection.labelling.question!r}",
                hint="`datacoop collection show` lists the answers.",
            )
        if decision.record_id not in known:
            raise RefusedError(
                f"nobody was asked about this record of {collection.name!r}",
                hint="`datacoop label disputed` lists the records that wait.",
            )
    fresh = sorted({*decisions} - {*collected_decisions(pool, collection.name)})
    if not fresh:
        return 0
    blob = pool.put_blob(batches_to_bytes(DECISION_SCHEMA, [decisions_to_batch(fresh)]))
    body = {"collection": collection.name, "decisions": blob, "count": len(fresh)}
    draft = Draft(kind="labels_decided", body=body, blobs=(blob,))

    def decide(current: State) -> Draft | None:
        return None if blob in current.decisions.get(collection.name, []) else draft

    pool.append(decide, operator, created_utc=created_utc)
    return len(fresh)


def send_disputed(pool: Pool, name: str, studio: LabelStudio) -> int:
    """Send the disputed records to the experts' project, each once; give how many wait."""
    state = pool.require()
    collection = contract_of(pool, state, name)
    waiting = disputed_records(pool, collection)
    if waiting:
        project, _ = ensure_experts_project(collection, studio)
        form = parse_form(collection.file("labeling.xml"))
        records = labelled_records(pool, state, name)
        tasks = make_tasks(records, form.columns, frozenset(waiting))
        studio.add_tasks(project, experts_tasks(tasks, waiting, collection.labelling))
    return len(waiting)


def ensure_experts_project(collection: Collection, studio: LabelStudio) -> tuple[int, str]:
    """Give the experts' project of a collection, made where there is none, and its form."""
    configuration = experts_form(collection)
    project = studio.ensure_project(
        experts_project(collection.name),
        experts_project(collection.title),
        configuration,
        collection.file("guidelines.md"),
        1,
    )
    return project, configuration


def experts_form(collection: Collection) -> str:
    """Give the labelling configuration that experts of a collection are asked by."""
    form = require_fitting_form(collection)
    return experts_configuration(collection.file("labeling.xml"), form, collection.labelling)
