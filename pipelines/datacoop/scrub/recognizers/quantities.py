"""Amounts of money, shares, sizes, counts and how long things took, in the four languages."""

from datacoop.scrub.recognizers.values import Rule

_NUMBER = r"\d{1,3}(?:(?:[.,'’]|\s(?=\d{3}(?!\d)))\d{3,4})*+(?:[.,]\d{1,6})?+"
_LARGE = (
    r"(?:million|billion|thousand|hundred|trillion|milliard|millier|mille|Million|Milliarde|Tausend"
    r"|Mio|Mrd|bn|mn)(?:s|en|e|d)?\b\.?"
)
_CODES = (
    "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|ROL|BGN|BGL|HRK|TRY|TRL|UAH|RUB|RUR|ATS|DEM|FRF"
    "|ITL|ESP|PTE|BEF|NLG|FIM|GRD|IEP|CYP|MTL|SKK|SIT|LTL|LVL|EEK|ISK|KRW|JPY|CNY|CAD|SGD|AUD|NZD"
    "|HKD|INR|MYR|THB|IDR|PHP|VND|MDL|GEL|AMD|AZN|ALL|RSD|BAM|MKD|DM|FF|Rs|RM"
)
_COINS = (
    r"(?:euros?|dollars?|pounds?|livres?|francs?|liras?|lires?|lire|lei|leu|leva|lev|levs|kronor"
    r"|kroner|kronas?|krone|crowns?|couronnes?|koruna|zlotys?|zloty|złotys?|forints?|roubles?|rubles?"
    r"|hryvnias?|hryvnyas?|schillings?|shillings?|pesetas?|escudos?|drachmas?|drachmae|guilders?|marks?"
    r"|markkas?|cents?|centimes?|pence|yens?|yuan|won|rupees?|roupies?|ringgit|baht|pesos?|dinars?"
    r"|dirhams?|kunas?|tolars?|lati|lats|litai|litas|denars?|manats?|laris?|drams?|Euro|Mark|Franken"
    r"|Dollar|Pfund|Kronen|Rubel|Złoty|Lire|Lira|Yen|Cent|Pfennig|sterling)"
)
_OF = r"(?:[A-Z][a-z]+\s|[a-zéèç]+\s(?=sterling)|new\s){0,2}"
_AFTER_COIN = r"(?:\s(?:sterling|[a-zéèç]{4,12}(?=\s\()))?(?:\s?\((?:[A-Z]{2,4}|[€$£])\))?"
_ABOUT = r"(?:(?:about|approximately|around|some|environ|rund|etwa|ca\.)\s)?"
_MONEY = (
    rf"(?<![\w.,]){_ABOUT}{_NUMBER}(?:[\s-](?:{_LARGE})){{0,2}}+\s?(?:de\s|d['’])?"
    rf"(?:{_OF}{_COINS}\b{_AFTER_COIN}|(?:{_CODES})\b|[€$£¥₩])"
)
_MONEY_BEFORE = (
    rf"(?<![\w.,]){_ABOUT}(?:(?:{_CODES}|US|CA|C|S|A)\s?[€$£]?|[€$£¥₩])\s?{_NUMBER}"
    rf"(?:\s(?:{_LARGE}))?+(?:\s?(?:-|to|and|à|bis)\s?{_NUMBER}(?!\d))?"
)
_SHARE = (
    rf"(?<![\w.,]){_ABOUT}{_NUMBER}(?:\s?(?:%|per\scent|percent)?\s?(?:-|to|and|or|à|et|bis|und)\s?{_NUMBER})?"
    r"(?:\s|-)?(?:%|‰|per\s?cent\b|percentage\spoints?\b|pour\s?cent\b|Prozent\b|v\.\s?H\.)"
)
_UNITS = (
    r"(?:(?:sq|cu|square|cubic)\.?\s?(?:k?m|ft|f(?:ee|oo)t|met(?:re|er)s?|kilomet(?:re|er)s?|miles?"
    r"|yards?|inch(?:es)?)\b\.?|m[²³2]|km[²2]|cm[²³2]?|mm|km/h|mph|km|m\b|kg|mg|g\b|tonnes?|tons?"
    r"|kilos?|(?:kilo|milli)?gram(?:me)?s?|(?:kilo|centi|milli)?m[eè]t(?:re|er)s?(?:\scarrés?"
    r"|\scubes?)?|hectares?|ha\b|acres?|dönüms?|miles?|feet|inches|yards?|lit(?:re|er)s?|gallons?"
    r"|Hektar|Quadratmetern?|Kubikmetern?|Metern?|Kilometern?|Gramm|Kilogramm|Tonnen|Litern?"
    r"|hectolitres?|pouces|dioptres?|diopters?|decibels?|dB|kWh?|volts?|degrees|degrés|Grad)"
)
_SIZE = rf"(?<![\w.,/]){_ABOUT}{_NUMBER}(?:\s?(?:x|by|to|-|à|bis)\s?{_NUMBER})?[\s-]?{_UNITS}(?!\w)"

