"""Workforce, gold and the queue index over a pool, from its founding to who is paused."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ballots import make_record_id
from click.testing import CliRunner
from fault_proxy import FaultProxy, at_the_time
from pooling import (
    COLLECTION,
    CREATED,
    OPERATOR,
    STEWARDS,
    make_pool,
    make_records,
    submission_body,
)
from routing import make_annotator

from datacoop.cli.main import datacoop as group
from datacoop.errors import RefusedError, SettingsError
from datacoop.jobs.building import label_table
from datacoop.jobs.collected import collected_votes
from datacoop.jobs.collecting import collect_votes, enter_votes
from datacoop.jobs.contracts import add_collection, contract_of
from datacoop.jobs.gold_store import gold_votes, keep_gold_votes, known_gold
from datacoop.jobs.labels import current_demands, current_labels, shown_votes
from datacoop.jobs.predictions import forget_predictions, known_doubts
from datacoop.jobs.routing import make_queue, open_backlog, record_facts
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.jobs.workforce import (
    add_gold,
    enter_paused,
    enter_workforce,
    gold_key,
    resume_annotator,
)
from datacoop.label.answers import Answer
from datacoop.label.gold import Use
from datacoop.label.label_studio import LabelStudio
from datacoop.label.votes import VOTE_SCHEMA, Vote, votes_to_batch
from datacoop.pool.blobs import BlobRef, batches_to_bytes, bytes_to_batches, put_blob_list
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.records.collection import Collection, parse_collection, read_folder
from datacoop.records.digest import canonical_json
from datacoop_schemas import collection_folder

SECRET = b"the annotators' key of the tests"
POLICY = """votes: 3
  workforce:
    gold_percent: 10
    qualification: 10
    own_member: false
"""
PEOPLE = {
    f"{number:016x}": make_annotator(f"{number:016x}", member="summit") for number in range(5)
}
HOSTILE = f"{0:016x}"
AREAS = ("criminal", "family")
QUESTION = "area"
"""What the collection asks."""
FILE = """schema: datacoop.workforce.v1
annotators:
""" + "".join(
    f"""  - annotator: "{name}"
    member: summit
    country: GB
    languages: {{en: C1}}
    domains: [law]
    clearance: 1
    jurisdictions: []
    hours_a_week: 10
