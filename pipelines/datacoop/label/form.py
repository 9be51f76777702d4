"""Read a labelling configuration: what it shows to annotators, and what it asks them."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from datacoop.errors import Fault, SettingsError
from datacoop.label.kinds import CHOICES, LABELS, PAIRWISE, RATING
from datacoop.label.result_check import Questions, parse_questions
from datacoop.records.columns import RESERVED
from datacoop.records.policies import LabellingPolicy

FILE = "labeling.xml"
KINDS_OF_RULE: Mapping[str, tuple[str, ...]] = {"characters": (LABELS,), "median": (RATING,)}
"""The kinds of answer that a rule decides, where it is not all but spans."""

_VARIABLE = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A labelling configuration, as far as datacoop needs to understand it."""

    controls: Mapping[str, str]
    """The type that answers carry, by the name of the control tag; `choices` for `<Choices>`."""
    targets: Mapping[str, str]
    """The display tag that a control is about, by the control's name; two for `pairwise`, with a
    comma between."""
    values: Mapping[str, tuple[str, ...]]
    """What a control of a type that datacoop collects offers, by its name, in order."""
    columns: tuple[str, ...]
    """The payload columns that the configuration shows, in order of first use."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The payload column that a `<Text>` tag shows, by the tag's name."""
    questions: Questions = field(default_factory=lambda: Questions(controls={}, shown={}))
    """What answers are checked against; one that asks nothing checks nothing."""


def parse_form(configuration: str) -> Form:
    """Read the text of a `labeling.xml`.

    Raises:
        SettingsError: The text is no XML.
    """
    try:
        # Collections are installed by the operator, and expat bounds entity expansion.
        root = ElementTree.fromstring(configuration)  # noqa: S314
    except ElementTree.ParseError as error:
        raise SettingsError(
            f"{FILE} is no XML (line {error.position[0]})",
            hint="Open the file in an XML editor, or start again from a collection that ships.",
        ) from None
    controls = {tag.get("name", ""): tag for tag in root.iter() if tag.get("toName")}
    shown = [name for tag in root.iter() for name in _VARIABLE.findall(tag.get("value", ""))]
    return Form(
        controls={name: tag.tag.lower() for name, tag in controls.items()},
        targets={name: tag.get("toName", "") for name, tag in controls.items()},
        values={
            name: _OFFERED[tag.tag](tag) for name, tag in controls.items() if tag.tag in _OFFERED
        },
        columns=tuple(dict.fromkeys(shown)),
        texts={tag.get("name", ""): tag.get("value", "")[1:] for tag in root.iter("Text")},
        questions=parse_questions(root),
    )


def _listed(control: ElementTree.Element, part: str) -> tuple[str, ...]:
    # An alias, where there is one, is what Label Studio stores.
    return tuple(tag.get("alias", tag.get("value", "")) for tag in control.iter(part))


def _stars(rating: ElementTree.Element) -> tuple[str, ...]:
    # Five where nothing, or no number, is said.
    most = rating.get("maxRating", "")
    return tuple(str(star) for star in range(1, (int(most) if most.isdecimal() else 5) + 1))


_OFFERED: Mapping[str, Callable[[ElementTree.Element], tuple[str, ...]]] = {
    "Choices": lambda control: _listed(control, "Choice"),
    "Labels": lambda control: _listed(control, "Label"),
    "Pairwise": lambda _: ("left", "right"),
    "Rating": _stars,
}


def form_faults(form: Form, policy: LabellingPolicy, columns: Collection[str]) -> list[Fault]:
    """Say where a form does not fit the labelling policy or the payload columns.

    A form with a fault would show what is not there, or collect answers that never count.
    """
    where = f"{FILE}#{policy.question}"
    found = [
        Fault(FILE, f"${name} is not a payload column")
        for name in form.columns
        if name in RESERVED or name not in columns
    ]
    if form.controls.get(policy.question) != policy.kind:
        return [*found, Fault(where, f"no control of type {policy.kind} has this name")]
    offered = form.values.get(policy.question, ())
    if set(offered) != set(policy.values):
        found.append(
            Fault(where, f"the {policy.kind} differ from the values of the labelling policy")
        )
    target = form.targets[policy.question]
    if policy.kind == LABELS and target not in form.texts:
        found.append(Fault(where, "spans can be marked in a <Text> only"))
    return found + _deciding_faults(policy)


def _deciding_faults(policy: LabellingPolicy) -> list[Fault]:
    """Say where the rules do not fit the kind of answer."""
    deciding, where = policy.deciding, "$.labelling.deciding"
    kinds = KINDS_OF_RULE.get(deciding.rule, (CHOICES, RATING, PAIRWISE))
    found = []
    if policy.kind not in kinds:
        found.append(Fault(f"{where}.rule", f"{deciding.rule} does not decide {policy.kind}"))
    if not set(deciding.one_vote) <= set(policy.values):
        found.append(Fault(f"{where}.one_vote", "not all are values of the labelling policy"))
    return found
