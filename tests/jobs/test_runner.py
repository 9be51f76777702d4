"""What runs a job is looked at first; what an engine says is told in our words."""

import zipfile
from pathlib import Path

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners import runner
from plays import Stage, make_play, make_stage, many_lines

from datacoop.errors import DatacoopError, OutsideError, SettingsError
from datacoop.jobs import engine
from datacoop.jobs.failures import told_without_data

PLAY = make_play(many_lines(20))
SECRET = "Auskunft"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = make_stage(tmp_path_factory.mktemp("stage"))
    stage.submit(PLAY)
    return stage


CLOSED = "127.0.0.1:1"
"""Where nobody listens."""
FLINK = "FlinkRunner"
PORTABLE = "PortableRunner"


@pytest.mark.parametrize(
    ("runner", "arguments", "told", "exit_code"),
    [
        ("NoSuchRunner", (), "no runner 'NoSuchRunner'", 2),
        ("DaskRunner", (), "loses outputs", 2),
        ("FnApiRunner", ("--direct_running_mode=multi_threading",), "corrupts data", 2),
        (FLINK, ("--parallelism=many",), "refuses an option", 2),
        (PORTABLE, (), "needs a job endpoint", 2),
        (PORTABLE, (f"--job_endpoint={CLOSED}",), f"connect: {CLOSED}", 3),
        (PORTABLE, ("--job_endpoint=nonsense",), "connect: nonsense", 3),
        (FLINK, ("--job_server_java_launcher=no-java",), "there is no Java", 2),
    ],
)
def test_a_runner_that_is_not_there_is_told_before_anything_is_done(
    stage: Stage, runner: str, arguments: tuple[str, ...], told: str, exit_code: int
) -> None:
    before = sorted(stage.root.rglob("*"))
    with pytest.raises(DatacoopError) as caught:
        stage.intake(PLAY, runner=runner, beam_arguments=arguments)
    assert told in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == exit_code
    assert sorted(stage.root.rglob("*")) == before


def test_what_is_known_of_beam_without_it_is_what_beam_says() -> None:
    known = {name.lower().removesuffix("runner") for name in runner._RUNNER_MAP}
    assert known == engine.RUNNERS
    options = PipelineOptions([]).get_all_options()
    told = {name: options[name] or "" for name in engine.BEAM_OPTIONS}
    assert told == engine.BEAM_OPTIONS


def test_a_wrong_jar_and_a_missing_flink_are_told(stage: Stage, tmp_path: Path) -> None:
    launcher = "--job_server_java_launcher=true"
    jar = tmp_path / "other.jar"
    with zipfile.ZipFile(jar, "w") as made:
        made.writestr("META-INF/MANIFEST.MF", "Main-Class: Other")
    for wrong in (jar, tmp_path / "absent.jar"):
        arguments = (launcher, f"--flink_job_server_jar={wrong}")
        with pytest.raises(SettingsError, match="is no jar of Beam's"):
            stage.intake(PLAY, runner=FLINK, beam_arguments=arguments)
    with pytest.raises(OutsideError, match="no job manager answers"):
        stage.intake(PLAY, runner=FLINK, beam_arguments=(launcher, f"--flink_master={CLOSED}"))


@pytest.mark.parametrize(
    ("text", "told", "exit_code"),
    [
        ("java.lang.IllegalStateException: Process died with exit code 78", "a worker lacks", 3),
        ("java.lang.IllegalStateException: Process died with exit code 2", "ended with 2", 3),
        ("ModuleNotFoundError: No module named 'datacoop.jobs'", "a worker lacks datacoop", 3),
        ('java.io.IOException: Cannot run program "/opt/boot": error=2', "run /opt/boot", 3),
        ("java.io.IOException: Received exit code 125 for command 'docker run'", "cannot run", 3),
        ("x.NoResourceAvailableException: no slots", "too few free slots", 3),
        ("Service failed to start up with error 1", "the job server ended with 1", 3),
        ("Pipeline 7 failed in state CANCELLED: unknown", "somebody ended the job: CANCELLED", 3),
        (f"datacoop.errors.SettingsError: {SECRET}", "SettingsError in a worker", 2),
        (f"datacoop.errors.IntegrityError: {SECRET}", "IntegrityError in a worker", 1),
        (f"datacoop.errors.NoSuchError: {SECRET}", "NoSuchError in a worker", 3),
        (SECRET, "RuntimeError", 3),
    ],
)
def test_what_an_engine_says_is_told_in_words_of_ours(text: str, told: str, exit_code: int) -> None:
    with pytest.raises(OutsideError) as caught, told_without_data("intake"):
        raise RuntimeError(f"Traceback {SECRET}\n{text} {SECRET}")
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == exit_code
