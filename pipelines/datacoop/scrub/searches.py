"""The searches of a policy: its entities' rules, and the recognizers of Presidio beside them."""

from collections.abc import Callable

import regex

from datacoop.errors import SettingsError
from datacoop.records.policies import ScrubPolicy
from datacoop.scrub.patterns import PatternSearch, context_pattern, lowered_words, scored
from datacoop.scrub.presidio import stock_search
from datacoop.scrub.recognizers.catalogue import COUNTRIES, chosen, entities
from datacoop.scrub.recognizers.checks import CHECKS
from datacoop.scrub.recognizers.values import Rule

_FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL


def searches(policy: ScrubPolicy) -> tuple[PatternSearch, ...]:
    """Make ready all that a policy looks for by patterns."""
    limits = {entity: rule.threshold for entity, rule in policy.entities.items()}
    countries = chosen(policy.countries)
    rules = (rule for country in countries for rule in country.rules)
    stocks = (stock for country in countries for stock in country.stock)
    return (
        *(_own(rule, limits[rule.entity]) for rule in rules if rule.entity in limits),
        *(stock_search(stock, limits[stock.entity]) for stock in stocks if stock.entity in limits),
    )


def _own(rule: Rule, threshold: float) -> PatternSearch:
    flags = _FLAGS if rule.ignores_case else regex.MULTILINE
    needs_context = all(score < threshold for _, score in rule.patterns)
    return PatternSearch(
        entity=rule.entity,
        patterns=tuple(scored(regex.compile(text, flags), score) for text, score in rule.patterns),
        verdict=_checked(rule.check),
        threshold=threshold,
        words=rule.words,
        context=context_pattern(rule.context),
        context_words=lowered_words(rule.context),
        needs_context=needs_context,
        least_digits=rule.least_digits,
        has_letters=rule.has_letters,
        margin=rule.margin,
        guard=scored(regex.compile(rule.guard)) if rule.guard else None,
        any_script=rule.any_script,
        has_check=rule.check is not None,
        begins_with_word=rule.begins_with_word,
        is_unspaced=rule.is_unspaced,
    )


def _checked(check: str | None) -> Callable[[str, float], float]:
    if check is None:
        return lambda _value, base: base
    is_valid = CHECKS[check]
    return lambda value, base: base if is_valid(value) else 0.0


def check_entities(policy: ScrubPolicy) -> None:
    """Check that there are recognizers for all that a policy names.

    Raises:
        SettingsError: It names an entity or country that nothing here finds.
    """
    unknown = sorted(set(policy.countries) - set(COUNTRIES))
    if unknown:
        raise SettingsError(
            f"scrub policy {policy.id} names countries without recognizers: {', '.join(unknown)}",
            hint=f"There are recognizers for {', '.join(sorted(COUNTRIES))}.",
        )
    wrong = sorted(
        (set(policy.entities) | set(policy.columns.values())) - entities(policy.countries)
    )
    if wrong:
        raise SettingsError(
            f"scrub policy {policy.id} names entities that nothing finds: {', '.join(wrong)}",
            hint="Correct the name, or add the country whose recognizers find it.",
        )
