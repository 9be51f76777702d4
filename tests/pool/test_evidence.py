"""Evidence of a publication: what holds, and all that does not."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling import COLLECTION, CREATED, OPERATOR, make_signing_key, published_pool
from trusting import memory

from datacoop.errors import IntegrityError, RefusedError
from datacoop.jobs.trusting import enter_key
from datacoop.pool.checkpoint import grown_log, newest_cosigned, read_checkpoints, write_checkpoint
from datacoop.pool.evidence import (
    Evidence,
    evidence_from_bytes,
    make_evidence,
    require_evidence,
)
from datacoop.pool.keys import Role
from datacoop.pool.log import entry_key
from datacoop.pool.pool import Pool
from datacoop.pool.witness import witness_log

WITNESSES = [make_signing_key(Role.WITNESS, member) for member in ("harbour", "meadow")]
PUBLIC = [key.public for key in WITNESSES]
SECONDS = 1_790_000_000


class Seen:
    """A published pool whose publication both witnesses cosigned, each at another size too."""

    def __init__(self, folder: Path) -> None:
        self.pool = published_pool(memory(), rows=2)
        for key in WITNESSES:
            enter_key(self.pool, key.public, OPERATOR, created_utc=CREATED)
        for witnesses in (WITNESSES[:1], WITNESSES, WITNESSES[1:]):
            enter_key(
                self.pool,
                make_signing_key(Role.STEWARD, "summit", f"s{self.pool.state().length}").public,
                OPERATOR,
                created_utc=CREATED,
            )
            write_checkpoint(self.pool.store, OPERATOR)
            for key in witnesses:
                witness_log(self.pool.store, folder / key.public.member, key, unix_seconds=SECONDS)
        proposal = self.pool.state().proposals[COLLECTION, 1]
        self.snapshot, self.number = proposal.snapshot, proposal.published_entry or 0
        self.evidence = evidence_of(self.pool, self.number)


def evidence_of(pool: Pool, number: int) -> Evidence:
    state, tree = grown_log(pool.store)
    sizes = newest_cosigned(pool.store, state.keys.values(), number)
    signed = read_checkpoints(pool.store, state.keys.values(), sizes=sizes)
    return make_evidence(number, pool.store.get(entry_key(number)), tree, signed)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen(tmp_path_factory.mktemp("witnesses"))


def test_it_is_of_each_set_of_witnesses_the_newest_checkpoint(seen: Seen) -> None:
    assert len(seen.evidence.cosigned) == 3
    assert evidence_from_bytes("evidence", seen.evidence.to_bytes()) == seen.evidence


def test_members_are_counted_by_keys_that_the_reader_was_given(seen: Seen) -> None:
    require_evidence("e", seen.evidence, seen.snapshot, PUBLIC, 2)
    require_evidence("e", seen.evidence, seen.snapshot, PUBLIC[:1], 1)
    stranger = make_signing_key(Role.WITNESS, "summit").public
    posing = make_signing_key(Role.APPROVER, "harbour").public
    for keys, members in ((PUBLIC[:1], 2), ([stranger], 1), ([posing], 1), ([], 1), (PUBLIC, 3)):
        with pytest.raises(RefusedError, match=f"of {members} members"):
            require_evidence("e", seen.evidence, seen.snapshot, keys, members)


def test_evidence_of_something_else_is_refused(seen: Seen) -> None:
    with pytest.raises(IntegrityError, match="the publication of"):
        require_evidence("e", seen.evidence, "0" * 64, PUBLIC, 1)
    # The proposal names the same manifest, and every witness has seen it.
    other = evidence_of(seen.pool, seen.pool.state().proposals[COLLECTION, 1].entry)
    with pytest.raises(IntegrityError, match="the publication of"):
        require_evidence("e", other, seen.snapshot, PUBLIC, 1)


def test_a_publication_that_the_witnesses_never_saw_is_refused(seen: Seen) -> None:
    unseen = published_pool(memory(), rows=3)
    proposal = unseen.state().proposals[COLLECTION, 1]
    entry = unseen.store.get(entry_key(proposal.published_entry or 0))
    forged = replace(seen.evidence, entry=entry)
    with pytest.raises(IntegrityError, match="a proof"):
        require_evidence("e", forged, proposal.snapshot, PUBLIC, 1)
    elsewhere = replace(seen.evidence, number=seen.number - 1)
    with pytest.raises(IntegrityError, match="a proof"):
        require_evidence("e", elsewhere, seen.snapshot, PUBLIC, 1)


@given(place=st.integers(0, 1 << 20), bit=st.integers(0, 7))
def test_a_changed_byte_adds_no_witness(seen: Seen, place: int, bit: int) -> None:
    content = bytearray(seen.evidence.to_bytes())
    content[place % len(content)] ^= 1 << bit
    stranger = make_signing_key(Role.WITNESS, "summit").public
    try:
        changed = evidence_from_bytes("e", bytes(content))
        require_evidence("e", changed, seen.snapshot, [*PUBLIC, stranger], 3)
    except (IntegrityError, RefusedError):
        return
    pytest.fail("three members were counted")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"number":0,"entry":1}', b"\xff"])
def test_what_is_no_evidence_is_told(content: bytes) -> None:
    with pytest.raises(IntegrityError, match="evidence"):
        evidence_from_bytes("e", content)
