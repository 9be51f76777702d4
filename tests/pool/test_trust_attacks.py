"""What somebody with the store, and some of the keys, can try: each case is refused, and counted.

The attacker writes whatever they like into the store. A reader that has seen version 2 comes
back, or comes for the first time with a root given by another way.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pooling import (
    APPROVERS,
    COLLECTION,
    NOW,
    OPERATOR,
    make_records,
    make_signing_key,
    publish,
    published_pool,
    take_in,
)
from securesystemslib.formats import encode_canonical
from trusting import NEW_OPERATOR, SECOND, change_trust, find, memory, refresh

from datacoop.errors import IntegrityError
from datacoop.pool.keys import Role, SigningKey
from datacoop.pool.pool import Pool
from datacoop.pool.trust import initial_metadata, write_metadata
from datacoop.records.digest import canonical_json, sha256_hex

HARBOUR, MEADOW = APPROVERS["harbour"], APPROVERS["meadow"]
Files = dict[str, bytes]


def two_versions() -> tuple[Pool, Files]:
    """Give a pool with two versions, and its trust folder as it was with one."""
    pool = published_pool(memory(), rows=3)
    older = {key: pool.store.get(key) for key in pool.store.list("trust")}
    take_in(pool, make_records("s-2", 3), "s-2")
    publish(pool)
    return pool, older


def put(pool: Pool, name: str, signed: dict[str, Any], *keys: SigningKey) -> None:
    """Write metadata signed by whoever the attacker holds the keys of."""
    payload = str(encode_canonical(signed)).encode()
    signatures = [
        {"keyid": key.public.keyid, "sig": key.signer.sign(payload).signature} for key in keys
    ]
    content = canonical_json({"signatures": signatures, "signed": signed})
    pool.store.put(f"trust/{name}", content)


def signed_part(pool: Pool, name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(pool.store.get(f"trust/{name}"))["signed"]
    return value


def poison(pool: Pool, *keys: SigningKey, version: int = 4) -> None:
    """Forge a new version of the collection's role that names other bytes, and make it current."""
    role = signed_part(pool, f"3.{COLLECTION}.json") | {"version": version}
    role["targets"][f"{COLLECTION}/2"]["hashes"]["sha256"] = sha256_hex(b"poisoned")
    put(pool, f"{version}.{COLLECTION}.json", role, *keys)
    make_current(pool, {f"{COLLECTION}.json": version})


def make_current(pool: Pool, versions: dict[str, int]) -> None:
    """With the operator's stolen key, say that these versions are current."""
    timestamp = signed_part(pool, "timestamp.json")
    number = timestamp["version"]
    snapshot = signed_part(pool, f"{number}.snapshot.json") | {"version": number + 1}
    for name, version in versions.items():
        snapshot["meta"][name] = {"version": version}
    put(pool, f"{number + 1}.snapshot.json", snapshot, OPERATOR)
    timestamp |= {"version": number + 1, "meta": {"snapshot.json": {"version": number + 1}}}
    put(pool, "timestamp.json", timestamp, OPERATOR)


def rollback_whole_folder(pool: Pool, older: Files) -> None:
    for key in list(pool.store.list("trust")):
        pool.store.delete(key)
    for key, content in older.items():
        pool.store.put(key, content)


def rollback_timestamp_alone(pool: Pool, older: Files) -> None:
    pool.store.put("trust/timestamp.json", older["trust/timestamp.json"])


def rollback_collection_with_operators_key(pool: Pool, older: Files) -> None:
    make_current(pool, {f"{COLLECTION}.json": 2})


def rollback_snapshot_with_operators_key(pool: Pool, older: Files) -> None:
    timestamp = signed_part(pool, "timestamp.json")
    timestamp["version"] += 1
    timestamp["meta"]["snapshot.json"]["version"] -= 1
    put(pool, "timestamp.json", timestamp, OPERATOR)


