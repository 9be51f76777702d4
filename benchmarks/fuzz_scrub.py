"""Scrub random texts of all kinds until the time is over: none may fail, none may pass unseen.

Each text is made of pieces of personal data, cues, odd characters and lines of files of your own,
cut and joined at random; every one is searched, edited and searched again. A failure is told by
its number, never by its text: the same seed makes the same texts.

    python benchmarks/fuzz_scrub.py [--minutes 10] [--seed 1] [--lines FILE ...]
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

from datacoop.records.policies import ScrubPolicy
from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.scrub.edits import row_edits
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import installed_models
from datacoop.scrub.operators import apply
from datacoop.scrub.pseudonyms import Pseudonymizer
from datacoop.scrub.rows import Row, find_all
from datacoop.scrub.texts import Place

POLICIES = ("direct", "court", "clinical")
LANGUAGES = ("en", "fr", "de", "ko")
MOST_PIECES = 60
SHOWN = 20
PLACE = Place(0, "text")
KEY = Pseudonymizer(key=b"a key of the fuzz run, 32 bytes.")

PIECES = (
    "ada.bell@example.org", "ada at example dot org", "+44 20 7946 0018", "010-1234-5678", "85.1",
    "GB82 WEST 1234 5698 7654 32", "4111 1111 1111 1111", "900101-1234567", "S1234567D", "12/3/45",
    "23 January 1970", "le 3 mai 2001", "3. Mai 2001", "2001년 5월 3일", "12 High Street", "10115",
    "Ada Bell", "Mme Bell", "Herr Dr. Bell", "김민수 씨", "aged 34", "1 BvR 123/04", "192.0.2.7",
    "Mr ", "je m'appelle ", "mein Name ist ", "저는 ", "입니다 ", "으로", "passport ", "No. ",
    "<PERSON>", "<PERSON_abcdefghijkl>", "<", "&#48;", "&amp;", "＠", "１２３", "а", "\u0301", "\0",
    "\u202e", "\u200b", "\u00ad", "\u00a0", "\r\n", "\n", "\t", " ", "  ", "-", ".", "/", "_", "@",
    "👩‍🚒", "\ud800", "ß", "İ", "ǅ", "ﬁ",
)  # fmt: skip
RANGES = ((32, 127), (0xA0, 0x2FF), (0x370, 0x52F), (0xAC00, 0xD7A3), (0x1F300, 0x1FAFF))
"""Of single characters: ASCII, Latin, Greek and Cyrillic, Hangul, pictures."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--lines", type=Path, nargs="*", default=[], help="files of lines to mix in"
    )
    arguments = parser.parse_args()
    lines = [
        line
        for path in arguments.lines
        for line in path.read_text(encoding="utf-8", errors="surrogatepass").splitlines()
    ]
    end = time.monotonic() + arguments.minutes * 60
    texts, failed = fuzz(arguments.seed, lines, lambda: time.monotonic() < end)
    print(f"{texts} texts, {len(failed)} failed, seed {arguments.seed}")
    for number, what in failed[:SHOWN]:
        print(f"  text {number}: {what}")
    if failed:
        raise SystemExit(1)


def fuzz(
    seed: int, lines: list[str], goes_on: Callable[[], bool]
) -> tuple[int, list[tuple[int, str]]]:
    """Scrub texts while `goes_on()`; give how many, and the numbers of those that failed."""
    policies = [parse_policy(shipped_policy(name)) for name in POLICIES]
    sides = [(p, PolicyFinder(p, LANGUAGES, installed_models())) for p in policies]
    number, failed = 0, []
    while goes_on():
        number += 1
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - made-up text
        text, language = made(chance, lines), chance.choice(LANGUAGES)
        try:
            fault = fault_of(text, language, *chance.choice(sides))
        except Exception as error:
            fault = type(error).__name__
        if fault:
            failed.append((number, fault))
    return number, failed


def made(chance: random.Random, lines: list[str]) -> str:
    """Make a text."""
    parts = []
    for _ in range(chance.randrange(1, MOST_PIECES)):
        kind = chance.random()
        if lines and kind < 0.1:
            line = chance.choice(lines)
            start = chance.randrange(len(line) + 1)
            parts.append(line[start : start + chance.randrange(200)])
        elif kind < 0.7:
            parts.append(chance.choice(PIECES))
        else:
            parts.append(chr(chance.randrange(*chance.choice(RANGES))))
    return "".join(parts)


def fault_of(text: str, language: str, policy: ScrubPolicy, finder: PolicyFinder) -> str:
    """Scrub a text, and say what is wrong with what came of it; nothing where all is well."""
    row = Row(language=language, texts={PLACE: text})
    reason = find_all([row], finder)[0]
    if reason is not None:
        return str(reason)
    edits = row_edits(row, policy)[PLACE]
    both = sorted(edits.edited + edits.kept)
    if any(not 0 <= one.start < one.end <= len(text) for one in both):
        return "a finding outside the text"
    if any(a.end > b.start for a, b in zip(edits.edited, edits.edited[1:], strict=False)):
        return "findings that overlap"
    apply(text, edits.edited, language, policy.in_language(language), KEY)
    return ""


if __name__ == "__main__":
    main()
