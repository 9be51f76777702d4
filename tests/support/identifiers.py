# ruff: noqa: E501, S311 - a line a form; made-up values
"""Valid values of every identifier in the forms people write, and sentences to carry them.

All are made up, from a seed. The carriers of `TUNED` may be looked at when patterns are
written; those of `REPORTED` say how good they are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from datacoop.demo.person_numbers import NUMBERS, make_card, make_iban

LANGUAGES = ("en", "fr", "de", "ko")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One identifier of one country."""

    entity: str
    make: Callable[[Random], str]
    """Makes a value; what stands before a `¦` is a label, and not part of it."""
    names: tuple[str, str, str, str] | None = None
    """What it is called in each language, where it needs a word of context."""
    languages: tuple[str, ...] = LANGUAGES
    place: str = ""
    """The country, where several have values of one entity."""

    @property
    def id(self) -> str:
        return f"{self.entity}-{self.place}" if self.place else self.entity


def digits(random: Random, count: int, first: str = "0123456789") -> str:
    return random.choice(first) + "".join(random.choice("0123456789") for _ in range(count - 1))


def letters(random: Random, count: int, alphabet: str = "ABCDEFGHJKLMNPRSTUVWXYZ") -> str:
    return "".join(random.choice(alphabet) for _ in range(count))


def cut(text: str, *sizes: int) -> list[str]:
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    return [text[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def luhn(body: str) -> str:
    total = 0
    for at, digit in enumerate(reversed(body)):
        product = int(digit) * (2 - at % 2)
        total += product // 10 + product % 10
    return body + str(-total % 10)


def pick(*forms: Callable[[Random], str]) -> Callable[[Random], str]:
    return lambda random: random.choice(forms)(random)


def regrouped(
    country: str, entity: str, *groups: tuple[str, tuple[int, ...]]
) -> Callable[[Random], str]:
    """Make a number of the demo and write it in groups, each with the mark between them."""

    def make(random: Random) -> str:
        plain = "".join(filter(str.isalnum, NUMBERS[country][entity](random, "QUELLMANN")))
        mark, sizes = random.choice((*groups, ("", (len(plain),))))
        return mark.join(cut(plain, *sizes))

    return make


def birthday(random: Random) -> tuple[str, str, str]:
    return (
        f"{random.randrange(40, 99):02d}",
        f"{random.randrange(1, 13):02d}",
        f"{random.randrange(1, 29):02d}",
    )


def new_rrn(random: Random) -> str:
    """Make one without a check digit, as given since October 2020."""
    return f"{random.randrange(20, 26)}{''.join(birthday(random)[1:])}-{random.choice('34')}{digits(random, 6)}"


def korean_passport(random: Random) -> str:
    kind = random.choice("MSR")
    return random.choice(
        (
            f"{kind}{digits(random, 8)}",
            f"M{digits(random, 3)}{letters(random, 1)}{digits(random, 4)}",
        )
    )


def korean_phone(random: Random) -> str:
    a, b = digits(random, 4, first="23456789"), digits(random, 4)
    area = random.choice(("031", "051", "02", "064", "070"))
    return random.choice(
        (
            f"010-{a}-{b}", f"010 {a} {b}", f"010.{a}.{b}", f"010{a}{b}", f"{area}-{a[:3]}-{b}",
            f"{area}) {a[:3]}-{b}", f"({area}) {a[:3]}-{b}", f"+82 10-{a}-{b}", f"+82-10-{a}-{b}",
            f"+8210{a}{b}", f"+82 {area[1:]}-{a[:3]}-{b}", f"+82 (0)10 {a} {b}", f"0082 10 {a} {b}",
        )
    )  # fmt: skip


def korean_account(random: Random) -> str:
    sizes = random.choice(((3, 2, 6), (3, 6, 2, 3), (6, 2, 6), (4, 4, 4, 2), (3, 3, 6), (4, 2, 7)))
    return "-".join(cut(digits(random, sum(sizes), first="123456789"), *sizes))


def korean_plate(random: Random) -> str:
    letter, number = random.choice("가나다라마거너더로모보소호하허"), digits(random, 4)
    region = random.choice(("서울", "부산", "경기", "제주"))
    head = random.choice((f"{random.randrange(10, 70)}", f"{random.randrange(100, 700)}"))
    return random.choice(
        (f"{head}{letter} {number}", f"{head}{letter}{number}", f"{head} {letter} {number}",
         f"{region} {random.randrange(10, 90)}{letter} {number}", f"{region}{random.randrange(10, 90)}{letter}{number}")
    )  # fmt: skip


def gb_phone(random: Random) -> str:
    a, b = digits(random, 3), digits(random, 3)
    return random.choice(
        (
            f"07{a} {b}{a}", f"07{a}{b}{a}", f"+44 7{a} {b}{a}", f"+447{a}{b}{a}", f"+44 (0)7{a} {b} {a}",
            f"020 7{a} {b}1", f"(020) 7{a} {b}1", f"0161 {a} {b}2", f"01{a} {b}{a}", f"0044 161 {a} {b}2",
            f"01{a}-{b}{a}", f"+44-20-7{a}-{b}1",
        )
    )  # fmt: skip


def nhs_like(body: Callable[[Random], str]) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        while True:
            nine = body(random)
            total = sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True))
            check = -total % 11
            if check < 10:
                return f"{nine}{check}"

    return make


