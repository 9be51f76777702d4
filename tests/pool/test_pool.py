import itertools
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from pooling import (
    APPROVERS,
    COLLECTION,
    CREATED,
    OPERATOR,
    STEWARDS,
    Forgery,
    approve,
    make_pool,
    make_records,
    make_signing_key,
    propose,
    published_pool,
    race_processes,
    submission_body,
    take_in,
)

from datacoop.errors import IntegrityError, OutsideError, SettingsError
from datacoop.jobs.founding import found_pool
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.pool import pool as pool_module
from datacoop.pool.entry_rules import _RULES, apply_entry
from datacoop.pool.keys import PublicKey, Role, SigningKey, load_signing_key, make_key
from datacoop.pool.log import Draft, entry_key, sign_entry
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool, copy_state
from datacoop.pool.state import ScrubEvaluation, State

_names = itertools.count()

RACE = """
import sys
from pathlib import Path
from datacoop.pool.keys import load_signing_key
from datacoop.pool.log import Draft
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
pool, key = Pool(open_store(sys.argv[1])), load_signing_key(Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(4):
    body = {"collection": "documents", "votes": f"{sys.argv[3]}/{number}"}
    draft = Draft(kind="votes_collected", body=body)
    pool.append(lambda _: draft, key, created_utc="2026-01-01T00:00:00+00:00")
print("done")
"""


def memory() -> ObjectStore:
    return open_store(f"memory://pool-{next(_names)}")


def votes(text: str) -> Draft:
    return Draft(kind="votes_collected", body={"collection": COLLECTION, "votes": text})


def proposed_pool() -> Pool:
    """Give a pool whose first version is proposed and not approved."""
    pool = make_pool(memory())
    take_in(pool, make_records("harbour-1", 5), "harbour-1")
    take_in(pool, make_records("meadow-1", 5, member="meadow"), "meadow-1", "meadow")
    propose(pool)
    return pool


def forge(pool: Pool, forgery: Forgery) -> None:
    """Put a well-signed entry at the end of the log, past all checks, and read it anew."""
    state = pool.state()
    content = sign_entry(
        Draft(kind=forgery.kind, body=forgery.body),
        forgery.key,
        number=state.length,
        previous=state.head,
        created_utc=CREATED,
        nonce="forged",
    )
    assert pool.store.create(entry_key(state.length), content)


def assert_refused(pool: Pool, forgery: Forgery) -> None:
    number = pool.state().length
    forge(pool, forgery)
    with pytest.raises(IntegrityError) as caught:
        Pool(pool.store).state()
    assert caught.value.name == entry_key(number)


def _append_many(url: str, writer: int, count: int) -> None:
    pool = Pool(open_store(url))
    for number in range(count):
        pool.append(lambda _, n=number: votes(f"{writer}/{n}"), OPERATOR, created_utc=CREATED)


def _assert_one_line(store: ObjectStore, before: int, writers: int, count: int) -> None:
    state = Pool(store).state()
    assert state.length == before + writers * count
    found = state.votes[COLLECTION]
    for writer in range(writers):
        mine = [value for value in found if value.startswith(f"{writer}/")]
        assert mine == [f"{writer}/{number}" for number in range(count)]


