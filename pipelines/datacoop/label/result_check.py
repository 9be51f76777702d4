"""Check what an annotator answered against the labelling configuration: one rule, in and out.

Label Studio stores whatever it is sent. The gateway checks an answer before it is stored, and
`answers.py` checks it again when it is read, because other doors may have been open.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

LARGEST_ITEMS = 1_000
"""The most answers and spans that one annotation may hold."""

LARGEST_TEXT = 10_000
"""The longest text, in characters, that an annotator may type into one field."""

LARGEST_NUMBER = 1e15

MALFORMED = "label.malformed"
UNKNOWN_QUESTION = "label.unknown_question"
UNKNOWN_VALUE = "label.unknown_value"
NO_ANSWER = "label.no_answer"
SEVERAL = "label.several_answers"
SPAN_OUTSIDE = "label.span_outside"
OUT_OF_RANGE = "label.out_of_range"
TOO_LARGE = "label.too_large"

_ID = re.compile(r"[\w\-#:.]{1,64}")
_ORIGINS = frozenset({"manual", "prediction", "prediction-changed"})
_SIDES = ("left", "right")
_STARS = 5
"""How many stars a rating has whose configuration does not say."""

_LABEL_TAGS = {"labels": "Label", "paragraphlabels": "Label", "choices": "Choice"}
"""The tags that offer values, by the type of their control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control tag of a labelling configuration: what it may be answered with."""

    name: str
    kind: str
    """The type that its answers carry, such as `choices`."""
    target: str
    """What `toName` says; two names with a comma between them for a comparison."""
    values: tuple[str, ...]
    at_most: int
    """How many of the values may be chosen at once; 0 where there is no bound."""
    low: float | None
    high: float | None
    """The bounds of a number or a rating; none where there is no bound."""
    per_region: bool
    """Whether it is answered for each span and not for the task."""
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One display tag: where its text comes from."""

    column: str
    text_key: str
    """The field of a turn that holds its text; empty where the column is the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """All that a labelling configuration asks, and what it asks it about."""

    controls: Mapping[str, Control]
    shown: Mapping[str, Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An answer made anew from the parts that are known, or the reason why it does not count."""

    items: tuple[dict[str, Any], ...]
    """Empty where there is a reason.

    Privacy: may hold text that an annotator typed or marked.
    """
    reason: str
    """A reason code; empty where all is well."""


class _RefusedError(Exception):
    """A part of an answer does not fit; carries the reason code."""


def parse_questions(root: Element) -> Questions:
    """Read what the tags of a `labeling.xml` ask."""
    tags = [tag for tag in root.iter() if tag.get("name")]
    return Questions(
        controls={tag.get("name", ""): _control(tag) for tag in tags if tag.get("toName")},
        shown={tag.get("name", ""): _shown(tag) for tag in tags if not tag.get("toName")},
    )


def check_result(
    result: object,
    questions: Questions,
    data: Mapping[str, Any] | None = None,
    *,
    complete: bool = True,
) -> Checked:
    """Check the `result` of an annotation or a draft, and make it anew.

    Only what is known is kept: what else an item carries is left out.

    Args:
        result: What was sent, as parsed from JSON.
        questions: What the labelling configuration asks.
        data: The task's payload, by column; without it no span is held against its text.
        complete: Whether every required question has to be answered; not so for a draft.
    """
    try:
        items = _checked(result, questions, data)
        if complete:
            _require_answers(items, questions)
    except _RefusedError as refused:
        return Checked(items=(), reason=str(refused))
    return Checked(items=tuple(items), reason="")


def _control(tag: Element) -> Control:
    kind = tag.tag.lower()
    offered = [t.get("alias", t.get("value", "")) for t in tag.iter(_LABEL_TAGS.get(kind, "-"))]
    single = kind == "choices" and tag.get("choice", "single").startswith("single")
    most = tag.get("maxUsages" if kind == "choices" else "maxSubmissions", "")
    per_region = tag.get("perRegion", "false").lower() == "true"
    hides = tag.get("visibleWhen") is not None or tag.get("whenTagName") is not None
    return Control(
        name=tag.get("name", ""),
        kind=kind,
        target=tag.get("toName", ""),
        values=tuple(offered),
        at_most=1 if single else int(most) if most.isdecimal() else 0,
        low=1.0 if kind == "rating" else _number(tag.get("min")),
        high=_number(tag.get("maxRating")) or _STARS
        if kind == "rating"
        else _number(tag.get("max")),
        per_region=per_region,
        # Whether a question that may be hidden was seen, the answer does not tell.
        required=tag.get("required", "false").lower() == "true" and not per_region and not hides,
    )


