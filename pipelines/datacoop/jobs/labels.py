"""What follows from the votes and decisions in a pool: labels, disputes, and what is asked."""

from collections.abc import Iterable

from datacoop.jobs.collected import collected_decisions, collected_votes
from datacoop.jobs.labelling import asked_records, labelled_records, routed_records
from datacoop.label.adjudication import Label, disputed, labels
from datacoop.label.deciding import AUDITED, Guesses, demands
from datacoop.label.decisions import Decision, standing_decisions
from datacoop.label.demand import Demand
from datacoop.label.form import parse_form
from datacoop.label.guesses import Features, guess
from datacoop.label.kinds import LABELS, Ballots, ballots_of
from datacoop.label.routing import make_tasks
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection


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
