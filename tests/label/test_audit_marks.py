"""What auditors' answers become: nothing that cannot be read says that a row is clean."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.answers import Answer
from datacoop.label.audit_marks import (
    Mark,
    ReadMarks,
    Span,
    Verdict,
    agreed_spans,
    kinds_of,
    marks_from_batch,
    marks_to_batch,
    read_marks,
    standing_marks,
    verdicts,
)
from datacoop.label.audit_text import ValueSearch, audit_text, shown_texts, text_ranges
from datacoop.label.leak_gold import gold_lines
from datacoop.scrub.gold import read_gold
from datacoop.scrub.name_gold import read_examples
from datacoop_schemas import read_text

KEY = "ab" * 32
TEXT = "Then 🙂 Zorbo\ncame in"
KINDS = kinds_of(read_text("leak_audit/labeling.xml"))
CLEARED = 3
CLEAN = {
    "from_name": "nothing",
    "to_name": "text",
    "type": "choices",
    "value": {"choices": ["nothing_left"]},
}


def marked(start: Any, end: Any, quoted: Any = None, label: Any = "PERSON") -> dict[str, Any]:
    value = {"start": start, "end": end, "labels": [label]}
    if quoted is not None:
        value["text"] = quoted
    return {"from_name": "leak", "to_name": "text", "type": "labels", "value": value}


def answer(
    result: Any, user: int | None = CLEARED, key: str = KEY, *, skipped: bool = False
) -> Answer:
    return Answer(
        annotation_id=1,
        key=key,
        user_id=user,
        result=result,
        updated_utc="2026-03-01T10:00:00.000000Z",
        is_skipped=skipped,
    )


def read(*answers: Answer) -> ReadMarks:
    return read_marks(answers, {KEY: TEXT}, KINDS, frozenset({CLEARED}), b"secret")


def only(given: Answer) -> Mark:
    (mark,) = read(given).marks
    return mark


def test_the_configuration_offers_kinds_that_the_models_know() -> None:
    assert {"PERSON", "LOCATION", "ORGANIZATION", "NRP"} < KINDS


def test_nothing_left_by_somebody_cleared_says_clean() -> None:
    assert not only(answer([CLEAN])).is_leak


def test_nothing_left_by_somebody_else_does_not_count_and_a_leak_does() -> None:
    found = read(answer([CLEAN], user=4))
    assert [invalid.reason for invalid in found.invalid] == ["label.not_cleared"]
    assert found.marks == ()
    assert only(answer([marked(7, 12)], user=4)).is_leak


def test_a_task_that_was_not_sent_is_no_row() -> None:
    assert read(answer([CLEAN], key="cd" * 32)).invalid[0].reason == "label.unknown_record"
    assert read(answer([CLEAN], key="<b>")).invalid[0].key == ""


@pytest.mark.parametrize(
    "result",
    [
        None, [], "no", [None], [{}], [CLEAN, CLEAN], [CLEAN, marked(7, 12)],
        [{**CLEAN, "value": {"choices": ["everything"]}}], [{**CLEAN, "from_name": "leak"}],
        [marked(7, 99)], [marked(12, 7)], [marked(-1, 4)], [marked("7", 12)], [marked(True, 12)],
        [marked(7, 12, label="SECRET")], [marked(7, 12, "Torbo")], [{"from_name": "leak"}],
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_leak_so_that_a_person_looks(result: Any) -> None:
    assert only(answer(result)).is_leak


def test_places_are_read_in_characters_and_in_a_browsers_units() -> None:
    assert TEXT[7:12] == "Zorbo"
    for mark in (marked(7, 12), marked(7, 12, "Zorbo"), marked(8, 13, "Zorbo")):
        assert only(answer([mark])).spans == (Span(7, 12, "PERSON"),)
    assert only(answer([marked(8, 18, "Zorbo\\ncame")])).spans == (Span(7, 17, "PERSON"),)


def test_a_skipped_task_is_no_mark() -> None:
    found = only(answer([], skipped=True))
    assert found.withdrawn
    assert not found.is_leak
    assert standing_marks([found]) == {}


def make_mark(annotator: str, *spans: Span, minute: int = 0, leak: bool = True) -> Mark:
    return Mark(
        record_id=bytes.fromhex(KEY),
        annotator=annotator,
        is_leak=leak,
        kinds=tuple(sorted({span.kind for span in spans})),
        annotation_id=1,
        created_utc=f"2026-03-01T10:{minute:02}:00.000000Z",
        withdrawn=False,
        spans=spans,
    )


def test_of_one_auditor_the_latest_mark_counts_in_any_order() -> None:
    facts = [make_mark("a", minute=1), make_mark("a", minute=2, leak=False), make_mark("b")]
    for order in (facts, facts[::-1]):
        standing = standing_marks(order)[bytes.fromhex(KEY)]
        assert [(mark.annotator, mark.is_leak) for mark in standing] == [("a", False), ("b", True)]


def test_two_agree_where_their_places_meet_and_one_alone_never_does() -> None:
    name, more, other = Span(5, 9, "PERSON"), Span(8, 20, "OTHER"), Span(30, 34, "PERSON")
    touching = Span(9, 12, "PERSON")
    assert agreed_spans([make_mark("a", name, other), make_mark("b", more)]) == (name, more)
    assert agreed_spans([make_mark("a", name), make_mark("b", touching)]) == ()
    assert agreed_spans([make_mark("a", name, more)]) == ()


def test_marks_are_kept_without_places_and_values() -> None:
    mark = make_mark("a", Span(7, 12, "PERSON"))
    batch = marks_to_batch([mark])
    assert marks_from_batch(batch) == [mark]
    assert marks_from_batch(batch)[0].spans == ()
    assert not {"start", "end", "text", "spans"} & set(batch.schema.names)


def test_a_barred_row_is_no_clean_one_whatever_was_said_of_it() -> None:
    a, b, c, d = (bytes([n]) * 32 for n in range(4))
    marks = {a: ["said"], b: ["said"], c: ["said"]}
    found = verdicts([a, b, c, d], marks, leaking={a}, held={b})
    assert list(found.values()) == [Verdict.LEAK, Verdict.HELD, Verdict.CLEAN, Verdict.OPEN]


PAYLOAD = {
    "title": None,
    "turns": [{"speaker": "A", "text": "I am Zorbo"}, {"speaker": None, "text": "Hello"}],
    "age": 7,
}


def test_an_auditor_sees_every_value_and_its_column() -> None:
    text = audit_text(PAYLOAD)
    assert text == "[turns]\nA: I am Zorbo\n: Hello\n\n[age]\n7\n\n"
    for name, (low, high) in text_ranges(PAYLOAD).items():
        assert text[low:high] == shown_texts(PAYLOAD)[name]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("call ZORBO now", True), ("Zorbo", True), ("(Ｚｏｒｂｏ)", True), ("Zorbos", False),
        ("eZorbo", False), ("Zorbos and Zorbo", True), ("Zorbo는 왔다", True), ("Zor bo", False),
        ("Jean\n  Zorbec", True), ("", False),
    ],
)  # fmt: skip
def test_a_value_is_found_however_it_is_written_and_not_within_a_word(
    text: str, found: bool
) -> None:
    assert ValueSearch(["Zorbo", "jean zorbec"]).finds(text) is found


@given(st.text(max_size=40))
def test_a_single_letter_is_not_looked_for(text: str) -> None:
    assert not ValueSearch(["a", "", "...", "7"]).finds(text)


def test_gold_is_what_evaluate_and_train_read(tmp_path: Any) -> None:
    text = audit_text(PAYLOAD)
    start = text.index("Zorbo")
    spans = [Span(start, start + 5, "PERSON")]
    lines = gold_lines(bytes.fromhex(KEY), "en", PAYLOAD, spans)
    assert len(lines.splitlines()) == 1
    path = tmp_path / "gold.jsonl"
    path.write_text(lines, encoding="utf-8")
    (row,) = read_gold(path)
    assert row.text[row.spans[0].start : row.spans[0].end] == "Zorbo"
    assert row.spans[0].kind == "DIRECT"
    (example,) = read_examples(path, "en")
    assert [example.text[low:high] for low, high in example.people] == ["Zorbo"]
    assert json.loads(lines)["id"].startswith(f"leak-{KEY}")
