import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from pooling import (
    APPROVERS,
    COLLECTION,
    CREATED,
    NOW,
    OPERATOR,
    TODAY,
    approve,
    make_pool,
    make_records,
    propose,
    publish,
    published_pool,
    take_in,
)
from tuf.api.metadata import Metadata, Targets

from datacoop.errors import IntegrityError, RefusedError, SettingsError
from datacoop.jobs.release import publish_release
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.trust import (
    TrustClient,
    current_metadata,
    expected_keys,
    initial_metadata,
    metadata_faults,
    sign_targets,
    signature_is_valid,
    write_metadata,
)
from datacoop.records.digest import canonical_json, sha256_hex

_names = itertools.count()
ROLE_FILE = f"trust/2.{COLLECTION}.json"


def memory() -> ObjectStore:
    return open_store(f"memory://trust-{next(_names)}")


def published(versions: int = 1) -> Pool:
    pool = published_pool(memory(), rows=4)
    for number in range(2, versions + 1):
        take_in(pool, make_records(f"summit-{number}", 3, member="summit"), f"summit-{number}")
        publish(pool)
    return pool


def files(pool: Pool) -> dict[str, bytes]:
    return {key: pool.store.get(key) for key in pool.store.list("trust")}


def change(pool: Pool, key: str, edit: Any) -> None:
    value = json.loads(pool.store.get(key))
    edit(value)
    pool.store.put(key, canonical_json(value))


def test_a_version_is_found_by_the_digest_that_was_approved(tmp_path: Path) -> None:
    pool = published()
    client = TrustClient(pool.store, tmp_path, None)
    target = client.find(COLLECTION, 1)
    assert target is not None
    assert target.sha256 == pool.state().proposals[COLLECTION, 1].snapshot
    assert client.find(COLLECTION, 2) is None
    assert client.find("no-such", 1) is None


def test_one_stolen_key_cannot_publish(tmp_path: Path) -> None:
    pool = published()
    change(pool, ROLE_FILE, lambda value: value["signatures"].pop())
    with pytest.raises(IntegrityError, match="two valid signatures"):
        TrustClient(pool.store, tmp_path, None).find(COLLECTION, 1)


def test_one_stolen_key_that_signs_twice_cannot_publish(tmp_path: Path) -> None:
    pool = published()
    metadata = Metadata[Targets].from_bytes(pool.store.get(ROLE_FILE))
    path = f"{COLLECTION}/1"
    metadata.signed.targets[path].hashes["sha256"] = sha256_hex(b"poisoned")
    metadata.signatures.clear()
    metadata.sign(APPROVERS["harbour"].signer, append=True)
    metadata.sign(OPERATOR.signer, append=True)
    pool.store.put(ROLE_FILE, canonical_json(metadata.to_dict()))
    with pytest.raises(IntegrityError, match="two valid signatures"):
        TrustClient(pool.store, tmp_path, None).find(COLLECTION, 1)


