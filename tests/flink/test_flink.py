"""Intake and release on a real Flink and S3: the bytes of FnApiRunner on a folder, kills or not.

What runs: versitygw, one job manager, two task managers, Beam's job server, workers as processes.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from flinks import (
    RANGE_BYTES,
    FlinkStage,
    Meanwhile,
    build,
    copied,
    flink_cluster,
    kept_files,
    label,
)
from infra.local.cluster import JOB_MANAGER, TASK_MANAGERS, Cluster
from plays import Stage, make_play, make_stage, submissions
from real_data import rows_of

from datacoop.demo.data import DemoSubmission
from datacoop.errors import DatacoopError, OutsideError
from datacoop.pool.object_store import open_store
from datacoop.records.columns import MASKED_DIGEST

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
COLLECTION = "documents"
PLAYS = [submissions(30)[f"{name}-documents-1"] for name in ("de-auental", "fr-valclair")]
FIRST = PLAYS[0]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What one process on a folder makes of the same submissions."""

    sent: Stage
    """With the submissions sent, and nothing taken in."""
    done: Stage
    """With everything taken in and labelled."""
    shards: tuple[Any, ...]

    def landing_keys(self, member: str) -> list[str]:
        return list(self.done.landing(member).list())


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    # Not pytest's folder, which nobody but its user may enter.
    with (
        tempfile.TemporaryDirectory(prefix="datacoop-flink-") as folder,
        flink_cluster(Path(folder)) as cluster,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in cluster.environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        yield cluster


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = tmp_path_factory.mktemp("reference")
    sent = make_stage(folder / "sent")
    sent.submit(*PLAYS)
    done = copy_of(sent, folder / "done")
    for play in PLAYS:
        done.intake(play, range_bytes=RANGE_BYTES)
    label(done, COLLECTION)
    shards = build(done, COLLECTION, open_store(str(folder / "work"))).manifest.shards
    assert shards
    return Reference(sent=sent, done=done, shards=shards)


def copy_of(stage: Stage, root: Path) -> Stage:

    shutil.copytree(stage.root, root)
    return Stage(root=root, keys=stage.keys)


@pytest.fixture
def whole(cluster: Cluster) -> Cluster:
    """A cluster with all its services up, whatever the test before has killed."""
    for name in (JOB_MANAGER, *TASK_MANAGERS):
        cluster.start(name)
    cluster.wait(JOB_MANAGER, *TASK_MANAGERS)
    return cluster


def test_a_clean_run_gives_the_same_bytes_and_shuffles_no_raw_value(
    whole: Cluster, reference: Reference, tmp_path: Path
) -> None:
    stage = copied(reference.sent, whole, "clean")
    before, kept = whole.log(JOB_MANAGER).count("RUNNING to RESTARTING"), tmp_path / "kept"
    # So that what crosses a shuffle of the first job is written to files, however little it is.
    on_disk = "--execution_mode_for_batch=BATCH_FORCED"
    with kept_files(whole.folder / "flink", kept):
        for play in PLAYS:
            stage.take_in(play, *([on_disk] if play is FIRST else []))
            assert stage.blobs(play.submission_id) == reference.done.blobs(play.submission_id)
            assert list(stage.landing(play.member).list()) == reference.landing_keys(play.member)
        label(stage, COLLECTION)
        built = stage.release(COLLECTION)
    assert built.manifest.shards == reference.shards
    assert whole.log(JOB_MANAGER).count("RUNNING to RESTARTING") == before
    files = [path.read_bytes() for path in kept.iterdir()]
    # Programs that Flink keeps a copy of are left out.
    spilt = b"\n".join(content for content in files if not content.startswith(b"PK"))
    # The file ranges and the index of digests were seen, so the search would see more.
    assert b'"source_file": 0' in spilt
    assert MASKED_DIGEST.encode() in spilt
    logs = b"".join(path.read_bytes() for path in (whole.folder / "logs").iterdir())
    planted = {one.value.encode() for play in PLAYS for one in play.planted if len(one.value) > 6}
    assert len(planted) > 50
    assert [value for value in planted if value in spilt or value in logs] == []


def of_corpus(name: str, member: str, language: str) -> DemoSubmission:
    """Make a submission of the first short texts of a public corpus."""
    short = (row for row in rows_of(name) if len(row["text"]) < 4 * RANGE_BYTES)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in islice(short, 20))
    return make_play(
        "".join(lines).encode(),
        submission_id=f"{member}-real-1",
        member=member,
        collection=COLLECTION,
        languages=(language,),
    )


@pytest.mark.corpora
def test_real_texts_give_the_shards_of_one_process_on_a_folder(
    whole: Cluster, tmp_path: Path
) -> None:
    plays = [
        of_corpus("ca_laws_en", "ca-laurier", "en"),
        of_corpus("ca_laws_fr", "fr-valclair", "fr"),
        of_corpus("de_court_decisions", "de-auental", "de"),
    ]
    alone = make_stage(tmp_path / "alone")
    alone.submit(*plays)
    stage = copied(alone, whole, "real")
    for play in plays:
        alone.intake(play, range_bytes=RANGE_BYTES)
        stage.take_in(play)
        assert stage.blobs(play.submission_id) == alone.blobs(play.submission_id) != []
    label(alone, COLLECTION)
    label(stage, COLLECTION)
    shards = build(alone, COLLECTION, open_store(str(tmp_path / "work"))).manifest.shards
    assert stage.release(COLLECTION).manifest.shards == shards
    assert sum(shard.rows for shard in shards) > 30


