"""Every file under `valid` passes its schema; every file under `invalid` fails as it says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from datacoop.records.schema_check import schema_faults
from datacoop_schemas import (
    collection_folder,
    collection_names,
    policy_names,
    policy_text,
    read_text,
)

HERE = Path(__file__).parent
SCHEMAS = (
    "collection.v1.json", "expectations.v1.json", "scrub-policy.v1.json", "submission.v1.json",
    "workforce.v1.json",
)  # fmt: skip


def files(folder: str) -> list[Any]:
    return [
        pytest.param(path, id=f"{path.parent.name}-{path.stem}")
        for path in sorted((HERE / folder).glob("*/*.yaml"))
    ]


def faults(path: Path) -> list[str]:
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [str(fault) for fault in schema_faults(f"{path.parent.name}.json", value)]


@pytest.mark.parametrize("path", files("valid"))
def test_a_valid_file_has_no_faults(path: Path) -> None:
    assert faults(path) == []


@pytest.mark.parametrize("path", files("invalid"))
def test_an_invalid_file_has_the_one_fault_of_its_first_line(path: Path) -> None:
    first_line = path.read_text(encoding="utf-8").splitlines()[0]
    assert faults(path) == [first_line.removeprefix("# ")]


@pytest.mark.parametrize("name", collection_names())
def test_the_files_of_each_collection_that_ships_have_no_faults(name: str) -> None:
    folder = collection_folder(name)
    contract = yaml.safe_load(folder.joinpath("collection.yaml").read_text(encoding="utf-8"))
    expectations = json.loads(folder.joinpath("expectations.json").read_text(encoding="utf-8"))
    assert contract["name"] == name
    assert schema_faults("collection.v1.json", contract) == []
    assert schema_faults("expectations.v1.json", expectations) == []


@pytest.mark.parametrize("name", policy_names())
def test_each_scrub_policy_that_ships_has_no_faults(name: str) -> None:
    policy = yaml.safe_load(policy_text(name))
    assert policy["name"] == name
    assert schema_faults("scrub-policy.v1.json", policy) == []


def nodes(schema: object, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        yield path, schema
        for key, inner in schema.items():
            yield from nodes(inner, f"{path}.{key}")
    elif isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from nodes(inner, f"{path}[{index}]")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_closed_and_describes_every_property(name: str) -> None:
    schema = json.loads(read_text(f"json/{name}"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for path, node in nodes(schema):
        if node.get("type") == "object":
            assert "additionalProperties" in node, path
        for key, inner in node.get("properties", {}).items():
            target = schema["$defs"].get(inner.get("$ref", "").removeprefix("#/$defs/"), {})
            assert inner.get("description") or target.get("description"), f"{path}.{key}"
        if "pattern" in node:
            assert "should" in node["description"], path
