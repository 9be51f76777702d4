"""The whole path through the commands: from an empty folder to an exported version."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from commands import datacoop, datacoop_json
from plays import many_lines

from datacoop.cli.main import datacoop as group
from datacoop.errors import SettingsError, VersionWithdrawnError
from datacoop.records.statements import STATEMENTS

SETTINGS = """
pool = "pool"
landing = "landing/{member}"
work = "work"
operator_key = "keys/operator.key"
grants = "grants"
"""
MEMBERS = {"de-auental": "DE", "gb-northmoor": "GB", "ca-laurier": "CA"}
SUBMISSION = "de-auental-requests-1"
GIVEN = {
    "id": SUBMISSION,
    "member": "de-auental",
    "collection": "classification",
    "title": "Requests (made up)",
    "language": "de",
    "licence": "CC-BY-4.0",
    "rights-holder": "Auental",
    "attribution": "Auental",
    "legal-basis": "research",
    "people": "made-up people",
    "collected-how": "made up",
    "collected-from": "2026-01-01",
    "collected-to": "2026-06-30",
    "contact": "steward@example.org",
}


class Desk:
    """Somebody who runs commands in one folder; all but one of them in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> Any:
        done = CliRunner().invoke(group, [*arguments, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, (arguments, done.output)
        return json.loads(done.stdout)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "datacoop.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.jsonl").write_bytes(many_lines(40))
    monkeypatch.chdir(tmp_path)
    # What an earlier run remembers of a pool in a folder of this name is not ours.
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return Desk(tmp_path)


def found(desk: Desk) -> None:
    """Found the pool with three members, a steward and an approver each."""
    desk.run("key", "new", "keys/operator.key", "--role", "operator", "--holder", "o1")
    assert desk.run("pool", "init", "--id", "coop", "--title", "Coop")["pool_id"] == "coop"
    for member, country in MEMBERS.items():
        for role in ("steward", "approver"):
            path = f"keys/{member}-{role}.key"
            desk.run("key", "new", path, "--role", role, "--member", member, "--holder", "p")
        keys = [f"--key=keys/{member}-{role}.key.pub.json" for role in ("steward", "approver")]
        desk.run("member", "add", member, "--title", member, "--country", country, *keys)
    keys = [f"--key=keys/{member}-approver.key" for member in ("gb-northmoor", "ca-laurier")]
    assert len(desk.run("trust", "init", *keys)["root_sha256"]) == 64


def submit(desk: Desk) -> None:
    given = [f"--{name}={value}" for name, value in GIVEN.items()]
    assert desk.run("submission", "new", "data", "rows.jsonl", *given)["files"] == 1
    assert desk.run("submission", "check", "data")["faults"] == []
    desk.run("submission", "sign", "data", "--key", "keys/de-auental-steward.key")
    assert desk.run("submission", "send", "data")["submission"] == SUBMISSION


def release(desk: Desk, number: int) -> dict[str, Any]:
    built = desk.run("release", "build", "classification")
    assert built["version"] == number
    assert desk.run("release", "propose", "classification")["version"] == number
    for member in ("gb-northmoor", "ca-laurier"):
        key = f"--key=keys/{member}-approver.key"
        desk.run("release", "approve", "classification", str(number), key)
    published = desk.run("release", "publish", "classification", str(number))
    assert published["shards"] == built["shards"]
    shown = desk.run("release", "show", "classification", str(number))
    assert shown["published"]
    assert shown["approved_by"] == ["ca-laurier", "gb-northmoor"]
    return dict(published)


def test_the_path_from_a_file_to_an_export_and_back(desk: Desk) -> None:
    found(desk)
    submit(desk)
    taken = datacoop("intake", "run", "de-auental", SUBMISSION, "--json", folder=desk.folder)
    receipt = json.loads(taken.stdout)
    assert taken.stderr == "", "nothing but JSON for machines"
    assert receipt["rows"] == 40 == sum(receipt["states"].values())
    assert receipt["states"]["quarantined"] == 1
    status = desk.run("submission", "status", "de-auental", SUBMISSION)
    assert status == receipt | {"withdrawn": False}

    first = release(desk, 1)
    assert first["rows"] > 0
    exported = desk.run("export", "classification", "1", "out", "--to", "parquet")
    assert exported["rows"] == first["rows"]
    assert any((desk.folder / "out").iterdir())

    withdrawn = desk.run(
        "submission", "withdraw", SUBMISSION, "--key", "keys/de-auental-steward.key"
    )
    assert withdrawn["versions"] == ["classification/1"]
    assert withdrawn["next"] == ["datacoop trust refresh"]
    told = CliRunner().invoke(group, ["verify", "pool", "--json"])
    assert [json.loads(told.stdout)[name] for name in ("sound", "unfinished")] == [False, True]
    assert desk.run("trust", "refresh")["refreshed"]
    again = CliRunner().invoke(group, ["export", "classification", "1", "again"])
    assert isinstance(again.exception, VersionWithdrawnError)
    assert again.exception.reason == "withdrawal"
    status = desk.run("submission", "status", "de-auental", SUBMISSION)
    assert status["withdrawn"]
    assert sum(status["states"].values()) == 40

    assert desk.run("pool", "status")["submissions"][0]["outcome"] == "withdrawn"
    kinds = [entry["kind"] for entry in desk.run("log", "show")]
    assert kinds[0] == "pool_created"
    assert kinds[-2:] == ["submission_withdrawn", "trust_refreshed"]
    assert desk.run("verify", "pool")["sound"]


def test_two_versions_are_compared(desk: Desk) -> None:
    found(desk)
    submit(desk)
    desk.run("intake", "run", "de-auental", SUBMISSION)
    release(desk, 1)
    release(desk, 2)
    same = desk.run("release", "diff", "classification", "1", "2", "--html", "diff.html")
    assert same["rows"] == 0
    assert same["submissions_added"] == same["submissions_removed"] == []
    assert same["shards_new"] == 0
    assert "version 1 to 2" in (desk.folder / "diff.html").read_text(encoding="utf-8")
    told = CliRunner().invoke(group, ["release", "diff", "classification", "1", "2"])
    assert "languages" in told.stdout
    written = ("--card", "card.html", "--statements", "said")
    shown = desk.run("release", "show", "classification", "2", *written)
    assert set(shown["statements"]) == set(STATEMENTS)
    for name, key in shown["statements"].items():
        content = (desk.folder / "said" / name).read_bytes()
        assert content == (desk.folder / "pool" / key).read_bytes()
    assert (desk.folder / "card.html").read_bytes() == (desk.folder / "said/card.html").read_bytes()


def test_a_grant_is_given_used_and_revoked(desk: Desk) -> None:
    found(desk)
    submit(desk)
    desk.run("intake", "run", "de-auental", SUBMISSION)
    release(desk, 1)
    given = ("--who", "Example Lab", "--collection", "classification", "--jurisdiction", "kr")
    given += ("--purpose", "model-training", "--until", "2999-12-31", "--out", "lab.grant.json")
    grant = desk.run("grant", "new", *given)["grant"]
    shown = desk.run("grant", "show", grant)
    assert (shown["who"], shown["jurisdiction"], shown["stands"]) == ("Example Lab", "KR", True)
    exported = desk.run("export", "classification", "1", "out", "--grant", "lab.grant.json")
    assert exported["rows"] > 0
    again = CliRunner().invoke(group, ["grant", "new", *given])
    assert isinstance(again.exception, SettingsError), "a file is never overwritten"
    desk.run("grant", "revoke", grant)
    [listed] = desk.run("grant", "list")
    assert (listed["grant"], listed["state"]) == (grant, "revoked")
    assert desk.run("grant", "show", grant)["objections"] == ["the grant was revoked"]
    assert "Example Lab" not in json.dumps(desk.run("log", "show"))


def test_collections_are_listed_shown_and_checked(desk: Desk) -> None:
    found(desk)
    names = [entry["collection"] for entry in desk.run("collection", "list")]
    assert "classification" in names
    shown = desk.run("collection", "show", "classification")
    folder = desk.folder / "own"
    folder.mkdir()
    for name, text in shown["files"].items():
        (folder / name).write_text(text, encoding="utf-8")
    assert desk.run("collection", "check", "own")["digest"] == shown["digest"]


def test_faults_are_told_as_json_with_their_code(desk: Desk) -> None:
    found(desk)
    asked = ("submission", "status", "de-auental", "no-such-1")
    told = datacoop_json(*asked, folder=desk.folder, code=1)
    assert told["error"] == "RefusedError"
    assert told["hint"]
