"""`datacoop trust`, `witness` and `release` as operator, approvers and witnesses type them."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from plays import many_lines
from tests.cli.test_end_to_end import MEMBERS, SETTINGS, SUBMISSION, Desk, found, submit

import datacoop as library
from datacoop.cli.main import datacoop as group
from datacoop.errors import IntegrityError, RefusedError
from datacoop.pool.keys import load_public_key
from datacoop.pool.trust_change import change_from_bytes
from datacoop.read.open import PoolReader

COLLECTION = "classification"
APPROVERS = {member: f"keys/{member}-approver.key" for member in MEMBERS}
GB, CA, DE = (APPROVERS[member] for member in ("gb-northmoor", "ca-laurier", "de-auental"))
POLICY = "  approving_members: 3\n  cosignatures: 2\n"


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    (folder / "datacoop.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "rows.jsonl").write_bytes(many_lines(40))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found(Desk(folder))
    return folder


@pytest.fixture
def desk(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = tmp_path / "desk"
    shutil.copytree(founded, folder)
    monkeypatch.chdir(folder)
    return Desk(folder)


def refused(*arguments: str) -> str:
    """Run a command that must be refused; give what is said."""
    done = CliRunner().invoke(group, [*arguments])
    assert isinstance(done.exception, RefusedError | IntegrityError), done.output
    return str(done.exception)


def new_key(desk: Desk, role: str, member: str, holder: str) -> str:
    path = f"keys/{holder}.key"
    desk.run("key", "new", path, "--role", role, "--member", member, "--holder", holder)
    return path


def key_id(path: str) -> str:
    return load_public_key(Path(f"{path}.pub.json")).keyid


def approvers(desk: Desk) -> set[str]:
    return {key["keyid"] for key in desk.run("trust", "show")["approvers"]}


def reader(**how: Any) -> PoolReader:
    return library.open("pool", cache=Path("cache"), **how)


def change(desk: Desk, *arguments: str, others: Sequence[str] = (CA,)) -> Any:
    """Begin a change with one approver's key, hand it on until it is complete, show it."""
    done = desk.run("trust", *arguments, "--out", "change.json", "--key", GB)
    for path in others:
        assert not done["entered"]
        assert done["missing"]
        done = desk.run("trust", "sign", "change.json", "--key", path)
    assert done["entered"]
    assert done["missing"] == {}
    assert desk.run("trust", "refresh")["refreshed"]
    return done


def test_an_approver_s_key_comes_in_is_replaced_and_revoked(desk: Desk) -> None:
    second = new_key(desk, "approver", "gb-northmoor", "g2")
    change(desk, "add-key", f"{second}.pub.json")
    assert approvers(desk) == {key_id(path) for path in (*APPROVERS.values(), second)}

    third = new_key(desk, "approver", "gb-northmoor", "g3")
    done = change(desk, "rotate", key_id(second)[:12], f"{third}.pub.json")
    assert done["removes"] == [key_id(second)]
    assert approvers(desk) == {key_id(path) for path in (*APPROVERS.values(), third)}

    change(desk, "revoke", key_id(third))
    shown = desk.run("trust", "show")
    assert set(shown["revoked"]) == {key_id(second), key_id(third)}
    assert approvers(desk) == {key_id(path) for path in APPROVERS.values()}
    assert shown["root"] == 4

    again = ["trust", "revoke", key_id(CA), "--out", "c.json", "--key", second]
    assert "key" in refused(*again), "a revoked key signs no change"
    assert desk.run("verify", "pool")["sound"]


def test_one_member_changes_nothing_whatever_it_signs(desk: Desk) -> None:
    length = desk.run("pool", "status")["log_length"]
    second = new_key(desk, "approver", "ca-laurier", "c2")
    pub = f"{second}.pub.json"
    desk.run("trust", "add-key", pub, "--out", "c.json", "--key", CA)
    again = desk.run("trust", "sign", "c.json", "--key", CA)
    assert not again["entered"]
    own = desk.run("trust", "sign", "c.json", "--key", second)
    assert not own["entered"]
    assert own["missing"]["root"] == 1, "two keys of one member are one"
    change = change_from_bytes(Path("c.json").read_bytes())
    Path("c.json").write_bytes(replace(change, add=()).to_bytes())
    refused("trust", "sign", "c.json", "--key", GB)
    assert desk.run("pool", "status")["log_length"] == length
    assert approvers(desk) == {key_id(path) for path in APPROVERS.values()}


