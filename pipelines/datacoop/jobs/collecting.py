"""The collecting job: answers from Label Studio to votes in the pool."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from datacoop.jobs.collected import collected_votes, stored_votes
from datacoop.jobs.contracts import contract_of
from datacoop.jobs.experts import collect_decisions
from datacoop.jobs.gold_store import keep_gold_votes, known_gold
from datacoop.jobs.labelling import (
    delete_gone_tasks,
    ensure_project,
    labelled_records,
    routed_records,
    text_lengths,
)
from datacoop.jobs.labels import current_labels, disputed_records, shown_votes
from datacoop.label.agreement import NOMINAL, agreements
from datacoop.label.answers import Answer, InvalidAnswer, read_answers
from datacoop.label.form import parse_form
from datacoop.label.kinds import LABELS
from datacoop.label.label_studio import LabelStudio
from datacoop.label.sync import Vanished, judge_vanished, vanished_votes
from datacoop.label.votes import (
    VOTE_SCHEMA,
    Vote,
    counting_votes,
    merge_votes,
    pseudonym,
    votes_to_batch,
)
from datacoop.pool.blobs import batches_to_bytes
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a collecting run brought, and where the collection's labels stand."""

    votes_new: int
    votes_in_all: int
    labels: int
    invalid: dict[str, int]
    """Answers that do not count, by reason code."""
    alpha: float | None
    """Agreement over all votes that stand; none while there are too few."""
    disputed: int = 0
    """Records that wait for an expert."""
    measure: str = NOMINAL
    """What kind of alpha: `nominal`, `ordinal` or `interval`; for spans it is `character F1`."""
    votes_withdrawn: int = 0
    """Votes taken back by this run, for their answers were deleted."""
    votes_missing: int = 0
    """Votes that stay, though Label Studio has lost their answers."""


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
        invalid += collect_decisions(
            pool, collection, studio, operator, annotator_key, lengths, created_utc=created_utc
        )
    votes = {vote for vote in found.votes if vote.record_id in routed}
    if gold is not None:
        apart = known_gold(gold, name)
        on_gold = {vote for vote in votes if vote.record_id in apart}
        keep_gold_votes(gold, name, on_gold)
        votes -= on_gold
    vanished = _vanished(pool, name, studio, project, answers, routed, without_task, annotator_key)
    collected = enter_votes(
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
    known = merge_votes([], stored_votes(pool, name, without=imported))
    asked = [vote for vote in known if vote.record_id not in without_task]
    gone = vanished_votes(asked, present)
    made = studio.made_utc(project, sorted({vote.record_id.hex() for vote in gone}))
    return judge_vanished(gone, len(counting_votes(asked)), made)


def enter_votes(
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
    together, *_ = agreements(shown_votes(pool, collection), collection.labelling, {})
    return Collected(
        votes_new=len(fresh),
        votes_in_all=len(held),
        labels=len(current_labels(pool, collection)),
        disputed=len(disputed_records(pool, collection)),
        invalid=dict(sorted(reasons.items())),
        alpha=together.value,
        measure=together.measure,
    )
