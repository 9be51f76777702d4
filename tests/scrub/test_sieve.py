"""What is found with the sieve before the patterns is what is found without it."""

import threading

import corpora
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from identifiers import KINDS, REPORTED, carried
from scrubbing import FRAGMENTS, make_policy

from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.scrub.alphabet import accepted, encoded
from datacoop.scrub.evaluation import part_of, read_gold
from datacoop.scrub.fast_finder import FastFinder
from datacoop.scrub.patterns import PatternSearch, search
from datacoop.scrub.recognizers.catalogue import COUNTRIES
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
def test_findings_of_identifiers_are_the_same_without_the_sieve(kind: object) -> None:
    texts = [text for text, _, _ in carried(kind, 10, seed=11, carriers=REPORTED)]
    assert SIEVED.find_patterns(texts) == UNSIEVED.find_patterns(texts)


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["en_tab", "fr_echr_train", "de_legal", "ko_klue_ner"])
def test_findings_of_real_texts_are_the_same_without_the_sieve(name: str) -> None:
    rows = part_of(read_gold(corpora.path("pii_gold") / f"{name}.jsonl"), "train")[:60]
    for row in rows:
        assert SIEVED.find_patterns([row.text]) == UNSIEVED.find_patterns([row.text])
