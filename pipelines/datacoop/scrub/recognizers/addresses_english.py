"""Street addresses as written in English, in the United Kingdom, Canada and Singapore."""

from datacoop.scrub.recognizers.address_parts import (
    CA_POST,
    NO_LAW,
    NO_SECTION,
    NOT_INSIDE,
    SMALL,
    TOWN,
    UNIT,
)
from datacoop.scrub.recognizers.values import Rule

_HOUSE = (
    rf"{NOT_INSIDE}\d{{1,5}}(?:\s?[-/]\s?\d{{1,5}})?(?:\s?(?:bis|ter|quater)\b"
    r"|[A-Za-z]\b)?,?\s"
)
_WORD = r"(?:[\p{Lu}\d][\p{L}\d'’.-]{0,40}+)"
_GB_POST = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b"
_POST = rf"(?:{_GB_POST}|{CA_POST}|(?:Singapore\s|S\(?)\d{{6}}\b\)?|\d{{5}}(?:-\d{{4}})?\b)"
_TAIL = (
    rf"(?:{UNIT}){{0,2}}(?:\s?[,\n]\s{{0,3}}{TOWN}){{0,3}}?(?:[,\s]\s{{0,2}}(?:\(?"
    rf"(?:{TOWN}|[A-Z]{{2}})\)?[,\s]\s{{0,2}}){{0,2}}{_POST})"
    rf"|(?:{UNIT}){{1,2}}(?:\s?[,\n]\s{{0,3}}{TOWN})?|(?:\s?,\s{{0,3}}{TOWN})?"
)
_TYPES = (
    "Street|St|Str|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Close|Court|Ct|Crescent|Cres|Cr"
    "|Boulevard|Blvd|Way|"
    "Place|Pl|Square|Sq|Terrace|Terr|Ter|Gardens?|Gdns|Grove|Gr|Hill|Rise|Row|Walk|Mews"
    "|Parade|View|Vale|Green|"
    "Park|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Trl|Loop|Quay|Wharf|Yard|Gate|Garth"
    "|Ginnel|Wynd|"
    "Croft|Fold|Mount|Bank|Bend|Approach|Alley|Passage|Path|Promenade|Esplanade|Cove"
    "|Heights|Hts|Ridge|Run|"
    "Landing|Line|Concession|Sideroad|Private|Link|Ring|Turn|Point|Broadway|Mall|Embankment"
    "|Crossing"
)
_MALAY = r"(?:Jalan|Jln|Lorong|Lor|Bukit|Kampong|Taman|Lengkong|Lengkok|Persiaran)"
_NUMBERED = rf"(?<![\w.,/€$£-])No\.?\s?{_HOUSE.removeprefix(NOT_INSIDE)}"
_STREET = (
    rf"{NO_SECTION}(?:{_WORD}\s|{SMALL}\s){{1,5}}(?<!\b[Tt]he\s){NO_LAW}(?:{_TYPES})\b\.?"
    rf"(?:\s(?:North|South|East|West|N|S|E|W|NE|NW|SE|SW)\b\.?|\s\d{{1,3}}\b)?"
    rf"(?:{_TAIL})"
)
_MALAY_STREET = rf"{_MALAY}(?:\s{_WORD}){{1,4}}(?:{_TAIL})"
# Any house with a unit, or a place and its post code
_PLACE = (
    rf"(?:{_WORD}\s|{SMALL}\s){{0,5}}{_WORD}(?:,\s{TOWN}){{1,2}},?\s"
    rf"(?:{_GB_POST}|{CA_POST})"
)
_MALAY_WORDS = (
    *("jalan", "jln", "lorong", "lor", "bukit", "kampong", "taman", "lengkong", "lengkok"),
    "persiaran",
)


ENGLISH = (
    # 12 Quarry Lane, Leeds LS1 4AB; Blk 12 Jalan Kayu #03-118; Flat 3, 12 High Street
    Rule(
        entity="STREET_ADDRESS",
        patterns=((_HOUSE + _STREET, 0.7),),
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=((_HOUSE + _MALAY_STREET, 0.7),),
        words=_MALAY_WORDS,
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=((_HOUSE + _PLACE, 0.6),),
        least_digits=1,
        has_letters=True,
        margin=180,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (_NUMBERED + _STREET, 0.7),
            (_NUMBERED + _MALAY_STREET, 0.7),
            (_NUMBERED + _PLACE, 0.6),
        ),
        words=("no",),
        guard=r"No\.?\s?\d",
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"\b(?:Flat|Apartment|Apt\.?|Unit|Suite)\s[\w-]{{1,6}},?\s{{1,2}}{_HOUSE}"
                rf"(?:{_WORD}\s|{SMALL}\s){{1,5}}(?<!\b[Tt]he\s)(?:{_TYPES})\b\.?"
                rf"(?:{_TAIL})",
                0.7,
            ),
            (rf"\b(?:Blk|Block)\s?\d{{1,4}}[A-Z]?,?\s(?:{_WORD}\s){{0,4}}{_WORD}(?:{_TAIL})", 0.7),
            (
                rf"(?:P\.?\s?O\.?\s?Box|Post\s?Office\sBox|Postfach|Case\spostale|C\.P\."
                rf"|Boîte\spostale|B\.?P\.?|Postbox|Postboks)\s"
                rf"(?:n[°º]\s?)?\d(?:\s?\d){{0,6}}+(?!-\d)(?:{_TAIL})",
                0.6,
            ),
            (
                r"\b(?:PSC\s\d{1,5},?\s{1,2}Box\s\d{1,5}|Unit\s\d{1,5},?\s{1,2}Box\s\d{1,5}"
                r"|US[A-Z]{1,4}\s[\p{L}'-]{2,30})\s{1,3}[AFD]PO,?\sA[AEP]\s\d{5}\b",
                0.7,
            ),
        ),
        words=(
            "flat",
            "apartment",
            "apt",
            "unit",
            "suite",
            "blk",
            "block",
            "box",
            "postfach",
            "postale",
            "postboks",
            "bp",
            "b.p",
            "c.p",
            "apo",
            "fpo",
            "dpo",
        ),
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    # Without a house number
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                r"(?<![\w.-])(?:\p{Lu}[\p{L}'’-]{1,40}+\s){1,3}(?:Street|Avenue|Boulevard"
                r"|Crescent)\b",
                0.45,
            ),
        ),
        words=(" street", " avenue", " boulevard", " crescent"),
        ignores_case=False,
    ),
)
