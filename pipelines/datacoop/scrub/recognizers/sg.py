"""Singapore: phones, NRIC and FIN, business numbers (UEN), postal codes."""

from datacoop.scrub.recognizers.values import Country, Rule

SG = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (r"(?<![\d.,/-])[3689]\d{3}[ \-]?\d{4}(?!\d|[.,/-]\d)", 0.4),
                (r"(?<!\d)\(?(?:\+|00)?65\)?[ \-]?[3689]\d{3}[ \-]?\d{4}(?!\d)", 0.6),
                (r"(?<!\d)1?800[ -]\d{3}[ -]\d{4}(?!\d)", 0.4),
            ),
            least_digits=8,
        ),
        Rule(
            entity="SG_NRIC_FIN",
            patterns=((r"(?<![A-Z0-9])[STFGM][ -]?\d{7}[ -]?[A-Z](?![A-Z0-9])", 1.0),),
            check="nric",
            least_digits=7,
        ),
        # One mistyped letter is no reason to keep it, where it is called an NRIC.
        Rule(
            entity="SG_NRIC_FIN",
            patterns=(
                (r"(?<![A-Z0-9])[STFGM]\d{7}[A-Z](?![A-Z0-9])", 0.1),
                (r"(?<![A-Z0-9])[STFGM]?[*X]{4}\d{3}[A-Z](?![A-Z0-9])", 0.1),
            ),
            context=("nric", "fin", "identity card", "ic no", "ic number", "passport", "신분증"),
            least_digits=3,
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
        Rule(
            entity="SG_POSTAL_CODE",
            patterns=(
                (
                    r"(?:\bSingapore|\bS['’]?pore|\bSG|싱가포르|Singapour"
                    r"|Singapur)[ ,]{1,2}\(?\K(?:0[1-9]|[1-7]\d|8[0-3])\d{4}(?!\d|[.,]\d)",
                    0.6,
                ),
                (
                    r"(?<![A-Z0-9])S ?\((?:0[1-9]|[1-7]\d|8[0-3])\d{4}\)|(?<![A-Z0-9])S"
                    r"(?:0[1-9]|[1-7]\d|8[0-3])\d{4}(?!\d|[A-Z])",
                    0.5,
                ),
                (r"(?<![\d.,-])(?:0[1-9]|[1-7]\d|8[0-3])\d{4}(?!\d|[.,-]\d)", 0.05),
            ),
            context=(
                "postal code",
                "postcode",
                "zip code",
                "singapore",
                "blk",
                "block",
                "우편번호",
                "code postal",
                "postleitzahl",
                "싱가포르",
            ),
            least_digits=6,
            any_script=True,
        ),
    ),
    stock=(),
)
