"""The portal: what a grant opens, what it does not, and the record that is kept of it."""

import asyncio
import html
import itertools
import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling import (
    APPROVERS,
    COLLECTION,
    CREATED,
    NOW,
    OPERATOR,
    PURPOSE,
    STEWARDS,
    TERMS,
    TODAY,
    approve,
    make_pool,
    make_records,
    make_signing_key,
    publish,
    published_pool,
    set_release_policy,
    take_in,
)
from portals import LATER, ORIGIN, Asker, listening, make_grant, make_pass, make_portal
from tests.pool.test_notices import erase
from tests.read.test_stores import s3_pool
from trusting import NEW_OPERATOR, change_trust

import datacoop
from datacoop.errors import IntegrityError, OutsideError, RefusedError, SettingsError
from datacoop.jobs.amending import amend_version
from datacoop.jobs.erasure import apply_erasures
from datacoop.jobs.granting import revoke_grant
from datacoop.jobs.release import propose_release, publish_release
from datacoop.jobs.trusting import enter_key, refresh_trust
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.pool.blobs import blob_key, get_blob
from datacoop.pool.checkpoint import read_checkpoints, write_checkpoint
from datacoop.pool.grants import sign_grant
from datacoop.pool.keys import Role
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.passes import Pass, sign_pass
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import SnapshotManifest, snapshot_from_bytes
from datacoop.pool.trust import statement_digests
from datacoop.pool.witness import witness_log
from datacoop.records.accesses import access_key, accesses_from_bytes
from datacoop.records.digest import sha256_hex
from datacoop.web.portal.entrance import token_of
from datacoop.web.portal.pages import TEXTS
from datacoop.web.portal.ranges import UnsatisfiableError, wanted_part
from datacoop.web.portal.routes import TABLE

__all__ = ["s3_pool"]

_names = itertools.count()
SOON = (NOW + timedelta(hours=6)).isoformat()
PAST = (NOW - timedelta(minutes=1)).isoformat()


def memory(name: str) -> ObjectStore:
    return open_store(f"memory://portal-{name}-{next(_names)}")


def manifest_of(pool: Pool, version: int = 1) -> SnapshotManifest:
    digest = pool.state().proposals[COLLECTION, version].snapshot
    return snapshot_from_bytes("m", get_blob(pool.store, digest))


class Place:
    """A pool with two versions' worth of everything, its grants and its portal."""

    def __init__(self) -> None:
        self.pool = published_pool(memory("pool"), rows=20)
        self.grants, self.accesses = memory("grants"), memory("accesses")
        self.grant, self.shown = make_grant(self.pool, self.grants)
        self.asker, self.lines = make_portal(self.pool, self.accesses)
        self.manifest = manifest_of(self.pool)
        self.shard = self.manifest.shards[0].sha256

    def ask(self, method: str = "GET", path: str = "", *shown: Any, **how: Any) -> Any:
        return self.asker.ask(method, path or f"/pool/blobs/sha256/{self.shard}", *shown, **how)

    def recorded(self, day: str = TODAY) -> list[Any]:
        content = self.accesses.find(access_key(day))
        return [] if content is None else accesses_from_bytes("a", content)


@pytest.fixture(scope="module")
def place() -> Place:
    return Place()


