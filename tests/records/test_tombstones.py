import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.errors import IntegrityError
from datacoop.records.tombstones import (
    Stonemason,
    Tombstones,
    folded_value,
    strings_of,
    tombstones_from_bytes,
)

MASON = Stonemason(key=b"k" * 32)


def stones(*values: str, mason: Stonemason = MASON) -> Tombstones:
    made = (mason.value(value) for value in values)
    return Tombstones(values=frozenset(one for one in made if one is not None))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ottilie Querfurth", "Frau OTTILIE  querfurth, geboren"),
        ("Ottilie Querfurth", "(Ottilie-Querfurth)"),
        ("Ñíguez", "Herr N\u0303i\u0301guez kam"),
        ("010-1234-5678", "ruf 01012345678 an"),
        ("01012345678", "ruf 010 1234 5678 an"),
        ("a.b@c.example", "Ａ．Ｂ＠Ｃ．example schreibt"),
        ("김민수", "어제 김민수는 집에 갔다"),
        ("Straße 5", "STRASSE 5"),
    ],
)
def test_a_value_is_known_again_however_it_is_written(value: str, text: str) -> None:
    assert MASON.finds(stones(value), [text])


@pytest.mark.parametrize(
    ("value", "text"),
    [("Anna", "Annaberg"), ("Anna", "Johanna"), ("1234", "51234 und 12345"), ("Anna", "An na!x")],
)
def test_a_part_of_a_longer_word_is_another(value: str, text: str) -> None:
    found = MASON.finds(stones(value), [text])
    assert found == (text == "An na!x")


def test_another_member_s_key_knows_nothing_again() -> None:
    other = Stonemason(key=b"o" * 32)
    assert not other.finds(stones("Ottilie Querfurth"), ["Ottilie Querfurth"])
    assert stones("Ottilie") != stones("Ottilie", mason=other)


@given(st.text(min_size=2), st.text(), st.text())
def test_every_value_is_found_between_spaces(value: str, before: str, after: str) -> None:
    stone = MASON.value(value)
    if stone is None:
        assert len(folded_value(value)) < 2
    else:
        assert MASON.finds(Tombstones(values=frozenset({stone})), [f"{before} {value} {after}"])


@given(st.lists(st.text(min_size=2)), st.lists(st.binary(min_size=32, max_size=32)))
def test_tombstones_come_back_as_they_were_written(values: list[str], texts: list[bytes]) -> None:
    made = stones(*values) | Tombstones(texts=frozenset(map(MASON.text, texts)))
    assert tombstones_from_bytes("stones", made.to_bytes()) == made
    assert not any(v.encode() in made.to_bytes() for v in values if len(v) > 4 and v.isalpha())


@pytest.mark.parametrize("content", [b"", b"[]", b'{"values":[["x",1]],"texts":[]}', b"\xff"])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(IntegrityError):
        tombstones_from_bytes("stones", content)


def test_every_text_of_a_nested_row_is_given() -> None:
    row = {"a": "x", "b": [{"c": "y", "d": None}, 7], "e": b"z"}
    assert list(strings_of(row)) == ["x", "y", "7", "z"]
