"""The receipt of a submission: what became of every row, signed by the operator."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from datacoop.jobs.intake_results import RangeOutcome
from datacoop.pool.keys import PublicKey, SigningKey
from datacoop.pool.signing import Statement, open_statement, sign_statement
from datacoop.pool.state import PooledSubmission
from datacoop.records.collection import Collection
from datacoop.records.states import RowState
from datacoop.records.submission import Manifest

RECEIPT_TYPE = "urn:datacoop:receipt:v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The account of a submission: every row in exactly one state."""

    submission: str
    member: str
    collection: str
    outcome: str
    reasons: tuple[str, ...]
    """Why the submission as a whole is held or refused."""
    log_entry: int
    rows: int
    states: dict[str, int]
    """Rows by state; they add up to `rows`."""
    quarantine_reasons: dict[str, int]
    files: tuple[dict[str, int], ...]
    """For each file in order: `rows` and `quarantined`."""
    findings: dict[str, int]
    """Personal data found in accepted rows, by entity."""
    cleaned: dict[str, int]
    languages: dict[str, int]
    contract: str
    scrub_policy: str
    code_version: str
    quarantine: tuple[str, ...]
    """Keys of the quarantined rows in the landing store."""


def make_receipt(
    manifest: Manifest,
    collection: Collection,
    known: PooledSubmission,
    outcomes: Sequence[RangeOutcome],
    *,
    duplicates: int,
    code_version: str,
    quarantine: tuple[str, ...],
) -> Receipt:
    """Account for every row of a submission."""
    clean = sum(outcome.clean_rows for outcome in outcomes)
    held_back = sum(outcome.quarantined_rows for outcome in outcomes)
    sound: dict[RowState, int] = {
        "pass": {RowState.ACCEPTED: clean - duplicates, RowState.DUPLICATE: duplicates},
        "hold": {RowState.HELD: clean},
        "refuse": {RowState.REFUSED: clean},
    }[known.outcome]
    states = {**sound, RowState.QUARANTINED: held_back}
    return Receipt(
        submission=manifest.submission_id,
        member=manifest.member,
        collection=manifest.collection,
        outcome=known.outcome,
        reasons=known.reasons,
        log_entry=known.entry,
        rows=clean + held_back,
        states={state.value: count for state, count in sorted(states.items()) if count},
        quarantine_reasons=sum_counts(outcome.reasons for outcome in outcomes),
        files=tuple(_file_account(ordinal, outcomes) for ordinal in range(len(manifest.files))),
        findings=sum_counts(outcome.findings for outcome in outcomes),
        cleaned=sum_counts(outcome.cleaned for outcome in outcomes),
        languages=sum_counts(outcome.languages for outcome in outcomes),
        contract=collection.digest,
        scrub_policy=collection.scrub.id,
        code_version=code_version,
        quarantine=quarantine,
    )


def _file_account(ordinal: int, outcomes: Sequence[RangeOutcome]) -> dict[str, int]:
    mine = [outcome for outcome in outcomes if outcome.source_file == ordinal]
    held_back = sum(outcome.quarantined_rows for outcome in mine)
    return {
        "rows": sum(outcome.clean_rows for outcome in mine) + held_back,
        "quarantined": held_back,
    }


def sum_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add counts up by name, in order of the names."""
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))


def sign_receipt(receipt: Receipt, operator: SigningKey) -> bytes:
    """Give a receipt as it is kept: a statement that its operator signed."""
    plain = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(receipt).items()}
    statement = Statement(predicate_type=RECEIPT_TYPE, subjects=(), predicate=plain)
    return sign_statement(statement, operator)


def read_receipt(content: bytes, keys: dict[str, PublicKey]) -> Receipt:
    """Verify and read a receipt.

    Raises:
        IntegrityError: It is not one that a key of `keys` signed.
    """
    statement, _ = open_statement("receipt.dsse.json", content, keys)
    value: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in statement.predicate.items()
    }
    return Receipt(**value)
