"""TorchRows under the real PyTorch, in a process of its own: of a Python that has torch.

PyTorch for Linux comes with gigabytes of CUDA from the package index, so it is none of the
project's own environment: `DATACOOP_TORCH_PYTHON` names a Python that has it.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pooling import published_pool

from datacoop.pool.object_store import open_store

ROWS = 150
SCRIPT = Path(__file__).parents[1] / "support" / "torch_rows.py"
SOURCES = [str(Path(__file__).parents[2] / folder) for folder in ("pipelines", "schemas")]
HAS = "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"


@pytest.fixture(scope="session")
def torch_python() -> str:
    """Find a Python with torch; where tests must leave nothing out, its absence is a failure."""
    found = os.environ.get("DATACOOP_TORCH_PYTHON", "")
    if not found and importlib.util.find_spec("torch"):
        found = sys.executable
    if not found:
        if os.environ.get("DATACOOP_LEAVE_NOTHING_OUT"):
            pytest.fail("no PyTorch; set DATACOOP_TORCH_PYTHON")
        pytest.skip("needs PyTorch; set DATACOOP_TORCH_PYTHON")
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("torch")
    published_pool(open_store(str(folder / "pool")), rows=ROWS)
    return folder


def run(python: str, folder: Path, case: str) -> dict[str, list[str]]:
    # This environment has all else that is needed.
    here = [path for path in sys.path if path.endswith("site-packages")]
    command = [python, str(SCRIPT), str(folder), case]
    env = os.environ | {"PYTHONPATH": os.pathsep.join([*SOURCES, *here])}
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    out: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return out


def test_any_number_of_workers_and_ranks_reads_one_order(torch_python: str, folder: Path) -> None:
    found = run(torch_python, folder, "orders")
    epoch_1 = found.pop("epoch 1")
    whole = found["0 workers"]
    assert len(set(whole)) == len(whole) > ROWS
    assert {name: texts == whole for name, texts in found.items() if name != "3 ranks"} == (
        dict.fromkeys(["0 workers", "1 workers", "2 workers", "twice", "spawned"], True)
    )
    assert sorted(found["3 ranks"]) == sorted(whole) == sorted(epoch_1)
    assert epoch_1 != whole


def test_a_run_goes_on_in_mid_epoch_with_other_workers_and_ranks(
    torch_python: str, folder: Path
) -> None:
    found = run(torch_python, folder, "resumed")
    whole = found.pop("whole")
    assert {name: sorted(texts) == sorted(whole) for name, texts in found.items()} == (
        dict.fromkeys(found, True)
    )
    assert found["0/1 to 2/1"] == found["state_dict"] == whole


def test_a_stateful_loader_saves_and_loads_in_mid_epoch(torch_python: str, folder: Path) -> None:
    if subprocess.run([torch_python, "-c", HAS, "torchdata"]).returncode:
        pytest.skip("needs torchdata beside PyTorch")
    found = run(torch_python, folder, "stateful")
    assert found["0 workers"] == found["2 workers"] == found["whole"]
