"""The recognizers of all countries, and which entities a policy can name."""

from collections.abc import Sequence

from datacoop.scrub.recognizers.ca import CA
from datacoop.scrub.recognizers.de import DE
from datacoop.scrub.recognizers.fr import FR
from datacoop.scrub.recognizers.gb import GB
from datacoop.scrub.recognizers.kr import KR
from datacoop.scrub.recognizers.sg import SG
from datacoop.scrub.recognizers.shared import SHARED
from datacoop.scrub.recognizers.values import Country

COUNTRIES: dict[str, Country] = {"KR": KR, "GB": GB, "CA": CA, "SG": SG, "DE": DE, "FR": FR}
"""By ISO 3166 alpha-2 code."""

NAMED = frozenset({"PERSON", "LOCATION", "ORGANIZATION", "NRP", "DATE_TIME", "QUANTITY"})
"""Entities that a model of names can find."""


def chosen(countries: Sequence[str]) -> list[Country]:
    """Give the recognizers shared by all, then those of `countries`, in order."""
    return [SHARED, *(COUNTRIES[code] for code in countries)]


def entities(countries: Sequence[str]) -> frozenset[str]:
    """Give each entity that can be found with the recognizers of `countries`."""
    found = {one.entity for country in chosen(countries) for one in country.rules + country.stock}
    return NAMED | found
