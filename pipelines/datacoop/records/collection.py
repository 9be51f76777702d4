"""A collection: a named contract in the pool, kept as one folder of plain files."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

import pyarrow as pa
import yaml

from datacoop.errors import Fault, SettingsError
from datacoop.records.columns import RESERVED
from datacoop.records.digest import canonical_json, sha256_hex
from datacoop.records.policies import (
    DEFAULT_K,
    DecidingPolicy,
    IngestPolicy,
    LabellingPolicy,
    QuasiIdentifier,
    ReleasePolicy,
    ScrubPolicy,
    WorkforcePolicy,
)
from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.records.schema_check import schema_faults

FILES = ("collection.yaml", "expectations.json", "labeling.xml", "guidelines.md")
"""The files of a collection's folder."""

POLICY_FILE = "scrub.yaml"
"""The scrub policy: in the folder, or the one that ships under the name in `collection.yaml`."""

TURN = pa.struct([pa.field("speaker", pa.string()), pa.field("text", pa.string())])

TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.string(),
    "turns": pa.list_(TURN),
}
"""Column types of a collection by name. A date is kept as ISO 8601 text: a scrub may cut it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One payload column."""

    name: str
    type: str
    """A key of `TYPES`."""
    required: bool
    is_text: bool
    """Whether the column holds free text, which is cleaned and scrubbed."""
    values: tuple[str, ...] = ()
    """The values allowed, or none for any."""

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type of the column."""
        return TYPES[self.type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A contract: what rows look like, how they are treated, what annotators are asked."""

    name: str
    title: str
    description: str
    languages: tuple[str, ...]
    domains: tuple[str, ...]
    columns: tuple[Column, ...]
    ingest: IngestPolicy
    scrub: ScrubPolicy
    labelling: LabellingPolicy
    release: ReleasePolicy
    files: tuple[tuple[str, str], ...]
    """Name and text of each file of the folder, sorted by name."""

    @property
    def payload_schema(self) -> pa.Schema:
        """The Arrow schema of the payload columns, in the order of the contract."""
        return pa.schema(
            [pa.field(c.name, c.arrow_type, nullable=not c.required) for c in self.columns]
        )

    @property
    def text_columns(self) -> tuple[str, ...]:
        """Names of the columns that hold free text."""
        return tuple(column.name for column in self.columns if column.is_text)

    @property
    def content(self) -> bytes:
        """The whole folder as canonical JSON: what the pool keeps of it."""
        return canonical_json({"name": self.name, "files": dict(self.files)})

    @property
    def digest(self) -> str:
        """SHA-256 of `content`."""
        return sha256_hex(self.content)

    def file(self, name: str) -> str:
        """Give the text of one file of the folder."""
        return dict(self.files)[name]


def read_folder(folder: Traversable) -> dict[str, str]:
    """Read the files of a collection's folder, and with them its scrub policy.

    Raises:
        SettingsError: A file is missing, or no policy of the name that it gives ships.
    """
    missing = [name for name in FILES if not folder.joinpath(name).is_file()]
    if missing:
        raise SettingsError(
            f"collection folder {folder.name!r} lacks {', '.join(missing)}",
            hint="Copy the folder of a collection that ships and change it.",
        )
    texts = {name: folder.joinpath(name).read_text(encoding="utf-8") for name in FILES}
    return texts | {POLICY_FILE: _policy_text(folder, texts["collection.yaml"])}


def _policy_text(folder: Traversable, contract: str) -> str:
    own = folder.joinpath(POLICY_FILE)
    if own.is_file():
        return own.read_text(encoding="utf-8")
    value = yaml.safe_load(contract)
    faults = schema_faults("collection.v1.json", value)
    # With faults nothing is read from the contract: they are told when it is parsed.
    return "" if faults else shipped_policy(value["scrub"]["policy"])


