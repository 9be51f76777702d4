"""Give a text its plain form for searching, and the way back to the text as it was written.

Numbers and addresses are written in many ways that look alike: full-width digits, digits of
other scripts, letters of other alphabets, invisible characters, HTML entities, line breaks.
Patterns see one form of them; what they find is named by its place in the original text.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import regex

_FOREIGN, _LATIN = (
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
_ODD = re.compile(
    "[^\x00-\x7e\u00a1-\u00ac\u00ae-\u024f\uac00-\ud7a3\u2018-\u201f\u2026\u20ac\ufffc]"
)
"""A cheap look for characters that are not plain."""

_LOOKALIKES = str.maketrans(_FOREIGN, _LATIN)
_FOREIGN_LETTER = re.compile(f"[{_FOREIGN}]")
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
_AMPERSAND_OR_LINE = re.compile("[&\n]")
_INVISIBLES = regex.compile(rf"[{_INVISIBLE}]++")


class Piece(NamedTuple):
    """A part of a plain text, up to where the next one begins."""

    place: int
    """Where it begins in the plain text."""
    start: int
    """Where it begins in the original."""
    end: int | None
    """Where it ends in the original, where it was written anew; none where it stands as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """A text to search, and where each of its characters stood in the original."""

    text: str
    pieces: tuple[Piece, ...] = ()
    """In order; none where all characters stand as they stood."""
    places: tuple[int, ...] = ()
    """Where each piece begins in the plain text."""
    joints: tuple[int, ...] = ()
    """Where in the plain text a line break was taken out of a value."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the original of a range, not empty, of the plain text."""
        if not self.pieces:
            return start, end
        return self._character(start)[0], self._character(end - 1)[1]

    def _character(self, at: int) -> tuple[int, int]:
        place, start, end = self.pieces[bisect_right(self.places, at) - 1]
        if end is not None:
            return start, end
        return start + at - place, start + at - place + 1


def plain_text(text: str, *, joins_lines: bool = False) -> PlainText:
    """Give the plain form of a text; a text without anything to change is its own.

    Args:
        joins_lines: Whether a line break between two digits is nothing, and not a space.
    """
    is_odd = not text.isascii() and _ODD.search(text) is not None
    if is_odd:
        text = _latin_lookalikes(_ONE_FOR_ONE.sub(_plain_character, text))
        is_odd = _ODD.search(text) is not None
    if not is_odd and _LINE_OR_ENTITY.search(text) is None:
        return PlainText(text=text)
    changes = list(_CHANGED_LENGTH.finditer(text) if is_odd else _lines_and_entities(text))
    return _shortened(text, changes, joins_lines=joins_lines)


def _lines_and_entities(text: str) -> Iterator[regex.Match[str]]:
    """Give what `_CHANGED_LENGTH` finds in a text without odd characters, many times faster."""
    for found in _AMPERSAND_OR_LINE.finditer(text):
        at = found.start()
        if text[at] == "\n":
            at -= at > 0 and text[at - 1] == "\r"
            while at > 0 and text[at - 1] == " ":
                at -= 1
        if match := _CHANGED_LENGTH.match(text, at):
            yield match


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
    if _FOREIGN_LETTER.search(text) is None or _MIXED_ALPHABETS.search(text) is None:
        return text
    return _WORD.sub(
        lambda match: (
            match.group().translate(_LOOKALIKES)
            if _MIXED_ALPHABETS.search(match.group())
            else match.group()
        ),
        text,
    )


def _shortened(text: str, changes: list[regex.Match[str]], *, joins_lines: bool) -> PlainText:
    parts: list[str] = []
    pieces: list[Piece] = []
    joints: list[int] = []
    at = place = 0
    for match in changes:
        low, high = match.span()
        new = _replaced(match, joins_lines=joins_lines)
        pieces += [Piece(place, at, None), Piece(place + low - at, low, high)]
        place += low - at
        if match.lastgroup == "line":
            joints.append(place)
        parts += [text[at:low], new]
        place += len(new)
        at = high
    if not pieces:
        return PlainText(text=text)
    pieces.append(Piece(place, at, None))
    parts.append(text[at:])
    return PlainText(
        text="".join(parts),
        pieces=tuple(pieces),
        places=tuple(piece.place for piece in pieces),
        joints=tuple(joints),
    )


def _replaced(match: regex.Match[str], *, joins_lines: bool) -> str:
    if match.lastgroup == "entity":
        character = html.unescape(match.group())
        return _INVISIBLES.sub("", _ONE_FOR_ONE.sub(_plain_character, character))
    if match.lastgroup != "line" or joins_lines:
        return ""
    # A separator at either end of the line stands for the break.
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return "" if before in "-./" or after in "-./" else " "
