"""What follows from the votes and decisions in a pool: labels, disputes, and what is asked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from datacoop.jobs.collected import collected_decisions, collected_votes
from datacoop.jobs.gold_store import gold_votes, known_gold
from datacoop.jobs.labelling import (
    asked_records,
    labelled_records,
    present_records,
    routed_records,
)
from datacoop.label.adjudication import Label, disputed, labelled, labels
from datacoop.label.deciding import AUDITED, Guesses, demands
from datacoop.label.decisions import Decision, standing_decisions
from datacoop.label.demand import Demand
from datacoop.label.form import parse_form
from datacoop.label.guesses import Features, guess
from datacoop.label.kinds import LABELS, Ballots, ballots_of
from datacoop.label.routing import make_tasks
from datacoop.label.rules import WEIGHTED
from datacoop.label.standing import standing_votes
from datacoop.label.votes import Vote, merge_votes
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection
from datacoop.records.pauses import Pause

Guesser = Callable[[Iterable[Vote]], Guesses]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """What deciding looks at: the votes that stand, the decisions, and what a model expects."""

    votes: list[Vote]
    decisions: list[Decision]
    guesses: Guesses


def current_standings(
    pool: Pool,
    collection: Collection,
    pauses: Iterable[Pause] | None = None,
    own: Iterable[Vote] = (),
) -> Standings:
    """Give what deciding looks at now.

    Args:
        pauses: Who was paused when; what the log says where it is left out.
        own: Votes that were not collected yet.
    """
    policy, guesser = collection.labelling, make_guesser(pool, collection)
    decisions = collected_decisions(pool, collection.name)
    if pauses is None:
        pauses = pool.state().pauses(collection.name)

    def decided(said: Sequence[Vote], until_utc: str) -> set[bytes]:
        known = [one for one in decisions if one.created_utc <= until_utc]
        return labelled(said, policy, decisions=known, guesses=guesser(said))

    votes = standing_votes(
        merge_votes(collected_votes(pool, collection.name), own), pauses, decided
    )
    return Standings(votes=votes, decisions=decisions, guesses=guesser(votes))


def shown_votes(pool: Pool, collection: Collection) -> list[Vote]:
    """Give the votes that are exported, and of which agreement is told.

    Left out is what fell when its annotator was paused, and what was said of records that were
    withdrawn or barred since.
    """
    here = present_records(pool, collection.name)
    return [v for v in current_standings(pool, collection).votes if v.record_id in here]


def current_labels(
    pool: Pool, collection: Collection, gold: ObjectStore | None = None
) -> list[Label]:
    """Give the labels that follow from the votes and decisions in the pool.

    Args:
        gold: The operator's store for gold; the rule `weighted` weighs annotators by it too.
            Labels that it changed cannot be computed again by who may not read it.
    """
    policy, now = collection.labelling, current_standings(pool, collection)
    right, answers = gold_of(now.decisions, policy.question), list[Vote]()
    if gold is not None and policy.deciding.rule == WEIGHTED:
        hidden = known_gold(gold, collection.name)
        right = {record_id: one.value for record_id, one in hidden.items()} | right
        answers = gold_votes(gold, collection.name)
    return labels(
        now.votes,
        policy,
        decisions=now.decisions,
        gold=right,
        gold_votes=answers,
        guesses=now.guesses,
    )


def disputed_records(pool: Pool, collection: Collection) -> Ballots:
    """Give the votes of the records that wait for an expert, most in doubt first."""
    now = current_standings(pool, collection)
    return disputed(now.votes, collection.labelling, decisions=now.decisions, guesses=now.guesses)


def current_demands(
    pool: Pool, collection: Collection, pauses: Iterable[Pause] | None = None
) -> list[Demand]:
    """Give what is still asked for each record that was sent to annotators.

    Args:
        pauses: Who was paused when; what the log says where it is left out.
    """
    now, policy = current_standings(pool, collection, pauses), collection.labelling
    return demands(
        now.votes,
        policy,
        routed_records(pool, collection.name),
        decided=gold_of(now.decisions, policy.question),
        guesses=now.guesses,
    )


def gold_of(decisions: Iterable[Decision], question: str) -> dict[bytes, str]:
    """Take what experts decided for right."""
    return {d.record_id: d.value for d in standing_decisions(decisions, question)}


def make_guesser(pool: Pool, collection: Collection) -> Guesser:
    """Give the function from votes to what a model expects, where the policy can use it."""
    policy = collection.labelling
    # Where every submission was withdrawn, votes are left and texts are not.
    is_held = any(s.labelling_wanted for s in pool.state().active(collection.name))
    if policy.deciding.asking != AUDITED or policy.kind == LABELS or not is_held:
        return lambda _: {}
    form = parse_form(collection.file("labeling.xml"))
    records = labelled_records(pool, pool.state(), collection.name)
    tasks = make_tasks(records, form.columns, asked_records(pool, collection.name))
    features = Features({t.record_id: "\n".join(map(str, t.payload.values())) for t in tasks})

    def guesses(votes: Iterable[Vote]) -> Guesses:
        ballots = ballots_of(votes, policy)
        first = {record_id: ballot[0].value for record_id, ballot in ballots.items()}
        return guess(features, first, policy.values) if first else {}

    return guesses
