"""France, for which Presidio has nothing: phones, plates, postcodes, people and firms."""

from datacoop.scrub.recognizers.values import Country, Rule

_GAP = r"[ .\-\u00a0\u202f]"
_IN_FR_POST = r"(?:(?:0[1-9]|[1-8]\d|9[0-5])\d{3}|9[78][0-9]\d\d|20\d{3})"
_TOWN = (
    r"(?:\s(?!Euro|Franc)(?-i:\p{Lu})[\p{L}'’-]{2,30}(?:[\s-](?:(?:sur|sous|en|la|le|les|de"
    r"|du|des)\b"
    r"|(?-i:\p{Lu})[\p{L}'’-]{0,30})){0,4}(?:\s(?i:cedex)(?:\s\d{1,2})?)?)"
)

FR = Country(
    rules=(
        # M. M. Baker, Mme A. B. de Clare: an initial behind a title is none itself
        Rule(
            entity="PERSON",
            patterns=(
                (
                    r"(?<![\p{L}\d])(?:MM?\s?\.|M(?:mes?|lles?)\b\s?\.?|M(?:onsieur|adame|aître)|Mes?)"
                    r"\s\K(?:\p{Lu}\s?[.-]\s?){1,4}(?:(?:d[ue]|van|von|le|la|ter|den)\s|d[’']\s?)?"
                    r"\p{Lu}\p{L}+(?:(?:\s?-\s?|[’'])\p{Lu}\p{L}+)*",
                    0.99,
                ),
            ),
            guard=r"M[\p{L}]{0,7}\s?\.?\s\p{Lu}\s?[.-]",
            ignores_case=False,
            any_script=True,
        ),
        # The text ends before the name: "by four people, M."
        Rule(
            entity="PERSON",
            patterns=((r"(?:,|\bet|\bpar|\bde)\s\KMM?\s?\.(?=\s*\Z)", 0.5),),
            words=("m.", "m ."),
            ignores_case=False,
            any_script=True,
        ),
        Rule(
            entity="PHONE_NUMBER",
            patterns=(
                (rf"(?<!\d)0[1-9](?:{_GAP}?\d{{2}}){{4}}(?!\d)", 0.6),
                (
                    rf"(?<!\d)\(?(?:\+|00)?33\)?{_GAP}?\(?0?\)?{_GAP}?[1-9]"
                    rf"(?:{_GAP}?\d{{2}}){{4}}(?!\d)",
                    0.6,
                ),
                (r"(?<!\d)0[1-9][ .]\d{3}[ .]\d{3}[ .]\d\d(?!\d)", 0.5),
                (r"(?<!\d)0 ?8\d\d[ .]\d{3}[ .]\d{3}(?!\d)", 0.5),
            ),
            least_digits=10,
        ),
        Rule(
            entity="FR_NIR",
            patterns=(
                (
                    rf"(?<![A-Z0-9])[1-478]{_GAP}?\d{{2}}{_GAP}?\d{{2}}{_GAP}?(?:\d{{2}}|2[AB])"
                    rf"{_GAP}?\d{{3}}{_GAP}?\d{{3}}{_GAP}{{0,3}}/?{_GAP}?\d{{2}}(?!\d)",
                    1.0,
                ),
            ),
            check="nir",
            least_digits=5,
        ),
        # Without its key, or with a wrong one, where it is called so.
        Rule(
            entity="FR_NIR",
            patterns=(
                (
                    rf"(?<![A-Z0-9])[1-478]{_GAP}?\d{{2}}{_GAP}?\d{{2}}{_GAP}?(?:\d{{2}}"
                    rf"|2[AB]){_GAP}?\d{{3}}{_GAP}?\d{{3}}(?:{_GAP}{{0,3}}\d{{2}})?(?!\d)",
                    0.1,
                ),
            ),
            context=(
                "sécurité sociale",
                "sécu",
                "nir",
                "insee",
                "assuré social",
                "carte vitale",
                "immatriculation",
                "사회보장",
                "sozialversicherung",
                "social security",
            ),
            least_digits=5,
        ),
        Rule(
            entity="FR_NIF",
            patterns=(
                (r"(?<!\d)[0-3]\d(?: ?\d{2}){1}(?: ?\d{3}){3}(?!\d)|(?<!\d)[0-3]\d{12}(?!\d)", 0.2),
            ),
            check="nif",
            context=(
                "fiscal",
                "nif",
                "spi",
                "impôt",
                "impot",
                "impots",
                "tax",
                "steuer",
                "세금",
                "납세",
            ),
            least_digits=13,
        ),
        Rule(
            entity="FR_SIRET",
            patterns=(
                (rf"(?<!\d)\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{5}}(?!\d)", 1.0),
                (
                    rf"(?<!\d)\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{3}}{_GAP}?\d{{2"
                    rf"}}(?!\d)",
                    1.0,
                ),
            ),
            check="siret",
            least_digits=14,
        ),
        # None begins with 0, as numbers of European trade marks do.
        Rule(
            entity="FR_SIREN",
            patterns=((rf"(?<!\d)[1-9]\d{{2}}{_GAP}?\d{{3}}{_GAP}?\d{{3}}(?!\d)", 1.0),),
            check="siren",
            least_digits=9,
        ),
        Rule(
            entity="FR_TVA",
            patterns=(
                (
                    r"(?<![A-Z0-9])FR[ .-]?[A-HJ-NP-Z\d]{2}[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d{3}(?!\d)",
                    1.0,
                ),
            ),
            check="tva",
            least_digits=9,
        ),
        Rule(
            entity="FR_PASSPORT",
            patterns=((r"(?<![A-Z0-9])\d\d ?[A-Z]{2} ?\d{5}(?![A-Z0-9])", 0.4),),
            least_digits=2,
            has_letters=True,
            ignores_case=False,
        ),
        Rule(
            entity="FR_PASSPORT",
            patterns=((r"(?<![A-Z0-9])\d\d ?[A-Z]{2} ?\d{5}(?![A-Z0-9])", 0.1),),
            context=("passeport", "passport", "reisepass", "여권"),
            least_digits=5,
        ),
        # Twelve digits, or since 2021 nine characters; letters and digits are mixed.
        Rule(
            entity="FR_CNI",
            patterns=(
                (
                    r"(?<![A-Z0-9])\d{4}[ -]?\d{4}[ -]?\d{4}(?![A-Z0-9])|"
                    r"(?<![A-Z0-9])\d{12}(?![A-Z0-9])",
                    0.1,
                ),
                (r"(?<![A-Z0-9])(?=[A-Z]{0,8}\d)(?=\d{0,8}[A-Z])[A-Z0-9]{9}(?![A-Z0-9])", 0.1),
            ),
            context=(
                "carte d'identité",
                "carte d’identité",
                "carte nationale",
                "cni",
                "pièce d'identité",
                "pièce d’identité",
                "identity card",
                "id card",
                "personalausweis",
                "신분증",
            ),
            least_digits=1,
        ),
        Rule(
            entity="FR_PLATE",
            patterns=(
                (r"(?<![A-Z0-9-])[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}(?![A-Z0-9-])", 0.6),
                (r"(?<![A-Z0-9-])[A-HJ-NP-TV-Z]{2} \d{3} [A-HJ-NP-TV-Z]{2}(?![A-Z0-9-])", 0.5),
                (r"(?<![A-Z0-9-])[A-HJ-NP-TV-Z]{2}\d{3}[A-HJ-NP-TV-Z]{2}(?![A-Z0-9-])", 0.4),
                (
                    r"(?<![A-Z0-9-])\d{1,4} ?[A-HJ-NP-TV-Z]{2,3} ?(?:\d\d|2[AB]|97[1-6])"
                    r"(?![A-Z0-9-])",
                    0.1,
                ),
            ),
            context=(
                "immatricul",
                "plaque",
                "véhicule",
                "voiture",
                "plate",
                "vehicle",
                "car",
                "kennzeichen",
                "fahrzeug",
                "차량",
                "번호판",
                "자동차",
            ),
            least_digits=1,
            guard=r"\d[ -]?[A-HJ-NP-TV-Z]{2}",
            ignores_case=False,
        ),
        Rule(
            entity="FR_PLATE",
            patterns=(
                (
                    r"(?<![A-Z0-9-])(?:[A-HJ-NP-TV-Z]{2}[ -]?\d{3}[ -]?[A-HJ-NP-TV-Z]{2}"
                    r"|\d{1,4} ?[A-HJ-NP-TV-Z]{2,3} ?(?:\d\d|2[AB]|97[1-6]))(?![A-Z0-9-])",
                    0.1,
                ),
            ),
            context=("immatricul", "plaque", "license plate", "number plate"),
            least_digits=3,
        ),
        # A post code and its town: after a comma or on a line of its own, or after a preposition.
        Rule(
            entity="FR_POSTAL_CODE",
            patterns=(
                (
                    rf"(?:(?<=[,\n-]\s{{0,2}})|(?<=\b(?:à|au|dans le|F-)\s?)|^)"
                    rf"(?:F-)?{_IN_FR_POST}{_TOWN}",
                    0.5,
                ),
            ),
            least_digits=5,
            ignores_case=False,
            any_script=True,
        ),
        Rule(
            entity="FR_POSTAL_CODE",
            patterns=((rf"(?<![\d.,/-]){_IN_FR_POST}(?![\w]|[.,/-]\d){_TOWN}?", 0.1),),
            context=(
                "code postal",
                "cp ",
                "postal code",
                "postcode",
                "zip",
                "postleitzahl",
                "우편번호",
            ),
            least_digits=5,
        ),
    ),
    stock=(),
)
