from typing import Any

import payloads
import pytest

from datacoop.records.quarantine import REASONS
from datacoop.validate.expectations import parse_suites
from datacoop.validate.great_expectations import SuiteRunner
from datacoop.validate.verdict import (
    VERDICT_REASONS,
    Outcome,
    SubmissionMeasures,
    Verdict,
    judge,
)
from datacoop_schemas import collection_names

RUNNER = SuiteRunner(parse_suites(payloads.shipped("documents")).submission)


def verdict(**changes: int) -> Verdict:
    counts: dict[str, Any] = {"rows": 100, "quarantined": 3, "duplicates": 5, "languages": 2}
    return judge(SubmissionMeasures(**(counts | changes)), RUNNER)


def test_a_usual_submission_passes() -> None:
    assert verdict() == Verdict(outcome=Outcome.PASS, reasons=())


@pytest.mark.parametrize(
    ("changes", "outcome", "reasons"),
    [
        ({"quarantined": 50}, "pass", ()),
        ({"quarantined": 51}, "hold", ("verdict.too_many_quarantined",)),
        ({"quarantined": 0, "duplicates": 90}, "pass", ()),
        ({"quarantined": 0, "duplicates": 91}, "hold", ("verdict.too_many_duplicates",)),
        ({"rows": 2, "quarantined": 0, "duplicates": 0}, "hold", ("verdict.too_few_rows",)),
        (
            {"quarantined": 100, "duplicates": 0},
            "refuse",
            ("verdict.no_rows", "verdict.too_many_quarantined"),
        ),
        (
            {"rows": 0, "quarantined": 0, "duplicates": 0, "languages": 0},
            "refuse",
            ("verdict.no_rows", "verdict.too_few_rows"),
        ),
    ],
)
def test_counts_beyond_a_limit_hold_or_refuse(
    changes: dict[str, int], outcome: str, reasons: tuple[str, ...]
) -> None:
    assert verdict(**changes) == Verdict(outcome=Outcome(outcome), reasons=reasons)


def test_every_reason_of_a_verdict_is_given() -> None:
    counts = [{"quarantined": 100}, {"rows": 2}, {"quarantined": 0, "duplicates": 91}]
    given = {reason for changes in counts for reason in verdict(**changes).reasons}
    assert given == set(VERDICT_REASONS)


@pytest.mark.parametrize("name", collection_names())
def test_every_collection_refuses_a_submission_of_which_nothing_passed(name: str) -> None:
    runner = SuiteRunner(parse_suites(payloads.shipped(name)).submission)
    nothing = SubmissionMeasures(rows=40, quarantined=40, duplicates=0, languages=0)
    assert judge(nothing, runner).outcome is Outcome.REFUSE


def test_reason_codes_of_rows_and_of_verdicts_do_not_meet() -> None:
    assert not REASONS.keys() & VERDICT_REASONS.keys()