_ONES = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen"
)
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ENGLISH_NUMBER = (
    rf"(?:(?:{_TENS})(?:[-\s](?:{_ONES}))?|{_ONES}|(?:one\s|a\s)?(?:hundred|thousand))"
)
_FRENCH_NUMBER = (
    r"(?:(?:vingt|trente|quarante|cinquante|soixante|quatre-vingts?)(?:[-\s](?:et[-\s])?(?:une?|deux"
    r"|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze))?|deux|trois|quatre|cinq|six|sept|huit"
    r"|neuf|dix(?:-(?:sept|huit|neuf))?|onze|douze|treize|quatorze|quinze|seize|cent|mille)"
)
_GERMAN_NUMBER = (
    r"(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"
    r"|(?:drei|vier|fünf|sech|sieb|acht|neun)zehn|(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht"
    r"|neun)und)?(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)"
    r"|hundert|tausend)"
)
_SPELLED = rf"(?:{_ENGLISH_NUMBER}|{_FRENCH_NUMBER}|{_GERMAN_NUMBER})"
_SPANS = (
    r"(?:years?|months?|weeks?|days?|hours?|minutes?|ans|années?|mois|semaines?|jours?|heures?"
    r"|Jahren?|Monaten?|Wochen?|Tagen?|Stunden?|Minuten?)"
)
_THINGS = (
    r"(?:hearings|audiences|occasions|persons|people|personnes|Personen|plots(?:\sof\sland)?|parcels"
    r"|parcelles|tablets|comprimés|Tabletten|pills|shares|parts|Anteile|employees|salariés"
    r"|Mitarbeitern?|brothers|sisters|siblings|children|enfants|Kindern?|victims|victimes|Opfern?"
    r"|witnesses|témoins|Zeugen|accused|defendants|applicants|requérants|flats|apartments"
    r"|appartements|Wohnungen|rooms|houses|copies|bullets|cartridges|packets|animals)"
)
_AND = r"(?:,\s|\s(?:and|et|und)\s)"


def _counted(number: str) -> str:
    span = rf"[\s-]{_SPANS}(?!\w|\s(?:old|of\sage))"
    things = rf"\s(?:(?:other|further|more|autres|weitere[nr]?|[a-z]{{4,9}})\s)?{_THINGS}\b"
    return rf"{number}(?:{span}(?:{_AND}{number}{span}){{0,2}}+(?:['’]s\b)?|{things})"


_SMALL = f"(?:{_ONES}|(?:{_TENS})(?:-(?:{_ONES}))?)"
_SEVERAL = (
    r"(?=\s(?:[a-z-]{3,14}\s){0,2}(?:[a-z-]{3,}(?<!s)s|wom[ae]n|(?:[a-z]{3,})?men|people|children)\b"
    r"(?<!\b(?:this|thus|does|always|perhaps|whereas|towards|besides|dans|sous|mais|plus|puis|sans"
    r"|nous|vous|elles|leurs|moins|jamais|toujours|avons|sommes|dieses|eines|seines|ihres|jedes"
    r"|alles|nichts|bereits|rechts|links|stets|falls|mittels|jeweils|anders|besonders|mindestens)))"
)
"""Before a plural, which may have two words before it: "two army officials"."""