"""
    for name in PEOPLE
)


def labelled_pool(store: ObjectStore, policy: str = POLICY) -> tuple[Pool, list[str]]:
    """Make a pool of 80 records that were sent to annotators; give their ids in hex."""
    pool = make_pool(store, trust=False)
    files = read_folder(collection_folder(COLLECTION))
    assert "votes: 3\n" in files["collection.yaml"]
    changed = files["collection.yaml"].replace("votes: 3\n", policy)
    contract = parse_collection({**files, "collection.yaml": changed})
    add_collection(pool, contract, OPERATOR, created_utc=CREATED)
    batch = make_records("meadow-1", 80, member="meadow")
    ref = pool.put_blob(batches_to_bytes(batch.schema, [batch]))
    records = put_blob_list(pool.store, [BlobRef(ref, batch.num_rows)])
    body = submission_body(
        "meadow-1", "meadow", records=records, rows=batch.num_rows, labelling_wanted=True
    )
    enter(pool, "submission_taken", body, records)
    ids = sorted(record_id.hex() for record_id in batch["record_id"].to_pylist())
    sent = pool.put_blob(canonical_json(ids))
    enter(pool, "tasks_routed", {"collection": COLLECTION, "tasks": sent, "count": 80}, sent)
    return pool, ids


def enter(pool: Pool, kind: str, body: dict[str, object], blob: str) -> None:
    draft = Draft(kind=kind, body=body, blobs=(blob,))
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)


def collect(pool: Pool, store: ObjectStore, votes: Sequence[Vote]) -> None:
    gold = known_gold(store, COLLECTION)
    keep_gold_votes(store, COLLECTION, [vote for vote in votes if vote.record_id in gold])
    listed = sorted(vote for vote in votes if vote.record_id not in gold)
    blob = pool.put_blob(batches_to_bytes(VOTE_SCHEMA, [votes_to_batch(listed)]))
    body = {"collection": COLLECTION, "votes": blob, "count": len(listed)}
    enter(pool, "votes_collected", body, blob)


def documents(pool: Pool) -> Collection:
    return contract_of(pool, pool.require(), COLLECTION)


def gold_lines(ids: Iterable[str], value: str = "family") -> str:
    return "".join(json.dumps({"record_id": i, "value": value}) + "\n" for i in ids)


def fill_gold(pool: Pool, store: ObjectStore, ids: list[str]) -> None:
    for use, some in ((Use.QUALIFICATION, ids[:10]), (Use.GOLD, ids[10:40])):
        add_gold(
            *(pool, store, COLLECTION, gold_lines(some), use, OPERATOR, SECRET),
            created_utc=CREATED,
        )


def memory(name: str, tmp_path: Path) -> ObjectStore:
    return open_store(f"memory://{tmp_path.name}-{name}")


def test_every_fault_of_a_gold_file_is_told_and_nothing_is_taken(tmp_path: Path) -> None:
    store = memory("gold", tmp_path)
    pool, ids = labelled_pool(memory("pool", tmp_path))
    lines = [
        *("no json", '{"record_id": 3}', '{"record_id": "AB", "value": "family"}'),
        gold_lines([make_record_id(0).hex()]).strip(),
        *gold_lines(ids[:1], "s3cret").splitlines(),
        *gold_lines(ids[:1]).splitlines(),
    ]
    with pytest.raises(RefusedError) as caught:
        add_gold(
            *(pool, store, COLLECTION, "\n".join(lines), Use.GOLD, OPERATOR, SECRET),
            created_utc=CREATED,
        )
    assert str(caught.value).splitlines() == [
        "the gold has 5 faults:",
        "  is no JSON @ line 1",
        "  should be an object of record_id and value, both text @ line 2",
        "  record_id should be 64 lower-case hex digits @ line 3",
        "  is no record that annotators may see @ line 4",
        "  the value is none that the policy knows @ line 5",
    ]
    assert not known_gold(store, COLLECTION)
    assert pool.state().gold == {}


def test_the_pool_holds_neither_gold_nor_workforce(tmp_path: Path) -> None:
    store = memory("gold", tmp_path)
    pool, ids = labelled_pool(memory("pool", tmp_path))
    before = set(pool.store.list("blobs"))
    fill_gold(pool, store, ids)
    path = tmp_path / "workforce.yaml"
    path.write_text(FILE, encoding="utf-8")
    length = pool.state().length
    for _ in range(2):
        workforce = enter_workforce(pool, path, OPERATOR, SECRET, created_utc=CREATED)
    assert len(workforce) == 5
    assert pool.state().length == length + 1
    assert set(pool.store.list("blobs")) == before
    said = b"".join(pool.store.get(key) for key in list(pool.store.list("log"))[-3:])
    assert not [i for i in ids if i.encode() in said]
    # Another secret gives another digest: nobody can try files until one fits.
    first = pool.state().workforce
    enter_workforce(pool, path, OPERATOR, b"another", created_utc=CREATED)
    assert pool.state().workforce != first
    assert Pool(pool.store).state().gold == pool.state().gold


def test_facts_tell_where_a_record_comes_from(tmp_path: Path) -> None:
    pool, ids = labelled_pool(memory("pool", tmp_path))
    facts = record_facts(pool, documents(pool))
    assert [one.record_id.hex() for one in facts] == ids
    [kind] = {one.kind for one in facts}
    assert (kind.member, kind.country, kind.language) == ("meadow", "GB", "en")
    assert "law" in kind.domains


def work(pool: Pool, store: ObjectStore, tasks: int, minute: int) -> list[Vote]:
    """Let everybody answer up to so many tasks of a queue made anew; bring in the votes."""
    queue = make_queue(pool, documents(pool), PEOPLE, store, gold_key(SECRET))
    votes: list[Vote] = []
    for turn in range(tasks):
        for name in PEOPLE:
            found = queue.next(name, 0)
            if found is not None:
                # Whoever is hostile behaves until qualified.
                is_right = name != HOSTILE or minute == 0
                votes.append(
                    Vote(
                        record_id=found,
                        annotator=name,
                        question=QUESTION,
                        value="family" if is_right else "criminal",
                        round=1,
                        annotation_id=len(votes) + 1_000 * minute,
                        created_utc=f"2026-03-01T10:{minute:02}:{turn:02}.000000Z",
                        withdrawn=False,
                    )
                )
                queue.take(votes[-1], 0)
    collect(pool, store, votes)
    return votes


def test_from_qualification_to_a_pause_and_the_votes_asked_again(tmp_path: Path) -> None:
    store = memory("gold", tmp_path)
    pool, ids = labelled_pool(memory("pool", tmp_path))
    fill_gold(pool, store, ids)
    qualifying = work(pool, store, 10, minute=0)
    assert {vote.record_id.hex() for vote in qualifying} == set(ids[:10])
    assert Counter(vote.annotator for vote in qualifying) == dict.fromkeys(PEOPLE, 10)
    real = work(pool, store, 60, minute=1)
    seen = Counter((vote.annotator, vote.record_id) for vote in [*qualifying, *real])
    assert set(seen.values()) == {1}
    rest = [bytes.fromhex(i) for i in ids[40:]]
    answered = Counter(vote.record_id for vote in real)
    assert {answered[record_id] for record_id in rest} == {3}
    assert any(vote.record_id.hex() in ids[10:40] for vote in real)

    # Forty records among five people are too few gold turns for a pause: give the rest.
    assert enter_paused(pool, store, COLLECTION, OPERATOR, created_utc=CREATED) == {}
    hostile = [
        Vote(
            record_id=bytes.fromhex(i),
            annotator=HOSTILE,
            question=QUESTION,
            value="criminal",
            round=1,
            annotation_id=9_000 + n,
            created_utc=f"2026-03-01T09:59:{n:02}.500000Z",
            withdrawn=False,
        )
        for n, i in enumerate(ids[10:40])
    ]
    collect(pool, store, hostile)
    paused = enter_paused(pool, store, COLLECTION, OPERATOR, created_utc=CREATED)
    assert list(paused) == [HOSTILE]
    assert Pool(pool.store).state().paused == {COLLECTION: paused}
    # Their answers to real tasks came after the pause, and none of them stands.
    own = {v.record_id for v in real if v.annotator == HOSTILE and v.record_id in rest}
    [open_now] = open_backlog(pool, documents(pool), PEOPLE, known_gold(store, COLLECTION))
    asked = sum(1 for vote in real if vote.annotator == HOSTILE and vote.record_id in own)
    assert (open_now.language, open_now.people) == ("en", 4)
    assert open_now.votes == asked > 0
    again = work(pool, store, 60, minute=2)
    assert HOSTILE not in {vote.annotator for vote in again}
    assert own <= {vote.record_id for vote in again}


class Studio(LabelStudio):
    """Holds answers, so that what becomes of them is seen."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.given = answers

    def ensure_project(self, *_: object, **__: object) -> int:
        return 1

    def answers(self, _: int) -> list[Answer]:
        return list(self.given)


