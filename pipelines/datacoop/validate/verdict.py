"""The verdict on a submission as a whole: pass, hold or refuse, with reason codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import pyarrow as pa

from datacoop.records.quarantine import Reason

VERDICT_REASONS: dict[str, Reason] = {
    "verdict.no_rows": Reason(
        "No row of the submission passed.",
        "Read the reasons of the quarantined rows in the receipt, mend them and resubmit.",
    ),
    "verdict.too_few_rows": Reason(
        "The submission has fewer rows than the collection takes.",
        "Send more rows in one submission, under a new id.",
    ),
    "verdict.too_many_duplicates": Reason(
        "Nearly all rows stand in the pool already.",
        "Look whether the same export was sent before; send only what is new, under a new id.",
    ),
    "verdict.too_many_quarantined": Reason(
        "More of the rows were quarantined than the collection allows.",
        "Often one cause hits every row, such as a wrong column mapping: mend it and resubmit.",
    ),
}
"""Every reason for which a submission is held or refused."""


class Outcome(StrEnum):
    """What happens to a submission."""

    PASS = "pass"  # noqa: S105  # an outcome, no password
    HOLD = "hold"
    """It waits for a person's decision; its clean rows stay in the landing store."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome, and the reason codes of all that speaks against the submission."""

    outcome: Outcome
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionMeasures:
    """What is counted of a submission before it is judged."""

    rows: int
    quarantined: int
    duplicates: int
    """Rows that passed, and whose masked text stands in the pool or earlier in the submission."""
    languages: int
    """How many languages the rows that passed are in."""

    def values(self) -> dict[str, int | float]:
        """Give the measures by name: `SUBMISSION_MEASURES`."""
        passed = self.rows - self.quarantined
        return {
            "rows": self.rows,
            "passed_rows": passed,
            "quarantined_share": self.quarantined / max(self.rows, 1),
            "duplicates_share": self.duplicates / max(passed, 1),
            "languages": self.languages,
        }


SUBMISSION_MEASURES = frozenset(
    SubmissionMeasures(rows=0, quarantined=0, duplicates=0, languages=0).values()
)
"""The measures that a suite may judge a submission by."""


class SubmissionJudge(Protocol):
    """What runs the suite about submissions."""

    def failed(self, measures: pa.RecordBatch) -> list[Mapping[str, str]]:
        """Give `verdict` and `reason` of each expectation that fails, in suite order."""


def judge(measures: SubmissionMeasures, runner: SubmissionJudge) -> Verdict:
    """Judge a submission: one rule that refuses outweighs all that hold."""
    failed = runner.failed(pa.record_batch({k: [v] for k, v in measures.values().items()}))
    verdicts = {meta["verdict"] for meta in failed}
    outcome = next((o for o in (Outcome.REFUSE, Outcome.HOLD) if o in verdicts), Outcome.PASS)
    return Verdict(outcome=outcome, reasons=tuple(dict.fromkeys(m["reason"] for m in failed)))
