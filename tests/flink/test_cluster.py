"""The whole service on this machine: up, the demo's path played on it with a kill, down."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from flinks import Meanwhile, build, copy, require
from infra.local import programs
from infra.local.cluster import JOB_MANAGER, SERVICES, TASK_MANAGERS, Cluster
from plays import CREATED, Stage

from datacoop.demo.cast import load_keys
from datacoop.demo.data import make_submissions
from datacoop.demo.play import SEED
from datacoop.jobs.collected import collected_votes
from datacoop.jobs.collecting import enter_votes
from datacoop.jobs.contracts import contract_of
from datacoop.label.label_studio import LabelStudio
from datacoop.label.votes import Vote
from datacoop.pool.blobs import get_blob
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import Shard, snapshot_from_bytes

pytestmark = [pytest.mark.integration, pytest.mark.timeout(2700)]
PROGRAM = Path(__file__).parents[2] / "infra" / "local" / "cluster.py"
COLLECTION = "documents"
PLAYED = ("de-auental-documents-1", "fr-valclair-documents-1")
"""What the README's commands take in, in their order."""
RANGE_BYTES = 8000
"""As the README's commands have it."""


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


def test_the_demos_path_is_played_with_a_kill_and_no_process_is_left(folder: Path) -> None:
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
        url = f"http://127.0.0.1:{cluster.ports['label_studio']}"
        LabelStudio(url, cluster.environment["LABEL_STUDIO_TOKEN"]).require_version()
        pool = Pool(open_store("s3://pool", cluster.store_options))
        assert sorted(pool.require().collections) == ["classification", "dialogues", "documents"]
        copy(pool.store, open_store(str(folder / "alone" / "pool")))
        check_play(cluster)
        # Killed alone, a service is started again by the same verb.
        assert run("status", folder).returncode == 1
        assert run("up", folder).returncode == 0
    finally:
        down = run("down", folder)
    assert "no process is left" in down.stdout
    assert cluster.processes() == []
    secrets = [folder / name for name in ("cluster.json", "datacoop.toml", "environment")]
    assert {path.stat().st_mode & 0o077 for path in secrets} == {0}


def check_play(cluster: Cluster) -> None:
    """Play the README's path with a kill; hold it against one process, and what was read."""
    done = f"de-auental/submissions/{PLAYED[0]}/intake-*/done/*"
    in_mid_intake = Meanwhile(
        lambda: len(list((cluster.folder / "s3" / "landing").glob(done))) >= 2,
        lambda: cluster.kill(TASK_MANAGERS[0]),
    )
    with in_mid_intake as killed:
        played = run("play", cluster.folder)
    assert played.returncode == 0, played.stdout[-2000:] + played.stderr[-2000:]
    assert killed.is_done
    assert "RUNNING to RESTARTING" in cluster.log(JOB_MANAGER)
    pool = Pool(open_store("s3://pool", cluster.store_options))
    [version] = pool.require().versions(COLLECTION)
    manifest = snapshot_from_bytes(version.snapshot, get_blob(pool.store, version.snapshot))
    assert manifest.submissions == PLAYED
    votes = collected_votes(pool, COLLECTION)
    assert len({vote.annotator for vote in votes}) > 2
    assert manifest.shards == shards_of_one_process(cluster, votes)
    read = pq.read_table(sorted((cluster.folder / "read").glob("*.parquet")))
    assert read.num_rows == manifest.rows
    assert read.num_rows > read["label"].null_count > 0
    [day] = open_store("s3://accesses", cluster.store_options).list()
    recorded = open_store("s3://accesses", cluster.store_options).get(day)
    assert json.loads(recorded)["shards"] == sorted(shard.sha256 for shard in manifest.shards)


def shards_of_one_process(cluster: Cluster, votes: list[Vote]) -> tuple[Shard, ...]:
    """Make the version on a local folder of the same submissions, founding and votes.

    The votes are those of the cluster: annotators' pseudonyms, numbers and times of answers are
    others in each run.
    """
    folder = cluster.folder / "alone"
    shutil.copytree(cluster.folder / "landing", folder / "landing")
    stage = Stage(root=folder, keys=load_keys(cluster.folder / "keys"))
    plays = {play.submission_id: play for play in make_submissions(SEED)}
    for name in PLAYED:
        stage.intake(plays[name], range_bytes=RANGE_BYTES)
    contract = contract_of(stage.pool, stage.pool.require(), COLLECTION)
    enter_votes(stage.pool, contract, votes, [], stage.keys.operator, created_utc=CREATED)
    return build(stage, COLLECTION, open_store(str(folder / "work"))).manifest.shards


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
