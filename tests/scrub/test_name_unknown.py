import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.scrub.name_unknown import unknown_names
from datacoop.scrub.name_vocabulary import learn_vocabulary

KNOWN = learn_vocabulary(
    [{"the", "The", "permit", "of", "Court", "court", "New", "York"}] * 12,
    [({"maria"}, {"tann"})] * 6,
)


def found(text: str) -> list[str]:
    return [text[low:high] for low, high in unknown_names(text, KNOWN)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The permit of Xanthor Quillby is void", ["Xanthor Quillby"]),
        ("The Xanthor Quillby", ["Xanthor Quillby"]),
        ("Xanthor van der Quill", ["Xanthor van der Quill"]),
        ("Maria Quillby and Xanthor Tann", ["Maria Quillby", "Xanthor Tann"]),
        ("Jean-Zéphir Trompecourt", ["Jean-Zéphir Trompecourt"]),
        ("the Quillby court", []),
        ("Xanthor Court", []),
        ("New York", []),
        ("Quillwert der Xanthorgruppe", []),
        ("Quillwert des Xanthors", []),
        ("übriger Xanthor", []),
        ("XANTHOR QUILLBY", []),
        ("Xanthor, Quillby", []),
        ("", []),
    ],
)
def test_two_words_in_a_row_that_nothing_knows(text: str, names: list[str]) -> None:
    assert found(text) == names


@given(st.text(max_size=200))
def test_ranges_lie_in_the_text_sorted_and_apart(text: str) -> None:
    end = 0
    for low, high in unknown_names(text, KNOWN):
        assert end <= low < high <= len(text)
        end = high


def test_a_long_text_takes_time_in_proportion() -> None:
    assert len(list(unknown_names("Abc " * 100_000, KNOWN))) == 1
    assert not list(unknown_names("Abc-" * 100_000, KNOWN))
