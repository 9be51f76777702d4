"""What addresses of several countries are made of: small words, units, towns, post codes."""

from datacoop.scrub.recognizers.places import COURTS

NOT_INSIDE = r"(?<![\w.,/€$£-])"
SMALL = (
    r"(?:am|an\sder|im|in\sder|bei|ob\sder|vor\sder|of|the|and|on|upon|in|de|du|des|de\sla|la"
    r"|le|les|d['’]\p{L}+|l['’]\p{L}+|à|au|aux|sur|sous|en|et)"
)
UNIT = (
    r"(?:,?\s{1,2}(?:Apartment|Apt\.?|Suite|Ste\.?|Unit|Flat|Floor|Room|Rm\.?|bureau"
    r"|appartement|appt?\.?|"
    r"app\.|étage|bâtiment|bât\.?)\s?\#?\s?[\w-]{1,6}|,?\s?\#\s?\d{1,3}(?:-\d{1,5})?)"
)
TOWN = (
    rf"(?:[\p{{Lu}}][\p{{L}}'’.-]{{0,40}}+(?:[\s-](?:{SMALL}\s)?[\p{{Lu}}][\p{{L}}'’.-]{{0,40"
    rf"}}+){{0,3}})"
)
CA_POST = r"[A-Z]\d[A-Z][\s-]?\d[A-Z]\d\b"
NO_SECTION = r"(?!(?:the|of|and|or|to|in|on|by|at|that)\s|\p{Lu}[a-z]{2,8}\.?,?\s(?:19|20)\d\d\b)"
"""Behind a number: what makes it one of a law, a year or a day, and not of a house."""
NO_LAW = rf"(?<!\b(?:[Rr]ules\sof|{COURTS})\s(?=Court\b))"
