"""Intake on a real S3 server that goes down, or gets full, in the middle of the job."""

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from plays import CODE_VERSION, CREATED, Stage, make_play, make_stage, many_lines, quiet
from versitygw import BUILD_SECONDS, Versitygw

from datacoop.demo.cast import set_up_pool
from datacoop.errors import OutsideError
from datacoop.ingest.splitting import FileRange
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.jobs.intake_range import RangeWorker
from datacoop.jobs.intake_results import RangeOutcome, RangeResults
from datacoop.jobs.receipt import Receipt
from datacoop.jobs.submitting import send_submission
from datacoop.pool.blobs import BlobRef, get_blob, get_blob_list
from datacoop.pool.pool import Pool

pytestmark = [pytest.mark.integration, pytest.mark.timeout(BUILD_SECONDS)]

PLAY = make_play(many_lines(200))
RANGE_BYTES = 2000
DOWN_SECONDS = float(os.environ.get("DATACOOP_OUTAGE_SECONDS", "5"))


@dataclass
class Taken:
    """Counts the ranges that are worked on, and makes each take a while."""

    starts: list[int] = field(default_factory=list)
    wait_seconds: float = 0


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Taken:
    taken, take_in = Taken(), RangeWorker._take_in

    def counted(worker: RangeWorker, part: FileRange, results: RangeResults) -> RangeOutcome:
        taken.starts.append(part.start)
        time.sleep(taken.wait_seconds)
        return take_in(worker, part, results)

    monkeypatch.setattr(RangeWorker, "_take_in", counted)
    return taken


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A stage in a local folder, where the submission was taken in undisturbed."""
    stage = make_stage(tmp_path_factory.mktemp("outage") / "local")
    stage.submit(PLAY)
    assert stage.intake(PLAY, range_bytes=RANGE_BYTES).outcome == "pass"
    return stage


def submit(server: Versitygw, stage: Stage) -> None:
    """Found a pool on the server, and send the submission there."""
    set_up_pool(Pool(server.open("pool")), stage.keys, CREATED)
    folder = stage.root / "sources" / PLAY.member / PLAY.submission_id
    key = stage.root / "keys" / f"{PLAY.member}-pseudonyms.key"
    send_submission(folder, server.open("landing"), key, lambda _, __: None)


def take_in(server: Versitygw, stage: Stage) -> Receipt:
    stores = server.open("pool"), server.open("landing")
    options = IntakeOptions(code_version=CODE_VERSION, range_bytes=RANGE_BYTES)
    job = Intake(Pool(stores[0]), stores[1], PLAY.submission_id, stage.keys.operator, options)
    return job.run(created_utc=CREATED, progress=quiet)


def blobs(server: Versitygw) -> list[BlobRef]:
    """Give the record blobs of the submission, each one read and verified."""
    store = server.open("pool")
    records = Pool(store).require().submissions[PLAY.submission_id].records
    refs = get_blob_list(store, records or "")
    for ref in refs:
        get_blob(store, ref.sha256)
    return refs


def done(server: Versitygw) -> list[Path]:
    """Give the markers of ranges that are done, as the server keeps them."""
    return list(server.data.glob("landing/submissions/*/intake-*/done/*.json"))


def test_an_intake_survives_an_outage_with_the_same_digests(
    local: Stage, taken: Taken, tmp_path: Path
) -> None:
    taken.wait_seconds = 0.1
    seen = []
    with Versitygw(tmp_path) as server:
        submit(server, local)

        def break_down() -> None:
            while len(done(server)) < 2:
                time.sleep(0.02)
            server.kill()
            seen.append(len(taken.starts))
            time.sleep(DOWN_SECONDS)
            server.start()

        breaking = Thread(target=break_down)
        breaking.start()
        receipt = take_in(server, local)
        breaking.join()
        assert receipt.states == local.intake(PLAY, range_bytes=RANGE_BYTES).states
        assert blobs(server) == local.blobs(PLAY.submission_id)
        assert sorted(taken.starts) == sorted(set(taken.starts)), "no range was taken in again"
        assert seen[0] < len(taken.starts), "it was in the middle of the job"


def test_an_intake_into_a_full_store_says_so_and_goes_on_where_it_was(
    local: Stage, taken: Taken, tmp_path: Path
) -> None:
    with Versitygw(tmp_path, disk_bytes=8 << 20) as server:
        submit(server, local)
        before = Pool(server.open("pool")).require().length
        filler = server.data / "filler"
        with filler.open("wb") as file:
            room = shutil.disk_usage(server.data).free - 200_000
            file.write(b"x" * room)
        with pytest.raises(OutsideError) as caught:
            take_in(server, local)
        assert "the store is full" in str(caught.value)
        assert "Make room" in caught.value.hint
        assert Pool(server.open("pool")).require().length == before
        finished, begun = len(done(server)), len(taken.starts)
        assert 0 < finished < len(local.blobs(PLAY.submission_id))
        filler.unlink()
        taken.starts.clear()
        take_in(server, local)
        assert blobs(server) == local.blobs(PLAY.submission_id)
        assert len(taken.starts) == len(done(server)) - finished, f"{begun} were begun before"
