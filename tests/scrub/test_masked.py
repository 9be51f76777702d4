from hypothesis import given
from hypothesis import strategies as st

from datacoop.scrub.masked import masked_digest, normalised_text


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalised_text(text)
    assert normalised_text(once) == once


def test_case_and_white_space_make_no_difference() -> None:
    assert normalised_text(" The\u00a0COURT\n held") == "the court held"


def test_what_stands_in_one_column_is_not_what_stands_in_two() -> None:
    whole = masked_digest([("a", "one two")])
    assert whole != masked_digest([("a", "one"), ("a", "two")])
    assert whole != masked_digest([("b", "one two")])
    assert masked_digest([("a", "x\na\n1\ny")]) != masked_digest([("a", "x"), ("a", "y")])
