"""The workforce: what annotators know and may see, by pseudonym, and who may label what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import yaml

from datacoop.errors import Fault, SettingsError
from datacoop.label.facts import Kind
from datacoop.records.policies import WorkforcePolicy
from datacoop.records.schema_check import schema_faults

SCHEMA = "workforce.v1.json"
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
"""Levels of the Common European Framework of Reference for Languages, lowest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """One annotator.

    Privacy: a pseudonym; name and address lie in the gateway's own store.
    """

    annotator: str
    """The pseudonym."""
    member: str
    """The home member."""
    country: str
    """Where the annotator works, ISO 3166 alpha-2."""
    languages: Mapping[str, str]
    """Language to level, one of `LEVELS`."""
    domains: tuple[str, ...]
    clearance: int
    jurisdictions: tuple[str, ...]
    """Countries whose members' data may be seen; empty for all."""
    hours_a_week: int


Workforce = Mapping[str, Annotator]
"""Annotators by pseudonym."""


def workforce_faults(value: object) -> list[Fault]:
    """List every fault of a parsed workforce file, each with its JSON path, sorted."""
    faults = schema_faults(SCHEMA, value)
    listed = value.get("annotators") if isinstance(value, Mapping) else None
    return sorted([*faults, *_repeated(listed if isinstance(listed, list) else [])])


def _repeated(listed: Iterable[object]) -> Iterator[Fault]:
    seen: set[object] = set()
    for index, one in enumerate(listed):
        name = one.get("annotator") if isinstance(one, Mapping) else None
        if isinstance(name, str):
            if name in seen:
                yield Fault(f"$.annotators[{index}].annotator", "is listed twice")
            seen.add(name)


def parse_workforce(text: str, *, name: str = "workforce.yaml") -> Workforce:
    """Make a workforce of the text of its file.

    Args:
        name: The file's name, for messages.

    Raises:
        SettingsError: The file is no YAML, or has faults; all are listed.
    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SettingsError(
            f"{name} is no YAML", hint="Start again from the example in docs/labelling.md."
        ) from error
    faults = workforce_faults(value)
    if faults:
        lines = "".join(f"\n  {fault}" for fault in faults)
        count = len(faults)
        raise SettingsError(
            f"{name} has {count} fault{'s' * (count != 1)}:{lines}",
            hint="Mend the places named, then run the command again.",
        )
    return MappingProxyType({one["annotator"]: _annotator(one) for one in value["annotators"]})


def _annotator(value: Mapping[str, object]) -> Annotator:
    lists = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
    return Annotator(**lists)  # type: ignore[arg-type]  # its JSON Schema holds the types


def unknown_annotator(annotator: str, kinds: Iterable[Kind]) -> Annotator:
    """Take somebody of whom no workforce file tells anything, for records of these kinds.

    They read every language at the lowest level and know every domain, which is what a policy asks
    that says nothing. Where it asks for more (a level, a clearance, another home member), or terms
    keep records to some countries, what is not known does not hold.
    """
    listed = list(kinds)
    return Annotator(
        annotator=annotator,
        member="",
        country="",
        languages={kind.language: LEVELS[0] for kind in listed},
        domains=tuple(sorted({domain for kind in listed for domain in kind.domains})),
        clearance=0,
        jurisdictions=(),
        hours_a_week=0,
    )


def ineligible(annotator: Annotator, kind: Kind, policy: WorkforcePolicy) -> str | None:
    """Say why an annotator may not see records of a kind, or nothing where they may.

    Returns:
        The word for the rule that forbids it, such as `language`; of several the first.
    """
    for reason, holds in _RULES.items():
        if not holds(annotator, kind, policy):
            return reason
    return None


def _knows_language(annotator: Annotator, kind: Kind, policy: WorkforcePolicy) -> bool:
    level = annotator.languages.get(kind.language)
    return level is not None and LEVELS.index(level) >= LEVELS.index(policy.level)


def _knows_domain(annotator: Annotator, kind: Kind, _policy: WorkforcePolicy) -> bool:
    return not set(kind.domains).isdisjoint(annotator.domains)


def _is_cleared(annotator: Annotator, _kind: Kind, policy: WorkforcePolicy) -> bool:
    return annotator.clearance >= policy.clearance


def _may_see_country(annotator: Annotator, kind: Kind, _policy: WorkforcePolicy) -> bool:
    return not annotator.jurisdictions or kind.country in annotator.jurisdictions


def _works_where_terms_permit(annotator: Annotator, kind: Kind, _policy: WorkforcePolicy) -> bool:
    return not kind.jurisdictions or annotator.country in kind.jurisdictions


def _has_no_conflict(annotator: Annotator, kind: Kind, policy: WorkforcePolicy) -> bool:
    # Who may be of any member may be of this one.
    return policy.own_member or annotator.member not in ("", kind.member)


_RULES = {
    "language": _knows_language,
    "domain": _knows_domain,
    "clearance": _is_cleared,
    "jurisdiction": _may_see_country,
    "terms": _works_where_terms_permit,
    "own_member": _has_no_conflict,
}
"""What must hold before an annotator sees a record, by the word that says that it does not."""
