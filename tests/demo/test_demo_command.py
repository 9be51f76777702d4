"""The demo as a new user runs it: a real Label Studio, the whole path, and what it leaves."""

import base64
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

STATES = {"accepted", "duplicate", "quarantined"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def datacoop(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = Path(sys.executable).with_name("datacoop")
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "left"
    ports = ("--port", str(free_port()), "--gateway-port", str(free_port()))
    done = datacoop("demo", "--dir", str(folder), *ports, "--json")
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["broken_promises"] == []
    return folder


@pytest.fixture(scope="module")
def summary(left: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((left / "summary.json").read_text(encoding="utf-8"))
    return found


def test_it_leaves_what_acceptance_checks_look_for(left: Path) -> None:
    for name in ("pool", "label-studio", "logs"):
        assert any((left / name).iterdir()), name
    assert len(list((left / "landing").iterdir())) == 6
    for name in ("planted", "labels"):
        first = (left / "truth" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[0]
        assert {"member", "submission", "file", "position", "value"} <= set(json.loads(first))
    assert "<table>" in (left / "report.html").read_text(encoding="utf-8")


def test_every_row_has_one_state_and_an_independent_count_agrees(summary: dict[str, Any]) -> None:
    assert len(summary["submissions"]) == 12
    for found in summary["submissions"].values():
        assert sum(found["states"].values()) == found["rows"]
        assert found["rows"] == found["rows_counted_independently"]
        assert set(found["states"]) <= STATES


def test_sound_rows_come_through_and_nothing_planted_does(summary: dict[str, Any]) -> None:
    assert summary["sound_rows"]["accepted"] >= 0.98 * summary["sound_rows"]["sent"]
    assert len(summary["leaks"]) > 30
    assert {name for name, found in summary["leaks"].items() if found["leaked"]} == set()


def test_simulated_auditors_find_the_planted_leak(left: Path, summary: dict[str, Any]) -> None:
    audit = summary["leak_audit"]
    assert audit["auditors"] == "simulated"
    # Of the three, one may be a duplicate of another once personal data is masked.
    assert audit["rows_barred"] >= 2
    assert audit["gold"] in (1, 2)
    assert {one["outcome"] for one in audit["languages"]} == {"met"}
    assert audit["leaks_in_versions"] == 0
    gold = min(left.glob("landing/*/leaks/*.jsonl"))
    row = json.loads(gold.read_text(encoding="utf-8"))
    (span,) = row["spans"]
    value = row["text"][span["start"] : span["end"]]
    assert not [p for p in (left / "pool" / "log").iterdir() if value.encode() in p.read_bytes()]


def test_labels_are_near_the_truth(summary: dict[str, Any]) -> None:
    for found in summary["labels"].values():
        assert found["annotators"] == "simulated"
        assert found["labels"] > 50
        assert found["accuracy"] > 0.85


def test_fewer_votes_are_asked_than_three_each(summary: dict[str, Any]) -> None:
    labels = summary["labels"].values()
    asked, fixed = (sum(one[name] for one in labels) for name in ("tasks_votes", "fixed_votes"))
    assert fixed == 3 * sum(one["tasks"] for one in labels)
    assert asked < 0.9 * fixed


def test_hidden_gold_pauses_the_careless_annotator_alone(
    left: Path, summary: dict[str, Any]
) -> None:
    assert {name: one["paused"] for name, one in summary["labels"].items()} == {
        "documents": 1,
        "dialogues": 0,
        "classification": 0,
    }
    assert summary["labels"]["documents"]["gold_answers"] > 10
    log = (path.read_bytes() for path in (left / "pool" / "log").iterdir())
    written = b"".join(base64.b64decode(json.loads(entry)["payload"]) for entry in log)
    assert b"annotators_paused" in written
    assert b"example.org" not in written


def test_annotators_and_auditors_reach_label_studio_through_the_gateway_alone(left: Path) -> None:
    log = (left / "logs" / "label-studio.log").read_text(encoding="utf-8")
    answers = [line for line in log.splitlines() if "/annotations/" in line and "POST" in line]
    assert answers
    # The gateway names the project.
    assert [line for line in answers if "?project=" not in line] == []
    gateway = (left / "logs" / "gateway.log").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in gateway if line.startswith("{")]
    # They answer faster than people do, and wait where they are told to.
    assert {one["reason"] for one in events if one["event"] == "denied"} <= {"rate"}


def test_version_two_lacks_the_withdrawn_submission(summary: dict[str, Any]) -> None:
    versions = {(v["collection"], v["version"]): v for v in summary["versions"]}
    assert set(versions) == {
        ("documents", 1),
        ("dialogues", 1),
        ("classification", 1),
        ("documents", 2),
    }
    first, second = versions["documents", 1], versions["documents", 2]
    assert second["rows"] < first["rows"]
    assert set(second["shards"]) & set(first["shards"]), "shards that lost nothing are kept"
    assert summary["withdrawn_rows_in_next_version"] == 0


def test_the_pool_verifies_until_one_bit_is_flipped(left: Path) -> None:
    assert datacoop("verify", str(left / "pool")).returncode == 0
    shard = max((left / "pool" / "blobs" / "sha256").iterdir(), key=lambda p: p.stat().st_size)
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    done = datacoop("verify", str(left / "pool"), "--json")
    assert done.returncode == 1
    assert shard.name in json.loads(done.stdout)["faults"][0]["file"]