def test_a_trainer_reads_a_version_through_the_portal(tmp_path: Path) -> None:
    pool = published_pool(open_store(str(tmp_path / "pool")))
    accesses = open_store(str(tmp_path / "accesses"))
    grant, shown = make_grant(pool, memory("grants"))
    file = tmp_path / "lab.grant.json"
    file.write_bytes(shown)
    with listening(pool, accesses) as origin:
        how: dict[str, Any] = {"grant": file, "jurisdiction": "KR"}
        reader = datacoop.open(f"{origin}/pool", cache=tmp_path / "cache", **how)
        version = reader.version(COLLECTION, 1, purpose=PURPOSE)
        beside = datacoop.open(str(tmp_path / "pool"), cache=tmp_path / "own")
        wanted = beside.version(COLLECTION, 1, purpose=PURPOSE)
        assert list(version.rows()) == list(wanted.rows())
        assert version.statement("card.html") == wanted.statement("card.html")
        [access] = accesses_from_bytes("a", accesses.get(access_key(TODAY)))
        assert (access.grant, access.collection, access.version) == (grant.id, COLLECTION, 1)
        assert set(access.shards) == {shard.sha256 for shard in wanted.shards()}
        with pytest.raises(RefusedError, match="it wants a grant") as refused:
            datacoop.open(f"{origin}/pool", cache=tmp_path / "none")
        assert "grant=" in refused.value.hint
        revoke_grant(pool, grant.id, OPERATOR, created_utc=CREATED)
        time.sleep(1.1)
        with pytest.raises(RefusedError, match="the grant was revoked"):
            datacoop.open(f"{origin}/pool", cache=tmp_path / "again", **how)


