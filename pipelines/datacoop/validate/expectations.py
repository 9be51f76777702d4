"""The expectation suites of a collection as values, checked before anything is judged by them."""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from datacoop.errors import Fault, SettingsError
from datacoop.records.collection import Collection
from datacoop.records.quarantine import REASONS
from datacoop.records.schema_check import schema_faults
from datacoop.validate.measures import measure_names
from datacoop.validate.verdict import SUBMISSION_MEASURES, VERDICT_REASONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One rule."""

    type: str
    """The name of an expectation of Great Expectations that judges each row by itself."""
    kwargs: dict[str, Any]
    reason: str
    """The reason code where it fails."""
    verdict: str | None = None
    """`hold` or `refuse` for a rule about a submission."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A named list of rules; the first that fails names the reason."""

    name: str
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suites:
    """What a collection expects of its rows and of a submission as a whole."""

    rows: Suite
    submission: Suite


def parse_suites(collection: Collection) -> Suites:
    """Read the suites of a collection.

    Raises:
        SettingsError: `expectations.json` has faults; all are listed.
    """
    faults = expectation_faults(collection)
    if faults:
        lines = "".join(f"\n  {fault}" for fault in faults)
        raise SettingsError(
            f"expectations.json of {collection.name!r} has {len(faults)} faults:{lines}"
        )
    suites = json.loads(collection.file("expectations.json"))
    return Suites(rows=_suite(suites["rows"]), submission=_suite(suites["submission"]))


def expectation_faults(collection: Collection) -> list[Fault]:
    """List the faults of a collection's `expectations.json`: form, measures, reason codes."""
    try:
        suites = json.loads(collection.file("expectations.json"))
    except json.JSONDecodeError as error:
        return [Fault(f"line {error.lineno}", "is not JSON")]
    return schema_faults("expectations.v1.json", suites) or sorted(
        _unknown("rows", suites, measure_names(collection), REASONS)
        + _unknown("submission", suites, SUBMISSION_MEASURES, VERDICT_REASONS)
    )


def _unknown(
    part: str, suites: Mapping[str, Any], measures: frozenset[str], reasons: Container[str]
) -> list[Fault]:
    faults = []
    for index, expectation in enumerate(suites[part]["expectations"]):
        where = f"$.{part}.expectations[{index}]"
        if expectation["kwargs"]["column"] not in measures:
            known = ", ".join(sorted(measures))
            faults.append(Fault(f"{where}.kwargs.column", f"should be one of {known}"))
        if expectation["meta"]["reason"] not in reasons:
            faults.append(Fault(f"{where}.meta.reason", "is not a known reason code"))
    return faults


def _suite(suite: Mapping[str, Any]) -> Suite:
    return Suite(
        name=suite["name"],
        expectations=tuple(
            Expectation(type=rule["type"], kwargs=rule["kwargs"], **rule["meta"])
            for rule in suite["expectations"]
        ),
    )
