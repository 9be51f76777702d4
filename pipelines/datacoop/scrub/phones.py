"""Phones as Google's libphonenumber finds them: the only file that imports its Python port."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, pairwise, repeat
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata

LEAST_DIGITS = 8
BETWEEN = r"[-x ()\[\]./~]"
"""What the matcher lets stand between digits."""
_LIKE = re.compile(rf"\d+(?:{BETWEEN}{{1,4}}+\d+)*+")
_GROUP = re.compile(r"\d+")
_LONGEST_GROUP = 20
"""The matcher cuts longer groups of digits in two."""
_BEFORE, _BEHIND = 12, 32
"""Characters beside a number that the matcher takes in, such as a bracket or an extension."""

_KINDS = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip",
    "personal_number", "pager", "uan", "voicemail",
)  # fmt: skip


class Phone(NamedTuple):
    """A phone in a text, as the half-open character range `[start, end)`."""

    start: int
    end: int
    text: str


def phones(text: str, regions: Sequence[str]) -> Iterator[Phone]:
    """Give the phones in a text, written for abroad or for home in one of `regions`.

    The matcher is slow, so it is asked only where some digits could be a phone, and only for the
    regions in which they could.
    """
    done = 0
    likely = [match.span() for match in _LIKE.finditer(text)]
    for (start, end), (next_start, next_end) in pairwise([*likely, (len(text), len(text))]):
        low, high = max(start - _BEFORE, done), end + _BEHIND
        done = end
        # What follows may be an extension, and is taken in whole.
        high = next_end if next_start < high else high
        for region in _regions(text, start, end, regions, has_plus="+" in text[low:start]):
            for found in _matches(text[low:high], region):
                yield Phone(low + found.start, low + found.end, found.text)


@lru_cache(1024)
def _matches(text: str, region: str) -> tuple[Phone, ...]:
    """Give what the matcher finds; a text is searched again once values around it are blanked."""
    return tuple(
        Phone(match.start, match.end, match.raw_string)
        for match in phonenumbers.PhoneNumberMatcher(text, region)
    )


def _regions(
    text: str, start: int, end: int, regions: Sequence[str], *, has_plus: bool
) -> Sequence[str]:
    """Give those regions in which digits could be a phone."""
    groups = _GROUP.findall(text, start, end)
    digits = "".join(groups)
    if len(digits) < LEAST_DIGITS:
        return ()
    if max(map(len, groups)) > _LONGEST_GROUP:
        return regions
    starts = [0, *accumulate(map(len, groups[:-1]))]
    wanted = [
        region for region in regions if any(map(_home_number(region).match, repeat(digits), starts))
    ]
    # With a plus, the region makes no difference.
    return wanted if wanted or not has_plus else regions[:1]


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
