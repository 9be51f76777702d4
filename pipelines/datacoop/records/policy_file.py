"""The file of a scrub policy: `scrub.yaml` of a collection's folder, or one that ships."""

from collections.abc import Mapping
from typing import Any

import yaml

from datacoop.errors import SettingsError
from datacoop.records.policies import EntityPolicy, ScrubPolicy
from datacoop.records.schema_check import schema_faults
from datacoop_schemas import policy_names, policy_text


def shipped_policy(name: str) -> str:
    """Give the text of a scrub policy that ships.

    Raises:
        SettingsError: None of that name ships.
    """
    if name not in policy_names():
        raise SettingsError(
            f"no scrub policy {name!r} ships",
            hint=f"Name one of {', '.join(policy_names())}, or put your own into scrub.yaml.",
        )
    return policy_text(name)


def parse_policy(
    text: str, columns: Mapping[str, str] | None = None, *, name: str = "scrub.yaml"
) -> ScrubPolicy:
    """Make a policy of the text of its file.

    Args:
        name: The file's name, for messages.
        columns: Payload columns that hold one personal value, each with its entity, beside
            those that the file names.

    Raises:
        SettingsError: The file is no YAML, or breaks its JSON Schema.
    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SettingsError(
            f"{name} is no YAML", hint="Copy a scrub policy that ships and change it."
        ) from error
    faults = schema_faults("scrub-policy.v1.json", value)
    if faults:
        lines = "".join(f"\n  {fault}" for fault in faults)
        raise SettingsError(f"{name} has {len(faults)} faults:{lines}")
    return ScrubPolicy(
        name=value["name"],
        version=value["version"],
        countries=tuple(value["countries"]),
        names=value["names"],
        entities=_rules(value["entities"]),
        languages={code: _rules(rules) for code, rules in value.get("languages", {}).items()},
        columns={**value.get("columns", {}), **(columns or {})},
        mode=value.get("mode", "fast"),
    )


def _rules(entities: Mapping[str, Mapping[str, Any]]) -> dict[str, EntityPolicy]:
    return {name: EntityPolicy(**rule) for name, rule in entities.items()}