def test_shards_come_by_signed_addresses_of_an_s3_store(
    s3_pool: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    url, options = s3_pool
    pool, accesses = Pool(open_store(url, options)), memory("accesses")
    grant, shown = make_grant(pool, memory("grants"))
    shards = {shard.sha256 for shard in manifest_of(pool).shards}
    asker, _ = make_portal(pool, accesses, links=True)
    answer = asker.ask("GET", f"/pool/blobs/sha256/{min(shards)}", shown)
    assert answer.status_code == 307
    assert answer.headers["location"].startswith(options["endpoint"])
    assert asker.ask("GET", f"/pool/blobs/sha256/{min(shards)}", b"{}").status_code == 401
    with listening(pool, accesses, links=True) as origin:
        reader = datacoop.open(f"{origin}/pool", cache=tmp_path, grant=shown)
        assert len(list(reader.version(COLLECTION, 1, purpose=PURPOSE).rows())) == 40
    [access] = accesses_from_bytes("a", accesses.get(access_key(TODAY)))
    assert (access.grant, set(access.shards)) == (grant.id, shards)


def test_cosignatures_are_proven_through_the_portal(tmp_path: Path) -> None:
    pool = published_pool(open_store(str(tmp_path / "pool")), rows=2)
    _, shown = make_grant(pool, memory("grants"))
    witnesses = [make_signing_key(Role.WITNESS, member) for member in ("harbour", "meadow")]
    for key in witnesses:
        enter_key(pool, key.public, OPERATOR, created_utc=CREATED)
    with listening(pool, memory("accesses")) as origin:

        def read(members: int) -> int:
            reader = datacoop.open(
                f"{origin}/pool",
                cache=tmp_path / "cache",
                grant=shown,
                witnesses=[key.public for key in witnesses],
                cosignatures=members,
            )
            return len(list(reader.version(COLLECTION, 1, purpose=PURPOSE).rows()))

        for seen, key in enumerate(witnesses):
            with pytest.raises(RefusedError, match=f"{seen} of {seen + 1} members"):
                read(seen + 1)
            write_checkpoint(pool.store, OPERATOR)
            witness_log(pool.store, tmp_path / key.public.member, key, unix_seconds=1)
            assert read(seen + 1) == 4


def test_a_portal_that_shows_two_histories_is_found_out(tmp_path: Path) -> None:
    """Both logs are whole, and cosigned; only who saw the one can tell of the other."""
    witness, pools = make_signing_key(Role.WITNESS, "harbour"), []
    for name in ("one", "other"):
        pool = published_pool(open_store(str(tmp_path / name)), rows=2)
        enter_key(pool, witness.public, OPERATOR, created_utc=CREATED)
        refresh_trust(pool, OPERATOR, now=NOW, created_utc=CREATED)
        witness_log(pool.store, tmp_path / f"{name}.seen", witness, unix_seconds=1)
        pools.append(pool)
    first, other = pools
    _, shown = make_grant(first, memory("grants"))
    how: dict[str, Any] = {"cache": tmp_path / "cache", "grant": shown}
    how |= {"witnesses": [witness.public], "cosignatures": 1}
    with listening(first, memory("accesses")) as origin:

        def read() -> int:
            reader = datacoop.open(f"{origin}/pool", **how)
            return len(reader.version(COLLECTION, 1, purpose=PURPOSE))

        assert read() == 4
        refresh_trust(first, OPERATOR, now=NOW, created_utc=CREATED)
        witness_log(first.store, tmp_path / "one.seen", witness, unix_seconds=2)
        time.sleep(1.1)
        assert read() == 4, "the log grew"
        [memory_file] = (tmp_path / "cache").rglob("cosigned.txt")
        [signed] = [
            one
            for one in read_checkpoints(other.store, other.state().keys.values())
            if one.cosigners
        ]
        memory_file.write_bytes(signed.to_bytes())
        with pytest.raises(IntegrityError, match="another log"):
            read()


def test_evidence_is_of_published_versions_of_the_grant_s_collections(place: Place) -> None:
    path = f"/pool/evidence/{COLLECTION}/1.json"
    answer = place.ask("GET", path, place.shown)
    assert answer.status_code == 200
    number = place.pool.state().proposals[COLLECTION, 1].published_entry
    assert answer.json()["number"] == number
    assert place.ask("GET", path).status_code == 401
    assert place.ask("GET", f"/pool/evidence/{COLLECTION}/2.json", place.shown).status_code == 404
    _, others = make_grant(place.pool, place.grants, collections=())
    assert place.ask("GET", path, others).status_code == 404


def test_a_grant_that_the_operator_did_not_sign_opens_no_pool(tmp_path: Path) -> None:
    pool = published_pool(open_store(str(tmp_path / "pool")), rows=2)
    grant, shown = make_grant(pool, memory("grants"))
    how: dict[str, Any] = {"cache": tmp_path / "cache"}
    reader = datacoop.open(str(tmp_path / "pool"), grant=shown, **how)
    assert len(reader.version(COLLECTION, 1, purpose=PURPOSE)) == 4
    for forger in (make_signing_key(Role.OPERATOR, "", "another"), APPROVERS["harbour"]):
        with pytest.raises(IntegrityError, match="the grant"):
            datacoop.open(str(tmp_path / "pool"), grant=sign_grant(grant, forger), **how)


def test_a_grant_of_the_operator_before_stays_good(tmp_path: Path) -> None:
    pool = published_pool(open_store(str(tmp_path / "pool")), rows=2)
    _, shown = make_grant(pool, memory("grants"))
    change_trust(pool, add=(NEW_OPERATOR.public,), operator=NEW_OPERATOR)
    reader = datacoop.open(str(tmp_path / "pool"), grant=shown, cache=tmp_path / "cache")
    assert len(reader.version(COLLECTION, 1, purpose=PURPOSE)) == 4


def test_a_grant_is_never_sent_in_the_clear(place: Place) -> None:
    with pytest.raises(SettingsError, match="in the clear"):
        datacoop.open("http://portal.example.org/pool", grant=place.shown)


def test_metadata_manifests_and_statements_need_a_grant_and_shards_a_purpose(
    place: Place,
) -> None:
    state = place.pool.state()
    snapshot = state.proposals[COLLECTION, 1].snapshot
    for path in ("/pool/trust/timestamp.json", f"/pool/blobs/sha256/{snapshot}"):
        assert place.ask("GET", path, place.shown, purpose=None).status_code == 200
    answer = place.ask("GET", "", place.shown, purpose=None)
    assert (answer.status_code, answer.json()) == (400, {"reason": "purpose_missing"})
    answer = place.ask("GET", "", place.shown)
    assert answer.headers["etag"] == f'"{place.shard}"'
    assert answer.content == place.pool.store.get(blob_key(place.shard))


# What is shown, and the reasons with which all of it is refused.
def impostors(place: Place) -> dict[str, Any]:
    grants, pool = memory("grants"), place.pool
    revoked = make_grant(pool, grants)
    revoke_grant(pool, revoked[0].id, OPERATOR, created_utc=CREATED)
    other_operator = make_signing_key(Role.OPERATOR, holder="other")
    steward = make_signing_key(Role.STEWARD, "harbour")
    stranger = make_signing_key(Role.STEWARD, "harbour", "stranger")
    wider = replace(place.grant, until="9999-01-01")
    return {
        "nothing": None,
        "empty": b"",
        "noise": b"{}",
        "revoked": revoked[1],
        "expired": make_grant(pool, grants, given="2020-01-01", until="2020-12-31")[1],
        "not begun": make_grant(pool, grants, given="9999-01-01", until=LATER)[1],
        "forged by another operator": sign_grant(place.grant, other_operator),
        "forged by a steward": sign_grant(place.grant, steward),
        "signed, not in the log": sign_grant(wider, OPERATOR),
        "of another pool": sign_grant(replace(place.grant, pool_id="other"), OPERATOR),
        "one byte changed": place.shown.replace(b'"sig":"', b'"sig":"0', 1),
        "a pass that is over": make_pass(pool, PAST),
        "a pass for years": make_pass(pool, "2999-01-01T00:00:00Z"),
        "a pass for another portal": make_pass(pool, SOON, portal="https://other.example.org"),
        "a pass by an unknown key": make_pass(pool, SOON, stranger),
        "a pass by the operator": make_pass(pool, SOON, OPERATOR),
        "a pass of another pool": sign_pass(
            Pass(pool_id="other", portal=ORIGIN, until_utc=SOON), steward
        ),
    }


GUARDED = {
    "shard": "/pool/blobs/sha256/{shard}",
    "manifest": "/pool/blobs/sha256/{manifest}",
    "metadata": "/pool/trust/timestamp.json",
    "role": f"/pool/trust/2.{COLLECTION}.json",
    "evidence": f"/pool/evidence/{COLLECTION}/1.json",
    "growth": "/pool/evidence/growth/1-2.json",
    "log": "/pool/log/0000000000.json",
    "head": "/pool/log",
    "home": "/",
    "version": f"/versions/{COLLECTION}/1",
    "changes": f"/versions/{COLLECTION}/1/changes",
    "card": f"/versions/{COLLECTION}/1/card.html",
    "submissions": "/submissions",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


def paths(place: Place) -> dict[str, str]:
    snapshot = place.pool.state().proposals[COLLECTION, 1].snapshot
    return {n: p.format(shard=place.shard, manifest=snapshot) for n, p in GUARDED.items()}


def test_no_route_answers_whom_it_should_not(place: Place) -> None:
    tried = 0
    for shown, path, method in itertools.product(
        impostors(place).values(), paths(place).values(), METHODS
    ):
        for how in ({}, {"cookie": shown}):
            place.asker, _ = make_portal(place.pool, place.accesses)
            answer = place.ask(method, path, None if how else shown, **how)
            tried += 1
            assert answer.status_code in {303, 401, 403, 404}, (method, path, answer.status_code)
            assert place.shard not in answer.text
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/sign-in")
    assert tried == 17 * 13 * 9 * 2
    assert place.recorded() == [] or all(a.grant == place.grant.id for a in place.recorded())


def test_a_grant_for_something_else_opens_no_shard(place: Place) -> None:
    grants = memory("grants")
    abroad = make_grant(place.pool, grants, jurisdiction="DE")[1]
    assert place.ask("GET", "", abroad).status_code == 200  # these terms name no country
    for purpose in ("advertising", "", "MODEL-TRAINING", f"{PURPOSE},advertising"):
        for method in ("GET", "HEAD"):
            answer = place.ask(method, "", place.shown, purpose=purpose)
            assert answer.status_code == 403
    # A member may see what is said of versions, and no row.
    member = make_pass(place.pool, SOON)
    assert place.ask("GET", "", member).json() == {"reason": "grant_missing"}
    assert place.ask("GET", "/pool/log/0000000000.json", place.shown).status_code == 403
    assert place.ask("GET", "/pool/log/0000000000.json", member).content == (
        place.pool.store.get("log/0000000000.json")
    )
    # A cookie opens pages only, a bearer opens no page.
    assert place.ask("GET", "", cookie=place.shown).status_code == 401
    assert place.ask("GET", "/", place.shown).status_code == 303


def test_a_collection_that_the_grant_does_not_name_is_not_there(place: Place) -> None:
    other = make_grant(place.pool, memory("grants"))[0]
    shown = sign_grant(replace(other, collections=("other",), id="feed"), OPERATOR)
    body = {
        "grant": "feed",
        "statement": sha256_hex(shown),
        "collections": ["other"],
        "purposes": [PURPOSE],
        "until": LATER,
    }
    place.pool.append(lambda _: Draft(kind="grant_given", body=body), OPERATOR, created_utc=CREATED)
    for name, path in paths(place).items():
        machine = path.startswith("/pool")
        answer = place.ask(
            "GET", path, shown if machine else None, cookie=None if machine else shown
        )
        if name in {"metadata", "home", "growth"}:  # of growth, hashes of the whole log
            assert answer.status_code == 200
            assert COLLECTION not in answer.text or machine
        else:
            assert answer.status_code in {403, 404}, name


def test_rows_are_held_against_their_own_terms() -> None:
    pool = make_pool(memory("pool"))
    ending, local = replace(TERMS, expires=TODAY), replace(TERMS, jurisdictions=("GB",))
    for name, terms in (("open", TERMS), ("ending", ending), ("local", local)):
        take_in(
            pool,
            make_records(f"harbour-{name}", 20, terms=terms),
            f"harbour-{name}",
            terms=terms.to_json(),
        )
    publish(pool)
    accesses = memory("accesses")
    asker, _ = make_portal(pool, accesses)
    _, shown = make_grant(pool, memory("grants"))
    manifest = manifest_of(pool)
    served = {
        shard.terms_id
        for shard in manifest.shards
        if asker.ask("GET", f"/pool/blobs/sha256/{shard.sha256}", shown).status_code == 200
    }
    assert served == {TERMS.id, ending.id}
    asker.portal._clock.now += 86_400  # type: ignore[attr-defined]
    served = {
        shard.terms_id
        for shard in manifest.shards
        if asker.ask("GET", f"/pool/blobs/sha256/{shard.sha256}", shown).status_code == 200
    }
    assert served == {TERMS.id}


def test_what_is_no_part_of_a_version_is_never_handed_out(place: Place) -> None:
    allowed = {shard.sha256 for shard in place.manifest.shards}
    proposal = place.pool.state().proposals[COLLECTION, 1]
    allowed |= {proposal.snapshot, *statement_digests(place.pool.store, proposal).values()}
    every = [key.rpartition("/")[2] for key in place.pool.store.list("blobs")]
    served = {
        digest
        for digest in every
        if place.ask("GET", f"/pool/blobs/sha256/{digest}", place.shown).status_code == 200
    }
    assert served == allowed
    assert len(every) > len(allowed)


TRICKS = (
    "/pool/blobs/sha256/../../log/0000000000.json",
    "/pool/blobs/sha256/%2e%2e/%2e%2e/log/0000000000.json",
    "/pool/blobs/sha256/{shard}/",
    "/pool/blobs/sha256/{shard}%00",
    "/pool/blobs/sha256/{shard}%0a",
    "/pool/blobs/sha256/{upper}",
    "//pool/blobs/sha256/{shard}",
    "/pool//blobs/sha256/{shard}",
    "/pool/./blobs/sha256/{shard}",
    "/pool/blobs/sha256%2f{shard}",
    "/pool/trust/../log/0000000000.json",
    "/pool/trust/..%2flog%2f0000000000.json",
    "/pool/trust/2.documents.json%00.json",
    "/pool/trust/.json",
    "/pool/trust/",
    "/pool/log/9999999999.json",
    "/pool/log/00000000000.json",
    "/pool/log/٠٠٠٠٠٠٠٠٠٠.json",
    "/pool/checkpoints/1",
    "/pool/",
    "/pool",
    "/versions/documents/01",
    "/versions/documents/0",
    "/versions/documents/99999999999999999999",
    "/versions/documents/1/..%2f2%2fcard.html",
    "/versions/documents/1/nothing.json",
    "/versions/../documents/1",
    "/own/../app.py",
    "/own/label.js",
    "/etc/passwd",
    "/.git/config",
)


def raw_ask(place: Place, path: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    """Send a path as it is, which clients would mend."""
    found: list[int] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": b"",
        "headers": [(b"host", b"portal.example.org"), *headers],
        "client": ("127.0.0.1", 1),
    }
    asyncio.run(place.asker.portal(scope, receive, send))
    return found[0]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_path_leaves_the_table(place: Place, trick: str) -> None:
    path = trick.format(shard=place.shard, upper=place.shard.upper()).encode()
    member = token_of(make_pass(place.pool, SOON)).encode()
    for token in (member, token_of(place.shown).encode()):
        shown = [
            (b"authorization", b"Bearer " + token),
            (b"cookie", b"datacoop-portal=" + token),
            (b"datacoop-purpose", PURPOSE.encode()),
        ]
        assert raw_ask(place, path, shown) in {403, 404}
        assert raw_ask(place, b"/pool/blobs/sha256/" + place.shard.encode(), shown * 2) != 200


@given(st.integers(0, 50), st.one_of(st.none(), st.integers(0, 60)), st.integers(0, 40))
def test_a_range_is_the_slice_that_it_says(first: int, last: int | None, size: int) -> None:
    content = bytes(range(size))
    given_range = f"bytes={first}-{'' if last is None else last}"
    wanted = content[first : None if last is None else last + 1]
    if last is not None and last < first:
        assert wanted_part(given_range, None, '"t"', size) is None
    elif not wanted:
        with pytest.raises(UnsatisfiableError):
            wanted_part(given_range, None, '"t"', size)
    else:
        part = wanted_part(given_range, None, '"t"', size)
        assert part is not None
        assert content[part.start : part.end] == wanted


def test_parts_heads_and_conditions(place: Place) -> None:
    content = place.pool.store.get(blob_key(place.shard))
    size, tag = len(content), f'"{place.shard}"'

    def asked(method: str = "GET", **headers: str) -> Any:
        return place.ask(method, "", place.shown, headers=headers)

    answer = asked(range="bytes=5-9")
    assert (answer.status_code, answer.content) == (206, content[5:10])
    assert answer.headers["content-range"] == f"bytes 5-9/{size}"
    assert asked(range="bytes=-7").content == content[-7:]
    assert asked(range=f"bytes=0-{size * 9}").content == content
    answer = asked(range=f"bytes={size}-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
    assert asked(range="bytes=-0").status_code == 416
    # No single range of bytes: RFC 9110 lets it be passed over.
    for odd in (
        "bytes=0-1,4-5",
        "bytes=9-2",
        "lines=1-2",
        "bytes=-",
        "bytes=a-b",
        f"bytes={9**30}-",
    ):
        assert asked(range=odd).status_code == 200
    assert asked(**{"range": "bytes=1-2", "if-range": '"other"'}).status_code == 200
    assert asked(**{"range": "bytes=1-2", "if-range": tag}).status_code == 206
    assert asked(**{"if-none-match": f'"x", {tag}'}).status_code == 304
    head = asked("HEAD")
    assert (head.headers["content-length"], head.content) == (str(size), b"")


def test_the_record_is_written_before_a_byte_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    assert place.ask("HEAD", "", place.shown).status_code == 200
    assert place.recorded() == []
    put = ObjectStore.put

    def full(store: ObjectStore, key: str, content: bytes) -> None:
        if store.address == place.accesses.address:
            raise OutsideError("object store", "put", key)
        put(store, key, content)

    with monkeypatch.context() as broken:
        broken.setattr(ObjectStore, "put", full)
        answer = place.ask("GET", "", place.shown)
    assert (answer.status_code, answer.json()) == (503, {"reason": "unavailable"})
    assert place.ask("GET", "", place.shown).status_code == 200
    place.asker, _ = make_portal(place.pool, place.accesses)  # as after a restart
    second = place.manifest.shards[1].sha256
    assert place.ask("GET", f"/pool/blobs/sha256/{second}", place.shown).status_code == 200
    [access] = place.recorded()
    assert access.shards == tuple(sorted({place.shard, second}))


def test_a_withdrawn_version_is_gone_with_its_notice() -> None:
    place = Place()
    erase(place.pool, "harbour-1", 2)
    apply_erasures(place.pool, OPERATOR, created_utc=CREATED)
    snapshot = place.pool.state().proposals[COLLECTION, 1].snapshot
    served = [
        place.ask("GET", f"/pool/blobs/sha256/{shard.sha256}", place.shown).status_code
        for shard in place.manifest.shards
    ]
    # The blob that held the erased row is deleted; the others belong to a version that is gone.
    assert sorted(set(served)) == [404, 410]
    answer = place.ask("GET", f"/pool/blobs/sha256/{snapshot}", place.shown)
    assert answer.status_code == 410
    notice = answer.json()["notice"]
    assert (notice["collection"], notice["version"], notice["reason"]) == (COLLECTION, 1, "erasure")
    page = place.ask("GET", f"/versions/{COLLECTION}/1", cookie=place.shown)
    assert page.status_code == 410
    assert "erasure" in page.text
    assert "erasure" in place.ask("GET", "/", cookie=place.shown).text


def test_too_many_requests_wait(place: Place) -> None:
    asker, _ = make_portal(place.pool, memory("accesses"))
    asker.portal._clock = lambda: 1.8e9  # type: ignore[method-assign]
    codes = [asker.ask("GET", "/pool/trust/timestamp.json", b"{}").status_code for _ in range(130)]
    assert codes.count(401) == 120
    assert codes.count(429) == 10
    assert asker.ask("GET", "/pool/trust/timestamp.json", place.shown).status_code == 200


def test_each_answer_carries_safe_headers_and_no_token_is_logged(place: Place) -> None:
    for path in ("/", "/sign-in", "/nothing", "/pool/log", "/own/gateway.css", "/health"):
        answer = place.ask("GET", path)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    text = str(place.lines)
    assert "Example Lab" not in text
    assert "Bearer" not in text
    foreign = place.ask("GET", "/sign-in", headers={"host": "evil.example.org"})
    assert foreign.status_code == 421


def test_what_was_handed_out_and_refused_is_counted_for_the_operator_alone(place: Place) -> None:
    asker, _ = make_portal(place.pool, memory("accesses"), metrics_token="secret")
    assert asker.ask("GET", f"/pool/blobs/sha256/{place.shard}", place.shown).status_code == 200
    assert asker.ask("GET", "/nothing").status_code == 404
    assert asker.ask("GET", "/metrics").status_code == 404
    shown = {"authorization": "Bearer secret", "host": "10.0.0.7:8400"}
    answer = asker.ask("GET", "/metrics", headers=shown)
    assert answer.status_code == 200
    lines = set(answer.text.splitlines())
    assert "# TYPE datacoop_portal_refused_total counter" in lines
    assert 'datacoop_portal_refused_total{what="no_route"} 1' in lines
    assert 'datacoop_portal_handed_out_total{what="documents"} 1' in lines
    assert place.ask("GET", "/metrics", headers=shown).status_code == 404


def sign_in(asker: Asker, shown: bytes) -> Any:
    kind = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}
    form = urlencode({"shown": shown.decode()})
    return asker.ask("POST", "/sign-in", content=form, headers=kind)


def test_signing_in_takes_a_grant_or_a_pass(place: Place) -> None:
    for shown in (place.shown, make_pass(place.pool, SOON, APPROVERS["meadow"])):
        answer = sign_in(place.asker, shown)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
    assert sign_in(place.asker, make_pass(place.pool, PAST)).status_code == 403
    kind = {"content-type": "application/x-www-form-urlencoded", "origin": "https://evil.example"}
    assert place.ask("POST", "/sign-in", content="shown=x", headers=kind).status_code == 403


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_pages_speak_four_languages(place: Place, language: str) -> None:
    assert TEXTS[language].keys() == TEXTS["en"].keys()
    member = make_pass(place.pool, SOON)
    pages = {"/": "home", "/submissions": "submissions", f"/versions/{COLLECTION}/1": "version"}
    for path in pages:
        answer = place.ask("GET", path, cookie=member, headers={"accept-language": language})
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text
    answer = place.ask("GET", "/submissions", cookie=member)
    assert "harbour-1" in answer.text
    assert "meadow-1" not in answer.text
    assert place.ask("GET", "/submissions", cookie=place.shown).status_code == 403


def test_the_lines_on_the_page_open_the_version(place: Place) -> None:
    page = place.ask("GET", f"/versions/{COLLECTION}/1", cookie=place.shown).text
    [lines] = re.findall(r"<pre>(import datacoop.*?)</pre>", page, re.DOTALL)
    assert f"{ORIGIN}/pool" in lines
    compile(html.unescape(lines), "page", "exec")


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_an_amended_version_is_named_as_one(amended: Place, language: str) -> None:
    said = TEXTS[language]["amends"].replace("{version}", "1")
    for path in ("/", f"/versions/{COLLECTION}/2"):
        how = {"accept-language": language}
        page = amended.ask("GET", path, cookie=amended.shown, headers=how).text
        assert said in html.unescape(page)


@pytest.fixture(scope="module")
def amended() -> Place:
    """A pool whose version 2 amends version 1."""
    place = Place()
    set_release_policy(place.pool, amend_withdrawn=True)
    withdraw_submission(place.pool, "meadow-1", STEWARDS["meadow"], created_utc=CREATED)
    built = amend_version(
        place.pool, COLLECTION, 1, code_version="test", as_of=TODAY, progress=lambda _, __: None
    )
    propose_release(place.pool, built, OPERATOR, now=NOW, created_utc=CREATED)
    approve(place.pool, 2, "harbour", "meadow")
    publish_release(place.pool, COLLECTION, 2, OPERATOR, created_utc=CREATED, as_of=TODAY)
    return place


def test_the_card_runs_nothing_and_the_rest_is_downloaded(place: Place) -> None:
    card = place.ask("GET", f"/versions/{COLLECTION}/1/card.html", cookie=place.shown)
    assert card.status_code == 200
    assert "sandbox" in card.headers["content-security-policy"]
    odrl = place.ask("GET", f"/versions/{COLLECTION}/1/odrl.json", cookie=place.shown)
    assert odrl.headers["content-disposition"].startswith("attachment")


def test_every_guarded_route_is_attacked() -> None:
    tried = {
        route.name
        for route in TABLE
        for path in GUARDED.values()
        if route.path.fullmatch(path.format(shard="0" * 64, manifest="0" * 64))
    }
    open_routes = {"sign_in_form", "sign_in", "sign_out", "style", "health", "metrics"}
    assert tried | open_routes == {route.name for route in TABLE}