def _shown(tag: Element) -> Shown:
    is_turns = tag.tag == "Paragraphs"
    text_key = tag.get("textKey", "text") if is_turns else ""
    return Shown(column=tag.get("value", "").removeprefix("$"), text_key=text_key)


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _checked(
    result: object, questions: Questions, data: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    if not isinstance(result, list):
        raise _RefusedError(MALFORMED)
    if len(result) > LARGEST_ITEMS:
        raise _RefusedError(TOO_LARGE)
    items = [_item(item, questions, data) for item in result]
    answered = [item["from_name"] for item in items if _is_whole(questions, item)]
    if len(set(answered)) != len(answered):
        raise _RefusedError(SEVERAL)
    regions = {item.get("id") for item in items if item["type"] in _SPANS}
    for item in items:
        if questions.controls[item["from_name"]].per_region and item.get("id") not in regions:
            raise _RefusedError(MALFORMED)
    return items


def _is_whole(questions: Questions, item: Mapping[str, Any]) -> bool:
    """Say whether an item answers a question about the whole task, and so may be there once."""
    return item["type"] not in _SPANS and not questions.controls[item["from_name"]].per_region


def _item(item: object, questions: Questions, data: Mapping[str, Any] | None) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        raise _RefusedError(MALFORMED)
    name = item.get("from_name")
    control = questions.controls.get(name) if isinstance(name, str) else None
    if control is None:
        raise _RefusedError(UNKNOWN_QUESTION)
    value = item.get("value")
    # Scripts leave out whom an answer is about; where it is said it has to be right.
    about = item.get("to_name", control.target)
    # A comparison says that it is about itself, or names both that it compares.
    if isinstance(about, list) and all(isinstance(one, str) for one in about):
        about = ",".join(about)
    if about not in (control.name, control.target, *control.target.split(",")):
        raise _RefusedError(MALFORMED)
    if item.get("type") != control.kind:
        raise _RefusedError(MALFORMED)
    if not isinstance(value, Mapping):
        raise _RefusedError(MALFORMED)
    read = _READERS.get(control.kind)
    if read is None:
        raise _RefusedError(UNKNOWN_QUESTION)
    made: dict[str, Any] = {
        "from_name": control.name,
        "to_name": about,
        "type": control.kind,
        "value": read(value, control),
    }
    if control.kind in _SPANS:
        made["value"] |= _SPANS[control.kind](value, control, questions, data)
    if item.get("origin") in _ORIGINS:
        made["origin"] = item["origin"]
    if "id" in item:
        if not isinstance(item["id"], str) or not _ID.fullmatch(item["id"]):
            raise _RefusedError(MALFORMED)
        made["id"] = item["id"]
    return made


def _require_answers(items: Sequence[Mapping[str, Any]], questions: Questions) -> None:
    answered = {item["from_name"] for item in items}
    if any(
        control.required and name not in answered for name, control in questions.controls.items()
    ):
        raise _RefusedError(NO_ANSWER)


def _read_values(value: Mapping[str, Any], control: Control) -> dict[str, Any]:
    given = value.get(control.kind)
    if not isinstance(given, list):
        raise _RefusedError(MALFORMED)
    if not given:
        raise _RefusedError(NO_ANSWER)
    if not all(isinstance(one, str) for one in given):
        raise _RefusedError(MALFORMED)
    if control.at_most and len(given) > control.at_most:
        raise _RefusedError(SEVERAL)
    if len(set(given)) != len(given) or not set(given) <= set(control.values):
        raise _RefusedError(UNKNOWN_VALUE)
    return {control.kind: list(given)}


def _read_number(value: Mapping[str, Any], control: Control) -> dict[str, Any]:
    given = value.get(control.kind)
    if not isinstance(given, int | float) or isinstance(given, bool) or given != given:
        raise _RefusedError(MALFORMED)
    too_low = control.low is not None and given < control.low
    too_high = control.high is not None and given > control.high
    if too_low or too_high or abs(given) > LARGEST_NUMBER:
        raise _RefusedError(OUT_OF_RANGE)
    if control.kind == "rating" and given != int(given):
        raise _RefusedError(OUT_OF_RANGE)
    return {control.kind: given}


def _read_side(value: Mapping[str, Any], _: Control) -> dict[str, Any]:
    if value.get("selected") not in _SIDES:
        raise _RefusedError(UNKNOWN_VALUE)
    return {"selected": value["selected"]}


def _read_text(value: Mapping[str, Any], control: Control) -> dict[str, Any]:
    given = value.get("text")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _RefusedError(MALFORMED)
    if len(texts) > (control.at_most or LARGEST_ITEMS) or sum(map(len, texts)) > LARGEST_TEXT:
        raise _RefusedError(TOO_LARGE)
    return {"text": texts}


_READERS: Mapping[str, Callable[[Mapping[str, Any], Control], dict[str, Any]]] = {
    "choices": _read_values,
    "labels": _read_values,
    "number": _read_number,
    "pairwise": _read_side,
    "paragraphlabels": _read_values,
    "rating": _read_number,
    "textarea": _read_text,
}
"""What reads the value of an answer, by its type; other types are not taken."""


def _span_of_text(
    value: Mapping[str, Any],
    control: Control,
    questions: Questions,
    data: Mapping[str, Any] | None,
) -> dict[str, Any]:
    shown = questions.shown.get(control.target)
    text = None if data is None or shown is None else data.get(shown.column)
    start, end = value.get("start"), value.get("end")
    # Of a text Label Studio's page counts code points, as Python does, and not as browsers do.
    _check_span(start, end, len(text) if isinstance(text, str) else None)
    return {"start": start, "end": end} | _marked(value)


def _span_of_turns(
    value: Mapping[str, Any],
    control: Control,
    questions: Questions,
    data: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Read a span over turns: it may begin in one and end in a later one."""
    shown = questions.shown.get(control.target)
    turns = None if data is None or shown is None else data.get(shown.column)
    first, last = _turn(value.get("start")), _turn(value.get("end"))
    start, end = value.get("startOffset"), value.get("endOffset")
    if first > last or (isinstance(turns, list) and last >= len(turns)):
        raise _RefusedError(SPAN_OUTSIDE)
    if isinstance(turns, list) and shown is not None:
        _check_span(start, None, _units(turns[first].get(shown.text_key)))
        _check_span(0, end, _units(turns[last].get(shown.text_key)))
    if first == last:
        _check_span(start, end, None)
    made = {"start": str(first), "end": str(last), "startOffset": start, "endOffset": end}
    return made | _marked(value)


def _turn(given: object) -> int:
    text = str(given) if type(given) in (int, str) else ""
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise _RefusedError(MALFORMED)
    return int(text)


def _units(text: object) -> int:
    """Give the length as browsers count, which is never shorter than in code points."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(text, str) else 0


def _check_span(start: object, end: object, length: int | None) -> None:
    """Make sure that `[start, end)` holds something and lies in the text.

    Args:
        end: None for the end of the text.
        length: None where the text is not known.
    """
    last = length if end is None else end
    if type(start) is not int or (last is not None and type(last) is not int):
        raise _RefusedError(MALFORMED)
    if start < 0 or (isinstance(last, int) and start >= last):
        raise _RefusedError(SPAN_OUTSIDE)
    if length is not None and isinstance(last, int) and last > length:
        raise _RefusedError(SPAN_OUTSIDE)


def _marked(value: Mapping[str, Any]) -> dict[str, Any]:
    text = value.get("text")
    return {"text": text} if isinstance(text, str) and len(text) <= LARGEST_TEXT else {}


_SPANS = {"labels": _span_of_text, "paragraphlabels": _span_of_turns}
"""What reads the place of an answer that stands at a place, by its type."""
