"""Keys that come and go: by signatures of two members, one person after the other."""

from dataclasses import replace
from pathlib import Path

import pytest
from pooling import (
    APPROVERS,
    COLLECTION,
    CREATED,
    OPERATOR,
    STEWARDS,
    TODAY,
    approve,
    make_pool,
    make_records,
    make_signing_key,
    propose,
    publish,
    published_pool,
    take_in,
)
from trusting import (
    NEW_OPERATOR,
    SECOND,
    change_trust,
    find,
    memory,
    reader,
    refresh,
    signed_change,
)

from datacoop.errors import IntegrityError, RefusedError, SettingsError
from datacoop.jobs.release import approve_release, publish_release
from datacoop.jobs.trusting import drop_key, enter_change, enter_key
from datacoop.pool.keys import Role
from datacoop.pool.pool import Pool
from datacoop.pool.trust import CURRENT_DAYS, expected_keys
from datacoop.pool.trust_change import change_from_bytes, plan_change, sign_change
from datacoop.read.verify import verify_pool

HARBOUR, MEADOW, SUMMIT = (APPROVERS[m] for m in ("harbour", "meadow", "summit"))


def faults(pool: Pool) -> tuple[tuple[str, str], ...]:
    return verify_pool(pool.store, lambda _, __: None).faults


def next_version(pool: Pool, number: int, *approvers: str) -> None:
    take_in(pool, make_records(f"s-{number}", 3), f"s-{number}")
    publish(pool, approvers or ("harbour", "meadow"))


