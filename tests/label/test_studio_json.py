"""Label Studio's JSON: read from what a real Label Studio exported, written, read again."""

import copy
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pyarrow.csv
import pyarrow.parquet
import pytest
from ballots import make_policy, make_vote
from hypothesis import given
from hypothesis import strategies as st
from routing import make_annotator
from studio_export import ANSWERS, CONFIGURATION, TEXTS, make_export

from datacoop.demo.accounts import Account
from datacoop.demo.label_studio_server import LabelStudioServer
from datacoop.errors import SettingsError
from datacoop.label.answers import Collected, read_answers, read_result
from datacoop.label.form import parse_form
from datacoop.label.kinds import Ballots, ballots_of
from datacoop.label.label_studio import LabelStudio
from datacoop.label.routing import Task
from datacoop.label.spans import Marked, spans_to_value
from datacoop.label.studio_json import read_export, result_of, write_export
from datacoop.label.tidy import TIDY_SCHEMA, tidy_table, write_tidy
from datacoop.label.votes import pseudonym
from datacoop.records.policies import LabellingPolicy

EXPORTED = Path(__file__).with_name("data") / "label-studio-1.23.2.json"
"""What Label Studio gave `studio_export.make_export`."""

FORM = parse_form(CONFIGURATION)
KEY = b"pseudonyms"
TASKS = [
    Task(record_id=bytes.fromhex(f"{number:064x}"), payload={"text_a": a, "text_b": b})
    for number, (a, b) in enumerate(TEXTS)
]
LENGTHS = {task.key: len(task.payload["text_a"]) for task in TASKS}


def policy_for(question: str) -> LabellingPolicy:
    kind = FORM.controls[question]
    return replace(make_policy(kind=kind), question=question, values=FORM.values[question])


POLICIES = {question: policy_for(question) for question in FORM.controls}
each_question = pytest.mark.parametrize("question", sorted(POLICIES))


def exported() -> Any:
    return json.loads(EXPORTED.read_text(encoding="utf-8"))


def read(content: Any, question: str, source: str | None = "partner") -> Collected:
    answers = read_export(content, source)
    return read_answers(answers, FORM, POLICIES[question], KEY, lengths=LENGTHS)


def counted(content: Any, question: str, source: str | None = "partner") -> Ballots:
    return ballots_of(read(content, question, source).votes, POLICIES[question])


def given_to(question: str) -> list[tuple[int, str]]:
    """Give task and value of each answer, as they were sent to Label Studio."""
    place = {"relation": 2, "likeness": 3, "parts": 4, "clearer": 5}[question]
    values = [(answer[0], answer[place]) for answer in ANSWERS]
    return sorted(
        (task, spans_to_value(Marked(*v) for v in value) if question == "parts" else str(value))
        for task, value in values
    )


def told(ballots: Ballots) -> list[tuple[int, str]]:
    return sorted((int(i.hex(), 16), v.value) for i, ballot in ballots.items() for v in ballot)


@each_question
def test_every_kind_of_answer_is_read_from_a_real_export(question: str) -> None:
    assert read(exported(), question).invalid == ()
    assert told(counted(exported(), question)) == given_to(question)


@each_question
def test_what_is_written_is_read_back_as_the_same_votes(question: str) -> None:
    before = counted(exported(), question)
    written = json.loads(json.dumps(write_export(TASKS, before, FORM, POLICIES[question])))
    after = counted(written, question, source=None)
    assert after == before
    assert write_export(TASKS, after, FORM, POLICIES[question]) == written


def test_users_of_two_label_studios_are_two_people() -> None:
    ours = {vote.annotator for vote in read(exported(), "relation").votes}
    theirs = {vote.annotator for vote in read(exported(), "relation", "another").votes}
    assert len(ours) == len(theirs) == 3
    assert not ours & theirs
    assert pseudonym(KEY, "partner/2") in ours
    assert pseudonym(KEY, 2) not in ours


def test_nobody_elsewhere_speaks_under_a_pseudonym_of_the_pool() -> None:
    before = counted(exported(), "relation")
    written = write_export(TASKS, before, FORM, POLICIES["relation"])
    ours = {vote.annotator for ballot in before.values() for vote in ballot}
    theirs = {vote.annotator for vote in read(written, "relation", "another").votes}
    assert len(theirs) == len(ours)
    assert not ours & theirs


def test_an_export_names_nobody_but_by_pseudonym() -> None:
    text = json.dumps(
        write_export(TASKS, counted(exported(), "relation"), FORM, POLICIES["relation"])
    )
    assert "completed_by" not in text
    assert pseudonym(KEY, "partner/2") in text


@pytest.mark.parametrize("content", [{}, "tasks", [1], None, [[]]])
def test_what_is_no_export_is_refused(content: Any) -> None:
    with pytest.raises(SettingsError, match="no Label Studio export"):
        read_export(content, "partner")


