"""The labelling job: records to Label Studio, answers back as votes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datacoop.errors import RefusedError
from datacoop.jobs.contracts import contract_of, require_fitting_form
from datacoop.jobs.frame import listed_records, pooled_batches, without
from datacoop.jobs.gold_store import keep_gold_votes, known_gold
from datacoop.label.adjudication import Label, disputed, labels
from datacoop.label.agreement import NOMINAL, agreements
from datacoop.label.answers import Answer, InvalidAnswer, read_answers
from datacoop.label.deciding import AUDITED, Guesses, demands
from datacoop.label.decisions import (
    DECISION_SCHEMA,
    Decision,
    decisions_from_batch,
    decisions_to_batch,
    standing_decisions,
)
from datacoop.label.demand import Demand
from datacoop.label.experts import (
    experts_configuration,
    experts_project,
    experts_tasks,
    read_decisions,
)
from datacoop.label.form import Form, parse_form
from datacoop.label.guesses import Features, guess
from datacoop.label.kinds import LABELS, Ballots, ballots_of, is_answer
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import choose_tasks, make_tasks
from datacoop.label.studio_json import read_export, write_export
from datacoop.label.sync import Vanished, judge_vanished, vanished_votes
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
from datacoop.pool.object_store import ObjectStore
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a collecting run brought, and where the collection's labels stand."""

    votes_new: int
    votes_in_all: int
    labels: int
    invalid: dict[str, int]
    """Answers that do not count, by reason code."""
    alpha: float | None
    """Agreement over all votes; none while there are too few."""
    disputed: int = 0
    """Records that wait for an expert."""
    measure: str = NOMINAL
    """What kind of alpha: `nominal`, `ordinal` or `interval`; for spans it is `character F1`."""
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


def asked_records(pool: Pool, name: str) -> frozenset[bytes]:
    """Give the ids of the records that have a task, or a vote from elsewhere."""
    return routed_records(pool, name) | {vote.record_id for vote in collected_votes(pool, name)}


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

    An edited answer is a new fact, and so is a deleted one: it takes the vote back.

    Args:
        annotator_key: The secret under which annotators get their pseudonyms.
        gold: The operator's store for gold, to which answers to gold records go instead.
    """
    state = pool.require()
    collection = contract_of(pool, state, name)
    form = parse_form(collection.file("labeling.xml"))
    project = ensure_project(collection, studio)
    without_task = delete_gone_tasks(pool, name, studio)
    answers = studio.answers(project)
    lengths: dict[str, int] = {}
    if collection.labelling.kind == LABELS:
        records = labelled_records(pool, state, name)
        lengths = text_lengths(records, form, collection.labelling)
    found = read_answers(answers, form, collection.labelling, annotator_key, lengths=lengths)
    routed = routed_records(pool, name)
    invalid = list(found.invalid)
    if collection.labelling.deciding.expert_below_percent:
        invalid += _collect_decisions(
            pool, collection, studio, operator, annotator_key, lengths, created_utc=created_utc
        )
    votes = {vote for vote in found.votes if vote.record_id in routed}
    if gold is not None:
        apart = known_gold(gold, name)
        on_gold = {vote for vote in votes if vote.record_id in apart}
        keep_gold_votes(gold, name, on_gold)
        votes -= on_gold
    vanished = _vanished(pool, name, studio, project, answers, routed, without_task, annotator_key)
    collected = _enter_votes(
        pool,
        collection,
        votes | set(vanished.deleted),
        invalid,
        operator,
        created_utc=created_utc,
    )
    return replace(collected, votes_withdrawn=len(vanished.deleted), votes_missing=vanished.missing)


def _vanished(
    pool: Pool,
    name: str,
    studio: LabelStudio,
    project: int,
    answers: Iterable[Answer],
    routed: AbstractSet[bytes],
    without_task: AbstractSet[bytes],
    annotator_key: bytes,
) -> Vanished:
    """Judge the votes that the pool holds and whose answers Label Studio no longer has."""
    keys = {record_id.hex() for record_id in routed}
    present = {
        (answer.annotation_id, bytes.fromhex(answer.key), pseudonym(annotator_key, answer.user_id))
        for answer in answers
        if answer.user_id is not None and answer.key in keys
    }
    imported = pool.state().imported
    known = merge_votes([], _stored_votes(pool, name, without=imported))
    asked = [vote for vote in known if vote.record_id not in without_task]
    gone = vanished_votes(asked, present)
    made = studio.made_utc(project, sorted({vote.record_id.hex() for vote in gone}))
    return judge_vanished(gone, len(counting_votes(asked)), made)


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
    return _enter_votes(
        pool, collection, votes, invalid, operator, is_import=True, created_utc=created_utc
    )


def export_json(pool: Pool, collection: Collection, ballots: Ballots) -> list[dict[str, Any]]:
    """Give what annotators were asked about, with the votes, as Label Studio's JSON."""
    form = parse_form(collection.file("labeling.xml"))
    records = labelled_records(pool, pool.state(), collection.name)
    tasks = make_tasks(records, form.columns, asked_records(pool, collection.name))
    return write_export(tasks, ballots, form, collection.labelling)


