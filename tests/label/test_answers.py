import inspect
import re
from dataclasses import replace
from typing import Any

import pytest
from ballots import QUESTION, VALUES, make_policy, make_record_id
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label import answers as answers_module
from datacoop.label.answers import Answer, Collected, read_answers
from datacoop.label.form import Form
from datacoop.label.votes import pseudonym

KEY = b"pseudonyms"
FORM = Form(
    controls={QUESTION: "choices", "remark": "textarea"},
    targets={QUESTION: "talk", "remark": "talk"},
    values={QUESTION: VALUES},
    columns=("turns",),
)


def choice(*values: Any, name: str = QUESTION) -> dict[str, Any]:
    return {"from_name": name, "type": "choices", "value": {"choices": list(values)}}


def answer(result: Any, **changes: Any) -> Answer:
    content = {
        "annotation_id": 5,
        "key": make_record_id(1).hex(),
        "user_id": 7,
        "result": result,
        "updated_utc": "2026-03-01T10:00:00.000000Z",
        "is_skipped": False,
    }
    return Answer(**(content | changes))


def read(*answers: Answer, kind: str = "choices") -> Collected:
    return read_answers(answers, FORM, make_policy(kind=kind), KEY)


def test_an_answer_becomes_a_vote() -> None:
    [vote] = read(answer([choice("soon")])).votes
    assert (vote.record_id, vote.value, vote.question) == (make_record_id(1), "soon", QUESTION)
    assert (vote.annotator, vote.annotation_id, vote.round) == (pseudonym(KEY, 7), 5, 1)
    assert not vote.withdrawn


def test_other_controls_of_the_form_may_be_answered_too() -> None:
    remark = {"from_name": "remark", "type": "textarea", "value": {"text": ["hard to say"]}}
    collected = read(answer([remark, choice("soon")]))
    assert [vote.value for vote in collected.votes] == ["soon"]
    assert "hard to say" not in repr(collected)


def test_a_rating_is_a_value() -> None:
    rating = {"from_name": "stars", "type": "rating", "value": {"rating": 4}}
    form = Form(controls={"stars": "rating"}, targets={}, values={}, columns=())
    policy = make_policy(kind="rating")
    policy = type(policy)(
        question="stars", kind="rating", values=("3", "4"), share_percent=100, votes=3
    )
    collected = read_answers([answer([rating])], form, policy, KEY)
    assert [vote.value for vote in collected.votes] == ["4"]


def test_a_skipped_task_is_a_withdrawn_vote() -> None:
    [vote] = read(answer([], is_skipped=True)).votes
    assert (vote.withdrawn, vote.value) == (True, "")


BOGUS: list[tuple[Any, str]] = [
    ([], "label.no_answer"),
    ([choice()], "label.no_answer"),
    ([choice("soon", "urgent")], "label.several_answers"),
    ([choice("soon"), choice("soon")], "label.several_answers"),
    ([choice("perhaps")], "label.unknown_value"),
    ([choice("soon", name="tone")], "label.unknown_question"),
    ([choice("soon"), choice("x", name="tone")], "label.unknown_question"),
    ([choice("soon") | {"type": "rating"}], "label.malformed"),
    ([choice("soon") | {"value": "soon"}], "label.malformed"),
    ([choice({"soon": 1})], "label.malformed"),
    ([choice(None)], "label.malformed"),
    (["soon"], "label.malformed"),
    ("soon", "label.malformed"),
    (None, "label.malformed"),
]


@pytest.mark.parametrize(("result", "reason"), BOGUS)
def test_a_bogus_answer_is_reported_and_does_not_count(result: Any, reason: str) -> None:
    collected = read(answer(result))
    assert collected.votes == ()
    assert [invalid.reason for invalid in collected.invalid] == [reason]


PARTS = replace(make_policy(kind="labels"), question="parts", values=("place", "time"))
PARTS_FORM = Form(controls={"parts": "labels"}, targets={"parts": "text"}, values={}, columns=())