def changed(path: list[Any], value: Any) -> Any:
    content = copy.deepcopy(exported())
    place = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ([0, "data"], None, "label.unknown_record"),
        ([0, "data", "pool_uid"], "a name", "label.unknown_record"),
        ([0, "annotations", 0, "completed_by"], None, "label.no_annotator"),
        ([0, "annotations", 0, "completed_by"], "a@example.org", "label.no_annotator"),
        ([0, "annotations", 0, "result"], "soon", "label.malformed"),
        ([0, "annotations", 0, "result", 0, "value", "choices"], ["x"], "label.unknown_value"),
    ],
)
def test_an_export_that_was_tampered_with_costs_the_answers_concerned(
    path: list[Any], value: Any, reason: str
) -> None:
    found = read(changed(path, value), "relation")
    assert {bad.reason for bad in found.invalid} == {reason}
    assert len(found.votes) + len(found.invalid) == 6


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["data", "annotations", "result", "id", "completed_by", "updated_at"]
                ),
                inner,
            )
        ),
        max_leaves=10,
    )
)
def test_any_json_is_read_or_refused(content: Any) -> None:
    try:
        answers = read_export(content, "partner")
    except SettingsError:
        return
    found = read_answers(answers, FORM, POLICIES["relation"], KEY)
    assert len(found.votes) + len(found.invalid) == len(answers)


@each_question
def test_a_value_written_as_a_result_is_read_as_that_value(question: str) -> None:
    policy = POLICIES[question]
    values = policy.values if question != "parts" else ("[]", '[[0,3,"place"],[1,4,"time"]]')
    for value in values:
        assert read_result(result_of(value, FORM, policy), FORM, policy) == (value, "")


def test_a_tidy_table_has_a_row_a_vote(tmp_path: Path) -> None:
    ballots = counted(exported(), "relation")
    table = tidy_table(ballots)
    assert table.schema == TIDY_SCHEMA
    assert table.num_rows == len(ANSWERS)
    write_tidy(table, tmp_path / "votes.csv")
    write_tidy(table, tmp_path / "votes.parquet")
    back = pyarrow.csv.read_csv(tmp_path / "votes.csv")
    assert back.column_names == ["item", "annotator", "label", "time"]
    assert back["label"].to_pylist() == table["label"].to_pylist()
    assert pyarrow.parquet.read_table(tmp_path / "votes.parquet").equals(table)
    with pytest.raises(SettingsError, match="no known form"):
        write_tidy(table, tmp_path / "votes.xls")


def test_what_a_tidy_table_tells_of_annotators_is_shared_by_five() -> None:
    names = [f"{number:016x}" for number in range(11)]
    # Five of summit, five of meadow of whom one speaks better, and one whom nobody knows.
    people = {
        name: make_annotator(
            name,
            member="summit" if number < 5 else "meadow",
            languages={"en": "C2" if number == 9 else "C1"},
        )
        for number, name in enumerate(names[:10])
    }
    ballots = {bytes(32): tuple(make_vote(annotator=name) for name in names)}
    languages = {bytes(32): "en"}
    table = tidy_table(ballots, ("member", "level"), people, languages)
    told = Counter(zip(table["member"].to_pylist(), table["level"].to_pylist(), strict=True))
    # To show either of the members would leave five and one, so the other goes with the one.
    assert told == {("summit", "C1"): 5, (None, None): 6}
    assert tidy_table(ballots, ("member",), {}, languages)["member"].null_count == 11
    alone = {bytes(32): ballots[bytes(32)][:4]}
    assert tidy_table(alone, ("country",), people, languages)["country"].null_count == 4


@pytest.mark.integration
@pytest.mark.timeout(300)
def test_a_label_studio_gives_what_is_kept_and_takes_what_is_written(
    server: LabelStudioServer, accounts: list[Account], studio: LabelStudio
) -> None:
    project = studio.ensure_project("export", "Export", CONFIGURATION, "Read this.", 3)
    fresh = make_export(server, accounts, project)
    for question in POLICIES:
        assert told(counted(fresh, question)) == told(counted(exported(), question))
    written = write_export(TASKS, counted(fresh, "parts"), FORM, POLICIES["parts"])
    other = studio.ensure_project("import", "Import", CONFIGURATION, "Read this.", 3)
    headers = {"Authorization": f"Token {server.token}"}
    url = f"{server.url}/api/projects/{other}"
    sent = httpx.post(f"{url}/import", json=written, headers=headers, timeout=60)
    sent.raise_for_status()
    back = httpx.get(f"{url}/export?exportType=JSON", headers=headers, timeout=60).json()
    answers = read_export(back, "partner")
    results = [read_result(a.result, FORM, POLICIES["parts"]) for a in answers]
    assert sorted(results) == sorted((value, "") for _, value in given_to("parts"))