def test_the_operators_key_alone_cannot_publish(tmp_path: Path) -> None:
    pool = make_pool(memory())
    take_in(pool, make_records("harbour-1", 3), "harbour-1")
    propose(pool)
    with pytest.raises(RefusedError, match="0 of 2"):
        publish_release(pool, COLLECTION, 1, OPERATOR, created_utc=CREATED, as_of=TODAY)
    approve(pool, 1, "harbour")
    with pytest.raises(RefusedError, match="1 of 2"):
        publish_release(pool, COLLECTION, 1, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert TrustClient(pool.store, tmp_path, None).find(COLLECTION, 1) is None


def test_an_older_state_put_back_is_refused_by_who_has_seen_the_newer(tmp_path: Path) -> None:
    pool = published()
    older = files(pool)
    take_in(pool, make_records("summit-1", 3, member="summit"), "summit-1", "summit")
    publish(pool)
    assert TrustClient(pool.store, tmp_path, None).find(COLLECTION, 2) is not None
    for key in pool.store.list("trust"):
        pool.store.delete(key)
    for key, content in older.items():
        pool.store.put(key, content)
    with pytest.raises(IntegrityError):
        TrustClient(pool.store, tmp_path, None)


@pytest.mark.parametrize(
    ("target", "source"),
    [
        (ROLE_FILE, f"trust/1.{COLLECTION}.json"),
        (ROLE_FILE, "trust/1.targets.json"),
        ("trust/2.snapshot.json", "trust/1.snapshot.json"),
        ("trust/1.root.json", "trust/1.targets.json"),
        ("trust/timestamp.json", "trust/2.snapshot.json"),
    ],
)
def test_a_file_in_the_place_of_another_is_refused(
    tmp_path: Path, target: str, source: str
) -> None:
    pool = published()
    pool.store.put(target, pool.store.get(source))
    with pytest.raises(IntegrityError):
        TrustClient(pool.store, tmp_path, None).find(COLLECTION, 1)
    assert target in metadata_faults(pool.store, pool.state().keys)


@pytest.mark.parametrize("root", [b"", b"garbage", b"{}"])
def test_a_pinned_root_that_is_no_root_is_refused(tmp_path: Path, root: bytes) -> None:
    pool = published()
    with pytest.raises(IntegrityError):
        TrustClient(pool.store, tmp_path, root or b" ")


def test_a_pinned_root_of_another_pool_is_refused(tmp_path: Path) -> None:
    pool = published()
    keys = list(APPROVERS.values())
    other = initial_metadata(
        collections=[COLLECTION],
        approvers=[key.public for key in keys],
        operator=APPROVERS["summit"],
        ceremony=keys[:2],
        now=NOW,
    )
    with pytest.raises(IntegrityError):
        TrustClient(pool.store, tmp_path, other["1.root.json"])


def test_a_root_seen_first_stays_trusted_when_the_store_offers_another(tmp_path: Path) -> None:
    pool = published()
    TrustClient(pool.store, tmp_path, None)
    stranger = APPROVERS["summit"]
    files_of_another = initial_metadata(
        collections=[COLLECTION],
        approvers=[OPERATOR.public, stranger.public, APPROVERS["meadow"].public],
        operator=stranger,
        ceremony=[stranger, APPROVERS["meadow"]],
        now=NOW,
    )
    write_metadata(pool.store, files_of_another)
    with pytest.raises(IntegrityError):
        TrustClient(pool.store, tmp_path, None)


def test_a_store_without_trust_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nothing is published"):
        TrustClient(memory(), tmp_path, None)


def test_a_ceremony_of_one_member_is_refused() -> None:
    with pytest.raises(RefusedError, match="two members"):
        initial_metadata(
            collections=[COLLECTION],
            approvers=[key.public for key in APPROVERS.values()],
            operator=OPERATOR,
            ceremony=[APPROVERS["harbour"], APPROVERS["harbour"]],
            now=NOW,
        )


def test_metadata_made_again_from_the_log_has_the_same_bytes() -> None:
    pool = published(versions=3)
    before = files(pool)
    again = current_metadata(pool.store, pool.state(), OPERATOR)
    assert {f"trust/{name}": content for name, content in again.items()}.items() <= before.items()
    publish_release(pool, COLLECTION, 3, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert files(pool) == before
    assert set(before) == expected_keys(pool.state())


@pytest.mark.parametrize("name", ["2.documents.json", "3.snapshot.json", "timestamp.json"])
def test_a_publication_killed_in_the_middle_is_healed_by_a_second_run(name: str) -> None:
    pool = published(versions=2)
    before = files(pool)
    pool.store.delete(f"trust/{name}")
    publish_release(pool, COLLECTION, 2, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert files(pool) == before


def test_the_timestamp_is_written_last(monkeypatch: pytest.MonkeyPatch) -> None:
    store = memory()
    written: list[str] = []
    monkeypatch.setattr(ObjectStore, "put", lambda _, key, __: written.append(key))
    write_metadata(store, {"timestamp.json": b"t", "1.root.json": b"r", "zzz.json": b"z"})
    assert written == ["trust/zzz.json", "trust/1.root.json", "trust/timestamp.json"]


def test_a_signature_is_valid_for_its_key_and_its_bytes_alone() -> None:
    pool = published()
    content = pool.store.get(ROLE_FILE)
    signature = sign_targets(content, APPROVERS["summit"])
    public = APPROVERS["summit"].public
    assert signature_is_valid(content, public, signature)
    assert not signature_is_valid(content, APPROVERS["harbour"].public, signature)
    assert not signature_is_valid(pool.store.get("trust/1.targets.json"), public, signature)
    assert not signature_is_valid(content, public, "00" * 64)
    assert not signature_is_valid(content, public, "not hex")
