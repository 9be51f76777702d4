from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

from datacoop.scrub.lemma_context import Candidate, Words, scored_in_context
from datacoop.scrub.spans import Finding

STOP_WORDS = frozenset({"the", "of", ",", "be"})
LEMMAS = st.sampled_from(
    ["the", "of", ",", "be", "Call", "phone", "number", "a:b", "id:", "No", "12", "call:back"]
)


def keywords_of(lemmas: list[str]) -> list[str]:
    left = [lemma.lower() for lemma in lemmas if lemma.lower() not in STOP_WORDS]
    return [part for lemma in left for part in lemma.split(":")]


@given(st.lists(LEMMAS, min_size=1, max_size=30), st.data())
def test_the_words_beside_a_value_are_those_of_presidio(
    lemmas: list[str], data: st.DataObject
) -> None:
    starts = [sum(len(one) + 1 for one in lemmas[:at]) for at in range(len(lemmas))]
    ends = [start + len(one) for start, one in zip(starts, lemmas, strict=True)]
    place = data.draw(st.integers(0, ends[-1] - 1))
    keywords = keywords_of(lemmas)
    artifacts = SimpleNamespace(
        tokens=lemmas, tokens_indices=starts, lemmas=lemmas, keywords=keywords
    )
    theirs = LemmaContextAwareEnhancer()._extract_surrounding_words(artifacts, "", place)
    assert set(Words(ends, lemmas, frozenset(keywords)).beside(place)) == set(theirs)


def test_a_score_is_raised_to_no_less_than_its_least_and_no_more_than_one() -> None:
    words = Words([5, 11], ["phone", "123456"], frozenset({"phone", "123456"}))
    found = [
        Candidate(Finding(6, 11, "A", score), context)
        for score, context in [
            (0.01, ("phone",)),
            (0.3, ("hon",)),
            (0.9, ("phone",)),
            (0.3, ("x",)),
        ]
    ]
    assert [one.score for one in scored_in_context(found, words)] == [0.4, 0.3 + 0.35, 1.0, 0.3]


def test_a_value_behind_the_last_word_is_refused_without_its_text() -> None:
    with pytest.raises(ValueError, match="behind the last token"):
        Words([5], ["phone"], frozenset()).beside(6)