def test_answers_to_gold_do_not_reach_the_pool(tmp_path: Path) -> None:
    store = memory("gold", tmp_path)
    pool, ids = labelled_pool(memory("pool", tmp_path))
    fill_gold(pool, store, ids)
    item = {"from_name": QUESTION, "type": "choices", "value": {"choices": ["family"]}}
    studio = Studio(
        [
            Answer(
                annotation_id=number,
                key=ids[number],
                user_id=7,
                result=[item],
                updated_utc=f"2026-03-01T10:00:{number:02}.000000Z",
                is_skipped=False,
            )
            for number in (0, 20, 60)
        ]
    )
    for _ in range(2):
        collect_votes(
            *(pool, COLLECTION, studio, OPERATOR, SECRET), created_utc=CREATED, gold=store
        )
        assert [vote.record_id.hex() for vote in collected_votes(pool, COLLECTION)] == [ids[60]]
        assert [vote.record_id.hex() for vote in gold_votes(store, COLLECTION)] == [ids[0], ids[20]]


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, ids = labelled_pool(open_store(str(tmp_path / "pool")))
    (tmp_path / "workforce.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "gold.jsonl").write_text(gold_lines(ids[:12]), encoding="utf-8")
    settings = 'pool = "pool"\nworkforce = "workforce.yaml"\ngold = "own/gold"\n'
    (tmp_path / "datacoop.toml").write_text(settings, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def said(*arguments: str) -> Any:
        done = CliRunner().invoke(group, [*arguments, "--json"], catch_exceptions=False)
        assert done.exit_code == 0
        return json.loads(done.stdout)

    checked = said("annotator", "check", "workforce.yaml")
    status, standing = said("label", "status"), said("label", "gold", "standing", COLLECTION)
    assert checked["annotators"] == 5
    assert checked["languages"] == [{"language": "en", "annotators": 5, "hours a week": 50}]
    [found] = [one for one in status if one["collection"] == COLLECTION]
    assert found["open"] == [
        {
            "language": "en",
            "domain": "any",
            "records": 80,
            "votes": 240,
            "people": 5,
            "hours_a_week": 50,
        }
    ]
    assert standing == []
    with pytest.raises(SettingsError, match="operator_key is not set"):
        said("label", "gold", "add", COLLECTION, "gold.jsonl")


def test_a_workforce_file_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    pool, _ = labelled_pool(memory("pool", tmp_path))
    with pytest.raises(SettingsError, match="cannot read"):
        enter_workforce(pool, tmp_path / "none.yaml", OPERATOR, SECRET, created_utc=CREATED)


SETTLED = POLICY.replace("  workforce:", "  deciding: {asking: until_settled}\n  workforce:")
OPEN = SETTLED.replace("    qualification: 10\n", "")


def make_said(record: str, annotator: str, value: str, minute: int) -> Vote:
    return Vote(
        record_id=bytes.fromhex(record),
        annotator=annotator,
        question=QUESTION,
        value=value,
        round=1,
        annotation_id=minute,
        created_utc=f"2026-03-01T10:{minute:02}:00.000000Z",
        withdrawn=False,
    )


def enter_pause(pool: Pool, minute: int) -> None:
    paused = {HOSTILE: f"2026-03-01T10:{minute:02}:00.000000Z"}
    draft = Draft(kind="annotators_paused", body={"collection": COLLECTION, "paused": paused})
    pool.append(lambda _: draft, OPERATOR, created_utc=CREATED)


def asked(pool: Pool) -> dict[str, int]:
    found = {one.record_id.hex(): one.votes for one in current_demands(pool, documents(pool))}
    return {record: votes for record, votes in found.items() if votes != 2}


def label_values(pool: Pool, store: ObjectStore | None = None) -> dict[str, str]:
    return {one.record_id.hex(): one.value for one in current_labels(pool, documents(pool), store)}


def test_undecided_votes_of_the_paused_are_asked_again_and_labels_that_stood_stay(
    tmp_path: Path,
) -> None:
    store = memory("gold", tmp_path)
    pool, ids = labelled_pool(memory("pool", tmp_path), SETTLED)
    agreed, split, alone = ids[:3]
    others = list(PEOPLE)[1:]
    said = [
        *(make_said(agreed, name, "family", 1) for name in (HOSTILE, others[0])),
        *(make_said(split, name, value, 2) for name, value in zip(PEOPLE, AREAS, strict=False)),
        make_said(alone, HOSTILE, "criminal", 3),
    ]
    collect(pool, store, said)
    # Two who agree are enough, of two who differ a third is asked.
    assert asked(pool) == {agreed: 0, split: 1, alone: 1}
    assert label_values(pool) == {agreed: "family"}
    enter_pause(pool, 10)
    assert asked(pool) == {agreed: 0, split: 1}
    assert label_values(pool) == {agreed: "family"}
    later = [make_said(record, others[2], AREAS[1], 20) for record in (split, alone)]
    collect(pool, store, [*later, make_said(agreed, HOSTILE, "criminal", 21)])
    assert label_values(pool) == {agreed: "family", split: AREAS[1]}
    standing = current_labels(pool, documents(pool))
    assert HOSTILE not in {vote.annotator for one in standing[1:] for vote in one.votes}
    # The disputed one waits for nobody, the last one for one more.
    assert asked(pool) == {agreed: 0, split: 0, alone: 1}


def test_a_release_names_voters_by_language_and_where_five_voted_alone(tmp_path: Path) -> None:
    pool, ids = labelled_pool(memory("pool", tmp_path), OPEN)

    def named(people: Iterable[str]) -> set[str | None]:
        collect(pool, memory("gold", tmp_path), [make_said(ids[0], n, "family", 1) for n in people])
        [batch] = bytes_to_batches(label_table(pool, documents(pool)))
        [row] = batch.to_pylist()
        assert (row["label"], {vote["value"] for vote in row["votes"]}) == ("family", {"family"})
        return {vote["annotator"] for vote in row["votes"]}

    assert named(list(PEOPLE)[:4]) == {None}
    shown = named(PEOPLE)
    assert len(shown) == 5
    assert not shown & {None, *PEOPLE}
    withdraw_submission(pool, "meadow-1", STEWARDS["meadow"], created_utc=CREATED)
    [batch] = bytes_to_batches(label_table(pool, documents(pool)))
    assert batch.num_rows == 0


def test_agreement_and_exports_count_no_vote_that_fell_nor_on_what_was_withdrawn(
    tmp_path: Path,
) -> None:
    pool, ids = labelled_pool(memory("pool", tmp_path), OPEN)
    others = list(PEOPLE)[1:3]
    said = [
        make_said(record, name, AREAS[(number + (name == HOSTILE)) % 2], 1)
        for number, record in enumerate(ids[:6])
        for name in (HOSTILE, *others)
    ]
    before = enter_votes(pool, documents(pool), said, [], OPERATOR, created_utc=CREATED)
    assert before.alpha is not None
    assert before.alpha < 0.5
    enter_pause(pool, 0)
    assert {vote.annotator for vote in shown_votes(pool, documents(pool))} == {*others}
    more = [make_said(ids[7], others[0], AREAS[0], 2)]
    after = enter_votes(pool, documents(pool), more, [], OPERATOR, created_utc=CREATED)
    assert (after.alpha, after.votes_in_all) == (1.0, 19)
    withdraw_submission(pool, "meadow-1", STEWARDS["meadow"], created_utc=CREATED)
    assert shown_votes(pool, documents(pool)) == []


def test_who_is_resumed_is_asked_again_and_what_fell_stays_fallen(tmp_path: Path) -> None:
    store = memory("gold", tmp_path)
    pool, ids = labelled_pool(memory("pool", tmp_path), OPEN)
    collect(pool, store, [make_said(ids[0], HOSTILE, "criminal", 1)])

    def resume(resumed_utc: str) -> None:
        resume_annotator(
            *(pool, COLLECTION, HOSTILE, OPERATOR), resumed_utc=resumed_utc, created_utc=CREATED
        )

    with pytest.raises(RefusedError, match="no annotator"):
        resume(CREATED)
    enter_pause(pool, 10)
    assert asked(pool) == {}
    resume("2026-03-02T00:00:00Z")
    with pytest.raises(RefusedError, match="no annotator"):
        resume("2026-03-02T00:00:00Z")
    state = Pool(pool.store).state()
    assert state.paused == {COLLECTION: {}}
    assert [pause.annotator for pause in state.pauses(COLLECTION)] == [HOSTILE]
    assert asked(pool) == {}
    back = replace(make_said(ids[1], HOSTILE, "family", 1), created_utc="2026-03-02T08:00:00Z")
    collect(pool, store, [back])
    assert asked(pool) == {ids[1]: 1}
    queue = make_queue(pool, documents(pool), PEOPLE, store, gold_key(SECRET))
    given = []
    for name in PEOPLE:
        while (found := queue.next(name, 0)) is not None:
            given.append((name, found.hex()))
            queue.take(make_said(found.hex(), name, "family", 2), 0)
    assert HOSTILE in {name for name, _ in given}
    assert not {(HOSTILE, ids[0]), (HOSTILE, ids[1])} & {*given}
    # The first one lacks both votes that are asked, of the second one has stood.
    asked_now = Counter(record for _, record in given)
    assert (asked_now[ids[0]], asked_now[ids[1]]) == (2, 1)


def test_hidden_gold_weighs_the_annotators(tmp_path: Path) -> None:
    store = memory("gold", tmp_path)
    pool, ids = labelled_pool(
        memory("pool", tmp_path),
        POLICY.replace("workforce:", "deciding: {rule: weighted}\n  workforce:"),
    )
    fill_gold(pool, store, ids)
    careful, *careless = list(PEOPLE)[:3]
    said = [make_said(ids[79], careful, "family", 1)]
    said += [make_said(ids[79], name, "criminal", 1) for name in careless]
    for name in (careful, *careless):
        value = "family" if name == careful else "criminal"
        said += [make_said(record, name, value, 2) for record in ids[10:40]]
    collect(pool, store, said)
    assert label_values(pool) == {ids[79]: "criminal"}
    assert label_values(pool, store) == {ids[79]: "family"}
    [batch] = bytes_to_batches(label_table(pool, documents(pool), store))
    assert [row["label"] for row in batch.to_pylist()] == ["family"]


def test_the_command_lets_a_paused_annotator_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datacoop.cli.label_gold.operator_key", lambda _: OPERATOR)
    pool, _ = labelled_pool(open_store(str(tmp_path / "pool")), SETTLED)
    enter_pause(pool, 10)
    words = ["label", "gold", "resume", COLLECTION, HOSTILE, "--pool", str(tmp_path / "pool")]
    done = CliRunner().invoke(group, [*words, "--json"])
    assert json.loads(done.stdout) == {"collection": COLLECTION, "resumed": HOSTILE}
    assert Pool(pool.store).state().paused == {COLLECTION: {}}
    assert isinstance(CliRunner().invoke(group, words).exception, RefusedError)


def test_who_is_resumed_counts_from_the_time_that_label_studio_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datacoop.cli.label_gold.operator_key", lambda _: OPERATOR)
    monkeypatch.setenv("LABEL_STUDIO_TOKEN", "a token")
    monkeypatch.chdir(tmp_path)
    pool, _ = labelled_pool(open_store(str(tmp_path / "pool")), SETTLED)
    set_back = datetime(2026, 3, 1, 9, 59, tzinfo=UTC)
    ahead = datetime(2031, 1, 1, 12, 0, 7, tzinfo=UTC)
    with FaultProxy("http://127.0.0.1:9") as studio:
        (tmp_path / "datacoop.toml").write_text(
            f'pool = "pool"\n[label_studio]\nurl = "{studio.url}"\n', encoding="utf-8"
        )
        for moment in (ahead, set_back):
            studio.plan("GET", "/api/version", at_the_time(moment))
            enter_pause(pool, 10)
            done = CliRunner().invoke(group, ["label", "gold", "resume", COLLECTION, HOSTILE])
            assert done.exit_code == 0
    ends = [pause.resumed_utc for pause in Pool(pool.store).state().resumed[COLLECTION]]
    # A clock that was set back to before the pause cannot end it before it began.
    assert ends == ["2031-01-01T12:00:07.000000Z", "2026-03-01T10:10:00.000000Z"]


def tidy_lines(doubtful: Iterable[str], sure: Iterable[str] = (), label: str = "family") -> str:
    rows = [*((i, 0.5) for i in doubtful), *((i, 1.0) for i in sure)]
    return "record_id,question,label,score\n" + "".join(
        f"{record},{QUESTION},{label},{score}\n" for record, score in rows
    )


def test_what_a_model_is_uncertain_of_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, ids = labelled_pool(open_store(str(tmp_path / "pool")), OPEN)
    settings = 'pool = "pool"\ngold = "own/gold"\n'
    (tmp_path / "datacoop.toml").write_text(settings, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    store = open_store("own/gold")

    def add(text: str) -> Any:
        (tmp_path / "told.csv").write_text(text, encoding="utf-8")
        arguments = ["label", "predictions", COLLECTION, "told.csv", "--json"]
        done = CliRunner().invoke(group, arguments, catch_exceptions=False)
        return json.loads(done.stdout)

    def served() -> list[str]:
        # Made anew each time, as by a gateway that was started again.
        queue, found = make_queue(pool, documents(pool), PEOPLE, store, gold_key(SECRET)), []
        while (record_id := queue.next(HOSTILE, 0)) is not None:
            found.append(record_id.hex())
            queue.take(make_said(found[-1], HOSTILE, "family", 0), 0)
        return found

    assert served() == ids
    assert add(tidy_lines(ids[60:], ids[:40])) == {
        "collection": COLLECTION,
        "records": 60,
        "records_in_all": 60,
    }
    assert set(served()[:40]) == set(ids[40:]), "of which nothing is known waits no longer"
    assert served()[40:] == ids[:40]
    assert add(tidy_lines(ids[:2], ids[2:]))["records_in_all"] == 80
    assert served()[:2] == ids[:2]
    before = known_doubts(store, COLLECTION)
    with pytest.raises(RefusedError) as caught:
        add(tidy_lines([make_record_id(0).hex()] * 30))
    assert str(caught.value).splitlines()[0] == "the predictions have 30 faults:"
    assert str(caught.value).splitlines()[-2:] == [
        "  is no record that annotators may see @ row 20",
        "  and 10 more",
    ]
    assert known_doubts(store, COLLECTION) == before
    forget_predictions(store, COLLECTION, {bytes.fromhex(i) for i in ids[:5]})
    assert known_doubts(store, COLLECTION).keys() == {bytes.fromhex(i) for i in ids[5:]}
    assert not [key for key in pool.store.list() if "prediction" in key]
