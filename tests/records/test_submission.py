import copy
from typing import Any

import pytest

from datacoop.records.submission import COMPRESSIONS, FORMATS, manifest_faults, parse_manifest

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
PLAIN: dict[str, Any] = {
    "schema": "datacoop.submission.v1",
    "submission_id": "harbour-2025-03",
    "member": "harbour-clinic",
    "collection": "dialogues",
    "title": "Telephone advice",
    "languages": ["en", "fr"],
    "files": [{"path": "a/calls.jsonl", "sha256": SHA256, "size_bytes": 10, "format": "jsonl"}],
    "licence": {"spdx": "CC-BY-4.0", "rights_holder": "Harbour", "attribution": "Harbour 2025"},
    "terms": {
        "permitted_purposes": ["model-training"],
        "prohibited_purposes": [],
        "derivatives": True,
        "text_and_data_mining": "allowed",
        "jurisdictions": ["GB"],
        "expires": None,
    },
    "personal_data": {
        "legal_basis": "consent",
        "people": ["patients"],
        "collected": {"how": "By telephone.", "from": "2025-01-01", "to": "2025-03-31"},
    },
    "labelling": {"wanted": True},
    "contact": "data@harbour.example.org",
}


def manifest(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(PLAIN) | changes


def file(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = PLAIN["files"][0]
    return plain | changes


def faults(value: object) -> list[str]:
    return [str(fault) for fault in manifest_faults(value)]


def test_a_sound_manifest_has_no_faults() -> None:
    assert faults(PLAIN) == []


def test_ten_faults_are_all_reported_each_with_its_path() -> None:
    value = manifest(
        submission_id="Harbour 1",
        languages=["english"],
        files=[
            file(sha256="abc", size_bytes=-1),
            file(path="../other/calls.jsonl", format="docx"),
        ],
        contact="nobody",
    )
    value["terms"]["derivatives"] = "yes"
    value["terms"]["expires"] = "next year"
    del value["personal_data"]["legal_basis"]
    found = manifest_faults(value)
    assert [fault.path for fault in found] == [
        "$.contact",
        "$.files[0].sha256",
        "$.files[0].size_bytes",
        "$.files[1].format",
        "$.files[1].path",
        "$.languages[0]",
        "$.personal_data",
        "$.submission_id",
        "$.terms.derivatives",
        "$.terms.expires",
    ]
    assert len(found) == 10


@pytest.mark.parametrize("value", [None, "text", [], 3])
def test_what_is_no_object_is_one_fault(value: object) -> None:
    assert faults(value) == ["should be of type object @ $"]


@pytest.mark.parametrize(
    "path", ["/etc/rows.jsonl", "../rows.jsonl", "a/../../b", "a\\b.jsonl", "a\0b", "."]
)
def test_a_path_that_may_leave_the_folder_is_a_fault(path: str) -> None:
    assert faults(manifest(files=[file(path=path)])) == [
        "should be a relative path inside the submission's folder @ $.files[0].path"
    ]


def test_a_file_listed_twice_is_a_fault_at_the_second() -> None:
    assert faults(manifest(files=[file(), file(path="b"), file()])) == [
        "names a file that is listed already @ $.files[2].path"
    ]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_the_schema_takes_every_format_and_compression_that_is_read(
    form: str, compression: str
) -> None:
    assert faults(manifest(files=[file(format=form, compression=compression)])) == []


def test_a_parsed_manifest_holds_what_was_written() -> None:
    parsed = parse_manifest(manifest(supersedes="harbour-2025-02"))
    assert (parsed.member, parsed.collection) == ("harbour-clinic", "dialogues")
    assert parsed.languages == ("en", "fr")
    assert parsed.terms.permitted_purposes == ("model-training",)
    assert parsed.terms.text_and_data_mining is True
    assert parsed.people == ("patients",)
    assert (parsed.collected_from, parsed.collected_to) == ("2025-01-01", "2025-03-31")
    assert parsed.supersedes == "harbour-2025-02"


def test_reserved_text_and_data_mining_is_not_allowed() -> None:
    value = manifest()
    value["terms"]["text_and_data_mining"] = "reserved"
    assert parse_manifest(value).terms.text_and_data_mining is False


def test_what_a_file_leaves_out_has_its_default() -> None:
    (plain,) = parse_manifest(PLAIN).files
    assert (plain.compression, plain.columns, plain.ignored_columns) == ("none", (), ())
    assert plain.entry_format is None
    assert parse_manifest(PLAIN).supersedes is None


def test_a_column_mapping_is_kept_sorted() -> None:
    (mapped,) = parse_manifest(
        manifest(files=[file(columns={"text": "Body", "class": "Tag"}, ignored_columns=["No"])])
    ).files
    assert mapped.columns == (("class", "Tag"), ("text", "Body"))
    assert mapped.ignored_columns == ("No",)
