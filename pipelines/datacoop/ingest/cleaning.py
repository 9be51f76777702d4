"""Named rules that clean texts. Cleaning twice is cleaning once.

Patterns are RE2's, by way of Arrow: their time is linear in the text, whatever it holds.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

ROUNDS = 4
"""Passes over a text before what could be markup is cut: `&amp;amp;lt;` can go on for long."""

SPECIAL_SPACES = r"[\t\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]"
SPACES = f"(?: |{SPECIAL_SPACES})"
INVISIBLE = (
    r"[\x{ad}\x{180e}\x{200b}\x{200e}\x{200f}\x{202a}-\x{202e}"
    r"\x{2060}-\x{2064}\x{2066}-\x{206f}\x{feff}]"
)
# Joiners shape Tamil and emoji, but have no business behind ASCII, where they hide numbers.
ASCII_JOINERS = r"([\x00-\x7f])[\x{200c}\x{200d}]+"

DROPPED_MARKUP = (
    r"(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>|<\?[^<>]*>|<![a-z][^<>]*>"
)
BREAKING_TAGS = (
    r"(?i)</?(?:br|p|div|li|ul|ol|tr|table|h[1-6]|section|article|blockquote)"
    r"(?:\s(?:\"[^\"]*\"|'[^']*'|[^'\"<>])*)?/?>"
)
TAGS = r"</?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^'\"<>])*>|</?[a-zA-Z][^<>]*>"


def _strip_bom(texts: pa.Array) -> pa.Array:
    return pc.replace_substring(texts, "\ufeff", "")


def _newlines(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, r"\r\n?|\x{85}|\x{2028}|\x{2029}", "\n")


def _white_space(texts: pa.Array) -> pa.Array:
    # A space alone is left as it is, since most are.
    runs = f"{SPECIAL_SPACES}{SPACES}*| {SPACES}+"
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, runs, " "))


def _zero_width(texts: pa.Array) -> pa.Array:
    visible = pc.replace_substring_regex(texts, INVISIBLE, "")
    return pc.replace_substring_regex(visible, ASCII_JOINERS, r"\1")


def _unicode_nfc(texts: pa.Array) -> pa.Array:
    # `pc.utf8_normalize(form="NFC")` of pyarrow 25 decomposes.
    return _map(texts, r"[^\x00-\x7f]", partial(unicodedata.normalize, "NFC"))


def _markup(texts: pa.Array) -> pa.Array:
    shown = pc.replace_substring_regex(texts, DROPPED_MARKUP, "")
    broken = pc.replace_substring_regex(shown, BREAKING_TAGS, "\n")
    return _map(pc.replace_substring_regex(broken, TAGS, ""), "&", _unescape)


def _unescape(text: str) -> str:
    # A reference may name a control character, which no text may gain here, and one of
    # thousands of digits makes `html.unescape` raise.
    return CONTROL.sub("", html.unescape(LONG_REFERENCE.sub("", text)))


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
LONG_REFERENCE = re.compile("&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


def _mojibake(texts: pa.Array) -> pa.Array:
    return _map(texts, "[ÂÃâ]", _mend)


def _mend(text: str) -> str:
    return MOJIBAKE.sub(lambda found: MOJIBAKE_TABLE[found[0]], text)


def _garbled(character: str) -> str:
    """Give what `character` becomes when its UTF-8 is read as Windows-1252."""
    return "".join(
        bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in character.encode()
    )


PUNCTUATION = map(chr, [0x20AC, 0x2122, *range(0x2010, 0x203B)])
MOJIBAKE_TABLE = {
    _garbled(character): character
    for character in [*map(chr, range(0xA0, 0x100)), *PUNCTUATION]
    if _garbled(character)[0] in "ÂÃâ"
}
"""Western letters and punctuation. Rarer lead bytes stand before a closing quote in sound text."""
MOJIBAKE = re.compile("|".join(map(re.escape, MOJIBAKE_TABLE)))


def _map(texts: pa.Array, pattern: str, change: Callable[[str], str]) -> pa.Array:
    """Change the texts in which `pattern` is found, one by one."""
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    if not pc.any(found).as_py():
        return texts
    changed = [change(text) for text in texts.filter(found).to_pylist()]
    return pc.replace_with_mask(texts, found, pa.array(changed, pa.string()))


class Rule(NamedTuple):
    """A rule, and a cheap look at the bytes of all texts that says whether it can do anything."""

    concerns: Callable[[bytes], bool]
    apply: Callable[[pa.Array], pa.Array]


def _holds(*sequences: str) -> Callable[[bytes], bool]:
    encoded = [sequence.encode() for sequence in sequences]
    return lambda content: any(sequence in content for sequence in encoded)


def _holds_general_punctuation(content: bytes) -> bool:
    """Say whether there may be a character of U+2000 to U+207F, or a soft hyphen or the like."""
    marks = (b"\xe2\x80", b"\xe2\x81", b"\xc2\xad", b"\xe1\xa0\x8e", b"\xef\xbb\xbf")
    return not content.isascii() and any(mark in content for mark in marks)


RULES: dict[str, Rule] = {
    "strip_bom": Rule(_holds("\ufeff"), _strip_bom),
    "newlines": Rule(_holds("\r", "\x85", "\u2028", "\u2029"), _newlines),
    "zero_width": Rule(_holds_general_punctuation, _zero_width),
    "markup": Rule(_holds("<", "&"), _markup),
    "mojibake": Rule(_holds("Â", "Ã", "â"), _mojibake),
    "unicode_nfc": Rule(lambda content: not content.isascii(), _unicode_nfc),
    "white_space": Rule(bool, _white_space),
}


def clean(texts: pa.Array, rules: Sequence[str]) -> tuple[pa.Array, dict[str, int]]:
    """Clean `texts` by the rules, in their order, until nothing changes any more.

    Returns:
        The clean texts, and for each rule how many texts it changed.
    """
    counts = dict.fromkeys(rules, 0)
    changed = _pass(texts, rules, counts)
    todo = _differ(texts, changed)
    rounds = 1
    while pc.any(todo).as_py():
        before = changed.filter(todo)
        if rounds >= ROUNDS:
            before = pc.replace_substring_regex(before, "[&<]", "")
        after = _pass(before, rules, {})
        changed = pc.replace_with_mask(changed, todo, after)
        still = iter(_differ(before, after).to_pylist())
        todo = pa.array([flag and next(still) for flag in todo.to_pylist()], pa.bool_())
        rounds += 1
    return changed, counts


def _pass(texts: pa.Array, rules: Sequence[str], counts: dict[str, int]) -> pa.Array:
    content = text_bytes(texts)
    for name in rules:
        rule = RULES[name]
        changed = rule.apply(texts) if rule.concerns(content) else texts
        if changed is not texts and not changed.equals(texts):
            if name in counts:
                counts[name] += pc.sum(_differ(texts, changed)).as_py()
            texts, content = changed, text_bytes(changed)
    return texts


def text_bytes(texts: pa.Array) -> bytes:
    """Give the UTF-8 of all texts of a string array, one after the other."""
    _, offsets, content = texts.buffers()
    if content is None or offsets is None:
        return b""
    ends = memoryview(offsets).cast("i")
    return bytes(memoryview(content)[ends[texts.offset] : ends[texts.offset + len(texts)]])


def _differ(before: pa.Array, after: pa.Array) -> pa.Array:
    return pc.fill_null(pc.not_equal(before, after), False)
