"""Germany: phones, plates; tax, health, pension, identity and register numbers."""

from datacoop.scrub.recognizers.values import Country, Rule, Stock

_SERIAL_START = r"(?<![A-Za-z0-9])(?=[A-Z]*\d[A-Z]*\d)"
_SERIAL_REST = r"[CFGHJKLMNPRTVWXYZ0-9]{8}\d?(?:D|(?![A-Za-z0-9]))"

DE = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (r"(?<!\d)\(?0[1-9]\d{1,4}\)?[ /\-]{1,3}\d{3,9}(?:[ \-]\d{1,5}){0,3}(?!\d)", 0.4),
                (r"(?<!\d)\+?49[ \-]?\(?0?\)?[ \-]?[1-9](?:[ /\-()]{0,2}\d){6,11}(?!\d)", 0.6),
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
        # Stock takes every nine digits; the first two name one of nineteen regions.
        Rule(
            entity="DE_BSNR",
            patterns=((r"(?<![A-Z0-9])\d{9}(?![A-Z0-9])", 0.4),),
            check="kv_region",
            least_digits=9,
        ),
    ),
    stock=(
        Stock("DE_TAX_ID", "DeTaxIdRecognizer", least_digits=11),
        Stock("DE_TAX_NUMBER", "DeTaxNumberRecognizer", least_digits=9, floor=0.4),
        Stock("DE_PASSPORT", "DePassportRecognizer", least_digits=1, has_letters=True),
        Stock("DE_ID_CARD", "DeIdCardRecognizer", least_digits=1, has_letters=True),
        Stock(
            "DE_SOCIAL_SECURITY", "DeSocialSecurityRecognizer", least_digits=11, has_letters=True
        ),
        Stock(
            "DE_HEALTH_INSURANCE", "DeHealthInsuranceRecognizer", least_digits=9, has_letters=True
        ),
        Stock("DE_LANR", "DeLanrRecognizer", least_digits=9),
        Stock("DE_BSNR", "DeBsnrRecognizer", least_digits=9),
        Stock("DE_VAT_ID", "DeVatIdRecognizer", least_digits=9),
        Stock("DE_HANDELSREGISTER", "DeHandelsregisterRecognizer", guard=r"(?i)hr[ab]\s*\d"),
        Stock(
            "DE_FUEHRERSCHEIN",
            "DeFuehrerscheinRecognizer",
            least_digits=8,
            has_letters=True,
            floor=0.4,
        ),
        Stock("DE_KFZ", "DeKfzRecognizer", least_digits=1, ignores_case=False),
        Stock("DE_PLZ", "DePlzRecognizer", least_digits=5),
    ),
)
