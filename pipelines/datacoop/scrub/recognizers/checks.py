"""Check digits, by the name that a rule uses. Values come as found, with separators."""

import re
from collections.abc import Callable

from stdnum import luhn
from stdnum.fr import nir, siren, siret
from stdnum.iso7064 import mod_97_10

_UEN_BUSINESS = ((10, 4, 9, 3, 8, 2, 7, 1), "XMKECAWLJDB")
_UEN_COMPANY = ((10, 8, 6, 4, 9, 7, 5, 3, 1), "ZKCMDNERGWH")

_KV_REGIONS = frozenset({1, 2, 3, 17, 20, 35, 38, 46, 51, 52, 71, 72, 73, 74, 78, 83, 88, 93, 98})
"""The associations of German panel doctors, which open the number of a practice."""


def _compact(value: str) -> str:
    return "".join(filter(str.isalnum, value)).upper()


def _card(value: str) -> bool:
    digits = _compact(value)
    return len(set(digits)) > 1 and luhn.is_valid(digits)


def _iban(value: str) -> bool:
    compact = _compact(value)
    return bool(mod_97_10.is_valid(compact[4:] + compact[:4]))


def _uen(value: str) -> bool:
    """Check a Singaporean UEN without asking, as libraries do, which year it is now."""
    compact = _compact(value)
    if not compact[:-1].isdecimal():
        return True
    weights, letters = _UEN_BUSINESS if len(compact) == 9 else _UEN_COMPANY
    total = sum(weight * int(digit) for weight, digit in zip(weights, compact[:-1], strict=True))
    return letters[total % 11] == compact[-1]


_DATE_OR_DECIMAL = re.compile(r"\d{1,2}\. ?\d{1,2}\. ?(?:19|20)\d\d(?!\d)|\d\.\d+[^\d.]")


def _phone(value: str) -> bool:
    """Tell a phone from a long number, a range of dates, a range of decimals."""
    digits = sum(map(str.isdecimal, value))
    return 8 <= digits <= 15 and not _DATE_OR_DECIMAL.match(value)


CHECKS: dict[str, Callable[[str], bool]] = {
    "card": _card,
    "iban": _iban,
    "nir": lambda value: bool(nir.is_valid(_compact(value))),
    "siren": lambda value: bool(siren.is_valid(_compact(value))),
    "siret": lambda value: bool(siret.is_valid(_compact(value))),
    "uen": _uen,
    "kv_region": lambda value: int(_compact(value)[:2]) in _KV_REGIONS,
    "phone": _phone,
}
"""Each says whether a value is valid."""
