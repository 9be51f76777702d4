"""The whole service on this machine: up, healthy, founded, down with no process left."""

import http.client
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flinks import require
from infra.local import programs
from infra.local.cluster import SERVICES, Cluster

from datacoop.label.label_studio import LabelStudio
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
PROGRAM = Path(__file__).parents[2] / "infra" / "local" / "cluster.py"


@pytest.fixture
def folder() -> Iterator[Path]:
    require(programs.java, programs.versitygw, programs.postgres)
    # Not pytest's folder, which PostgreSQL's user may not enter.
    with tempfile.TemporaryDirectory(prefix="datacoop-cluster-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def run(verb: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), verb, "--dir", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_everything_comes_up_and_leaves_no_process(folder: Path) -> None:
    try:
        up = run("up", folder)
        assert up.returncode == 0, up.stderr
        assert "Job server: beam-runners-flink-1.19-job-server-" in up.stdout
        cluster = Cluster(folder)
        status = run("status", folder)
        assert status.returncode == 0
        states = [line.split()[:2] for line in status.stdout.splitlines()]
        assert states == [[name, "up"] for name in SERVICES]
        assert len(cluster.processes()) >= len(SERVICES)
        pool = Pool(open_store("s3://pool", cluster.store_options))
        assert sorted(pool.require().collections) == ["classification", "dialogues", "documents"]
        url = f"http://127.0.0.1:{cluster.ports['label_studio']}"
        LabelStudio(url, cluster.environment["LABEL_STUDIO_TOKEN"]).require_version()
        asked = http.client.HTTPConnection("127.0.0.1", cluster.ports["gateway"], timeout=30)
        asked.request("GET", "/sign-in")
        assert asked.getresponse().status == 200
        # Killed alone, a service is started again by the same verb.
        cluster.kill("task-manager-1")
        assert run("status", folder).returncode == 1
        assert run("up", folder).returncode == 0
    finally:
        down = run("down", folder)
    assert "no process is left" in down.stdout
    assert cluster.processes() == []
    secrets = [folder / name for name in ("cluster.json", "datacoop.toml", "environment")]
    assert {path.stat().st_mode & 0o077 for path in secrets} == {0}


def test_without_a_program_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DATACOOP_CACHE", str(tmp_path))
    monkeypatch.delenv("DATACOOP_VERSITYGW", raising=False)
    told = run("up", tmp_path / "cluster")
    assert told.returncode == 1
    assert (
        told.stderr
        == "Error: no go on the path: install Go, or set DATACOOP_VERSITYGW to a versitygw\n"
    )
    assert Cluster(tmp_path / "cluster").processes() == []