def part(start: Any, end: Any, *labels: Any, kind: str = "labels") -> dict[str, Any]:
    return {"from_name": "parts", "type": kind, "value": {"start": start, "end": end, kind: labels}}


def read_parts(*items: dict[str, Any], length: int = 9) -> tuple[list[str], list[str]]:
    given = answer([i | {"value": i["value"] | {"labels": [*i["value"]["labels"]]}} for i in items])
    read = read_answers([given], PARTS_FORM, PARTS, KEY, lengths={given.key: length})
    return [vote.value for vote in read.votes], [bad.reason for bad in read.invalid]


def test_marked_spans_are_one_vote_whatever_their_order() -> None:
    one, other = part(0, 4, "place"), part(5, 9, "time", "place")
    assert read_parts(one, other) == read_parts(other, one)
    assert read_parts(one, other)[0] == ['[[0,4,"place"],[5,9,"place"],[5,9,"time"]]']


def test_that_nothing_is_marked_is_a_vote() -> None:
    assert read_parts() == (["[]"], [])


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (part(3, 3, "place"), "label.span_outside"),
        (part(5, 3, "place"), "label.span_outside"),
        (part(-1, 3, "place"), "label.span_outside"),
        (part(3, 10, "place"), "label.span_outside"),
        (part(0, 3), "label.unknown_value"),
        (part(0, 3, "person"), "label.unknown_value"),
        (part(0, 3, {}), "label.unknown_value"),
        (part("0", 3, "place"), "label.malformed"),
        (part(True, 3, "place"), "label.malformed"),
        (part(0, 3, "place") | {"type": "choices"}, "label.malformed"),
    ],
)
def test_a_bogus_span_costs_its_answer(item: dict[str, Any], reason: str) -> None:
    assert read_parts(part(0, 2, "time"), item) == ([], [reason])


def test_the_better_of_two_is_a_value() -> None:
    policy = replace(make_policy(kind="pairwise"), question="better", values=("left", "right"))
    form = Form(controls={"better": "pairwise"}, targets={}, values={}, columns=())
    chosen = {"from_name": "better", "type": "pairwise", "value": {"selected": "left"}}
    bogus = chosen | {"value": {"selected": "both"}}
    read = read_answers([answer([chosen]), answer([bogus])], form, policy, KEY)
    assert [vote.value for vote in read.votes] == ["left"]
    assert [bad.reason for bad in read.invalid] == ["label.unknown_value"]


def test_an_answer_to_a_foreign_task_is_reported_without_its_key() -> None:
    [invalid] = read(answer([choice("soon")], key="Jane Doe, ward 3")).invalid
    assert (invalid.reason, invalid.key) == ("label.unknown_record", "")


def test_an_answer_of_nobody_is_reported() -> None:
    [invalid] = read(answer([choice("soon")], user_id=None)).invalid
    assert (invalid.reason, invalid.annotator) == ("label.no_annotator", "")


def test_every_reason_of_the_code_is_given_to_some_answer() -> None:
    known = set(re.findall(r'"(label\.[a-z_]+)"', inspect.getsource(answers_module)))
    given = {reason for _, reason in BOGUS} | {"label.unknown_record", "label.no_annotator"}
    given |= {"label.span_outside"}
    assert given == known


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(VALUES),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["from_name", "type", "value", "choices", QUESTION]), inner
        )
    ),
    max_leaves=8,
)


@given(st.lists(anything, max_size=4))
def test_every_answer_is_a_vote_or_invalid_whatever_it_holds(results: list[Any]) -> None:
    answers = [answer(result, annotation_id=i) for i, result in enumerate(results)]
    collected = read(*answers)
    told = [v.annotation_id for v in collected.votes] + [i.annotation_id for i in collected.invalid]
    assert sorted(told) == list(range(len(results)))
    assert all(vote.value in VALUES for vote in collected.votes)
