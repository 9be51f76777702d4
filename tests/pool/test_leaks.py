"""What the log lets be said of leaks, and what follows from it."""

from pathlib import Path
from typing import Any

import pytest
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    STEWARDS,
    approve,
    make_pool,
    make_records,
    propose,
    take_in,
)

from datacoop.errors import IntegrityError, RefusedError
from datacoop.jobs.release import publish_release
from datacoop.pool.keys import SigningKey
from datacoop.pool.leaks import LeakStatus
from datacoop.pool.log import Draft
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool

RECORD = "ab" * 32
TODAY = CREATED[:10]


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    pool = make_pool(open_store(str(tmp_path / "pool")))
    take_in(pool, make_records("harbour-1", 20), "harbour-1")
    return pool


def enter(pool: Pool, kind: str, key: SigningKey = OPERATOR, **body: Any) -> None:
    draft = Draft(kind=kind, body={"collection": COLLECTION, **body})
    pool.append(lambda _: draft, key, created_utc=CREATED)


def hold(pool: Pool, record: str = RECORD, blob: str = "c" * 64) -> None:
    held = {record: {"language": "en", "barred": {COLLECTION: blob}}}
    enter(pool, "audit_collected", marks="d" * 64, held=held)


def look(pool: Pool, number: int = 1, frame: str = "f" * 64) -> None:
    figures = {"rows": 20, "sample": 9, "leaks": 0, "most": 1, "outcome": "met"}
    enter(pool, "audit_looked", language="en", frame=frame, number=number, **figures)


def status(pool: Pool) -> LeakStatus:
    return pool.state().leaks[COLLECTION, RECORD].status


def test_a_row_is_held_confirmed_and_let_back_and_held_again(pool: Pool) -> None:
    hold(pool)
    assert status(pool) is LeakStatus.HELD
    assert pool.state().barred(COLLECTION) == ("c" * 64,)
    enter(pool, "leak_confirmed", record=RECORD, barred={COLLECTION: "e" * 64, "other": "9" * 64})
    assert status(pool) is LeakStatus.CONFIRMED
    assert pool.state().barred(COLLECTION) == ("e" * 64,)
    assert pool.state().barred("other") == ("9" * 64,)
    enter(pool, "leak_rejected", record=RECORD)
    assert pool.state().barred(COLLECTION) == ()
    hold(pool)
    assert pool.state().barred(COLLECTION) == ("c" * 64,)


def test_the_log_refuses_what_cannot_follow(pool: Pool) -> None:
    hold(pool)
    for forge in (
        lambda: hold(pool),
        lambda: look(pool, number=2),
        lambda: look(pool, number=0),
        lambda: enter(pool, "leak_rejected", record="00" * 32),
        lambda: enter(pool, "leak_rejected", STEWARDS["harbour"], record=RECORD),
        lambda: enter(pool, "audit_collected", marks="d" * 64, held={RECORD[:4]: {}}),
        lambda: enter(pool, "audit_sampled", collection="unknown", records="a" * 64),
    ):
        with pytest.raises(IntegrityError):
            forge()
    enter(pool, "leak_confirmed", record=RECORD, barred={})
    with pytest.raises(IntegrityError):
        enter(pool, "leak_confirmed", record=RECORD, barred={})


def test_looks_are_numbered_for_each_frame(pool: Pool) -> None:
    look(pool)
    look(pool, number=2)
    look(pool, frame="0" * 64)
    looks = pool.state().looks[COLLECTION, "en"]
    assert [(made.frame[0], made.number) for made in looks] == [("f", 1), ("f", 2), ("0", 1)]
    with pytest.raises(IntegrityError):
        look(pool, number=2)


@pytest.mark.parametrize("is_rejected", [False, True])
def test_a_version_built_before_a_row_was_barred_is_not_published(
    pool: Pool, is_rejected: bool
) -> None:
    version = propose(pool)
    approve(pool, version, "harbour", "meadow")
    hold(pool)

    def publish() -> None:
        publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)

    if is_rejected:
        enter(pool, "leak_rejected", record=RECORD)
        publish()
        return
    with pytest.raises(RefusedError, match="built before records were barred"):
        publish()
    # Nor by an operator who writes the entry by hand.
    proposal = pool.state().proposals[COLLECTION, version].entry
    with pytest.raises(IntegrityError, match="barred since"):
        enter(pool, "release_published", version=version, proposal=proposal)
