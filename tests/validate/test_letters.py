import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.validate.letters import count_letters


def counts(*texts: str) -> list[tuple[int, int]]:
    letters, visible = count_letters(pa.array(texts, pa.string()))
    return list(zip(letters.tolist(), visible.tolist(), strict=True))


@pytest.mark.parametrize("text", ["word", "낱말", "单词", "வார்த்தை", "ÄÖÜé", "e\u0301t\u0303"])
def test_a_word_of_any_script_is_all_letters(text: str) -> None:
    assert counts(text) == [(len(text), len(text))]


def test_digits_and_signs_are_visible_but_no_letters() -> None:
    assert counts("a 1 ?\t€\n") == [(1, 4)]


def test_an_empty_text_between_others_has_none() -> None:
    assert counts("", "ab", "", "", "c1", "") == [(0, 0), (2, 2), (0, 0), (0, 0), (1, 2), (0, 0)]


def test_no_texts_give_no_counts() -> None:
    assert counts() == []


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), max_size=9))
def test_texts_are_counted_as_one_by_one(texts: list[str]) -> None:
    def plain(text: str) -> tuple[int, int]:
        kinds = [unicodedata.category(character)[0] for character in text]
        return sum(kind in "LM" for kind in kinds), sum(kind != "Z" for kind in kinds)

    assert counts(*texts) == [plain(text) for text in texts]
