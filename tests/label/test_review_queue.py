"""The queue of a review: once, twice where asked, by who may, in an order that tells nothing."""

import random
from collections.abc import Iterable

from datacoop.label.facts import Kind, RecordFacts
from datacoop.label.review_queue import Reviewed, ReviewQueue
from datacoop.label.votes import Vote
from datacoop.label.workforce import unknown_annotator
from datacoop.records.policies import WorkforcePolicy

KIND = Kind("meadow", "GB", "en", ("law",))
GERMAN = Kind("meadow", "GB", "de", ("law",))
IDS = [bytes([number]) * 32 for number in range(1, 31)]


def make(*readers: str, **known: object) -> ReviewQueue:
    facts = [RecordFacts(record_id, KIND, 0) for record_id in IDS]
    return ReviewQueue(
        Reviewed(
            records=facts,
            readers={name: unknown_annotator(name, [KIND]) for name in readers},
            policy=WorkforcePolicy(return_minutes=1),
            asks_again=lambda value: value == "leak",
            **known,  # type: ignore[arg-type]
        )
    )


def vote(annotator: str, record_id: bytes, value: str = "nothing", number: int = 1) -> Vote:
    return Vote(
        record_id=record_id,
        annotator=annotator,
        question="leak",
        value=value,
        round=1,
        annotation_id=number,
        created_utc="",
        withdrawn=not value,
    )


def read_all(queue: ReviewQueue, name: str, leaks: Iterable[bytes] = ()) -> list[bytes]:
    """Read what is open to somebody; give it in order."""
    found: list[bytes] = []
    while (record_id := queue.next(name, 0.0)) is not None:
        queue.hold(name, record_id, 0.0)
        queue.take(vote(name, record_id, "leak" if record_id in leaks else "nothing"), 0.0)
        found.append(record_id)
    return found


def test_each_record_is_read_once_and_a_marked_one_by_a_second_person() -> None:
    queue = make("ada", "bob", "cho")
    assert sorted(read_all(queue, "ada", IDS[3:5])) == IDS
    assert sorted(read_all(queue, "bob")) == IDS[3:5]
    assert read_all(queue, "cho") == read_all(queue, "ada") == []


def test_the_order_of_second_readings_is_the_one_that_first_readings_have() -> None:
    first = read_all(make("bob"), "bob")
    assert first != sorted(first)
    twice = make("bob", twice=frozenset(IDS[:9]), read={i: frozenset({"ada"}) for i in IDS[:9]})
    assert read_all(twice, "bob") == first
    assert read_all(make("ada"), "ada") != first


def test_nobody_else_is_given_anything() -> None:
    queue = make("ada", barred={i: frozenset({"ada"}) for i in IDS[:7]})
    assert queue.next("eve", 0.0) is None
    assert sorted(read_all(queue, "ada")) == IDS[7:]
    foreign = ReviewQueue(
        Reviewed(
            records=[RecordFacts(IDS[0], GERMAN, 0)],
            readers={"ada": unknown_annotator("ada", [KIND])},
            policy=WorkforcePolicy(),
        )
    )
    assert foreign.next("ada", 0.0) is None


def test_what_is_held_stays_until_it_is_given_back_or_too_old() -> None:
    queue = make("ada", "bob")
    first = queue.next("ada", 0.0)
    assert first is not None
    assert queue.hold("ada", first, 0.0)
    assert not queue.hold("ada", first, 1.0)
    assert queue.next("ada", 30.0) == first
    assert first not in read_all(queue, "bob")
    # A minute later somebody else may have it.
    assert queue.next("bob", 61.0) == first
    queue.give_back("ada", first)
    assert read_all(queue, "bob") == [first]


def test_a_skipped_record_is_not_read_and_not_asked_of_them_again() -> None:
    queue = make("ada", "bob")
    queue.take(vote("ada", IDS[0], ""), 0.0)
    assert IDS[0] not in read_all(queue, "ada")
    assert read_all(queue, "bob") == [IDS[0]]


def test_a_changed_answer_counts_as_it_is_now() -> None:
    queue = make("ada", "bob")
    read_all(queue, "ada", IDS[:1])
    assert queue.next("bob", 0.0) == IDS[0]
    queue.take(vote("ada", IDS[0]), 0.0)
    assert queue.next("bob", 0.0) is None


def test_what_is_removed_comes_back_when_it_is_let_back() -> None:
    queue = make("ada")
    queue.remove(IDS[0])
    assert IDS[0] not in read_all(queue, "ada")
    queue.bring_back(IDS[0])
    assert read_all(queue, "ada") == [IDS[0]]


def test_what_was_put_off_comes_last() -> None:
    queue = make("ada")
    first = queue.next("ada", 0.0)
    assert first is not None
    queue.hold("ada", first, 0.0)
    queue.give_back("ada", first)
    assert read_all(queue, "ada")[-1] == first


def test_whatever_happened_the_open_records_are_those_that_a_new_queue_has() -> None:
    chance = random.Random(5)  # noqa: S311 - to be repeatable
    queue = make("ada", "bob", "cho")
    said: dict[tuple[str, bytes], str] = {}
    gone: set[bytes] = set()
    for number in range(600):
        name, record_id = chance.choice(["ada", "bob"]), chance.choice(IDS)
        what = chance.choice(["leak", "nothing", "", "remove", "back"])
        if what == "remove":
            queue.remove(record_id)
            gone.add(record_id)
        elif what == "back":
            queue.bring_back(record_id)
            gone.discard(record_id)
        else:
            queue.take(vote(name, record_id, what, number), 0.0)
            said[name, record_id] = what
        if number % 60 == 59:
            fresh = make("ada", "bob", "cho")
            for (reader, i), value in said.items():
                fresh.take(vote(reader, i, value), 0.0)
            for i in gone:
                fresh.remove(i)
            assert queue.next("cho", 0.0) == fresh.next("cho", 0.0)
