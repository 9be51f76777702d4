"""Presidio's own recognizers, made ready to run: the only file that imports them.

In the fast mode they are run by `patterns.search` and not by Presidio's `AnalyzerEngine`: that one
ties each to one language, passes a text on when a pattern takes too long, writes texts to its log,
and is many times slower. Patterns, check digits and scores are Presidio's. In the strict mode the
recognizers run themselves, as they do in that engine (`StockRecognizers`).
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import regex
import tldextract
from presidio_analyzer import (
    EntityRecognizer,
    Pattern,
    PatternRecognizer,
    RecognizerResult,
    predefined_recognizers,
)
from presidio_analyzer.pattern_recognizer import REGEX_TIMEOUT_SECONDS
from presidio_analyzer.predefined_recognizers import EmailRecognizer, PhoneRecognizer

from datacoop.records.policies import ScrubPolicy
from datacoop.scrub.lemma_context import Candidate
from datacoop.scrub.patterns import (
    PATTERN_SECONDS,
    PatternSearch,
    context_pattern,
    lowered_words,
    scored,
)
from datacoop.scrub.recognizers.values import Stock
from datacoop.scrub.spans import Finding

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
        words=(),
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


_COUNTRY_CODES = {"GB": "uk"}
"""What Presidio calls a country, where it is not the ISO 3166 code."""

_SEARCH_SECONDS = min(PATTERN_SECONDS, REGEX_TIMEOUT_SECONDS / 3)
"""Longest search of a text for one pattern. Presidio passes a text on that takes longer than its
own limit: ours keeps well below that."""

_PHONE_LIKE = regex.compile(r"\d(?:\D{0,4}\d){3}")
"""What every phone holds: no country has shorter ones, and no more than four other characters
stand between two digits."""

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class _OfflineEmail(EmailRecognizer):
    """Presidio's recognizer of e-mail, which else asks the network for the list of suffixes."""

    def validate_result(self, pattern_text: str) -> bool:
        """Say whether the domain ends in a suffix of the list that the library brings."""
        return bool(_suffixes(pattern_text).fqdn)


class StockRecognizers:
    """What Presidio brings for the entities and countries of a policy, in one language."""

    def __init__(self, policy: ScrubPolicy, language: str) -> None:
        """Load the recognizers."""
        kinds = _stock_kinds(policy)
        self._patterns = [_SearchedFirst(kind(supported_language=language)) for kind in kinds]
        self._phones = PhoneRecognizer(
            supported_language=language, supported_regions=policy.countries
        )
        self._has_phones = "PHONE_NUMBER" in policy.entities

    def candidates(self, text: str) -> list[Candidate]:
        """Give what the recognizers find in a text, names apart, before context is looked at.

        Raises:
            TimeoutError: A pattern took too long.
        """
        found = [candidate for one in self._patterns for candidate in one.candidates(text)]
        if self._has_phones and _PHONE_LIKE.search(text):
            results = self._phones.analyze(text, ["PHONE_NUMBER"])
            found += _candidates(self._phones, results)
        return found


class _SearchedFirst:
    """A recognizer that is asked only about texts in which one of its patterns is found."""

    def __init__(self, recognizer: PatternRecognizer) -> None:
        self._recognizer = recognizer
        flags = recognizer.global_regex_flags or 0
        self._searches = [regex.compile(one.regex, flags) for one in _patterns(recognizer)]

    def candidates(self, text: str) -> list[Candidate]:
        """Give what the recognizer finds in a text."""
        # A whole search: the recognizer itself would pass a text on where one takes too long.
        counts = [
            sum(1 for _ in search.finditer(text, timeout=_SEARCH_SECONDS))
            for search in self._searches
        ]
        if not any(counts):
            return []
        results = self._recognizer.analyze(text, self._recognizer.supported_entities)
        return _candidates(self._recognizer, results)


def _candidates(
    recognizer: EntityRecognizer, results: Iterable[RecognizerResult]
) -> list[Candidate]:
    context = tuple(map(str.lower, recognizer.context or ()))
    return [
        Candidate(Finding(one.start, one.end, one.entity_type, one.score), context)
        for one in results
    ]


def stock_entities(policy: ScrubPolicy) -> frozenset[str]:
    """Give the entities of a policy for which Presidio has a recognizer, names apart."""
    found = {entity for kind in _stock_kinds(policy) for entity in kind().supported_entities}
    return frozenset(policy.entities) & (found | {"PHONE_NUMBER"})


def _stock_kinds(policy: ScrubPolicy) -> list[type[Any]]:
    """Give Presidio's recognizers of patterns for a policy's entities and countries, in order."""
    countries = {None, *(_COUNTRY_CODES.get(code, code.lower()) for code in policy.countries)}
    kinds: list[type[Any]] = [
        _OfflineEmail if kind is EmailRecognizer else kind
        for name in sorted(dir(predefined_recognizers))
        if isinstance(kind := getattr(predefined_recognizers, name), type)
        and issubclass(kind, PatternRecognizer)
        and kind.COUNTRY_CODE in countries
    ]
    return [
        kind for kind in kinds if not set(policy.entities).isdisjoint(kind().supported_entities)
    ]


def without_contained(findings: Iterable[Finding]) -> list[Finding]:
    """Leave out findings that lie in one of the same entity that is as sure, as the engine does."""
    results = [RecognizerResult(one.entity, one.start, one.end, one.score) for one in findings]
    kept = EntityRecognizer.remove_duplicates(results)
    return [Finding(one.start, one.end, one.entity_type, one.score) for one in kept]
