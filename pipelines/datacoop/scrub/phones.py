"""Phones as Google's libphonenumber finds them: the only file that imports its Python port."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberMatch

_GROUP = re.compile(r"\d+")
_LONGEST_GROUP = 20
"""The matcher cuts longer groups of digits in two."""

_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip",
    "personal_number", "pager", "uan", "voicemail",
)  # fmt: skip


def phones(text: str, regions: Sequence[str]) -> Iterator[PhoneNumberMatch]:
    """Give the phones in a text, written for abroad or for home in one of `regions`.

    The matcher is slow, so it is asked only for regions in which some digits could be a phone.
    """
    groups = _GROUP.findall(text)
    digits = "".join(groups)
    starts, at = [], 0
    for group in groups:
        starts.append(at)
        at += len(group)
    is_cut = any(len(group) > _LONGEST_GROUP for group in groups)
    wanted = [
        region
        for region in regions
        if is_cut or any(map(_home_number(region).match, [digits] * len(starts), starts))
    ]
    # With a plus, the region makes no difference.
    if not wanted and "+" in text:
        wanted = list(regions[:1])
    for region in wanted:
        yield from phonenumbers.PhoneNumberMatcher(text, region)


@cache
def _home_number(region: str) -> re.Pattern[str]:
    """Give the digits with which a phone begins, as somebody in a region dials it."""
    code = phonenumbers.country_code_for_region(region)
    home = _metadata(region)
    members = [_metadata(one) for one in phonenumbers.region_codes_for_country_code(code)]
    numbers = "|".join(
        kind.national_number_pattern
        for member in members
        for name in _KINDS
        if (kind := getattr(member, name)) is not None and kind.national_number_pattern
    )
    abroad = rf"(?:{home.international_prefix})[1-9]\d{{6}}"
    prefix = home.national_prefix_for_parsing or home.national_prefix
    prefixes = [str(code), rf"{code}(?:{prefix})", rf"(?:{prefix})"] if prefix else [str(code)]
    # Most are dialled with a prefix at home; formats that say nothing of it go without, and
    # so does a number of no format.
    known = [form.leading_digits_pattern[-1:] for form in home.number_format]
    bare = [
        "".join(f"(?={begin})" for begin in begins)
        for form, begins in zip(home.number_format, known, strict=True)
        if not form.national_prefix_formatting_rule
    ]
    bare += [f"(?!{'|'.join(begin for begins in known for begin in begins)})"] if known else [""]
    return re.compile(rf"{abroad}|(?:{'|'.join([*prefixes, *bare])})(?:{numbers})", re.ASCII)


def _metadata(region: str) -> PhoneMetadata:
    found = PhoneMetadata.metadata_for_region(region)
    if found is None:
        raise ValueError(f"no phones are known of region {region}")
    return found
