"""The card of a version, and the comparison of two, as HTML pages that need nothing else."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from datacoop.publish import plots
from datacoop.publish.limits import LIMITS
from datacoop.records.small_counts import FEW, about, told
from datacoop.records.statements import STATEMENTS

_TEMPLATES = Environment(
    loader=PackageLoader("datacoop.publish"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
MOST_BARS = 20
"""Bars in one plot; the rest is summed up in words."""


def card(described: Mapping[str, Any]) -> str:
    """Make the card of a version of what `describe` gives.

    Whole numbers of rows are exact; those of groups are told as `told` does.
    """
    return _page("card.html", d=described, statements=STATEMENTS, limits=LIMITS)


def comparison(difference: Mapping[str, Any]) -> str:
    """Make the page that compares two versions, of what `difference` gives."""
    return _page("diff.html", d=difference)


def _page(template: str, **values: Any) -> str:  # noqa: ANN401
    return _TEMPLATES.get_template(template).render(told=told, few=FEW, **values)


def _bars(pairs: Sequence[Sequence[Any]], said: str) -> str:
    """Draw groups with their rounded counts; those of `FEW` or fewer are not drawn."""
    shown = [(str(name), about(count), told(count)) for name, count in pairs if count > FEW]
    return plots.bars(shown[:MOST_BARS], said) if shown else f"{said}: {FEW} or fewer in each."


def _classes(pairs: Sequence[Sequence[int]], unit: int = 1) -> list[list[Any]]:
    """Name each class of a histogram by its edges, all of them, empty ones too."""
    edges = [edge for edge, _ in pairs]
    names = [f"{_edge(low, unit)} to {_edge(high, unit)}" for low, high in pairwise(edges)]
    last = f"{_edge(edges[-1], unit)}" + ("" if unit > 1 else " or more")
    return [[name, count] for name, (_, count) in zip([*names, last], pairs, strict=True)]


def _edge(edge: int, unit: int) -> str:
    return f"{edge:,}" if unit == 1 else f"{edge // unit}.{edge % unit * 10 // unit}"


def _left_out(pairs: Sequence[Sequence[Any]]) -> int:
    """Count the groups that a plot has no room for; small ones are not counted."""
    large = [name for name, count in pairs if count > FEW]
    return max(0, len(large) - MOST_BARS)


def _language_rows(languages: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    return [[one["language"], one["rows"]] for one in languages]


def _signed(count: int) -> str:
    return f"{count:+,}" if count else "0"


_TEMPLATES.globals |= {
    "bars": _bars,
    "classes": _classes,
    "language_rows": _language_rows,
    "left_out": _left_out,
    "scale": plots.scale,
    "signed": _signed,
}
