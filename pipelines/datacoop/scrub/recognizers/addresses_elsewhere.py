"""Street addresses of neighbours of the six countries."""

from datacoop.scrub.recognizers.values import Rule

ELSEWHERE = (
    # Streets of neighbours, whose words for street close the name
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                r"(?<![\p{L}-])(?:\d{1,3}\s)?(?:\p{L}[\p{L}'’.-]{0,40}+\s){0,3}?\p{Lu}[\p{L"
                r"}'’.-]{0,40}?(?:straat|laan|weg|plein|gracht|dreef|singel|dijk|kade|vej"
                r"|gade|vænget|bakken|gatan|vägen|gränd|gata|veien|vegen|vegur|tie|katu"
                r"|kuja|utca|tér|út|ulica|street|road)\s(?:\d{1,4}[a-z]?\b)(?![.,]\d)",
                0.45,
            ),
            (
                r"(?<![\p{L}-])(?:\p{Lu}[\p{L}'’.-]{0,40}+\s){1,3}(?:u\.|utca|tér|rakpart"
                r"|útja)\s\d{1,3}\.?",
                0.5,
            ),
        ),
        least_digits=1,
        margin=64,
        guard=(
            r"(?i)\d(?<=(?:straat|laan|weg|plein|gracht|dreef|singel|dijk|kade|vej|gade|vænget"
            r"|bakken|gatan|vägen|gränd|gata|veien|vegen|vegur|tie|katu|kuja|utca|tér|út|ulica"
            r"|street|road|u\.|rakpart|útja)\s\d)"
        ),
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                r"(?<![\p{L}-])(?:\d{1,3}\s)?(?:Via|Viale|Piazza|Corso|Calle|C/|Avenida"
                r"|Avda\.?|Plaza|Paseo|Ctra\.|Carretera|Rua|Travessa|ul\.|Ulica|Aleja|al\."
                r"|Str\.|Strada|Λεωφ\.)\s(?:\p{L}[\p{L}'’.-]{0,40}+,?\s){1,6}\d{1,4}\b"
                r"(?![.,]\d)",
                0.5,
            ),
        ),
        words=(
            "via ",
            "viale ",
            "piazza ",
            "corso ",
            "calle ",
            "c/ ",
            "avenida",
            "avda",
            "plaza",
            "paseo",
            "ctra",
            "carretera",
            "rua ",
            "travessa",
            "ul. ",
            "ulica",
            "aleja",
            "al. ",
            "strada",
            "λεωφ",
            "str. ",
        ),
        least_digits=1,
        margin=64,
        ignores_case=False,
    ),
)
