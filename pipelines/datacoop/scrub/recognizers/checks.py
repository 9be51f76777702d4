"""Check digits, by the name that a rule uses. Values come as found, with separators."""

import re
from collections.abc import Callable, Sequence
from string import ascii_uppercase

from stdnum import luhn
from stdnum.ca import bc_phn
from stdnum.de import idnr, vat
from stdnum.fr import nif, nir, siren, siret, tva
from stdnum.gb import nhs, utr
from stdnum.iso7064 import mod_97_10
from stdnum.kr import brn

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


_NRIC_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
_NRIC_LETTERS = {
    "S": (0, "JZIHGFEDCBA"),
    "T": (4, "JZIHGFEDCBA"),
    "F": (0, "XWUTRQPNMLK"),
    "G": (4, "XWUTRQPNMLK"),
    "M": (3, "XWUTRQPNJLK"),
}
"""What is added to the sum, and the letters by its rest: published by users, not by the state."""


def _nric(value: str) -> bool:
    compact = _compact(value)
    added, letters = _NRIC_LETTERS[compact[0]]
    return letters[(_weighted(compact[1:-1], _NRIC_WEIGHTS) + added) % 11] == compact[-1]


def _rvnr(value: str) -> bool:
    """Check a German pension number (VKVV, section 4)."""
    compact = _compact(value)
    digits = compact[:8] + f"{ord(compact[8]) - 64:02d}" + compact[9:11]
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    return _cross_weighted(digits, weights) % 10 == int(compact[11])


def _kvnr(value: str) -> bool:
    """Check a German health insurance number (GKV-Spitzenverband, after section 290 SGB V)."""
    compact = _compact(value)
    digits = f"{ord(compact[0]) - 64:02d}" + compact[1:9]
    return _cross_weighted(digits, (1, 2) * 5) % 10 == int(compact[9])


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _cross_weighted(digits: str, weights: Sequence[int]) -> int:
    products = [int(digit) * weight for digit, weight in zip(digits, weights, strict=True)]
    return sum(product // 10 + product % 10 for product in products)


_DATE_OR_DECIMAL = re.compile(
    r"\d{1,2}\. ?\d{1,2}\. ?(?:19|20)\d\d(?!\d)|(?:19"
    r"|20)\d\d[-. ]{1,2}\d{1,2}[-. ]{1,2}\d{1,2}(?!\d)"
    r"|\d{1,2}-\d{1,2}-(?:19|20)\d\d(?!\d)|\d\.\d+[^\d.]|(?:19|20)\d\d ?- ?(?:19|20)\d\d$"
)


_YEARS = re.compile(
    r"(?:1[89]|20)\d\d(?:[ /-]{1,3}\d{1,4}){1,4}$|\d{1,3}(?:\.\d{1,2})? ?\(\d{1,2}\)(?:\. |$)"
)
"""Years of a session, and a section of a law with its subsection."""


def _phone(value: str) -> bool:
    """Tell a phone from a long number, a range of dates, a range of decimals."""
    digits = sum(map(str.isdecimal, value))
    return 8 <= digits <= 15 and not _DATE_OR_DECIMAL.match(value) and not _YEARS.match(value)


def _short_phone(value: str) -> bool:
    """Tell a phone without area code from a date or a sum, where words say that it is one."""
    digits = sum(map(str.isdecimal, re.split(r"[a-zA-Z]", value)[0]))
    return 6 <= digits <= 15 and not _DATE_OR_DECIMAL.match(value) and not _YEARS.match(value)


def _kr_account(value: str) -> bool:
    """Tell an account from a mobile phone and a date."""
    digits = _compact(value)
    return (
        10 <= len(digits) <= 16
        and not _YEARS.match(value)
        and not re.match(r"01[016-9]\D?\d{3,4}\D?\d{4}$", value)
    )


CHECKS: dict[str, Callable[[str], bool]] = {
    "card": _card,
    "iban": _iban,
    "nir": lambda value: bool(nir.is_valid(_compact(value))),
    "siren": lambda value: bool(siren.is_valid(_compact(value))),
    "siret": lambda value: bool(siret.is_valid(_compact(value))),
    "uen": _uen,
    "kv_region": lambda value: int(_compact(value)[:2]) in _KV_REGIONS,
    "phone": _phone,
    "short_phone": _short_phone,
    "has_digit": lambda value: any(map(str.isdecimal, value)),
    "luhn": lambda value: bool(luhn.is_valid(_compact(value).rstrip(ascii_uppercase))),
    "kr_brn": lambda value: bool(brn.is_valid(_compact(value))),
    "kr_account": _kr_account,
    "nhs": lambda value: bool(nhs.is_valid(_compact(value))),
    "utr": lambda value: bool(utr.is_valid(_compact(value).rstrip("K"))),
    "bc_phn": lambda value: bool(bc_phn.is_valid(_compact(value))),
    "nric": _nric,
    "rvnr": _rvnr,
    "kvnr": _kvnr,
    "de_idnr": lambda value: bool(idnr.is_valid(_compact(value))),
    "de_vat": lambda value: bool(vat.is_valid(_compact(value))),
    "nif": lambda value: bool(nif.is_valid(_compact(value))),
    "tva": lambda value: bool(tva.is_valid(_compact(value))),
}
"""Each says whether a value is valid."""
