"""Recognizers for every country: e-mail, card, IBAN, international phone, and stock ones."""

from datacoop.scrub.recognizers.addresses import ADDRESSES
from datacoop.scrub.recognizers.cases import CASES
from datacoop.scrub.recognizers.dates import AGES, DATES
from datacoop.scrub.recognizers.groups import GROUPS
from datacoop.scrub.recognizers.introductions import INTRODUCTIONS
from datacoop.scrub.recognizers.online import (
    COORDINATES,
    DEVICES,
    HANDLES,
    SPELLED_EMAIL,
    STOCK,
    WALLETS,
    WEAK_PHONE,
)
from datacoop.scrub.recognizers.places import PLACES
from datacoop.scrub.recognizers.quantities import QUANTITIES
from datacoop.scrub.recognizers.values import Country, Rule

_BREAK = r"[ \-.\u00a0\u2009\u202f\u2010\u2011\u2013]"
"""What may stand between groups of digits: plain, no-break and thin spaces, hyphens, a dot."""

_IBAN_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
"""Countries by the length of their IBAN (ISO 13616 registry).

A length for each country, because what follows an IBAN may be a word: a pattern that takes
what it can get would take that word too, and then fail the check digits.
"""


def _iban_pattern() -> str:
    forms = (
        rf"(?:{'|'.join(countries.split())})\d\d(?:{_BREAK}?[A-Z0-9]){{{length - 4}}}"
        for length, countries in _IBAN_LENGTHS.items()
    )
    return rf"(?:{'|'.join(forms)})(?!\d)"


_LATIN = r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Nd}_.!#$%&'*+/=?^`{|}~-]"
_LATIN_MAILBOX = rf"(?:(?<!{_LATIN})|\G){_LATIN}++"
"""Begins where other writing ends, or where the e-mail address before it does."""

_OTHER_MAILBOX = r"(?:(?<![\w.-])|\G)[\w.-]*[^\W\d_\p{Latin}\p{Cyrillic}\p{Greek}]"
_DOMAIN = r"(?:\w[\w-]*\.)+"
_LATIN_END = r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])"
"""The last label of a domain; a particle or any other script behind it is not part of it."""

_OTHER_END = r"[^\W\d_A-Za-z]{2,}"

EMAIL = Rule(
    entity="EMAIL_ADDRESS",
    patterns=tuple(
        (form, 1.0)
        for form in (
            rf"{_LATIN_MAILBOX}@{_DOMAIN}{_LATIN_END}",
            rf"{_LATIN_MAILBOX}@{_DOMAIN}{_OTHER_END}",
            rf"{_LATIN_MAILBOX}@\[?\d{{1,3}}(?:\.\d{{1,3}}){{3}}",
            rf"{_OTHER_MAILBOX}@{_DOMAIN}(?:{_LATIN_END}|{_OTHER_END})",
        )
    ),
    guard="@",
    is_unspaced=True,
    any_script=True,
)

CARD = Rule(
    entity="CREDIT_CARD",
    patterns=tuple(
        (rf"(?<!\d){body}(?!\d)", 1.0)
        for body in (
            r"[2-6]\d{12,18}",
            rf"[2-6]\d{{3}}(?:{_BREAK}{{1,3}}\d{{4}}){{3}}",
            rf"[2-6]\d{{3}}(?:{_BREAK}{{1,3}}\d{{4}}){{3}}{_BREAK}{{1,3}}\d{{1,3}}",
            rf"3\d{{3}}{_BREAK}{{1,3}}\d{{6}}{_BREAK}{{1,3}}\d{{4,5}}",
            rf"[1-6]\d{{3}}{_BREAK}?\d{{3,4}}{_BREAK}?\d{{3,4}}{_BREAK}?\d{{3,5}}",
        )
    ),
    check="card",
    least_digits=13,
)

IBAN = Rule(
    entity="IBAN_CODE",
    patterns=((_iban_pattern(), 1.0),),
    check="iban",
    least_digits=2,
    has_letters=True,
    margin=48,
    guard=r"[A-Za-z]{2}\d\d",
)

PHONE = Rule(
    entity="PHONE_NUMBER",
    patterns=(
        (rf"(?<![\d+])(?:\+|00){_BREAK}?[1-9](?:[ \-./()\u00a0]{{0,3}}\d){{7,14}}(?!\d)", 0.6),
    ),
    check="phone",
    least_digits=8,
)

SHARED = Country(
    rules=(
        EMAIL, SPELLED_EMAIL, CARD, IBAN, PHONE, WEAK_PHONE, COORDINATES,
        *HANDLES, *DEVICES, *WALLETS, *DATES, *AGES, *CASES, *ADDRESSES, *INTRODUCTIONS,
        *QUANTITIES, *GROUPS, *PLACES,
    ),
    stock=STOCK,
)  # fmt: skip
