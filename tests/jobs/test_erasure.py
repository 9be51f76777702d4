"""A person is erased everywhere, and stays erased: retry, resubmission, restored backup, kill."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from plays import CODE_VERSION, Stage, make_play, make_stage, quarantined, quiet

from datacoop.errors import IntegrityError, RefusedError, SubmissionError, VersionWithdrawnError
from datacoop.jobs.amending import amend_version
from datacoop.jobs.building import Built, ReleaseOptions, build_release
from datacoop.jobs.contracts import add_collection, contract_of
from datacoop.jobs.erasure import (
    apply_erasures,
    erase_from_work,
    readers_to_tell,
    without_texts,
)
from datacoop.jobs.erasure_finding import Wanted, counts, find_records
from datacoop.jobs.erasure_landing import MemberErasure, erased_rows, states_now
from datacoop.jobs.proof import Place, Report, prove
from datacoop.jobs.release import approve_release, propose_release, publish_release
from datacoop.jobs.submitting import send_submission
from datacoop.pool.blobs import batches_to_bytes, bytes_to_batches
from datacoop.pool.erasure import Ledger, request_bytes
from datacoop.pool.garbage import delete_garbage, erased_blobs, find_garbage
from datacoop.pool.landing import PSEUDONYM_KEY, Landing
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.publish.settling import MEMORY_SCHEMA
from datacoop.read.open import open_pool
from datacoop.read.verify import verify_pool
from datacoop.records.accesses import Access, access_key, accesses_to_bytes
from datacoop.records.collection import parse_collection
from datacoop.records.columns import DIGEST, MASKED_DIGEST
from datacoop.records.tombstones import Tombstones

MEMBER = "de-auental"
COLLECTION = "classification"
NAME = "Ottilie Querfurth"
EMAIL = "ottilie.querfurth@auental.example"
NICKNAME = "Querfurtherin-Ottka"
"""A name that no recognizer knows: the scrub lets it through."""
IDENTIFIERS = (NAME, EMAIL, NICKNAME)
NOW = datetime.now(UTC).replace(microsecond=0)
CREATED = NOW.isoformat()


def rows(extra: tuple[str, ...]) -> bytes:
    """Give German requests, among them those of the person; the last line is broken JSON."""
    plain = [
        f"Ich bitte um Auskunft über meinen Antrag auf {what} und warte seit Wochen auf Antwort."
        for what in (
            "einen neuen Parkausweis",
            "eine größere Mülltonne",
            "die Rückzahlung der Gebühr",
            "einen Platz im Kindergarten",
            "die Erlaubnis zum Umbau der Scheune",
            "das Fällen einer alten Linde",
            "die Verlegung der Haltestelle",
            "den Anschluss an die Wasserleitung",
        )
    ]
    texts = [plain[0], extra[0], *plain[1:5], *extra[1:], *plain[5:]]
    lines = [json.dumps({"text": t, "class": "tax"}, ensure_ascii=False) for t in texts]
    return "\n".join([*lines, f'{{"text": "{EMAIL} ging verloren']).encode()


PERSON = (
    f"Mein Name ist {NAME}, Sie erreichen mich unter {EMAIL}, ich bitte Sie um einen Bescheid zu "
    f"meinem Antrag auf Wohngeld.",
    f"Im Amt nennt man mich {NICKNAME}, und ich warte noch immer auf den Bescheid über die Steuer "
    f"vom letzten Jahr.",
)
PLAY = make_play(rows(PERSON))
AGAIN = make_play(
    rows((PERSON[0].replace("Wohngeld", "Kindergeld"), PERSON[1].replace("Steuer", "Gebühr"))),
    submission_id="de-auental-small-2",
)


def work(stage: Stage) -> ObjectStore:
    return open_store(str(stage.root / "work"))


def release(stage: Stage) -> int:
    options = ReleaseOptions(code_version=CODE_VERSION, work=work(stage).address)
    day = CREATED[:10]
    return publish(stage, build_release(stage.pool, COLLECTION, options, as_of=day, progress=quiet))


def amend(stage: Stage, number: int) -> int:
    built = amend_version(
        stage.pool,
        COLLECTION,
        number,
        code_version=CODE_VERSION,
        as_of=CREATED[:10],
        progress=quiet,
    )
    return publish(stage, built)


def publish(stage: Stage, built: Built) -> int:
    day, keys = CREATED[:10], stage.keys
    version = built.manifest.version
    propose_release(stage.pool, built, keys.operator, now=NOW, created_utc=CREATED)
    for approver in list(keys.approvers.values())[:2]:
        approve_release(stage.pool, COLLECTION, version, approver, created_utc=CREATED)
    publish_release(stage.pool, COLLECTION, version, keys.operator, created_utc=CREATED, as_of=day)
    return version


def member(stage: Stage) -> MemberErasure:
    return MemberErasure(
        pool=stage.pool, landing=stage.landing(MEMBER), steward=stage.keys.stewards[MEMBER]
    )


def erase(stage: Stage, wanted: Wanted) -> dict[str, int]:
    landing = stage.landing(MEMBER)
    ledger = find_records(stage.pool, landing, landing.get(PSEUDONYM_KEY), wanted)
    member(stage).erase(ledger, created_utc=CREATED)
    return dict(counts(ledger))


def apply(stage: Stage) -> list[str]:
    done = apply_erasures(stage.pool, stage.keys.operator, created_utc=CREATED)
    erase_from_work(work(stage))
    return [version for one in done for version in one.versions]


def search(stage: Stage) -> Report:
    """Search everything but the member's own copy of what it sent, which is not the pool's."""
    names = ("pool", "landing", "work", "reader")
    return prove(IDENTIFIERS, [Place(name=n, store=open_store(str(stage.root / n))) for n in names])


def read(stage: Stage, version: int) -> list[dict[str, object]]:
    reader = open_pool(str(stage.root / "pool"), cache=stage.root / "reader")
    return list(reader.version(COLLECTION, version, purpose="model-training").rows())


def copied(stage: Stage, root: Path) -> Stage:
    shutil.copytree(stage.root, root)
    return Stage(root=root, keys=stage.keys)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A pool whose version 1 holds the person, and a leak of theirs."""
    stage = make_stage(tmp_path_factory.mktemp("erasure") / "stage")
    stage.submit(PLAY)
    receipt = stage.intake(PLAY)
    assert receipt.states == {"accepted": 10, "quarantined": 1}
    assert release(stage) == 1
    return stage


