"""United Kingdom: phones, plates, postcodes, accounts; health, tax, passport, driver numbers."""

from datacoop.scrub.recognizers.values import Country, Rule, Stock

GB = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (r"(?<!\d)\(?0[1-37-9](?:[ \-()./]{0,2}\d){8,9}(?!\d)", 0.5),
                (
                    r"(?<!\d)\(?(?:\+|00)?44\)?[ \-.]?\(?0?\)?[ \-.]?[1-37-9](?:[ \-"
                    r"().]{0,2}\d){8,9}(?!\d)",
                    0.6,
                ),
            ),
            least_digits=10,
        ),
        # The Community Health Index number of Scotland opens with a birthday and has the check
        # digit of an NHS number (NHS Scotland, Data Dictionary A-Z).
        Rule(
            entity="UK_CHI",
            patterns=(
                (r"(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[ -]?\d{4}(?!\d)", 1.0),
            ),
            check="nhs",
            least_digits=10,
        ),
        Rule(
            entity="UK_CHI",
            patterns=(
                (r"(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[ -]?\d{4}(?!\d)", 0.1),
            ),
            context=("chi", "community health index"),
            least_digits=10,
        ),
        Rule(
            entity="UK_UTR",
            patterns=(
                (
                    r"(?<![\dA-Z])(?:\d{5}[ -]?\d{5}|\d{4}[ -]\d{3}[ -]\d{3}"
                    r"|\d{3}[ -]\d{3}[ -]\d{4})K?(?![\dA-Z])",
                    0.2,
                ),
            ),
            check="utr",
            context=(
                "utr",
                "taxpayer",
                "tax reference",
                "self assessment",
                "self-assessment",
                "hmrc",
                "tax return",
            ),
            least_digits=10,
        ),
        Rule(
            entity="UK_BANK_ACCOUNT",
            patterns=(
                (
                    r"(?<![\d-])\d\d-\d\d-\d\d[ ,;/]{1,3}(?:a/?c|acc(?:ount)?(?:\s(?:no"
                    r"|number))?\.?:?\s{0,2})?\d{8}(?!\d)",
                    0.6,
                ),
                (r"(?<![\d-])\d\d[- ]\d\d[- ]\d\d(?![\d-])", 0.05),
                (r"(?<!\d)\d{6}(?!\d)", 0.02),
                (r"(?<!\d)\d{4} ?\d{4}(?!\d)", 0.02),
            ),
            context=(
                "sort code",
                "sortcode",
                "sort-code",
                "account number",
                "account no",
                "acc no",
                "acct",
                "bacs",
                "bank account",
            ),
            least_digits=6,
        ),
        Rule(
            entity="UK_NINO",
            patterns=(
                (
                    r"(?<![A-Z0-9])(?!BG|GB|NK|KN|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW"
                    r"-Z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D](?![A-Z0-9])",
                    0.5,
                ),
            ),
            least_digits=6,
        ),
        Rule(
            entity="UK_DRIVING_LICENCE",
            patterns=(
                (
                    r"(?<![A-Z0-9])[A-Z9]{5}[ -]?\d(?:[05][1-9]|[16][0-2])(?:0[1-9]|[12]\d"
                    r"|3[01])\d[ -]?[A-Z9]{2}[A-Z0-9][ -]?[A-Z]{2}(?:[ -]?\d\d)?"
                    r"(?![A-Z0-9])",
                    0.6,
                ),
            ),
            least_digits=6,
        ),
        # Plates in capitals; short old ones only where a car is spoken of.
        Rule(
            entity="UK_VEHICLE_REGISTRATION",
            patterns=(
                (
                    r"(?<![A-Z0-9])[A-HJ-PR-Y]{2}(?:0[1-9]|[1-7]\d)[ -]?[A-HJ-PR-Z]{3}(?![A-Z0-9])",
                    0.5,
                ),
                (
                    r"(?<![A-Z0-9])[A-HJ-NPR-TV-Y]\d{1,3}[ -]?[A-HJ-PR-Y][A-HJ-PR-Z]{2}"
                    r"(?![A-Z0-9])",
                    0.2,
                ),
                (r"(?<![A-Z0-9])[A-HJ-PR-Z]{3}[ -]?\d{1,3}[ -]?[A-HJ-NPR-TV-Y](?![A-Z0-9])", 0.2),
            ),
            context=(
                "vehicle",
                "registration",
                "plate",
                "reg",
                "vrn",
                "dvla",
                "v5c",
                "logbook",
                "car",
                "van",
                "drove",
                "driving",
                "parked",
                "차량",
                "번호판",
                "자동차",
                "véhicule",
                "immatricul",
                "plaque",
                "voiture",
                "kennzeichen",
                "fahrzeug",
                "auto",
                "wagen",
            ),
            least_digits=1,
            has_letters=True,
            ignores_case=False,
        ),
    ),
    stock=(
        Stock("UK_NHS", "NhsRecognizer", least_digits=10),
        Stock("UK_PASSPORT", "UkPassportRecognizer", least_digits=7, has_letters=True, floor=0.4),
        Stock("UK_POSTCODE", "UkPostcodeRecognizer", least_digits=1, has_letters=True, floor=0.4),
    ),
)
