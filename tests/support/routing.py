"""Builders of annotators, records and situations for the tests of routing."""

from collections.abc import Collection, Mapping, Sequence

from ballots import make_record_id

from datacoop.label.demand import Demand
from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.gold import GoldPlan, Use
from datacoop.label.queues import Hold, Situation
from datacoop.label.workforce import Annotator
from datacoop.records.policies import WorkforcePolicy

KEY = b"a key of the tests"


def make_annotator(
    name: str = "ann",
    member: str = "harbour",
    country: str = "GB",
    languages: Mapping[str, str] | None = None,
    domains: Sequence[str] = ("law",),
    clearance: int = 1,
    jurisdictions: Sequence[str] = (),
    hours: int = 10,
) -> Annotator:
    return Annotator(
        annotator=name,
        member=member,
        country=country,
        languages={"en": "C1"} if languages is None else languages,
        domains=tuple(domains),
        clearance=clearance,
        jurisdictions=tuple(jurisdictions),
        hours_a_week=hours,
    )


def make_kind(
    member: str = "meadow",
    country: str = "DE",
    language: str = "en",
    domains: Sequence[str] = ("law",),
    jurisdictions: Sequence[str] = (),
) -> Kind:
    return Kind(member, country, language, tuple(domains), tuple(jurisdictions))


def make_facts(
    number: int, kind: Kind | None = None, since: int = 0, guess: float | None = None
) -> RecordFacts:
    return RecordFacts(make_record_id(number), kind or make_kind(), since, guess)


def make_demand(number: int, votes: int = 1, doubt: float = 1.0) -> Demand:
    return Demand(record_id=make_record_id(number), votes=votes, doubt=doubt)


def make_situation(
    records: Sequence[RecordFacts] = (),
    demands: Sequence[Demand] | None = None,
    answered: Collection[tuple[str, bytes]] = (),
    holds: Sequence[Hold] = (),
    put_off: Sequence[tuple[str, bytes]] = (),
    people: Sequence[Annotator] = (),
    paused: Collection[str] = (),
    gold: Mapping[bytes, Use] | None = None,
    qualified: Collection[tuple[str, str]] = (),
    policy: WorkforcePolicy | None = None,
) -> Situation:
    """Make a situation; one vote is asked of each record where no demands are given."""
    policy = policy or WorkforcePolicy()
    if demands is None:
        demands = [Demand(record_id=facts.record_id, votes=1, doubt=1.0) for facts in records]
    workforce = {person.annotator: person for person in people or [make_annotator()]}
    return Situation(
        records={facts.record_id: facts for facts in records},
        demands={demand.record_id: demand for demand in demands},
        answered=answered,
        holds=holds,
        put_off=put_off,
        workforce=workforce,
        paused=paused,
        gold=gold or {},
        qualified=qualified,
        policy=policy,
        plan=GoldPlan(key=KEY, seed="notices 1", percent=policy.gold_percent),
    )
