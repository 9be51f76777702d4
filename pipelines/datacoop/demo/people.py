"""Made-up people of the six countries: names, addresses and ways to reach them.

Every list keeps away from common names, so that no list inside a recognizer or a model can
know them by heart; `tests/demo/test_data.py` compares.
"""

import unicodedata
from dataclasses import dataclass
from random import Random

from datacoop.demo.person_numbers import make_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What the people of one country are made of."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[str, ...]
    titles: tuple[str, str]
    """Form of address of a woman and of a man; empty where none is written before a name."""
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    name_order: str
    address_order: str
    """How street, house number, town and, where the country has one, post code are written."""
    postal_entity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One made-up person; each value is the same wherever the person turns up."""

    full: str
    short: str
    """What a text calls the person after the full name has been said."""
    titled: str
    """Title and `short`, or `short` alone."""
    phone: str
    email: str
    street: str
    address: str
    """The whole address; contains `street` and the post code."""
    numbers: dict[str, str]
    """Entity to number: national ids, IBAN, card, IP address, post code."""


COUNTRIES: dict[str, Country] = {
    "KR": Country(
        women=("해솜", "나봄", "슬온", "예닮", "라엘", "초율", "희담", "소예", "다봄", "온휘"),
        men=("로겸", "늘찬", "무겸", "강휼", "선휘", "찬율", "의겸", "윤휼", "훈결", "재담"),
        surnames=("제갈", "강전", "독고", "황보", "남궁", "망절", "빙", "팽", "좌", "묵", "견"),
        titles=("", ""),
        streets=("솔내음로", "별마루길", "가온누리로", "물푸레안길", "은행나루로", "두루미터길"),
        towns=("한빛시 너울동", "한빛시 솔재동", "새얀군 보라읍"),
        name_order="{surname}{given}",
        address_order="{town} {street} {number}",
    ),
    "GB": Country(
        women=(
            *("Demelza", "Merryn", "Elowen", "Ottoline", "Cressida", "Morwenna", "Sidony"),
            *("Jessamy", "Lettice", "Hesper", "Tamsin", "Eluned"),
        ),
        men=(
            *("Jago", "Peregrine", "Gawen", "Cadoc", "Torquil", "Leofric", "Perran"),
            *("Aldhelm", "Petroc", "Crispin", "Wilfrith", "Barnaby"),
        ),
        surnames=(
            *("Tregenza", "Postlethwaite", "Ormerod", "Satterthwaite", "Penhaligon", "Quennell"),
            *("Hebblethwaite", "Entwistle", "Tolputt", "Lovibond", "Marchbanks", "Ollerenshaw"),
            *("Skelhorn", "Trevarrick", "Uttley", "Venmore", "Yewdale", "Thistlewood"),
        ),
        titles=("Mrs", "Mr"),
        streets=(
            *("Quernmore Rise", "Saltersgill Lane", "Thackthwaite Road", "Pennyfeather Close"),
            *("Lapwing Garth", "Tithebarn Ginnel"),
        ),
        towns=("Northmoor", "Upper Skelby", "Hesketh Cross"),
        name_order="{given} {surname}",
        address_order="{number} {street}, {town} {postal}",
        postal_entity="UK_POSTCODE",
    ),
    "CA": Country(
        women=(
            *("Solenne", "Zélinda", "Isabeau", "Rosemonde", "Adélaïs", "Fleurette"),
            *("Zoélie", "Philomène", "Euphémie", "Ombeline"),
        ),
        men=(
            *("Magloire", "Gédéon", "Ulric", "Thaddée", "Philémon", "Onésime", "Elzéar"),
            *("Ozias", "Aldéric", "Lazare"),
        ),
        surnames=(
            *("Quesnelle", "Laflèche", "Brisebois", "Desgroseilliers", "Tranchemontagne"),
            *("Latreille", "Haldimand", "MacQuarrie", "Abernethy", "Pennycuick", "Boisclair"),
            *("Ladouceur", "Archambeau", "Zavitz", "Winterhalt", "Fauteux"),
        ),
        # Empty, as one member writes in two languages: the surname alone is right in both.
        titles=("", ""),
        streets=(
            *("Sorrelwood Crescent", "Larchmere Drive", "Kettlecove Road", "Côte des Alisiers"),
            *("Rue du Moulin-Cendré", "Chemin des Engoulevents"),
        ),
        towns=("Laurier-Nord", "Port-aux-Frênes", "Elmsdale Forks"),
        name_order="{given} {surname}",
        address_order="{number} {street}, {town} {postal}",
        postal_entity="CA_POSTAL_CODE",
    ),
    "SG": Country(
        women=(
            *("Yun Qiao", "Shu Rong", "Pei Zhen", "Qi Xian", "Jia Rou", "Ning Xuan"),
            *("Hwee Choo", "Sze Min"),
        ),
        men=(
            *("Zhen Guo", "Guo Rui", "Jun Teck", "Kiat Siong", "Boon Hwa", "Kai Sheng"),
            *("Rui Xiang", "Teck Poh"),
        ),
        surnames=(
            *("Quek", "Phua", "Chng", "Seow", "Boey", "Kwek", "Gwee", "Chiam", "Thio", "Sitoh"),
            *("Pwee", "Tjong"),
        ),
        titles=("Mdm", "Mr"),
        streets=(
            *("Jalan Merbau Hijau", "Lorong Tembusu Tua", "Kerinting Walk", "Saga Biji Drive"),
            *("Nipah Bend", "Pelong Rise"),
        ),
        towns=("#03-118", "#07-42", "#11-256", "#05-09"),
        name_order="{surname} {given}",
        address_order="Blk {number} {street} {town}",
    ),
    "DE": Country(
        women=(
            *("Runhild", "Theodelinde", "Reglindis", "Ermengard", "Hedemarie", "Gundelinde"),
            *("Taalke", "Nantje", "Geeske", "Sieghilde", "Irmlind", "Wendelgard"),
        ),
        men=(
            *("Eilert", "Isenhard", "Hinnerk", "Wolfrad", "Eckbrecht", "Onno", "Rupprecht"),
            *("Tjark", "Ulfert", "Reinmar", "Gangolf", "Luitger"),
        ),
        surnames=(
            *("Quandtmeyer", "Überreither", "Zwingenberg", "Dinkelaker", "Fahrenkrog"),
            *("Hasenjäger", "Isenbarth", "Kaltwasser", "Nottebohm", "Ohlenschläger"),
            *("Rautenkranz", "Schönewolf", "Tiefenthaler", "Uhlenbrock", "Vossenkuhl"),
            *("Ziegenhain", "Cordshagen", "Eickstädt"),
        ),
        titles=("Frau", "Herr"),
        streets=(
            *("Quittenstieg", "Haselmausweg", "Wacholderzeile", "Kranichgasse"),
            *("Am Alten Flachsspeicher", "Eibenhagener Straße"),
        ),
        towns=("Auental", "Oberquellbach", "Eibenhagen"),
        name_order="{given} {surname}",
        address_order="{street} {number}, {town}",
    ),
    "FR": Country(
        women=(
            *("Aliénor", "Ysoline", "Cunégonde", "Domitille", "Flavienne", "Philiberte"),
            *("Isaure", "Mahaut", "Quitterie", "Sidonie", "Tiphaine", "Hermeline"),
        ),
        men=(
            *("Anthelme", "Donatien", "Fulbert", "Gonzague", "Childéric", "Pamphile"),
            *("Sosthène", "Théophane", "Gauvain", "Aldebert", "Clodomir", "Évrard"),
        ),
        surnames=(
            *("Brisseaud", "Desmaisons", "Estrabaud", "Fourcassié", "Haudrechy", "Jouvencel"),
            *("Kerdoncuff", "Lestringant", "Malbranque", "Navailles", "Ourliac", "Peyrissac"),
            *("Quatrefages", "Roquemaurel", "Sauvagnargues", "Taillandier", "Vauquelin"),
            *("Wattrelot", "Zurlinden"),
        ),
        titles=("Mme", "M."),
        streets=(
            *("rue du Lavoir-aux-Hérons", "chemin des Cormiers", "impasse de la Tannerie-Vieille"),
            *("quai des Gabarriers", "allée du Clos-Sorbier", "venelle des Tonneliers"),
        ),
        towns=("Valclair", "Pierrefontaine-le-Vieux", "Roche-sur-Ourle"),
        name_order="{given} {surname}",
        address_order="{number} {street}, {town}",
    ),
}


_ALIASES = ("bluepine", "morningtea", "smallboat", "quietriver", "redkite", "windmill")


def make_people(country: str, count: int, random: Random) -> tuple[Person, ...]:
    """Make `count` people of `country`, no two with the same full name."""
    people: dict[str, Person] = {}
    while len(people) < count:
        person = _make_person(country, random)
        people.setdefault(person.full, person)
    return tuple(people.values())


def _make_person(country: str, random: Random) -> Person:
    lists = COUNTRIES[country]
    sex = random.randrange(2)
    given, surname = random.choice((lists.women, lists.men)[sex]), random.choice(lists.surnames)
    # Koreans are called by their given name, with an honorific after it.
    short = given if country == "KR" else surname
    numbers = make_numbers(country, _ascii(surname).upper(), random)
    street, address = _make_address(lists, numbers.get(lists.postal_entity, ""), random)
    return Person(
        full=lists.name_order.format(given=given, surname=surname),
        short=short,
        titled=f"{lists.titles[sex]} {short}".strip(),
        phone=_make_phone(country, random),
        email=_make_email(given, surname, random),
        street=street,
        address=address,
        numbers=numbers,
    )


def _make_address(lists: Country, postal: str, random: Random) -> tuple[str, str]:
    number, street = random.randrange(2, 190), random.choice(lists.streets)
    order, _, _ = lists.address_order.partition(", ")
    head = order.replace("Blk ", "").replace("{town}", "").strip()
    whole = lists.address_order.format(
        number=number, street=street, town=random.choice(lists.towns), postal=postal
    )
    return head.format(number=number, street=street), whole


def _make_email(given: str, surname: str, random: Random) -> str:
    first, last, number = _ascii(given), _ascii(surname), random.randrange(10, 99)
    forms = (f"{first}.{last}", f"{last}{number}", f"{first}_{last}")
    # Hangul leaves nothing in ASCII: Koreans get a Latin alias that says nothing of the name.
    local = random.choice(forms).lower() if last else f"{random.choice(_ALIASES)}{number}"
    host = random.choice(("mail.example.org", "post.example.com", "home.example.net"))
    return f"{local}@{host}"


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(c for c in plain if c.isalpha())


def _make_phone(country: str, random: Random) -> str:
    """Make a number in a range kept for fiction, where the country keeps one."""
    last = f"{random.randrange(1000):03d}"
    if country == "GB":  # Ofcom, numbers for use in drama
        return random.choice((f"020 7946 0{last}", f"07700 900{last}", f"+44 7700 900{last}"))
    if country == "CA":
        area = random.choice(("613", "418", "506"))
        return random.choice((f"{area}-555-01{last[:2]}", f"({area}) 555-01{last[:2]}"))
    if country == "DE":  # Bundesnetzagentur, Rufnummern für Medienproduktionen
        return random.choice((f"030 23125 {last}", f"030/23125{last}", f"+49 30 23125{last}"))
    if country == "FR":  # Arcep, numéros pour les œuvres audiovisuelles
        pairs = f"{last[:2]} {random.randrange(100):02d}"
        return random.choice((f"01 99 00 {pairs}", f"06 39 98 {pairs}", f"+33 6 39 98 {pairs}"))
    # Korea and Singapore are not known to keep a range for fiction: these are random.
    tail = f"{random.randrange(1000, 9999)}"
    if country == "KR":
        middle = f"{random.randrange(2000, 9999)}"
        return random.choice((f"010-{middle}-{tail}", f"010-{middle}-{tail}", f"02-{last}-{tail}"))
    head = f"{random.choice('89')}{last}"
    return random.choice((f"{head} {tail}", f"+65 {head} {tail}"))