def test_a_rotated_key_signs_no_more_and_old_versions_stay_readable(tmp_path: Path) -> None:
    pool = published_pool(memory(), rows=3)
    before = find(pool, tmp_path)
    change_trust(pool, MEADOW, SUMMIT, SECOND, add=(SECOND.public,), remove=(HARBOUR.public.keyid,))
    assert before == find(pool, tmp_path) == find(pool, tmp_path / "a new reader")
    take_in(pool, make_records("s-2", 3), "s-2")
    propose(pool)
    with pytest.raises(RefusedError, match="revoked"):
        approve(pool, 2, "harbour")
    approve(pool, 2, "meadow")
    approve_release(pool, COLLECTION, 2, SECOND, created_utc=CREATED)
    publish_release(pool, COLLECTION, 2, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert find(pool, tmp_path, 2) is not None
    assert find(pool, tmp_path, 1) == before
    assert faults(pool) == ()


def test_approvals_by_a_revoked_key_do_not_count() -> None:
    pool = make_pool(memory())
    take_in(pool, make_records("s-1", 3), "s-1")
    propose(pool)
    approve(pool, 1, "harbour", "meadow")
    change_trust(pool, MEADOW, SUMMIT, remove=(HARBOUR.public.keyid,))
    with pytest.raises(RefusedError, match="1 of 2"):
        publish_release(pool, COLLECTION, 1, OPERATOR, created_utc=CREATED, as_of=TODAY)
    with pytest.raises(RefusedError, match="older trust root"):
        approve(pool, 1, "summit")
    propose(pool)
    approve(pool, 1, "meadow", "summit")
    publish_release(pool, COLLECTION, 1, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert faults(pool) == ()


def test_two_keys_of_one_member_do_not_release_and_do_not_change_the_root() -> None:
    pool = make_pool(memory())
    change_trust(pool, add=(SECOND.public,))
    take_in(pool, make_records("s-1", 3), "s-1")
    propose(pool)
    approve(pool, 1, "harbour")
    approve_release(pool, COLLECTION, 1, SECOND, created_utc=CREATED)
    with pytest.raises(RefusedError, match="1 of 2"):
        publish_release(pool, COLLECTION, 1, OPERATOR, created_utc=CREATED, as_of=TODAY)
    change = signed_change(pool, HARBOUR, SECOND, remove=(MEADOW.public.keyid,))
    with pytest.raises(RefusedError, match="signatures of members are missing"):
        enter_change(pool, change, HARBOUR, created_utc=CREATED)
    approve(pool, 1, "meadow")
    publish_release(pool, COLLECTION, 1, OPERATOR, created_utc=CREATED, as_of=TODAY)


def test_a_key_that_the_root_does_not_name_cannot_approve() -> None:
    pool = make_pool(memory())
    take_in(pool, make_records("s-1", 3), "s-1")
    propose(pool)
    with pytest.raises(RefusedError, match="does not know"):
        approve_release(pool, COLLECTION, 1, SECOND, created_utc=CREATED)


def test_a_lost_operator_is_replaced_by_members_alone(tmp_path: Path) -> None:
    pool = published_pool(memory(), rows=3)
    find(pool, tmp_path)
    change_trust(pool, add=(NEW_OPERATOR.public,), operator=NEW_OPERATOR)
    assert find(pool, tmp_path) is not None
    with pytest.raises(RefusedError, match="not the operator's"):
        refresh(pool, OPERATOR)
    with pytest.raises(IntegrityError, match="revoked"):
        take_in(pool, make_records("s-2", 3), "s-2")
    refresh(pool, NEW_OPERATOR)
    assert faults(pool) == ()


def test_a_change_is_signed_by_one_person_after_the_other_through_a_file() -> None:
    pool = published_pool(memory(), rows=3)
    first = signed_change(pool, HARBOUR, add=(SECOND.public,))
    with pytest.raises(RefusedError, match=r"root of 1"):
        enter_change(pool, first, HARBOUR, created_utc=CREATED)
    handed_on = change_from_bytes(first.to_bytes())
    assert handed_on == first
    twice = sign_change(pool.store, pool.state(), handed_on, HARBOUR)
    assert twice == first
    whole = sign_change(pool.store, pool.state(), handed_on, SUMMIT)
    enter_change(pool, whole, SUMMIT, created_utc=CREATED)
    length = pool.state().length
    enter_change(pool, whole, SUMMIT, created_utc=CREATED)
    assert pool.state().length == length
    assert SECOND.public.keyid in pool.state().trusted


def test_a_change_whose_files_say_more_than_its_fields_is_not_signed() -> None:
    pool = published_pool(memory(), rows=3)
    honest = signed_change(pool, HARBOUR)
    sneaking = plan_change(pool.store, pool.state(), add=[SECOND.public], now=honest.signed_from)
    with pytest.raises(IntegrityError, match="fields"):
        sign_change(pool.store, pool.state(), replace(honest, files=sneaking.files), MEADOW)


def test_a_change_made_before_a_publication_is_refused() -> None:
    pool = published_pool(memory(), rows=3)
    change = signed_change(pool, HARBOUR, MEADOW)
    next_version(pool, 2)
    with pytest.raises(RefusedError, match="gone on"):
        enter_change(pool, change, HARBOUR, created_utc=CREATED)


@pytest.mark.parametrize(
    ("add", "remove", "message"),
    [
        ((HARBOUR.public,), (), "names this key already"),
        ((STEWARDS["harbour"].public,), (), "only approvers"),
        ((make_signing_key(Role.APPROVER, "nobody").public,), (), "no member"),
        ((OPERATOR.public,), (), "already"),
        ((), ("00" * 32,), "does not name"),
        ((), (HARBOUR.public.keyid, MEADOW.public.keyid), "fewer than 2"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(add: tuple, remove: tuple, message: str) -> None:
    pool = published_pool(memory(), rows=2)
    with pytest.raises(RefusedError, match=message):
        signed_change(pool, add=add, remove=remove)


def test_a_revoked_key_never_comes_back() -> None:
    pool = published_pool(memory(), rows=2)
    change_trust(pool, MEADOW, SUMMIT, remove=(HARBOUR.public.keyid,))
    with pytest.raises(RefusedError, match="revoked"):
        signed_change(pool, add=(HARBOUR.public,))
    with pytest.raises(RefusedError, match="neither"):
        signed_change(pool, HARBOUR)


def test_versions_and_changes_follow_each_other(tmp_path: Path) -> None:
    pool = published_pool(memory(), rows=3)
    for number in (2, 3):
        change_trust(pool)
        next_version(pool, number)
        assert find(pool, tmp_path, number) is not None
        refresh(pool)
        assert find(pool, tmp_path, 1) == find(pool, tmp_path / str(number), 1)
    assert set(pool.store.list("trust")) == expected_keys(pool.state())
    assert faults(pool) == ()
    assert CURRENT_DAYS < 30


def test_a_reader_that_slept_through_two_changes_follows_the_roots(tmp_path: Path) -> None:
    pool = published_pool(memory(), rows=3)
    find(pool, tmp_path)
    change_trust(pool, add=(SECOND.public,))
    change_trust(pool, SUMMIT, MEADOW, remove=(HARBOUR.public.keyid,))
    assert reader(pool, tmp_path).find(COLLECTION, 1) is not None


def test_stewards_and_witnesses_keys_come_and_go_by_the_operator() -> None:
    pool = make_pool(memory())
    witness = make_signing_key(Role.WITNESS, "meadow")
    enter_key(pool, witness.public, OPERATOR, created_utc=CREATED)
    assert pool.state().keys[witness.public.keyid] == witness.public
    drop_key(pool, witness.public.keyid, OPERATOR, created_utc=CREATED)
    for act in (enter_key, drop_key):
        argument = witness.public if act is enter_key else witness.public.keyid
        with pytest.raises(RefusedError):
            act(pool, argument, OPERATOR, created_utc=CREATED)  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="change of the trust root"):
        enter_key(pool, SECOND.public, OPERATOR, created_utc=CREATED)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"schema":"datacoop.trust-change.v1"}'])
def test_a_file_that_is_no_change_is_a_wrong_setting(content: bytes) -> None:
    with pytest.raises(SettingsError, match="not a change"):
        change_from_bytes(content)
