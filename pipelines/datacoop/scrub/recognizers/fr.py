"""France, for which Presidio has nothing: phones, NIR, SIREN, SIRET."""

from datacoop.scrub.recognizers.values import Country, Rule

_GAP = r"[ .\-\u00a0\u202f]"

FR = Country(
    rules=(
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (rf"(?<!\d)0[1-9](?:{_GAP}?\d{{2}}){{4}}(?!\d)", 0.6),
                (
                    rf"(?<!\d)(?:\+|00)?33{_GAP}?\(?0?\)?{_GAP}?[1-9](?:{_GAP}?\d{{2}}){{4}}(?!\d)",
                    0.6,
                ),
            ),
            least_digits=10,
        ),
        Rule(
            entity="FR_NIR",
            patterns=(
                (
                    rf"(?<![A-Z0-9])[1-478]{_GAP}?\d{{2}}{_GAP}?\d{{2}}{_GAP}?(?:\d{{2}}|2[AB])"
                    rf"{_GAP}?\d{{3}}{_GAP}?\d{{3}}{_GAP}{{0,3}}\d{{2}}(?!\d)",
                    1.0,
                ),
            ),
            check="nir",
            least_digits=14,
        ),
        Rule(
            entity="FR_SIRET",
            patterns=((rf"(?<!\d)\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{5}}(?!\d)", 1.0),),
            check="siret",
            least_digits=14,
        ),
        Rule(
            entity="FR_SIREN",
            patterns=((rf"(?<!\d)\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{3}}(?!\d)", 1.0),),
            check="siren",
            least_digits=9,
        ),
    ),
    stock=(),
)
