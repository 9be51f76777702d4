"""`datacoop erase` as steward and operator type it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from plays import Stage, make_play, make_stage, write_settings

MEMBER = "de-auental"
NICKNAME = "Zwirbelhuber-Ottka"
TEXTS = (
    "Ich bitte um Auskunft über meinen Antrag auf einen neuen Parkausweis.",
    f"Im Amt nennt man mich {NICKNAME}, und ich warte noch immer auf Bescheid.",
)
LINES = [json.dumps({"text": t, "class": "tax"}, ensure_ascii=False) for t in TEXTS]
PLAY = make_play("\n".join(LINES).encode(), submission_id="de-auental-typed-1")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = make_stage(tmp_path_factory.mktemp("erase") / "stage")
    write_settings(stage)
    stage.submit(PLAY)
    stage.intake(PLAY)
    return stage


def erase(stage: Stage, *arguments: str, typed: str = "", code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "datacoop.cli.main", "erase", *arguments, "--json"],
        cwd=stage.root,
        env={**os.environ, "HOME": str(stage.root / "home")},
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, (done.stdout[-1000:], done.stderr[-1000:])
    assert NICKNAME not in done.stdout + done.stderr
    return done.stdout


def test_a_person_is_found_erased_and_proven_gone(stage: Stage) -> None:
    key = str(next((stage.root / "keys").glob(f"{MEMBER}*steward*.key")))
    member = ["--member", MEMBER, "--key", key, "--identifiers-fd", "0"]
    typed = f"{NICKNAME}\n\n"
    length = stage.pool.require().length

    found = json.loads(erase(stage, *member, "--dry-run", typed=typed))
    assert found == {"member": MEMBER, "rows": {PLAY.submission_id: 1}}
    assert stage.pool.require().length == length

    before = json.loads(
        erase(stage, *member, "--dry-run", "--prove", "before.json", typed=typed, code=1)
    )
    assert {one["place"] for one in before["proof"]["found"]} == {"pool", f"landing of {MEMBER}"}

    done = json.loads(erase(stage, *member, typed=typed))
    assert (done["rows"], done["files"]) == ({PLAY.submission_id: 1}, 1)
    operator = ["--apply", "--prove", "report.json", "--identifiers-fd", "0"]
    applied = json.loads(erase(stage, *operator, typed=typed))
    assert [(one["member"], one["rows"]) for one in applied["erased"]] == [(MEMBER, 1)]
    assert applied["proof"]["is_clean"]
    report = (stage.root / "report.json").read_text(encoding="utf-8")
    assert json.loads(report) == applied["proof"]
    assert NICKNAME not in report

    again = json.loads(erase(stage, "--member", MEMBER, "--key", key, "--again"))
    assert (again["files"], again["rewritten"]) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "typed", "code"),
    [
        ([], "", 2),
        (["--apply", "--member", MEMBER], "", 2),
        (["--member", MEMBER, "--identifiers-fd", "0"], "x", 2),
        (["--member", MEMBER, "--dry-run", "--identifiers-fd", "0"], "x\n", 1),
        (["--member", MEMBER, "--dry-run", "--identifiers-fd", "99"], "", 2),
        (["--member", MEMBER, "--dry-run", "--submission", "no-such-1"], "", 1),
        (["--member", MEMBER, "--dry-run", "--records", "datacoop.toml"], "", 2),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_changed(
    stage: Stage, arguments: list[str], typed: str, code: int
) -> None:
    length = stage.pool.require().length
    erase(stage, *arguments, typed=typed, code=code)
    assert stage.pool.require().length == length


def test_the_command_takes_no_identifier_as_an_argument(stage: Stage, tmp_path: Path) -> None:
    erase(stage, "--member", MEMBER, "--dry-run", str(tmp_path), code=2)
