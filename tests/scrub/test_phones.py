"""Phones are those that the matcher of libphonenumber finds when it is asked everywhere."""

import random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from datacoop.scrub.phones import phones

REGIONS = ("KR", "GB", "CA", "SG", "DE", "FR")
KINDS = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE)
FORMS = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
CARRIERS = ("call {} now", "Tel.: {}.", "{}", "a 12 b {} (in 2019)", "번호는 {} 입니다", "x{}\n")


def everywhere(text: str) -> set[tuple[int, int]]:
    return {
        (match.start, match.end)
        for region in REGIONS
        for match in phonenumbers.PhoneNumberMatcher(text, region)
        if sum(map(str.isdigit, match.raw_string)) >= 8
    }


def ours(text: str) -> set[tuple[int, int]]:
    return {(one.start, one.end) for one in phones(text, REGIONS)}


def numbers() -> list[str]:
    chance = random.Random(11)  # noqa: S311 - no secret
    found = []
    for region in REGIONS:
        for kind in KINDS:
            example = phonenumbers.example_number_for_type(region, kind)
            for _ in range(40):
                digits = str(example.national_number)
                last = "".join(chance.choice("0123456789") for _ in range(3))
                changed = phonenumbers.PhoneNumber(
                    country_code=example.country_code,
                    national_number=int(digits[:-3] + last),
                    italian_leading_zero=example.italian_leading_zero,
                )
                if phonenumbers.is_valid_number(changed):
                    form = chance.choice(FORMS)
                    found.append(phonenumbers.format_number(changed, form))
    return found


def test_valid_numbers_are_found_wherever_the_matcher_finds_them() -> None:
    texts = [carrier.format(number) for number in numbers() for carrier in CARRIERS]
    places = [(text, place) for text in texts for place in everywhere(text)]
    missed = [place for text, place in places if place not in ours(text)]
    assert len(places) > 3_000
    assert len(missed) <= len(places) / 500, f"{len(missed)} of {len(places)}"


@pytest.mark.parametrize("text", ["", "1234567", "in 2019, 12 of 13", "+", "no digits at all"])
def test_what_can_be_no_phone_is_none(text: str) -> None:
    assert ours(text) == set()


def test_places_are_those_of_the_text() -> None:
    text = "a" * 500 + " 020 7946 0001 " + "b" * 500
    assert [(one.text, text[one.start : one.end]) for one in phones(text, ["GB"])] == [
        ("020 7946 0001", "020 7946 0001")
    ]
