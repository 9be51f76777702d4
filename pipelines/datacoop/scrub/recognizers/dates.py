"""Days, months, years, clock times and ages, in English, French, German and Korean."""

from datacoop.scrub.recognizers.values import Rule

_MONTH = (
    r"(?:Jan(?:uary|uar|vier|v)?|Jänner|Feb(?:ruary|ruar)?|F[ée]vr(?:ier)?|Mar(?:ch|s)?"
    r"|Märze?|Maerz|Mär|"
    r"Apr(?:il)?|Avr(?:il)?|Mai|May|Juin|Juni?e?|Juil(?:let)?|July?|Juli|Ao[uû]t|Aug(?:ust)?|"
    r"Sept?(?:ember|embre)?|O[ck]t(?:ober|obre)?|Nov(?:ember|embre)?|D[eé][cz](?:ember|embre)?)"
)
_MONTH_START = (
    r"(?:jan|jän|feb|fév|fev|mar|mär|mae|apr|avr|ma[iy]|ju[inl]|ao[uû]|aug|sep|o[ck]t|nov"
    r"|d[eé][cz])"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:\s?(?:st|nd|rd|th|ère?|ème|er|re|e)\b|\.)?+"
_JOINED = r"\s?(?:,|;|-|/|&|\band\b|\bor\b|\bto\b|\bet\b|\bou\b|\bau\b|\bund\b|\boder\b|\bbis\b)\s?"
_YEAR = r"(?:1[6-9]|20)\d\d(?!\d)"
_IN_YEAR = rf"(?:\s?[,./-]?\s?(?:\bof\s|\bde\s)?(?:{_YEAR}|['’]\d\d\b))"
_DAY_MONTH = rf"(?:{_DAY}{_JOINED}){{0,6}}+{_DAY}[\s-]?(?:of\s|de\s|d['’])?{_MONTH}\b\.?{_IN_YEAR}?"
_TIME = r"(?:[01]?\d|2[0-4])[:.h][0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?"
_DAY_NUMBER, _MONTH_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_NO_DAY = (
    r"(?:mg|ml|kg|km|cm|mm|m|g|EUR|USD|euros?|dollars?|pounds?|francs?|won|Stimmen|people"
    r"|persons|persons?|원|명|개|%)"
)

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
)
_SPELLED_MONTHS = (
    *[
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    *[
        "janvier",
        "février",
        "fevrier",
        "mars",
        "avril",
        "juin",
        "juillet",
        "août",
        "aout",
        "septembre",
        "octobre",
        "novembre",
    ],
    *["décembre", "januar", "jänner", "februar", "märz", "juni", "juli", "oktober", "dezember"],
    *(
        " of may",
        " mai",
        "may the ",
        "may first",
        "may second",
        "may thi",
        "may fou",
        "may fif",
        "may si",
    ),
    *("may sev", "may eig", "may nin", "may ten", "may ele", "may twe"),
)
"""In small letters; " may " alone is a verb in every other text."""

_EN_ORDINAL = rf"(?:(?:twenty|thirty)[- ])?(?:{_ORDINALS.replace(' ', '|')})"
_DE_ORDINAL = (
    r"(?:ers|zwei|drit|vier|fünf|sechs|sieb|siebten|ach|neun|zehn|elf|zwölf|\w{3,9}zehn|"
    r"(?:\w{3,8}und)?(?:zwanzigs|dreißigs))ten"
)
_FR_NUMBER = (
    r"(?:premier|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|"
    r"seize|dix-sept|dix-huit|dix-neuf|vingt(?:[- ](?:et[- ]un|deux|trois|quatre|cinq|six|sept|huit"
    r"|neuf))?|trente(?:[- ]et[- ]un)?)"
)

_FR_MONTHS = (
    "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre"
    "|décembre"
)

DATES = (
    # A month whose year stands elsewhere: en février, fin mai
    Rule(
        entity="DATE_TIME",
        patterns=((rf"\b(?:en|fin|mi-|début)\s?\K(?:{_FR_MONTHS})\b(?!\s\d)", 0.5),),
        words=tuple(
            before + month
            for before in ("en ", "fin ", "mi-", "début ")
            for month in _FR_MONTHS.split("|")
        ),
    ),
    # le 31 mai 1991: without its article the rest would read "a dit le 1991"
    Rule(
        entity="DATE_TIME",
        patterns=((rf"(?<![\w/.])[Ll]es?\s{_DAY_MONTH}", 0.8),),
        least_digits=1,
        words=("le ", "les "),
    ),
    Rule(
        entity="DATE_TIME",
        patterns=(
            # 31 May 1991, 1er et 2 mai, 3. März 2019, 5 May 2006 and 24 October 2008
            (
                rf"(?<![\w/.]){_DAY_MONTH}(?:(?:{_JOINED}|\s)(?:\bon\s"
                rf"|\ble\s)?{_DAY_MONTH}){{0,6}}+",
                0.8,
            ),
            (
                rf"(?<![\d.,/-])\d{{4}}(?P<mark>[-/.])\s?{_MONTH_NUMBER}"
                rf"(?P=mark)\s?{_DAY_NUMBER}(?!\d|[/-]\d)(?:[T\s]{_TIME}(?:Z"
                rf"|[+-]\d\d:?\d\d)?)?",
                0.8,
            ),
            (
                rf"(?<![\d.,/-])(?:{_DAY_NUMBER}(?P<mark>[-/.])\s?{_MONTH_NUMBER}"
                rf"|{_MONTH_NUMBER}(?P<mark>[-/.])\s?{_DAY_NUMBER})(?P=mark)\s?(?:{_YEAR}"
                rf"|\d\d(?!\d|[.,]?\d|[/-]\d))(?:[T\s]{_TIME})?",
                0.6,
            ),
            (rf"(?<![\d.,/-]){_MONTH_NUMBER}/{_YEAR}", 0.5),
        ),
        least_digits=1,
        guard=(
            rf"\d(?:st|nd|rd|th|ère?|ème|er|re|e|\.)?[\s-]?(?:of\s|de\s|d['’])?"
            rf"(?i:{_MONTH_START})|\d[-./]\s?\d"
        ),
    ),
    Rule(
        entity="DATE_TIME",
        patterns=(
            # May 31, 1991
            (
                rf"\b{_MONTH}\.?\s(?:the\s)?{_DAY}(?:{_JOINED}{_DAY}\b){{0,3}}(?!\d"
                rf"|\s?{_NO_DAY}\b)(?:,?\s{{1,2}}{_YEAR})?",
                0.5,
            ),
            # Mai 2017; mars, avril et juin 2003
            (
                rf"\b(?:d['’])?(?:{_MONTH}\s?(?:,|-|/|\band\b|\bor\b|\bet\b|\bou\b"
                rf"|\bund\b)\s?){{0,6}}+{_MONTH}{_IN_YEAR}",
                0.8,
            ),
            # The first day of two, further from the month: between 2 and the 10 March
            (
                rf"\b(?:between|from|entre|du|vom|zwischen)\s(?:le\s|the\s)?{_DAY}(?=\s"
                rf"(?:and|to|et|le|au|bis|und|zum)\s(?:le\s|the\s)?(?:{_DAY})\s?{_MONTH}\b)",
                0.6,
            ),
        ),
        least_digits=1,
        guard=(
            rf"\d(?<=(?i:{_MONTH})\.?[\s,./'’-]{{1,2}}(?:the\s|of\s|de\s)?\d)|(?i:and|to|et|le"
            rf"|au|bis|und|zum)\s(?:le\s|the\s)?\d\d?\.?\s?(?i:{_MONTH_START})"
        ),
    ),
    Rule(
        entity="DATE_TIME",
        patterns=(
            (
                rf"(?<![\w./,$£€₩-])(?<!\b(?:EUR|USD|GBP|DEM|TRL|TRY|SEK|ATS|no|nos|nr|art"
                rf"|p|room|page)\.?\s|§\s?|n°\s?|\d\s){_YEAR}"
                rf"(?:\s?[-/]\s?(?:{_YEAR}|\d\d\b(?![.,]\d))|s\b)?(?:(?:,\s|\s?(?:\band"
                rf"|\bet|\bund|\bor)\s){_YEAR}\b){{0,9}}(?![A-Za-z\d%]|[.,:/-]\d"
                rf"|\s?{_NO_DAY}\b|\s\d{{3}}\b)",
                0.45,
            ),
        ),
        least_digits=4,
        any_script=True,
    ),
    Rule(
        entity="DATE_TIME",
        patterns=(
            (rf"(?<![\d:.,]){_TIME}(?:\s?[ap]\.?m\b\.?|\s?Uhr\b|\s?(?:Z|UTC|GMT|CET|KST)\b)", 0.6),
            (r"(?<![\d:.,/-])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?![\d:]|[.,/-]\d)", 0.45),
            (r"(?<![\d:.,/-])(?:1[0-2]|0?\d)\s?[ap]\.?m\b\.?", 0.5),
            (
                r"(?<![\d:.,/-])(?:[01]?\d|2[0-4])\s?(?:Uhr\b|h\s?[0-5]\d\b|heures?\sdu\s"
                r"(?:matin|soir)|o['’]clock\b)",
                0.5,
            ),
        ),
        least_digits=1,
        guard=r"\d[:.h]\d\d|\d\s?(?i:[ap]\.?m|uhr|h\b|h\s?\d|heure|o['’]clock)",
    ),
    Rule(
        entity="DATE_TIME",
        patterns=(
            # 2019년 5월 31일, 5월 31일, 2019. 5. 31., 오전 10시 30분
            (
                r"(?<!\d)(?:(?:1[6-9]|20)?\d\d\s?년(?:도)?(?:\s?(?:0?[1-9]|1[0-2])\s?월"
                r"(?:\s?[0-3]?\d\s?일)?)?|(?:0?[1-9]|1[0-2])\s?월\s?[0-3]?\d\s?일)(?!\s?간)",
                0.8,
            ),
            (
                r"(?:오전|오후|새벽|밤)\s?\d{1,2}\s?시(?:\s?\d{1,2}\s?분|\s?반)?|"
                r"(?<!\d)\d{1,2}\s?시\s?\d{1,2}\s?분",
                0.6,
            ),
        ),
        words=("년", "월", "시"),
        least_digits=1,
        any_script=True,
    ),
    Rule(
        entity="DATE_TIME",
        patterns=((r"(?<!\d)(?:1[6-9]|20)\d\d\.\s?(?:0?[1-9]|1[0-2])\.\s?[0-3]?\d\.?(?!\d)", 0.8),),
        least_digits=4,
        guard=r"\d\.\s?\d{1,2}\.\s?\d",
        any_script=True,
    ),
    Rule(
        entity="DATE_TIME",
        patterns=(
            (
                rf"\b{_EN_ORDINAL}(?:\sday)?\sof\s{_MONTH}\b{_IN_YEAR}?|\b{_MONTH}\s"
                rf"(?:the\s)?{_EN_ORDINAL}\b(?:,?\s{_YEAR})?",
                0.6,
            ),
            (rf"\b{_DE_ORDINAL}\s{_MONTH}\b{_IN_YEAR}?", 0.6),
            (
                rf"\b{_FR_NUMBER}\s{_MONTH}\b(?:\s(?:{_YEAR}|deux[- ]mille"
                rf"(?:[- ]\w{{2,9}}){{0,3}}|mil(?:le)?[- ]neuf[- ]cent"
                rf"(?:[- ]\w{{2,9}}){{1,4}}))?",
                0.6,
            ),
        ),
        words=_SPELLED_MONTHS,
        guard=(
            rf"(?i:[a-zé](?: day)? of|[a-zéßö](?:ten|th|st|nd|rd)|premier|deux|trois|quatre"
            rf"|cinq|six|sept|huit|neuf|dix|onze|ze|vingt|et[- ]un|trente) (?i:{_MONTH_START})|"
            rf"(?i:y|ch|il|e|t|r) (?:the )?(?i:{'|'.join(_ORDINALS.split())}|twenty|thirty)"
        ),
    ),
)

_NUMBER_WORD = (
    r"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{3,5}teen)"
)
_AGE = r"(?:1[01]\d|\d{1,2})"
_OF_AGE = r"(?:years?|yrs?|months?|weeks?|days?)"

AGES = (
    Rule(
        entity="AGE",
        patterns=(
            (
                rf"(?<![\d.,]){_AGE}[\s-]{{0,2}}(?:{_OF_AGE}|y\.?|yo)[\s-]{{0,2}}(?:old\b"
                rf"|of\sage\b|/?o\b\.?|in\sage\b)",
                0.8,
            ),
            (r"(?<![\d.,])\d{1,3}[\s-]?(?:y/?o|YOF|YOM)\b", 0.7),
            (
                rf"\bage[sd]?(?:\s(?:of|is|was|about|around))?[\s:=]{{1,3}}"
                rf"(?:about\s)?{_AGE}(?![\d%]|[.,]\d)",
                0.7,
            ),
            (r"\bin\s(?:his|her|my|their|your)\s(?:early\s|mid[\s-]?|late\s)?[1-9]0['’]?s\b", 0.6),
            (
                rf"\bâgée?s?\s(?:de|d['’])\s?(?:environ\s|presque\s|plus\sde\s)?{_AGE}"
                rf"(?:\sans\b)?|(?:\bà\s)?\bl['’]âge\sde\s{_AGE}\sans\b"
                rf"|\bâge\s?:?\s?{_AGE}\b(?:\sans\b)?",
                0.8,
            ),
            (
                rf"(?<=,\s){_AGE}\sans(?=\s?[,.;)])|\b(?:a|ai|avait|avais|aura|ont|as)\s"
                rf"(?:\w{{2,10}}\s)?{_AGE}\sans\b(?!\sd['’]|\sde\b)|\b(?:fille|fils|femme"
                rf"|homme|enfant|garçon|patiente?|bébé)\sde\s{_AGE}\s(?:ans|mois)\b",
                0.6,
            ),
            (
                rf"(?<![\d.,]){_AGE}[\s-]{{0,2}}jährig\w{{0,2}}\b|"
                rf"(?<![\d.,]){_AGE}\sJahre\salt\b|(?:\bim\s)?\bAlter"
                rf"(?:\svon)?\s?:?\s?{_AGE}\b(?:\sJahren?\b)?|\bmit\s{_AGE}\sJahren\b",
                0.7,
            ),
        ),
        least_digits=1,
        guard=(
            r"\d[\s-]{0,2}(?i:year|yr|month|week|day|y\b|y/?o|ans\b|mois|jähr|jahr)|\d(?<="
            r"(?i:age[sd]?|of|was|is|about|around|alter|von|âge|de|d['’]|environ"
            r"|presque)[\s:=]{0,3}\d)|\d0['’]?s\b"
        ),
    ),
    Rule(
        entity="AGE",
        patterns=(
            (
                r"(?:만\s?)?(?<!\d)\d{1,3}\s?(?:세(?![기금계종대트]|입(?!니))|살|개월\s?된)|"
                r"(?<!\d)[1-9]0대\s?(?:초반|중반|후반)?(?=\s?(?:남|여|환자|의))",
                0.7,
            ),
            (r"(?:나이|연령)(?:[은는이가도]|\s?:)?\s?(?:만\s?)?\d{1,3}(?!\d|\s?년)", 0.6),
        ),
        least_digits=1,
        words=("세", "살", "대", "개월", "나이", "연령"),
        any_script=True,
    ),
    Rule(
        entity="AGE",
        patterns=(
            (rf"\b{_NUMBER_WORD}[\s-]{_OF_AGE}[\s-](?:old\b|of\sage\b)", 0.7),
            (rf"\baged\s{_NUMBER_WORD}\b", 0.6),
        ),
        words=("old", "of age", "aged "),
        guard=r"(?i:[a-z][-\s](?:year|month|week|day)s?[-\s](?:old|of\sage)|\baged\s[a-z])",
    ),
)
