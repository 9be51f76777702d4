"""Operators: what stands in the text where a finding was."""

import re
from collections.abc import Callable, Iterable

from datacoop.records.policies import EntityPolicy, ScrubPolicy
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.spans import Finding

KEEP = "keep"
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")

Operator = Callable[[str, str, Pseudonymizer], str]
"""Takes the entity, its text and the member's pseudonyms; gives what replaces the text."""


def _replace(entity: str, _text: str, _pseudonymizer: Pseudonymizer) -> str:
    return f"<{entity}>"


def _pseudonym(entity: str, text: str, pseudonymizer: Pseudonymizer) -> str:
    return f"<{entity}_{pseudonymizer.pseudonym(entity, text)}>"


def _generalise(entity: str, text: str, _pseudonymizer: Pseudonymizer) -> str:
    years = set(_YEAR.findall(text))
    return years.pop() if len(years) == 1 else f"<{entity}>"


def _keep(_entity: str, text: str, _pseudonymizer: Pseudonymizer) -> str:
    return text


OPERATORS: dict[str, Operator] = {
    "replace": _replace,
    "pseudonym": _pseudonym,
    "generalise": _generalise,
    KEEP: _keep,
}
"""By the name that a policy uses. A date is generalised to its year, all else is replaced."""

_DEFAULT = EntityPolicy(operator="replace")


def is_kept(entity: str, policy: ScrubPolicy) -> bool:
    """Say whether the policy leaves an entity in the text."""
    return policy.entities.get(entity, _DEFAULT).operator == KEEP


def apply(
    text: str, findings: Iterable[Finding], policy: ScrubPolicy, pseudonymizer: Pseudonymizer
) -> str:
    """Give `text` with each finding edited as the policy says.

    Args:
        findings: Sorted, none overlapping another.
    """
    pieces, done = [], 0
    for finding in findings:
        operator = OPERATORS[policy.entities.get(finding.entity, _DEFAULT).operator]
        value = text[finding.start : finding.end]
        pieces += [text[done : finding.start], operator(finding.entity, value, pseudonymizer)]
        done = finding.end
    return "".join([*pieces, text[done:]])


def mask(text: str, findings: Iterable[Finding]) -> str:
    """Give `text` with each finding as `<ENTITY>`, so that pseudonyms make no difference."""
    pieces, done = [], 0
    for finding in findings:
        pieces += [text[done : finding.start], f"<{finding.entity}>"]
        done = finding.end
    return "".join([*pieces, text[done:]])
