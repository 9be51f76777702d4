"""Street addresses that words before them, a flat or a post code tell of."""

from datacoop.scrub.recognizers.address_parts import NO_LAW, NO_SECTION, UNIT
from datacoop.scrub.recognizers.values import Rule

_COMMON_TYPES = (
    "street|road|avenue|ave|boulevard|blvd|lane|drive|crescent|parkway|pkwy|rd|terrace|court|place"
)
_ABODE = (
    r"(?i:\b(?:liv(?:es?|ed|ing)|resid(?:es?|ed|ing|ent)|stay(?:s|ed|ing)?|lodg(?:es?|ed"
    r"|ing)|located|situated|registered)\s(?:at|in|on)"
    r"|\baddress(?:es)?(?:\sof\s[^\n.?!]{1,40}?)?(?:\s(?:is|was|to|at|with|as|on))?"
    r"(?:\sthe\ssame)?|\bmove[sd]?\s(?:to|from)|\boffices?\s(?:is|are)\s(?:at|in)"
    r"|\btaxi\sto"
    r"|\b(?:sent?|deliver(?:ed)?|ship(?:ped)?|mail(?:ed)?|posted?|new\sone)\sto|\breturn\s"
    r"(?:it\s)?to|\barrived\sat|\bmeet\s(?:me\s|us\s)?at|\bcorner\sof|\bdirections\sto"
    r"|\bhome\sis(?:\sat)?"
    r"|\badresse(?:\s(?:est|postale))?|\bhabit(?:e|ent|ait|ant)(?:\s(?:au|à))?|\bdemeur(?:e"
    r"|ait|ant)(?:\s(?:au|à))?|\bdomicilié[es]{0,2}(?:\s(?:au|à))?|\brésid(?:e|ait|ant)"
    r"(?:\s(?:au|à))?"
    r"|\banschrift(?:\slautet)?|\badresse(?:\slautet|\sist)?|\bwohn(?:t|te|haft|e|end)(?:\s"
    r"(?:in|an|am))?|\bgemeldet(?:\s(?:in|an|am))?|\bumgezogen\s(?:in|nach))"
)
"""Words right before an address that are enough to take what follows for one."""
_AT_HOME = (
    "live at",
    "live in",
    "live on",
    "lives at",
    "lives in",
    "lives on",
    "lived at",
    "lived in",
    "lived on",
    "living at",
    "living in",
    "living on",
    "reside",
    "residing",
    "resident",
    "staying at",
    "stayed at",
    "stay at",
    "lodg",
    "located at",
    "located in",
    "located on",
    "situated",
    "registered at",
    "registered in",
    "address",
    "move to",
    "moved to",
    "moves to",
    "moved from",
    "office is",
    "offices are",
    "taxi to",
    "sent to",
    "send to",
    "delivered to",
    "deliver to",
    "shipped to",
    "ship to",
    "mail to",
    "mailed to",
    "post to",
    "posted to",
    "new one to",
    "return to",
    "return it to",
    "arrived at",
    "meet me at",
    "meet us at",
    "meet at",
    "corner of",
    "directions to",
    "home is",
    "adresse",
    "habit",
    "demeur",
    "domicil",
    "réside",
    "résidant",
    "résidait",
    "anschrift",
    "wohn",
    "gemeldet",
    "umgezogen",
)
"""In small letters; what stands in a text in which `_ABODE` can be found."""
_HOME = (
    "address",
    "live at",
    "lives at",
    "lived at",
    "living at",
    "lives in",
    "live in",
    "reside",
    "moved to",
    "sent to",
    "send to",
    "new one to",
    "taxi to",
    "billing",
    "office is at",
    "meet me",
    "arrived at",
    "return to",
    "apt",
    "suite",
    "corner of",
    "zip code",
    "directions",
    "주소",
    "거주",
    "살고",
    "adresse",
    "anschrift",
)
_ZIP = (
    "zip code",
    "zip",
    "postal code",
    "postcode",
    "code postal",
    "postleitzahl",
    "plz",
    "우편번호",
)
_PART = (
    r"(?:\p{Lu}[\p{L}'’-]{0,40}+\.?|\d{1,5}[a-z]?\b\.?|\p{Lu}\.|and|of|the|nan|de|du|des|la|le"
    r"|von|van|der|den|do|da|dos|och|i|ul\.|u\.|utca|tér|út|útja)"
)
_RUN = rf"{_PART}(?:(?<!\d\.)[,\s]{{1,3}}(?:[>?]{{1,3}}\s)?{_PART}){{0,14}}+"


