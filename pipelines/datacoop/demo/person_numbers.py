"""Numbers that identify a made-up person, with the check digits their issuers ask for.

The arithmetic is written out here, so that the tests can hold it against python-stdnum.
"""

from collections.abc import Callable, Sequence
from random import Random

NumberMaker = Callable[[Random, str], str]
"""Makes one number from a random source and the person's surname in ASCII capitals."""

_ICAO = "CFGHJKLMNPRTVWXYZ"
_NINO_FIRST, _NINO_SECOND = "ABCEHJLMPRSTWXY", "ABCEHJLMPRSTWXYZ"
_PLATE = "ABCDEFGHJKLMNPRSTUVWXY"
_POSTCODE = "ABDEFGHJLNPQRSTUWXYZ"
_CA_POSTAL = "ABCEGHJKLMNPRSTV"


def make_card(random: Random, _surname: str = "") -> str:
    """Make a card number in the ranges that payment providers use for tests."""
    body = random.choice(("400000", "424242", "520082")) + _digits(random, 9)
    return " ".join(_cut(body + _luhn(body), 4, 4, 4, 4))


def make_ip(random: Random, _surname: str = "") -> str:
    """Make an address in the blocks kept for documentation (RFC 5737, RFC 3849)."""
    if random.random() < 0.2:
        return f"2001:db8:{random.randrange(4096, 65536):x}:{random.randrange(1, 256):x}::17"
    return f"{random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{random.randrange(1, 255)}"


def make_iban(country: str, random: Random) -> str:
    """Make an IBAN of GB, DE or FR, written in groups of four."""
    if country == "GB":
        account = "ZYXW" + _digits(random, 14)
    elif country == "DE":
        account = _digits(random, 18, first="123456789")
    else:
        bank, branch, number = _digits(random, 5), _digits(random, 5), _digits(random, 11)
        # The RIB key inside a French account number; 89, 15 and 3 are the weights of its parts.
        key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(number)) % 97
        account = f"{bank}{branch}{number}{key:02d}"
    letters = "".join(str(int(c, 36)) for c in f"{account}{country}00")
    plain = f"{country}{98 - int(letters) % 97:02d}{account}"
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _digits(random: Random, count: int, first: str = "0123456789") -> str:
    return random.choice(first) + "".join(random.choice("0123456789") for _ in range(count - 1))


def _letters(random: Random, alphabet: str, count: int) -> str:
    return "".join(random.choice(alphabet) for _ in range(count))


