import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrubbing import MEMBER, OTHER_MEMBER

from datacoop.scrub.pseudonyms import Pseudonymizer, normalised


@given(st.text(min_size=1))
def test_a_value_has_one_pseudonym_within_a_member_and_another_elsewhere(value: str) -> None:
    mine = MEMBER.pseudonym("PERSON", value)
    assert mine == Pseudonymizer(key=b"k" * 32).pseudonym("PERSON", value)
    assert mine != OTHER_MEMBER.pseudonym("PERSON", value)
    assert MEMBER.value_digest("PERSON", value) != OTHER_MEMBER.value_digest("PERSON", value)


def test_case_width_and_spaces_make_no_difference_to_a_name() -> None:
    assert normalised("PERSON", " Anna\u00a0 SMITH ") == normalised("PERSON", "anna smith")
    assert normalised("PERSON", "\uff21nna") == normalised("PERSON", "Anna")


def test_separators_make_no_difference_to_a_number() -> None:
    first = MEMBER.value_digest("KR_RRN", "900101-1234568")
    assert first == MEMBER.value_digest("KR_RRN", "900101 1234568")


def test_the_same_digits_are_another_value_in_another_entity() -> None:
    assert MEMBER.value_digest("CA_SIN", "130692544") != MEMBER.value_digest(
        "FR_SIREN", "130692544"
    )


@given(st.text())
def test_a_pseudonym_holds_twelve_letters_and_nothing_of_the_index(value: str) -> None:
    pseudonym = MEMBER.pseudonym("PERSON", value)
    assert len(pseudonym) == 12
    assert set(pseudonym) <= set("abcdefghijklmnop")
    digest = MEMBER.value_digest("PERSON", value)
    assert len(digest) == 32
    assert not digest.hex().startswith(bytes.fromhex(_as_hex(pseudonym)).hex())


def _as_hex(pseudonym: str) -> str:
    return pseudonym.translate(str.maketrans("abcdefghijklmnop", "0123456789abcdef"))


def test_a_short_key_is_refused_and_no_key_is_shown() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonymizer(key=b"short")
    assert "kkkk" not in repr(MEMBER)
