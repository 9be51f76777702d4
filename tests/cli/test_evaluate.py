"""`datacoop evaluate scrub` as a person runs it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from commands import datacoop, datacoop_json

from datacoop.cli.main import datacoop as group
from datacoop.records.collection import read_folder
from datacoop_schemas import collection_folder, policy_names

POLICY = {
    "name": "mails",
    "schema": "datacoop.scrub-policy.v1",
    "description": "A made-up policy for a test.",
    "version": 3,
    "countries": ["GB"],
    "names": False,
    "entities": {"EMAIL_ADDRESS": {"operator": "replace"}, "URL": {"operator": "keep"}},
}
TEST_ID, TRAIN_ID = "row-3", "row-0"
"""Ids of made-up rows: the one belongs to the test part, the other does not."""


def row(name: str, mail: str = "[b]ada@example.org", phone: str = "020 7946 0123") -> str:
    text = f"{mail} or {phone}"
    at = text.index(mail) + 3
    spans = [
        {"start": at, "end": at + len(mail) - 3, "label": "MAIL", "kind": "DIRECT"},
        {"start": text.index(phone), "end": len(text), "label": "TEL", "kind": "QUASI"},
    ]
    return json.dumps({"id": name, "lang": "en", "text": text, "spans": spans})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gold.jsonl").write_text("\n".join([row(TEST_ID), row(TRAIN_ID)]), encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(POLICY), encoding="utf-8")
    return tmp_path


def run(*arguments: str, folder: Path) -> Any:
    given = [str(folder / one) if "." in one else one for one in arguments]
    done = CliRunner().invoke(group, ["evaluate", "scrub", *given], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in arguments else done.stdout


@pytest.mark.parametrize(("part", "records"), [("train", 1), ("test", 1), ("all", 2)])
def test_json_holds_the_figures_of_a_part(part: str, records: int, folder: Path) -> None:
    value = run("gold.jsonl", "--policy", "policy.yaml", "--part", part, "--json", folder=folder)
    assert (value["policy"], value["part"], value["records"]) == ("mails@3", part, records)
    (language,) = value["languages"]
    assert (language["recall"], language["character_precision"]) == (0.5, 1.0)
    recall = {(one["label"], one["kind"]): one["recall"] for one in value["spans"]}
    assert recall == {
        ("", ""): 0.5,
        ("", "DIRECT"): 1.0,
        ("", "QUASI"): 0.0,
        ("MAIL", "DIRECT"): 1.0,
        ("TEL", "QUASI"): 0.0,
    }
    assert "misses" not in value


def test_the_test_part_is_the_default_and_no_text_is_printed(folder: Path) -> None:
    value = run("gold.jsonl", "--policy", "policy.yaml", "--json", folder=folder)
    assert (value["part"], value["records"]) == ("test", 1)
    shown = run("gold.jsonl", "--policy", "policy.yaml", folder=folder)
    assert "QUASI" in shown
    assert "7946" not in shown + json.dumps(value)


def test_misses_are_shown_only_when_asked_for(folder: Path) -> None:
    arguments = ("gold.jsonl", "--policy", "policy.yaml", "--part", "train", "--show-misses")
    (miss,) = run(*arguments, "--json", folder=folder)["misses"]
    assert (miss["record"], miss["text"], miss["left"]) == (TRAIN_ID, "020 7946 0123", 11)
    shown = run(*arguments, folder=folder)
    assert "020 7946 0123" in shown
    assert "[b]ada" in shown, "what looks like markup is shown as it is"


def test_a_collection_that_ships_names_its_policy(folder: Path) -> None:
    value = datacoop_json("evaluate", "scrub", "gold.jsonl", "--policy", "documents", folder=folder)
    assert value["policy"].startswith("direct@")
    assert value["languages"][0]["recall"] == 1.0


@pytest.mark.parametrize("name", policy_names())
def test_a_policy_that_ships_goes_by_its_name(name: str, folder: Path) -> None:
    value = run("gold.jsonl", "--policy", name, "--json", folder=folder)
    assert value["policy"].startswith(f"{name}@")
    assert value["languages"][0]["recall"] == 1.0


def test_a_contract_in_a_folder_is_a_policy_too(folder: Path) -> None:
    (folder / "mine").mkdir()
    texts = read_folder(collection_folder("pairs"))
    contract = texts["collection.yaml"].replace("policy: direct", "policy: mails")
    texts |= {"collection.yaml": contract, "scrub.yaml": yaml.safe_dump(POLICY)}
    for name, text in texts.items():
        (folder / "mine" / name).write_text(text, encoding="utf-8")
    value = datacoop_json("evaluate", "scrub", "gold.jsonl", "--policy", "mine", folder=folder)
    assert value["policy"] == "mails@3"


def test_rows_in_a_language_without_a_model_are_told_apart(folder: Path) -> None:
    gold = row(TEST_ID).replace('"en"', '"zz"')
    (folder / "zz.jsonl").write_text(gold, encoding="utf-8")
    value = run("zz.jsonl", "--policy", "documents", "--json", folder=folder)
    assert value["not_searched"] == {"scrub.language_unsupported": 1}
    assert value["languages"] == []
    assert "scrub.language_unsupported" in run("zz.jsonl", "--policy", "documents", folder=folder)


def test_a_part_without_rows_is_refused(folder: Path) -> None:
    (folder / "gold.jsonl").write_text(row(TRAIN_ID), encoding="utf-8")
    done = datacoop(
        "evaluate", "scrub", "gold.jsonl", "--policy", "documents", folder=folder, code=2
    )
    assert "--part all" in done.stderr


@pytest.mark.parametrize("content", [None, "a: [", "name: mails", "[]"])
def test_a_policy_that_is_none_is_wrong_usage(content: str | None, folder: Path) -> None:
    if content is not None:
        (folder / "odd.yaml").write_text(content, encoding="utf-8")
    done = datacoop(
        "evaluate", "scrub", "gold.jsonl", "--policy", "odd.yaml", folder=folder, code=2
    )
    assert "odd.yaml" in done.stderr