@pytest.fixture(scope="module")
def erased(published: Stage, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = copied(published, tmp_path_factory.mktemp("erased") / "stage")
    assert erase(stage, Wanted(identifiers=IDENTIFIERS)) == {PLAY.submission_id: 3}
    assert apply(stage) == [f"{COLLECTION}/1"]
    return stage


def test_before_it_the_search_finds_the_person_in_pool_and_landing_store(published: Stage) -> None:
    found = search(published)
    assert {(one.place, one.identifier) for one in found.found} >= {
        ("pool", 3),
        *(("landing", number) for number in (1, 2, 3)),
    }


def test_after_it_no_byte_tells_of_the_person(erased: Stage) -> None:
    report = search(erased)
    assert report.is_clean, [f"{one.place} {one.key} {one.through}" for one in report.found]
    assert all(place.files for place in report.places if place.name in {"pool", "landing"})
    text = report.to_bytes().decode() + "\n".join(report.lines())
    assert not any(identifier in text for identifier in IDENTIFIERS)


def test_readers_of_the_old_version_are_told_and_the_next_one_replaces_it(
    erased: Stage, tmp_path: Path
) -> None:
    stage = copied(erased, tmp_path / "stage")
    with pytest.raises(VersionWithdrawnError) as told:
        read(stage, 1)
    assert (told.value.reason, told.value.replaced_by) == ("erasure", None)
    assert release(stage) == 2
    assert len(read(stage, 2)) == 8
    with pytest.raises(VersionWithdrawnError) as told:
        read(stage, 1)
    assert told.value.replaced_by == 2
    assert "read version 2" in told.value.hint
    verified = verify_pool(stage.pool.store, quiet)
    assert verified.is_sound, verified.faults
    assert search(stage).is_clean


def asking_to_amend(stage: Stage) -> Stage:
    now = contract_of(stage.pool, stage.pool.require(), COLLECTION)
    files = dict(now.files)
    contract = yaml.safe_load(files["collection.yaml"])
    contract["release"]["amend_withdrawn"] = True
    files["collection.yaml"] = yaml.safe_dump(contract)
    add_collection(stage.pool, parse_collection(files), stage.keys.operator, created_utc=CREATED)
    return stage


def test_old_versions_are_amended_where_the_policy_asks(published: Stage, tmp_path: Path) -> None:
    stage = asking_to_amend(copied(published, tmp_path / "stage"))
    text = "Der Antrag auf {} liegt seit dem Frühjahr im Rathaus und niemand meldet sich."
    lines = [
        json.dumps({"text": text.format(what), "class": "tax"})
        for what in ("Erlass der Steuer", "einen Bauplatz am Bach", "die neue Kehrmaschine")
    ]
    other = make_play("\n".join(lines).encode(), submission_id="de-auental-other-1")
    stage.submit(other)
    stage.intake(other)
    assert release(stage) == 2
    before = {number: read(stage, number) for number in (1, 2)}
    erase(stage, Wanted(identifiers=IDENTIFIERS))
    assert apply(stage) == [f"{COLLECTION}/1", f"{COLLECTION}/2"]
    gone = {row["record_id"] for row in before[1]} - {
        row["record_id"] for row in stage.records(PLAY.submission_id).to_pylist()
    }
    assert len(gone) == 2
    assert verify_pool(stage.pool.store, quiet).is_sound
    for number in (1, 2):
        version = amend(stage, number)
        left = [row for row in before[number] if row["record_id"] not in gone]
        assert read(stage, version) == left
        with pytest.raises(VersionWithdrawnError) as told:
            read(stage, number)
        assert told.value.replaced_by == version
    assert len(read(stage, 4)) > len(read(stage, 3))
    assert search(stage).is_clean
    delete_garbage(stage.pool, find_garbage(stage.pool))
    assert verify_pool(stage.pool.store, quiet).is_sound
    # A second erasure finds what was amended, and what is to be amended still.
    one = next(row for row in read(stage, 3) if row["member"] == MEMBER)["record_id"]
    assert isinstance(one, bytes)
    erase(stage, Wanted(records=frozenset({one})))
    assert apply(stage) == [f"{COLLECTION}/3", f"{COLLECTION}/4"]
    version = amend(stage, 1)
    assert version == 5
    assert one not in {row["record_id"] for row in read(stage, version)}
    assert verify_pool(stage.pool.store, quiet).is_sound


def test_a_row_that_stays_keeps_its_split(published: Stage, erased: Stage, tmp_path: Path) -> None:
    before = {row["record_id"]: row["split"] for row in read(published, 1)}
    stage = copied(erased, tmp_path / "stage")
    release(stage)
    after = {row["record_id"]: row["split"] for row in read(stage, 2)}
    assert len(after) == 8
    assert after.items() <= before.items()


def test_every_row_is_in_one_state(erased: Stage) -> None:
    place = Landing(erased.landing(MEMBER), PLAY.submission_id)
    assert erased_rows(place) == (2, 1)
    states = {"accepted": 10, "quarantined": 1}
    now = states_now(states, erased_rows(place), withdrawn=False)
    assert now == {"accepted": 8, "erased": 3}
    assert states_now(states, (2, 1), withdrawn=True) == {"withdrawn": 8, "erased": 3}


def test_the_pool_verifies_and_has_no_more_garbage_than_before(erased: Stage) -> None:
    verified = verify_pool(erased.pool.store, quiet)
    assert verified.is_sound, verified.faults
    assert erased_blobs(erased.pool) == []
    assert erased.pool.require().submissions[PLAY.submission_id].rows == 8


def test_rows_that_stay_are_kept_with_their_positions(published: Stage, erased: Stage) -> None:
    rest = erased.landing(MEMBER).get(f"submissions/{PLAY.submission_id}/rest/000000.arrow")
    kept = {r["record_id"]: r["row"] for b in bytes_to_batches(rest) for r in b.to_pylist()}
    left = set(erased.records(PLAY.submission_id)["record_id"].to_pylist())
    assert set(kept) == left
    positions = published.records(PLAY.submission_id)
    ids = positions["record_id"].to_pylist()
    for record_id, position in zip(ids, positions["source_position"].to_pylist(), strict=True):
        if record_id in kept:
            line = PLAY.files[0].content[position:].split(b"\n")[0]
            assert json.loads(kept[record_id]) == json.loads(line)


def test_the_same_submission_cannot_be_sent_again(erased: Stage, tmp_path: Path) -> None:
    stage = copied(erased, tmp_path / "stage")
    folder = stage.root / "sources" / MEMBER / PLAY.submission_id
    key = stage.root / "keys" / f"{MEMBER}-pseudonyms.key"
    with pytest.raises(RefusedError, match="erased since"):
        send_submission(folder, stage.landing(MEMBER), key, lambda _, __: None)
    stage.intake(PLAY)
    assert search(stage).is_clean


def test_rows_of_the_person_in_a_new_submission_are_quarantined(
    erased: Stage, tmp_path: Path
) -> None:
    stage = copied(erased, tmp_path / "stage")
    stage.submit(AGAIN)
    receipt = stage.intake(AGAIN)
    assert receipt.quarantine_reasons == {"scrub.erased": 2, "ingest.bad_json": 1}
    reasons = quarantined(stage.landing(MEMBER), receipt.quarantine)
    assert sorted(reasons.values()) == ["ingest.bad_json", "scrub.erased", "scrub.erased"]
    held = {one.place for one in search(stage).found}
    assert held == {"landing"}


@pytest.mark.parametrize("restored", ["pool", "landing"])
def test_a_restored_backup_does_not_bring_the_person_back(
    published: Stage, erased: Stage, tmp_path: Path, restored: str
) -> None:
    stage = copied(erased, tmp_path / "stage")
    shutil.rmtree(stage.root / restored)
    shutil.copytree(published.root / restored, stage.root / restored)
    assert not search(stage).is_clean
    member(stage).again(created_utc=CREATED)
    apply(stage)
    assert search(stage).is_clean
    # A reader who saw the lost log refuses what is older; this one comes for the first time.
    reader = open_pool(str(stage.root / "pool"), cache=tmp_path / "new reader")
    with pytest.raises(VersionWithdrawnError):
        reader.version(COLLECTION, 1, purpose="model-training")


def test_blobs_put_back_under_the_log_are_garbage_that_goes_again(
    published: Stage, erased: Stage, tmp_path: Path
) -> None:
    stage = copied(erased, tmp_path / "stage")
    shutil.copytree(
        published.root / "pool" / "blobs", stage.root / "pool" / "blobs", dirs_exist_ok=True
    )
    back = erased_blobs(stage.pool)
    assert back
    assert set(back) <= set(find_garbage(stage.pool))
    apply(stage)
    assert search(stage).is_clean


def test_a_release_waits_for_the_operator_and_a_proposal_from_before_is_refused(
    published: Stage, tmp_path: Path
) -> None:
    stage = copied(published, tmp_path / "stage")
    options = ReleaseOptions(code_version=CODE_VERSION, work=work(stage).address)
    day = CREATED[:10]
    built = build_release(stage.pool, COLLECTION, options, as_of=day, progress=quiet)
    erase(stage, Wanted(identifiers=IDENTIFIERS))
    with pytest.raises(RefusedError, match="asked to erase"):
        build_release(stage.pool, COLLECTION, options, as_of=day, progress=quiet)
    apply(stage)
    with pytest.raises(RefusedError, match="were erased since"):
        propose_release(stage.pool, built, stage.keys.operator, now=NOW, created_utc=CREATED)


def test_records_and_submissions_are_erased_by_id_and_their_content_stays_out(
    published: Stage, tmp_path: Path
) -> None:
    stage = copied(published, tmp_path / "stage")
    one = stage.records(PLAY.submission_id)["record_id"].to_pylist()[0]
    assert erase(stage, Wanted(records=frozenset({one}))) == {PLAY.submission_id: 1}
    whole = Wanted(submissions=frozenset({PLAY.submission_id}))
    assert erase(stage, whole) == {PLAY.submission_id: 10}
    apply(stage)
    assert stage.pool.require().submissions[PLAY.submission_id].rows == 0
    stage.submit(AGAIN)
    assert stage.intake(AGAIN).quarantine_reasons["scrub.erased"] >= 8


def test_a_submission_that_waits_for_intake_must_be_sent_anew(
    published: Stage, tmp_path: Path
) -> None:
    stage = copied(published, tmp_path / "stage")
    stage.submit(AGAIN)
    found = erase(stage, Wanted(identifiers=IDENTIFIERS))
    assert found == {PLAY.submission_id: 3, AGAIN.submission_id: 3}
    apply(stage)
    with pytest.raises(SubmissionError, match="missing"):
        stage.intake(AGAIN)
    assert search(stage).is_clean


class Killed(BaseException):
    """The process ends here: no handler of the program may catch it."""


def killed_at(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], object]) -> bool:
    """Run `act` and end it before its write or deletion of that number, from 1.

    A write is whole or not there (`pool/durable.py`), so between two of them is where a process
    can die.
    """
    left = number

    def dying(name: str) -> Callable[..., Any]:
        do = getattr(ObjectStore, name)

        def wrapped(*arguments: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return do(*arguments)

        return wrapped

    with monkeypatch.context() as patch:
        for name in ("put", "put_all", "create", "delete"):
            patch.setattr(ObjectStore, name, dying(name))
        try:
            act()
        except Killed:
            return True
    return False


def test_the_operator_killed_anywhere_loses_nothing_and_finishes(
    published: Stage, erased: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = copied(published, tmp_path / "asked")
    erase(asked, Wanted(identifiers=IDENTIFIERS))
    number, was_killed = 0, True
    while was_killed:
        number += 1
        stage = copied(asked, tmp_path / f"killed-{number}")
        was_killed = killed_at(monkeypatch, number, partial(apply, stage))
        # A reader meanwhile sees the version whole, or is told.
        with suppress(VersionWithdrawnError):
            assert len(read(stage, 1)) == 10
        apply(stage)
        assert search(stage).is_clean, number
        verified = verify_pool(stage.pool.store, quiet)
        assert verified.is_sound, (number, verified.faults)
        left = set(stage.records(PLAY.submission_id)["record_id"].to_pylist())
        assert left == set(erased.records(PLAY.submission_id)["record_id"].to_pylist())
        shutil.rmtree(stage.root)
    assert number > 10


def test_the_steward_killed_anywhere_finishes_with_again(
    published: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = published.landing(MEMBER)
    ledger = find_records(
        published.pool, landing, landing.get(PSEUDONYM_KEY), Wanted(identifiers=IDENTIFIERS)
    )
    number, was_killed = 1, True
    while was_killed:
        # Before the first write, which is the ledger, nothing was begun.
        number += 1
        stage = copied(published, tmp_path / f"killed-{number}")
        job = member(stage)
        was_killed = killed_at(monkeypatch, number, partial(job.erase, ledger, created_utc=CREATED))
        member(stage).again(created_utc=CREATED)
        apply(stage)
        assert search(stage).is_clean, number
        assert len(stage.pool.require().erasures) == 1
        shutil.rmtree(stage.root)
    assert number > 8


def test_a_steward_cannot_have_another_member_s_rows_erased(
    published: Stage, tmp_path: Path
) -> None:
    stage = copied(published, tmp_path / "stage")
    other = next(name for name in stage.keys.stewards if name != MEMBER)
    stage.submit(make_play(rows(PERSON), member=other, submission_id="other-1"))
    ids = frozenset(stage.records(PLAY.submission_id)["record_id"].to_pylist())
    ledger = Ledger(records={"other-1": ids}, files={}, stones=Tombstones())
    request = stage.pool.put_blob(
        request_bytes(ledger, {PLAY.submission_id: ids}, stage.landing(other).get(PSEUDONYM_KEY))
    )

    def ask(submissions: list[str]) -> None:
        body = {"member": other, "submissions": submissions, "request": request}
        draft = Draft(kind="erasure_asked", body=body, blobs=(request,))
        stage.pool.append(lambda _: draft, stage.keys.stewards[other], created_utc=CREATED)

    with pytest.raises(IntegrityError, match="submissions of the member"):
        ask([PLAY.submission_id])
    ask([])
    assert apply(stage) == []
    assert len(read(stage, 1)) == 10
    assert stage.pool.require().submissions[PLAY.submission_id].rows == 10


def test_a_duplicate_takes_the_place_of_an_erased_record(published: Stage, tmp_path: Path) -> None:
    stage = copied(published, tmp_path / "stage")
    text = json.loads(PLAY.files[0].content.splitlines()[0])["text"]
    line = json.dumps({"text": text, "class": "tax"}, ensure_ascii=False)
    more = [json.dumps({"text": f"{text} {n} Mal.", "class": "tax"}) for n in ("Drei", "Vier")]
    play = make_play("\n".join([line, *more]).encode(), submission_id="de-auental-twin-1")
    stage.submit(play)
    assert stage.intake(play).states["duplicate"] >= 1
    first = stage.records(PLAY.submission_id)["record_id"].to_pylist()[0]
    erase(stage, Wanted(records=frozenset({first})))
    apply(stage)
    release(stage)
    texts = {row["text"]: row["submission_id"] for row in read(stage, 2)}
    assert texts[text] == play.submission_id


def test_grants_are_listed_under_which_erased_rows_were_read(
    published: Stage, erased: Stage
) -> None:
    reader = open_pool(str(published.root / "pool"), cache=published.root / "reader")
    version = reader.version(COLLECTION, 1, purpose="model-training")
    holding = [
        shard.sha256
        for shard in version.shards()
        for row in version.shard_batches(shard)
        if NICKNAME in str(row.to_pylist())
    ]
    accesses = open_store("memory://accesses-of-erasure")
    told = [
        Access(day="2026-11-22", grant=grant, collection=COLLECTION, version=1, shards=shards)
        for grant, shards in (("g1", tuple(holding)), ("g2", ("f" * 64,)))
    ]
    accesses.put(access_key("2026-11-22"), accesses_to_bytes(told))
    assert readers_to_tell(accesses, erased.pool.require().erased_blobs) == {
        "g1": [f"{COLLECTION}/1"]
    }


def test_what_was_kept_out_of_a_version_is_forgotten_with_the_text() -> None:
    texts = [bytes([number]) * 32 for number in range(3)]
    values = [
        pa.nulls(3, DIGEST),
        pa.array(texts, DIGEST),
        pa.array(texts, DIGEST),
        pa.array(["train"] * 3),
        pa.array([0, 1, 0], pa.int32()),
    ]
    remembered = pa.table(values, schema=MEMORY_SCHEMA)
    content = batches_to_bytes(MEMORY_SCHEMA, remembered.to_batches())
    assert without_texts(content, [b"x" * 32]) is None
    left = without_texts(content, [texts[1], b"x" * 32])
    assert left is not None
    assert texts[1] not in left
    (batch,) = bytes_to_batches(left)
    assert batch.column(MASKED_DIGEST).to_pylist() == [texts[0], texts[2]]
