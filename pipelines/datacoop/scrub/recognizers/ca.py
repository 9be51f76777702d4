"""Canada: phones, social insurance and health numbers, passports, postal codes."""

from datacoop.scrub.recognizers.values import Country, Rule

_HEALTH = (
    "health card",
    "health number",
    "health insurance",
    "healthcare",
    "ohip",
    "phn",
    "personal health",
    "msp",
    "care card",
    "medicare",
    "ramq",
    "assurance maladie",
    "assurance-maladie",
    "carte santé",
    "carte soleil",
    "numéro de santé",
    "hsn",
    "health services",
    "gesundheitskarte",
    "krankenversicherung",
    "건강보험",
    "의료보험",
)

CA = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (
                    r"(?<!\d)(?:\(?(?:\+|00)?1\)?[ .\-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .\-])"
                    r"\d{3}[ .\-]\d{4}(?!\d)(?:[\s,]{0,2}(?:x|ext\.?|poste|#)\s?\d{1,6})?",
                    0.5,
                ),
                (r"(?<![\d+])\+?1[2-9]\d{2}[2-9]\d{6}(?!\d)", 0.4),
            ),
            least_digits=10,
        ),
        # Quebec: letters of the name, birthday (women's months are 51 to 62), two more digits.
        Rule(
            entity="CA_HEALTH_NUMBER",
            patterns=(
                (
                    r"(?<![A-Z0-9])[A-Z]{4}[ -]?\d\d(?:[05][1-9]|[16][0-2])[ -]?(?:0[1-9]"
                    r"|[12]\d|3[01])[ -]?\d\d(?![A-Z0-9])",
                    0.5,
                ),
            ),
            least_digits=8,
            ignores_case=False,
        ),
        # Ontario: ten digits with a Luhn digit and a version of two letters.
        Rule(
            entity="CA_HEALTH_NUMBER",
            patterns=(
                (r"(?<!\d)[1-9]\d{3}[ -]?\d{3}[ -]?\d{3}[ -]?[A-Z]{2}(?![A-Z0-9])", 0.5),
                (r"(?<!\d)[1-9]\d{3}[ -]?\d{3}[ -]?\d{3}(?!\d)", 0.2),
            ),
            check="luhn",
            context=_HEALTH,
            least_digits=10,
            ignores_case=False,
        ),
        Rule(
            entity="CA_HEALTH_NUMBER",
            patterns=((r"(?<!\d)9\d{3}[ -]?\d{3}[ -]?\d{3}(?!\d)", 0.4),),
            check="bc_phn",
            context=_HEALTH,
            least_digits=10,
        ),
        # The other provinces: nine, ten or twelve digits, and 1 to 3 groups.
        Rule(
            entity="CA_HEALTH_NUMBER",
            patterns=(
                (
                    r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{3}(?:[ -]?\d{3}|\d)?(?!\d)|"
                    r"(?<!\d)\d{5}-?\d{4}(?!\d)|(?<!\d)\d{4}[ -]?\d{4}(?!\d)|"
                    r"(?<![A-Z\d])[A-Z]\d{7}(?!\d)",
                    0.05,
                ),
            ),
            context=_HEALTH,
            least_digits=7,
        ),
        Rule(
            entity="CA_PASSPORT",
            patterns=((r"(?<![A-Z0-9])(?:[A-Z]{2}\d{6}|[A-Z]\d{6}[A-Z]{2})(?![A-Z0-9])", 0.4),),
            least_digits=6,
            has_letters=True,
            ignores_case=False,
        ),
        Rule(
            entity="CA_PASSPORT",
            patterns=((r"(?<![A-Z0-9])(?:[A-Z]{2} ?\d{6}|[A-Z]\d{6}[A-Z]{2})(?![A-Z0-9])", 0.1),),
            context=("passport", "passeport", "reisepass", "여권", "travel document"),
            least_digits=6,
        ),
        Rule(
            entity="CA_POSTAL_CODE",
            patterns=(
                (
                    r"(?<![A-Z0-9])[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NP"
                    r"RSTV-Z]\d(?![A-Z0-9])",
                    0.4,
                ),
            ),
            least_digits=1,
            has_letters=True,
        ),
        Rule(
            entity="CA_SIN",
            patterns=((r"(?<![\d-])[1-9]\d\d([ .-]?)\d{3}\1\d{3}(?![\d-])", 0.4),),
            check="luhn",
            least_digits=9,
        ),
        # A number misheard or mistyped is one still, where it is called so.
        Rule(
            entity="CA_SIN",
            patterns=((r"(?<![\d-])\d\d\d([ .-]?)\d{3}\1\d{3}(?![\d-])", 0.05),),
            context=("social insurance", "sin", "nas", "assurance sociale"),
            least_digits=9,
        ),
    ),
    stock=(),
)
