"""The picture of a collection's labelling, from the pool and what the gateway heard since."""

import time
from collections.abc import Callable, Iterable, Sequence

from datacoop.jobs.gold_store import gold_votes, known_gold
from datacoop.jobs.labelling import present_records
from datacoop.jobs.labels import current_standings, gold_of
from datacoop.label.agreement import agreements
from datacoop.label.deciding import demands, standings
from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.kinds import LABELS, ballots_of
from datacoop.label.picture import Picture
from datacoop.label.standing import gold_answers, last_resumed, standing
from datacoop.label.votes import Vote, counting_votes
from datacoop.label.workforce import Workforce, ineligible
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection

FRESH_SECONDS = 60.0
"""How long a picture is shown before a new one is made."""


def picture_of(
    pool: Pool,
    collection: Collection,
    facts: Sequence[RecordFacts],
    people: Workforce,
    store: ObjectStore | None,
    own: Iterable[Vote],
) -> Picture:
    """Make the picture that votes, gold, workforce and policy give now.

    Args:
        facts: The records that have a task.
        store: The operator's store for gold; none where there is no gold.
        own: Votes that were not collected yet, those on gold among them.
    """
    name, policy = collection.name, collection.labelling
    gold = known_gold(store, name) if store else {}
    heard = list(own)
    answers = gold_answers([*(gold_votes(store, name) if store else ()), *heard], gold)
    resumed = last_resumed(pool.state().resumed.get(name, ()))
    told = (vote for vote in heard if vote.record_id not in gold)
    now = current_standings(pool, collection, own=told)
    here = present_records(pool, name)
    votes = [vote for vote in now.votes if vote.record_id in here]
    ballots = ballots_of(votes, policy)
    kinds = {one.record_id: one.kind for one in facts if one.record_id not in gold}
    decided = gold_of(now.decisions, policy.question)
    asked = demands(now.votes, policy, kinds, decided=decided, guesses=now.guesses)
    stands = standings(ballots, policy, kinds.keys() - decided.keys(), now.guesses)

    def may_see(annotator: str, kind: Kind) -> bool:
        known = people.get(annotator)
        return known is not None and ineligible(known, kind, policy.workforce) is None

    return Picture(
        votes=[vote for vote in counting_votes(votes) if vote.question == policy.question],
        values=() if policy.kind == LABELS else policy.values,
        kinds=kinds,
        demands={one.record_id: one for one in asked if one.votes},
        disputed={i: stand.confidence for i, stand in stands.items() if stand.is_disputed},
        pairs=agreements(votes, policy, {i: kind.language for i, kind in kinds.items()}),
        standings={
            annotator: standing(given, policy.workforce, resumed_utc=resumed.get(annotator, ""))
            for annotator, given in answers.items()
        },
        gold_answers=answers,
        floor=policy.workforce.floor_percent / 100,
        may_see=may_see,
    )


def kept(
    make: Callable[[], Picture], clock: Callable[[], float] = time.monotonic
) -> Callable[[], Picture]:
    """Give a function that makes a picture anew only when the last one is old."""
    held: tuple[float, Picture] | None = None

    def picture() -> Picture:
        nonlocal held
        now = clock()
        if held is None or now - held[0] >= FRESH_SECONDS:
            held = now, make()
        return held[1]

    return picture
