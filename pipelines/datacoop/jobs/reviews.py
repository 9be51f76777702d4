"""What reviewers of a collection are given: auditors scrubbed rows, experts disputed records."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datacoop.jobs.audit_status import collected_marks, held_in
from datacoop.jobs.auditing import audit_form, audit_project
from datacoop.jobs.experts import ensure_experts_project, experts_form, send_disputed
from datacoop.jobs.frame import listed_records, records_of
from datacoop.jobs.labelling import labelled_records
from datacoop.jobs.labels import disputed_records
from datacoop.jobs.routing import facts_of
from datacoop.label.answers import read_result
from datacoop.label.audit_marks import LEAK, NOTHING_LEFT, says_nothing_left, standing_marks
from datacoop.label.audit_text import audit_text
from datacoop.label.experts import experts_project, experts_tasks
from datacoop.label.facts import RecordFacts
from datacoop.label.form import parse_form
from datacoop.label.label_studio import LabelStudio
from datacoop.label.review_queue import Reviewed, ReviewQueue
from datacoop.label.routing import make_tasks
from datacoop.label.votes import Vote
from datacoop.label.workforce import Workforce
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection
from datacoop.records.columns import LANGUAGE, MEMBER, RECORD_ID, SUBMISSION_ID

People = Callable[[Iterable[RecordFacts]], Workforce]
"""Gives who may review and what they know, for records that are so and so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review of a collection."""

    name: str
    """What tells it from the collection's labelling and other reviews."""
    title: str
    guidelines: str
    configuration: str
    question: str
    value: Callable[[object], str]
    """Says what the `result` of an annotation comes to; empty where it does not count."""
    payloads: Mapping[bytes, Mapping[str, Any]]
    """What is shown of each record.

    Privacy: scrubbed text.
    """
    queue: ReviewQueue
    project: Callable[[LabelStudio], int]
    """Gives the number of the project in Label Studio, with the tasks of `payloads` in it."""


def audit_review(
    pool: Pool, collection: Collection, people: People, own: Iterable[Vote]
) -> Review | None:
    """Give the leak audit of a collection; nothing where nothing was sent to auditors.

    A row is read by one auditor. A row that somebody marks is read by a second one, who is not
    told so. Rows that leak, or are barred with another one, are read no more.

    Args:
        own: Answers that were not collected yet.
    """
    state, name = pool.require(), collection.name
    routed = listed_records(pool.store, state.audited.get(name, ()))
    held = {bytes.fromhex(record) for record in held_in(state, name)}
    wanted = routed - (listed_records(pool.store, state.barred(name)) - held)
    names = collection.payload_schema.names
    columns = dict.fromkeys([*names, MEMBER, SUBMISSION_ID, LANGUAGE])
    rows = records_of(pool, state.active(name), wanted, list(columns))
    if not rows:
        return None
    told = [{RECORD_ID: i, **row} for i, row in rows.items()]
    facts = facts_of(state, collection, told)
    readers = people(facts)
    read = {
        # Whoever marks a row has it held; only who is cleared has read it.
        i: frozenset(m.annotator for m in marks if not m.is_leak or m.annotator in readers)
        for i, marks in standing_marks(collected_marks(pool, name)).items()
    }
    queue = ReviewQueue(
        Reviewed(
            records=facts,
            readers=readers,
            policy=collection.labelling.workforce,
            twice=frozenset(held),
            read=read,
            asks_again=lambda value: value == LEAK,
        )
    )
    _tell(queue, own, read)
    form = audit_form(collection)
    return Review(
        name=form.name,
        title=form.title,
        guidelines=form.guidelines,
        configuration=form.configuration,
        question=LEAK,
        value=lambda result: NOTHING_LEFT if says_nothing_left(result) else LEAK,
        payloads={i: {"text": audit_text({n: row[n] for n in names})} for i, row in rows.items()},
        queue=queue,
        project=lambda studio: audit_project(collection, studio),
    )


def experts_review(
    pool: Pool, collection: Collection, people: People, own: Iterable[Vote]
) -> Review | None:
    """Give what waits for experts; nothing where nothing is disputed.

    Nobody is given a record that they voted on.

    Args:
        own: Decisions that were not collected yet.
    """
    state, policy = pool.require(), collection.labelling
    # Where every submission was withdrawn, votes are left and texts are not.
    is_held = any(one.labelling_wanted for one in state.active(collection.name))
    waiting = disputed_records(pool, collection) if is_held else {}
    if not waiting:
        return None
    records = labelled_records(pool, state, collection.name)
    columns = parse_form(collection.file("labeling.xml")).columns
    tasks = experts_tasks(make_tasks(records, columns, frozenset(waiting)), waiting, policy)
    rows = (row for row in records.to_pylist() if row[RECORD_ID] in waiting)
    facts = facts_of(state, collection, rows)
    queue = ReviewQueue(
        Reviewed(
            records=facts,
            readers=people(facts),
            policy=policy.workforce,
            barred={
                record_id: frozenset(vote.annotator for vote in votes)
                for record_id, votes in waiting.items()
            },
        )
    )
    _tell(queue, own, {})
    configuration = experts_form(collection)
    form = parse_form(configuration)

    def project(studio: LabelStudio) -> int:
        send_disputed(pool, collection.name, studio)
        return ensure_experts_project(collection, studio)[0]

    return Review(
        name=experts_project(collection.name),
        title=experts_project(collection.title),
        guidelines=collection.file("guidelines.md"),
        configuration=configuration,
        question=policy.question,
        value=lambda result: read_result(result, form, policy)[0],
        payloads={task.record_id: task.payload for task in tasks},
        queue=queue,
        project=project,
    )


def _tell(queue: ReviewQueue, own: Iterable[Vote], read: Mapping[bytes, frozenset[str]]) -> None:
    """Tell a new queue the answers that were not collected yet."""
    for vote in own:
        if vote.annotator not in read.get(vote.record_id, ()):
            queue.take(vote, 0.0)
