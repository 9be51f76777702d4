import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.scrub.generalise import POSTCODES, age_band, coarser, month_of, postcode_area, year_of
from datacoop.scrub.recognizers.catalogue import COUNTRIES, entities


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2019-03-12", "2019-03"),
        ("12.03.2019", "03.2019"),
        ("25/03/2019", "03/2019"),
        ("12/03/2019", "2019"),
        ("03/25/2019", "2019"),
        ("12 March 2019", "March 2019"),
        ("March 12th, 2019", "March 2019"),
        ("12 mars 2019", "mars 2019"),
        ("12. März 2019", "März 2019"),
        ("2019년 3월 12일", "2019년 3월"),
        ("March 2019", "March 2019"),
        ("2019", "2019"),
        ("since 2019", "2019"),
        ("last week", None),
        ("2018-2019", None),
    ],
)
def test_a_date_keeps_its_month(text: str, month: str | None) -> None:
    assert month_of(text) == month
    assert month is None or month_of(month) == month


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("45", "40-49"),
        ("45 years old", "40-49 years old"),
        ("45세", "40-49세"),
        ("âgée de 45 ans", "âgée de 40-49 ans"),
        ("7", "0-9"),
        ("93-year-old", "90+-year-old"),
        ("104", "90+"),
        ("forty-five", None),
        ("7 and 9 years", None),
        ("450", None),
    ],
)
def test_an_age_becomes_its_ten_years(text: str, band: str | None) -> None:
    assert age_band(text) == band
    assert band is None or age_band(band) == band


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("SW1A 1AA", "SW"),
        ("m1 1ae", "M"),
        ("K1A 0B1", "K1A"),
        ("10115", "10"),
        ("10115 Berlin", "10"),
        ("238801", "23"),
        ("somewhere", None),
    ],
)
def test_a_postcode_becomes_its_area(text: str, area: str | None) -> None:
    assert postcode_area(text) == area


@given(st.text(max_size=40), st.sampled_from(["DATE_TIME", "AGE", "UK_POSTCODE", "PERSON"]))
def test_what_is_coarse_stays_as_it_is(text: str, entity: str) -> None:
    for to in (None, "month"):
        once = coarser(entity, text, to)
        assert once is None or entity == "UK_POSTCODE" or coarser(entity, once, to) == once


def test_a_year_is_told_only_when_there_is_one() -> None:
    assert year_of("1999, or 2001") is None
    assert coarser("PERSON", "Anna 1999", None) is None


def test_postcodes_are_entities_that_something_finds() -> None:
    found = entities(tuple(COUNTRIES))
    assert found > POSTCODES
