"""A submission's manifest as a value: what a member sends, on which terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from datacoop.errors import Fault
from datacoop.records.schema_check import schema_faults
from datacoop.records.terms import Terms

FORMATS = ("jsonl", "csv", "tsv", "parquet", "arrow", "text", "zip", "tar")
"""What a file may be. `arrow` is an IPC file or stream; `text` is one record a file."""

COMPRESSIONS = ("none", "gzip", "zstd")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a submission."""

    path: str
    """Relative to the manifest, with `/`. Never leaves the landing store: names tell tales."""
    sha256: str
    size_bytes: int
    format: str
    compression: str
    columns: tuple[tuple[str, str], ...]
    """Pairs of a collection's column and its name in the file; unlisted ones keep their name."""
    ignored_columns: tuple[str, ...]
    entry_format: str | None = None
    """The format of an archive's entries; none where each entry's suffix says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a steward signs."""

    submission_id: str
    member: str
    collection: str
    title: str
    languages: tuple[str, ...]
    files: tuple[SourceFile, ...]
    terms: Terms
    legal_basis: str
    people: tuple[str, ...]
    """Categories of people in the data, such as `patients`."""
    collected_how: str
    collected_from: str
    collected_to: str
    labelling_wanted: bool
    supersedes: str | None
    contact: str


def manifest_faults(value: object) -> list[Fault]:
    """List every fault of a parsed manifest, each with its JSON path, sorted."""
    faults = schema_faults("submission.v1.json", value)
    if isinstance(value, Mapping):
        faults += _path_faults(value.get("files"))
    return sorted(faults)


def _path_faults(files: object) -> list[Fault]:
    faults = []
    seen: set[str] = set()
    for index, file in enumerate(files if isinstance(files, list) else []):
        path = file.get("path") if isinstance(file, Mapping) else None
        if not isinstance(path, str):
            continue
        where = f"$.files[{index}].path"
        parts = PurePosixPath(path).parts
        if path.startswith("/") or ".." in parts or "\\" in path or "\0" in path or not parts:
            faults.append(Fault(where, "should be a relative path inside the submission's folder"))
        if path in seen:
            faults.append(Fault(where, "names a file that is listed already"))
        seen.add(path)
    return faults


def parse_manifest(value: Mapping[str, Any]) -> Manifest:
    """Make a manifest of a parsed file that has no faults."""
    personal, terms, licence = value["personal_data"], value["terms"], value["licence"]
    return Manifest(
        submission_id=value["submission_id"],
        member=value["member"],
        collection=value["collection"],
        title=value["title"],
        languages=tuple(value["languages"]),
        files=tuple(_file(file) for file in value["files"]),
        terms=Terms(
            spdx=licence["spdx"],
            rights_holder=licence["rights_holder"],
            attribution=licence["attribution"],
            permitted_purposes=tuple(terms["permitted_purposes"]),
            prohibited_purposes=tuple(terms["prohibited_purposes"]),
            derivatives=terms["derivatives"],
            text_and_data_mining=terms["text_and_data_mining"] == "allowed",
            jurisdictions=tuple(terms["jurisdictions"]),
            expires=terms["expires"],
        ),
        legal_basis=personal["legal_basis"],
        people=tuple(personal["people"]),
        collected_how=personal["collected"]["how"],
        collected_from=personal["collected"]["from"],
        collected_to=personal["collected"]["to"],
        labelling_wanted=value["labelling"]["wanted"],
        supersedes=value.get("supersedes"),
        contact=value["contact"],
    )


def _file(file: Mapping[str, Any]) -> SourceFile:
    return SourceFile(
        path=file["path"],
        sha256=file["sha256"],
        size_bytes=file["size_bytes"],
        format=file["format"],
        compression=file.get("compression", "none"),
        columns=tuple(sorted(file.get("columns", {}).items())),
        ignored_columns=tuple(file.get("ignored_columns", ())),
        entry_format=file.get("entry_format"),
    )
