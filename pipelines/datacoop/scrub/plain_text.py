"""Give a text its plain form for searching, and the way back to the text as it was written.

Numbers and addresses are written in many ways that look alike: full-width digits, digits of
other scripts, letters of other alphabets, invisible characters, HTML entities, line breaks.
Patterns see one form of them; what they find is named by its place in the original text.
"""

import html
import re
import unicodedata
from array import array
from dataclasses import dataclass

import regex

_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУасеорхуіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοινυρ",
    "ABESIJKMHOPCTXYaceopxyijshdqwABEZHIKMNOPTYXaoivup",
)
"""Cyrillic and Greek letters that are drawn as Latin ones (from Unicode's confusables.txt)."""

_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u20e3\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
_DIGITS_ELSEWHERE = r"[^\x00-\x7f\P{Nd}]"
_ONE_FOR_ONE = regex.compile(
    rf"{_DIGITS_ELSEWHERE}|[\uff01-\uff5e\u3000\ufe50-\ufe6b\U0001d400-\U0001d7ff"
    r"\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2010-\u2015\u2212]"
)
_ODD = re.compile("[^\x00-\x7e\u00a1-\u00ac\u00ae-\u024f\uac00-\ud7a3\u2018-\u201f\u2026\u20ac\ufffc]")
"""A cheap look for characters that are not plain."""

_MIXED_ALPHABETS = regex.compile(
    r"[A-Za-z\d][\p{Greek}\p{Cyrillic}]|[\p{Greek}\p{Cyrillic}][A-Za-z\d]"
)
_WORD = regex.compile(r"\w++")

_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_BREAK = (
    r"(?<=\d[./]) *+\r?\n *+(?=\d)|(?<=[\w,]-) *+\r?\n *+(?=\w)|(?<=\d) *+\r?\n *+(?=[-./] ?\d)"
    r"|(?<=[\d)]) *+\r?\n *+(?=[A-Z\d(])|(?<=[A-Z]) *+\r?\n *+(?=\d)"
)
_CHANGED_LENGTH = regex.compile(
    rf"(?P<entity>{_ENTITY})|[{_INVISIBLE}]++|(?<=\d)[\p{{Mn}}\p{{Me}}]++|(?P<line>{_BREAK})"
)
_LINE_OR_ENTITY = re.compile(r"(?:[\dA-Z)-]|\d[./]) *\r?\n *(?:[\w(]|[-./] ?\d)|&[#A-Za-z]")
_INVISIBLES = regex.compile(rf"[{_INVISIBLE}]++")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A text to search, and where each of its characters stood in the original."""

    text: str
    starts: "array[int] | None" = None
    """Where in the original each character begins; none where all stand as they stood."""
    ends: "array[int] | None" = None
    joints: tuple[int, ...] = ()
    """Where in the plain text a line break was taken out of a value."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the original of a range, not empty, of the plain text."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def plain_text(text: str, *, joins_lines: bool = False) -> PlainText:
    """Give the plain form of a text; a text without anything to change is its own.

    Args:
        joins_lines: Whether a line break between two digits is nothing, and not a space.
    """
    is_odd = not text.isascii() and _ODD.search(text) is not None
    if is_odd:
        text = _latin_lookalikes(_ONE_FOR_ONE.sub(_plain_character, text))
    elif _LINE_OR_ENTITY.search(text) is None:
        return PlainText(text=text)
    if _CHANGED_LENGTH.search(text) is None:
        return PlainText(text=text)
    return _shortened(text, joins_lines=joins_lines)


def _plain_character(match: regex.Match[str]) -> str:
    character = match.group()
    if character.isspace():
        return "\n" if character in "\u0085\u2028\u2029" else " "
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212":
        return "-"
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and plain.isascii() else character


def _latin_lookalikes(text: str) -> str:
    """Take letters of other alphabets for Latin ones in words that hold both."""
    if _MIXED_ALPHABETS.search(text) is None:
        return text
    return _WORD.sub(
        lambda match: (
            match.group().translate(_LOOKALIKES)
            if _MIXED_ALPHABETS.search(match.group())
            else match.group()
        ),
        text,
    )


def _shortened(text: str, *, joins_lines: bool) -> PlainText:
    pieces: list[str] = []
    starts, ends = array("L"), array("L")
    joints = []
    at = 0
    for match in _CHANGED_LENGTH.finditer(text):
        low, high = match.span()
        pieces.append(text[at:low])
        starts.extend(range(at, low))
        ends.extend(range(at + 1, low + 1))
        at = high
        new = _replaced(match, joins_lines=joins_lines)
        if match.lastgroup == "line":
            joints.append(len(starts))
        pieces.append(new)
        starts.extend([low] * len(new))
        ends.extend([high] * len(new))
    pieces.append(text[at:])
    starts.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    return PlainText(text="".join(pieces), starts=starts, ends=ends, joints=tuple(joints))


def _replaced(match: regex.Match[str], *, joins_lines: bool) -> str:
    if match.lastgroup == "entity":
        character = html.unescape(match.group())
        return _INVISIBLES.sub("", _ONE_FOR_ONE.sub(_plain_character, character))
    if match.lastgroup != "line" or joins_lines:
        return ""
    # A separator at either end of the line stands for the break.
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return "" if before in "-./" or after in "-./" else " "
