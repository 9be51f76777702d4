"""`datacoop erase` as steward and operator type it."""

import json
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from plays import Stage, make_play, make_stage, write_settings

from datacoop.cli.main import datacoop
from datacoop.jobs.proof import PARTS
from datacoop.web.gateway.store import Store

MEMBER = "de-auental"
NICKNAME = "Querfurtherin-Ottka"
WISHES = ("einen neuen Parkausweis", "die Rückzahlung der Gebühr", "das Fällen einer alten Linde")
OFFICES = ("beim Bürgeramt", "bei der Gemeinde", "im Rathaus")
TEXTS = (
    *(
        f"Ich bitte um Auskunft über meinen Antrag {office} auf {wish} und warte seit Wochen."
        for wish in WISHES
        for office in OFFICES
    ),
    f"Im Amt nennt man mich {NICKNAME}, und ich warte noch immer auf den Bescheid über die Steuer "
    f"vom letzten Jahr.",
)
LINES = [json.dumps({"text": t, "class": "tax"}, ensure_ascii=False) for t in TEXTS]
PLAY = make_play("\n".join(LINES).encode(), submission_id="de-auental-typed-1")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = make_stage(tmp_path_factory.mktemp("erase") / "stage")
    write_settings(stage)
    stage.submit(PLAY)
    assert stage.intake(PLAY).outcome == "pass"
    return stage


@pytest.fixture
def stage(made: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.chdir(made.root)
    # The cache of whoever runs the tests is not to be searched.
    monkeypatch.setenv("HOME", str(made.root / "home"))
    return made


def told(text: str) -> list[str]:
    """Give the options by which a script tells identifiers."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    return ["--identifiers-fd", str(reading)]


def erase(*arguments: str, typed: str = "", code: int = 0) -> str:
    done = CliRunner().invoke(datacoop, ["erase", *arguments], input=typed, standalone_mode=False)
    error = done.exception
    if isinstance(error, click.ClickException):
        ended = 2
    else:
        ended = getattr(error, "exit_code", 0) if error else int(done.return_value or 0)
    assert ended == code, (done.output[-1000:], error)
    assert NICKNAME not in done.output + str(error)
    return done.stdout


def test_a_person_is_found_erased_and_proven_gone(stage: Stage) -> None:
    member = ["--member", MEMBER, "--key", f"keys/{MEMBER}-steward.key"]
    length = stage.pool.require().length

    found = json.loads(erase(*member, "--dry-run", "--json", *told(f"{NICKNAME}\n")))
    assert found == {"member": MEMBER, "rows": {PLAY.submission_id: 1}}
    assert stage.pool.require().length == length

    before = ["--dry-run", "--prove", "before.json", "--json"]
    proof = json.loads(erase(*member, *before, *told(NICKNAME), code=1))["proof"]
    assert {one["place"] for one in proof["found"]} == {"pool", f"landing of {MEMBER}"}

    assert "1" in erase(*member, typed=f"{NICKNAME}\n\n")
    assert not list((stage.root / "landing" / MEMBER).rglob("files/*"))
    operator = ["--apply", "--prove", "report.json", "--json"]
    applied = json.loads(erase(*operator, *told(f"{NICKNAME}\n\n")))
    assert [(one["member"], one["rows"]) for one in applied["erased"]] == [(MEMBER, 1)]
    assert applied["proof"]["is_clean"]
    parts = applied["proof"]["parts"]
    assert set(parts) == set(PARTS)
    # This desk names neither a Label Studio nor a gateway: the report does not keep it to itself.
    assert [part for part, searched in parts.items() if not searched] == ["tasks", "gateway store"]
    assert parts["quarantine"] == [f"landing of {m}" for m in sorted(stage.pool.state().members)]
    report = (stage.root / "report.json").read_text(encoding="utf-8")
    assert json.loads(report) == applied["proof"]
    assert NICKNAME not in report

    again = json.loads(erase(*member, "--again", "--json"))
    assert (again["files"], again["rewritten"]) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "identifiers", "code"),
    [
        ([], None, 2),
        (["--apply", "--member", MEMBER], None, 2),
        (["--member", MEMBER], "somebody", 2),
        (["--member", MEMBER, "--dry-run"], "x\n", 1),
        (["--member", MEMBER, "--dry-run", "--identifiers-fd", "999"], None, 2),
        (["--member", MEMBER, "--dry-run", "--submission", "no-such-1"], None, 1),
        (["--member", MEMBER, "--dry-run", "--records", "datacoop.toml"], None, 2),
        (["--member", MEMBER, "--dry-run", NICKNAME[:5]], None, 2),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_changed(
    stage: Stage, arguments: list[str], identifiers: str | None, code: int
) -> None:
    length = stage.pool.require().length
    given = told(identifiers) if identifiers else []
    erase(*arguments, *given, code=code)
    assert stage.pool.require().length == length


def test_the_page_of_the_command_says_how_identifiers_are_told() -> None:
    assert "never given on" in " ".join(erase("--help").split())


def test_a_gateway_s_store_forgets_erased_records(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/gateway.db", Fernet.generate_key())
    gone, stays = b"g" * 32, b"s" * 32
    for record in (gone, stays):
        store.report("a1", "documents", record, "personal", 1.0)

    def held() -> bytes:
        return b"".join(content for _, content in store.rows())

    assert gone.hex().encode() in held()
    store.forget([gone])
    assert gone.hex().encode() not in held()
    assert stays.hex().encode() in held()
    assert [one.record_id for one in store.reports()] == [stays]
    store.close()
