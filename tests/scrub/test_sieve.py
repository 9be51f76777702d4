"""What is found with the sieve before the patterns is what is found without it."""

import threading

import corpora
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from identifiers import KINDS, REPORTED, Kind, carried
from scrubbing import FRAGMENTS

from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.scrub.alphabet import accepted, encoded
from datacoop.scrub.fast_finder import FastFinder
from datacoop.scrub.gold import part_of, read_gold
from datacoop.scrub.relaxed import relaxed
from datacoop.scrub.searches import searches
from datacoop.scrub.sieve import Sieve
from datacoop.scrub.subjects import Subject

POLICY = parse_policy(shipped_policy("court"))
UNSIEVED = FastFinder(POLICY, (), {})
SIEVED = FastFinder(POLICY, (), {})
SIEVED.prepare()
TEXTS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=12).map("".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_findings_of_made_up_texts_are_the_same_without_the_sieve(text: str) -> None:
    assert SIEVED.find_patterns([text]) == UNSIEVED.find_patterns([text])


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.id) for kind in KINDS])
def test_findings_of_identifiers_are_the_same_without_the_sieve(kind: Kind) -> None:
    texts = [text for text, _, _ in carried(kind, 10, seed=11, carriers=REPORTED)]
    assert SIEVED.find_patterns(texts) == UNSIEVED.find_patterns(texts)


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["en_tab", "fr_echr_train", "de_legal", "ko_klue_ner"])
def test_findings_of_real_texts_are_the_same_without_the_sieve(name: str) -> None:
    rows = part_of(read_gold(corpora.path("pii_gold") / f"{name}.jsonl"), "train")[:60]
    for row in rows:
        assert SIEVED.find_patterns([row.text]) == UNSIEVED.find_patterns([row.text])


PATTERNS = (
    r"(?<![A-Z0-9])(?:[A-Z]{2}|é)\d{3,}(?!\d)",
    r"(?i)k(?P<mark>[-/ ])\d(?P=mark)\d(?=\s*end)",
    r"\b(?:(?:one|two)\s){0,9}+[^\W\d_]{2,40}?ing\b",
    r"(?:(?<=id)|^)[가-힣]+\s?\K\d(?i:x|ß)",
    r"(?<!\d)(\d)\1(?:[.-]?\d){2,}",
)
PIECES = st.sampled_from(
    [*"AZkK\u212aéÉß가힣한0159-/. _\n\ufffcµ②०", "one ", "two ", "sing", "id", "end", "x"]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=15).map("".join), st.booleans())
def test_no_match_of_a_pattern_is_missed(text: str, has_latin_only: bool) -> None:
    patterns = [regex.compile(one, regex.MULTILINE) for one in PATTERNS]
    hits = Sieve([(one, has_latin_only) for one in patterns]).hits(text)
    seen = Subject(text).latin if has_latin_only else text
    assert hits is not None
    for number, pattern in enumerate(patterns):
        for low in range(len(text)):
            match = pattern.search(seen, low)
            if match and pattern.fullmatch(seen, match.start(), match.end()):
                assert any(match.start() < end <= match.end() for end in hits[number])


@given(st.text())
def test_each_character_is_one_byte(text: str) -> None:
    assert len(encoded(text)) == len(text)
    assert encoded(text[:1] + "a1") == encoded(text[:1]) + b"a1"


@given(st.characters(), st.sampled_from([r"\w", r"\s", "[^a-z]", r"[\p{L}']", "[à-ÿ]", "K", "."]))
def test_what_a_pattern_for_one_character_accepts_has_an_accepted_byte(
    character: str, pattern: str
) -> None:
    if regex.fullmatch(pattern, character, regex.DOTALL | regex.IGNORECASE):
        found = accepted(pattern, ignores_case=True, has_latin_only=False)
        assert encoded(character)[0] in found


def test_a_pattern_that_has_no_coarse_form_is_looked_for_everywhere() -> None:
    hits = Sieve([(regex.compile("(a)?(?(1)b|c)"), False), (regex.compile("x"), False)]).hits("cc")
    assert hits == {0: [0, 1, 2]}


@pytest.mark.parametrize("pattern", [r"\p{Thai}", "[\u3000-\ud7a3]", r"[\u0e01-\u9fff]", "漢"])
def test_characters_that_are_not_told_apart_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="told apart"):
        accepted(pattern, ignores_case=False, has_latin_only=False)


def test_a_text_with_hits_nearly_everywhere_is_searched_for_everything() -> None:
    sieve = Sieve([(regex.compile(r"\d"), False), (regex.compile(r"[0-4]"), False)])
    assert sieve.hits("1" * 100) == {0: list(range(1, 101)), 1: list(range(1, 101))}
    assert sieve.hits("1" * 2000) is None


def test_threads_do_not_disturb_each_other() -> None:
    sieve = Sieve([(regex.compile(r"\d"), False)])
    found: list[object] = []

    def look() -> None:
        found.extend(sieve.hits("a1" * 300) for _ in range(100))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{0: list(range(2, 601, 2))}] * 400


def test_every_pattern_of_the_shipped_policies_has_a_coarse_form() -> None:
    for one in searches(POLICY):
        for pattern in one.patterns:
            assert relaxed(pattern.pattern, has_latin_only=not one.any_script)
