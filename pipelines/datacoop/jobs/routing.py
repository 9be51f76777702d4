"""Routing over a pool: what is open, and the index that serves it."""

from collections.abc import Container
from datetime import datetime

from datacoop.jobs.collected import collected_votes
from datacoop.jobs.gold_store import gold_votes, known_gold
from datacoop.jobs.labelling import labelled_records, routed_records
from datacoop.jobs.labels import current_demands
from datacoop.label.backlog import Backlog, backlog
from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.gold import GoldPlan
from datacoop.label.queue_index import QueueIndex
from datacoop.label.standing import paused_annotators, qualified_annotators
from datacoop.label.workforce import Workforce
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection
from datacoop.records.columns import LANGUAGE, MEMBER, RECORD_ID, SUBMISSION_ID
from datacoop.records.pauses import Pause


def record_facts(pool: Pool, collection: Collection) -> list[RecordFacts]:
    """Give what routing knows of each record that has a task, sorted by record id."""
    state, policy = pool.require(), collection.labelling.workforce
    routed = routed_records(pool, collection.name)
    columns = [RECORD_ID, MEMBER, SUBMISSION_ID, LANGUAGE]
    columns += [policy.domain_column] if policy.domain_column else []
    found = []
    for row in labelled_records(pool, state, collection.name).select(columns).to_pylist():
        if row[RECORD_ID] in routed:
            submission = state.submissions[row[SUBMISSION_ID]]
            named = row.get(policy.domain_column)
            kind = Kind(
                member=row[MEMBER],
                country=state.members[row[MEMBER]].country,
                language=row[LANGUAGE],
                domains=collection.domains if named is None else (named,),
                jurisdictions=submission.terms.jurisdictions,
            )
            since = int(datetime.fromisoformat(submission.created_utc).timestamp())
            found.append(RecordFacts(row[RECORD_ID], kind, since))
    return sorted(found)


def make_index(
    pool: Pool,
    collection: Collection,
    workforce: Workforce,
    store: ObjectStore,
    key: bytes,
    *,
    round: int = 1,
) -> QueueIndex:
    """Make the index of a collection from what the pool holds.

    Args:
        store: The operator's store for gold.
        key: The secret that decides which turns are gold.
    """
    gold = known_gold(store, collection.name)
    policy = collection.labelling.workforce
    facts = record_facts(pool, collection)
    votes = collected_votes(pool, collection.name)
    languages = {one.record_id: one.kind.language for one in facts}
    in_set = {i: language for i, language in languages.items() if i in gold}
    on_gold = gold_votes(store, collection.name)
    state = pool.state()
    over = state.resumed.get(collection.name, ())
    entered = state.paused.get(collection.name, {})
    paused = {**paused_annotators(on_gold, gold, policy, over), **entered}
    index = QueueIndex(
        policy,
        workforce,
        GoldPlan(key=key, seed=f"{collection.name} {round}", percent=policy.gold_percent),
        gold={record_id: one.use for record_id, one in gold.items()},
        records=facts,
        qualified=qualified_annotators(on_gold, gold, in_set, policy),
    )
    for vote in (*votes, *on_gold):
        if vote.round == round:
            index.answered(vote.annotator, vote.record_id, 0.0)
    for annotator in paused:
        index.pause(annotator)
    pauses = [*over, *(Pause(*one) for one in paused.items())]
    for demand in current_demands(pool, collection, pauses):
        index.update(demand)
    return index


def open_backlog(
    pool: Pool, collection: Collection, workforce: Workforce, gold: Container[bytes] = ()
) -> list[Backlog]:
    """Sum up what is open in a collection, gold left out, by language and domain."""
    facts = [one for one in record_facts(pool, collection) if one.record_id not in gold]
    paused = pool.state().paused.get(collection.name, {})
    demands = current_demands(pool, collection)
    return backlog(facts, demands, workforce, collection.labelling.workforce, paused=paused)
