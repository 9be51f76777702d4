"""The finder of the fast mode: patterns, our own models of names and, where none is, spaCy's."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import regex

from datacoop.records.policies import ScrubPolicy
from datacoop.scrub import kinds, names
from datacoop.scrub.patterns import PatternSearch, search
from datacoop.scrub.phones import BETWEEN, LEAST_DIGITS, phones
from datacoop.scrub.plain_text import PlainText, plain_text
from datacoop.scrub.recognizers.checks import CHECKS
from datacoop.scrub.searches import check_entities, searches
from datacoop.scrub.sieve import Sieve
from datacoop.scrub.spacy_models import has_spacy_model
from datacoop.scrub.spacy_names import SPACY_ENTITIES, spacy_names
from datacoop.scrub.spans import Finding, outside, placeholder_pattern
from datacoop.scrub.subjects import BESIDE, Subject, blanked, blanks, windows

_SPACY_ONLY = frozenset(SPACY_ENTITIES.values()) - {names.ENTITY}

_BY_MODEL = frozenset({names.ENTITY, "LOCATION", "ORGANIZATION"})
"""What no pattern finds; the rest a model only adds to."""

_PHONE_SCORE = 0.4
_PHONE_LIKE = regex.compile(rf"\d(?:{BETWEEN}{{0,4}}+\d){{{LEAST_DIGITS - 1}}}")
"""What the matcher of phones may look at, which is slow: digits with what it lets stand between."""

_WORTH_A_SIEVE = 1_000_000
"""Characters whose search takes as long as to build a sieve."""


class FastFinder:
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
        check_entities(policy)
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
        self._searches = searches(policy)
        self._checked = tuple(one for one in self._searches if one.has_check)
        self._numbered = [(one, at) for one in self._searches for at in range(len(one.patterns))]
        self._sieve: Sieve | None = None
        self._seen = 0
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
            found |= set(SPACY_ENTITIES.values())
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
        self._seen += sum(map(len, texts))
        if self._sieve is None and self._seen > _WORTH_A_SIEVE:
            self.prepare()
        return [self._patterns(text) for text in texts]

    def prepare(self) -> None:
        """Build the sieve, which is else built once so many texts were seen that it pays.

        It takes seconds, once a process; what is found is the same without it.
        """
        patterns = [(one.patterns[at].pattern, not one.any_script) for one, at in self._numbered]
        self._sieve = Sieve([*patterns, (_PHONE_LIKE, True)])

    def _patterns(self, text: str) -> list[Finding]:
        """Search until nothing is left to find: taking a value away can bare its neighbour."""
        placeholders = self._placeholders(text)
        left = blanked(text, placeholders) if placeholders else text
        found = more = self._search(left)
        while more:
            left = blanked(left, [(one.start, one.end) for one in more])
            more = self._search(left, again=True)
            found = found + more
        return found

    def _search(self, text: str, *, again: bool = False) -> list[Finding]:
        """Search a text; again, where what was found before is blanked."""
        plain = plain_text(text)
        changed = blanks(plain.text) if again else None
        found = self._search_plain(plain, Subject(plain.text, changed), self._searches)
        if plain.joints:
            # Where a line breaks inside a group of digits; too rash for values without a check.
            joined = plain_text(text, joins_lines=True)
            subject = Subject(joined.text, list(joined.joints), BESIDE)
            found += self._search_plain(joined, subject, self._checked)
        return found

    def _search_plain(
        self, plain: PlainText, subject: Subject, searches: tuple[PatternSearch, ...]
    ) -> list[Finding]:
        hits = self._sieve.hits(subject.text) if self._sieve else None
        if hits is None:
            found = search(subject, searches) + self._phones(subject)
        else:
            has_phones = hits.pop(len(self._numbered), None) is not None
            by_search: dict[PatternSearch, dict[int, list[int]]] = {}
            for number, places in sorted(hits.items()):
                one, at = self._numbered[number]
                by_search.setdefault(one, {})[at] = places
            found = search(subject, searches, by_search)
            found += self._phones(subject) if has_phones else []
        return [
            Finding(*plain.original(one.start, one.end), one.entity, one.score) for one in found
        ]

    def _phones(self, subject: Subject) -> list[Finding]:
        """Find phones as Presidio's recognizer does, in the regions of the policy."""
        if subject.most_digits < LEAST_DIGITS:
            return []
        return [
            Finding(low + match.start, low + match.end, "PHONE_NUMBER", _PHONE_SCORE)
            for low, high in windows(subject, LEAST_DIGITS)
            if _PHONE_LIKE.search(subject.latin, low, high)
            for match in phones(subject.latin[low:high], self._phone_regions)
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


@cache
def _own_model(folder: Path) -> names.NameModel:
    return names.load_model(folder)
