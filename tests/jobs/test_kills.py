"""An intake job that is killed at any instant, and run again."""

import json
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from commands import SUPPORT, run_python
from plays import Stage, make_play, make_stage, many_lines, write_settings

PLAY = make_play(many_lines(60))
RANGE_BYTES = 2000
PHASES = {
    "before anything is written": ("before", "/clean/", 1),
    "within the first write": ("within", "/clean/", 1),
    "between clean rows and quarantine": ("after", "/clean/", 1),
    "after quarantine, before the index": ("before", "/index/", 1),
    "before the first range is done": ("before", "/done/", 1),
    "after the second range": ("after", "/done/", 2),
    "after the last range, before duplicates": ("before", "duplicates.arrow", 1),
    "after duplicates, before blobs": ("after", "duplicates.arrow", 1),
    "within a blob": ("within", "blobs/", 1),
    "after blobs, before the log entry": ("before", "log/", 1),
    "within the log entry": ("within", "log/", 1),
    "after the log entry, before the receipt": ("after", "log/", 1),
    "within the receipt": ("within", "receipt", 1),
    "after the receipt": ("after", "receipt", 1),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage to which the submission was sent, and nothing else was done."""
    stage = make_stage(tmp_path_factory.mktemp("kills") / "first")
    stage.submit(PLAY)
    write_settings(stage)
    return stage


def copied(stage: Stage, name: str) -> Stage:
    root = stage.root.parent / name
    shutil.copytree(stage.root, root)
    return Stage(root=root, keys=stage.keys)


@pytest.fixture(scope="module")
def killed(first: Stage) -> dict[str, tuple[Stage, int]]:
    """For each phase a copy of the stage in which a job was killed, and how the job ended."""
    stages = [copied(first, f"killed-{number}") for number in range(len(PHASES))]
    command = ["intake", "run", PLAY.member, PLAY.submission_id, "--json"]
    command.append(f"--range-bytes={RANGE_BYTES}")
    jobs = [
        (str(stage.root), [when, fragment, str(nth), *command])
        for stage, (when, fragment, nth) in zip(stages, PHASES.values(), strict=True)
    ]
    done = run_python(str(SUPPORT / "commands.py"), "die", json.dumps(jobs), folder=first.root)
    assert done.returncode == 0, done.stderr[-2000:]
    codes = json.loads(done.stdout.splitlines()[-1])
    return dict(zip(PHASES, zip(stages, codes, strict=True), strict=True))


@pytest.fixture(scope="module")
def undisturbed(first: Stage) -> Stage:
    stage = copied(first, "undisturbed")
    receipt = stage.intake(PLAY, range_bytes=RANGE_BYTES)
    assert receipt.rows == 60
    assert receipt.states["quarantined"] == 1
    assert len(stage.blobs(PLAY.submission_id)) > 3
    return stage


def facts(stage: Stage) -> dict[str, object]:
    """Give what the log says and means, without what differs between any two runs."""
    state = stage.pool.require()
    submission = replace(state.submissions[PLAY.submission_id], created_utc="")
    return {
        "length": state.length,
        "members": state.members,
        "submission": submission,
        "blobs": stage.blobs(PLAY.submission_id),
        "referenced": state.blobs,
    }


@pytest.mark.parametrize("phase", PHASES)
def test_a_killed_job_ends_as_if_nothing_had_happened(
    killed: dict[str, tuple[Stage, int]], undisturbed: Stage, phase: str
) -> None:
    stage, code = killed[phase]
    assert code == -signal.SIGKILL, f"the job was not killed {phase}"
    receipt = stage.intake(PLAY, range_bytes=RANGE_BYTES)
    assert receipt == undisturbed.intake(PLAY, range_bytes=RANGE_BYTES), f"killed {phase}"
    assert facts(stage) == facts(undisturbed), f"killed {phase}"
    records = stage.records(PLAY.submission_id)
    assert len(set(records["record_id"].to_pylist())) == records.num_rows
    assert set(stage.pool.store.list("blobs")) == set(undisturbed.pool.store.list("blobs"))


def test_a_reader_sees_the_submission_whole_or_not_at_all(
    first: Stage, killed: dict[str, tuple[Stage, int]]
) -> None:
    for phase in PHASES:
        root = killed[phase][0].root
        stage = Stage(root=Path(root), keys=first.keys)
        if PLAY.submission_id in stage.pool.require().submissions:
            assert stage.records(PLAY.submission_id).num_rows == 59, phase
