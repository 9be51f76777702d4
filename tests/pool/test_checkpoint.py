"""Checkpoints, witnesses, and a log that says where it was changed."""

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pooling import (
    COLLECTION,
    CREATED,
    NOW,
    OPERATOR,
    TODAY,
    approve,
    make_pool,
    make_records,
    make_signing_key,
    propose,
    published_pool,
    take_in,
)
from trusting import memory

from datacoop.errors import IntegrityError, RefusedError, SettingsError
from datacoop.jobs.release import publish_release
from datacoop.jobs.trusting import drop_key, enter_key, refresh_trust
from datacoop.pool.checkpoint import (
    FOLDER,
    checkpoint_key,
    grown_log,
    open_note,
    read_checkpoints,
    require_cosigned,
    require_cosigned_version,
    sign_checkpoint,
    write_checkpoint,
)
from datacoop.pool.keys import Role
from datacoop.pool.log import Draft, entry_key, sign_entry
from datacoop.pool.log_check import check_log, leaves_of
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.witness import load_memory, witness_log
from datacoop.read.open import open_pool
from datacoop.read.verify import verify_pool

WITNESSES = {m: make_signing_key(Role.WITNESS, m) for m in ("harbour", "meadow")}
SECONDS = 1_790_000_000


def watched_pool() -> Pool:
    pool = make_pool(memory())
    for key in WITNESSES.values():
        enter_key(pool, key.public, OPERATOR, created_utc=CREATED)
    for number in range(4):
        take_in(pool, make_records(f"s-{number}", 2), f"s-{number}")
    write_checkpoint(pool.store, OPERATOR)
    return pool


def cosign(pool: Pool, folder: Path, member: str = "harbour") -> int:
    seen = witness_log(pool.store, folder / member, WITNESSES[member], unix_seconds=SECONDS)
    return seen.checkpoint.size


def rewrite(store: ObjectStore, start: int, *, change: str) -> None:
    """Write the log anew from `start` on as the operator can who holds all its keys."""
    pool = Pool(memory())
    end = Pool(store).state().length
    for number in range(start):
        pool.store.create(entry_key(number), store.get(entry_key(number)))
    for number in range(start, end):
        state = pool.state()
        draft = Draft(kind="votes_collected", body={"collection": COLLECTION, "votes": change})
        content = sign_entry(
            draft, OPERATOR, number=number, previous=state.head, created_utc=CREATED, nonce="f"
        )
        pool.store.create(entry_key(number), content)
    for number in range(start, end):
        store.put(entry_key(number), pool.store.get(entry_key(number)))


