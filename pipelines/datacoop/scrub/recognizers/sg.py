"""Singapore: phones, NRIC and FIN, business numbers (UEN)."""

from datacoop.scrub.recognizers.values import Country, Rule, Stock

SG = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (r"(?<![\d.,])[3689]\d{3}[ \-]?\d{4}(?!\d|[.,]\d)", 0.4),
                (r"(?<!\d)\+?65[ \-]?[3689]\d{3}[ \-]?\d{4}(?!\d)", 0.6),
            ),
            least_digits=8,
        ),
        # Presidio's own asks the clock which years have been: two runs could differ.
        Rule(
            entity="SG_UEN",
            patterns=(
                (r"(?<![A-Z0-9])\d{8,9}[A-Z](?![A-Z0-9])", 0.6),
                (r"(?<![A-Z0-9])[TSR]\d{2}[A-Z]{2}\d{4}[A-Z](?![A-Z0-9])", 0.6),
            ),
            check="uen",
            context=("uen", "unique entity number", "acra"),
            least_digits=6,
            has_letters=True,
        ),
    ),
    stock=(Stock("SG_NRIC_FIN", "SgFinRecognizer", least_digits=7, has_letters=True, floor=0.4),),
)
