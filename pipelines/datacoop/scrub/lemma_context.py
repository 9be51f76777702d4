"""Presidio's rule of context: words beside a value raise its score, compared by lemma.

The rule is that of `LemmaContextAwareEnhancer` with the figures it comes with, made to take time
with the length of the text and no more.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from datacoop.scrub.patterns import CONTEXT_BONUS, CONTEXT_LEAST
from datacoop.scrub.spans import Finding

_BEFORE = 6
"""Keywords looked at up to the token in which a value begins, that one included."""


class Candidate(NamedTuple):
    """What a recognizer found, before its context was looked at."""

    finding: Finding
    context: tuple[str, ...]
    """Words that raise its score, in small letters; none where nothing does."""

    @property
    def waits_for_context(self) -> bool:
        """Whether words beside it can change its score."""
        return bool(self.context) and self.finding.score < 1


class Words:
    """The tokens of a text, with what their lemmas say."""

    def __init__(
        self, ends: Sequence[int], lemmas: Sequence[str], keywords: frozenset[str]
    ) -> None:
        """Keep the tokens of a text.

        Args:
            ends: Where each token ends, ascending.
            lemmas: One for each token.
            keywords: Lemmas in small letters that are neither stop words nor punctuation.
        """
        self._ends, self._lemmas, self._keywords = ends, lemmas, keywords

    @cached_property
    def _places(self) -> list[int]:
        lemmas = enumerate(self._lemmas)
        return [at for at, lemma in lemmas if lemma.lower() in self._keywords]

    def beside(self, start: int) -> list[str]:
        """Give the keywords before and at a place of the text, and the first from there on.

        Raises:
            ValueError: No token stands there.
        """
        token = bisect_right(self._ends, start)
        if token == len(self._ends):
            raise ValueError("a value begins behind the last token of its text")
        high = bisect_right(self._places, token)
        low, first = max(high - _BEFORE, 0), bisect_left(self._places, token)
        places = self._places[low:high] + self._places[first : first + 1]
        return [self._lemmas[place].lower() for place in places]


def scored_in_context(candidates: Iterable[Candidate], words: Words | None) -> list[Finding]:
    """Give the findings of candidates with their scores raised where context says so.

    Args:
        words: Those of their text; may be left out where no candidate waits for context.
    """
    return [
        one.finding if words is None or not one.waits_for_context else _raised(one, words)
        for one in candidates
    ]


def _raised(one: Candidate, words: Words) -> Finding:
    beside = words.beside(one.finding.start)
    if not any(word in keyword for word in one.context for keyword in beside):
        return one.finding
    score = min(max(one.finding.score + CONTEXT_BONUS, CONTEXT_LEAST), 1.0)
    return one.finding._replace(score=score)
