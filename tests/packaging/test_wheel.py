"""The wheel in a clean environment: what a trainer gets, without extras."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("apache_beam", "presidio_analyzer", "great_expectations", "label_studio_sdk", "spacy")
LIMIT_BYTES = 120_000_000

pytestmark = pytest.mark.slow


def uv() -> str:
    """Find uv where the Makefile does."""
    found = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    assert Path(found).exists(), "uv is neither on the path nor in .uv: run make setup"
    return found


def run(*command: str | Path, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and what it asks for, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    run(uv(), "build", "--quiet", "--wheel", "--out-dir", folder / "dist", ROOT, cwd=folder)
    (wheel,) = (folder / "dist").glob("datacoop-*.whl")
    run(uv(), "venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    run(uv(), "pip", "install", "--quiet", "--python", python, wheel, cwd=folder)
    return folder / "venv"


def test_a_trainer_gets_no_engine(clean: Path, tmp_path: Path) -> None:
    code = f"import importlib.util as u; print([m for m in {HEAVY!r} if u.find_spec(m)])"
    assert run(clean / "bin" / "python", "-c", code, cwd=tmp_path).strip() == "[]"


def test_the_reader_the_schemas_and_the_command_work_from_the_wheel(
    clean: Path, tmp_path: Path
) -> None:
    code = (
        "import datacoop, datacoop_schemas, json;"
        "json.loads(datacoop_schemas.read_text('json/submission.v1.json'));"
        "print(datacoop.__version__, len(datacoop_schemas.collection_names()))"
    )
    assert run(clean / "bin" / "python", "-c", code, cwd=tmp_path).split()[1] == "5"
    assert "verify" in run(clean / "bin" / "datacoop", "--help", cwd=tmp_path)


def test_a_trainers_install_is_light(clean: Path) -> None:
    site = next((clean / "lib").glob("python*")) / "site-packages"
    sizes = {
        path.name: sum(f.stat().st_size for f in path.rglob("*") if f.is_file())
        for path in site.iterdir()
        if path.is_dir() and not path.name.startswith("pyarrow")
    }
    total = sum(sizes.values())
    largest = dict(sorted(sizes.items(), key=lambda item: -item[1])[:5])
    assert total < LIMIT_BYTES, json.dumps(largest)


def test_importing_the_facade_or_verifying_loads_no_engine(tmp_path: Path) -> None:
    code = (
        "import sys, datacoop, datacoop.cli.verify, datacoop.read.verify;"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    assert run(sys.executable, "-c", code, cwd=tmp_path).strip() == "[]"
