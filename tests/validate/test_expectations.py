import dataclasses
import json
from typing import Any

import payloads
import pytest

from datacoop.errors import SettingsError
from datacoop.records.collection import Collection
from datacoop.validate.expectations import expectation_faults, parse_suites
from datacoop_schemas import collection_names


def with_expectations(text: str) -> Collection:
    collection = payloads.shipped("pairs")
    files = dict(collection.files) | {"expectations.json": text}
    return dataclasses.replace(collection, files=tuple(sorted(files.items())))


def changed(part: str, field: str, key: str, value: object) -> Collection:
    suites: dict[str, Any] = json.loads(payloads.shipped("pairs").file("expectations.json"))
    suites[part]["expectations"][0][field][key] = value
    return with_expectations(json.dumps(suites))


@pytest.mark.parametrize("name", collection_names())
def test_the_suites_of_each_collection_that_ships_are_sound(name: str) -> None:
    collection = payloads.shipped(name)
    assert expectation_faults(collection) == []
    assert parse_suites(collection).rows.name == f"{name}.rows"


def test_a_measure_that_no_row_has_is_a_fault_that_lists_those_it_has() -> None:
    (fault,) = expectation_faults(changed("rows", "kwargs", "column", "text_characters"))
    assert fault.path == "$.rows.expectations[0].kwargs.column"
    assert "text_a_characters, text_b_characters, texts_equal" in fault.message


def test_a_reason_that_no_table_explains_is_a_fault() -> None:
    (row_fault,) = expectation_faults(changed("rows", "meta", "reason", "validate.ugly"))
    (fault,) = expectation_faults(changed("submission", "meta", "reason", "verdict.ugly"))
    assert str(row_fault) == "is not a known reason code @ $.rows.expectations[0].meta.reason"
    assert str(fault) == "is not a known reason code @ $.submission.expectations[0].meta.reason"


def test_text_that_is_not_json_is_one_fault_with_its_line() -> None:
    (fault,) = expectation_faults(with_expectations('{"rows":\n oops}'))
    assert str(fault) == "is not JSON @ line 2"


def test_suites_with_faults_are_refused_with_all_of_them() -> None:
    with pytest.raises(SettingsError, match=r"'pairs' has 1 faults:\n  is not JSON @ line 1"):
        parse_suites(with_expectations(""))
