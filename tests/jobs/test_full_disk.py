"""Intake on a disk that gets full. The disk is a small tmpfs, so the failure is simulated."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "full_disk.py"
NAMESPACE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_full_disk_loses_nothing_and_the_next_run_goes_on(tmp_path: Path) -> None:
    allowed = subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False)
    if allowed.returncode:
        pytest.skip("this machine lets nobody mount a small disk in a namespace of their own")
    done = subprocess.run(
        [*NAMESPACE, sys.executable, str(SCRIPT), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert "refused" in found["outcomes"], found["outcomes"]
    assert sum(found["states"].values()) == found["rows"] == found["expected_rows"]
    assert found["submissions"] == 1
    assert found["faults"] == []
