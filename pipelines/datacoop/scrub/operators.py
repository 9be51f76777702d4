"""Operators: what stands in the text where a finding was."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from datacoop.records.policies import EntityPolicy, ScrubPolicy
from datacoop.scrub.generalise import coarser
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.spans import Finding
from datacoop.scrub.surrogates import surrogate

KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A value that is to be replaced, and all that decides by what."""

    entity: str
    text: str
    language: str
    rule: EntityPolicy
    pseudonymizer: Pseudonymizer


def _replace(edit: Edit) -> str:
    return f"<{edit.entity}>"


def _pseudonym(edit: Edit) -> str:
    return f"<{edit.entity}_{edit.pseudonymizer.pseudonym(edit.entity, edit.text)}>"


def _generalise(edit: Edit) -> str:
    return coarser(edit.entity, edit.text, edit.rule.to) or _replace(edit)


def _surrogate(edit: Edit) -> str:
    made = surrogate(edit.entity, edit.text, edit.language, edit.pseudonymizer)
    return made or _pseudonym(edit)


def _keep(edit: Edit) -> str:
    return edit.text


OPERATORS: dict[str, Callable[[Edit], str]] = {
    "replace": _replace,
    "pseudonym": _pseudonym,
    "surrogate": _surrogate,
    "generalise": _generalise,
    KEEP: _keep,
}
"""By the name that a policy uses. What has no coarser form is replaced by its type, what has no
surrogate by a pseudonym."""

_DEFAULT = EntityPolicy(operator="replace")


def is_kept(entity: str, policy: ScrubPolicy) -> bool:
    """Say whether the policy leaves an entity in the text."""
    return policy.entities.get(entity, _DEFAULT).operator == KEEP


def apply(
    text: str,
    findings: Iterable[Finding],
    language: str,
    policy: ScrubPolicy,
    pseudonymizer: Pseudonymizer,
) -> str:
    """Give `text` with each finding edited as the policy says.

    Args:
        findings: Sorted, none overlapping another.
        language: Of the text, an ISO 639-1 code.
    """
    pieces, done = [], 0
    for finding in findings:
        rule = policy.entities.get(finding.entity, _DEFAULT)
        edit = Edit(
            entity=finding.entity,
            text=text[finding.start : finding.end],
            language=language,
            rule=rule,
            pseudonymizer=pseudonymizer,
        )
        pieces += [text[done : finding.start], OPERATORS[rule.operator](edit)]
        done = finding.end
    return "".join([*pieces, text[done:]])


def mask(text: str, findings: Iterable[Finding]) -> str:
    """Give `text` with each finding as `<ENTITY>`, so that pseudonyms make no difference."""
    pieces, done = [], 0
    for finding in findings:
        pieces += [text[done : finding.start], f"<{finding.entity}>"]
        done = finding.end
    return "".join([*pieces, text[done:]])
