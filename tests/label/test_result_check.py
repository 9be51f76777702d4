import copy
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.form import parse_form
from datacoop.label.result_check import LARGEST_ITEMS, LARGEST_TEXT, Checked, check_result

CONFIGURATION = """<View>
  <Text name="text" value="$text"/>
  <Text name="other" value="$other"/>
  <Paragraphs name="talk" value="$turns" layout="dialogue" nameKey="speaker" textKey="said"/>
  <Choices name="area" toName="text" choice="single" required="true">
    <Choice value="family"/><Choice value="Housing" alias="housing"/>
  </Choices>
  <Choices name="tags" toName="text" choice="multiple">
    <Choice value="a"/><Choice value="b"/><Choice value="c"/>
  </Choices>
  <Choices name="sure" toName="text" perRegion="true"><Choice value="yes"/></Choices>
  <Labels name="part" toName="text"><Label value="place"/><Label value="time"/></Labels>
  <ParagraphLabels name="turnpart" toName="talk"><Label value="ask"/></ParagraphLabels>
  <Rating name="clear" toName="text" maxRating="4"/>
  <Number name="count" toName="text" min="0" max="10"/>
  <Pairwise name="better" toName="text,other"/>
  <TextArea name="remark" toName="text" maxSubmissions="1"/>
  <Taxonomy name="tree" toName="text"><Choice value="x"/></Taxonomy>
</View>"""
QUESTIONS = parse_form(CONFIGURATION).questions
DATA = {
    "text": "\N{GRINNING FACE} in Paris",
    "other": "x",
    "turns": [{"speaker": "A", "said": "hello"}, {"speaker": "B", "said": "you"}],
}


def item(name: str, kind: str, value: Any, to: str = "text", **more: Any) -> dict[str, Any]:
    return {"from_name": name, "to_name": to, "type": kind, "value": value, **more}


