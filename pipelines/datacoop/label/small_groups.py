"""Keep small groups of annotators from being told by what is published of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

LEAST = 5
"""How many annotators must share whatever is published of them."""

Attributes = Mapping[str, str]
"""Values by attribute, such as language, level or country."""


def publishable(
    annotators: Mapping[str, Attributes], names: Sequence[str], least: int = LEAST
) -> dict[str, dict[str, str | None]]:
    """Withhold attributes until any that are published together are shared by `least` people.

    Attributes are taken in the order of `names`, and each is shown where that leaves nobody in a
    smaller group; so put first what readers need most. Where showing one group would leave too
    few without a value, who could then be told by that, the smallest shown group is withheld too.

    Args:
        annotators: Attributes by pseudonym.
        names: The attributes to publish, most needed first.

    Returns:
        For each annotator each attribute of `names`, none where it is withheld. Annotators with
        the same values, withheld ones counting as a value, are at least `least`, or are all.
    """
    groups: list[list[str]] = [sorted(annotators)]
    shown: dict[str, dict[str, str | None]] = {annotator: {} for annotator in groups[0]}
    for name in names:
        split = []
        for group in groups:
            values, withheld = _split(group, annotators, name, least)
            for value, members in [*values.items(), (None, withheld)]:
                for annotator in members:
                    shown[annotator][name] = value
            split += [members for members in [*values.values(), withheld] if members]
        groups = split
    return shown


def _split(
    group: Iterable[str], annotators: Mapping[str, Attributes], name: str, least: int
) -> tuple[dict[str, list[str]], list[str]]:
    """Split a group by an attribute into those whose value is shown, and the others."""
    by_value: dict[str, list[str]] = defaultdict(list)
    withheld = []
    for annotator in group:
        if name in annotators[annotator]:
            by_value[annotators[annotator][name]].append(annotator)
        else:
            withheld.append(annotator)
    large = {}
    for value in sorted(by_value):
        if len(by_value[value]) >= least:
            large[value] = by_value[value]
        else:
            withheld += by_value[value]
    while large and 0 < len(withheld) < least:
        smallest = min(large, key=lambda value: (len(large[value]), value))
        withheld += large.pop(smallest)
    return large, sorted(withheld)