def chi(random: Random) -> str:
    number = nhs_like(lambda r: "".join(reversed(birthday(r))) + digits(r, 3))(random)
    return random.choice((number, f"{number[:6]} {number[6:]}", f"{number[:6]}-{number[6:]}"))


def utr(random: Random) -> str:
    body = digits(random, 9)
    total = sum(int(d) * w for d, w in zip(body, (6, 7, 8, 9, 10, 5, 4, 3, 2), strict=True))
    number = "21987654321"[total % 11] + body
    return random.choice((number, f"{number[:5]} {number[5:]}", f"{number}K"))


def sort_code_and_account(random: Random) -> str:
    code = "-".join(cut(digits(random, 6), 2, 2, 2))
    return random.choice((f"{code} {digits(random, 8)}", f"{code}, {digits(random, 8)}", code))


def gb_plate(random: Random) -> str:
    plain = NUMBERS["GB"]["UK_VEHICLE_REGISTRATION"](random, "")
    return random.choice(
        (
            plain,
            plain.replace(" ", ""),
            f"{letters(random, 1, 'ABCDEFGH')}{random.randrange(10, 999)} {letters(random, 3, 'ABCDEFGHJKL')}",
        )
    )


def gb_postcode(random: Random) -> str:
    area = random.choice(("B", "M", "LS", "SW", "EH", "CF", "BT", "NE"))
    inner = f"{random.randrange(10)}{letters(random, 2, 'ABDEFGHJLNPQRSTUWXYZ')}"
    return f"{area}{random.randrange(1, 30)} {inner}"


def ca_phone(random: Random) -> str:
    area, a, b = (
        random.choice(("416", "514", "604", "902")),
        digits(random, 3, first="23456789"),
        digits(random, 4),
    )
    return random.choice(
        (
            f"{area}-{a}-{b}", f"({area}) {a}-{b}", f"{area}.{a}.{b}", f"{area} {a} {b}", f"+1 {area} {a} {b}",
            f"+1-{area}-{a}-{b}", f"1-{area}-{a}-{b}", f"+1{area}{a}{b}", f"1 ({area}) {a}-{b}", f"{area}-{a}-{b} ext. 42",
        )
    )  # fmt: skip


def ca_sin(random: Random) -> str:
    number = luhn(digits(random, 8, first="12345679"))
    return random.choice(" -").join(cut(number, 3, 3, 3)) if random.random() < 0.8 else number


def ca_health(random: Random) -> str:
    ontario = luhn(digits(random, 9, first="123456789"))
    year, month, day = birthday(random)
    women = f"{int(month) + 50}"
    quebec = f"{letters(random, 4)}{year}{random.choice((month, women))}{day}{digits(random, 2)}"
    while True:
        body = digits(random, 8)
        total = sum(int(d) * w for d, w in zip(body, (2, 4, 8, 5, 10, 9, 7, 3), strict=True)) % 11
        if 11 - total < 10:
            break
    columbia = f"9{body}{11 - total}"
    return random.choice(
        (
            "-".join([*cut(ontario, 4, 3, 3), letters(random, 2)]), " ".join(cut(ontario, 4, 3, 3)),
            " ".join(cut(quebec, 4, 4, 4)), quebec, columbia, " ".join(cut(columbia, 4, 3, 3)),
            "-".join(cut(digits(random, 9, first="123456789"), 5, 4)), " ".join(cut(digits(random, 9, first="123456789"), 3, 3, 3)),
        )
    )  # fmt: skip


def ca_passport(random: Random) -> str:
    return random.choice(
        (
            f"{letters(random, 2)}{digits(random, 6)}",
            f"{letters(random, 1)}{digits(random, 6)}{letters(random, 2)}",
        )
    )


def sg_phone(random: Random) -> str:
    a, b = random.choice("689") + digits(random, 3), digits(random, 4)
    return random.choice(
        (
            f"{a} {b}",
            f"{a}{b}",
            f"{a}-{b}",
            f"+65 {a} {b}",
            f"+65{a}{b}",
            f"(+65) {a} {b}",
            f"0065 {a} {b}",
            f"+65-{a}-{b}",
        )
    )


