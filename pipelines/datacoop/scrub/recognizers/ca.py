"""Canada: phones, social insurance numbers, postal codes."""

from datacoop.scrub.recognizers.values import Country, Rule, Stock

CA = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (
                    r"(?<!\d)(?:\+?1[ .\-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .\-])"
                    r"\d{3}[ .\-]\d{4}(?!\d)",
                    0.5,
                ),
            ),
            least_digits=10,
        ),
    ),
    stock=(
        Stock("CA_SIN", "CaSinRecognizer", least_digits=9, floor=0.4),
        Stock(
            "CA_POSTAL_CODE", "CaPostalCodeRecognizer", least_digits=3, has_letters=True, floor=0.4
        ),
    ),
)
