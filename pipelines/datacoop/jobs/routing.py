"""Routing over a pool: what is open, and the queue that serves it."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from datacoop.jobs.collected import collected_decisions, collected_votes
from datacoop.jobs.gold_store import gold_votes, known_gold
from datacoop.jobs.labelling import labelled_records, routed_records
from datacoop.jobs.labels import current_demands, make_guesser
from datacoop.jobs.predictions import known_doubts, with_doubts
from datacoop.label.backlog import Backlog, backlog
from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.gold import GoldPlan
from datacoop.label.live_queue import Known, LiveQueue
from datacoop.label.votes import Vote, merge_votes
from datacoop.label.workforce import Workforce
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.collection import Collection
from datacoop.records.columns import LANGUAGE, MEMBER, RECORD_ID, SUBMISSION_ID


def record_facts(pool: Pool, collection: Collection) -> list[RecordFacts]:
    """Give what routing knows of each record that has a task, sorted by record id."""
    state, policy = pool.require(), collection.labelling.workforce
    routed = routed_records(pool, collection.name)
    columns = [RECORD_ID, MEMBER, SUBMISSION_ID, LANGUAGE]
    columns += [policy.domain_column] if policy.domain_column else []
    rows = labelled_records(pool, state, collection.name).select(columns).to_pylist()
    return facts_of(state, collection, (row for row in rows if row[RECORD_ID] in routed))


def facts_of(
    state: State, collection: Collection, rows: Iterable[Mapping[str, Any]]
) -> list[RecordFacts]:
    """Give what routing knows of records, sorted by record id.

    Args:
        rows: Their ids, members, submissions and languages, and the column that names the domain.
    """
    column, found = collection.labelling.workforce.domain_column, []
    for row in rows:
        submission = state.submissions[row[SUBMISSION_ID]]
        named = None if column is None else row[column]
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


def make_queue(
    pool: Pool,
    collection: Collection,
    workforce: Workforce,
    store: ObjectStore | None,
    key: bytes,
    *,
    facts: Sequence[RecordFacts] | None = None,
    own: Iterable[Vote] = (),
    round: int = 1,
) -> LiveQueue:
    """Make the queue of a collection from what the pool holds.

    Args:
        store: The operator's store for gold and a model's doubt; none where there is neither.
        key: The secret that decides which turns are gold.
        facts: The records to serve, where not all that have a task.
        own: Votes that were not collected yet.
    """
    name = collection.name
    policy = collection.labelling
    gold = known_gold(store, name) if store else {}
    on_gold = gold_votes(store, name) if store else []
    votes = merge_votes([*collected_votes(pool, name), *on_gold], own)
    records = record_facts(pool, collection) if facts is None else facts
    known = Known(
        policy=policy,
        records=with_doubts(records, known_doubts(store, name)) if store else records,
        workforce=workforce,
        plan=GoldPlan(key=key, seed=f"{name} {round}", percent=policy.workforce.gold_percent),
        votes=[vote for vote in votes if vote.round == round],
        gold=gold,
        paused=pool.state().paused.get(name, {}),
        over=pool.state().resumed.get(name, ()),
        decisions=collected_decisions(pool, name),
        guesses=make_guesser(pool, collection)(votes),
    )
    return LiveQueue(known)


def open_backlog(
    pool: Pool, collection: Collection, workforce: Workforce, gold: Container[bytes] = ()
) -> list[Backlog]:
    """Sum up what is open in a collection, gold left out, by language and domain."""
    facts = [one for one in record_facts(pool, collection) if one.record_id not in gold]
    paused = pool.state().paused.get(collection.name, {})
    demands = current_demands(pool, collection)
    return backlog(facts, demands, workforce, collection.labelling.workforce, paused=paused)
