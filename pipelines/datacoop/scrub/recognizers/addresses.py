"""Street addresses, in the forms of the six countries and a few of their neighbours."""

from datacoop.scrub.recognizers.places import COURTS
from datacoop.scrub.recognizers.values import Rule

_NOT_INSIDE = r"(?<![\w.,/€$£-])"
_HOUSE = (
    rf"{_NOT_INSIDE}\d{{1,5}}(?:\s?[-/]\s?\d{{1,5}})?(?:\s?(?:bis|ter|quater)\b"
    r"|[A-Za-z]\b)?,?\s"
)
_WORD = r"(?:[\p{Lu}\d][\p{L}\d'’.-]{0,40}+)"
_SMALL = (
    r"(?:am|an\sder|im|in\sder|bei|ob\sder|vor\sder|of|the|and|on|upon|in|de|du|des|de\sla|la"
    r"|le|les|d['’]\p{L}+|l['’]\p{L}+|à|au|aux|sur|sous|en|et)"
)
_UNIT = (
    r"(?:,?\s{1,2}(?:Apartment|Apt\.?|Suite|Ste\.?|Unit|Flat|Floor|Room|Rm\.?|bureau"
    r"|appartement|appt?\.?|"
    r"app\.|étage|bâtiment|bât\.?)\s?\#?\s?[\w-]{1,6}|,?\s?\#\s?\d{1,3}(?:-\d{1,5})?)"
)
_TOWN = (
    rf"(?:[\p{{Lu}}][\p{{L}}'’.-]{{0,40}}+(?:[\s-](?:{_SMALL}\s)?[\p{{Lu}}][\p{{L}}'’.-]{{0,40"
    rf"}}+){{0,3}})"
)
_GB_POST = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b"
_CA_POST = r"[A-Z]\d[A-Z][\s-]?\d[A-Z]\d\b"
_POST = rf"(?:{_GB_POST}|{_CA_POST}|(?:Singapore\s|S\(?)\d{{6}}\b\)?|\d{{5}}(?:-\d{{4}})?\b)"
_TAIL = (
    rf"(?:{_UNIT}){{0,2}}(?:\s?[,\n]\s{{0,3}}{_TOWN}){{0,3}}?(?:[,\s]\s{{0,2}}(?:\(?"
    rf"(?:{_TOWN}|[A-Z]{{2}})\)?[,\s]\s{{0,2}}){{0,2}}{_POST})"
    rf"|(?:{_UNIT}){{1,2}}(?:\s?[,\n]\s{{0,3}}{_TOWN})?|(?:\s?,\s{{0,3}}{_TOWN})?"
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
_NO_SECTION = r"(?!(?:the|of|and|or|to|in|on|by|at|that)\s|\p{Lu}[a-z]{2,8}\.?,?\s(?:19|20)\d\d\b)"
"""Behind a number: what makes it one of a law, a year or a day, and not of a house."""

_NO_LAW = rf"(?<!\b(?:[Rr]ules\sof|{COURTS})\s(?=Court\b))"
_COMMON_TYPES = (
    "street|road|avenue|ave|boulevard|blvd|lane|drive|crescent|parkway|pkwy|rd|terrace|court|place"
)
_MALAY = r"(?:Jalan|Jln|Lorong|Lor|Bukit|Kampong|Taman|Lengkong|Lengkok|Persiaran)"
_FR_TYPES = (
    r"(?:rue|r\.|avenue|av\.?|boulevard|bd\.?|boul\.?|blvd\.?|place|pl\.|allées?|all\."
    r"|chemin|ch\.|che\.|impasse|imp\.|"
    r"quai|cours|square|sq\.|passage|route|rte\.?|rang|montée|côte|venelle|ruelle|sentier"
    r"|villa|cité|résidence|"
    r"faubourg|fbg|esplanade|promenade|rond-point|traverse|voie|hameau|lotissement|lieu-dit"
    r"|clos|mail|parvis|porte|pont|carré|terrasse|croissant)"
)
_FR_NAME = (
    r"(?:(?:(?:de|du|des|la|le|les|à|au|aux|et|en|sur|sous|lès)\s|[dl]['’]\s?)"
    r"|\p{Lu}[\p{L}\d'’.-]{0,40}+\s?|\d{1,2}(?:er)?[\s-]\p{L}{3,9}\s?"
    r"|\p{L}[\p{L}'’-]{0,40}+-[\p{L}'’-]{0,40}+\s?)"
)

_FR_STREET = (
    r"\d{1,5}(?:\s?[-/]\s?\d{1,5})?(?:\s?(?:bis|ter|quater)\b|\s?[A-Za-z]\b)?\s?,?\s"
    rf"(?i:{_FR_TYPES})\s{_FR_NAME}{{1,9}}(?<=[\p{{L}}\d.])(?:\s?(?:Ouest|Est"
    rf"|Nord|Sud)\b)?(?:{_UNIT}){{0,2}}"
    rf"(?:\s?[,\n-]?\s{{0,2}}(?:F-)?\d{{5}}\s{{1,2}}{_TOWN}(?:\s(?:cedex|CEDEX"
    rf"|Cedex)(?:\s\d{{1,2}})?)?|\s?,\s{_TOWN}(?:\s?\((?:{_TOWN}|[A-Z]{{2}})\)"
    rf"|,?\s[A-Z]{{2}})?,?\s{{1,2}}{_CA_POST}|\s?,\s{_TOWN})?"
)

_DE_ENDS = (
    r"(?:stra(?:ß|ss)e|str\.?|weg|gasse|platz|allee|ring|ufer|damm|steig|stieg|zeile|pfad"
    r"|chaussee|markt|"
    r"berg|feld|hof|graben|brücke|tor|wall|promenade|kamp|twiete|redder|stieg|höhe|winkel"
    r"|garten|gärten|anger|"
    r"bogen|gang|hang|heide|horst|koppel|leite|rain|reihe|siedlung|terrasse|wiese|ort|busch"
    r"|kai|deich|bruch)"
)
_DE_STREET = (
    r"(?:(?:\p{Lu}[\p{L}.]{0,40}+[\s-]){0,3}\p{Lu}\p{L}{1,40}?(?:stra(?:ß|ss)e|str\.?|weg"
    r"|gasse|platz|allee|ring|ufer|damm"
    r"|steig|stieg|zeile|pfad|chaussee|kamp|twiete|graben|wall|markt|hof|berg|feld)(?!\p{L})"
    r"|(?:\p{Lu}[\p{L}.]{0,40}+[\s-]){1,3}(?:Stra(?:ß|ss)e|Str\.?|Weg|Gasse|Platz|Allee"
    r"|Ring|Ufer|Damm|Steig|Stieg|Pfad"
    r"|Chaussee|Kamp|Markt|Wall|Hof)(?!\p{L}))"
)
_DE_HOUSE = r"\s{1,2}\d{1,4}(?:\s?[a-zA-Z]\b)?(?:\s?[-/–]\s?\d{1,4}(?:\s?[a-z]\b)?)?(?![\d,]\d)"
_DE_TAIL = (
    rf"(?:\s?[,\n;]?\s{{0,2}}(?:in\s)?(?:D-|DE-|A-|CH-)?\d{{4,5}}\s{{1,2}}{_TOWN}|\s?,\s{_TOWN})?"
)

_KR_REGION = (
    r"(?:(?:[가-힣]{1,7}(?:특별자치도|특별자치시|특별시|광역시|도|시|군|구)|서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남"
    r"|전북|전남|경북|경남|제주)\s{1,2}){1,4}"
    r"(?:[가-힣]{1,7}[읍면동리]\s{1,2}){0,2}"
)
_KR_ROAD = (
    r"[가-힣][가-힣\d·]{0,14}?(?:대로|로|길)(?:\s?\d{1,4}(?:번?[가나다라]?길|번안길))?\s{0,2}"
    r"(?:지하\s?)?\d{1,5}+(?:-\d{1,5}+)?(?![.,~∼]\d|[A-Za-z%]|\s?(?:[년월원명개회배살세억]|미터|퍼센트))"
    r"(?:번지)?(?:\s?,?\s?(?:지하\s?)?(?:[가-힣A-Za-z\d]{1,12}동\s?)?\d{1,4}(?:호|층)"
    r"|\s?,?\s?\d{1,4}동\s\d{1,5}호|\s?,?\s?[A-Z가-힣]동\s\d{1,5}호){0,2}(?:\s?\([가-힣\d]{1,8}(?:동"
    r"|리|가|읍|면)(?:,[^()]{1,20})?\))?"
)
_KR_LOT = (
    r"(?:[가-힣]{1,7}(?:특별자치도|특별자치시|특별시|광역시|도|시|군|구)\s{1,2}|(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원"
    r"|충북|충남|전북|전남|경북|경남|제주)\s{1,2}){1,4}"
    r"(?:[가-힣]{1,7}[읍면]\s{1,2})?[가-힣]{1,7}\d?(?:동|리|가)\s{1,2}(?:산\s?)?\d{1,5}(?:-\d{1,5})?(?:번지)?"
    r"(?:\s?,?\s?(?:[가-힣A-Za-z\d]{2,12}\s)?\d{1,4}동\s?\d{1,5}호|\s?,?\s?\d{1,5}호)?"
)
_KR_BLOCK = (
    r"[가-힣]{1,7}(?:동|읍|면|리)\s{1,2}[가-힣A-Za-z\d]{2,14}(?:아파트|빌라|오피스텔|타워|맨션"
    r"|빌딩)\s{0,2}\d{1,4}동\s?\d{1,5}호|\d{1,4}동\s\d{1,5}호"
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

_NUMBERED = rf"(?<![\w.,/€$£-])No\.?\s?{_HOUSE.removeprefix(_NOT_INSIDE)}"
_STREET = (
    rf"{_NO_SECTION}(?:{_WORD}\s|{_SMALL}\s){{1,5}}(?<!\b[Tt]he\s){_NO_LAW}(?:{_TYPES})\b\.?"
    rf"(?:\s(?:North|South|East|West|N|S|E|W|NE|NW|SE|SW)\b\.?|\s\d{{1,3}}\b)?"
    rf"(?:{_TAIL})"
)
_MALAY_STREET = rf"{_MALAY}(?:\s{_WORD}){{1,4}}(?:{_TAIL})"
# Any house with a unit, or a place and its post code
_PLACE = (
    rf"(?:{_WORD}\s|{_SMALL}\s){{0,5}}{_WORD}(?:,\s{_TOWN}){{1,2}},?\s"
    rf"(?:{_GB_POST}|{_CA_POST})"
)


_MALAY_WORDS = (
    *("jalan", "jln", "lorong", "lor", "bukit", "kampong", "taman", "lengkong", "lengkok"),
    "persiaran",
)


ADDRESSES = (
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
                rf"(?:{_WORD}\s|{_SMALL}\s){{1,5}}(?<!\b[Tt]he\s)(?:{_TYPES})\b\.?"
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
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"(?<![\w.,/€$£-])\d{{1,5}}[a-z]?,?\s{_NO_SECTION}"
                rf"(?:[\p{{L}}\d'’.-]{{1,40}}+\s){{0,3}}?[\p{{L}}'’-]{{1,40}}+\s"
                rf"(?<!\bthe\s){_NO_LAW}(?:{_COMMON_TYPES})\b(?:{_UNIT}){{0,2}}",
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
    # 12 bis rue de la Paix, 75002 Paris; 1200, boul. René-Lévesque Ouest, Montréal (Québec) H3B 4W8
    Rule(
        entity="STREET_ADDRESS",
        patterns=((_NOT_INSIDE + _FR_STREET, 0.7),),
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=((rf"{_NOT_INSIDE}n[°º]\s?{_FR_STREET}", 0.7),),
        words=("n°", "nº"),
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"\b(?i:rue|avenue|boulevard|chemin|impasse|allée|place|quai"
                rf"|route)\s{_FR_NAME}{{1,7}}(?<=[\p{{L}}\d.]),?\s\d{{1,4}}\b(?!\s?\d"
                rf"|[.,]\d)",
                0.5,
            ),
        ),
        words=(
            "rue ",
            "avenue ",
            "boulevard ",
            "chemin ",
            "impasse ",
            "allée ",
            "place ",
            "quai ",
            "route ",
        ),
        begins_with_word=True,
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    # Musterstraße 12, 12345 Stadt; Am Alten Markt 3, 10115 Berlin
    Rule(
        entity="STREET_ADDRESS",
        patterns=((rf"(?<![\p{{L}}\d-]){_DE_STREET}{_DE_HOUSE}{_DE_TAIL}", 0.7),),
        least_digits=1,
        margin=80,
        guard=rf"\d(?<=(?i:{_DE_ENDS})\s{{1,2}}\d)",
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"(?<![\p{{L}}\d-])(?:Am|An|Im|In|Auf|Zum|Zur|Unter|Hinter|Vor|Bei|Beim)\s"
                rf"(?:de[rmn]\s|die\s)?(?:\p{{Lu}}\p{{L}}{{0,40}}+[\s-]){{0,3}}\p{{Lu}}\p{{"
                rf"L}}{{0,40}}+{_DE_HOUSE}(?:\s?[,\n;]\s{{0,2}}(?:D-"
                rf"|DE-)?\d{{5}}\s{{1,2}}{_TOWN}|\s?,\s{_TOWN})",
                0.6,
            ),
            (
                rf"(?<![\p{{L}}\d-])(?:\p{{Lu}}\p{{L}}{{0,40}}+[\s-]){{0,3}}\p{{Lu}}\p{{L}}"
                rf"{{0,40}}+{_DE_HOUSE}\s?[,\n;]\s{{0,2}}(?:D-|DE-|A-"
                rf"|CH-)?\d{{5}}\s{{1,2}}{_TOWN}",
                0.6,
            ),
        ),
        least_digits=1,
        margin=80,
        guard=(
            r"\d{4,5}\s\p{Lu}(?<=\d[A-Za-z]?\s?[,\n;]\s{0,2}(?:[DAC][EH]?-)?\d{4,5}\s\p{Lu})"
            r"|(?<=\p{L}\s{1,2})\d{1,4}[A-Za-z]?\s?,\s\p{Lu}"
        ),
        ignores_case=False,
    ),
    # Streets of neighbours, whose words for street close the name
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                r"(?<![\p{L}-])(?:\d{1,3}\s)?(?:\p{L}[\p{L}'’.-]{0,40}+\s){0,3}?\p{Lu}[\p{L"
                r"}'’.-]{0,40}?(?:straat|laan|weg|plein|gracht|dreef|singel|dijk|kade|vej"
                r"|gade|vænget|bakken|gatan|vägen|gränd|gata|veien|vegen|vegur|tie|katu"
                r"|kuja|utca|tér|út|ulica|street|road)\s(?:\d{1,4}[a-z]?\b)(?![.,]\d)",
                0.45,
            ),
            (
                r"(?<![\p{L}-])(?:\p{Lu}[\p{L}'’.-]{0,40}+\s){1,3}(?:u\.|utca|tér|rakpart"
                r"|útja)\s\d{1,3}\.?",
                0.5,
            ),
        ),
        least_digits=1,
        margin=64,
        guard=(
            r"(?i)\d(?<=(?:straat|laan|weg|plein|gracht|dreef|singel|dijk|kade|vej|gade|vænget"
            r"|bakken|gatan|vägen|gränd|gata|veien|vegen|vegur|tie|katu|kuja|utca|tér|út|ulica"
            r"|street|road|u\.|rakpart|útja)\s\d)"
        ),
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                r"(?<![\p{L}-])(?:\d{1,3}\s)?(?:Via|Viale|Piazza|Corso|Calle|C/|Avenida"
                r"|Avda\.?|Plaza|Paseo|Ctra\.|Carretera|Rua|Travessa|ul\.|Ulica|Aleja|al\."
                r"|Str\.|Strada|Λεωφ\.)\s(?:\p{L}[\p{L}'’.-]{0,40}+,?\s){1,6}\d{1,4}\b"
                r"(?![.,]\d)",
                0.5,
            ),
        ),
        words=(
            "via ",
            "viale ",
            "piazza ",
            "corso ",
            "calle ",
            "c/ ",
            "avenida",
            "avda",
            "plaza",
            "paseo",
            "ctra",
            "carretera",
            "rua ",
            "travessa",
            "ul. ",
            "ulica",
            "aleja",
            "al. ",
            "strada",
            "λεωφ",
            "str. ",
        ),
        least_digits=1,
        margin=64,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (r"(?<![가-힣])" + _KR_REGION + _KR_ROAD, 0.7),
            (r"(?<![가-힣])" + _KR_ROAD, 0.1),
            (r"(?<![가-힣])" + _KR_LOT, 0.7),
            (r"(?<![가-힣\d])(?:" + _KR_BLOCK + ")", 0.6),
        ),
        context=(
            "주소",
            "거주",
            "살고",
            "살던",
            "사는",
            "이사",
            "배송",
            "배달",
            "택배",
            "우편",
            "소재",
            "송달",
            "도로명",
            "자택",
            "address",
            "lives",
        ),
        least_digits=1,
        margin=64,
        words=("로", "길", "동", "리", "가", "호"),
        guard=r"(?:로|길|동|리|가|산|번지|호)\s{0,2}\d|\d(?:번?길|동|호|번지)",
        any_script=True,
    ),
)