def span(start: Any, end: Any, label: str = "place", **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": "Paris", "labels": [label]}
    return item("part", "labels", value, id="r1", **more)


def turns(start: Any, end: Any, first: Any = 0, last: Any = 1) -> dict[str, Any]:
    value = {"start": first, "end": last, "startOffset": start, "endOffset": end}
    return item("turnpart", "paragraphlabels", {**value, "paragraphlabels": ["ask"]}, "talk")


AREA = item("area", "choices", {"choices": ["housing"]})


def check(*items: Any, complete: bool = False) -> Checked:
    return check_result(list(items), QUESTIONS, DATA, complete=complete)


GOOD = [
    AREA,
    item("tags", "choices", {"choices": ["a", "c"]}),
    span(5, 10),
    span(0, 10),
    turns(0, 3),
    turns(1, 3, "1", "1"),
    item("clear", "rating", {"rating": 4}),
    item("count", "number", {"number": 2.5}),
    item("better", "pairwise", {"selected": "left"}, "text,other"),
    item("better", "pairwise", {"selected": "right"}, "other"),
    item("remark", "textarea", {"text": ["hm"]}),
]


@pytest.mark.parametrize("given", GOOD, ids=lambda given: given["from_name"])
def test_what_the_form_offers_is_taken(given: dict[str, Any]) -> None:
    checked = check(given)
    assert checked.reason == ""
    [made] = checked.items
    for name in ("from_name", "to_name", "type"):
        assert made[name] == given[name]
    assert check(*checked.items) == checked


BAD: list[tuple[Any, str]] = [
    ("text", "label.malformed"),
    ({**AREA, "type": "labels"}, "label.malformed"),
    ({**AREA, "to_name": "other"}, "label.malformed"),
    ({**AREA, "value": None}, "label.malformed"),
    ({**AREA, "id": "x" * 65}, "label.malformed"),
    ({**AREA, "id": "<b>"}, "label.malformed"),
    ({**AREA, "from_name": "no"}, "label.unknown_question"),
    ({**AREA, "from_name": ["area"]}, "label.unknown_question"),
    (item("tree", "taxonomy", {"taxonomy": [["x"]]}), "label.unknown_question"),
    ({"type": "relation", "from_id": "a", "to_id": "b"}, "label.unknown_question"),
    ({**AREA, "value": {"choices": []}}, "label.no_answer"),
    ({**AREA, "value": {"choices": ["family", "housing"]}}, "label.several_answers"),
    ({**AREA, "value": {"choices": ["Housing"]}}, "label.unknown_value"),
    ({**AREA, "value": {"choices": ["<script>"]}}, "label.unknown_value"),
    (item("tags", "choices", {"choices": ["a", "a"]}), "label.unknown_value"),
    (item("sure", "choices", {"choices": ["yes"]}, id="nowhere"), "label.malformed"),
    (span(5, 11), "label.span_outside"),
    (span(5, 5), "label.span_outside"),
    (span(6, 5), "label.span_outside"),
    (span(-1, 5), "label.span_outside"),
    (span(True, 5), "label.malformed"),
    (span("0", 5), "label.malformed"),
    (span(0, 1.5), "label.malformed"),
    (span(0, 5, "person"), "label.unknown_value"),
    (turns(0, 4), "label.span_outside"),
    (turns(6, 1), "label.span_outside"),
    (turns(0, 1, 1, 2), "label.span_outside"),
    (turns(0, 1, 1, 0), "label.span_outside"),
    (turns(2, 1, 1, 1), "label.span_outside"),
    (turns(0, 1, "/div", 1), "label.malformed"),
    (item("clear", "rating", {"rating": 5}), "label.out_of_range"),
    (item("clear", "rating", {"rating": 0}), "label.out_of_range"),
    (item("clear", "rating", {"rating": 1.5}), "label.out_of_range"),
    (item("clear", "rating", {"rating": float("nan")}), "label.malformed"),
    (item("clear", "rating", {"rating": float("inf")}), "label.out_of_range"),
    (item("clear", "rating", {"rating": True}), "label.malformed"),
    (item("count", "number", {"number": 11}), "label.out_of_range"),
    (item("count", "number", {"number": 10**400}), "label.out_of_range"),
    (item("better", "pairwise", {"selected": "both"}, "text,other"), "label.unknown_value"),
    (item("better", "pairwise", {"selected": ["left"]}, "text,other"), "label.unknown_value"),
    (item("remark", "textarea", {"text": ["x" * (LARGEST_TEXT + 1)]}), "label.too_large"),
    (item("remark", "textarea", {"text": ["a", "b"]}), "label.too_large"),
    (item("remark", "textarea", {"text": [1]}), "label.malformed"),
]


@pytest.mark.parametrize(("given", "reason"), BAD)
def test_what_the_form_does_not_offer_is_refused(given: Any, reason: str) -> None:
    assert check(given) == Checked(items=(), reason=reason)


def test_a_question_is_answered_once_and_spans_as_often_as_one_likes() -> None:
    assert check(AREA, AREA).reason == "label.several_answers"
    assert len(check(span(0, 5), span(5, 10)).items) == 2
    assert check(*[span(0, 5)] * (LARGEST_ITEMS + 1)).reason == "label.too_large"


def test_an_answer_for_each_span_needs_its_span() -> None:
    sure = item("sure", "choices", {"choices": ["yes"]}, id="r1")
    assert len(check(span(0, 5), sure).items) == 2


def test_a_required_question_is_asked_of_annotations_and_not_of_drafts() -> None:
    assert check(span(0, 5), complete=True).reason == "label.no_answer"
    assert check(span(0, 5)).reason == ""
    assert check(AREA, complete=True).reason == ""


def test_without_the_text_a_span_is_held_against_itself() -> None:
    assert check_result([span(5, 11)], QUESTIONS, complete=False).reason == ""
    assert check_result([span(5, 5)], QUESTIONS, complete=False).reason == "label.span_outside"


def test_what_is_not_known_is_left_out() -> None:
    odd = copy.deepcopy(AREA) | {"completed_by": 1, "score": 1, "origin": "forged", "meta": {}}
    odd["value"] |= {"start": 1, "html": "<img src=x>"}
    [made] = check(odd).items
    assert made == AREA


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["area", "part", "text", "choices", "labels", "family", "place", "r1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["from_name", "to_name", "type", "value", "choices", "labels", "start", "end", "id"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(anything)
def test_whatever_is_sent_is_taken_or_refused(result: Any) -> None:
    checked = check_result(result, QUESTIONS, DATA)
    assert bool(checked.reason) != bool(checked.items) or result == []
    # What is taken is JSON, and is taken again.
    assert check_result(json.loads(json.dumps(checked.items)), QUESTIONS, DATA, complete=False)


@given(
    st.sampled_from([given for given in GOOD if "id" not in given]),
    st.dictionaries(st.text(max_size=5), anything),
)
def test_what_is_added_to_a_good_answer_does_not_come_through(
    given: dict[str, Any], more: Mapping[str, Any]
) -> None:
    added = {name: value for name, value in more.items() if name not in {*given, "id", "origin"}}
    assert check({**added, **given}) == check(given)
