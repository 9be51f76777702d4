"""The finder of the strict mode: what stock Presidio finds, and ours for what it does not know."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from datacoop.records.policies import ScrubPolicy
from datacoop.scrub import kinds
from datacoop.scrub.fast_finder import FastFinder
from datacoop.scrub.lemma_context import Candidate, scored_in_context
from datacoop.scrub.presidio import StockRecognizers, stock_entities, without_contained
from datacoop.scrub.searches import check_entities
from datacoop.scrub.spacy_models import has_spacy_model
from datacoop.scrub.spacy_names import (
    SPACY_ENTITIES,
    Reading,
    stock_readings,
)
from datacoop.scrub.spans import Finding, outside, placeholder_pattern


class StrictFinder:
    """Finds what stock `BatchAnalyzerEngine(batch_size=32)` finds, from a policy's thresholds on.

    An entity for which Presidio has no recognizer, such as a street address, is found as in the
    fast mode. Findings depend on each text alone, however texts are batched.
    """

    def __init__(
        self, policy: ScrubPolicy, languages: Sequence[str], models: Mapping[str, Path]
    ) -> None:
        """Prepare the recognizers; models are loaded when a text needs them.

        Args:
            languages: Those of the collection; others are not supported.
            models: Folders of our own models, by language, for what Presidio does not know.

        Raises:
            SettingsError: The policy names an entity or country that nothing here finds.
        """
        check_entities(policy)
        self._policy = policy
        self._languages = frozenset(filter(has_spacy_model, languages))
        self._stock = {language: StockRecognizers(policy, language) for language in self._languages}
        self._beside = FastFinder(_beside(policy), languages, models)
        self._placeholder = placeholder_pattern(policy.entities)

    def prepare(self) -> None:
        """Make the search for what Presidio does not know fast from the first text on."""
        self._beside.prepare()

    def supports(self, language: str) -> bool:
        """Say whether all that the policy asks for can be found in a language."""
        return language in self._languages and self._beside.supports(language)

    def find(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Give the findings of each text, unmerged, at or above the policy's thresholds.

        Raises:
            TimeoutError: A pattern took too long on a text.
            ValueError: A text is longer than spaCy reads.
        """
        more = self._beside.find(language, texts)
        needs_names = self._policy.names
        stock = self._stock_findings(language, texts, needs_names=needs_names)
        return self._joined(texts, stock, more)

    def find_patterns(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Give what patterns find in each text, without names.

        Raises:
            TimeoutError: A pattern took too long on a text.
            ValueError: A text is longer than spaCy reads.
        """
        more = self._beside.find_patterns(texts)
        stock = self._stock_findings(language, texts, needs_names=False)
        return self._joined(texts, stock, more)

    def _joined(
        self, texts: Sequence[str], stock: list[list[Finding]], more: list[list[Finding]]
    ) -> list[list[Finding]]:
        return [
            outside(found + ours, [match.span() for match in self._placeholder.finditer(text)])
            for text, found, ours in zip(texts, stock, more, strict=True)
        ]

    def _stock_findings(
        self, language: str, texts: Sequence[str], *, needs_names: bool
    ) -> list[list[Finding]]:
        candidates = [self._stock[language].candidates(text) for text in texts]
        needs_words = [any(one.waits_for_context for one in ones) for ones in candidates]
        readings = stock_readings(language, texts, needs_words, needs_names=needs_names)
        return list(map(self._chosen, candidates, readings))

    def _chosen(self, candidates: Sequence[Candidate], reading: Reading) -> list[Finding]:
        scored = scored_in_context(candidates, reading.words)
        names = [one for one in reading.names if one.entity in self._policy.entities]
        limits = self._policy.entities
        return [
            one
            for one in without_contained([*names, *scored])
            if one.score >= limits[one.entity].threshold
        ]


def _beside(policy: ScrubPolicy) -> ScrubPolicy:
    """Give the part of a policy that stock Presidio has no recognizer for."""
    known = stock_entities(policy) | (set(SPACY_ENTITIES.values()) if policy.names else set())
    left = {entity: rule for entity, rule in policy.entities.items() if entity not in known}
    # Without this, spaCy would read each text a second time in vain.
    return replace(
        policy, entities=left, names=policy.names and not left.keys().isdisjoint(kinds.ENTITIES)
    )
