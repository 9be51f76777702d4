"""Read a labelling configuration: what it shows to annotators, and what it asks them."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from datacoop.errors import Fault, SettingsError
from datacoop.label.result_check import Questions, parse_questions
from datacoop.records.columns import RESERVED
from datacoop.records.policies import LabellingPolicy

FILE = "labeling.xml"
_VARIABLE = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A labelling configuration, as far as datacoop needs to understand it."""

    controls: Mapping[str, str]
    """The type that answers carry, by the name of the control tag; `choices` for `<Choices>`."""
    targets: Mapping[str, str]
    """The display tag that a control is about, by the control's name."""
    values: Mapping[str, tuple[str, ...]]
    """What a control of type `choices` offers, by its name, in order."""
    columns: tuple[str, ...]
    """The payload columns that the configuration shows, in order of first use."""
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
        values={name: _offered(tag) for name, tag in controls.items() if tag.tag == "Choices"},
        columns=tuple(dict.fromkeys(shown)),
        questions=parse_questions(root),
    )


def _offered(choices: ElementTree.Element) -> tuple[str, ...]:
    # An alias, where there is one, is what Label Studio stores.
    return tuple(tag.get("alias", tag.get("value", "")) for tag in choices.iter("Choice"))


def form_faults(form: Form, policy: LabellingPolicy, columns: Collection[str]) -> list[Fault]:
    """Say where a form does not fit the labelling policy or the payload columns.

    A form with a fault would show what is not there, or collect answers that never count.
    """
    where = f"{FILE}#{policy.question}"
    offered = form.values.get(policy.question, ())
    found = [
        Fault(FILE, f"${name} is not a payload column")
        for name in form.columns
        if name in RESERVED or name not in columns
    ]
    if form.controls.get(policy.question) != policy.kind:
        found.append(Fault(where, f"no control of type {policy.kind} has this name"))
    elif policy.kind == "choices" and set(offered) != set(policy.values):
        found.append(Fault(where, "the choices differ from the values of the labelling policy"))
    return found
