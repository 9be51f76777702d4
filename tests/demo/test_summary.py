"""The promises of a play: each one that breaks is told, by its own words."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from plays import make_play

from datacoop.demo.auditor import AuditRound
from datacoop.demo.labelling import GOLD_COLLECTION, Asked
from datacoop.demo.leaks import Leaks
from datacoop.demo.play import Outcome
from datacoop.demo.summary import broken_promises, counted_leaks, summary
from datacoop.jobs.collecting import Collected
from datacoop.jobs.receipt import Receipt
from datacoop.read.verify import Verified

NAME = "de-auental-small-1"
RECEIPT = Receipt(
    submission=NAME,
    member="de-auental",
    collection="classification",
    outcome="pass",
    reasons=(),
    log_entry=1,
    rows=100,
    states={"accepted": 97, "duplicate": 2, "quarantined": 1},
    quarantine_reasons={"ingest.bad_json": 1},
    files=({"rows": 100, "quarantined": 1},),
    findings={},
    cleaned={},
    languages={"de": 99},
    contract="",
    scrub_policy="",
    code_version="",
    quarantine=(),
)
VERIFIED = Verified(log_length=1, files=1, versions=1, rows=99, faults=(), unreferenced=())
LEAKS = Leaks(
    planted={"EMAIL_ADDRESS": 9, "KR_RRN": 5, "PERSON": 20},
    leaked={"EMAIL_ADDRESS": 0, "KR_RRN": 0, "PERSON": 2},
    places={"pool": 2},
)

ASKED = Asked(tasks=3, fixed_votes=9, gold_answers=4, paused=1)
UNASKED = AuditRound(was_refused_before=False, marks=1, barred=1, gold=1, languages=())


def outcome(**changes: Any) -> Outcome:
    """Give the outcome of a play in which every promise held, but for `changes`."""
    held: dict[str, Any] = {
        "receipts": {NAME: RECEIPT},
        "plays": (replace(make_play(b""), sound_rows=99, total_rows=100),),
        "counted": {NAME: 100},
        "sound_accepted": 99,
        "verified": VERIFIED,
        "leaks": LEAKS,
        "seconds": {"submit": 0.1},
    }
    return Outcome(**(held | changes))


def leaks(entity: str) -> Leaks:
    return replace(LEAKS, leaked=LEAKS.leaked | {entity: 1})


def test_where_every_promise_held_none_is_told() -> None:
    assert broken_promises(outcome(), strict_leaks=False) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"counted": {NAME: 101}}, f"rows are not conserved in {NAME}"),
        (
            {"receipts": {NAME: replace(RECEIPT, states={"accepted": 99})}},
            f"rows are not conserved in {NAME}",
        ),
        ({"receipts": {NAME: replace(RECEIPT, rows=99)}}, f"rows are not conserved in {NAME}"),
        ({"sound_accepted": 97}, "too many sound rows were held back"),
        ({"broken_accepted": 1}, "1 broken rows came through"),
        ({"leaks": None}, "leaks were not searched for"),
        ({"leaks": leaks("EMAIL_ADDRESS")}, "1 planted values of EMAIL_ADDRESS leaked"),
        ({"leaks": leaks("KR_RRN")}, "1 planted values of KR_RRN leaked"),
        ({"verified": None}, "the pool does not verify"),
        ({"verified": replace(VERIFIED, faults=(("k", "x"),))}, "the pool does not verify"),
        ({"nicknames_read": 1}, "a leak that auditors found is in 1 released rows"),
        ({"audit": UNASKED}, "a release was built before its leak audit"),
        (
            {"asked": {GOLD_COLLECTION: replace(ASKED, paused=0)}},
            "a careless annotator was not paused",
        ),
        ({"withdrawn_rows_in_next": 3}, "a withdrawn submission has rows in the next version"),
    ],
)
def test_a_broken_promise_is_told_and_no_other(changes: dict[str, Any], told: str) -> None:
    assert broken_promises(outcome(**changes), strict_leaks=False) == [told]


def test_nearly_all_sound_rows_are_enough() -> None:
    assert broken_promises(outcome(sound_accepted=98), strict_leaks=False) == []


def test_names_count_as_broken_only_when_asked_and_are_told_either_way() -> None:
    found = outcome()
    assert broken_promises(found, strict_leaks=True) == ["2 planted values of PERSON leaked"]
    assert counted_leaks(found) == "2 of 20 PERSON"
    assert counted_leaks(outcome(leaks=None)) == ""


def test_the_summary_is_plain_json_with_both_counts_and_every_state() -> None:
    collected = Collected(votes_new=6, votes_in_all=6, labels=2, invalid={}, alpha=0.5)
    found = summary(
        outcome(
            collected={"classification": collected},
            asked={"classification": ASKED},
            label_accuracy={"classification": (1, 2)},
        )
    )
    assert json.loads(json.dumps(found)) == found
    assert found["submissions"][NAME] == {
        "member": "de-auental",
        "collection": "classification",
        "outcome": "pass",
        "rows": 100,
        "rows_counted_independently": 100,
        "states": RECEIPT.states,
        "reasons": {"ingest.bad_json": 1},
    }
    assert found["sound_rows"] == {"sent": 99, "accepted": 99}
    assert found["leaks"]["PERSON"] == {"planted": 20, "leaked": 2}
    assert found["labels"]["classification"] == {
        "tasks": 3,
        "tasks_votes": 6,
        "fixed_votes": 9,
        "gold_answers": 4,
        "paused": 1,
        "labels": 2,
        "right": 1,
        "accuracy": 0.5,
        "krippendorff_alpha": 0.5,
        "annotators": "simulated",
    }
    assert found["verified"] is True


@pytest.mark.parametrize("make", [outcome, Outcome])
def test_a_play_that_stopped_early_has_a_summary_too(make: Callable[[], Outcome]) -> None:
    found = summary(make())
    assert found["labels"] == {}
    assert found["peak_memory_bytes"] > 1 << 20
