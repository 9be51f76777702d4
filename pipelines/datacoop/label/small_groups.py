"""Keep small groups of annotators from being told by what is published of them."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from datacoop.label.votes import PSEUDONYM_DIGITS

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


def names_in_release(
    collection: str, voted: Iterable[tuple[str, str]], least: int = LEAST
) -> dict[tuple[str, str], str | None]:
    """Give the name under which each annotator's votes on records of a language are published.

    Whoever knows a record's language knows that who voted on it reads it. So nobody bears one name
    in two languages, by which they could be put together; and in a language that fewer than `least`
    annotators voted in, no vote has a name.

    The names follow from the pool alone, so that all who build a release get the same. Without the
    pool's pseudonym, which nobody outside knows, none leads to another.

    Args:
        voted: Annotator and language of each vote.

    Returns:
        The name, none where it is withheld, by annotator and language.
    """
    people: dict[str, set[str]] = defaultdict(set)
    for annotator, language in voted:
        people[language].add(annotator)
    return {
        (annotator, language): _name(collection, annotator, language)
        if len(annotators) >= least
        else None
        for language, annotators in people.items()
        for annotator in annotators
    }


def _name(collection: str, annotator: str, language: str) -> str:
    text = f"datacoop.released-annotator.v1\n{collection}\n{language}\n{annotator}"
    return hashlib.sha256(text.encode()).hexdigest()[:PSEUDONYM_DIGITS]


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