@pytest.mark.parametrize("writers", [2, 6])
def test_all_entries_of_racing_threads_end_in_one_line(tmp_path: Path, writers: int) -> None:
    before = make_pool(open_store(str(tmp_path))).state().length
    threads = [
        threading.Thread(target=_append_many, args=(str(tmp_path), writer, 4))
        for writer in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _assert_one_line(open_store(str(tmp_path)), before, writers, 4)


def test_all_entries_of_six_racing_processes_end_in_one_line(tmp_path: Path) -> None:
    make_key(tmp_path / "operator", role=Role.OPERATOR, member="", holder="o")
    key = load_signing_key(tmp_path / "operator")
    root = tmp_path / "pool"
    pool = Pool(open_store(str(root)))
    found_pool(pool, pool_id="made-up", title="", operator=key, created_utc=CREATED)
    places = [[str(root), str(tmp_path / "operator"), str(writer)] for writer in range(6)]
    assert race_processes(RACE, places) == ["done"] * 6
    _assert_one_line(open_store(str(root)), 1, 6, 4)


def test_a_lost_race_asks_again_with_the_state_that_then_holds() -> None:
    pool = make_pool(memory())
    other = Pool(pool.store)
    seen: list[int] = []

    def decide(state: State) -> Draft:
        seen.append(state.length)
        if len(seen) == 1:
            other.append(lambda _: votes("the other's"), OPERATOR, created_utc=CREATED)
        return votes("mine")

    entry = pool.append(decide, OPERATOR, created_utc=CREATED)
    assert entry is not None
    assert seen == [entry.number - 1, entry.number]
    assert Pool(pool.store).state().votes[COLLECTION] == ["the other's", "mine"]


def test_after_a_lost_race_a_rule_may_decide_for_nothing() -> None:
    pool = make_pool(memory())
    other = Pool(pool.store)

    def decide(state: State) -> Draft | None:
        if state.votes:
            return None
        other.append(lambda _: votes("once"), OPERATOR, created_utc=CREATED)
        return votes("once")

    assert pool.append(decide, OPERATOR, created_utc=CREATED) is None
    assert Pool(pool.store).state().votes[COLLECTION] == ["once"]


def test_to_decide_for_nothing_appends_nothing() -> None:
    pool = make_pool(memory())
    before = list(pool.store.list())
    assert pool.append(lambda _: None, OPERATOR, created_utc=CREATED) is None
    assert list(pool.store.list()) == before


def test_an_entry_that_the_rules_forbid_never_reaches_the_log() -> None:
    pool = make_pool(memory())
    before = list(pool.store.list())
    with pytest.raises(IntegrityError):
        pool.append(lambda _: votes("x"), STEWARDS["harbour"], created_utc=CREATED)
    assert list(pool.store.list()) == before
    assert pool.append(lambda _: votes("x"), OPERATOR, created_utc=CREATED)


def test_a_commit_gives_up_when_it_loses_every_race(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = make_pool(memory())
    monkeypatch.setattr(ObjectStore, "create", lambda *_: False)
    monkeypatch.setattr(pool_module, "COMMIT_ATTEMPTS", 3)
    with pytest.raises(OutsideError, match="too many"):
        pool.append(lambda _: votes("x"), OPERATOR, created_utc=CREATED)


def test_a_copy_of_the_state_shares_nothing_that_changes() -> None:
    state = proposed_pool().state()
    state.evaluations[COLLECTION] = ScrubEvaluation(contract="", code_version="", recall={})
    copy = copy_state(state)
    assert copy == state
    for name in State.__slots__:
        value = getattr(state, name)
        assert not isinstance(value, (dict, set, list)) or getattr(copy, name) is not value


def test_a_store_without_a_pool_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="no pool"):
        Pool(memory()).require()


@pytest.mark.parametrize("number", range(12))
def test_an_edited_dropped_or_swapped_entry_is_refused_and_named(number: int) -> None:
    pool = published_pool(memory(), rows=3)
    store, key = pool.store, entry_key(number)
    content = store.get(key)
    edited = json.loads(content)
    sig = edited["signatures"][0]["sig"]
    edited["signatures"][0]["sig"] = ("A" if sig[0] != "A" else "B") + sig[1:]
    store.put(key, json.dumps(edited, separators=(",", ":"), sort_keys=True).encode())
    with pytest.raises(IntegrityError) as caught:
        Pool(store).state()
    assert caught.value.name == key
    if number == 11:
        return
    store.delete(key)
    with pytest.raises(IntegrityError) as caught:
        Pool(store).state()
    assert caught.value.name == key
    store.put(key, store.get(entry_key(number + 1)))
    store.put(entry_key(number + 1), content)
    with pytest.raises(IntegrityError) as caught:
        Pool(store).state()
    assert caught.value.name == key


def test_an_entry_of_another_pool_is_refused() -> None:
    one, other = make_pool(memory()), make_pool(memory())
    one.append(lambda _: votes("x"), OPERATOR, created_utc=CREATED)
    other.append(lambda _: votes("x"), OPERATOR, created_utc=CREATED)
    other.append(lambda _: votes("y"), OPERATOR, created_utc=CREATED)
    one.store.put(entry_key(8), other.store.get(entry_key(7)))
    with pytest.raises(IntegrityError) as caught:
        Pool(one.store).state()
    assert caught.value.name in {entry_key(7), entry_key(8)}


def test_a_foreign_file_in_the_log_is_refused_and_named() -> None:
    pool = make_pool(memory())
    pool.store.put("log/notes.txt", b"")
    with pytest.raises(IntegrityError) as caught:
        Pool(pool.store).state()
    assert caught.value.name == "log/notes.txt"


def test_every_flipped_bit_of_the_founding_entry_is_refused() -> None:
    content = make_pool(memory()).store.get(entry_key(0))
    for bit in range(len(content) * 8):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(IntegrityError):
            apply_entry(State(), bytes(flipped))


def test_a_log_begins_with_its_founding_and_has_one() -> None:
    body = {"operator": OPERATOR.public.to_json(), "pool_id": "x", "title": ""}
    empty = Pool(memory())
    collection = {**body, "collection": "x", "contract": "a" * 64}
    assert_refused(empty, Forgery(kind="collection_added", body=collection, key=OPERATOR))
    assert_refused(make_pool(memory()), Forgery(kind="pool_created", body=body, key=OPERATOR))


PAUSED = {"ab": CREATED}
HELD = "ab" * 32
"""A record that an auditor marked."""

ROLES = {
    "pool_created": Role.OPERATOR,
    "member_added": Role.OPERATOR,
    "collection_added": Role.OPERATOR,
    "key_added": Role.OPERATOR,
    "key_revoked": Role.OPERATOR,
    "trust_initialised": Role.OPERATOR,
    "trust_changed": Role.APPROVER,
    "trust_refreshed": Role.OPERATOR,
    "submission_taken": Role.OPERATOR,
    "submission_decided": Role.OPERATOR,
    "submission_withdrawn": Role.STEWARD,
    "erasure_asked": Role.STEWARD,
    "records_erased": Role.OPERATOR,
    "tasks_routed": Role.OPERATOR,
    "votes_collected": Role.OPERATOR,
    "workforce_set": Role.OPERATOR,
    "gold_set": Role.OPERATOR,
    "annotators_paused": Role.OPERATOR,
    "annotator_resumed": Role.OPERATOR,
    "labels_decided": Role.OPERATOR,
    "audit_sampled": Role.OPERATOR,
    "audit_collected": Role.OPERATOR,
    "leak_confirmed": Role.OPERATOR,
    "leak_rejected": Role.OPERATOR,
    "records_barred": Role.OPERATOR,
    "audit_looked": Role.OPERATOR,
    "records_rescanned": Role.OPERATOR,
    "scrub_evaluated": Role.OPERATOR,
    "grant_given": Role.OPERATOR,
    "grant_revoked": Role.OPERATOR,
    "release_proposed": Role.OPERATOR,
    "release_approved": Role.APPROVER,
    "release_published": Role.OPERATOR,
}


def test_each_kind_of_entry_has_the_role_that_may_sign_it() -> None:
    assert {kind: role for kind, (role, _) in _RULES.items()} == ROLES


GRANT = {
    "grant": "ab12",
    "statement": "a" * 64,
    "collections": [COLLECTION],
    "purposes": ["model-training"],
    "until": "2027-01-01",
}


def request_body(**changes: Any) -> dict[str, Any]:
    """Give a request of harbour's steward."""
    body = {"member": "harbour", "submissions": ["harbour-1"], "request": "a" * 64}
    return body | changes


def erased_body(asked: int, **changes: Any) -> dict[str, Any]:
    """Give what an operator enters when he has carried out a request."""
    body: dict[str, Any] = {
        "asked": asked,
        "records": {COLLECTION: "b" * 64},
        "replaced": {},
        "gone": [],
        "submissions": {},
        "versions": [],
        "shards": [],
        "rows": 0,
    }
    return body | changes


def ask(pool: Pool) -> int:
    """Let harbour's steward ask; give the entry."""
    draft = Draft(kind="erasure_asked", body=request_body())
    entry = pool.append(lambda _: draft, STEWARDS["harbour"], created_utc=CREATED)
    assert entry is not None
    return entry.number


def body_of(kind: str, pool: Pool) -> dict[str, Any]:
    """Give a body that the right key could sign."""
    release = {"collection": COLLECTION, "version": 1}
    digest = "a" * 64
    proposal = pool.state().proposals[COLLECTION, 1]
    return {
        "member_added": {"member": "new", "title": "", "country": "GB", "keys": []},
        "collection_added": {"collection": "new", "contract": digest, "approving_members": 2},
        "key_added": {"key": make_signing_key(Role.WITNESS, "harbour").public.to_json()},
        "key_revoked": {"key": STEWARDS["summit"].public.keyid},
        "trust_refreshed": {},
        "submission_taken": submission_body("new"),
        "submission_decided": {
            "submission": "harbour-held",
            "outcome": "pass",
            "reason": "x",
            "records": digest,
            "rows": 1,
        },
        "submission_withdrawn": {"submission": "harbour-1"},
        "erasure_asked": request_body(),
        "records_erased": erased_body(asked=pool.state().length - 1),
        "tasks_routed": {"collection": COLLECTION, "tasks": digest},
        "votes_collected": {"collection": COLLECTION, "votes": digest},
        "workforce_set": {"workforce": digest, "annotators": 3},
        "gold_set": {"collection": COLLECTION, "gold": digest, "count": 3},
        "annotators_paused": {"collection": COLLECTION, "paused": PAUSED},
        "annotator_resumed": {
            "collection": COLLECTION,
            "annotator": "ab",
            "resumed_utc": CREATED,
        },
        "labels_decided": {"collection": COLLECTION, "decisions": digest},
        "audit_sampled": {"collection": COLLECTION, "records": digest},
        "audit_collected": {"collection": COLLECTION, "marks": digest, "held": {}},
        "leak_confirmed": {"collection": COLLECTION, "record": HELD, "barred": {}},
        "leak_rejected": {"collection": COLLECTION, "record": HELD},
        "records_barred": {"collection": COLLECTION, "records": digest, "count": 1},
        "audit_looked": {
            "collection": COLLECTION,
            "language": "en",
            "frame": digest,
            "number": 1,
            "rows": 9,
            "sample": 9,
            "leaks": 0,
            "most": 0,
            "outcome": "met",
        },
        "records_rescanned": {
            "collection": COLLECTION,
            "contract": pool.state().collections[COLLECTION],
            "barred": digest,
        },
        "scrub_evaluated": {
            "collection": COLLECTION,
            "contract": digest,
            "scrub_policy": "direct@1",
            "code_version": "1",
            "part": "test",
            "gold": [digest],
            "recall": {"PERSON": [9, 10]},
        },
        "grant_given": GRANT,
        "grant_revoked": {"grant": GRANT["grant"]},
        "release_proposed": {
            **release,
            "snapshot": digest,
            "targets": digest,
            "log_length": 3,
            "submissions": ["harbour-1"],
            "new_submissions": ["harbour-1"],
        },
        "release_approved": {**release, "proposal": proposal.entry, "signature": "00"},
        "release_published": {**release, "proposal": proposal.entry},
    }[kind]


def pause(pool: Pool) -> None:
    body = body_of("annotators_paused", pool)
    forge(pool, Forgery(kind="annotators_paused", body=body, key=OPERATOR))


def give(pool: Pool) -> None:
    forge(pool, Forgery(kind="grant_given", body=GRANT, key=OPERATOR))


def hold(pool: Pool) -> None:
    held = {HELD: {"language": "en", "barred": {}}}
    body = {"collection": COLLECTION, "marks": "b" * 64, "held": held}
    forge(pool, Forgery(kind="audit_collected", body=body, key=OPERATOR))


KEY_OF = {
    Role.OPERATOR: OPERATOR,
    Role.STEWARD: STEWARDS["harbour"],
    Role.APPROVER: APPROVERS["summit"],
}
ONCE = {"pool_created", "trust_initialised", "trust_changed"}
"""Kinds with tests of their own: they begin a pool, or hold a whole signed root."""
SIGNABLE = [kind for kind in ROLES if kind not in ONCE]


@pytest.mark.parametrize("kind", SIGNABLE)
def test_only_the_role_of_its_kind_can_sign_an_entry(kind: str) -> None:
    for role, key in KEY_OF.items():
        pool = proposed_pool()
        if kind == "release_published":
            approve(pool, 1, "harbour", "meadow")
        if kind in {"leak_confirmed", "leak_rejected"}:
            hold(pool)
        if kind == "annotator_resumed":
            pause(pool)
        if kind == "grant_revoked":
            give(pool)
        if kind == "records_erased":
            ask(pool)
        if kind == "submission_decided":
            body = submission_body("harbour-held", outcome="hold")
            forge(pool, Forgery(kind="submission_taken", body=body, key=OPERATOR))
        forgery = Forgery(kind=kind, body=body_of(kind, pool), key=key)
        if role is ROLES[kind]:
            forge(pool, forgery)
            Pool(pool.store).state()
        else:
            assert_refused(pool, forgery)


def withdrawal_by_another_member(pool: Pool) -> Forgery:
    body = {"submission": "harbour-1"}
    return Forgery(kind="submission_withdrawn", body=body, key=STEWARDS["meadow"])


def second_approval_by_one_key(pool: Pool) -> Forgery:
    approve(pool, 1, "summit")
    body = body_of("release_approved", pool)
    return Forgery(kind="release_approved", body=body, key=APPROVERS["summit"])


def approval_of_a_proposal_that_was_replaced(pool: Pool) -> Forgery:
    body = body_of("release_approved", pool)
    take_in(pool, make_records("summit-1", 2, member="summit"), "summit-1", "summit")
    propose(pool)
    return Forgery(kind="release_approved", body=body, key=APPROVERS["summit"])


def publication_without_approval(pool: Pool) -> Forgery:
    return Forgery(kind="release_published", body=body_of("release_published", pool), key=OPERATOR)


def publication_with_one_approval(pool: Pool) -> Forgery:
    approve(pool, 1, "summit")
    return publication_without_approval(pool)


def publication_after_a_withdrawal(pool: Pool) -> Forgery:
    approve(pool, 1, "harbour", "meadow")
    withdraw_submission(pool, "meadow-1", STEWARDS["meadow"], created_utc=CREATED)
    return publication_without_approval(pool)


def publication_of_a_proposal_that_was_replaced(pool: Pool) -> Forgery:
    approve(pool, 1, "harbour", "meadow")
    forgery = publication_without_approval(pool)
    take_in(pool, make_records("summit-1", 2, member="summit"), "summit-1", "summit")
    propose(pool)
    return forgery


def proposal_that_hides_a_new_submission(pool: Pool) -> Forgery:
    body = {**body_of("release_proposed", pool), "new_submissions": []}
    return Forgery(kind="release_proposed", body=body, key=OPERATOR)


def proposal_of_an_unknown_submission(pool: Pool) -> Forgery:
    body = {**body_of("release_proposed", pool), "submissions": ["x"], "new_submissions": ["x"]}
    return Forgery(kind="release_proposed", body=body, key=OPERATOR)


def proposal_that_skips_a_version(pool: Pool) -> Forgery:
    body = {**body_of("release_proposed", pool), "version": 2}
    return Forgery(kind="release_proposed", body=body, key=OPERATOR)


def proposal_of_a_log_to_come(pool: Pool) -> Forgery:
    body = {**body_of("release_proposed", pool), "log_length": 99}
    return Forgery(kind="release_proposed", body=body, key=OPERATOR)


def submission_in_the_name_of_another_member(pool: Pool) -> Forgery:
    body = submission_body("new", "harbour", steward=STEWARDS["meadow"].public.keyid)
    return Forgery(kind="submission_taken", body=body, key=OPERATOR)


def submission_signed_by_an_approver(pool: Pool) -> Forgery:
    body = submission_body("new", steward=APPROVERS["harbour"].public.keyid)
    return Forgery(kind="submission_taken", body=body, key=OPERATOR)


def submission_twice(pool: Pool) -> Forgery:
    return Forgery(kind="submission_taken", body=submission_body("harbour-1"), key=OPERATOR)


def submission_that_supersedes_another_members(pool: Pool) -> Forgery:
    body = submission_body("new", supersedes="meadow-1")
    return Forgery(kind="submission_taken", body=body, key=OPERATOR)


def submission_with_broken_terms(pool: Pool) -> Forgery:
    return Forgery(kind="submission_taken", body=submission_body("new", terms=[]), key=OPERATOR)


def member_body(*keys: Any) -> dict[str, Any]:
    return {"member": "new", "title": "", "country": "GB", "keys": list(keys)}


def member_with_a_key_known_under_another_id(pool: Pool) -> Forgery:
    key = {**APPROVERS["harbour"].public.to_json(), "keyid": "0" * 64, "member": "new"}
    return Forgery(kind="member_added", body=member_body(key), key=OPERATOR)


def member_with_a_key_of_another(pool: Pool) -> Forgery:
    key = make_signing_key(Role.APPROVER, "other").public.to_json()
    return Forgery(kind="member_added", body=member_body(key), key=OPERATOR)


def member_with_an_operators_key(pool: Pool) -> Forgery:
    key = make_signing_key(Role.OPERATOR, "new").public.to_json()
    return Forgery(kind="member_added", body=member_body(key), key=OPERATOR)


def member_with_a_broken_key(pool: Pool) -> Forgery:
    return Forgery(kind="member_added", body=member_body({"keyid": "x"}), key=OPERATOR)


def request_for_another_member_s_submission(pool: Pool) -> Forgery:
    body = request_body(member="meadow")
    return Forgery(kind="erasure_asked", body=body, key=STEWARDS["meadow"])


def request_in_the_name_of_another_member(pool: Pool) -> Forgery:
    return Forgery(kind="erasure_asked", body=request_body(), key=STEWARDS["meadow"])


def request_told_twice(pool: Pool) -> Forgery:
    ask(pool)
    return Forgery(kind="erasure_asked", body=request_body(), key=STEWARDS["harbour"])


def erasure_that_nobody_asked_for(pool: Pool) -> Forgery:
    return Forgery(kind="records_erased", body=erased_body(asked=1), key=OPERATOR)


def erasure_that_adds_rows(pool: Pool) -> Forgery:
    more = {"harbour-1": {"records": "c" * 64, "rows": 1000}}
    body = erased_body(asked=ask(pool), submissions=more)
    return Forgery(kind="records_erased", body=body, key=OPERATOR)


def erasure_that_withdraws_what_is_not_published(pool: Pool) -> Forgery:
    body = erased_body(asked=ask(pool), versions=[[COLLECTION, 1]])
    return Forgery(kind="records_erased", body=body, key=OPERATOR)


def publication_of_a_proposal_from_before_an_erasure(pool: Pool) -> Forgery:
    approve(pool, 1, "harbour", "meadow")
    draft = Draft(kind="records_erased", body=erased_body(asked=ask(pool)))
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)
    body = body_of("release_published", pool)
    return Forgery(kind="release_published", body=body, key=OPERATOR)


