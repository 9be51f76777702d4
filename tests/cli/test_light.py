"""Who asks for help or only looks waits for no engine; what an engine lacks is told without it."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from commands import command_paths, run_python
from plays import Stage, make_play, make_stage, many_lines, write_settings
from pooling import COLLECTION, published_pool

from datacoop.cli.main import datacoop as group
from datacoop.pool.object_store import open_store

ENGINES = (
    *("apache_beam", "presidio_analyzer", "spacy", "thinc", "great_expectations", "hyperscan"),
    *("phonenumbers", "label_studio_sdk", "datasets", "torch", "pandas", "scipy"),
    *("sklearn", "matplotlib", "altair", "grpc"),
)
"""What takes long to load, or is not installed where only other commands are run."""

RUN = f"""
import contextlib, io, json, sys
from datacoop.cli.main import datacoop
from datacoop.errors import DatacoopError
known, ended = set(), []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            code = datacoop.main(arguments, standalone_mode=False)
        except DatacoopError as error:
            code = error.exit_code
    loaded = {{name for name in {ENGINES!r} if name in sys.modules}}
    ended.append([code or 0, sorted(loaded - known)])
    known |= loaded
print(json.dumps(ended))
"""
"""Runs commands in one process; each is blamed for the engines that it was the first to load."""

PLAY = make_play(many_lines(20))
CLOSED = "127.0.0.1:1"
"""Where nobody listens."""


def run(folder: Path, commands: Sequence[Sequence[str]]) -> dict[str, tuple[int, list[str]]]:
    """Give the exit code of each command, and the engines that it loaded."""
    done = run_python("-c", RUN, json.dumps(commands), folder=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    ended = json.loads(done.stdout)
    return {" ".join(c): (code, loaded) for c, (code, loaded) in zip(commands, ended, strict=True)}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A pool with a submission that was taken in, another that was sent, a pool with a version."""
    made = make_stage(tmp_path_factory.mktemp("light"))
    write_settings(made)
    made.submit(PLAY, make_play(many_lines(20), submission_id="de-auental-small-2"))
    made.intake(PLAY)
    published_pool(open_store(str(made.root / "published")))
    return made


def test_help_loads_no_engine(tmp_path: Path) -> None:
    ended = run(tmp_path, [[*path, "--help"] for path in command_paths(group)])
    assert len(ended) > 70
    assert {command: told for command, told in ended.items() if told != (0, [])} == {}


def test_commands_that_look_load_no_engine(stage: Stage) -> None:
    place = f"sources/{PLAY.member}/{PLAY.submission_id}"
    commands = [
        ["submission", "status", PLAY.member, PLAY.submission_id],
        ["submission", "check", place],
        ["pool", "status"],
        ["pool", "gc"],
        ["log", "show"],
        ["log", "verify"],
        ["trust", "show"],
        ["collection", "list"],
        ["collection", "show", PLAY.collection],
        ["label", "status"],
        ["label", "disputed", PLAY.collection],
        ["models", "list"],
        ["release", "show", COLLECTION, "1", "--pool", "published"],
    ]
    ended = run(stage.root, commands)
    assert {command: told for command, told in ended.items() if told != (0, [])} == {}


def test_commands_that_read_records_load_what_pyarrow_does_and_no_more(stage: Stage) -> None:
    commands = [
        ["label", "agreement", PLAY.collection],
        ["verify", "published"],
        ["export", COLLECTION, "1", "exported", "--pool", "published"],
    ]
    ended = run(stage.root, commands)
    assert {code for code, _ in ended.values()} == {0}
    # To make an array of Python values, pyarrow loads pandas where it is installed.
    assert [name for _, loaded in ended.values() for name in loaded] in ([], ["pandas"])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--runner", "NoSuchRunner"], 2),
        (["--runner", "PortableRunner", "--", f"--job_endpoint={CLOSED}"], 3),
        (["--runner", "FlinkRunner", "--", "--job_server_java_launcher=no-java"], 2),
        (["--runner", "FlinkRunner", "--", "--parallelism=many"], 2),
        (["--pool", "nowhere"], 2),
        (["--pool", "s3://bucket/pool", "--config", "closed.toml"], 3),
    ],
)
def test_what_a_job_lacks_is_told_before_an_engine_is_loaded(
    stage: Stage, options: list[str], code: int
) -> None:
    (stage.root / "closed.toml").write_text(
        'landing = "landing/{member}"\nwork = "work"\noperator_key = "keys/operator.key"\n'
        f'[stores]\nendpoint = "http://{CLOSED}"\nregion = "x"\n',
        encoding="utf-8",
    )
    jobs = [
        ["intake", "run", PLAY.member, PLAY.submission_id],
        ["submission", "decide", PLAY.member, PLAY.submission_id, "--refuse", "--reason", "no"],
        ["release", "build", PLAY.collection],
        ["rescan", PLAY.collection],
    ]
    ended = run(stage.root, [[*job, *options] for job in jobs])
    assert set(map(str, ended.values())) == {str((code, []))}
