import pytest

from datacoop.scrub.carry import Known, from_column, from_finding, literal_findings


def found(text: str, known: list[Known]) -> list[str]:
    return sorted({text[one.start : one.end] for one in literal_findings(text, known)})


def test_a_full_name_and_its_surname_are_found_elsewhere() -> None:
    known = from_finding("Anna Smithson")
    text = "ANNA SMITHSON wrote; Mr Smithson and SMITHSON read. Smithsons did not."
    assert found(text, known) == ["ANNA SMITHSON", "SMITHSON", "Smithson"]


def test_a_lone_or_short_word_that_was_found_is_not_searched_for() -> None:
    assert from_finding("May") == []
    assert found("So do I, said Do.", from_finding("Anna Do")) == []


def test_a_korean_name_is_found_before_a_particle() -> None:
    assert found("김민수는 왔고 이민수는", from_finding("김민수")) == ["김민수"]


def test_each_part_of_a_name_in_a_column_is_found() -> None:
    text = "Anna saw Bo; anna did not. ANNA"
    assert found(text, from_column("Bo, Anna", "PERSON")) == ["ANNA", "Anna", "Bo"]


def test_the_given_name_of_a_korean_column_is_found() -> None:
    assert found("민수야, 주민수당", from_column("김민수", "PERSON")) == ["민수"]


@pytest.mark.parametrize("value", ["5", "42"])
def test_a_short_value_of_a_column_is_not_searched_for(value: str) -> None:
    assert from_column(value, "DATE_TIME") == []


def test_a_value_is_found_whatever_its_case_and_spaces() -> None:
    assert found("ab 12\n34 is", from_column("AB 12 34", "UK_PASSPORT")) == ["ab 12\n34"]


def test_a_letter_that_grows_in_lower_case_moves_no_finding() -> None:
    assert found("İİİ Anna Smithson", from_finding("Anna Smithson")) == [
        "Anna Smithson",
        "Smithson",
    ]


def test_a_name_repeated_without_a_gap_is_found_each_time() -> None:
    known = from_finding("Anna Smithson")
    spans = [one[:2] for one in literal_findings("Smithson Smithson,Smithson", known)]
    assert spans == [(0, 8), (9, 17), (18, 26)]
