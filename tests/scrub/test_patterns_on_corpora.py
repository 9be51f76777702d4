"""False alarms on public corpora, and what is found of their true spans; counts only."""

import csv
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import corpora
import pytest
from scrubbing import make_policy

from datacoop.scrub.fast_finder import FastFinder

CHECKED = (
    *("CREDIT_CARD", "IBAN_CODE", "KR_BRN", "UK_NHS", "UK_CHI", "CA_SIN", "SG_NRIC_FIN"),
    *("DE_TAX_ID", "DE_SOCIAL_SECURITY", "DE_HEALTH_INSURANCE", "FR_NIR", "FR_SIRET", "FR_TVA"),
    *("FR_SIREN", "FR_NIF"),
)
"""Entities whose values have check digits."""

FINDER = FastFinder(
    make_policy(spared=frozenset({"URL", "LOCATION", "ORGANIZATION", "NRP", "PERSON"})), (), {}
)


def texts(name: str) -> Iterator[str]:
    if name == "med_mtsdialog":
        path = corpora.path(name) / "Main-Dataset" / "MTS-Dialog-TrainingSet.csv"
        with path.open(encoding="utf-8", newline="") as file:
            yield from (row["dialogue"] for row in csv.DictReader(file))
        return
    with gzip.open(corpora.path(name.partition("/")[0]) / name.partition("/")[2], "rt") as file:
        yield from (re.sub(r"<[^<>]*>", "", json.loads(line)["text"]) for line in file)


@pytest.mark.corpora
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "ca_laws/acts.en.jsonl.gz",
        "ca_laws/lois.fr.jsonl.gz",
        "de_court_decisions/decisions.jsonl.gz",
    ],
)
def test_laws_and_judgments_hold_almost_no_number_with_check_digits(name: str) -> None:
    policy = make_policy()
    kept = {entity: rule for entity, rule in policy.entities.items() if entity in CHECKED}
    finder = FastFinder(replace(policy, entities=kept), (), {})
    characters = found = 0
    for text in texts(name):
        characters += len(text)
        found += sum(map(len, finder.find_patterns([text])))
    assert found <= characters / 1_000_000


@pytest.mark.corpora
@pytest.mark.slow
def test_few_words_of_medical_talk_are_changed() -> None:
    words = changed = 0
    for text in texts("med_mtsdialog"):
        (found,) = FINDER.find_patterns([text])
        for word in re.finditer(r"\S+", text):
            words += 1
            changed += any(one.start < word.end() and word.start() < one.end for one in found)
    assert changed <= 0.06 * words
