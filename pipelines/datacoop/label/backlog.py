"""The backlog: what is still asked, and who there is to answer it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from datacoop.label.demand import Demand
from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.workforce import Workforce, ineligible
from datacoop.records.policies import WorkforcePolicy

ANY = "any"
"""The domain of records that do not name one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is asked in one language and domain."""

    language: str
    domain: str
    records: int
    votes: int
    people: int
    """Annotators who may see some of these records."""
    hours_a_week: int
    """What they agreed on together, for all of their languages and domains."""


def backlog(
    records: Iterable[RecordFacts],
    demands: Iterable[Demand],
    workforce: Workforce,
    policy: WorkforcePolicy,
    *,
    paused: Collection[str] = (),
) -> list[Backlog]:
    """Sum up open demand by language and domain, sorted."""
    asked = {demand.record_id: demand.votes for demand in demands if demand.votes}
    groups: dict[tuple[str, str], list[RecordFacts]] = defaultdict(list)
    for facts in records:
        if facts.record_id in asked:
            groups[facts.kind.language, _domain(facts.kind)].append(facts)
    made = []
    for (language, domain), group in sorted(groups.items()):
        kinds = {facts.kind for facts in group}
        people = [
            person
            for name, person in workforce.items()
            if name not in paused
            and any(ineligible(person, kind, policy) is None for kind in kinds)
        ]
        made.append(
            Backlog(
                language=language,
                domain=domain,
                records=len(group),
                votes=sum(asked[facts.record_id] for facts in group),
                people=len(people),
                hours_a_week=sum(person.hours_a_week for person in people),
            )
        )
    return made


def _domain(kind: Kind) -> str:
    return kind.domains[0] if len(kind.domains) == 1 else ANY
