"""Routing: how long `QueueIndex.next` takes with a million open records and 500 annotators.

The index is filled, then annotators act in turn as in real work: most are served and answer,
some give back, some records are withdrawn or asked anew, and time passes. Every call of `next` is
timed; its reference is the pure function, timed a few times at a hundredth of the records. Times
are of this thread on a core: waiting for one on a busy machine says nothing of the index.

    python benchmarks/bench_routing.py [--records 1000000] [--annotators 500] [--steps 200000]
"""

import argparse
import hashlib
import random
import resource
import time
from collections.abc import Callable, Sequence

from datacoop.label.demand import Demand
from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.gold import GoldPlan, Use
from datacoop.label.queue_index import QueueIndex
from datacoop.label.queues import Situation, queue
from datacoop.label.workforce import Annotator
from datacoop.records.policies import WorkforcePolicy

COUNTRIES = {"m-kr": "KR", "m-gb": "GB", "m-ca": "CA", "m-sg": "SG", "m-de": "DE", "m-fr": "FR"}
LANGUAGES = ("ko", "en", "fr", "de", "zh", "ms", "ta")
DOMAINS = ("law", "health", "finance", "engineering", "public-service")
POLICY = WorkforcePolicy(level="B2", own_member=False, gold_percent=10, qualification=10)
PLAN = GoldPlan(key=b"a key of the benchmark", seed="1", percent=POLICY.gold_percent)


def record_ids(count: int) -> list[bytes]:
    return [hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(count)]


def make_facts(count: int, chance: random.Random) -> list[RecordFacts]:
    kinds = [
        Kind(member, country, language, (domain,))
        for member, country in COUNTRIES.items()
        for language in LANGUAGES
        for domain in DOMAINS
    ]
    return [
        RecordFacts(record_id, chance.choice(kinds), chance.randrange(10**7))
        for record_id in record_ids(count)
    ]


def make_people(count: int, chance: random.Random) -> dict[str, Annotator]:
    people = {}
    for number in range(count):
        name = f"{number:016x}"
        # The last language is known by one person alone: whoever has answered the most of what
        # is still open costs the most.
        spoken = ["ta", "en"] if number == 0 else chance.sample(LANGUAGES[:-1], 2)
        people[name] = Annotator(
            annotator=name,
            member=chance.choice(list(COUNTRIES)),
            country="GB",
            languages=dict.fromkeys(spoken, "C1"),
            domains=tuple(chance.sample(DOMAINS, 3)),
            clearance=1,
            jurisdictions=(),
            hours_a_week=20,
        )
    return people


def spent(act: Callable[[], object]) -> float:
    begun = time.thread_time()
    act()
    return time.thread_time() - begun


def shown(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    points = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    told = [f"{name} {ordered[int(len(ordered) * p)] * 1000:.3f} ms" for name, p in points.items()]
    return f"{', '.join(told)}, max {ordered[-1] * 1000:.1f} ms, n = {len(ordered)}"


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--annotators", type=int, default=500)
    parser.add_argument("--steps", type=int, default=200_000)
    arguments = parser.parse_args()
    chance = random.Random(1)  # noqa: S311 - a benchmark
    facts = make_facts(arguments.records, chance)
    people = make_people(arguments.annotators, chance)
    # So many of each language that each has both sets.
    known = {f.record_id: (Use.GOLD, Use.QUALIFICATION)[n % 2] for n, f in enumerate(facts[:1_000])}
    qualified = {(name, language) for name, one in people.items() for language in one.languages}
    before = megabytes()
    index = QueueIndex(POLICY, people, PLAN, known, qualified=qualified)

    def fill() -> None:
        for one in facts:
            index.add(one)
            index.update(Demand(record_id=one.record_id, votes=3, doubt=1.0))

    print(f"filled with {len(facts):,} records in {spent(fill):.1f} s")
    print(f"memory: facts {before:.0f} MB, with the index {megabytes():.0f} MB")
    work(index, facts, list(people), arguments.steps, chance)
    lone(index, next(iter(people)), 20_000)
    few = facts[: len(facts) // 100]
    situation = Situation(
        records={f.record_id: f for f in few},
        demands={f.record_id: Demand(record_id=f.record_id, votes=3, doubt=1.0) for f in few},
        answered=frozenset(),
        holds=(),
        put_off=(),
        workforce=people,
        paused=frozenset(),
        gold=known,
        qualified=qualified,
        policy=POLICY,
        plan=PLAN,
    )
    took = [spent(lambda name=name: queue(situation, name, 0)) for name in list(people)[:9]]
    print(f"pure function at {len(few):,} records: {shown(took)}")


def work(
    index: QueueIndex,
    facts: Sequence[RecordFacts],
    names: Sequence[str],
    steps: int,
    chance: random.Random,
) -> None:
    """Let annotators act, and time what each call takes."""
    served: list[float] = []
    others: list[float] = []
    for step in range(steps):
        name, now = chance.choice(names), float(step)
        begun = time.thread_time()
        found = index.next(name, now)
        served.append(time.thread_time() - begun)
        if found is None:
            continue
        roll = chance.random()
        begun = time.thread_time()
        index.hold(name, found, now)
        if roll < 0.9:
            index.answered(name, found, now)
            index.update(Demand(record_id=found, votes=chance.choice((0, 1, 2)), doubt=roll))
        elif roll < 0.92:
            index.give_back(name, found)
        elif roll < 0.93:
            index.remove(chance.choice(facts).record_id)
        elif roll < 0.931:
            index.pause(name)
            index.resume(name)
        others.append(time.thread_time() - begun)
    print(f"next: {shown(served)}")
    print(f"hold, answered, update and the like: {shown(others)}")


def lone(index: QueueIndex, name: str, count: int) -> None:
    """Let the one person of a language answer many records that stay open for others."""
    served: list[float] = []
    for _ in range(count):
        begun = time.thread_time()
        found = index.next(name, 10.0**9)
        served.append(time.thread_time() - begun)
        if found is None:
            break
        index.answered(name, found, 10.0**9)
        index.update(Demand(record_id=found, votes=2, doubt=1.0))
    print(f"next for one person, last 1,000 of {len(served):,} answers: {shown(served[-1000:])}")


if __name__ == "__main__":
    main()