_NOT_OF_LAW = (
    r"(?<![\w.,/§€$£’'-])(?<!(?:\b(?:[Aa]rt(?:icle)?|[Ss]ect(?:ion)?|[Rr]ule|[Pp]ara(?:graph)?|[Nn]o|[Pp]oint"
    r"|[Pp]age|[Cc]hapter|[Ll]aw|[Aa]ct|[Pp]rotocol|[Cc]ategory|[Aa]nnex|[Tt]able|[Ff]igure)s?\.?|§+)\s)"
)


_KOREAN_NUMBER = (
    r"(?<![\d.,])(?:약\s?)?\d{1,3}(?:,?\d{3})*(?:\.\d+)?\s?"
    r"(?:[십백천만억조]{1,3}\s?(?:\d[\d,]*\s?[십백천만억]{0,2}\s?)?){0,3}"
)

QUANTITIES = (
    Rule(
        entity="QUANTITY",
        patterns=((_MONEY, 0.7), (_MONEY_BEFORE, 0.7), (_SHARE, 0.6), (_SIZE, 0.6)),
        least_digits=1,
        ignores_case=False,
        margin=48,
    ),
    Rule(
        entity="QUANTITY",
        patterns=((rf"(?<![\w.,/]){_ABOUT}{_counted(_NUMBER)}", 0.5),),
        least_digits=1,
        guard=rf"\d[\s-](?:[a-z]{{4,9}}\s)?(?:{_SPANS}|{_THINGS})",
        margin=48,
    ),
    Rule(
        entity="QUANTITY",
        patterns=((rf"\b(?=[a-z]){_counted(_SPELLED)}", 0.5),),
        guard=rf"\b(?:{_SPANS}|{_THINGS})\b",
    ),
    # Of what the number tells is left: 16 other suspects, two army officials
    Rule(
        entity="QUANTITY",
        patterns=((rf"{_NOT_OF_LAW}(?!(?:19|20)\d\d\b)\d{{1,3}}(?:,\d{{3}})*{_SEVERAL}", 0.4),),
        least_digits=1,
        guard=r"\d\s[a-z]{3}",
        margin=64,
        ignores_case=False,
    ),
    Rule(
        entity="QUANTITY",
        patterns=((rf"\b(?!one\b){_SMALL}{_SEVERAL}", 0.4),),
        words=tuple(one for one in f"{_ONES}|{_TENS}".split("|") if one != "one"),
        begins_with_word=True,
    ),
    Rule(
        entity="QUANTITY",
        patterns=((r"\blife\s(?:imprisonment|sentences?)\b", 0.4),),
        words=("life imprisonment", "life sentence"),
    ),
    Rule(
        entity="QUANTITY",
        patterns=(
            (rf"{_KOREAN_NUMBER}(?:원|달러|유로|엔|위안|파운드)(?!\w?[고점])", 0.7),
            (
                rf"{_KOREAN_NUMBER}\s?(?:%|퍼센트|프로|㎡|평|제곱미터|킬로미터|미터|㎞|㎏|킬로그램|그램|톤|리터)",
                0.6,
            ),
            (rf"{_KOREAN_NUMBER}(?:년|개월|주일?|일|시간|분)\s?(?:간|동안|여)", 0.5),
            (
                rf"{_KOREAN_NUMBER}(?:명|개|건|회|차례|채|필지|마리|대|장|권|주)(?![가-힣]{{2}})",
                0.4,
            ),
        ),
        least_digits=1,
        guard="[가-힣%㎡㎞㎏]",
        any_script=True,
    ),
)
