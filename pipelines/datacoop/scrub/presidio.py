"""Presidio's own recognizers of patterns, made ready to run: the only file that imports them.

They are run by `patterns.search` and not by Presidio's `AnalyzerEngine`: that one ties each to
one language, passes a text on when a pattern takes too long, writes texts to its log, and is many
times slower. Patterns, check digits and scores are Presidio's.
"""

import logging
from collections.abc import Callable

import regex
from presidio_analyzer import Pattern, PatternRecognizer, predefined_recognizers

from datacoop.scrub.patterns import PatternSearch, context_pattern, lowered_words, scored
from datacoop.scrub.recognizers.values import Stock

# Presidio logs what it looks at; no text of a record may reach a log.
logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)


def stock_search(stock: Stock, threshold: float) -> PatternSearch:
    """Make one of Presidio's recognizers ready to run."""
    recognizer: PatternRecognizer = getattr(predefined_recognizers, stock.recognizer)()
    flags = (recognizer.global_regex_flags or 0) & (-1 if stock.ignores_case else ~regex.IGNORECASE)
    context = (*(recognizer.context or ()), *stock.context)
    needs_context = stock.floor < threshold and _needs_context(recognizer, threshold)
    return PatternSearch(
        entity=stock.entity,
        patterns=tuple(
            scored(regex.compile(pattern.regex, flags), pattern.score)
            for pattern in _patterns(recognizer)
        ),
        verdict=_presidio_verdict(recognizer, stock.floor),
        threshold=threshold,
        words=lowered_words(context) if needs_context else (),
        context=context_pattern(context),
        context_words=lowered_words(context),
        needs_context=needs_context,
        least_digits=stock.least_digits,
        has_letters=stock.has_letters,
        margin=stock.margin,
        guard=scored(regex.compile(stock.guard)) if stock.guard else None,
        any_script=stock.any_script,
        has_check=False,
        begins_with_word=False,
        is_unspaced=False,
    )


def _needs_context(recognizer: PatternRecognizer, threshold: float) -> bool:
    has_check = type(recognizer).validate_result is not PatternRecognizer.validate_result
    return not has_check and all(one.score < threshold for one in _patterns(recognizer))


def _patterns(recognizer: PatternRecognizer) -> list[Pattern]:
    return list(vars(recognizer)["patterns"])


def _presidio_verdict(recognizer: PatternRecognizer, floor: float) -> Callable[[str, float], float]:
    """Score a value as `PatternRecognizer.analyze` does: check digits make it 1 or 0."""

    def verdict(value: str, base: float) -> float:
        is_valid = recognizer.validate_result(value)
        score = max(base, floor) if is_valid is None else float(bool(is_valid))
        return 0.0 if recognizer.invalidate_result(value) else score

    return verdict
