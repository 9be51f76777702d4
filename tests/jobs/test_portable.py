"""Intake through Beam's portable job service, with workers in processes of their own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from plays import Stage, make_play, make_stage, many_lines

from datacoop.records.coder import RecordBatchCoder

PLAY = make_play(many_lines(60))
RANGE_BYTES = 2000


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = make_stage(tmp_path / "first")
    stage.submit(PLAY)
    return stage


@pytest.fixture
def job_service(tmp_path: Path) -> Iterator[str]:
    port_file = tmp_path / "port"
    module = "apache_beam.runners.portability.local_job_service_main"
    arguments = [sys.executable, "-m", module, "--port_file", str(port_file)]
    with (tmp_path / "service.log").open("wb") as log:
        service = subprocess.Popen(arguments, stdout=log, stderr=log)
        try:
            while not port_file.exists():
                assert service.poll() is None, "the job service did not start"
                time.sleep(0.1)
            yield f"localhost:{port_file.read_text()}"
        finally:
            service.terminate()
            service.wait(20)


@pytest.fixture
def worker_pool(tmp_path: Path) -> Iterator[str]:
    """A server that starts a worker process whenever the job asks for one."""
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    module = "apache_beam.runners.worker.worker_pool_main"
    arguments = [sys.executable, "-m", module, f"--service_port={port}"]
    with (tmp_path / "workers.log").open("wb") as log:
        # It starts its workers as `python`, wherever that is found first.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path}
        pool = subprocess.Popen(arguments, stdout=log, stderr=log, env=environment)
        try:
            wait_for(port, pool)
            yield f"localhost:{port}"
        finally:
            pool.terminate()
            pool.wait(20)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("a server did not start")


@pytest.mark.integration
@pytest.mark.timeout(240)
def test_workers_in_other_processes_give_the_same_bytes(
    stage: Stage, job_service: str, worker_pool: str
) -> None:
    other = Stage(root=stage.root.parent / "other", keys=stage.keys)
    shutil.copytree(stage.root, other.root)
    here = stage.intake(PLAY, range_bytes=RANGE_BYTES)
    there = other.intake(
        PLAY,
        range_bytes=RANGE_BYTES,
        runner="PortableRunner",
        beam_arguments=(
            f"--job_endpoint={job_service}",
            "--environment_type=EXTERNAL",
            f"--environment_config={worker_pool}",
        ),
    )
    assert replace(there, quarantine=()) == replace(here, quarantine=())
    assert len(there.quarantine) == len(here.quarantine)
    assert other.blobs(PLAY.submission_id) == stage.blobs(PLAY.submission_id)


def test_batches_travel_as_arrow(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = {"encode": 0, "decode": 0}
    encode, decode = RecordBatchCoder.encode, RecordBatchCoder.decode

    def counted_encode(self: RecordBatchCoder, value: pa.RecordBatch) -> bytes:
        calls["encode"] += 1
        return encode(self, value)

    def counted_decode(self: RecordBatchCoder, encoded: bytes) -> pa.RecordBatch:
        calls["decode"] += 1
        return decode(self, encoded)

    monkeypatch.setattr(RecordBatchCoder, "encode", counted_encode)
    monkeypatch.setattr(RecordBatchCoder, "decode", counted_decode)
    stage.intake(PLAY, range_bytes=RANGE_BYTES)
    assert calls["encode"] > 0
    assert calls["decode"] > 0