def test_the_operator_s_key_is_replaced_without_the_operator(desk: Desk) -> None:
    desk.run("key", "new", "keys/next.key", "--role", "operator", "--holder", "o2")
    old = desk.run("trust", "show")["operator"]
    begun = desk.run(
        "trust", "rotate", old, "keys/next.key.pub.json", "--out", "c.json", "--key", GB
    )
    assert not begun["entered"]
    assert desk.run("trust", "sign", "c.json", "--key", CA)["entered"]
    assert "operator" in refused("trust", "refresh")
    text = SETTINGS.replace("operator.key", "next.key")
    (desk.folder / "datacoop.toml").write_text(text, encoding="utf-8")
    assert desk.run("trust", "refresh")["refreshed"]
    assert desk.run("trust", "show")["operator"] == key_id("keys/next.key")
    assert reader().versions(COLLECTION) == []
    assert desk.run("verify", "pool")["sound"]


def test_metadata_is_renewed_and_refreshed_only_when_it_must_be(desk: Desk) -> None:
    change(desk, "renew")
    assert desk.run("trust", "show")["root"] == 2
    length = desk.run("pool", "status")["log_length"]
    assert not desk.run("trust", "refresh", "--within-days", "4")["refreshed"]
    assert desk.run("pool", "status")["log_length"] == length
    assert desk.run("trust", "refresh", "--within-days", "7")["refreshed"]
    assert desk.run("pool", "status")["log_length"] == length + 1


def test_a_witness_s_key_is_entered_and_revoked_by_the_operator(desk: Desk) -> None:
    key = new_key(desk, "witness", "gb-northmoor", "w1")
    assert desk.run("trust", "add-key", f"{key}.pub.json")["entered"] == key_id(key)
    desk.run("log", "checkpoint")
    seen = desk.run("witness", "--key", key, "--memory", "w1/checkpoint")
    assert seen["first"]
    assert desk.run("trust", "revoke", key_id(key)) == {"revoked": key_id(key)}
    desk.run("log", "checkpoint")
    assert "does not know" in refused("witness", "--key", key, "--memory", "w1/checkpoint")
    pub = load_public_key(Path(f"{GB}.pub.json"))
    asked = CliRunner().invoke(group, ["trust", "revoke", pub.keyid, "--key", CA])
    assert "--out is needed" in asked.output


def test_a_policy_of_three_approvals_and_two_cosignatures_holds_to_the_reader(desk: Desk) -> None:
    shown = desk.run("collection", "show", COLLECTION)
    own = desk.folder / "own"
    own.mkdir()
    for name, text in shown["files"].items():
        (own / name).write_text(text, encoding="utf-8")
    with (own / "collection.yaml").open("a", encoding="utf-8") as file:
        file.write(POLICY)
    desk.run("collection", "add", "own")
    # Until approvers sign for it, readers count two members; the log counts three at once.
    change(desk, "renew", others=(CA, DE))
    # Who signed a submission may not approve it: the third approver is another person.
    third = new_key(desk, "approver", "de-auental", "d2")
    change(desk, "add-key", f"{third}.pub.json", others=(CA, DE))
    witnesses = {
        member: new_key(desk, "witness", member, f"w-{member}")
        for member in ("gb-northmoor", "ca-laurier")
    }
    for key in witnesses.values():
        desk.run("trust", "add-key", f"{key}.pub.json")
    submit(desk)
    desk.run("intake", "run", "de-auental", SUBMISSION)
    desk.run("release", "build", COLLECTION)
    desk.run("release", "propose", COLLECTION)
    publish = ("release", "publish", COLLECTION, "1")
    approve = ("release", "approve", COLLECTION, "1", "--key")
    for path in (GB, CA):
        desk.run(*approve, path)
    assert "by 2 of 3 members" in refused(*publish)
    assert "signed" in refused(*approve, DE)
    desk.run(*approve, third)
    for seen in range(2):
        assert f"of {seen} of 2 members" in refused(*publish)
        desk.run("log", "checkpoint")
        for name, path in list(witnesses.items())[: seen + 1]:
            desk.run("witness", "--key", path, "--memory", f"{name}/checkpoint")
    assert desk.run(*publish)["rows"] > 0

    given = [load_public_key(Path(f"{key}.pub.json")) for key in witnesses.values()]
    asked = {"witnesses": given, "cosignatures": 2}
    with pytest.raises(RefusedError, match="of 0 of 2 members"):
        reader(**asked).version(COLLECTION, 1, purpose="model-training")
    for name, path in witnesses.items():
        desk.run("witness", "--key", path, "--memory", f"{name}/checkpoint")
    assert len(reader(**asked).version(COLLECTION, 1, purpose="model-training")) > 0
    role = json.loads((desk.folder / "pool/trust/2.targets.json").read_bytes())["signed"]
    wanted = {one["name"]: one["threshold"] for one in role["delegations"]["roles"]}
    assert wanted[COLLECTION] == 3, "readers count three members too"
    assert desk.run("verify", "pool")["sound"]
