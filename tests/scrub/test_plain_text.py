import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.scrub.plain_text import plain_text

PIECES = st.sampled_from(
    [
        *("0", "7", "x", "A", "-", ".", " ", "\n", "\r\n", "@", "é", "가", "中", "&", ";", "#"),
        *("\u200b", "\u00ad", "\ufeff", "\u00a0", "\u202f", "\u2011", "\u0301", "\u20e3"),
        *("０", "Ａ", "＠", "٣", "७", "𝟙", "а", "Ο", "²", "①"),
        *("&#48;", "&#x30;", "&nbsp;", "&commat;", "&shy;", "&nosuch;", "&#0;", "&#9999999;"),
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60)


@given(TEXTS, st.booleans())
def test_every_range_of_the_plain_text_stands_inside_the_original(text: str, joins: bool) -> None:
    plain = plain_text(text, joins_lines=joins)
    places = [plain.original(at, at + 1) for at in range(len(plain.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    assert all(
        end <= other or (start, end) == (other, last)
        for (start, end), (other, last) in itertools.pairwise(places)
    )


@given(TEXTS)
def test_what_is_plain_stands_where_it_stood(text: str) -> None:
    plain = plain_text(text)
    for at, character in enumerate(plain.text):
        start, end = plain.original(at, at + 1)
        if end - start == 1 and text[start].isascii() and not text[start].isspace():
            assert text[start] == character


@given(st.text(st.characters(codec="ascii", exclude_characters="&\n")))
def test_a_plain_text_is_its_own(text: str) -> None:
    assert plain_text(text).text == text
    assert plain_text(text).original(0, 1) == (0, 1)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("０１０－１２３４", "010-1234"),
        ("0\u200b1\u00ad0\ufeff-1\u20602", "010-12"),
        ("010\u20111234\u00a05678", "010-1234 5678"),
        ("kim&commat;example&#46;org&nbsp;", "kim@example.org "),
        ("&#x30;&#49;&shy;&#48;", "010"),
        ("٠١٠ ०१० 𝟎𝟏𝟎", "010 010 010"),
        ("kіm@еxample.org", "kim@example.org"),
        ("привет", "привет"),
        ("4111\n1111", "4111 1111"),
        ("010-1234-\n  5678", "010-1234-5678"),
        ("first line\nsecond line", "first line\nsecond line"),
        ("1\u0336 2️⃣", "1 2"),
        ("5 m² and ① 3", "5 m² and ① 3"),
    ],
)
def test_what_looks_alike_is_written_alike(text: str, plain: str) -> None:
    assert plain_text(text).text == plain


def test_a_line_break_inside_a_group_of_digits_can_be_nothing() -> None:
    assert plain_text("9434765\n919").joints == (7,)
    assert plain_text("9434765\n919", joins_lines=True).text == "9434765919"