def a_kind_that_nobody_knows(pool: Pool) -> Forgery:
    return Forgery(kind="rules_suspended", body={}, key=OPERATOR)


def second_trust_root(pool: Pool) -> Forgery:
    return Forgery(kind="trust_initialised", body={"root": "a" * 64}, key=OPERATOR)


@pytest.mark.parametrize(
    "make",
    [
        withdrawal_by_another_member,
        request_for_another_member_s_submission,
        request_in_the_name_of_another_member,
        request_told_twice,
        erasure_that_nobody_asked_for,
        erasure_that_adds_rows,
        erasure_that_withdraws_what_is_not_published,
        publication_of_a_proposal_from_before_an_erasure,
        second_approval_by_one_key,
        approval_of_a_proposal_that_was_replaced,
        publication_without_approval,
        publication_with_one_approval,
        publication_after_a_withdrawal,
        publication_of_a_proposal_that_was_replaced,
        proposal_that_hides_a_new_submission,
        proposal_of_an_unknown_submission,
        proposal_that_skips_a_version,
        proposal_of_a_log_to_come,
        submission_in_the_name_of_another_member,
        submission_signed_by_an_approver,
        submission_twice,
        submission_that_supersedes_another_members,
        submission_with_broken_terms,
        member_with_a_key_known_under_another_id,
        member_with_a_key_of_another,
        member_with_an_operators_key,
        member_with_a_broken_key,
        a_kind_that_nobody_knows,
        second_trust_root,
    ],
    ids=lambda make: make.__name__,
)
def test_a_well_signed_entry_without_the_right_is_refused_and_named(make: Any) -> None:
    pool = proposed_pool()
    assert_refused(pool, make(pool))