def test_a_checkpoint_has_the_published_form_and_signature() -> None:
    pool = watched_pool()
    content = pool.store.get(checkpoint_key(pool.state().length, OPERATOR.public.keyid))
    text, _, line = content.decode().partition("\n\n")
    origin, size, root = text.split("\n")
    assert (origin, size) == ("made-up", str(pool.state().length))
    assert base64.b64decode(root) == grown_log(pool.store)[1].root()
    dash, name, blob = line.split()
    raw = base64.b64decode(blob)
    public = bytes.fromhex(OPERATOR.public.public)
    assert (dash, name, len(raw)) == ("—", "made-up", 68)
    assert raw[:4] == hashlib.sha256(b"made-up\n\x01" + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{text}\n".encode())


def test_a_cosignature_has_the_published_form_and_time(tmp_path: Path) -> None:
    pool = watched_pool()
    size, key = cosign(pool, tmp_path), WITNESSES["harbour"].public
    content = pool.store.get(checkpoint_key(size, key.keyid))
    text, _, line = content.decode().partition("\n\n")
    raw, public = base64.b64decode(line.split()[2]), bytes.fromhex(key.public)
    assert raw[:4] == hashlib.sha256(b"harbour\n\x04" + public).digest()[:4]
    assert int.from_bytes(raw[4:12]) == SECONDS
    message = f"cosignature/v1\ntime {SECONDS}\n{text}\n".encode()
    Ed25519PublicKey.from_public_bytes(public).verify(raw[12:], message)


def test_a_witness_cosigns_what_grows(tmp_path: Path) -> None:
    pool = watched_pool()
    first = witness_log(pool.store, tmp_path / "m", WITNESSES["harbour"], unix_seconds=SECONDS)
    assert first.is_first
    take_in(pool, make_records("more", 2), "more")
    write_checkpoint(pool.store, OPERATOR)
    again = witness_log(pool.store, tmp_path / "m", WITNESSES["harbour"], unix_seconds=SECONDS + 9)
    assert (again.is_first, again.new_entries) == (False, 1)
    cosign(pool, tmp_path, "meadow")
    newest = read_checkpoints(pool.store, pool.state().keys.values())[-1]
    assert newest.members == 2
    assert open_note("note", newest.to_bytes())[1] == newest.lines
    assert len(newest.lines) == 3
    assert verify_pool(pool.store, lambda _, __: None).faults == ()


@pytest.mark.parametrize("start", [2, 9, 11])
def test_a_witness_names_the_first_entry_of_a_fork(tmp_path: Path, start: int) -> None:
    pool = watched_pool()
    cosign(pool, tmp_path)
    rewrite(pool.store, start, change="another past")
    with pytest.raises(IntegrityError) as caught:
        cosign(pool, tmp_path)
    assert caught.value.name == entry_key(start)


def test_a_witness_names_the_entry_at_which_a_log_was_cut(tmp_path: Path) -> None:
    pool = watched_pool()
    size = cosign(pool, tmp_path)
    pool.store.delete(entry_key(size - 1))
    with pytest.raises(IntegrityError) as caught:
        cosign(pool, tmp_path)
    assert caught.value.name == entry_key(size - 1)


def test_a_witness_refuses_an_older_checkpoint_and_another_pools(tmp_path: Path) -> None:
    pool = watched_pool()
    older = pool.state().length
    take_in(pool, make_records("more", 2), "more")
    write_checkpoint(pool.store, OPERATOR)
    size = cosign(pool, tmp_path)
    pool.store.delete(checkpoint_key(size, OPERATOR.public.keyid))
    with pytest.raises(IntegrityError, match=f"checkpoint of {older} entries"):
        cosign(pool, tmp_path)


def test_a_witness_needs_its_own_key_and_an_undamaged_memory(tmp_path: Path) -> None:
    pool = watched_pool()
    with pytest.raises(RefusedError, match="witness's key"):
        witness_log(pool.store, tmp_path / "m", OPERATOR, unix_seconds=SECONDS)
    cosign(pool, tmp_path)
    leaves = tmp_path / "harbour.leaves"
    leaves.write_bytes(b"\1" + leaves.read_bytes()[1:])
    with pytest.raises(SettingsError, match="damaged"):
        load_memory(tmp_path / "harbour")
    stranger = make_signing_key(Role.WITNESS, "summit")
    with pytest.raises(RefusedError, match="does not know"):
        witness_log(pool.store, tmp_path / "s", stranger, unix_seconds=SECONDS)
    assert not (tmp_path / "s").exists()


def test_a_sound_log_is_said_to_be_sound() -> None:
    pool = watched_pool()
    found = check_log(pool.store, leaves_of(pool.store))
    assert (found.entry, found.length, found.checkpoints) == (None, pool.state().length, 1)


def test_an_edited_entry_is_named() -> None:
    pool = watched_pool()
    content = pool.store.get(entry_key(5))
    pool.store.put(entry_key(5), content.replace(b'"payload":"e', b'"payload":"f'))
    assert check_log(pool.store).entry == 5


def test_an_entry_edited_and_signed_again_is_named() -> None:
    pool = watched_pool()
    before = Pool(memory())
    for number in range(9):
        before.store.create(entry_key(number), pool.store.get(entry_key(number)))
    draft = Draft(kind="votes_collected", body={"collection": COLLECTION, "votes": "another"})
    content = sign_entry(
        draft, OPERATOR, number=9, previous=before.state().head, created_utc=CREATED, nonce="n"
    )
    pool.store.put(entry_key(9), content)
    assert check_log(pool.store).entry == 9


def test_a_dropped_entry_is_named() -> None:
    pool = watched_pool()
    pool.store.delete(entry_key(6))
    assert check_log(pool.store).entry == 6


def test_a_dropped_entry_whose_gap_is_closed_is_named() -> None:
    pool = watched_pool()
    end = pool.state().length
    for number in range(6, end - 1):
        pool.store.put(entry_key(number), pool.store.get(entry_key(number + 1)))
    pool.store.delete(entry_key(end - 1))
    assert check_log(pool.store).entry == 6


def test_reordered_entries_are_named() -> None:
    pool = watched_pool()
    five, six = pool.store.get(entry_key(5)), pool.store.get(entry_key(6))
    pool.store.put(entry_key(5), six)
    pool.store.put(entry_key(6), five)
    assert check_log(pool.store).entry == 5


def test_a_log_cut_off_at_its_end_is_named() -> None:
    pool = watched_pool()
    last = pool.state().length - 1
    pool.store.delete(entry_key(last))
    found = check_log(pool.store)
    assert (found.entry, "signed for" in found.fault) == (last, True)


def test_a_fork_is_found_by_the_checkpoint_and_its_entry_by_another_copy() -> None:
    pool = watched_pool()
    seen = leaves_of(pool.store)
    rewrite(pool.store, 8, change="another past")
    found = check_log(pool.store)
    assert found.entry is not None
    assert found.entry <= 8
    assert "or an entry after it" in found.fault
    assert check_log(pool.store, seen).entry == 8
    assert verify_pool(pool.store, lambda _, __: None).faults


def test_an_operator_cannot_sign_two_logs_of_one_size() -> None:
    pool = watched_pool()
    rewrite(pool.store, 8, change="another past")
    with pytest.raises(IntegrityError, match="another log"):
        write_checkpoint(pool.store, OPERATOR)


def test_a_changed_checkpoint_is_found() -> None:
    pool = watched_pool()
    key = checkpoint_key(pool.state().length, OPERATOR.public.keyid)
    content = pool.store.get(key)
    for position in range(0, len(content), 5):
        changed = bytearray(content)
        changed[position] ^= 1
        pool.store.put(key, bytes(changed))
        with pytest.raises(IntegrityError):
            read_checkpoints(pool.store, [OPERATOR.public])


def test_cosignatures_are_counted_by_member(tmp_path: Path) -> None:
    pool = watched_pool()
    entry = pool.state().length - 1
    signed = lambda: read_checkpoints(pool.store, pool.state().keys.values())  # noqa: E731
    tree = grown_log(pool.store)[1]
    with pytest.raises(RefusedError, match="0 of 1"):
        require_cosigned(signed(), tree, entry=entry, members=1)
    cosign(pool, tmp_path)
    require_cosigned(signed(), tree, entry=entry, members=1)
    with pytest.raises(RefusedError, match="1 of 2"):
        require_cosigned(signed(), tree, entry=entry, members=2)
    cosign(pool, tmp_path, "meadow")
    require_cosigned(signed(), tree, entry=entry, members=2)
    with pytest.raises(RefusedError, match="0 of 1"):
        require_cosigned(signed(), tree, entry=entry + 1, members=1)


def test_a_reader_can_ask_for_cosignatures_by_keys_it_was_given(tmp_path: Path) -> None:
    pool = published_pool(memory(), rows=2)
    snapshot = pool.state().proposals[COLLECTION, 1].snapshot
    keys = [key.public for key in WITNESSES.values()]
    with pytest.raises(RefusedError, match="0 of 1"):
        require_cosigned_version(pool.store, snapshot, keys, 1)
    for key in WITNESSES.values():
        enter_key(pool, key.public, OPERATOR, created_utc=CREATED)
    write_checkpoint(pool.store, OPERATOR)
    cosign(pool, tmp_path)
    require_cosigned_version(pool.store, snapshot, keys, 1)
    with pytest.raises(RefusedError, match="1 of 2"):
        require_cosigned_version(pool.store, snapshot, keys, 2)
    with pytest.raises(RefusedError, match="0 of 1"):
        require_cosigned_version(pool.store, snapshot, keys[1:], 1)
    with pytest.raises(IntegrityError, match="publication"):
        require_cosigned_version(pool.store, "0" * 64, keys, 1)


def test_a_version_opens_only_with_the_cosignatures_that_were_asked_for(tmp_path: Path) -> None:
    pool = published_pool(open_store(str(tmp_path / "pool")), rows=2)
    keys = [key.public for key in WITNESSES.values()]
    opened = open_pool(
        str(tmp_path / "pool"), cache=tmp_path / "cache", witnesses=keys, cosignatures=1
    )
    with pytest.raises(RefusedError, match="0 of 1"):
        opened.version(COLLECTION, 1, purpose="model-training")
    for key in WITNESSES.values():
        enter_key(pool, key.public, OPERATOR, created_utc=CREATED)
    write_checkpoint(pool.store, OPERATOR)
    cosign(pool, tmp_path)
    assert len(opened.version(COLLECTION, 1, purpose="model-training")) == 4


def test_a_revoked_witness_does_not_cosign(tmp_path: Path) -> None:
    pool = watched_pool()
    drop_key(pool, WITNESSES["harbour"].public.keyid, OPERATOR, created_utc=CREATED)
    write_checkpoint(pool.store, OPERATOR)
    with pytest.raises(RefusedError, match="does not know"):
        cosign(pool, tmp_path)


def test_a_publication_signs_the_log() -> None:
    pool = make_pool(memory())
    take_in(pool, make_records("s-1", 2), "s-1")
    propose(pool)
    approve(pool, 1, "harbour", "meadow")
    publish_release(pool, COLLECTION, 1, OPERATOR, created_utc=CREATED, as_of=TODAY)
    signed = read_checkpoints(pool.store, pool.state().keys.values())
    assert signed[-1].checkpoint.size == pool.state().length


def found_missing(pool: Pool, name: str) -> bool:
    """Say whether both checks tell of a deleted file; put it back."""
    content = pool.store.get(name)
    pool.store.delete(name)
    by_log, by_all = check_log(pool.store), verify_pool(pool.store, lambda _, __: None)
    pool.store.put(name, content)
    size = int(name.split("/")[1].split(".")[0])
    tells = by_log.entry == size - 1 and "is missing" in by_log.fault
    return tells and [key for key, _ in by_all.faults] == [name]


def test_a_checkpoint_or_cosignature_that_is_gone_is_found(tmp_path: Path) -> None:
    pool = published_pool(memory(), rows=2)
    for key in WITNESSES.values():
        enter_key(pool, key.public, OPERATOR, created_utc=CREATED)
    write_checkpoint(pool.store, OPERATOR)
    cosign(pool, tmp_path)
    cosign(pool, tmp_path, "meadow")
    for _ in range(2):
        refresh_trust(pool, OPERATOR, now=NOW, created_utc=CREATED)
    names = list(pool.store.list(FOLDER))
    assert len(names) == 6
    assert check_log(pool.store).entry is None
    assert [name for name in names if not found_missing(pool, name)] == []


def test_a_checkpoint_that_is_not_the_one_named_is_found(tmp_path: Path) -> None:
    pool = watched_pool()
    size = cosign(pool, tmp_path)
    refresh_trust(pool, OPERATOR, now=NOW, created_utc=CREATED)
    name = checkpoint_key(size, WITNESSES["harbour"].public.keyid)
    [signed, *_] = read_checkpoints(pool.store, pool.state().keys.values())
    later = sign_checkpoint(signed.checkpoint, WITNESSES["harbour"], unix_seconds=SECONDS + 1)
    pool.store.put(name, later)
    faults = dict(verify_pool(pool.store, lambda _, __: None).faults)
    assert faults == {name: "is not the one that the log names"}


def test_junk_beside_checkpoints_never_comes_into_the_log() -> None:
    pool = watched_pool()
    name = checkpoint_key(3, WITNESSES["harbour"].public.keyid)
    pool.store.put(name, b"junk")
    refresh_trust(pool, OPERATOR, now=NOW, created_utc=CREATED)
    assert name not in pool.state().checkpoints
    pool.store.delete(name)
    assert check_log(pool.store).entry is None
