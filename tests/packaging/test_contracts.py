"""The import contracts are real: a planted breach makes each of them fail."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BREACHES = {
    "a room below imports a room above": (
        "records/terms.py",
        "import datacoop.pool.log",
        "imports point down",
    ),
    "two rooms import each other": (
        "label/votes.py",
        "import datacoop.publish.splits",
        "imports point down",
    ),
    "a second file imports an outside library": (
        "scrub/records.py",
        "import spacy",
        "one file knows an outside library",
    ),
    "a rule imports Beam": (
        "scrub/records.py",
        "import apache_beam",
        "Beam stays in stages and jobs",
    ),
    "the reader imports an engine": (
        "read/verify.py",
        "import apache_beam",
        "a reader needs no engine",
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_planted_breach_fails(breach: str, tmp_path: Path) -> None:
    name, line, contract = BREACHES[breach]
    for folder in ("pipelines", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    target = tmp_path / "pipelines" / "datacoop" / name
    target.write_text(target.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}/pipelines:{tmp_path}/schemas", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout
