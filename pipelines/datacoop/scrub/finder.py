"""The finder of a policy whose rules differ between languages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from datacoop.records.policies import ScrubPolicy
from datacoop.scrub.fast_finder import FastFinder
from datacoop.scrub.spans import Finding
from datacoop.scrub.strict_finder import StrictFinder

_MODES: dict[str, type[FastFinder] | type[StrictFinder]] = {
    "fast": FastFinder,
    "strict": StrictFinder,
}


class PolicyFinder:
    """Finds what a policy looks for: in its mode, by own rules of a language where it has some."""

    def __init__(
        self, policy: ScrubPolicy, languages: Sequence[str], models: Mapping[str, Path]
    ) -> None:
        """Prepare the recognizers; models are loaded when a text needs them.

        Args:
            languages: Those of the collection; others are not supported where names count.
            models: Folders of our own models of names, by language.

        Raises:
            SettingsError: The policy names an entity or country that nothing here finds.
        """
        make = _MODES[policy.mode]
        self._usual = make(policy, languages, models)
        self._own = {
            language: make(policy.in_language(language), languages, models)
            for language in policy.languages
        }

    def prepare(self) -> None:
        """Make the search fast from the first text on; else it is so after many."""
        for finder in (self._usual, *self._own.values()):
            finder.prepare()

    def supports(self, language: str) -> bool:
        """Say whether all that the policy asks for can be found in a language."""
        return self._of(language).supports(language)

    def find(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Give the findings of each text, unmerged, at or above the policy's thresholds.

        Raises:
            TimeoutError: A pattern took too long on a text.
        """
        return self._of(language).find(language, texts)

    def find_patterns(self, language: str, texts: Sequence[str]) -> list[list[Finding]]:
        """Give what patterns find in each text, without names.

        Raises:
            TimeoutError: A pattern took too long on a text.
        """
        finder = self._of(language)
        if isinstance(finder, StrictFinder):
            return finder.find_patterns(language, texts)
        return finder.find_patterns(texts)

    def _of(self, language: str) -> FastFinder | StrictFinder:
        return self._own.get(language, self._usual)