def kill_task_manager(cluster: Cluster) -> None:
    cluster.kill(TASK_MANAGERS[0])


def kill_worker(cluster: Cluster) -> None:
    os.kill(cluster.workers()[0], signal.SIGKILL)


@pytest.mark.parametrize("kill", [kill_task_manager, kill_worker])
def test_a_kill_in_mid_intake_changes_no_byte(
    whole: Cluster, reference: Reference, kill: Callable[[Cluster], None]
) -> None:
    stage = copied(reference.sent, whole, kill.__name__)

    def done() -> int:
        return stage.files("landing", f"{FIRST.member}/submissions/*/intake-*/done/*")

    with Meanwhile(lambda: done() >= 2, lambda: kill(whole)) as killed:
        stage.take_in(FIRST)
    assert killed.is_done
    assert stage.blobs(FIRST.submission_id) == reference.done.blobs(FIRST.submission_id)
    assert list(stage.landing(FIRST.member).list()) == reference.landing_keys(FIRST.member)


@pytest.mark.parametrize("kill", [kill_task_manager, kill_worker])
def test_a_kill_in_mid_release_changes_no_byte(
    whole: Cluster, reference: Reference, kill: Callable[[Cluster], None]
) -> None:
    stage = copied(reference.done, whole, f"release-{kill.__name__}")
    with Meanwhile(lambda: stage.files("work", "releases/*/know/*") > 0, lambda: kill(whole)) as it:
        built = stage.release(COLLECTION)
    assert it.is_done
    assert built.manifest.shards == reference.shards
    assert unknown_blobs(stage, reference) == []


def test_after_a_killed_job_manager_the_job_is_run_again(
    whole: Cluster, reference: Reference
) -> None:
    stage = copied(reference.done, whole, "job-manager")
    is_due = Meanwhile(
        lambda: stage.files("work", "releases/*/know/*") > 0, lambda: whole.kill(JOB_MANAGER)
    )
    with is_due, pytest.raises(OutsideError) as caught:
        stage.release(COLLECTION)
    assert is_due.is_done
    assert caught.value.hint
    whole.start(JOB_MANAGER)
    whole.wait(JOB_MANAGER, *TASK_MANAGERS)
    assert stage.release(COLLECTION).manifest.shards == reference.shards
    assert unknown_blobs(stage, reference) == []


def unknown_blobs(stage: FlinkStage, reference: Reference) -> list[str]:
    """List what is in a pool beside what a run without a fault leaves there."""
    known = set(reference.done.pool.store.list())
    return [key for key in stage.pool.store.list() if key not in known]


def outcome_of(stage: FlinkStage, runner: str, *arguments: str) -> DatacoopError:
    with pytest.raises(DatacoopError) as caught:
        stage.intake(FIRST, range_bytes=RANGE_BYTES, runner=runner, beam_arguments=arguments)
    assert caught.value.hint
    return caught.value


def test_a_flink_that_does_not_fit_is_told_before_anything_is_sent(
    whole: Cluster, reference: Reference
) -> None:
    stage = copied(reference.sent, whole, "unfit")
    flink = f"--flink_master={whole.flink}"
    older = outcome_of(stage, "FlinkRunner", flink, "--flink_version=1.20")
    assert "is 1.19.3, and Beam's job server would be one for 1.20" in str(older)
    assert "--flink_version=1.19" in older.hint
    wide = outcome_of(stage, "FlinkRunner", flink, "--flink_version=1.19", "--parallelism=99")
    assert "it has 8 slots at 2 task managers" in str(wide)
    # An HTTP server where a job endpoint should be.
    other = outcome_of(stage, "PortableRunner", f"--job_endpoint={whole.flink}")
    assert "the job endpoint does not answer" in str(other)
    assert stage.files("landing", "*/submissions/*/intake-*/**/*") == 0


def test_a_worker_without_the_package_is_told_without_data(
    whole: Cluster, reference: Reference
) -> None:
    stage = copied(reference.sent, whole, "bare")
    bare = whole.folder / "bare"
    base = getattr(sys, "_base_executable", sys.executable)
    program = Path(__file__).parents[2] / "infra" / "local" / "boot.py"
    # Isolated, and without what is installed for the system.
    bare.write_text(f'#!/bin/sh\nexec "{base}" -I -S "{program}" "$@"\n')
    bare.chmod(0o755)
    job_endpoint, environment, *_ = whole.beam_arguments()
    config = f'--environment_config={{"command":"{bare}"}}'
    lacking = outcome_of(stage, "PortableRunner", job_endpoint, environment, config)
    assert str(lacking) == "intake failed at run: a worker lacks datacoop or apache-beam"
    assert lacking.exit_code == 3
    assert stage.pool.require().submissions == {}
