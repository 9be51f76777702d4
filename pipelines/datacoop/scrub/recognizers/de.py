"""Germany: phones, plates; tax, health, pension, identity and register numbers."""

from datacoop.scrub.recognizers.values import Country, Rule, Stock

_SERIAL_START = r"(?<![A-Za-z0-9])(?=[A-Z]*\d[A-Z]*\d)"
_SERIAL_REST = r"[CFGHJKLMNPRTVWXYZ0-9]{8}\d?(?:D|(?![A-Za-z0-9]))"

DE = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (r"(?<!\d)\(?0[1-9]\d{1,4}\)?[ /.\-]{1,3}\d{3,9}(?:[ .\-]\d{1,5}){0,3}(?!\d)", 0.4),
                (
                    r"(?<!\d)\(?(?:\+|00)?49\)?[ \-.]?\(?0?\)?[ \-.]?[1-9](?:[ /\-"
                    r"().]{0,2}\d){6,11}(?!\d)",
                    0.6,
                ),
                (r"(?<!\d)0(?:1[5-7]\d|[2-9]\d{1,3})\d{6,8}(?!\d)", 0.4),
                (r"(?<!\d)\(?0[1-9]\d{1,4}\)?[ /\-]{1,3}\d\d(?: \d\d){2,4}(?!\d)", 0.5),
            ),
            check="phone",
            least_digits=8,
        ),
        # Stock ignores case, and then "in an 12" is a plate: in capitals no context is needed.
        Rule(
            entity="DE_KFZ",
            patterns=((r"(?<![\w-])[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} [1-9]\d{0,3}[EH]?(?!\w)", 0.5),),
            least_digits=1,
            guard=r"[A-ZÄÖÜ]-[A-Z]{1,2} \d",
            ignores_case=False,
        ),
        Rule(
            entity="DE_TAX_ID",
            patterns=((r"(?<!\d)[1-9]\d[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)", 1.0),),
            check="de_idnr",
            least_digits=11,
        ),
        Rule(
            entity="DE_TAX_ID",
            patterns=((r"(?<!\d)\d\d[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)", 0.1),),
            context=(
                "steuer-id",
                "steuerid",
                "identifikationsnummer",
                "idnr",
                "steuerliche",
                "tax id",
                "tin",
            ),
            least_digits=11,
        ),
        Rule(
            entity="DE_TAX_NUMBER",
            patterns=(
                (r"(?<![\w/])\d{2,5}[/ ]\d{3,4}[/ ]\d{4,5}(?![\w/])", 0.1),
                (
                    r"(?<!\d)\d{3} ?/ ?\d{3,4} ?/ ?\d{4,5}(?![\w/])|"
                    r"(?<!\d)\d{2} ?/ ?\d{3} ?/ ?\d{5}(?![\w/])",
                    0.3,
                ),
                (r"(?<!\d)\d{10,13}(?!\d)", 0.05),
            ),
            context=(
                "steuernummer",
                "steuer-nr",
                "steuernr",
                "st.-nr",
                "stnr",
                "finanzamt",
                "tax number",
                "numéro fiscal",
                "numéro d'impôt",
            ),
            least_digits=9,
        ),
        Rule(
            entity="DE_SOCIAL_SECURITY",
            patterns=(
                (
                    r"(?<![A-Z0-9])\d\d ?(?:0[1-9]|[12]\d|3[01]|5[1-9]|[67]\d|8[01])"
                    r"(?:0[1-9]|1[0-2])\d\d ?[A-Z] ?\d{3}(?![A-Z0-9])",
                    1.0,
                ),
            ),
            check="rvnr",
            least_digits=8,
        ),
        Rule(
            entity="DE_SOCIAL_SECURITY",
            patterns=((r"(?<![A-Z0-9])\d\d ?\d{6} ?[A-Z] ?\d{3}(?![A-Z0-9])", 0.1),),
            context=(
                "rentenversicherung",
                "sozialversicherung",
                "versicherungsnummer",
                "rvnr",
                "svnr",
                "sv-nummer",
                "pension number",
            ),
            least_digits=8,
        ),
        Rule(
            entity="DE_HEALTH_INSURANCE",
            patterns=((r"(?<![A-Z0-9])[A-Z] ?\d{3} ?\d{3} ?\d{3}(?![A-Z0-9])", 1.0),),
            check="kvnr",
            least_digits=9,
        ),
        Rule(
            entity="DE_VAT_ID",
            patterns=((r"(?<![A-Z0-9])DE[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d{3}(?!\d)", 0.5),),
            check="de_vat",
            least_digits=9,
            ignores_case=False,
        ),
        Rule(
            entity="DE_PLZ",
            patterns=(
                (
                    r"(?<![\w.,/-])(?:0[1-9]|[1-9]\d)\d{3}(?![\w]|[.,/-]\d)"
                    r"(?:\s\p{Lu}[\p{L}-]{2,30}(?:\s(?:am|an\sder|im|in|bei|ob\sder"
                    r"|vor\sder)\s\p{Lu}[\p{L}-]{1,30})?)?",
                    0.1,
                ),
            ),
            context=(
                "plz",
                "postleitzahl",
                "postcode",
                "post code",
                "postal code",
                "zip code",
                "code postal",
                "우편번호",
            ),
            least_digits=5,
            ignores_case=False,
        ),
        # A post code and its town: after a comma, on a line of its own, after a preposition.
        Rule(
            entity="DE_PLZ",
            patterns=(
                (
                    r"(?:(?<=[,\n;]\s{0,2})|(?<=\b(?:in|aus|nach|bei)\s)|^|(?=D-|DE-))"
                    r"(?:DE?-)?(?:0[1-9]|[1-9]\d)\d{3}\s\p{Lu}[\p{L}-]{2,30}(?:\s(?:am"
                    r"|an\sder|im|in|bei|ob\sder|vor\sder|v\.d\.)\s\p{Lu}[\p{L}-]{1,30}"
                    r"|\s\(\p{Lu}[\p{L}-]{1,30}\)|/\p{Lu}[\p{L}-]{2,30})?(?<!Euro|Stimmen"
                    r"|Einwohnern?|Menschen|Personen|Mitglieder[n]?|Stück|Kilometer|Meter"
                    r"|Tonnen|Dollar|Mark|DM|EUR)",
                    0.45,
                ),
            ),
            least_digits=5,
            ignores_case=False,
            any_script=True,
        ),
        # Stock takes the ninth character for a check digit, which is the tenth and seldom
        # printed: it drops nine of ten numbers.
        Rule(
            entity="DE_PASSPORT",
            patterns=((rf"{_SERIAL_START}[CFGHJK]{_SERIAL_REST}", 0.5),),
            least_digits=1,
            has_letters=True,
            ignores_case=False,
        ),
        Rule(
            entity="DE_ID_CARD",
            patterns=((rf"{_SERIAL_START}[LMNPRTVWXYZ]{_SERIAL_REST}", 0.5),),
            least_digits=1,
            has_letters=True,
            ignores_case=False,
        ),
        Rule(
            entity="DE_HANDELSREGISTER",
            patterns=(
                (r"\bHR[AB](?:[\s-]?Nr\.?)?\s{0,3}\d{1,6}(?:\s?[A-Z]{1,2}\b)?", 0.5),
                (r"\b(?:GnR|PR|VR|GsR)\s(?:Nr\.\s)?\d{1,5}\b", 0.2),
            ),
            context=("register", "amtsgericht", "verein"),
            least_digits=1,
            guard=r"(?i)(?<![a-z])(?:hr[ab]|gnr|pr|vr|gsr)",
        ),
        # Stock takes every nine digits; the first two name one of nineteen regions.
        Rule(
            entity="DE_BSNR",
            patterns=((r"(?<![A-Z0-9])\d{9}(?![A-Z0-9])", 0.4),),
            check="kv_region",
            least_digits=9,
        ),
    ),
    stock=(
        Stock("DE_TAX_NUMBER", "DeTaxNumberRecognizer", least_digits=9, floor=0.4),
        Stock("DE_PASSPORT", "DePassportRecognizer", least_digits=1, has_letters=True),
        Stock("DE_ID_CARD", "DeIdCardRecognizer", least_digits=1, has_letters=True),
        Stock(
            "DE_HEALTH_INSURANCE", "DeHealthInsuranceRecognizer", least_digits=9, has_letters=True
        ),
        Stock("DE_LANR", "DeLanrRecognizer", least_digits=9),
        Stock("DE_BSNR", "DeBsnrRecognizer", least_digits=9),
        Stock("DE_VAT_ID", "DeVatIdRecognizer", least_digits=9),
        Stock(
            "DE_FUEHRERSCHEIN",
            "DeFuehrerscheinRecognizer",
            least_digits=8,
            has_letters=True,
            floor=0.4,
        ),
        Stock(
            "DE_KFZ",
            "DeKfzRecognizer",
            least_digits=1,
            guard=r"\d(?<=[A-ZÄÖÜ][\s-][A-Z]{1,2}[\s-]\d)",
            ignores_case=False,
            context=(
                "plate",
                "registration",
                "car",
                "immatricul",
                "plaque",
                "차량",
                "번호판",
                "wagen",
            ),
        ),
        Stock(
            "DE_PLZ",
            "DePlzRecognizer",
            least_digits=5,
            context=("postcode", "post code", "postal code", "zip code", "code postal", "우편번호"),
        ),
    ),
)
