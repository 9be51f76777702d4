"""Street addresses as written in French, in France and Canada."""

from datacoop.scrub.recognizers.address_parts import CA_POST, NOT_INSIDE, TOWN, UNIT
from datacoop.scrub.recognizers.values import Rule

_FR_TYPES = (
    r"(?:rue|r\.|avenue|av\.?|boulevard|bd\.?|boul\.?|blvd\.?|place|pl\.|allées?|all\."
    r"|chemin|ch\.|che\.|impasse|imp\.|"
    r"quai|cours|square|sq\.|passage|route|rte\.?|rang|montée|côte|venelle|ruelle|sentier"
    r"|villa|cité|résidence|"
    r"faubourg|fbg|esplanade|promenade|rond-point|traverse|voie|hameau|lotissement|lieu-dit"
    r"|clos|mail|parvis|porte|pont|carré|terrasse|croissant)"
)
_FR_NAME = (
    r"(?:(?:(?:de|du|des|la|le|les|à|au|aux|et|en|sur|sous|lès)\s|[dl]['’]\s?)"
    r"|\p{Lu}[\p{L}\d'’.-]{0,40}+\s?|\d{1,2}(?:er)?[\s-]\p{L}{3,9}\s?"
    r"|\p{L}[\p{L}'’-]{0,40}+-[\p{L}'’-]{0,40}+\s?)"
)
_FR_STREET = (
    r"\d{1,5}(?:\s?[-/]\s?\d{1,5})?(?:\s?(?:bis|ter|quater)\b|\s?[A-Za-z]\b)?\s?,?\s"
    rf"(?i:{_FR_TYPES})\s{_FR_NAME}{{1,9}}(?<=[\p{{L}}\d.])(?:\s?(?:Ouest|Est"
    rf"|Nord|Sud)\b)?(?:{UNIT}){{0,2}}"
    rf"(?:\s?[,\n-]?\s{{0,2}}(?:F-)?\d{{5}}\s{{1,2}}{TOWN}(?:\s(?:cedex|CEDEX"
    rf"|Cedex)(?:\s\d{{1,2}})?)?|\s?,\s{TOWN}(?:\s?\((?:{TOWN}|[A-Z]{{2}})\)"
    rf"|,?\s[A-Z]{{2}})?,?\s{{1,2}}{CA_POST}|\s?,\s{TOWN})?"
)


FRENCH = (
    # 12 bis rue de la Paix, 75002 Paris; 1200, boul. René-Lévesque Ouest, Montréal (Québec) H3B 4W8
    Rule(
        entity="STREET_ADDRESS",
        patterns=((NOT_INSIDE + _FR_STREET, 0.7),),
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=((rf"{NOT_INSIDE}n[°º]\s?{_FR_STREET}", 0.7),),
        words=("n°", "nº"),
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"\b(?i:rue|avenue|boulevard|chemin|impasse|allée|place|quai"
                rf"|route)\s{_FR_NAME}{{1,7}}(?<=[\p{{L}}\d.]),?\s\d{{1,4}}\b(?!\s?\d"
                rf"|[.,]\d)",
                0.5,
            ),
        ),
        words=(
            "rue ",
            "avenue ",
            "boulevard ",
            "chemin ",
            "impasse ",
            "allée ",
            "place ",
            "quai ",
            "route ",
        ),
        begins_with_word=True,
        least_digits=1,
        margin=90,
        ignores_case=False,
    ),
)
