"""Every I/O call of a job fails once, and the job is killed at every one; then it is run again."""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import campaign
import pytest
from campaign import JOBS, Result
from commands import run_python
from fault_counts import IN_FULL, JOB_COLUMNS, count
from fault_counts import JOBS as TABLE
from faulting import WAYS

CASES = 0 if IN_FULL else 4
"""Calls that are disturbed of each job in each way, at a fixed stride; 0 is all."""
MEMORY = Path("/dev/shm")
SECONDS = 7_200 if IN_FULL else 300
NEEDED = {
    "commit": {"open", "write", "fsync", "link", "replace", "open folder", "unlink"},
    "publish": {"open", "write", "fsync", "link", "replace", "open folder", "unlink"},
    "mirror": {"open", "write", "fsync", "link", "replace", "open folder", "unlink"},
    "withdrawal": {"open", "write", "fsync", "link", "store delete"},
    "erasure": {"open", "write", "fsync", "link", "replace", "store delete"},
}
"""Calls without which a job would not be disturbed where it matters."""
COLUMNS = dict(zip(WAYS, JOB_COLUMNS, strict=False))
PHASES = [(job, way) for job in JOBS for way in WAYS]

pytestmark = pytest.mark.timeout(SECONDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder; of a whole run in memory, where no sync waits: a kill loses none of either."""
    if IN_FULL and os.access(MEMORY, os.W_OK):
        with tempfile.TemporaryDirectory(dir=MEMORY) as held:
            yield Path(held)
    else:
        yield tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="module")
def results(folder: Path) -> list[Result]:
    done = run_python(campaign.__file__, str(folder), str(CASES), folder=folder, seconds=SECONDS)
    assert done.returncode == 0, done.stderr[-2000:]
    return [Result(**json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize(("job", "way"), PHASES)
def test_a_disturbed_job_leaves_the_old_state_or_the_new_and_ends_as_undisturbed(
    results: list[Result], job: str, way: str
) -> None:
    met = [result for result in results if (result.job, result.way) == (job, way)]
    wrong = [
        result
        for result in met
        if result.ended not in ({"killed"} if way == "killed" else {"done", "refused"})
        or result.read not in {"before", "after"}
        or result.verified not in {"sound", "unfinished"}
        or result.again != "same"
    ]
    assert not wrong, wrong[:3]
    for result in met:
        row = f"{job} | {result.phase}"
        count(TABLE, row, COLUMNS[way])
        count(TABLE, row, f"reader saw {result.read}")
        if result.verified == "unfinished":
            count(TABLE, row, "found unfinished")
        count(TABLE, row, "ended as undisturbed")


@pytest.mark.slow
@pytest.mark.usefixtures("results")
@pytest.mark.parametrize("job", JOBS)
def test_a_job_meets_every_kind_of_call_at_which_it_could_break(folder: Path, job: str) -> None:
    calls = json.loads(campaign.calls_file(folder, job).read_text())
    assert set(calls) >= NEEDED[job]


@pytest.mark.slow
def test_a_write_that_fails_leaves_no_unfinished_file(results: list[Result]) -> None:
    left = [r for r in results if r.left and r.way != "killed" and r.call != "unlink"]
    assert not left, left[:3]


@pytest.mark.slow
def test_only_a_job_that_shows_readers_something_can_be_found_unfinished(
    results: list[Result],
) -> None:
    unfinished = {result.job for result in results if result.verified == "unfinished"}
    assert unfinished <= {"publish", "mirror", "erasure"}
