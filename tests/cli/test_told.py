"""What commands tell machines: lines of JSON and figures, without a value of anybody's."""

import json
import logging
from io import StringIO
from pathlib import Path

import pytest
from commands import run_python
from plays import Stage, make_play, make_stage, many_lines, write_settings

from datacoop import journal

PLANTED = ("mara.testperson@example.org", "+49 30 901820 77", "Mara Testperson")
LINE = (
    '{{"text": "Bitte antworten Sie {2} unter {0} oder {1}, wegen des Antrags vom Mai und der '
    'Frist, die in zwei Wochen endet.", "class": "tax"}}\n'
)
SUBMISSION = ("de-auental", "de-auental-small-1")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    made = make_stage(tmp_path_factory.mktemp("told"))
    # One row more that cannot be read, with a planted value in it.
    content = many_lines(20) + LINE.format(*PLANTED).encode() * 2 + f"{PLANTED[0]}\n".encode()
    made.submit(make_play(content))
    write_settings(made)
    return made


def run(stage: Stage, *arguments: str) -> tuple[int, str, str]:
    environment = {"DATACOOP_LOG_JSON": "1", "DATACOOP_METRICS_FOLDER": "figures"}
    done = run_python(
        *("-m", "datacoop.cli.main", *arguments, "--json"),
        folder=stage.root,
        environment=environment,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_a_job_tells_in_json_what_it_counted_and_no_planted_value(stage: Stage) -> None:
    code, out, err = run(stage, "intake", "run", *SUBMISSION)
    assert code == 0, err
    receipt = json.loads(out)
    lines = [json.loads(line) for line in err.splitlines()]
    own = [line for line in lines if line["event"] != "library"]
    assert [own[0]["event"], own[-1]["event"]] == ["command_started", "command_ended"]
    assert all({"time", "level", "run"} <= line.keys() for line in lines)
    assert all((line["member"], line["submission"]) == SUBMISSION for line in own)
    assert own[-1]["counts"]["states.accepted"] == receipt["states"]["accepted"]
    figures = (stage.root / "figures" / "datacoop-intake_run-de-auental.prom").read_text()
    labels = 'command="intake run",member="de-auental"'
    assert f"datacoop_job_exit_code{{{labels}}} 0\n" in figures
    held = receipt["states"]["quarantined"]
    assert f'datacoop_job_count{{{labels},what="states.quarantined"}} {held}\n' in figures
    for value in PLANTED:
        assert value not in err + out + figures


def test_a_failure_is_told_in_one_line_and_does_not_forget_the_last_success(
    stage: Stage,
) -> None:
    path = stage.root / "figures" / "datacoop-trust_refresh.prom"
    assert run(stage, "trust", "refresh")[0] == 0
    name = "datacoop_job_succeeded_timestamp_seconds"
    well = journal.read_figure(path, name)
    (stage.root / "keys" / "operator.key").rename(stage.root / "keys" / "away.key")
    try:
        code, _, err = run(stage, "trust", "refresh")
    finally:
        (stage.root / "keys" / "away.key").rename(stage.root / "keys" / "operator.key")
    ended = json.loads(err.splitlines()[-1])
    assert (ended["event"], ended["level"], ended["code"]) == ("command_ended", "error", code)
    assert ended["hint"]
    assert well is not None
    assert journal.read_figure(path, name) == well


def test_no_address_of_a_person_is_told(stage: Stage) -> None:
    _, __, err = run(stage, "annotator", "remove", PLANTED[0])
    assert json.loads(err.splitlines()[-1])["event"] == "command_ended"
    assert PLANTED[0] not in err


def test_of_a_library_only_its_name_and_place_are_told() -> None:
    stream = StringIO()
    try:
        journal.write_lines(stream, program="test")
        logging.getLogger("apache_beam.runner").error("failed at row %s", PLANTED[0])
        try:
            raise ValueError(PLANTED[1])
        except ValueError:
            logging.getLogger("uvicorn.error").exception(PLANTED[2])
        journal.tell("denied", "warning", reason="no_route")
    finally:
        journal.keep_silent()
        logging.getLogger("datacoop").setLevel(logging.NOTSET)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["library", "library", "denied"]
    assert lines[0]["logger"] == "apache_beam.runner"
    assert lines[2]["level"] == "warning"
    assert not any(value in stream.getvalue() for value in PLANTED)


def test_figures_are_written_as_prometheus_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "new" / "one.prom"
    figures = [
        journal.Figure("datacoop_job_count", {"job": "a", "what": 'x"\\\n'}, 3),
        journal.Figure("datacoop_job_exit_code", {"job": "a", "member": ""}, 0),
        journal.Figure("datacoop_job_count", {"job": "b", "what": "y"}, 1.5),
    ]
    journal.write_figures(path, figures)
    text = path.read_text()
    assert text.count("# TYPE datacoop_job_count gauge") == 1
    assert 'datacoop_job_count{job="a",what="x\\"\\\\\\n"} 3\n' in text
    assert 'datacoop_job_exit_code{job="a"} 0\n' in text
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == ["one.prom"]
