"""A release that waits until the scrub has been measured, and was good enough."""

import dataclasses
from pathlib import Path

import pytest
import yaml
from commands import datacoop, datacoop_json
from plays import ROWS, Stage, make_play, make_stage, many_lines, write_settings

from datacoop.demo.cast import demo_collection
from datacoop.jobs.contracts import add_collection
from datacoop.records.collection import parse_collection

CREATED = "2026-07-02T00:00:00Z"
GOLD = (
    '{"id": "g1", "lang": "de", "text": "Mail an post@example.org bitte", '
    '"spans": [{"start": 8, "end": 24, "label": "MAIL"}]}\n'
    '{"id": "g2", "lang": "de", "text": "bitte antworten Sie bald", '
    '"spans": [{"start": 20, "end": 24, "label": "SECRET"}]}\n'
)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = make_stage(tmp_path)
    set_floors(stage, {"MAIL": 100})
    stage.submit(play := make_play(many_lines(ROWS)))
    stage.intake(play)
    write_settings(stage)
    (tmp_path / "gold.jsonl").write_text(GOLD, encoding="utf-8")
    return stage


def set_floors(stage: Stage, floors: dict[str, int]) -> None:
    collection = demo_collection("classification")
    files = dict(collection.files)
    contract = yaml.safe_load(files["collection.yaml"])
    contract["release"]["scrub_floors"] = floors
    files["collection.yaml"] = yaml.safe_dump(contract)
    changed = parse_collection(files)
    assert dataclasses.replace(changed.release, scrub_floors={}) == collection.release
    add_collection(stage.pool, changed, stage.keys.operator, created_utc=CREATED)


def record(stage: Stage) -> int:
    found = datacoop_json(
        "evaluate", "scrub", "gold.jsonl", "--record", "classification", "--part", "all",
        folder=stage.root,
    )  # fmt: skip
    return int(found["log_entry"])


def test_nothing_is_released_before_the_scrub_was_measured(stage: Stage) -> None:
    done = datacoop("release", "build", "classification", folder=stage.root, code=1)
    assert "no evaluation of the scrub" in done.stderr
    assert "datacoop evaluate scrub" in done.stderr
    entry = record(stage)
    assert stage.pool.require().evaluations["classification"].recall == {
        "MAIL": (1, 1),
        "SECRET": (0, 1),
    }
    assert entry == stage.pool.require().length - 1
    assert "post@example.org" not in stage.pool.store.get(stage.log()[-1]).decode()
    datacoop("release", "build", "classification", folder=stage.root)


def test_below_a_floor_nothing_is_released(stage: Stage) -> None:
    set_floors(stage, {"MAIL": 100, "SECRET": 50})
    record(stage)
    done = datacoop("release", "build", "classification", folder=stage.root, code=1)
    assert "SECRET: 0 of 1 found; 50 % must be" in done.stderr


def test_a_changed_contract_is_measured_anew(stage: Stage) -> None:
    record(stage)
    set_floors(stage, {"MAIL": 99})
    done = datacoop("release", "build", "classification", folder=stage.root, code=1)
    assert "of another contract" in done.stderr
