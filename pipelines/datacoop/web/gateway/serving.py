"""Put a gateway together from pool, store and Label Studio, and run it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from datacoop.jobs.contracts import contract_of
from datacoop.jobs.labelling import ensure_project, labelled_records, routed_records
from datacoop.jobs.predictions import predictions_mark
from datacoop.jobs.reviews import Review, audit_review, experts_review
from datacoop.jobs.routing import make_queue, record_facts
from datacoop.jobs.workforce import read_workforce
from datacoop.label.answers import read_result
from datacoop.label.experts import experts_project
from datacoop.label.facts import RecordFacts
from datacoop.label.form import parse_form
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import make_tasks
from datacoop.label.workforce import Workforce, unknown_annotator
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection
from datacoop.records.columns import RECORD_ID
from datacoop.web.gateway.pictures import kept, picture_of
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.work import Work, own_votes, restore


class Source:
    """Makes all work, and makes it anew whenever the pool's log has grown."""

    def __init__(
        self,
        pool: Pool,
        studio: LabelStudio,
        store: Store,
        *,
        workforce: Path | None = None,
        gold: ObjectStore | None = None,
        key: bytes = b"",
        auditors: frozenset[int] = frozenset(),
        experts: frozenset[int] = frozenset(),
    ) -> None:
        """Take what work is made of.

        Args:
            workforce: The workforce file; without one, everybody in `store` is taken as
                `unknown_annotator` says.
            gold: The operator's store for gold and a model's doubt, if there is either.
            key: The secret that decides which turns are gold.
            auditors: Label Studio's numbers of the users who are cleared for leak audits.
            experts: The same of those who decide what is disputed.
        """
        self._pool, self._studio, self._store = pool, studio, store
        self._workforce, self._gold, self._key = workforce, gold, key
        self._auditors, self._experts = auditors, experts
        self._seen: tuple[object, ...] = ()
        self._tasks: dict[str, tuple[int, dict[bytes, int]]] = {}
        """Project and numbers of tasks of each collection, as Label Studio last told them."""

    def works(self, *, anew: bool = False) -> list[Work] | None:
        """Give the work of every collection that has tasks, in order of their names.

        Waits for the pool, and for Label Studio where there are tasks not seen before.

        Args:
            anew: Whether to make it even where nothing changed.

        Returns:
            The work; none where nothing has changed since it was last made.

        Raises:
            TransientError: Label Studio cannot be reached.
            SettingsError: The workforce file has faults.
        """
        state = self._pool.require()
        users = {one.annotator: one.studio_user for one in self._store.accounts()}
        gold = self._gold
        marks = () if gold is None else [predictions_mark(gold, name) for name in state.tasks]
        seen = (state.length, *users.items(), *marks)
        if seen == self._seen and not anew:
            return None
        # A collection whose submissions were all withdrawn has nothing that may be shown.
        names = [
            name
            for name in sorted(state.tasks)
            if any(submission.labelling_wanted for submission in state.active(name))
        ]
        works = [self._work(state, name, list(users)) for name in names]
        for name in sorted(state.collections):
            works += self._reviews(contract_of(self._pool, state, name), users)
        self._seen = seen
        return works

    def _reviews(self, collection: Collection, users: Mapping[str, int]) -> Iterator[Work]:
        """Make the work of auditors and experts, where there are some."""
        kinds = (
            (self._auditors, f"{collection.name}/leak-audit", audit_review),
            (self._experts, experts_project(collection.name), experts_review),
        )
        for cleared, name, make in kinds:
            people = [annotator for annotator, user in users.items() if user in cleared]
            if not people:
                continue
            served = self._store.all_served(name)
            readers = partial(self._readers, people)
            found = make(self._pool, collection, readers, own_votes(served, name))
            if found is not None:
                restore(found.queue, served)
                yield self._review(collection, found, people)

    def _readers(self, people: Sequence[str], facts: Iterable[RecordFacts]) -> Workforce:
        known = self._people(people, facts)
        return {name: known[name] for name in people if name in known}

    def _review(self, collection: Collection, review: Review, people: Sequence[str]) -> Work:
        project, tasks = self._tasks_of(
            review.name, review.payloads, lambda: review.project(self._studio)
        )
        return Work(
            name=review.name,
            collection=collection.name,
            title=review.title,
            guidelines=review.guidelines,
            project=project,
            questions=parse_form(review.configuration).questions,
            question=review.question,
            value=review.value,
            queue=review.queue,
            payload=review.payloads.get,
            task=tasks.get,
            readers=frozenset(people),
        )

    def _work(self, state: State, name: str, people: Sequence[str]) -> Work:
        collection = contract_of(self._pool, state, name)
        form = parse_form(collection.file("labeling.xml"))
        routed = routed_records(self._pool, name)
        records = labelled_records(self._pool, state, name)
        mine = pa.array([i in routed for i in records[RECORD_ID].to_pylist()], pa.bool_())
        table = records.filter(mine).select([RECORD_ID, *form.columns]).combine_chunks()
        ids: list[bytes] = table[RECORD_ID].to_pylist()
        project, tasks = self._tasks_of(name, ids, lambda: ensure_project(collection, self._studio))
        facts = [one for one in record_facts(self._pool, collection) if one.record_id in tasks]
        question = collection.labelling.question
        served = self._store.all_served(name)
        workforce = self._people(people, facts)
        queue = make_queue(
            self._pool,
            collection,
            workforce,
            self._gold,
            self._key,
            facts=facts,
            own=own_votes(served, question),
        )
        restore(queue, served)
        self._store.pause_only(name, queue.paused)
        return Work(
            name=name,
            collection=name,
            title=collection.title,
            guidelines=collection.file("guidelines.md"),
            project=project,
            questions=form.questions,
            question=question,
            value=lambda result: read_result(result, form, collection.labelling)[0],
            queue=queue,
            payload=_payloads(table, ids, form.columns),
            task=tasks.get,
            picture=kept(
                lambda: picture_of(
                    self._pool,
                    collection,
                    facts,
                    workforce,
                    self._gold,
                    own_votes(self._store.all_served(name), question),
                )
            ),
        )

    def _people(self, people: Sequence[str], facts: Iterable[RecordFacts]) -> Workforce:
        if self._workforce:
            return read_workforce(self._workforce)
        kinds = {one.kind for one in facts}
        return {name: unknown_annotator(name, kinds) for name in people}

    def _tasks_of(
        self, name: str, ids: Iterable[bytes], project: Callable[[], int]
    ) -> tuple[int, dict[bytes, int]]:
        """Ask Label Studio only where tasks are new, so that what is withdrawn goes without it."""
        known = self._tasks.get(name)
        if known is None or any(record_id not in known[1] for record_id in ids):
            number = project()
            known = number, self._studio.task_numbers(number)
            self._tasks[name] = known
        return known


def _payloads(
    table: pa.Table, ids: list[bytes], columns: tuple[str, ...]
) -> Callable[[bytes], Mapping[str, Any] | None]:
    """Look payloads up in the table; as rows of Python they would take many times the memory."""
    rows = {record_id: row for row, record_id in enumerate(ids)}

    def payload(record_id: bytes) -> Mapping[str, Any] | None:
        row = rows.get(record_id)
        if row is None:
            return None
        [task] = make_tasks(table.slice(row, 1), columns, frozenset({record_id}))
        return task.payload

    return payload