def _enter_votes(
    pool: Pool,
    collection: Collection,
    votes: Iterable[Vote],
    invalid: Sequence[InvalidAnswer],
    operator: SigningKey,
    *,
    is_import: bool = False,
    created_utc: str,
) -> Collected:
    """Enter the votes that are new, and say where the collection's labels stand."""
    name = collection.name
    known = collected_votes(pool, name)
    fresh = sorted(set(votes) - set(known))
    if fresh:
        blob = pool.put_blob(batches_to_bytes(VOTE_SCHEMA, [votes_to_batch(fresh)]))
        body = {"collection": name, "votes": blob, "count": len(fresh), "imported": is_import}
        draft = Draft(kind="votes_collected", body=body, blobs=(blob,))

        def decide(current: State) -> Draft | None:
            return None if blob in current.votes.get(name, []) else draft

        pool.append(decide, operator, created_utc=created_utc)
    reasons = Counter(answer.reason for answer in invalid)
    held = merge_votes(known, fresh)
    together, *_ = agreements(held, collection.labelling, {})
    return Collected(
        votes_new=len(fresh),
        votes_in_all=len(held),
        labels=len(current_labels(pool, collection)),
        disputed=len(disputed_records(pool, collection)),
        invalid=dict(sorted(reasons.items())),
        alpha=together.value,
        measure=together.measure,
    )


def _collect_decisions(
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
    form = require_fitting_form(collection)
    policy = collection.labelling
    configuration = experts_configuration(collection.file("labeling.xml"), form, policy)
    project = studio.ensure_project(
        experts_project(collection.name),
        experts_project(collection.title),
        configuration,
        collection.file("guidelines.md"),
        1,
    )
    return project, configuration


def current_labels(pool: Pool, collection: Collection) -> list[Label]:
    """Give the labels that follow from the votes and decisions in the pool."""
    decisions = collected_decisions(pool, collection.name)
    return labels(
        collected_votes(pool, collection.name),
        collection.labelling,
        decisions=decisions,
        gold=gold_of(decisions, collection.labelling.question),
        guesses=guesses_of(pool, collection),
    )


def disputed_records(pool: Pool, collection: Collection) -> Ballots:
    """Give the votes of the records that wait for an expert, most in doubt first."""
    return disputed(
        collected_votes(pool, collection.name),
        collection.labelling,
        decisions=collected_decisions(pool, collection.name),
        guesses=guesses_of(pool, collection),
    )


def current_demands(pool: Pool, collection: Collection) -> list[Demand]:
    """Give what is still asked for each record that was sent to annotators."""
    decisions = collected_decisions(pool, collection.name)
    question = collection.labelling.question
    return demands(
        collected_votes(pool, collection.name),
        collection.labelling,
        routed_records(pool, collection.name),
        decided=gold_of(decisions, question),
        guesses=guesses_of(pool, collection),
    )


def gold_of(decisions: Iterable[Decision], question: str) -> dict[bytes, str]:
    """Take what experts decided for right."""
    return {d.record_id: d.value for d in standing_decisions(decisions, question)}


def guesses_of(pool: Pool, collection: Collection) -> Guesses:
    """Give what a model expects annotators to say, where the policy can use it."""
    policy = collection.labelling
    if policy.deciding.asking != AUDITED or policy.kind == LABELS:
        return {}
    ballots = ballots_of(collected_votes(pool, collection.name), policy)
    # Where every submission was withdrawn, votes are left and texts are not.
    is_held = any(s.labelling_wanted for s in pool.state().active(collection.name))
    if not ballots or not is_held:
        return {}
    form = parse_form(collection.file("labeling.xml"))
    records = labelled_records(pool, pool.state(), collection.name)
    tasks = make_tasks(records, form.columns, asked_records(pool, collection.name))
    texts = {t.record_id: "\n".join(map(str, t.payload.values())) for t in tasks}
    first = {record_id: ballot[0].value for record_id, ballot in ballots.items()}
    return guess(Features(texts), first, policy.values)


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


def collected_decisions(pool: Pool, name: str) -> list[Decision]:
    """Give every expert's decision on a collection that the pool holds, sorted."""
    return sorted(
        {
            decision
            for blob in pool.state().decisions.get(name, [])
            for batch in bytes_to_batches(get_blob(pool.store, blob))
            for decision in decisions_from_batch(batch)
        }
    )


def collected_votes(pool: Pool, name: str) -> list[Vote]:
    """Give every vote of a collection that the pool holds."""
    return merge_votes([], _stored_votes(pool, name))


def _stored_votes(
    pool: Pool, name: str, *, without: AbstractSet[str] = frozenset()
) -> Iterator[Vote]:
    for blob in pool.state().votes.get(name, []):
        if blob in without:
            continue
        for batch in bytes_to_batches(get_blob(pool.store, blob)):
            yield from votes_from_batch(batch)