def _cut(text: str, *sizes: int) -> list[str]:
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    return [text[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _cross_weighted(digits: str, weights: Sequence[int]) -> int:
    products = [int(digit) * weight for digit, weight in zip(digits, weights, strict=True)]
    return sum(product // 10 + product % 10 for product in products)


def _luhn(body: str) -> str:
    # The digit next to the check digit is doubled, then every second one to its left.
    weights = [2 - i % 2 for i in range(len(body))][::-1]
    return str(-_cross_weighted(body, weights) % 10)


def _iso7064_mod_11_10(body: str) -> str:
    product = 10
    for digit in body:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def _icao(body: str) -> str:
    """Check digit of a travel document (ICAO Doc 9303 part 3, section 4.9)."""
    return str(sum(int(c, 36) * (7, 3, 1)[i % 3] for i, c in enumerate(body)) % 10)


def _birth(random: Random) -> tuple[str, str, str]:
    year, month, day = random.randrange(40, 99), random.randrange(1, 13), random.randrange(1, 29)
    return f"{year:02d}", f"{month:02d}", f"{day:02d}"


def _letter_ordinal(surname: str) -> str:
    return f"{ord(surname[0]) - ord('A') + 1:02d}"


def _kr_resident(random: Random, kinds: str, base: int) -> str:
    body = "".join(_birth(random)) + random.choice(kinds) + f"{random.randrange(96):02d}"
    body += _digits(random, 3)
    check = (base - _weighted(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10
    return f"{body[:6]}-{body[6:]}{check}"


def _kr_brn(random: Random, _surname: str) -> str:
    body = f"{random.randrange(101, 700)}{random.randrange(10, 90)}{random.randrange(1000, 9999)}"
    total = _weighted(body[:8], (1, 3, 7, 1, 3, 7, 1, 3)) + int(body[8]) * 5
    check = -(total + int(body[8]) * 5 // 10) % 10
    return "-".join(_cut(f"{body}{check}", 3, 2, 5))


def _kr_driver_license(random: Random, _surname: str) -> str:
    year = random.randrange(1, 24)
    return f"{random.randrange(11, 27)}-{year:02d}-{_digits(random, 6)}-{_digits(random, 2)}"


def _kr_passport(random: Random, _surname: str) -> str:
    letter = _letters(random, "ABCDEFGHJK", 1)
    return f"M{_digits(random, 3)}{letter}{_digits(random, 4)}"


def _uk_nhs(random: Random, _surname: str) -> str:
    while True:
        body = _digits(random, 9, first="4679")
        check = -_weighted(body, range(10, 1, -1)) % 11
        if check < 10:
            return " ".join(_cut(f"{body}{check}", 3, 3, 4))


def _uk_nino(random: Random, _surname: str) -> str:
    while True:
        prefix = random.choice(_NINO_FIRST) + random.choice(_NINO_SECOND)
        if prefix not in ("BG", "GB", "NK", "KN", "NT", "TN", "ZZ"):
            number = " ".join(_cut(_digits(random, 6), 2, 2, 2))
            return f"{prefix} {number} {random.choice('ABCD')}"


def _uk_passport(random: Random, _surname: str) -> str:
    return f"{_letters(random, _PLATE, 2)}{_digits(random, 7)}"


def _uk_driving_licence(random: Random, surname: str) -> str:
    year, month, day = _birth(random)
    head = (surname + "9999")[:5]
    initials = _letters(random, _PLATE, 2)
    return f"{head}{year[0]}{month}{day}{year[1]}{initials}9{_letters(random, _PLATE, 2)}"


def _uk_vehicle_registration(random: Random, _surname: str) -> str:
    age = random.choice((*range(2, 24), *range(51, 74)))
    return f"{_letters(random, _PLATE, 2)}{age:02d} {_letters(random, _PLATE, 3)}"


def _uk_postcode(random: Random, _surname: str) -> str:
    # No post town has the area letters JX, so that no real door is behind it.
    return f"JX{random.randrange(1, 100)} {random.randrange(10)}{_letters(random, _POSTCODE, 2)}"


def _ca_sin(random: Random, _surname: str) -> str:
    body = _digits(random, 8, first="1234567")
    return random.choice(" -").join(_cut(body + _luhn(body), 3, 3, 3))


def _ca_postal_code(random: Random, _surname: str) -> str:
    pairs = [_letters(random, _CA_POSTAL, 1) + _digits(random, 1) for _ in range(3)]
    return " ".join(_cut("".join(pairs), 3, 3))


def _sg_nric(random: Random, _surname: str) -> str:
    kind, body = random.choice("STFG"), _digits(random, 7)
    total = _weighted(body, (2, 7, 6, 5, 4, 3, 2)) + (4 if kind in "TG" else 0)
    return f"{kind}{body}{('JZIHGFEDCBA' if kind in 'ST' else 'XWUTRQPNMLK')[total % 11]}"


def _sg_uen(random: Random, _surname: str) -> str:
    if random.random() < 0.5:
        body = _digits(random, 8, first="345")
        return body + "XMKECAWLJDB"[_weighted(body, (10, 4, 9, 3, 8, 2, 7, 1)) % 11]
    body = f"{random.randrange(1985, 2020)}{_digits(random, 5)}"
    return body + "ZKCMDNERGWH"[_weighted(body, (10, 8, 6, 4, 9, 7, 5, 3, 1)) % 11]


def _de_tax_id(random: Random, _surname: str) -> str:
    # Exactly one digit twice and one missing: both the old and the new rule accept it.
    nine = [*random.sample("123456789", 8), "0"]
    rest = [*nine[1:], random.choice(nine[1:])]
    random.shuffle(rest)
    body = nine[0] + "".join(rest)
    return body + _iso7064_mod_11_10(body)


def _de_social_security(random: Random, surname: str) -> str:
    year, month, day = _birth(random)
    head, serial = f"{random.randrange(10, 90)}{day}{month}{year}", _digits(random, 2)
    effective = head + _letter_ordinal(surname) + serial
    check = _cross_weighted(effective, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)) % 10
    return f"{head}{surname[0]}{serial}{check}"


def _de_health_insurance(random: Random, surname: str) -> str:
    body = _digits(random, 8)
    check = _cross_weighted(_letter_ordinal(surname) + body, (1, 2) * 5) % 10
    return f"{surname[0]}{body}{check}"


def _de_travel_document(random: Random, _surname: str) -> str:
    body = _letters(random, _ICAO, 1) + _letters(random, _ICAO + "0123456789" * 2, 7)
    return body + _icao(body)


def _de_vat_id(random: Random, _surname: str) -> str:
    body = _digits(random, 8, first="123456789")
    return f"DE{body}{_iso7064_mod_11_10(body)}"


def _de_plate(random: Random, _surname: str) -> str:
    # AUT is no German district.
    return f"AUT-{_letters(random, _PLATE, 2)} {random.randrange(10, 9999)}"


def _de_driving_licence(random: Random, _surname: str) -> str:
    return f"{_letters(random, _PLATE, 2)}{_digits(random, 8)}{_letters(random, _PLATE, 1)}"


def _fr_nir(random: Random, _surname: str) -> str:
    year, month, _ = _birth(random)
    place = f"{random.randrange(21, 95)}{_digits(random, 6, first='123')}"
    body = f"{random.choice('12')}{year}{month}{place}"
    key = 97 - int(body) % 97
    return " ".join(_cut(f"{body}{key:02d}", 1, 2, 2, 2, 3, 3, 2))


def _fr_siren(random: Random, _surname: str) -> str:
    body = _digits(random, 8, first="3458")
    return " ".join(_cut(body + _luhn(body), 3, 3, 3))


def _fr_siret(random: Random, surname: str) -> str:
    siren = _fr_siren(random, surname)
    body = siren.replace(" ", "") + f"00{random.randrange(10, 100)}"
    return f"{siren} {body[9:]}{_luhn(body)}"


NUMBERS: dict[str, dict[str, NumberMaker]] = {
    "KR": {
        "KR_RRN": lambda random, _: _kr_resident(random, "12", 11),
        "KR_FRN": lambda random, _: _kr_resident(random, "56", 13),
        "KR_BRN": _kr_brn,
        "KR_DRIVER_LICENSE": _kr_driver_license,
        "KR_PASSPORT": _kr_passport,
    },
    "GB": {
        "UK_NHS": _uk_nhs,
        "UK_NINO": _uk_nino,
        "UK_PASSPORT": _uk_passport,
        "UK_DRIVING_LICENCE": _uk_driving_licence,
        "UK_VEHICLE_REGISTRATION": _uk_vehicle_registration,
        "UK_POSTCODE": _uk_postcode,
        "IBAN_CODE": lambda random, _: make_iban("GB", random),
    },
    "CA": {"CA_SIN": _ca_sin, "CA_POSTAL_CODE": _ca_postal_code},
    "SG": {"SG_NRIC_FIN": _sg_nric, "SG_UEN": _sg_uen},
    "DE": {
        "DE_TAX_ID": _de_tax_id,
        "DE_SOCIAL_SECURITY": _de_social_security,
        "DE_HEALTH_INSURANCE": _de_health_insurance,
        "DE_PASSPORT": _de_travel_document,
        "DE_ID_CARD": _de_travel_document,
        "DE_VAT_ID": _de_vat_id,
        "DE_KFZ": _de_plate,
        "DE_FUEHRERSCHEIN": _de_driving_licence,
        "IBAN_CODE": lambda random, _: make_iban("DE", random),
    },
    "FR": {
        "FR_NIR": _fr_nir,
        "FR_SIREN": _fr_siren,
        "FR_SIRET": _fr_siret,
        "IBAN_CODE": lambda random, _: make_iban("FR", random),
    },
}
"""Per country, the entity and how its numbers are made; every country also has cards and IPs."""


def make_numbers(country: str, surname: str, random: Random) -> dict[str, str]:
    """Make one number of every kind that people of `country` have."""
    numbers = {entity: make(random, surname) for entity, make in NUMBERS[country].items()}
    return numbers | {"CREDIT_CARD": make_card(random), "IP_ADDRESS": make_ip(random)}
