"""A withdrawn version is replaced by the same one without the rows that went."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mlcroissant
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pooling import (
    COLLECTION,
    CREATED,
    MEMBERS,
    NOW,
    OPERATOR,
    PURPOSE,
    STEWARDS,
    TERMS,
    TODAY,
    approve,
    make_pool,
    make_records,
    propose,
    publish,
    set_release_policy,
    take_in,
)
from pooling import build as build_next
from trusting import memory, refresh

from datacoop.cli.common import amending_steps
from datacoop.cli.main import datacoop
from datacoop.errors import IntegrityError, RefusedError, VersionWithdrawnError
from datacoop.jobs.amending import amend_version
from datacoop.jobs.building import Built, keep_built, kept_build
from datacoop.jobs.frame import frame_digest, list_records
from datacoop.jobs.release import propose_release, publish_release
from datacoop.jobs.stating import version_facts
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.label.votes import Vote, votes_to_batch
from datacoop.pool.blobs import batches_to_bytes, blob_key
from datacoop.pool.garbage import delete_garbage, find_garbage
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.signing import open_statement
from datacoop.pool.snapshot import Shard, SnapshotManifest
from datacoop.read.open import PoolReader, open_pool
from datacoop.read.verify import verify_pool
from datacoop.records.columns import RECORD_ID

ROWS = 30


def give(pool: Pool, submission: str, member: str) -> None:
    take_in(pool, make_records(submission, ROWS, member=member), submission, member)


def make_versions(store: ObjectStore) -> Pool:
    """Make versions 1, of two members, and 2, of three, under a policy that asks to amend."""
    pool = make_pool(store)
    set_release_policy(pool, amend_withdrawn=True)
    give(pool, "harbour-1", "harbour")
    give(pool, "meadow-1", "meadow")
    publish(pool)
    give(pool, "summit-1", "summit")
    publish(pool)
    return pool


@pytest.fixture
def pool() -> Pool:
    return make_versions(memory())


def withdraw(pool: Pool, submission: str) -> None:
    member = submission.split("-")[0]
    withdraw_submission(pool, submission, STEWARDS[member], created_utc=CREATED)


def bar(pool: Pool, *record_ids: bytes) -> None:
    """Bar records, as after a report of their content."""
    enter(pool, "records_barred", records=list_records(pool, record_ids))


def enter(pool: Pool, kind: str, **body: object) -> None:
    """Enter what the operator says of the collection."""
    draft = Draft(kind=kind, body={"collection": COLLECTION, **body})
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)


def build(pool: Pool, number: int, as_of: str = TODAY) -> Built:
    return amend_version(
        pool, COLLECTION, number, code_version="test", as_of=as_of, progress=lambda _, __: None
    )


def suggest(pool: Pool, built: Built) -> int:
    """Propose what was built, as it comes out of the work store; give its number."""
    work = memory()
    keep_built(work, built)
    kept = kept_build(work, COLLECTION)
    return propose_release(pool, kept, OPERATOR, now=NOW, created_utc=CREATED).version


def amend(pool: Pool, number: int) -> SnapshotManifest:
    """Build, propose, approve and publish the version that amends one."""
    version = suggest(pool, build(pool, number))
    approve(pool, version, "harbour", "meadow")
    return publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)


def reader(pool: Pool, cache: Path) -> PoolReader:
    return open_pool(pool.store.address.url, cache=cache)


def rows(pool: Pool, number: int, cache: Path) -> dict[bytes, dict[str, object]]:
    version = reader(pool, cache).version(COLLECTION, number, purpose=PURPOSE)
    return {row["record_id"]: row for row in version.rows()}


def replaced_by(pool: Pool, number: int, cache: Path) -> int | None:
    with pytest.raises(VersionWithdrawnError) as told:
        reader(pool, cache).version(COLLECTION, number, purpose=PURPOSE)
    return told.value.replaced_by


def sound(pool: Pool) -> bool:
    found = verify_pool(pool.store, lambda _, __: None)
    assert found.is_sound, found.faults
    return found.is_sound


def test_it_holds_the_rows_of_the_version_less_those_that_went(pool: Pool, tmp_path: Path) -> None:
    before = rows(pool, 2, tmp_path)
    withdraw(pool, "meadow-1")
    give(pool, "meadow-2", "meadow")
    manifest = amend(pool, 2)
    left = {i: row for i, row in before.items() if row["submission_id"] != "meadow-1"}
    assert rows(pool, 3, tmp_path) == left
    assert (manifest.version, manifest.amends) == (3, 2)
    assert manifest.previous == pool.state().proposals[COLLECTION, 2].snapshot
    assert manifest.submissions == ("harbour-1", "summit-1")
    assert manifest.row_counts["published"] == 2 * ROWS
    assert manifest.row_counts["taken_out"] == ROWS
    assert {member: c["published"] for member, c in manifest.credits.items()} == {
        "harbour": ROWS,
        "summit": ROWS,
    }
    assert replaced_by(pool, 2, tmp_path) == 3
    assert sound(pool)


def test_shards_that_lose_no_row_are_taken_over_as_they_are(pool: Pool, tmp_path: Path) -> None:
    shards = reader(pool, tmp_path).version(COLLECTION, 2, purpose=PURPOSE).shards()
    withdraw(pool, "summit-1")
    assert set(build(pool, 2).manifest.shards) == {s for s in shards if s.first_version == 1}


def test_rows_that_stay_are_in_the_bytes_that_a_build_of_all_records_gives(pool: Pool) -> None:
    withdraw(pool, "meadow-1")
    # Nothing newer is in the pool, so the next version is of the same rows.
    assert build(pool, 2).manifest.shards == build_next(pool).manifest.shards


def test_built_twice_it_has_the_same_bytes(pool: Pool) -> None:
    withdraw(pool, "meadow-1")
    first = build(pool, 2).manifest.to_bytes()
    give(pool, "meadow-2", "meadow")
    second = build(pool, 2).manifest
    now = {"log_length": second.log_length - 1, "log_head": _head(first)}
    assert replace(second, **now).to_bytes() == first  # type: ignore[arg-type] # of both kinds


def _head(manifest: bytes) -> str:
    return manifest.split(b'"log_head":"')[1][:64].decode()


def test_it_needs_the_approvals_of_any_other_version(pool: Pool, tmp_path: Path) -> None:
    withdraw(pool, "meadow-1")
    version = suggest(pool, build(pool, 2))
    approve(pool, version, "harbour")
    with pytest.raises(RefusedError, match="approved by 1 of 2"):
        publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)
    refresh(pool)
    assert replaced_by(pool, 2, tmp_path) is None
    # Nothing in it is new, so a steward's own member may approve it.
    approve(pool, version, "meadow")
    publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)
    assert replaced_by(pool, 2, tmp_path) == version


def test_an_amended_version_is_not_the_newest_where_another_holds_more(
    pool: Pool, tmp_path: Path
) -> None:
    withdraw(pool, "meadow-1")
    give(pool, "harbour-2", "harbour")
    newer = publish(pool)
    assert replaced_by(pool, 1, tmp_path) == replaced_by(pool, 2, tmp_path) == 3
    amend(pool, 2)
    amend(pool, 1)
    assert reader(pool, tmp_path).versions(COLLECTION) == [1, 5, 2, 4, 3]
    assert (replaced_by(pool, 1, tmp_path), replaced_by(pool, 2, tmp_path)) == (5, 4)
    # The next version remembers the one that was last made of all records, and its shards.
    give(pool, "summit-2", "summit")
    last = publish(pool)
    assert (last.version, last.previous) == (6, pool.state().proposals[COLLECTION, 3].snapshot)
    assert set(newer.shards) < set(last.shards)
    assert pool.state().proposals[COLLECTION, 6].new_submissions == ("summit-2",)
    assert replaced_by(pool, 2, tmp_path) == 4
    assert sound(pool)


def test_what_replaces_a_version_holds_no_less(pool: Pool, tmp_path: Path) -> None:
    withdraw(pool, "meadow-1")
    amend(pool, 1)
    assert (replaced_by(pool, 1, tmp_path), replaced_by(pool, 2, tmp_path)) == (3, None)
    amend(pool, 2)
    assert (replaced_by(pool, 1, tmp_path), replaced_by(pool, 2, tmp_path)) == (3, 4)


def test_an_amended_version_that_is_withdrawn_too_is_amended_again(
    pool: Pool, tmp_path: Path
) -> None:
    withdraw(pool, "meadow-1")
    amend(pool, 2)
    withdraw(pool, "summit-1")
    assert pool.state().to_amend() == [(COLLECTION, 1), (COLLECTION, 3)]
    manifest = amend(pool, 2)
    assert (manifest.version, manifest.amends) == (4, 2)
    assert manifest.previous == pool.state().proposals[COLLECTION, 3].snapshot
    assert manifest.row_counts["taken_out"] == 2 * ROWS
    assert {row["submission_id"] for row in rows(pool, 4, tmp_path).values()} == {"harbour-1"}
    assert replaced_by(pool, 2, tmp_path) == replaced_by(pool, 3, tmp_path) == 4
    assert sound(pool)


def test_shards_wait_for_the_amended_version_and_go_after_it(pool: Pool, tmp_path: Path) -> None:
    held = {
        shard.sha256
        for number in (1, 2)
        for shard in reader(pool, tmp_path).version(COLLECTION, number, purpose=PURPOSE).shards()
    }
    withdraw(pool, "meadow-1")
    publish(pool)
    delete_garbage(pool, find_garbage(pool))
    assert all(pool.store.size(blob_key(digest)) for digest in held)
    amend(pool, 1)
    amend(pool, 2)
    delete_garbage(pool, find_garbage(pool))
    kept = {s.sha256 for n in (3, 4, 5) for s in shards_of(pool, n, tmp_path)}
    assert {d for d in held if pool.store.size(blob_key(d)) is not None} == held & kept
    assert held - kept
    assert sound(pool)


def shards_of(pool: Pool, number: int, cache: Path) -> tuple[Shard, ...]:
    return reader(pool, cache).version(COLLECTION, number, purpose=PURPOSE).shards()


def test_barred_rows_rows_of_ended_terms_and_superseded_ones_are_taken_out(
    tmp_path: Path,
) -> None:
    pool = make_pool(memory())
    set_release_policy(pool, amend_withdrawn=True)
    until = replace(TERMS, expires=TODAY)
    for member in (*MEMBERS, "meadow"):
        name = f"{member}-{len(pool.state().submissions)}"
        terms = until if name == "summit-2" else TERMS
        batch = make_records(name, ROWS, member=member, terms=terms)
        take_in(pool, batch, name, member, terms=terms.to_json())
    publish(pool)
    before = rows(pool, 1, tmp_path)
    withdraw(pool, "meadow-1")
    newer = make_records("meadow-9", ROWS, member="meadow")
    take_in(pool, newer, "meadow-9", "meadow", supersedes="meadow-3")
    one, *others = (i for i, row in before.items() if row["submission_id"] == "harbour-0")
    bar(pool, one)
    tomorrow = build(pool, 1, as_of="9999-01-01").manifest
    assert tomorrow.submissions == ("harbour-0",)
    assert tomorrow.terms.keys() == {TERMS.id}
    assert tomorrow.rows == len(others)
    amend(pool, 1)
    summit = {i for i, row in before.items() if row["submission_id"] == "summit-2"}
    assert rows(pool, 2, tmp_path).keys() == {*others, *summit}


def test_rows_that_are_too_few_among_the_quasi_identifiers_now_are_taken_out() -> None:
    pool = make_pool(memory())
    quasi = {"k": 5, "columns": [{"column": "written"}]}
    set_release_policy(pool, amend_withdrawn=True, quasi_identifiers=quasi)
    for name, days in (
        ("harbour-1", ["2026-01-01"] * 5 + ["2026-01-02"] * 6),
        ("meadow-1", ["2026-01-03"] * 5),
    ):
        member = name.split("-")[0]
        batch = make_records(name, len(days), member=member)
        take_in(pool, batch.append_column("written", pa.array(days)), name, member)
    publish(pool)
    ids = make_records("harbour-1", 11)[RECORD_ID].to_pylist()
    withdraw(pool, "meadow-1")
    bar(pool, ids[0], ids[5])
    # One row less leaves four of the first day, which tell too much, and five of the second.
    manifest = build(pool, 1).manifest
    assert (manifest.rows, manifest.row_counts["taken_out"]) == (5, 10)


@pytest.mark.parametrize(
    ("act", "said", "advice"),
    [
        (lambda _: None, "stands: only what was withdrawn", "release build documents"),
        (lambda pool: (withdraw(pool, "meadow-1"), amend(pool, 2)), "version 3 amends", "build"),
        (
            lambda pool: (withdraw(pool, "meadow-1"), set_release_policy(pool)),
            "does not ask",
            "amend_with",
        ),
        (
            lambda pool: [withdraw(pool, f"{member}-1") for member in MEMBERS],
            "nothing is left",
            "release build",
        ),
    ],
)
def test_what_cannot_be_amended_is_refused_with_advice(
    pool: Pool, act: Callable[[Pool], object], said: str, advice: str
) -> None:
    act(pool)
    with pytest.raises(RefusedError, match=said) as refused:
        build(pool, 2)
    assert advice in refused.value.hint


def test_shards_that_were_deleted_before_the_policy_asked_are_missed(pool: Pool) -> None:
    set_release_policy(pool)
    withdraw(pool, "meadow-1")
    publish(pool)
    delete_garbage(pool, find_garbage(pool))
    set_release_policy(pool, amend_withdrawn=True)
    with pytest.raises(RefusedError, match="were deleted"):
        build(pool, 1)


def leaking(pool: Pool, record: bytes) -> dict[str, object]:
    barred = {COLLECTION: list_records(pool, [record])}
    return {record.hex(): {"language": "en", "barred": barred}}


def test_leaks_found_since_its_audit_stop_it() -> None:
    pool = make_pool(memory())
    set_release_policy(pool, amend_withdrawn=True, leak_bound_permille=100)
    give(pool, "harbour-1", "harbour")
    give(pool, "meadow-1", "meadow")
    frame = frame_digest(pool.state().active(COLLECTION))
    looked = {"frame": frame, "rows": 60, "sample": 60, "leaks": 0, "most": 0}
    first, record = make_records("harbour-1", 2)[RECORD_ID].to_pylist()
    enter(pool, "audit_looked", language="en", number=1, outcome="more", **looked)
    enter(pool, "audit_collected", marks=pool.put_blob(b"first"), held=leaking(pool, first))
    # The second look is after that leak, and on it the version rests.
    enter(pool, "audit_looked", language="en", number=2, outcome="met", **looked)
    publish(pool)
    withdraw(pool, "meadow-1")
    assert build(pool, 1).manifest.rows == ROWS - 1
    enter(pool, "audit_collected", marks=pool.put_blob(b"second"), held=leaking(pool, record))
    with pytest.raises(RefusedError, match="audited, in: en"):
        build(pool, 1)
    enter(pool, "leak_rejected", record=record.hex())
    assert build(pool, 1).manifest.rows == ROWS - 1


def test_no_version_of_that_number_is_told(pool: Pool) -> None:
    with pytest.raises(RefusedError, match="no published version 7"):
        build(pool, 7)


def test_statements_name_the_version_that_is_amended(pool: Pool, tmp_path: Path) -> None:
    withdraw(pool, "meadow-1")
    amend(pool, 2)
    version = reader(pool, tmp_path).version(COLLECTION, 3, purpose=PURPOSE)
    described = json.loads(version.statement("statistics.json"))
    assert (described["amends"], described["totals"]["rows"]) == (2, 2 * ROWS)
    assert described["held_back_about"]["taken_out"] == ROWS
    assert "It amends version 2" in version.statement("card.html").decode()
    file = tmp_path / "croissant.json"
    file.write_bytes(version.statement("croissant.json"))
    assert mlcroissant.Dataset(jsonld=file).metadata.version == "3.0.0"
    assert "documents version 2" in json.loads(file.read_bytes())["isBasedOn"]
    keys = {OPERATOR.public.keyid: OPERATOR.public}
    said, _ = open_statement("it", version.statement("attestation.dsse.json"), keys)
    assert said.predicate["buildDefinition"]["externalParameters"]["amends"] == 2


def test_votes_told_of_it_are_those_of_the_version(pool: Pool) -> None:
    withdraw(pool, "meadow-1")
    vote = Vote(
        record_id=make_records("harbour-1", 1)[RECORD_ID][0].as_py(),
        annotator="ann",
        question="area",
        value="family",
        round=1,
        created_utc=CREATED,
        annotation_id=1,
        withdrawn=False,
    )
    batch = votes_to_batch([vote])
    votes = pool.put_blob(batches_to_bytes(batch.schema, [batch]))
    enter(pool, "votes_collected", votes=votes)
    assert version_facts(pool, build_next(pool).manifest, {}).votes == {"": 1}
    facts = version_facts(pool, build(pool, 2).manifest, {})
    assert facts.votes == {}
    assert facts.statistics.rows == 2 * ROWS


def test_the_commands_say_what_is_to_be_amended(tmp_path: Path) -> None:
    pool = make_versions(open_store(str(tmp_path / "pool")))
    assert amending_steps(pool.state()) == []
    withdraw(pool, "meadow-1")
    steps = [f"datacoop release build {COLLECTION} --amends {n}" for n in (1, 2)]
    assert amending_steps(pool.state()) == steps
    stores = ["--pool", str(tmp_path / "pool"), "--work", str(tmp_path / "work"), "--json"]
    status = CliRunner().invoke(datacoop, ["pool", "status", *stores[:2], "--json"])
    assert json.loads(status.output)["to_amend"] == [f"{COLLECTION}/1", f"{COLLECTION}/2"]
    done = CliRunner().invoke(datacoop, [*steps[1].split()[1:], *stores])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert (told["version"], told["amends"], told["rows"]) == (3, 2, 2 * ROWS)
    assert told["row_counts"] == {"published": 2 * ROWS, "taken_out": ROWS}
    kept = kept_build(open_store(str(tmp_path / "work")), COLLECTION)
    assert kept.manifest.amends == 2
    amend(pool, 2)
    assert amending_steps(pool.state()) == steps[:1]


def test_what_goes_after_the_build_must_be_built_again(pool: Pool) -> None:
    withdraw(pool, "meadow-1")
    version = suggest(pool, build(pool, 2))
    approve(pool, version, "harbour", "meadow")
    withdraw(pool, "summit-1")
    with pytest.raises(RefusedError, match="summit-1"):
        publish_release(pool, COLLECTION, version, OPERATOR, created_utc=CREATED, as_of=TODAY)


@pytest.mark.parametrize(
    ("amends", "added", "said"),
    [
        (2, (), "a version that was withdrawn"),
        (1, ("summit-1",), "no submission that the amended version lacks"),
        (9, (), "a whole release_proposed entry"),
    ],
)
def test_the_log_refuses_an_operator_who_would_slip_something_in(
    pool: Pool, amends: int, added: tuple[str, ...], said: str
) -> None:
    propose(pool)
    real = pool.state().proposals[COLLECTION, 3]
    body = {
        "collection": COLLECTION,
        "version": 3,
        "snapshot": real.snapshot,
        "targets": real.targets,
        "log_length": pool.state().length,
        "submissions": ["harbour-1", *added],
        "new_submissions": [],
        "amends": amends,
    }
    if amends == 1:
        withdraw(pool, "meadow-1")
    draft = Draft(kind="release_proposed", body=body, blobs=(real.snapshot, real.targets))
    with pytest.raises(IntegrityError, match=said):
        pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)
