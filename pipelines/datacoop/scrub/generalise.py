"""Coarser values: a date as its year or month, an age as a band, a postcode as its area.

Each gives nothing where it cannot tell what the value is; then the type stands for it. A value
that is coarse already stays, so that scrubbing twice is scrubbing once.
"""

import re
from collections.abc import Callable

_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_NUMBER_MONTH = re.compile(r"(?<!\d)(\d{4})([-/.])(\d{1,2})[-/.]\d{1,2}(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})([-/.] ?)(\d{1,2})[-/.] ?(\d{4})(?!\d)")
_NO_DAY = re.compile(r"\s*(?:\d{4}[-/.]\d{1,2}|\d{1,2}[-/.] ?\d{4}|\d{4}\s*년\s*\d{1,2}\s*월)\s*")
_HANGUL_DAY = re.compile(r"(\d{4}\s*년\s*\d{1,2}\s*월)\s*\d{1,2}\s*일")
_WORD_MONTH = re.compile(r"\b([^\W\d_]{3,}\.?)(?:\s+\d{1,2}(?:st|nd|rd|th)?,?)?\s+(\d{4})(?!\d)")
_NOT_MONTHS = frozenset({"the", "day", "den", "dem", "les", "since", "before", "after", "until"})

_MONTHS = 12
_AGE = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
_BAND = re.compile(r"(?<!\d)\d?0-\d?9(?!\d)|90\+")
_OLDEST = 90
"""From this age on, people are few enough to be known by it (45 CFR 164.514(b)(2)(i)(C))."""

_BRITISH = re.compile(r"\s*([A-Za-z]{1,2})\d[A-Za-z\d]?\s*\d[A-Za-z]{2}")
_CANADIAN = re.compile(r"\s*([A-Za-z]\d[A-Za-z])[ -]?\d[A-Za-z]\d")
_DIGITS = re.compile(r"(?<!\d)(\d\d)\d{3,4}(?!\d)")

POSTCODES = frozenset(
    {"UK_POSTCODE", "CA_POSTAL_CODE", "SG_POSTAL_CODE", "DE_PLZ", "FR_POSTAL_CODE"}
)


def year_of(text: str) -> str | None:
    """Give the one year that a date names."""
    years = set(_YEAR.findall(text))
    return years.pop() if len(years) == 1 else None


def month_of(text: str) -> str | None:
    """Give a date without its day, as it was written; its year where no month can be told."""
    year = year_of(text)
    if year is None or _NO_DAY.fullmatch(text):
        return year and text
    if found := _NUMBER_MONTH.search(text):
        return f"{found[1]}{found[2]}{found[3]}"
    if found := _YEAR_LAST.search(text):
        day, mark, month = found[1], found[2], found[3]
        # With strokes some write the month first; where both could be one, neither is told.
        is_clear = "/" not in mark or int(day) > _MONTHS
        return f"{month}{mark}{found[4]}" if is_clear and int(month) <= _MONTHS else year
    if found := _HANGUL_DAY.search(text):
        return found[1]
    found = _WORD_MONTH.search(text)
    if found and found[1].lower() not in _NOT_MONTHS:
        return f"{found[1]} {found[2]}"
    return year


def age_band(text: str) -> str | None:
    """Give an age as its ten years, with the words around it: `40-49 years old`."""
    if _BAND.search(text):
        return text
    ages = [int(age) for age in _AGE.findall(text)]
    if len(ages) != 1 or ages[0] > 130:
        return None
    low = ages[0] // 10 * 10
    return _AGE.sub(f"{_OLDEST}+" if low >= _OLDEST else f"{low}-{low + 9}", text)


def postcode_area(text: str) -> str | None:
    """Give the area that a postcode lies in: its letters, or the first two of its digits."""
    for pattern in (_BRITISH, _CANADIAN):
        if found := pattern.match(text):
            return found[1].upper()
    found = _DIGITS.search(text)
    return found[1] if found else None


def coarser(entity: str, text: str, to: str | None) -> str | None:
    """Give the coarser form of a value, or nothing where there is none.

    Args:
        to: `month` for a date that keeps its month; else its year is given.
    """
    makers: dict[str, Callable[[str], str | None]] = {
        "DATE_TIME": month_of if to == "month" else year_of,
        "AGE": age_band,
        **dict.fromkeys(POSTCODES, postcode_area),
    }
    maker = makers.get(entity)
    return maker(text) if maker else None
