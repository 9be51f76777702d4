"""The whole path on the public corpora, twice into empty stores. Needs the corpora beside it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import corpora
import pytest

SCRIPT = Path(__file__).parents[1] / "support" / "real_data.py"

pytestmark = [pytest.mark.corpora, pytest.mark.slow, pytest.mark.timeout(600)]


def play(folder: Path, range_bytes: int, hash_seed: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), str(range_bytes)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    corpora.path("ca_laws")
    folder = tmp_path_factory.mktemp("real")
    return play(folder / "a", 8 << 20, "0"), play(folder / "b", 20_000, "4242")


def test_every_row_is_accounted_for(plays: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for receipt in plays[0]["receipts"].values():
        assert receipt["rows"] == receipt["rows_counted"] == sum(receipt["states"].values())
        assert receipt["outcome"] == "pass"


def test_two_runs_into_empty_stores_give_the_same_shards(
    plays: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    first, second = plays
    assert first["versions"] == second["versions"]
    assert sum(len(version["shards"]) for version in first["versions"].values()) >= 4


def test_what_was_published_is_read_back_and_verifies(
    plays: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    for found in plays:
        assert found["sound"]
        for version in found["versions"].values():
            assert version["rows"] == version["rows_read"] > 0