def parse_collection(files: Mapping[str, str]) -> Collection:
    """Make a collection of the texts of its files.

    Raises:
        SettingsError: The contract breaks its JSON Schema or uses a reserved column name.
    """
    contract = yaml.safe_load(files["collection.yaml"])
    faults = schema_faults("collection.v1.json", contract) or _column_faults(contract)
    if faults:
        lines = "".join(f"\n  {fault}" for fault in faults)
        raise SettingsError(f"collection.yaml has {len(faults)} faults:{lines}")
    scrub, labelling, release = contract["scrub"], contract["labelling"], contract["release"]
    policy = parse_policy(files[POLICY_FILE], scrub.get("columns"))
    if policy.name != scrub["policy"]:
        raise SettingsError(
            f"collection.yaml names the scrub policy {scrub['policy']!r}, scrub.yaml is "
            f"{policy.name!r}",
            hint="Give both the same name.",
        )
    return Collection(
        name=contract["name"],
        title=contract["title"],
        description=contract["description"],
        languages=tuple(contract["languages"]),
        domains=tuple(contract["domains"]),
        columns=tuple(_column(column) for column in contract["columns"]),
        ingest=IngestPolicy(
            cleaning=tuple(contract["ingest"]["cleaning"]),
            max_row_bytes=contract["ingest"]["max_row_bytes"],
        ),
        scrub=policy,
        labelling=_labelling(labelling),
        release=_release(release),
        files=tuple(sorted(files.items())),
    )


def _labelling(labelling: Mapping[str, Any]) -> LabellingPolicy:
    deciding = labelling.get("deciding", {})
    one_vote = tuple(deciding.get("one_vote", ()))
    return LabellingPolicy(
        **{
            **labelling,
            "values": tuple(labelling["values"]),
            "deciding": DecidingPolicy(**{**deciding, "one_vote": one_vote}),
            "workforce": WorkforcePolicy(**labelling.get("workforce", {})),
        }
    )


def _release(release: Mapping[str, Any]) -> ReleasePolicy:
    quasi = release.get("quasi_identifiers", {})
    lists = {name: tuple(v) for name, v in release.items() if isinstance(v, list)}
    return ReleasePolicy(
        **{
            **release,
            **lists,
            "k": quasi.get("k", DEFAULT_K),
            "quasi_identifiers": tuple(
                QuasiIdentifier(name=one["column"], steps=tuple(one.get("steps", ())))
                for one in quasi.get("columns", ())
            ),
        }
    )


def _column(column: Mapping[str, Any]) -> Column:
    return Column(
        name=column["name"],
        type=column["type"],
        required=column["required"],
        is_text=column.get("text", False),
        values=tuple(column.get("values", ())),
    )


def _column_faults(contract: Mapping[str, Any]) -> list[Fault]:
    reserved = [
        Fault(f"$.columns[{index}].name", f"{column['name']!r} is a system column")
        for index, column in enumerate(contract["columns"])
        if column["name"] in RESERVED
    ]
    faults = [*reserved, *_quasi_faults(contract)]
    named = contract["labelling"].get("workforce", {}).get("domain_column")
    if named is None or named in {column["name"] for column in contract["columns"]}:
        return faults
    where = "$.labelling.workforce.domain_column"
    return [*faults, Fault(where, f"{named!r} is no payload column")]


_STEP_TYPES = {
    "band": {"integer", "number"},
    "prefix": {"string", "date"},
    "month": {"date"},
    "year": {"date"},
    "hide": set(TYPES),
}
"""The column types that each rule of a quasi-identifier fits."""


def _quasi_faults(contract: Mapping[str, Any]) -> list[Fault]:
    columns = {column["name"]: column for column in contract["columns"]}
    faults = []
    listed = contract["release"].get("quasi_identifiers", {}).get("columns", ())
    for index, one in enumerate(listed):
        where = f"$.release.quasi_identifiers.columns[{index}]"
        column = columns.get(one["column"])
        if column is None or column["type"] == "turns":
            faults.append(Fault(f"{where}.column", f"{one['column']!r} is no column of one value"))
            continue
        for at, step in enumerate(one.get("steps", ())):
            name = step.partition(" ")[0]
            if column["type"] not in _STEP_TYPES[name]:
                said = f"{step!r} does not fit a column of type {column['type']}"
                faults.append(Fault(f"{where}.steps[{at}]", said))
            elif name == "hide" and column["required"]:
                faults.append(Fault(f"{where}.steps[{at}]", "the column must have a value"))
    return faults
