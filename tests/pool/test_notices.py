"""Versions that were withdrawn: the role that says so, and what readers are told."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    PURPOSE,
    STEWARDS,
    make_records,
    publish,
    published_pool,
    take_in,
)
from tuf.api.metadata import Metadata, TargetFile, Targets

from datacoop.errors import IntegrityError, VersionWithdrawnError
from datacoop.jobs.erasure import apply_erasures
from datacoop.pool.erasure import Ledger, ledger_from_bytes, request_bytes, sealed_ledger
from datacoop.pool.log import Draft
from datacoop.pool.notices import notices, read_notice
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.pool.trust import (
    TrustClient,
    current_metadata,
    expected_keys,
    metadata_faults,
    write_metadata,
)
from datacoop.read.open import PoolReader, open_pool
from datacoop.read.verify import verify_pool
from datacoop.records.digest import canonical_json, record_id
from datacoop.records.tombstones import Tombstones

KEY = b"k" * 32
_names = itertools.count()


def withdrawn_pool(versions: int = 1) -> Pool:
    """Give a pool of which every version so far was withdrawn."""
    pool = published_pool(open_store(f"memory://notices-{next(_names)}"), rows=6)
    for number in range(2, versions + 1):
        take_in(pool, make_records(f"summit-{number}", 3, member="summit"), f"summit-{number}")
        publish(pool)
    erase(pool, "harbour-1", 2)
    return pool


def erase(pool: Pool, submission: str, position: int) -> None:
    ids = frozenset({record_id(submission, 0, position)})
    ledger = Ledger(records={submission: ids}, files={}, stones=Tombstones())
    request = pool.put_blob(request_bytes(ledger, ledger.records, KEY))
    body = {"member": "harbour", "submissions": [submission], "request": request}
    draft = Draft(kind="erasure_asked", body=body, blobs=(request,))
    pool.append(lambda _: draft, STEWARDS["harbour"], created_utc=CREATED)
    apply_erasures(pool, OPERATOR, created_utc=CREATED)


def reader(pool: Pool, cache: Path) -> PoolReader:
    return open_pool(pool.store.address.url, cache=cache)


def test_every_version_that_held_the_record_is_withdrawn_and_one_replaces_all(
    tmp_path: Path,
) -> None:
    pool = withdrawn_pool(versions=2)
    for version in (1, 2):
        with pytest.raises(VersionWithdrawnError) as told:
            reader(pool, tmp_path / "a").version(COLLECTION, version, purpose=PURPOSE)
        assert told.value.replaced_by is None
    digests = pool.state().erased_blobs
    assert digests
    assert all(pool.store.size(f"blobs/sha256/{digest}") is None for digest in digests)
    verified = verify_pool(pool.store, lambda _, __: None)
    assert verified.is_sound, verified.faults


def test_metadata_follows_from_the_log_alone_and_is_written_once() -> None:
    pool = withdrawn_pool()
    erase(pool, "harbour-1", 3)
    state = pool.state()
    assert len(state.withdrawn_versions) == 1
    assert set(pool.store.list("trust")) == expected_keys(state)
    assert metadata_faults(pool.store, state.keys) == {}
    for name, content in current_metadata(pool.store, state, OPERATOR).items():
        assert pool.store.get(f"trust/{name}") == content


def forge(pool: Pool, edit: Any) -> None:
    """Sign a role `withdrawn` as somebody who holds the operator's key would."""
    files = current_metadata(pool.store, pool.state(), OPERATOR)
    metadata = Metadata[Targets].from_bytes(files["2.withdrawn.json"])
    edit(metadata.signed)
    metadata.signatures.clear()
    metadata.sign(OPERATOR.signer)
    write_metadata(pool.store, files | {"2.withdrawn.json": canonical_json(metadata.to_dict())})


def test_the_operator_s_key_cannot_bring_a_version_in_by_this_role(tmp_path: Path) -> None:
    pool = withdrawn_pool()

    def edit(targets: Targets) -> None:
        path = f"{COLLECTION}/9"
        targets.targets[path] = TargetFile(1, {"sha256": "a" * 64}, path)

    forge(pool, edit)
    client = TrustClient(pool.store, tmp_path, None)
    assert client.find(COLLECTION, 9) is None


def test_who_saw_a_notice_cannot_be_shown_a_state_without_it(tmp_path: Path) -> None:
    pool = published_pool(open_store(f"memory://notices-{next(_names)}"), rows=6)
    before = {key: pool.store.get(key) for key in pool.store.list("trust")}
    erase(pool, "harbour-1", 2)
    with pytest.raises(VersionWithdrawnError):
        reader(pool, tmp_path).version(COLLECTION, 1, purpose=PURPOSE)
    for key, content in before.items():
        pool.store.put(key, content)
    with pytest.raises(IntegrityError):
        reader(pool, tmp_path)


def test_a_notice_that_was_changed_is_refused(tmp_path: Path) -> None:
    pool = withdrawn_pool()
    (content,) = notices(pool.state()).values()
    for key in pool.store.list("blobs"):
        if pool.store.get(key) == content:
            pool.store.put(key, content.replace(b"erasure", b"mistake"))
    with pytest.raises(IntegrityError):
        reader(pool, tmp_path).version(COLLECTION, 1, purpose=PURPOSE)


def test_a_notice_speaks_of_its_own_version() -> None:
    (path, content), *_ = notices(withdrawn_pool().state()).items()
    assert read_notice(path, content).reason == "erasure"
    for other, bad in ((f"{path}0", content), (path, content + b" "), (path, b"[]"), (path, b"{}")):
        with pytest.raises(IntegrityError):
            read_notice(other, bad)


def test_a_ledger_is_sealed_for_its_member_alone() -> None:
    ids = frozenset({record_id("harbour-1", 0, 1)})
    ledger = Ledger(records={"harbour-1": ids}, files={"harbour-1": (0,)}, stones=Tombstones())
    content = request_bytes(ledger, ledger.records, KEY)
    assert content == request_bytes(ledger, ledger.records, KEY)
    assert sealed_ledger("request", content, KEY) == ledger
    assert ledger_from_bytes("ledger", ledger.to_bytes()) == ledger
    with pytest.raises(IntegrityError):
        sealed_ledger("request", content, b"o" * 32)
