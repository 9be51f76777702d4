"""Write docs/reason-codes.md from the reason codes in the code: run it after a change to them."""

from collections.abc import Mapping
from pathlib import Path

from datacoop.records.quarantine import REASONS, Reason
from datacoop.validate.verdict import VERDICT_REASONS

TARGET = Path(__file__).with_name("reason-codes.md")

LABEL_REASONS: dict[str, Reason] = {
    "label.malformed": Reason(
        "The answer is not of the kind that the form asks for.",
        "Answer again in the form; report it if it was answered there.",
    ),
    "label.no_annotator": Reason(
        "Label Studio names nobody as the author of the answer.",
        "Answer with an account of your own; imported answers do not count.",
    ),
    "label.no_answer": Reason(
        "The question of the collection was left open.",
        "Choose an answer, or skip the task.",
    ),
    "label.no_reason": Reason(
        "An expert decided and did not say why.",
        "Write the reason in a sentence, without copying from the text.",
    ),
    "label.not_cleared": Reason(
        "In a leak audit somebody who is not cleared for it said that nothing is left.",
        "Add the user to `auditors` in datacoop.toml, or let somebody cleared read the row.",
    ),
    "label.out_of_range": Reason(
        "A rating or a number lies outside what the form allows.",
        "Give one within the bounds that the form shows.",
    ),
    "label.several_answers": Reason(
        "More than one answer was given to the question.",
        "Choose the one that fits best.",
    ),
    "label.span_outside": Reason(
        "A marked part is empty or goes beyond the text.",
        "Mark it again; load the page anew if the text changed meanwhile.",
    ),
    "label.too_large": Reason(
        "The answer has more parts or more typed text than is taken.",
        "Shorten it, or split it over several answers where the form lets you.",
    ),
    "label.unknown_question": Reason(
        "The answer is to a question that the form does not ask.",
        "Ask the operator whether the project's form was changed by hand.",
    ),
    "label.unknown_record": Reason(
        "The task does not name a record of the pool.",
        "Ask the operator who made the task; only `datacoop label route` makes tasks.",
    ),
    "label.unknown_value": Reason(
        "The value is not one of those that the collection lists.",
        "Choose a listed value; `datacoop collection show` prints them.",
    ),
}
"""Why an answer does not count: codes of `label/{answers,experts,audit_marks,result_check}.py`."""

INTRODUCTION = """\
# Reason codes

A reason code says why something was held back: the room, a dot, a few words. It holds no text of a
record. A code is never given another meaning.

This page is made by `docs/make_reason_codes.py`; do not edit it by hand.
"""

ROWS = """
## Rows

They stand in the receipt and in the column `quarantine_reason`. The row lies in the member's
landing store. To bring it in, mend it and resubmit: `datacoop submission new … --supersedes ID`.
"""

SUBMISSIONS = """
## Submissions

They stand in the receipt and in the log where the verdict is *hold* or *refuse*. Which rule gives
which verdict is said in the collection's `expectations.json`.
"""

ANSWERS = """
## Answers

`datacoop label collect` counts them. Such an answer is no vote; the task waits for another one.
"""


def page() -> str:
    """Give the whole page."""
    parts = [INTRODUCTION, ROWS, table(REASONS), SUBMISSIONS, table(VERDICT_REASONS)]
    return "".join([*parts, ANSWERS, table(LABEL_REASONS)])


def table(reasons: Mapping[str, Reason]) -> str:
    """Give a table of codes, sorted, with meaning and advice."""
    rows = [f"| `{code}` | {r.meaning} | {r.advice} |" for code, r in sorted(reasons.items())]
    return "\n".join(["", "| Code | Meaning | What to do |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
