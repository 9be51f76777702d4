"""Street addresses as written in German."""

from datacoop.scrub.recognizers.address_parts import TOWN
from datacoop.scrub.recognizers.values import Rule

_DE_ENDS = (
    r"(?:stra(?:ß|ss)e|str\.?|weg|gasse|platz|allee|ring|ufer|damm|steig|stieg|zeile|pfad"
    r"|chaussee|markt|"
    r"berg|feld|hof|graben|brücke|tor|wall|promenade|kamp|twiete|redder|stieg|höhe|winkel"
    r"|garten|gärten|anger|"
    r"bogen|gang|hang|heide|horst|koppel|leite|rain|reihe|siedlung|terrasse|wiese|ort|busch"
    r"|kai|deich|bruch)"
)
_DE_STREET = (
    r"(?:(?:\p{Lu}[\p{L}.]{0,40}+[\s-]){0,3}\p{Lu}\p{L}{1,40}?(?:stra(?:ß|ss)e|str\.?|weg"
    r"|gasse|platz|allee|ring|ufer|damm"
    r"|steig|stieg|zeile|pfad|chaussee|kamp|twiete|graben|wall|markt|hof|berg|feld)(?!\p{L})"
    r"|(?:\p{Lu}[\p{L}.]{0,40}+[\s-]){1,3}(?:Stra(?:ß|ss)e|Str\.?|Weg|Gasse|Platz|Allee"
    r"|Ring|Ufer|Damm|Steig|Stieg|Pfad"
    r"|Chaussee|Kamp|Markt|Wall|Hof)(?!\p{L}))"
)
_DE_HOUSE = r"\s{1,2}\d{1,4}(?:\s?[a-zA-Z]\b)?(?:\s?[-/–]\s?\d{1,4}(?:\s?[a-z]\b)?)?(?![\d,]\d)"
_DE_TAIL = (
    rf"(?:\s?[,\n;]?\s{{0,2}}(?:in\s)?(?:D-|DE-|A-|CH-)?\d{{4,5}}\s{{1,2}}{TOWN}|\s?,\s{TOWN})?"
)


GERMAN = (
    # Musterstraße 12, 12345 Stadt; Am Alten Markt 3, 10115 Berlin
    Rule(
        entity="STREET_ADDRESS",
        patterns=((rf"(?<![\p{{L}}\d-]){_DE_STREET}{_DE_HOUSE}{_DE_TAIL}", 0.7),),
        least_digits=1,
        margin=80,
        guard=rf"\d(?<=(?i:{_DE_ENDS})\s{{1,2}}\d)",
        ignores_case=False,
    ),
    Rule(
        entity="STREET_ADDRESS",
        patterns=(
            (
                rf"(?<![\p{{L}}\d-])(?:Am|An|Im|In|Auf|Zum|Zur|Unter|Hinter|Vor|Bei|Beim)\s"
                rf"(?:de[rmn]\s|die\s)?(?:\p{{Lu}}\p{{L}}{{0,40}}+[\s-]){{0,3}}\p{{Lu}}\p{{"
                rf"L}}{{0,40}}+{_DE_HOUSE}(?:\s?[,\n;]\s{{0,2}}(?:D-"
                rf"|DE-)?\d{{5}}\s{{1,2}}{TOWN}|\s?,\s{TOWN})",
                0.6,
            ),
            (
                rf"(?<![\p{{L}}\d-])(?:\p{{Lu}}\p{{L}}{{0,40}}+[\s-]){{0,3}}\p{{Lu}}\p{{L}}"
                rf"{{0,40}}+{_DE_HOUSE}\s?[,\n;]\s{{0,2}}(?:D-|DE-|A-"
                rf"|CH-)?\d{{5}}\s{{1,2}}{TOWN}",
                0.6,
            ),
        ),
        least_digits=1,
        margin=80,
        guard=(
            r"\d{4,5}\s\p{Lu}(?<=\d[A-Za-z]?\s?[,\n;]\s{0,2}(?:[DAC][EH]?-)?\d{4,5}\s\p{Lu})"
            r"|(?<=\p{L}\s{1,2})\d{1,4}[A-Za-z]?\s?,\s\p{Lu}"
        ),
        ignores_case=False,
    ),
)
