"""What goes wrong in a worker is told without a word of the data."""

from pathlib import Path

import pytest
from commands import run_python
from plays import make_play, make_stage, many_lines, write_settings

from datacoop.errors import OutsideError, RefusedError
from datacoop.jobs.failures import told_without_data
from datacoop.records.silence import silent_failures

SECRET = "Auskunft"
PLANT = """
import sys
from datacoop.jobs import intake_range
from datacoop.errors import OutsideError
from datacoop.cli.main import main

def plain(batch, **_):
    raise ValueError(f"cannot scrub {batch.to_pylist()}")

def caused(batch, **_):
    try:
        plain(batch)
    except ValueError as error:
        raise OutsideError("engine", "scrub") from error

intake_range.scrub_batch = {"plain": plain, "caused": caused}[sys.argv.pop(1)]
main()
"""


@pytest.mark.parametrize(
    ("plant", "told"), [("plain", "ValueError at"), ("caused", "OutsideError in a worker")]
)
def test_an_exception_that_quotes_rows_reaches_nobody(
    tmp_path: Path, plant: str, told: str
) -> None:
    stage, play = make_stage(tmp_path), make_play(many_lines(20))
    stage.submit(play)
    write_settings(stage)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = ("intake", "run", play.member, play.submission_id)
    environment = {"TMPDIR": str(temporary)}
    done = run_python("-c", PLANT, plant, *command, folder=tmp_path, environment=environment)
    assert done.returncode == 3
    # Beam warns when it is imported, which the plant does before the command starts; the bar of
    # progress leaves an empty line.
    said = [line for line in done.stderr.splitlines() if line and "apitools" not in line]
    assert said[0].startswith("Error: intake failed at run: ")
    assert told in said[0]
    assert len(said) == 2
    assert "Traceback" not in done.stderr
    written = [p for p in temporary.rglob("*") if p.is_file()]
    written += [p for p in (tmp_path / "pool").rglob("*") if p.is_file()]
    texts = [done.stdout, done.stderr, *(p.read_bytes().decode("latin-1") for p in written)]
    assert not [text for text in texts if SECRET in text]


def test_a_step_gives_type_and_place_only() -> None:
    with pytest.raises(OutsideError) as caught, silent_failures("range"):
        raise KeyError(SECRET)
    assert SECRET not in str(caught.value)
    assert "KeyError at jobs/test_worker_errors.py:" in str(caught.value)
    assert caught.value.__suppress_context__


def test_an_error_of_ours_passes_through_a_step_without_its_cause() -> None:
    with pytest.raises(RefusedError) as caught, silent_failures("range"):
        raise RefusedError("no") from KeyError(SECRET)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_failed_pipeline_names_the_worker_s_error_without_its_text() -> None:
    text = f"Traceback\n  {SECRET}\ndatacoop.errors.TransientError: {SECRET}\n"
    with pytest.raises(OutsideError) as caught, told_without_data("intake"):
        raise RuntimeError(text)
    assert str(caught.value) == "intake failed at run: TransientError in a worker"