def pool_with_keys(*keys: PublicKey) -> Pool:
    """Give a pool with one more member, `twice`, whose one submission is proposed."""
    # Without a trust root any approver's key may sign: here members alone are counted.
    pool = make_pool(memory(), trust=False)
    body = {**member_body(*(key.to_json() for key in keys)), "member": "twice"}
    draft = Draft(kind="member_added", body=body)
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)
    steward = next((key for key in keys if key.role is Role.STEWARD), STEWARDS["harbour"].public)
    changes = {"steward": steward.keyid, "member": steward.member}
    draft = Draft(kind="submission_taken", body=submission_body("new", **changes))
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)
    body = {
        "collection": COLLECTION,
        "version": 1,
        "snapshot": "a" * 64,
        "targets": "a" * 64,
        "log_length": 3,
        "submissions": ["new"],
        "new_submissions": ["new"],
    }
    draft = Draft(kind="release_proposed", body=body)
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)
    return pool


def approval(pool: Pool, key: SigningKey) -> Forgery:
    return Forgery(kind="release_approved", body=body_of("release_approved", pool), key=key)


def test_two_approvals_of_one_member_are_one() -> None:
    keys = [make_signing_key(Role.APPROVER, "twice", name) for name in ("one", "two")]
    pool = pool_with_keys(*(key.public for key in keys))
    for key in keys:
        forge(pool, approval(pool, key))
    assert len(pool.state().proposals[COLLECTION, 1].approvals) == 2
    assert_refused(pool, publication_without_approval(pool))


def test_who_signed_a_new_submission_cannot_approve_it_with_another_key() -> None:
    steward = make_signing_key(Role.STEWARD, "twice", "person")
    approver = make_signing_key(Role.APPROVER, "twice", "person")
    pool = pool_with_keys(steward.public, approver.public)
    assert_refused(pool, approval(pool, approver))