def sg_nric(random: Random) -> str:
    kind, body = random.choice("STFGM"), digits(random, 7)
    total = sum(int(d) * w for d, w in zip(body, (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"T": 4, "G": 4, "M": 3}.get(kind, 0)
    table = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}.get(kind, "XWUTRQPNMLK")
    return f"{kind}{body}{table[total % 11]}"


def sg_postcode(random: Random) -> str:
    number = f"{random.randrange(1, 80):02d}{digits(random, 4)}"
    return random.choice((f"Singapore ¦{number}", f"S({number})", f"S{number}", number))


def de_phone(random: Random) -> str:
    area, number = (
        random.choice(("030", "089", "0221", "07531", "0341")),
        digits(random, 7, first="23456789"),
    )
    mobile = random.choice(("0151", "0170", "0162"))
    return random.choice(
        (
            f"{area} {number}", f"{area}/{number}", f"({area}) {number}", f"{area}-{number}", f"+49 {area[1:]} {number}",
            f"+49 (0){area[1:]} {number}", f"+49{area[1:]}{number}", f"{mobile} {number}1", f"{mobile}/{number}1",
            f"{mobile}{number}1", f"+49 {mobile[1:]} {number}1", f"{area} / {number[:2]} {number[2:4]} {number[4:]}", f"0049 {area[1:]} {number}",
        )
    )  # fmt: skip


def de_tax_number(random: Random) -> str:
    d = digits(random, 13, first="12")
    return random.choice(
        (
            f"{d[:3]}/{d[3:6]}/{d[6:11]}",
            f"{d[:2]}/{d[2:5]}/{d[5:10]}",
            f"{d[:3]}/{d[3:7]}/{d[7:11]}",
            f"{d[:2]} {d[2:5]} {d[5:10]}",
            d,
        )
    )


def de_plate(random: Random) -> str:
    town, pair, number = (
        letters(random, random.randrange(1, 4)),
        letters(random, random.randrange(1, 3)),
        random.randrange(10, 9999),
    )
    return random.choice(
        (
            f"{town}-{pair} {number}",
            f"{town} {pair} {number}",
            f"{town}-{pair}-{number}",
            f"{town}-{pair} {number}E",
        )
    )


DE_TOWNS = ("Mühlbrunn", "Oberlauben", "Seehagen", "Kaltenrode", "Birkstett am See", "Hohenwerda")
DE_STREETS = (
    "Holunderweg", "Brunnenstraße", "Alte Poststr.", "Fichtengasse", "Käthe-Lorbeer-Straße", "Hafenplatz",
    "Uferallee", "Gartenring", "Lindendamm", "Neue Schulstrasse", "Mühlenstieg", "Große Bachgasse",
)  # fmt: skip


def de_postcode_town(random: Random) -> str:
    return f"{random.randrange(10000, 99000)} {random.choice(DE_TOWNS[:4])}"


def de_address(random: Random) -> str:
    street = f"{random.choice(DE_STREETS)} {random.randrange(1, 200)}{random.choice(('', '', 'a', ' b'))}"
    town = f"{random.randrange(10000, 99000)} {random.choice(DE_TOWNS)}"
    return random.choice((f"{street}, {town}", street, f"{street}\n{town}", f"{street}, D-{town}"))


def register(random: Random) -> str:
    return f"{random.choice(('HRB', 'HRA'))} {random.choice(('', 'Nr. '))}{random.randrange(100, 260000)}{random.choice(('', '', ' B'))}"


def fr_phone(random: Random) -> str:
    kind, pairs = random.choice("1234567"), cut(digits(random, 8), 2, 2, 2, 2)
    return random.choice(
        (
            f"0{kind} {' '.join(pairs)}", f"0{kind}.{'.'.join(pairs)}", f"0{kind}{''.join(pairs)}", f"0{kind}-{'-'.join(pairs)}",
            f"+33 {kind} {' '.join(pairs)}", f"+33{kind}{''.join(pairs)}", f"+33 (0){kind} {' '.join(pairs)}", f"0033 {kind} {' '.join(pairs)}",
            f"0{kind}\u00a0{chr(0xA0).join(pairs)}",
        )
    )  # fmt: skip


def fr_nir(random: Random) -> str:
    year, month, _ = birthday(random)
    island = random.random() < 0.15
    place = random.choice(("2A", "2B")) if island else f"{random.randrange(21, 95)}"
    body = f"{random.choice('12')}{year}{month}{place}{digits(random, 6, first='123')}"
    number = int(body.replace("2A", "19", 1).replace("2B", "18", 1)) if island else int(body)
    if island:
        number = int(body[:5] + {"2A": "19", "2B": "18"}[place] + body[7:])
    whole = f"{body}{97 - number % 97:02d}"
    return random.choice((whole, " ".join(cut(whole, 1, 2, 2, 2, 3, 3, 2)), f"{body} {whole[13:]}"))


def fr_nif(random: Random) -> str:
    body = digits(random, 10, first="0123")
    whole = f"{body}{int(body) % 511:03d}"
    return random.choice((whole, " ".join(cut(whole, 2, 2, 3, 3, 3))))


def fr_siren(random: Random) -> str:
    number = luhn(digits(random, 8, first="3458"))
    return random.choice((number, " ".join(cut(number, 3, 3, 3))))


def fr_siret(random: Random) -> str:
    siren = luhn(digits(random, 8, first="3458"))
    number = luhn(f"{siren}{random.randrange(1, 999):04d}")
    return random.choice((number, " ".join(cut(number, 3, 3, 3, 5))))


def fr_tva(random: Random) -> str:
    siren = luhn(digits(random, 8, first="3458"))
    key = (12 + 3 * (int(siren) % 97)) % 97
    return random.choice(
        (
            f"FR{key:02d}{siren}",
            f"FR {key:02d} {' '.join(cut(siren, 3, 3, 3))}",
            f"FR{key:02d} {siren}",
        )
    )


def fr_passport(random: Random) -> str:
    return f"{random.randrange(10, 24)}{letters(random, 2)}{digits(random, 5)}"


def fr_cni(random: Random) -> str:
    year, month, _ = birthday(random)
    old = f"{year}{month}{random.randrange(10, 95)}{digits(random, 6)}"
    new = (
        "".join(random.choice("ABCDEFGHJKLMNPRSTUVWXYZ23456789") for _ in range(7))
        + f"{letters(random, 1)}{digits(random, 1)}"
    )
    return random.choice((old, " ".join(cut(old, 4, 4, 4)), new))


def fr_plate(random: Random) -> str:
    a, n, b = (
        letters(random, 2, "ABCDEFGHJKLMNPQRSTVWXYZ"),
        digits(random, 3),
        letters(random, 2, "ABCDEFGHJKLMNPQRSTVWXYZ"),
    )
    return random.choice(
        (
            f"{a}-{n}-{b}",
            f"{a} {n} {b}",
            f"{a}{n}{b}",
            f"{random.randrange(100, 9999)} {letters(random, 2, 'ABCDEFGH')} {random.randrange(10, 95)}",
        )
    )


FR_TOWNS = ("Valbrune", "Saint-Aubert-sur-Loue", "Pontrieux-le-Bas", "Courlandes")
FR_STREETS = (
    "rue de la Fontaine", "avenue du Général-Morlet", "boulevard Saint-Ambroise", "impasse des Glycines", "allée Jean-Courtin",
    "place de l'Étang", "chemin du Vieux Pressoir", "quai de la Mégisserie", "rue Haute", "square d'Olivet",
)  # fmt: skip


def fr_postcode_town(random: Random) -> str:
    return f"{random.randrange(10000, 95000)} {random.choice(FR_TOWNS)}"


def fr_address(random: Random) -> str:
    house = f"{random.randrange(1, 200)}{random.choice(('', '', ' bis', ' ter', ','))}"
    town = f"{random.randrange(10000, 95000)} {random.choice(FR_TOWNS)}"
    street = f"{house} {random.choice(FR_STREETS)}"
    return random.choice((f"{street}, {town}", street, f"{street}\n{town}", f"{street} {town}"))


def gb_address(random: Random) -> str:
    names = ("Juniper", "Old Mill", "Saint Bride's", "Queensbury", "Far Meadow", "Castlegate")
    kinds = (
        "Street",
        "Road",
        "Lane",
        "Close",
        "Avenue",
        "Gardens",
        "Mews",
        "Terrace",
        "Drive",
        "St",
        "Rd",
    )
    street = f"{random.randrange(1, 250)}{random.choice(('', '', 'A', 'b'))} {random.choice(names)} {random.choice(kinds)}"
    town = random.choice(("Harwick", "Long Denby", "Eastleigh Cross"))
    flat = f"Flat {random.randrange(1, 20)}, {street}"
    return random.choice(
        (
            street,
            flat,
            f"{street}, {town}",
            f"{street}, {town} {gb_postcode(random)}",
            f"{street}, {town}, {gb_postcode(random)}",
        )
    )


def ca_address(random: Random) -> str:
    code = "".join(f"{letters(random, 1, 'ABCEGHJKLM')}{random.randrange(10)}" for _ in range(3))
    code = f"{code[:3]} {code[3:]}"
    english = f"{random.randrange(10, 9000)} {random.choice(('Maplehurst', 'Birch Hollow', 'Lakeview'))} {random.choice(('Street', 'Crescent', 'Avenue', 'Road', 'Blvd', 'Drive'))}"
    french = f"{random.randrange(10, 9000)}{random.choice((',', ''))} {random.choice(('rue Sainte-Odile', 'boul. Laurendeau', 'chemin du Coteau', 'avenue des Ormes', 'rang Saint-Louis'))}"
    return random.choice(
        (
            english, f"{english}, Toronto ON {code}", f"{english}, Apt. {random.randrange(1, 900)}, Halifax, NS {code}",
            french, f"{french}, Montréal (Québec) {code}", f"{french}, Gatineau QC {code}", f"{french}, bureau {random.randrange(1, 900)}",
        )
    )  # fmt: skip


def sg_address(random: Random) -> str:
    number, unit, code = (
        random.randrange(1, 900),
        f"#{random.randrange(1, 30):02d}-{random.randrange(1, 400)}",
        f"{random.randrange(10, 80)}{digits(random, 4)}",
    )
    street = random.choice(
        (
            "Tembusu Street 21",
            "Jalan Kenari",
            "Lorong Halus Jaya",
            "Pasir Laut Drive",
            "Bukit Angsana Road",
            "Seletar Hill Avenue 4",
        )
    )
    return random.choice(
        (
            f"Blk {number} {street} {unit}",
            f"{number} {street} {unit} Singapore {code}",
            f"Blk {number} {street} {unit}, Singapore {code}",
            f"Block {number} {street}",
            f"{number} {street}, {unit}",
        )
    )


def kr_road(random: Random) -> str:
    road = random.choice(("느티나무로", "푸른숲길", "달빛대로", "샘물로12길", "중앙로"))
    return f"{road} {random.randrange(1, 300)}"


def kr_address(random: Random) -> str:
    city = random.choice(
        (
            "서울특별시 마루구",
            "부산광역시 해솔구",
            "경기도 산들시 나래구",
            "강원도 푸른군",
            "대전 한들구",
            "전라남도 새벽시",
        )
    )
    road = random.choice(
        ("느티나무로", "푸른숲길", "달빛대로", "샘물로12길", "바람개비로 34번길", "중앙로")
    )
    number = f"{random.randrange(1, 300)}{random.choice(('', f'-{random.randrange(1, 40)}'))}"
    dong = random.choice(("새봄동", "가람읍 하늘리", "두물동", "한솔면 물안리"))
    return random.choice(
        (
            f"{city} {road} {number}", f"{city} {road} {number}, {random.randrange(100, 120)}동 {random.randrange(100, 2000)}호",
            f"{city} {road} {number} ({dong.split()[-1]})", f"{city} {dong} {number}", f"{city} {dong} {number}번지",
            f"{city} {dong} 산 {number}",
        )
    )  # fmt: skip


_MONTHS = {
    "en": "January February March April May June July August September October November December Jan Feb Mar Apr Jun Jul Aug Sept Oct Nov Dec",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre janv. févr. juil. sept. oct. nov. déc.",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


def date(language: str) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        year, month, day = (
            random.randrange(1930, 2026),
            random.randrange(1, 13),
            random.randrange(1, 29),
        )
        numeric = (
            f"{year}-{month:02d}-{day:02d}",
            f"{day:02d}.{month:02d}.{year}",
            f"{day:02d}/{month:02d}/{year}",
            f"{day}/{month}/{year}",
        )
        if language == "ko":
            words = (
                f"{year}년 {month}월 {day}일",
                f"{month}월 {day}일",
                f"{year}. {month}. {day}.",
                f"{year}년 {month}월",
                f"{year}년{month}월{day}일",
            )
            return random.choice(numeric[:1] + words)
        name = random.choice(_MONTHS[language].split())
        words = {
            "en": (
                f"{day} {name} {year}",
                f"{name} {day}, {year}",
                f"{day}th of {name} {year}",
                f"{name} {year}",
                f"{day} {name}",
                f"{name} {day}th",
            ),
            "fr": (
                f"{day} {name} {year}",
                f"1er {name} {year}",
                f"{name} {year}",
                f"{day} {name}",
                f"{day} et 29 {name} {year}",
            ),
            "de": (
                f"{day}. {name} {year}",
                f"{name} {year}",
                f"{day}. {name}",
                f"{day}.{month}.{year}",
            ),
        }[language]
        return random.choice(numeric[:3] + words)

    return make


def age(language: str) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        n = random.randrange(2, 99)
        forms = {
            "en": (
                f"{n} years old",
                f"{n}-year-old",
                f"{n} y/o",
                f"aged {n}",
                f"{n} years of age",
                f"age {n}",
                "forty-two years old",
                f"{n} yo",
            ),
            "fr": (
                f"âgé de {n} ans",
                f"âgée de {n} ans",
                f"à l'âge de {n} ans",
                f"âgée d'environ {n} ans",
            ),
            "de": (f"{n} Jahre alt", f"{n}-jährige", f"{n}jähriger", f"im Alter von {n} Jahren"),
            "ko": (f"{n}세", f"만 {n}세", f"{n}살", f"{n} 세"),
        }[language]
        return random.choice(forms)

    return make


def case_number(language: str) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        year, n = random.randrange(1990, 2026), random.randrange(100, 99000)
        two = f"{year % 100:02d}"
        forms = {
            "en": (
                f"no. ¦{n}/{two}",
                f"[{year}] EWCA Civ {n % 1000}",
                f"[{year}] SGHC {n % 300 + 1}",
                f"{year} ONCA {n % 900 + 1}",
                f"case no. ¦{year}/{n}",
                f"HC-{year}-{n:06d}",
                f"CV-{two}-{n:08d}-0000",
            ),
            "fr": (
                f"requête no ¦{n}/{two}",
                f"RG n° ¦{two}/{n:05d}",
                f"pourvoi n° ¦{two}-{n % 90 + 10}.{n % 900 + 100}",
                f"affaire n° ¦{year}/{n}",
                f"n° RG ¦{two}/{n:05d}",
            ),
            "de": (
                f"{n % 30 + 1} O {n % 900 + 1}/{two}",
                f"VIII ZR {n % 400 + 1}/{two}",
                f"{n % 9 + 1} AZR {n % 900 + 1}/{two}",
                f"B {n % 9 + 1} KR {n % 90 + 1}/{two} R",
                f"{n % 900 + 100} Js {n}/{two}",
                f"{n % 9 + 1} BvR {n % 3000 + 1}/{two}",
            ),
            "ko": (
                f"{year}가단{n}",
                f"{year}고합{n % 2000 + 10}",
                f"{year}누{n}",
                f"{year} 드단 {n}",
                f"{year}헌바{n % 500 + 10}",
                f"{year}다{n}",
            ),
        }[language]
        return random.choice(forms)

    return make


def file_number(random: Random) -> str:
    return random.choice(
        (
            f"MRN ¦{digits(random, 8)}",
            f"Fallnummer ¦{digits(random, 9)}",
            f"IPP ¦{digits(random, 9)}",
            f"등록번호 ¦{digits(random, 8)}",
            f"case number ¦{letters(random, 2)}{digits(random, 7)}",
            f"dossier n° ¦{digits(random, 6)}",
        )
    )


def email(random: Random) -> str:
    local = random.choice(("mina.oh", "t_brandt", "claire-d", "r2.reader", "k"))
    host = random.choice(("example.org", "mail.example.com", "post.example.co.uk", "büro.example"))
    return f"{local}{random.randrange(100)}@{host}"


def spelled_email(random: Random) -> str:
    local, host = (
        f"{random.choice(('mina', 'tom', 'claire'))}{random.randrange(100)}",
        random.choice(("example", "mail-service")),
    )
    return random.choice(
        (
            f"{local} at {host} dot org", f"{local} [at] {host} (dot) org", f"{local}(at){host}.org", f"{local} [at] {host}.org",
            f"{local}[at]{host}[dot]com", f"{local} (at) {host} (dot) com", f"{local} dot oh at {host} dot net", f"{local} @ {host} . org",
            f"{local} arobase {host} point fr", f"{local} at {host} punkt de", f"{local} 골뱅이 {host} 닷 com",
        )
    )  # fmt: skip


def handle(random: Random) -> str:
    return f"@{random.choice(('silver_otter', 'mina.reads', 'noctule', 'tofu_lab'))}{random.randrange(1000)}"


def profile(random: Random) -> str:
    name = f"silver-otter{random.randrange(1000)}"
    return random.choice(
        (
            f"https://www.facebook.com/{name}",
            f"github.com/{name}",
            f"https://example.org/users/{name}",
            f"https://{name}:secret@example.org/a",
            f"https://example.org/~{name}",
            f"linkedin.com/in/{name}",
            f"https://blog.naver.com/{name}",
        )
    )


def ip(random: Random) -> str:
    six = ":".join(f"{random.randrange(1, 65536):x}" for _ in range(8))
    return random.choice(
        (
            f"192.0.2.{random.randrange(255)}",
            f"10.{random.randrange(255)}.{random.randrange(255)}.7",
            six,
            f"2001:db8::{random.randrange(1, 65536):x}",
        )
    )


def mac(random: Random) -> str:
    pairs = [f"{random.randrange(256):02X}" for _ in range(6)]
    return random.choice(
        (
            ":".join(pairs),
            "-".join(pairs),
            ":".join(pairs).lower(),
            ".".join(cut("".join(pairs).lower(), 4, 4, 4)),
        )
    )


def coordinates(random: Random) -> str:
    lat, lon = random.uniform(-80, 80), random.uniform(-170, 170)
    north, east = "NS"[lat < 0], "EW"[lon < 0]
    la, lo = abs(lat), abs(lon)
    return random.choice(
        (
            f"{lat:.5f}, {lon:.5f}",
            f"{la:.4f}° {north}, {lo:.4f}° {east}",
            f"{int(la)}°{int(la * 60) % 60}'{random.randrange(60)}\"{north} {int(lo)}°{int(lo * 60) % 60}'{random.randrange(60)}\"{east}",
            f"{lat:.6f},{lon:.6f}",
        )
    )


def imei(random: Random) -> str:
    number = luhn("35" + digits(random, 12))
    return random.choice(
        (number, "-".join(cut(number, 2, 6, 6, 1)), " ".join(cut(number, 2, 6, 6, 1)))
    )


def uuid(random: Random) -> str:
    return "-".join(
        "".join(random.choice("0123456789abcdef") for _ in range(n)) for n in (8, 4, 4, 4, 12)
    )


def wallet(random: Random) -> str:
    return "0x" + "".join(random.choice("0123456789abcdefABCDEF") for _ in range(40))


def card(random: Random) -> str:
    plain = make_card(random).replace(" ", "")
    return random.choice(
        (plain, " ".join(cut(plain, 4, 4, 4, 4)), "-".join(cut(plain, 4, 4, 4, 4)))
    )


def iban(random: Random) -> str:
    grouped = make_iban(random.choice(("GB", "DE", "FR")), random)
    return random.choice((grouped, grouped.replace(" ", "")))


KINDS: tuple[Kind, ...] = (
    Kind(entity="EMAIL_ADDRESS", make=email),
    Kind(entity="EMAIL_ADDRESS", make=spelled_email, place="spelled"),
    Kind(entity="CREDIT_CARD", make=card),
    Kind(entity="IBAN_CODE", make=iban),
    Kind(entity="IP_ADDRESS", make=ip),
    Kind(entity="MAC_ADDRESS", make=mac),
    Kind(entity="CRYPTO", make=wallet),
    Kind(entity="COORDINATES", make=coordinates),
    Kind(entity="DEVICE_ID", make=imei, place="imei", names=("IMEI", "IMEI", "IMEI", "단말기 일련번호")),
    Kind(entity="DEVICE_ID", make=uuid, place="uuid", names=("device id", "identifiant publicitaire", "Gerätekennung", "기기 식별자")),
    Kind(entity="SOCIAL_HANDLE", make=handle, place="handle", names=("Twitter handle", "compte Instagram", "Instagram-Konto", "인스타 계정")),
    Kind(entity="SOCIAL_HANDLE", make=profile, place="page"),
    *(Kind(entity="DATE_TIME", make=date(lang), place=lang, languages=(lang,)) for lang in LANGUAGES),
    *(Kind(entity="AGE", make=age(lang), place=lang, languages=(lang,)) for lang in LANGUAGES),
    *(Kind(entity="CASE_NUMBER", make=case_number(lang), place=lang, names=("case", "affaire", "Aktenzeichen", "사건번호"), languages=(lang,)) for lang in LANGUAGES),
    Kind(entity="CASE_NUMBER", make=file_number, place="file"),
    Kind(entity="STREET_ADDRESS", make=kr_address, place="KR", languages=("ko", "en")),
    Kind(entity="STREET_ADDRESS", make=kr_road, place="KR road", names=("address", "adresse", "Anschrift", "주소"), languages=("ko",)),
    Kind(entity="STREET_ADDRESS", make=gb_address, place="GB"),
    Kind(entity="STREET_ADDRESS", make=ca_address, place="CA"),
    Kind(entity="STREET_ADDRESS", make=sg_address, place="SG"),
    Kind(entity="STREET_ADDRESS", make=de_address, place="DE"),
    Kind(entity="STREET_ADDRESS", make=fr_address, place="FR"),
    Kind(entity="PHONE_NUMBER", make=korean_phone, place="KR"),
    Kind(entity="PHONE_NUMBER", make=gb_phone, place="GB"),
    Kind(entity="PHONE_NUMBER", make=ca_phone, place="CA"),
    Kind(entity="PHONE_NUMBER", make=sg_phone, place="SG"),
    Kind(entity="PHONE_NUMBER", make=de_phone, place="DE"),
    Kind(entity="PHONE_NUMBER", make=fr_phone, place="FR"),
    Kind(entity="KR_RRN", make=pick(regrouped("KR", "KR_RRN", ("-", (6, 7))), new_rrn)),
    Kind(entity="KR_FRN", make=regrouped("KR", "KR_FRN", ("-", (6, 7))), names=("foreigner registration number", "FRN", "FRN", "외국인등록번호")),
    Kind(entity="KR_BRN", make=regrouped("KR", "KR_BRN", ("-", (3, 2, 5))), names=("Korean business number", "BRN", "BRN", "사업자등록번호")),
    Kind(entity="KR_PASSPORT", make=korean_passport),
    Kind(entity="KR_DRIVER_LICENSE", make=regrouped("KR", "KR_DRIVER_LICENSE", ("-", (2, 2, 6, 2)))),
    Kind(entity="KR_CAR_PLATE", make=korean_plate),
    Kind(entity="KR_BANK_ACCOUNT", make=korean_account, names=("bank account", "compte", "Konto", "국민은행 계좌")),
    Kind(entity="KR_HEALTH_INSURANCE", make=lambda r: f"{random_one(r)}-{digits(r, 10)}", names=("health insurance number", "numéro NHIS", "NHIS-Nummer", "건강보험증 번호")),
    Kind(entity="UK_NHS", make=pick(regrouped("GB", "UK_NHS", (" ", (3, 3, 4)), ("-", (3, 3, 4))))),
    Kind(entity="UK_CHI", make=chi),
    Kind(entity="UK_NINO", make=regrouped("GB", "UK_NINO", (" ", (2, 2, 2, 2, 1)))),
    Kind(entity="UK_UTR", make=utr, names=("UTR", "UTR", "UTR", "UTR 번호")),
    Kind(entity="UK_PASSPORT", make=regrouped("GB", "UK_PASSPORT", (" ", (9,)))),
    Kind(entity="UK_DRIVING_LICENCE", make=regrouped("GB", "UK_DRIVING_LICENCE", (" ", (5, 6, 3, 2)))),
    Kind(entity="UK_VEHICLE_REGISTRATION", make=gb_plate, names=("car registration", "plaque", "Kennzeichen", "차량 번호")),
    Kind(entity="UK_POSTCODE", make=gb_postcode),
    Kind(entity="UK_BANK_ACCOUNT", make=sort_code_and_account, names=("sort code", "sort code", "Sort-Code", "sort code")),
    Kind(entity="CA_SIN", make=ca_sin),
    Kind(entity="CA_HEALTH_NUMBER", make=ca_health, names=("health card number", "numéro d'assurance maladie", "Health Card", "캐나다 건강보험 번호")),
    Kind(entity="CA_PASSPORT", make=ca_passport),
    Kind(entity="CA_POSTAL_CODE", make=regrouped("CA", "CA_POSTAL_CODE", (" ", (3, 3)))),
    Kind(entity="SG_NRIC_FIN", make=sg_nric),
    Kind(entity="SG_UEN", make=regrouped("SG", "SG_UEN")),
    Kind(entity="SG_POSTAL_CODE", make=sg_postcode, names=("postal code", "code postal", "Postleitzahl", "싱가포르 우편번호")),
    Kind(entity="DE_TAX_ID", make=regrouped("DE", "DE_TAX_ID", (" ", (2, 3, 3, 3)))),
    Kind(entity="DE_TAX_NUMBER", make=de_tax_number, names=("German tax number", "numéro fiscal allemand", "Steuernummer", "독일 Steuernummer")),
    Kind(entity="DE_SOCIAL_SECURITY", make=regrouped("DE", "DE_SOCIAL_SECURITY", (" ", (2, 6, 1, 3)))),
    Kind(entity="DE_HEALTH_INSURANCE", make=regrouped("DE", "DE_HEALTH_INSURANCE", (" ", (4, 3, 3)))),
    Kind(entity="DE_PASSPORT", make=lambda r: letters(r, 1, "CFGHJK") + NUMBERS["DE"]["DE_PASSPORT"](r, "")[1:8] + "04", names=("passport", "passeport", "Reisepass", "여권")),
    Kind(entity="DE_ID_CARD", make=lambda r: f"L{digits(r, 2)}{letters(r, 2, 'CFGHJKLMNPRTVWXYZ')}{digits(r, 2)}{letters(r, 1, 'CFGHJKLMNPRTVWXYZ')}{digits(r, 1)}"),
    Kind(entity="DE_VAT_ID", make=regrouped("DE", "DE_VAT_ID", (" ", (2, 3, 3, 3)))),
    Kind(entity="DE_FUEHRERSCHEIN", make=regrouped("DE", "DE_FUEHRERSCHEIN")),
    Kind(entity="DE_KFZ", make=de_plate, names=("German plate", "plaque allemande", "Kennzeichen", "차량 번호판")),
    Kind(entity="DE_PLZ", make=de_postcode_town, names=("postcode", "code postal", "Postleitzahl", "우편번호")),
    Kind(entity="DE_HANDELSREGISTER", make=register),
    Kind(entity="FR_NIR", make=fr_nir),
    Kind(entity="FR_NIF", make=fr_nif, names=("French tax number", "numéro fiscal", "französische Steuernummer", "프랑스 세금 번호")),
    Kind(entity="FR_SIREN", make=fr_siren),
    Kind(entity="FR_SIRET", make=fr_siret),
    Kind(entity="FR_TVA", make=fr_tva),
    Kind(entity="FR_PASSPORT", make=fr_passport),
    Kind(entity="FR_CNI", make=fr_cni, names=("French identity card", "carte d'identité", "CNI", "프랑스 CNI")),
    Kind(entity="FR_PLATE", make=fr_plate, names=("French plate", "immatriculation", "Kennzeichen", "차량 번호판")),
    Kind(entity="FR_POSTAL_CODE", make=fr_postcode_town, names=("postcode", "code postal", "Postleitzahl", "우편번호")),
)  # fmt: skip


def random_one(random: Random) -> str:
    return random.choice("123456789")


TUNED = {
    "en": ("My {name} is {value}, thank you.", "Please note {value} as the {name} for this person.", "{name}: {value}", "We wrote to the office with the {name} ({value}) last week."),
    "fr": ("Mon {name} est {value}, merci.", "Veuillez noter {value} comme {name} de cette personne.", "{name} : {value}", "Nous avons écrit avec le {name} ({value}) la semaine dernière."),
    "de": ("Mein {name} lautet {value}, danke.", "Bitte {value} als {name} dieser Person notieren.", "{name}: {value}", "Wir schrieben mit {name} ({value}) an das Amt."),
    "ko": ("제 {name} 은 {value}입니다.", "{name}: {value}", "{name} {value}으로 알려 주세요.", "지난주에 {value}({name})라고 적었습니다."),
}  # fmt: skip
REPORTED = {
    "en": ("Could you check whether {value} is still her {name} before Friday?", "the form says {name} {value} and nothing else", "He gave {value} when the clerk asked for a {name}.", "\"{value}\", the {name} on record"),
    "fr": ("Pourriez-vous vérifier si {value} est toujours son {name} avant vendredi ?", "le formulaire indique {name} {value} et rien d'autre", "Il a donné {value} quand on lui a demandé son {name}.", "« {value} », le {name} du registre"),
    "de": ("Können Sie bis Freitag prüfen, ob {value} noch ihr {name} ist?", "im Formular steht {name} {value} und sonst nichts", "Er nannte {value}, als man nach {name} fragte.", "„{value}“, so die Angabe zu {name}"),
    "ko": ("금요일까지 {value}이 맞는 {name}인지 확인해 주시겠어요?", "서류에는 {name} {value}만 적혀 있어요", "직원이 {name}를 묻자 {value}라고 답했다.", "“{value}”가 등록된 {name}이다"),
}  # fmt: skip
_NAMELESS = ("detail", "élément", "Angabe", "내용")


def carried(
    kind: Kind, count: int, seed: int, carriers: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, int, int]]:
    """Give `count` texts, each with the place of the value in it; the same for the same seed."""
    random = Random(f"{kind.id} {seed}")
    for at in range(count):
        language = kind.languages[at % len(kind.languages)]
        name = (kind.names or _NAMELESS)[LANGUAGES.index(language)]
        value = kind.make(random)
        head, tail = random.choice(carriers[language]).replace("{name}", name).split("{value}")
        label, _, value = value.rpartition("¦")
        head += label
        yield head + value + tail, len(head), len(head) + len(value)


EVASIONS: dict[str, Callable[[str, Random], str]] = {
    "full-width": lambda v, _: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in v),
    "zero-width": lambda v, r: r.choice(("\u200b", "\u200d", "\ufeff", "\u2060")).join(v),
    "soft hyphen": lambda v, _: f"{v[: len(v) // 2]}\u00ad{v[len(v) // 2 :]}",
    "no-break space": lambda v, r: v.replace(" ", r.choice("\u00a0\u202f\u2009")),
    "other hyphen": lambda v, r: v.replace("-", r.choice("\u2010\u2011\u2013\u2212")),
    "entities": lambda v, _: "".join(f"&#{ord(c)};" if c.isascii() else c for c in v),
    "hex entities": lambda v, _: "".join(f"&#x{ord(c):x};" if c.isascii() else c for c in v),
    "named entities": lambda v, _: v.replace("@", "&commat;").replace(".", "&period;").replace(" ", "&nbsp;"),
    "other digits": lambda v, r: v.translate({48 + d: zero + d for zero in [r.choice((0x660, 0x6F0, 0x966))] for d in range(10)}),
    "bold letters": lambda v, _: "".join(chr(0x1D7CE + int(c)) if c in "0123456789" else c for c in v),
    "line break": lambda v, _: v.replace(" ", "\n", 1) if " " in v else v.replace("-", "-\n", 1),
}  # fmt: skip
