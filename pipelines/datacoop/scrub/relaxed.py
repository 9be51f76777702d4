"""Make patterns coarser, so that one automaton can look for all of them at once.

Where a pattern finds something in a text, its coarse form finds the beginning of it in the bytes
of the text (`alphabet`), and more besides. It forgets what must stand beside a value, that two
parts of it must be alike, how often at most a part may stand there, and how a long one ends.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import regex

from datacoop.scrub.alphabet import accepted

_QUANTIFIER = re.compile(r"(?:[*+?]|\{(?P<least>\d*)(?P<range>,?)(?P<most>\d*)\})[+?]?")
_SET = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_NAMED_SET = re.compile(r"\[:\^?\w")
_ESCAPE = re.compile(r"\\(?:[pP]\{\w+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|.)")
_GROUP = re.compile(
    r"\((?:\?(?P<look><?[=!])|\?P<(?P<name>\w+)>|\?P=(?P<same>\w+)\)|\?>"
    r"|\?(?P<flags>[ims]*(?:-[ims]+)?)(?P<end>[:)])|(?!\?))"
)
_NO_CHARACTER = "bBAZGK"
"""Letters of escapes that stand between characters."""

_CHARACTER = "dDsSwWpPnrtfvuUx"
"""Letters of escapes that stand for one character."""

_FLAGS = regex.IGNORECASE | regex.MULTILINE | regex.DOTALL | regex.VERSION0 | regex.UNICODE

_MOST_REPEATS = 6
"""A part that may stand there more often than this may do so any number of times."""

_LONGEST = 24
"""Characters of a value after which its coarse form ends."""

_LARGEST = 8_000
"""Characters of a coarse form after which it is cut shorter."""


class Repeat(NamedTuple):
    """A part that stands there `least` to `most` times, or more where that is none."""

    part: "Part"
    least: int
    most: int | None


class Choice(NamedTuple):
    """One of several sequences of parts."""

    sequences: tuple[tuple["Part", ...], ...]


Part = frozenset[int] | Repeat | Choice
_START = Choice(((),))
"""The beginning of a text."""


@dataclass(slots=True)
class _Reader:
    """Reads one pattern from left to right."""

    pattern: str
    has_latin_only: bool
    at: int = 0
    groups: dict[str, list[Choice]] = field(default_factory=dict)
    count: int = 0
    depth: int = 0

    def choice(self, *, ignores_case: bool, is_first: bool) -> Choice:
        """Read up to the bracket that closes a group, or to the end."""
        sequences: list[list[Part]] = [[]]
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self.pattern[self.at] == "|":
                self.at += 1
                sequences.append([])
            elif (head := _GROUP.match(self.pattern, self.at)) and head["end"] == ")":
                ignores_case = ignores_case or "i" in head["flags"]
                self.at = head.end()
            else:
                first = is_first and not sequences[-1]
                part = self._quantified(ignores_case=ignores_case, is_first=first)
                sequences[-1] += [part] if part is not None else []
        return Choice(tuple(map(tuple, sequences)))

    def _quantified(self, *, ignores_case: bool, is_first: bool) -> Part | None:
        begin, count = self.at, self.count
        part = self._one(ignores_case=ignores_case, is_first=is_first)
        found = _QUANTIFIER.match(self.pattern, self.at)
        if found is None:
            return part
        least, most = _bounds(found)
        if is_first and most != 1:
            # Of several, only one is the first.
            self.at, self.count = begin, count
            part = self._one(ignores_case=ignores_case, is_first=False)
        self.at = found.end()
        return None if part is None else Repeat(part, least, most)

    def _one(self, *, ignores_case: bool, is_first: bool) -> Part | None:
        """Read a character or a group; give nothing for what stands between characters."""
        sign, after = self.pattern[self.at], self.pattern[self.at + 1 : self.at + 2]
        if sign == "(":
            return self._group(ignores_case=ignores_case, is_first=is_first)
        if sign in "^$" or (sign == "\\" and after in _NO_CHARACTER):
            self.at += 1 if sign != "\\" else 2
            return None
        if sign == "\\" and after.isdigit():
            self.at += 2
            return self._same(after)
        match = (_SET if sign == "[" else _ESCAPE).match(self.pattern, self.at)
        character = match.group() if match else sign
        is_known = after in _CHARACTER or not after.isalpha() if sign == "\\" else sign != "{"
        if not is_known or _NAMED_SET.search(character, 1):
            raise ValueError("a pattern has a sign that is not known")
        self.at += len(character)
        return self._accepted(character, ignores_case=ignores_case)

    def _group(self, *, ignores_case: bool, is_first: bool) -> Part | None:
        head = _GROUP.match(self.pattern, self.at)
        if head is None:
            raise ValueError("a pattern has a group of a kind that is not known")
        self.at = head.end()
        if head["same"]:
            return self._same(head["same"])
        added, _, removed = (head["flags"] or "").partition("-")
        ignores_case = "i" in added or (ignores_case and "i" not in removed)
        is_kept = head.group() == "(" or head["name"] is not None
        self.count += is_kept
        names = [str(self.count), *([head["name"]] if head["name"] else [])] if is_kept else []
        begin = self.at
        self.depth += 1
        inner = self.choice(ignores_case=ignores_case, is_first=is_first and not head["look"])
        self.depth -= 1
        text = self.pattern[begin : self.at]
        self.at += 1
        if head["look"] == "=" and self.depth == 0 and self.pattern[self.at : self.at + 1] in "|":
            return inner
        if head["look"]:
            is_before = head["look"] == "<!" and is_first
            return self._before(text, ignores_case=ignores_case) if is_before else None
        for name in names:
            self.groups.setdefault(name, []).append(inner)
        return inner if any(inner.sequences) else None

    def _before(self, text: str, *, ignores_case: bool) -> Part | None:
        """Take in the character before a value, where it says of one only what that is not."""
        is_one = _SET.fullmatch(text) or (_ESCAPE.fullmatch(text) and text[1] not in _NO_CHARACTER)
        if not is_one:
            return None
        other = self._accepted(rf"(?!{text})(?s:.)", ignores_case=ignores_case)
        return Choice(((_START,), (other,)))

    def _same(self, name: str) -> Part:
        if name not in self.groups:
            raise ValueError("a pattern asks for a group before it is read")
        return Choice(tuple(one for choice in self.groups[name] for one in choice.sequences))

    def _accepted(self, character: str, *, ignores_case: bool) -> frozenset[int]:
        return accepted(character, ignores_case=ignores_case, has_latin_only=self.has_latin_only)


def _bounds(quantifier: re.Match[str]) -> tuple[int, int | None]:
    if quantifier["least"] is None:
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[quantifier.group()[0]]
    least = int(quantifier["least"] or 0)
    if not quantifier["range"]:
        return least, least
    return least, int(quantifier["most"]) if quantifier["most"] else None


def relaxed(pattern: regex.Pattern[str], *, has_latin_only: bool) -> str:
    """Give the coarse form of a pattern over bytes, in the syntax of Perl.

    Args:
        has_latin_only: Whether the pattern sees `_` and letters of other writing as spaces.

    Raises:
        ValueError: The pattern is written in a way that is not known here.
    """
    if pattern.flags & ~_FLAGS:
        raise ValueError("a pattern has a flag that is not known")
    reader = _Reader(pattern.pattern, has_latin_only)
    read = reader.choice(ignores_case=bool(pattern.flags & regex.IGNORECASE), is_first=True)
    longest = _LONGEST
    while len(written := _written(_beginning(read, longest))) > _LARGEST:
        longest //= 2
    return written


def _beginning(choice: Choice, longest: int) -> Choice:
    """Give what each sequence begins with, less what may be missing at its end."""
    return Choice(tuple(tuple(_begun(one, longest)) for one in choice.sequences))


def _begun(sequence: tuple[Part, ...], longest: int) -> list[Part]:
    kept: list[Part] = []
    left = longest
    for part in sequence:
        if left <= 0:
            break
        kept.append(part)
        left -= _length(part)
    while kept and _can_miss(kept[-1]):
        kept.pop()
    if kept and isinstance(last := kept[-1], Repeat):
        times = min(last.least, max(1, longest // _length(last.part)))
        kept[-1:] = [last.part] * times
    if kept and isinstance(last := kept[-1], Choice) and last is not _START:
        kept[-1] = _beginning(last, longest)
    return kept


def _length(part: Part) -> int:
    """Give the fewest characters of a part."""
    if isinstance(part, Repeat):
        return part.least * _length(part.part)
    if isinstance(part, Choice):
        return min(sum(map(_length, one)) for one in part.sequences)
    return 1


def _can_miss(part: Part) -> bool:
    return part is not _START and _length(part) == 0


def _written(part: Part) -> str:
    if part is _START:
        return "^"
    if isinstance(part, Choice):
        return f"(?:{'|'.join(''.join(map(_written, one)) for one in part.sequences)})"
    if isinstance(part, Repeat):
        is_many = part.most is None or part.most - part.least > _MOST_REPEATS
        return f"{_written(part.part)}{{{part.least},{'' if is_many else part.most}}}"
    return _in_brackets(part)


@cache
def _in_brackets(found: frozenset[int]) -> str:
    """Give bytes as a set in brackets."""
    edges = [byte for byte in range(257) if (byte in found) != (byte - 1 in found)]
    ranges = (
        f"\\x{first:02x}-\\x{end - 1:02x}" if end - 1 > first else f"\\x{first:02x}"
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    )
    return f"[{''.join(ranges)}]"
