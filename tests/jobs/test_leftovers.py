"""What killed jobs leave behind: `pool gc` finds it, and the next run goes on from it."""

import json
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from commands import SUPPORT, run_python
from plays import CODE_VERSION, Stage, make_play, make_stage, many_lines, quiet, write_settings
from versitygw import BUILD_SECONDS, ROOT, Versitygw

from datacoop.cli import pool
from datacoop.cli.common import utc_now
from datacoop.demo.cast import set_up_pool
from datacoop.jobs.building import Built, ReleaseOptions, build_release
from datacoop.jobs.submitting import send_submission
from datacoop.pool.garbage import delete_garbage, find_garbage
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.publish.stage import Steps

PLAY = make_play(many_lines(60))
COLLECTION = "classification"
INTAKE = ["intake", "run", PLAY.member, PLAY.submission_id, "--json", "--range-bytes=2000"]
BUILD = ["release", "build", COLLECTION, "--json"]
SETTINGS = (
    'pool = "s3://pool"',
    'landing = "s3://landing/{member}"',
    'operator_key = "keys/operator.key"',
)
BEFORE_SETTLING = {"index", "know", "band", "pair", "sign", "compare"}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = make_stage(tmp_path / "stage")
    stage.submit(PLAY)
    write_settings(stage)
    return stage


def kill(
    folder: Path, when: str, fragment: str, nth: int, command: list[str], **environment: str
) -> None:
    """Run a command in a folder and kill it at the `nth` write whose key holds `fragment`."""
    job = [(str(folder), [when, fragment, str(nth), *command])]
    script = str(SUPPORT / "commands.py")
    done = run_python(script, "die", json.dumps(job), folder=folder, environment=environment)
    assert json.loads(done.stdout.splitlines()[-1]) == [-signal.SIGKILL], done.stderr[-2000:]


def gc(stage: Stage, *arguments: str) -> Any:
    """Run `datacoop pool gc` in this process."""
    config = str(stage.root / "datacoop.toml")
    done = CliRunner().invoke(pool.command, ["gc", "--config", config, "--json", *arguments])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def build(stage: Stage) -> Built:
    work = open_store(str(stage.root / "work"))
    options = ReleaseOptions(code_version=CODE_VERSION, work=work.address)
    return build_release(stage.pool, COLLECTION, options, as_of=utc_now()[:10], progress=quiet)


def test_half_written_files_of_killed_jobs_are_found_and_deleted(stage: Stage) -> None:
    kill(stage.root, "within", "/clean/", 2, INTAKE)
    found = gc(stage, "--dry-run")
    landing = stage.landing(PLAY.member)
    assert found["found"] == []
    assert found["left"] == [f"landing of {PLAY.member}: {key}" for key in landing.unfinished()]
    assert len(found["left"]) == 1
    gc(stage, "--delete")
    assert landing.unfinished() == []
    assert stage.intake(PLAY).rows == 60


def test_a_killed_build_goes_on_from_its_pieces_and_gc_knows_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.intake(PLAY)
    undisturbed = build(stage).manifest.shards
    assert gc(stage)["left"] == []
    for blob in undisturbed:
        stage.pool.store.delete(f"blobs/sha256/{blob.sha256}")
    kill(stage.root, "before", "/place/", 1, BUILD)
    left = gc(stage)["left"]
    work = open_store(str(stage.root / "work"))
    assert left == [f"work: {key}" for key in work.list("releases")] != []
    ran: Counter[str] = Counter()
    for name in (*BEFORE_SETTLING, "settle", "place", "write"):
        monkeypatch.setattr(Steps, name, counted(ran, name))
    assert build(stage).manifest.shards == undisturbed
    assert ran.keys() == {"settle", "place", "write"}
    assert gc(stage, "--delete")["deleted"]
    assert list(work.list()) == work.unfinished() == []


def counted(ran: Counter[str], name: str) -> Any:
    step = getattr(Steps, name)

    def run(*arguments: Any) -> Any:
        ran[name] += 1
        return step(*arguments)

    return run


@pytest.mark.integration
@pytest.mark.timeout(BUILD_SECONDS)
def test_on_s3_a_killed_job_leaves_nothing_that_gc_does_not_find(
    stage: Stage, tmp_path: Path
) -> None:
    with Versitygw(tmp_path / "versitygw") as server:
        server.open("landing")
        store = server.open("pool")
        landing = open_store(f"s3://landing/{PLAY.member}", server.options())
        set_up_pool(Pool(store), stage.keys, utc_now())
        folder = stage.root / "sources" / PLAY.member / PLAY.submission_id
        key = stage.root / "keys" / f"{PLAY.member}-pseudonyms.key"
        send_submission(folder, landing, key, lambda _, __: None)
        options = {**server.options(), "secret_access_key": "env:SECRET"}
        lines = [f'{name} = "{value}"' for name, value in options.items()]
        text = "\n".join([*SETTINGS, "[stores]", *lines, ""])
        (stage.root / "datacoop.toml").write_text(text, encoding="utf-8")
        before = set(store.list())
        kill(stage.root, "before", "log/", 1, INTAKE, SECRET=ROOT[1])
        blobs = sorted(set(store.list()) - before)
        assert len(blobs) > 1
        for bucket in ("pool", "landing"):
            uploads = server.client().list_multipart_uploads(Bucket=bucket)
            assert uploads.get("Uploads", []) == [], "parts of uploads, which no listing shows"
        assert find_garbage(Pool(store)) == blobs
        delete_garbage(Pool(store), blobs)
        assert set(store.list()) == before
