"""The statements of a version, held against a plain count of its shards and the pool's log."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlcroissant
import pytest
from pooling import (
    COLLECTION,
    CREATED,
    MEMBERS,
    NOW,
    OPERATOR,
    TERMS,
    approve,
    build,
    make_pool,
    make_records,
    propose,
    publish,
    take_in,
)

from datacoop.errors import RefusedError
from datacoop.jobs.release import propose_release
from datacoop.jobs.stating import version_facts
from datacoop.label.votes import Vote, votes_to_batch
from datacoop.pool.blobs import batches_to_bytes, get_blob, get_blob_list
from datacoop.pool.leaks import AuditLook
from datacoop.pool.log import Draft
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.pool.signing import open_statement
from datacoop.pool.snapshot import SnapshotManifest
from datacoop.pool.state import ScrubEvaluation
from datacoop.publish.ai_act import LICENSED
from datacoop.publish.contributions import contributions
from datacoop.publish.limits import LIMITS
from datacoop.publish.statements import statements
from datacoop.read.open import Version, open_pool
from datacoop.records.small_counts import told
from datacoop.records.statements import STATEMENTS

SIZE = "1.3 Modalities, overall training data size and other characteristics"
PRIVATE = "2.2 Private non-publicly available datasets obtained from third parties"
OTHER = replace(TERMS, spdx="ODbL-1.0", rights_holder="Meadow", attribution="Meadow Court")
LOCAL = replace(TERMS, jurisdictions=("GB",), expires="2999-12-31")


def fill(pool: Pool) -> None:
    """Three members; the last row of each of two is one that another gave before."""
    texts = [f"meadow says {n}" for n in range(29)] + ["harbour-1 says 3"]
    about = {"collected": ["2020-01-01", "2021-06-30"], "legal_basis": "consent"}
    take_in(
        pool,
        make_records("harbour-1", 40),
        "harbour-1",
        **about,
        people=["patients"],
        quarantined_about={"scrub.too_costly": 20},
    )
    meadow = make_records("meadow-1", 30, member="meadow", texts=texts, terms=OTHER)
    take_in(pool, meadow, "meadow-1", "meadow", terms=OTHER.to_json())
    summit = make_records("summit-1", 8, member="summit")
    take_in(pool, summit, "summit-1", "summit", quarantined_about={"scrub.too_costly": 10})


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    made = make_pool(open_store(str(tmp_path_factory.mktemp("stated") / "pool")))
    fill(made)
    publish(made)
    return made


@pytest.fixture(scope="module")
def version(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Version:
    reader = open_pool(pool.store.address.url, cache=tmp_path_factory.mktemp("trust"))
    return reader.version(COLLECTION, 1, purpose="model-training")


def read(version: Version, name: str) -> Any:
    return json.loads(version.statement(name))


def test_every_statement_lies_beside_the_version(version: Version) -> None:
    for name in STATEMENTS:
        assert version.statement(name)
    with pytest.raises(RefusedError, match="no statement"):
        version.statement("croissant.xml")


def test_totals_are_those_of_a_plain_count_of_the_shards(version: Version) -> None:
    rows = list(version.rows())
    figures, summary = read(version, "statistics.json"), read(version, "ai-act.json")
    licences, given = read(version, "licences.json"), read(version, "contributions.json")
    characters = sum(len(row["text"]) for row in rows)
    assert figures["totals"]["rows"] == len(rows) == version.manifest.rows
    assert figures["totals"]["characters"] == characters
    size = summary["1 General information"][SIZE]
    assert (size["rows"], size["characters"]) == (len(rows), characters)
    assert size["utf8_bytes"] == sum(len(row["text"].encode()) for row in rows)
    languages = Counter(row["language"] for row in rows)
    assert size["languages"] == {name: told(count) for name, count in languages.items()}
    assert (size["collected from"], size["collected to"]) == ("2020-01-01", "2021-06-30")
    private = summary["2 List of data sources"][PRIVATE]
    sources = {one["submission"]: one["rows"] for one in private[LICENSED]}
    assert sources == Counter(row["submission_id"] for row in rows)
    by_terms = {one["terms_id"]: one["rows"] for one in licences["licences"]}
    assert by_terms == Counter(row["terms_id"] for row in rows)
    assert {one["member"]: one["rows"] for one in given["members"]} == Counter(
        row["member"] for row in rows
    )
    assert dict(figures["splits"]) == Counter(row["split"] for row in rows)
    events = read(version, "openlineage.json")
    output = events[-1]["outputs"][0]["outputFacets"]["outputStatistics"]
    assert output["rowCount"] == len(rows)
    page = version.statement("ai-act.md").decode()
    assert f"- rows: {len(rows)}\n" in page


def test_rows_name_terms_that_the_manifest_gives(version: Version) -> None:
    for shard in version.manifest.shards:
        for batch in version.shard_batches(shard):
            assert set(batch.column("terms_id").to_pylist()) == {shard.terms_id}
        assert version.manifest.terms[shard.terms_id].id == shard.terms_id


def test_croissant_validates(version: Version, tmp_path: Path) -> None:
    file = tmp_path / "croissant.json"
    file.write_bytes(version.statement("croissant.json"))
    read_back = mlcroissant.Dataset(jsonld=file).metadata
    assert read_back.ctx.issues.report() == ""
    assert read_back.ctx.is_v1_1()
    digests = {file.sha256 for file in read_back.file_objects}
    assert digests == {shard.sha256 for shard in version.manifest.shards}
    [records] = read_back.record_sets
    assert {field.id.removeprefix("records/") for field in records.fields} >= {"text", "votes"}
    days = [str(day)[:10] for day in read_back.data_collection_timeframe]
    assert days == ["2020-01-01", "2021-06-30"]
    assert len(read_back.data_limitations) == len(LIMITS)
    broken = json.loads(file.read_bytes())
    del broken["distribution"][0]["sha256"]
    file.write_text(json.dumps(broken))
    with pytest.raises(mlcroissant.ValidationError):
        mlcroissant.Dataset(jsonld=file)


def test_the_attestation_names_what_went_in_and_what_came_out(pool: Pool, version: Version) -> None:
    keys = {OPERATOR.public.keyid: OPERATOR.public}
    statement, signer = open_statement("it", version.statement("attestation.dsse.json"), keys)
    assert signer == OPERATOR.public
    shards = {shard.sha256 for shard in version.manifest.shards}
    assert {digest for _, digest in statement.subjects} == shards | {version.digest}
    definition = statement.predicate["buildDefinition"]
    materials = {m["name"]: m["digest"]["sha256"] for m in definition["resolvedDependencies"]}
    for submission in pool.state().submissions.values():
        [ref] = get_blob_list(pool.store, submission.records or "")
        assert materials[f"records/{submission.id}"] == ref.sha256
    assert materials["log-head"] == version.manifest.log_head
    assert materials["contract"] == pool.state().collections[COLLECTION]


def test_odrl_says_what_the_terms_say() -> None:
    pool = make_pool(open_store("memory://odrl"))
    strict = replace(LOCAL, prohibited_purposes=("advertising",), text_and_data_mining=False)
    take_in(pool, make_records("harbour-1", 5, terms=strict), "harbour-1", terms=strict.to_json())
    facts = version_facts(pool, build(pool).manifest, {})
    [policy] = json.loads(statements(facts)["odrl.json"])["@graph"]
    [permission] = policy["permission"]
    said = {one["leftOperand"]: one["rightOperand"] for one in permission["constraint"]}
    assert said["purpose"] == ["urn:datacoop:purpose:model-training"]
    assert said["spatial"] == ["urn:iso:std:iso:3166:GB"]
    assert said["dateTime"]["@value"] == "2999-12-31"
    assert permission["duty"][0]["attributedText"] == strict.attribution
    assert [one["action"] for one in policy["prohibition"]] == ["use", "tdm:mine"]


def test_licences_name_each_attribution(version: Version) -> None:
    listed = read(version, "licences.json")["licences"]
    assert [(one["spdx"], one["attribution"]) for one in listed] == [
        ("CC-BY-4.0", "Harbour Clinic"),
        ("ODbL-1.0", "Meadow Court"),
    ]


def test_equal_pools_give_equal_statements(pool: Pool, version: Version) -> None:
    again = version_facts(Pool(pool.store), version.manifest, {})
    for name, content in statements(again).items():
        assert content == version.statement(name), name


def test_what_was_logged_after_the_build_changes_no_statement(tmp_path: Path) -> None:
    pool = make_pool(open_store(str(tmp_path / "pool")))
    fill(pool)
    manifest = build(pool).manifest
    before = statements(version_facts(pool, manifest, {}))
    body = {"contract": manifest.contract, "code_version": "test", "collection": COLLECTION}
    body |= {"recall": {"PERSON": [9, 10]}}
    pool.append(lambda _: Draft(kind="scrub_evaluated", body=body), OPERATOR, created_utc=CREATED)
    assert statements(version_facts(pool, manifest, {})) == before


def test_approvers_sign_for_the_statements(tmp_path: Path) -> None:
    pool = make_pool(open_store(str(tmp_path / "pool")))
    fill(pool)
    version = propose(pool)
    approve(pool, version, "harbour")
    signed = json.loads(get_blob(pool.store, pool.state().proposals[COLLECTION, 1].targets))
    paths = {f"{COLLECTION}/1"} | {f"{COLLECTION}/1/{name}" for name in STATEMENTS}
    assert set(signed["signed"]["targets"]) == paths
    named = {target["hashes"]["sha256"] for target in signed["signed"]["targets"].values()}
    assert named <= pool.state().blobs


def test_statements_of_earlier_versions_stay(tmp_path: Path) -> None:
    pool = make_pool(open_store(str(tmp_path / "pool")))
    fill(pool)
    publish(pool)
    reader = open_pool(pool.store.address.url, cache=tmp_path / "trust")
    card = reader.version(COLLECTION, 1, purpose="model-training").statement("card.html")
    take_in(pool, make_records("summit-2", 9, member="summit"), "summit-2", "summit")
    publish(pool)
    reader = open_pool(pool.store.address.url, cache=tmp_path / "trust")
    first = reader.version(COLLECTION, 1, purpose="model-training")
    assert first.statement("card.html") == card
    second = reader.version(COLLECTION, 2, purpose="model-training")
    assert second.statement("card.html") != card


def vote(annotator: str, number: int, *, value: str = "a", withdrawn: bool = False) -> Vote:
    return Vote(
        record_id=make_records("harbour-1", 40)["record_id"][number].as_py(),
        annotator=annotator,
        question="area",
        value=value,
        round=1,
        created_utc=CREATED,
        annotation_id=number,
        withdrawn=withdrawn,
    )


def test_each_member_is_credited_for_rows_and_votes(tmp_path: Path) -> None:
    pool = make_pool(open_store(str(tmp_path / "pool")))
    fill(pool)
    votes = [vote("ann", 1), vote("ann", 2), vote("bob", 1), vote("eve", 3)]
    votes += [vote("bob", 4, withdrawn=True), vote("ann", 5, value="")]
    batch = votes_to_batch(votes)
    blob = pool.put_blob(batches_to_bytes(batch.schema, [batch]))
    body = {"collection": COLLECTION, "votes": blob}
    pool.append(
        lambda _: Draft(kind="votes_collected", body=body, blobs=(blob,)),
        OPERATOR,
        created_utc=CREATED,
    )
    manifest = build(pool).manifest
    facts = version_facts(pool, manifest, {"ann": "summit", "bob": "meadow"})
    assert facts.votes == {"": 1, "meadow": 1, "summit": 2}
    found = {one.member: one for one in contributions(facts)}
    assert sorted(found) == sorted(MEMBERS)
    # One row of meadow's is a duplicate of harbour's, which came first.
    assert (found["harbour"].rows_accepted, found["harbour"].rows) == (40, 40)
    # One row of 30 was a duplicate; such a small count is told by no figure.
    assert (found["meadow"].rows_accepted, found["meadow"].rows) == (29, 29)
    assert found["meadow"].unique_permille == 1_000
    # It keeps the credit for that one too: its text is in the version, by harbour's row.
    assert found["meadow"].clusters == 30
    assert found["summit"].clusters == 10
    assert found["summit"].labels_given == 2
    assert sum(one.characters for one in found.values()) == facts.statistics.characters
    shared = replace(facts, shared=Counter({"harbour": 1}))
    assert contributions(shared)[0].unique_permille == 975


def described(pool: Pool, manifest: SnapshotManifest) -> dict[str, Any]:
    facts = version_facts(pool, manifest, {})
    found: dict[str, Any] = json.loads(statements(facts)["statistics.json"])
    return found


def test_what_was_held_back_is_told_alike_for_releases_that_differ_by_one_record() -> None:
    said = []
    for held in (3, 4):
        pool = make_pool(open_store(f"memory://one-record-{held}"))
        fill(pool)
        manifest = build(pool).manifest
        one_less = replace(manifest, row_counts={**manifest.row_counts, "barred": held})
        said.append(described(pool, one_less))
    assert (
        said[0]["quarantined_about"] == said[1]["quarantined_about"] == [["scrub.too_costly", 30]]
    )
    assert said[0]["held_back_about"] == said[1]["held_back_about"]
    assert set(said[0]["held_back_about"].values()) == {0}
    assert {"barred", "duplicate", "near_duplicate"} <= set(said[0]["held_back_about"])


def test_the_card_tells_no_small_count(pool: Pool, version: Version) -> None:
    page = version.statement("card.html").decode()
    figures = read(version, "statistics.json")
    summit = next(one for one in figures["members"] if one["member"] == "summit")
    assert summit["rows"] == 8
    assert "about 10" in page
    for small in (one for _, one in figures["lengths"] if 0 < one <= 7):
        assert f">about {small}<" not in page
    shown = [int(n) for n in re.findall(r"about ([0-9]+)", page)]
    assert shown
    assert all(count % 10 == 0 and count > 0 for count in shown)
    assert "<script" not in page


def test_a_card_shows_what_people_wrote_as_text() -> None:
    pool = make_pool(open_store("memory://hostile-card"))
    hostile = replace(TERMS, attribution="<img src=x onerror=alert(1)>", rights_holder="</td>&")
    take_in(pool, make_records("harbour-1", 9, terms=hostile), "harbour-1", terms=hostile.to_json())
    page = statements(version_facts(pool, build(pool).manifest, {}))["card.html"].decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_proposing_again_gives_the_same_proposal(tmp_path: Path) -> None:
    pool = make_pool(open_store(str(tmp_path / "pool")))
    fill(pool)
    built = build(pool)
    first = propose_release(pool, built, OPERATOR, now=NOW, created_utc=CREATED)
    again = propose_release(pool, built, OPERATOR, now=NOW, created_utc=CREATED)
    assert first == again


def test_the_card_says_how_good_the_scrub_is_and_how_much_may_leak() -> None:
    pool = make_pool(open_store("memory://audited-card"))
    take_in(pool, make_records("harbour-1", 60), "harbour-1")
    plain = version_facts(pool, build(pool).manifest, {})
    seen = ScrubEvaluation(
        contract=plain.manifest.contract, code_version="older", recall={"PER": (951, 1_000)}
    )
    look = AuditLook(
        frame="f", number=1, rows=60, sample=21, leaks=0, most=7, outcome="met", entry=9
    )
    facts = replace(plain, evaluation=seen, looks={"en": look})
    page = " ".join(statements(facts)["card.html"].decode().split())
    assert '<td>PER</td><td class="n">951</td> <td class="n">1,000</td>' in page
    assert "by another version of code or contract" in page
    # 7 of 60 rows.
    assert "11.6 %" in page
    assert "no evaluation" not in page
    assert "not audited" not in page
    bare = statements(plain)["card.html"].decode()
    assert "no evaluation" in bare
    assert "not audited" in bare