TOLD = (
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"(?<![\w.,/€$£-])\d{{1,5}}[a-z]?,?\s{NO_SECTION}"
                rf"(?:[\p{{L}}\d'’.-]{{1,40}}+\s){{0,3}}?[\p{{L}}'’-]{{1,40}}+\s"
                rf"(?<!\bthe\s){NO_LAW}(?:{_COMMON_TYPES})\b(?:{UNIT}){{0,2}}",
                0.2,
            ),
            (
                r"(?<![\w.,/€$£-])\d{1,5}[a-z]?,?\s(?:[\p{L}\d'’.-]{1,40}+[,\s]\s{0"
                r",2}){1,8}?(?:\bapt|suite|apartment)\b\.?\s?\d{1,5}"
                r"(?:[,\s]\s{0,3}\p{L}[\p{L}'’.-]{0,40}+){0,6}"
                r"(?:,?\s{1,3}\d{5}\b)?",
                0.5,
            ),
            (
                r"\b(?:psc\s\d{1,5},?\s{1,2}box\s\d{1,5}|unit\s\d{1,5},?\s{1,2}box\s\d{1,5}"
                r"|p\.?o\.?\sbox\s\d{1,6})(?:\s{1,3}[afd]po,?\sa[aep]\s\d{5}\b)?",
                0.5,
            ),
        ),
        context=_HOME,
        least_digits=1,
        margin=90,
        words=(
            *(f" {kind}" for kind in _COMMON_TYPES.split("|")),
            "apt",
            "suite",
            "apartment",
            " box",
        ),
    ),
    # Where only the words before it say that it is an address
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"{_ABODE}[\s:,\"“(]{{1,4}}(?i:the\s|corner\s|of\s|le\s|la\s){{0,3}}\K"
                rf"(?=[^.?!;]{{0,50}}\d)(?!\d{{4}}\b(?!\s\p{{Lu}}))"
                rf"(?=\d{{0,5}}[a-z]?,?\s?\d{{0,5}}\s?\p{{Lu}}){_RUN}",
                0.5,
            ),
        ),
        least_digits=1,
        margin=80,
        check="has_digit",
        words=_AT_HOME,
        begins_with_word=True,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=((r"(?<![\w.,/€$£+-])\d{5}(?:-\d{4})?(?![\w-]|[.,]\d)", 0.05),),
        context=_ZIP,
        least_digits=5,
    ),
    # A house and a flat, wherever they are
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"(?<![\w.,/€$£-])(?:\d{{1,5}}[a-z]?,?\s{{1,3}}(?:[>?]{{1,3}}\s?)?){{0,2}}"
                rf"(?:[\p{{L}}\d'’./-]{{1,40}}+,?[ ]){{0,5}}?[\p{{L}}\d'’./-]{{1,40}}+,?\s"
                rf"{{1,3}}(?:[>?]{{1,3}}\s?)?(?:Apt|Suite|apt|suite)\b\.?\s\d{{1,4}}\b"
                rf"(?:[,\s]{{1,3}}(?:[>?]{{1,3}}\s?)?{_PART}){{0,10}}+",
                0.6,
            ),
        ),
        least_digits=1,
        margin=90,
        words=("apt", "suite"),
        guard=r"(?:Apt|Suite|apt|suite)\b",
        ignores_case=False,
    ),
)