def freeze_with_an_expired_timestamp(pool: Pool, older: Files) -> None:
    timestamp = signed_part(pool, "timestamp.json")
    timestamp["version"] += 1
    timestamp["expires"] = (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    put(pool, "timestamp.json", timestamp, OPERATOR)


def freeze_without_a_timestamp_key(pool: Pool, older: Files) -> None:
    timestamp = signed_part(pool, "timestamp.json")
    timestamp["expires"] = (NOW + timedelta(days=3650)).strftime("%Y-%m-%dT%H:%M:%SZ")
    put(pool, "timestamp.json", timestamp, make_signing_key(Role.OPERATOR, "", "a stranger"))


def fork_by_another_root(pool: Pool, older: Files) -> None:
    keys = [make_signing_key(Role.APPROVER, member, "forger") for member in ("harbour", "meadow")]
    files = initial_metadata(
        collections=[COLLECTION],
        approvers=[key.public for key in keys],
        operator=NEW_OPERATOR,
        ceremony=keys,
        now=NOW,
    )
    write_metadata(pool.store, files)


def fork_by_a_next_root_of_strangers(pool: Pool, older: Files) -> None:
    strangers = [make_signing_key(Role.APPROVER, m, "forger") for m in ("harbour", "meadow")]
    forge_root(pool, strangers, strangers)


def forge_root(pool: Pool, named: list[SigningKey], signers: list[SigningKey]) -> None:
    root = signed_part(pool, "1.root.json") | {"version": 2}
    keyids = [key.public.keyid for key in named]
    for key in named:
        root["keys"][key.public.keyid] = {
            "keytype": "ed25519",
            "scheme": "ed25519",
            "keyval": {"public": key.public.public},
            "x-datacoop-member": key.public.member,
        }
    for role in ("root", "targets"):
        root["roles"][role]["keyids"] = keyids
    put(pool, "2.root.json", root, *signers)


def root_by_one_stolen_key(pool: Pool, older: Files) -> None:
    forge_root(pool, [HARBOUR, MEADOW], [HARBOUR])


def root_by_one_stolen_key_twice(pool: Pool, older: Files) -> None:
    forge_root(pool, [HARBOUR, MEADOW], [HARBOUR, HARBOUR])


def mix_a_role_of_one_version_with_a_snapshot_of_another(pool: Pool, older: Files) -> None:
    pool.store.put(f"trust/3.{COLLECTION}.json", older[f"trust/2.{COLLECTION}.json"])


def mix_targets_in_the_place_of_a_role(pool: Pool, older: Files) -> None:
    pool.store.put(f"trust/3.{COLLECTION}.json", pool.store.get("trust/1.targets.json"))


def mix_a_snapshot_of_before(pool: Pool, older: Files) -> None:
    number = signed_part(pool, "timestamp.json")["version"]
    pool.store.put(f"trust/{number}.snapshot.json", older["trust/2.snapshot.json"])


def mix_a_notice_role_for_a_collection(pool: Pool, older: Files) -> None:
    pool.store.put(f"trust/3.{COLLECTION}.json", pool.store.get("trust/1.withdrawn.json"))


def stolen_operators_key_alone(pool: Pool, older: Files) -> None:
    poison(pool, OPERATOR)


def stolen_approvers_key_alone(pool: Pool, older: Files) -> None:
    poison(pool, HARBOUR)


def stolen_approvers_and_operators_key(pool: Pool, older: Files) -> None:
    poison(pool, HARBOUR, OPERATOR)


def stolen_approvers_key_signing_twice(pool: Pool, older: Files) -> None:
    poison(pool, HARBOUR, HARBOUR)


def two_stolen_keys_of_one_member_and_the_operators(pool: Pool, older: Files) -> None:
    poison(pool, HARBOUR, SECOND, version=5)


def root_by_two_stolen_keys_of_one_member(pool: Pool, older: Files) -> None:
    root = signed_part(pool, "2.root.json") | {"version": 3}
    put(pool, "3.root.json", root, HARBOUR, SECOND)


def a_revoked_key_with_one_in_force(pool: Pool, older: Files) -> None:
    poison(pool, APPROVERS["summit"], HARBOUR, version=5)


def a_replaced_operators_key(pool: Pool, older: Files) -> None:
    timestamp = signed_part(pool, "timestamp.json")
    timestamp["version"] += 1
    put(pool, "timestamp.json", timestamp, OPERATOR)


def nothing_before(pool: Pool) -> None:
    pass


def second_key_of_harbour(pool: Pool) -> None:
    change_trust(pool, add=(SECOND.public,))


def summit_revoked(pool: Pool) -> None:
    change_trust(pool, remove=(APPROVERS["summit"].public.keyid,))


def operator_replaced(pool: Pool) -> None:
    change_trust(pool, add=(NEW_OPERATOR.public,), operator=NEW_OPERATOR)


Attack = Callable[[Pool, Files], None]
ATTACKS: list[tuple[str, Attack, Callable[[Pool], None]]] = [
    ("rollback", rollback_whole_folder, nothing_before),
    ("rollback", rollback_timestamp_alone, nothing_before),
    ("rollback", rollback_collection_with_operators_key, nothing_before),
    ("rollback", rollback_snapshot_with_operators_key, nothing_before),
    ("freeze", freeze_with_an_expired_timestamp, nothing_before),
    ("freeze", freeze_without_a_timestamp_key, nothing_before),
    ("fork", fork_by_another_root, nothing_before),
    ("fork", fork_by_a_next_root_of_strangers, nothing_before),
    ("stolen key", root_by_one_stolen_key, nothing_before),
    ("stolen key", root_by_one_stolen_key_twice, nothing_before),
    ("mix and match", mix_a_role_of_one_version_with_a_snapshot_of_another, nothing_before),
    ("mix and match", mix_targets_in_the_place_of_a_role, nothing_before),
    ("mix and match", mix_a_snapshot_of_before, nothing_before),
    ("mix and match", mix_a_notice_role_for_a_collection, nothing_before),
    ("stolen key", stolen_operators_key_alone, nothing_before),
    ("stolen key", stolen_approvers_key_alone, nothing_before),
    ("stolen key", stolen_approvers_and_operators_key, nothing_before),
    ("stolen key", stolen_approvers_key_signing_twice, nothing_before),
    ("one member", two_stolen_keys_of_one_member_and_the_operators, second_key_of_harbour),
    ("one member", root_by_two_stolen_keys_of_one_member, second_key_of_harbour),
    ("revoked key", a_revoked_key_with_one_in_force, summit_revoked),
    ("revoked key", a_replaced_operators_key, operator_replaced),
]
LASTING = {"rollback", "freeze", "fork"}
"""Kinds that a first reader may not see: only memory, or time, tells."""


def name_of(value: object) -> str:
    return str(getattr(value, "__name__", value))


@pytest.mark.parametrize(("kind", "attack", "before"), ATTACKS, ids=name_of)
def test_a_reader_who_was_here_is_not_taken_in(
    tmp_path: Path, kind: str, attack: Attack, before: Callable[[Pool], None]
) -> None:
    pool, older = two_versions()
    before(pool)
    good = find(pool, tmp_path, 2)
    assert good is not None
    attack(pool, older)
    if kind == "mix and match":
        # A file it has verified before is not fetched again: it goes by the right one.
        assert find(pool, tmp_path, 2) == good
        return
    with pytest.raises(IntegrityError):
        find(pool, tmp_path, 2)


@pytest.mark.parametrize(
    ("kind", "attack", "before"),
    [attack for attack in ATTACKS if attack[0] not in LASTING],
    ids=name_of,
)
def test_a_first_reader_refuses_what_needs_no_memory(
    tmp_path: Path, kind: str, attack: Attack, before: Callable[[Pool], None]
) -> None:
    pool, older = two_versions()
    before(pool)
    attack(pool, older)
    with pytest.raises(IntegrityError):
        find(pool, tmp_path, 2)


def test_every_kind_of_attack_is_tried_and_counted() -> None:
    counts = {kind: sum(one[0] == kind for one in ATTACKS) for kind, _, _ in ATTACKS}
    assert counts == {
        "rollback": 4,
        "freeze": 2,
        "fork": 2,
        "mix and match": 4,
        "stolen key": 6,
        "one member": 2,
        "revoked key": 2,
    }


def test_an_expired_timestamp_says_what_to_do_and_a_refresh_heals_it(tmp_path: Path) -> None:
    pool, older = two_versions()
    freeze_with_an_expired_timestamp(pool, older)
    with pytest.raises(IntegrityError) as caught:
        find(pool, tmp_path, 2)
    assert "datacoop trust refresh" in caught.value.hint
    refresh(pool)
    assert find(pool, tmp_path, 2) is not None
