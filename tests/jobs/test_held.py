"""A submission that intake holds: an operator decides it, once, with a reason. Quotas."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plays import (
    CODE_VERSION,
    CREATED,
    Stage,
    make_play,
    make_stage,
    many_lines,
    quiet,
    write_settings,
)

from datacoop.cli.main import datacoop
from datacoop.errors import IntegrityError, RefusedError, SettingsError
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.jobs.receipt import Receipt
from datacoop.jobs.withdrawal import withdraw_submission
from datacoop.pool.landing import Landing
from datacoop.pool.log import Draft
from datacoop.records.quotas import Quota, parse_quotas
from datacoop.settings import load_settings

MEMBER = "de-auental"
FEW = b"".join(many_lines(20).splitlines(keepends=True)[:2])
"""Too few rows to pass."""
SMALL = make_play(FEW, submission_id=f"{MEMBER}-few-1")
WHOLE = make_play(many_lines(20), submission_id=f"{MEMBER}-whole-1")


def job(stage: Stage, submission: str, quota: Quota | None = None) -> Intake:
    options = IntakeOptions(code_version=CODE_VERSION, quota=quota or Quota())
    return Intake(stage.pool, stage.landing(MEMBER), submission, stage.keys.operator, options)


def decide(stage: Stage, outcome: str, submission: str = SMALL.submission_id) -> Receipt:
    how = {"created_utc": CREATED, "progress": quiet}
    return job(stage, submission).decide(outcome, "a pilot", **how)  # type: ignore[arg-type]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = make_stage(tmp_path)
    made.submit(SMALL)
    assert made.intake(SMALL).outcome == "hold"
    return made


def test_a_held_submission_that_passes_is_in_the_pool_with_its_rows(stage: Stage) -> None:
    length = len(stage.log())
    receipt = decide(stage, "pass")
    assert receipt.outcome == "pass"
    assert receipt.states == {"accepted": 2}
    assert receipt.reasons == ("verdict.too_few_rows",)
    assert stage.records(SMALL.submission_id).num_rows == 2
    known = stage.pool.require().submissions[SMALL.submission_id]
    assert (known.entry, known.rows, known.decided_reason) == (length, 2, "a pilot")
    assert decide(stage, "pass") == receipt
    assert len(stage.log()) == length + 1
    with pytest.raises(RefusedError, match="not held"):
        decide(stage, "refuse")


def test_one_that_is_refused_has_no_row_in_the_pool(stage: Stage) -> None:
    receipt = decide(stage, "refuse")
    assert receipt.states == {"refused": 2}
    assert stage.pool.require().submissions[SMALL.submission_id].records is None
    with pytest.raises(RefusedError, match="not held"):
        decide(stage, "pass")
    assert stage.intake(SMALL) == receipt


def test_killed_before_the_receipt_the_next_run_writes_it(stage: Stage) -> None:
    landing = Landing(stage.landing(MEMBER), SMALL.submission_id)
    old = landing.store.get(landing.receipt)
    receipt = decide(stage, "pass")
    landing.store.put(landing.receipt, old)
    assert stage.intake(SMALL) == receipt
    landing.store.put(landing.receipt, old)
    assert decide(stage, "pass") == receipt


def test_what_came_in_meanwhile_was_there_first(stage: Stage) -> None:
    stage.submit(WHOLE)
    other = stage.intake(WHOLE)
    assert other.outcome == "pass"
    receipt = decide(stage, "pass")
    assert receipt.states == {"duplicate": 2}
    assert receipt.log_entry > other.log_entry


def test_only_what_is_held_and_not_withdrawn_is_decided(stage: Stage) -> None:
    stage.submit(WHOLE)
    stage.intake(WHOLE)
    with pytest.raises(RefusedError, match="not held"):
        decide(stage, "pass", WHOLE.submission_id)
    steward = stage.keys.stewards[MEMBER]
    withdraw_submission(stage.pool, SMALL.submission_id, steward, created_utc=CREATED)
    with pytest.raises(RefusedError, match="not held"):
        decide(stage, "pass")


def test_the_log_takes_no_decision_of_a_steward_or_without_records(stage: Stage) -> None:
    body = {"submission": SMALL.submission_id, "outcome": "pass", "reason": "x", "rows": 0}
    for key, records, reason in (
        (stage.keys.stewards[MEMBER], "0" * 64, "x"),
        (stage.keys.operator, None, "x"),
        (stage.keys.operator, "0" * 64, ""),
    ):
        draft = Draft(
            kind="submission_decided", body={**body, "records": records, "reason": reason}
        )
        with pytest.raises(IntegrityError):
            stage.pool.append(lambda _, draft=draft: draft, key, created_utc=CREATED)  # type: ignore[misc]


def test_one_that_passes_takes_the_place_of_what_it_supersedes(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    stage.submit(WHOLE)
    stage.intake(WHOLE)
    stage.submit(SMALL, supersedes=WHOLE.submission_id)
    assert stage.intake(SMALL).outcome == "hold"
    assert stage.pool.require().submissions[WHOLE.submission_id].withdrawn_entry is None
    decide(stage, "pass")
    state = stage.pool.require()
    assert state.submissions[WHOLE.submission_id].withdrawn_entry is not None
    assert [one.id for one in state.active("classification")] == [SMALL.submission_id]


def test_the_command_decides_and_the_log_verifies(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(stage)
    monkeypatch.chdir(stage.root)

    def run(*words: str) -> Result:
        return CliRunner().invoke(datacoop, words)

    words = ("submission", "decide", MEMBER, SMALL.submission_id)
    assert run(*words, "--pass", "--reason", " ").exit_code == 2
    assert run(*words, "--reason", "a pilot").exit_code == 2
    told = run(*words, "--pass", "--reason", "a pilot", "--json")
    assert json.loads(told.stdout)["states"] == {"accepted": 2}
    status = run("submission", "status", *words[2:], "--json")
    assert json.loads(status.stdout)["outcome"] == "pass"
    assert run("verify", "pool").exit_code == 0


# --- quotas


def test_a_submission_beyond_its_quota_enters_nothing_and_goes_on_when_it_is_raised(
    tmp_path: Path,
) -> None:
    stage = make_stage(tmp_path)
    stage.submit(WHOLE)
    length, sizes = len(stage.log()), len(WHOLE.files[0].content)
    how = {"created_utc": CREATED, "progress": quiet}
    small = Quota(submission_bytes=sizes - 1)
    with pytest.raises(RefusedError, match=f"{sizes - 1} bytes"):
        job(stage, WHOLE.submission_id, small).run(**how)  # type: ignore[arg-type]
    few = Quota(submission_bytes=sizes, pool_rows=18)
    with pytest.raises(RefusedError, match="18 rows in the pool; it has 0, and these are 19"):
        job(stage, WHOLE.submission_id, few).run(**how)  # type: ignore[arg-type]
    assert len(stage.log()) == length
    enough = replace(few, pool_rows=19)
    assert job(stage, WHOLE.submission_id, enough).run(**how).outcome == "pass"  # type: ignore[arg-type]
    stage.submit(SMALL)
    assert job(stage, SMALL.submission_id, enough).run(**how).outcome == "hold"  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="it has 19, and these are 2"):
        job(stage, SMALL.submission_id, enough).decide("pass", "x", **how)  # type: ignore[arg-type]


def test_quotas_of_one_member_stand_above_those_of_all(tmp_path: Path) -> None:
    path = tmp_path / "datacoop.toml"
    path.write_text(
        "[quotas]\nsubmission_bytes = 5\npool_rows = 6\n[quotas.gb-northmoor]\npool_rows = 7\n"
    )
    quotas = load_settings(path, {}).quotas
    assert quotas.of(MEMBER) == Quota(submission_bytes=5, pool_rows=6)
    assert quotas.of("gb-northmoor") == Quota(submission_bytes=5, pool_rows=7)
    assert parse_quotas({}).of(MEMBER) == Quota()
    for text in ("[quotas]\nrows = 5", '[quotas]\npool_rows = "5"', "quotas = 5"):
        path.write_text(text)
        with pytest.raises(SettingsError, match="quotas"):
            load_settings(path, {})
