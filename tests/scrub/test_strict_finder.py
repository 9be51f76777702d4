import gc
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import corpora
import phonenumbers
import pytest
from benchmarks import bench_scrub
from identifiers import KINDS, TUNED, carried
from phonenumbers import PhoneMetadata
from scrubbing import MEMBER, VALUES, make_batch, make_collection
from stock_presidio import everything, stock_findings

from datacoop.records.policies import EntityPolicy, ScrubPolicy
from datacoop.scrub import presidio, spacy_names
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import installed_models
from datacoop.scrub.records import scrub_batch
from datacoop.scrub.rows import FAILED, UNSUPPORTED
from datacoop.scrub.spacy_models import has_spacy_model
from datacoop.scrub.spans import Finding
from datacoop.scrub.strict_finder import StrictFinder

NAMES = {
    "en": ("Anna Smith met Robert Hale in Leeds on 3 May 2019.", "The Harbour Trust sued Mr Lee."),
    "fr": ("Jean Dupont a vu Marie Petit à Lyon.", "La Société du Port contre M. Leroy."),
}


def generated(language: str, count: int) -> list[str]:
    """Give texts of a few sentences, each with made-up names and numbers of every kind."""
    kinds = [kind for kind in KINDS if language in kind.languages]
    carriers = dict.fromkeys(TUNED, TUNED[language])
    parts = [text for kind in kinds for text, _, _ in carried(kind, 6, 1, carriers)]
    random = Random(language)  # noqa: S311 - made-up texts
    some = [*parts, *NAMES[language], "", "\n\n", "plz 10115 Konto 12345678 "]
    return [" ".join(random.choices(some, k=random.randrange(1, 7))) for _ in range(count)]


def strict(language: str, policy: ScrubPolicy | None = None) -> PolicyFinder:
    if not has_spacy_model(language):
        pytest.skip(f"needs the model of names for {language}")
    return PolicyFinder(policy or everything(), (language,), installed_models())


def differing(language: str, texts: Sequence[str]) -> list[int]:
    """Give the places of the texts for which our findings are not those of stock Presidio."""
    entities, stock = stock_findings(language, texts)
    ours = strict(language).find(language, texts)
    assert sum(map(len, stock)) > len(texts)
    return [
        at
        for at, (theirs, found) in enumerate(zip(stock, ours, strict=True))
        if theirs != sorted(one for one in found if one.entity in entities)
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_findings_in_made_up_texts_are_those_of_stock_presidio(language: str) -> None:
    assert differing(language, generated(language, 120)) == []


@pytest.mark.corpora
@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
def test_findings_in_300_real_documents_are_those_of_stock_presidio(language: str) -> None:
    texts = [
        text
        for characters, count in ((100, 150), (650, 130), (3000, 20))
        for text in bench_scrub.documents(corpora.path("."), language, characters, count)
    ]
    assert len(texts) == 300
    assert differing(language, texts) == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_findings_do_not_depend_on_how_texts_are_batched(language: str) -> None:
    finder, texts = strict(language), generated(language, 70)
    together = finder.find(language, texts)
    assert together == finder.find(language, texts[::-1])[::-1]
    assert together == [finder.find(language, [text])[0] for text in texts]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_text_is_read_to_the_same_bits_in_any_batch(language: str) -> None:
    strict(language)
    # What the fast mode sets for its own models must not reach the stock one.
    spacy_names._spacy_model(language)
    pipeline, texts = spacy_names._stock_model(language), generated(language, 40)
    alone = [pipeline(text).tensor.tobytes() for text in texts]
    assert alone == [document.tensor.tobytes() for document in pipeline.pipe(texts, batch_size=32)]


def test_findings_below_the_thresholds_of_a_language_are_left_out() -> None:
    rules = {"DE_PLZ": 0.4, "PERSON": 0.9, "EMAIL_ADDRESS": 1.0}
    policy = everything()
    own = {name: EntityPolicy(operator="replace", threshold=least) for name, least in rules.items()}
    text = "Anna Smith, 10115, plz 20095, anna@example.org"
    (found,) = strict("en", replace(policy, entities=own)).find("en", [text])
    assert [(text[one.start : one.end], one.entity) for one in sorted(found)] == [
        ("20095", "DE_PLZ"),
        ("anna@example.org", "EMAIL_ADDRESS"),
    ]
    (usual,) = strict("en", replace(policy, languages={"en": own})).find("en", [text])
    assert not [one for one in usual if one.entity == "PERSON"]


def test_what_presidio_has_no_recognizer_for_is_found_as_in_the_fast_mode() -> None:
    policy = everything()
    texts = generated("en", 60)
    entities, _ = stock_findings("en", ["Anna"])
    left = {name: rule for name, rule in policy.entities.items() if name not in entities}
    assert {"STREET_ADDRESS", "KR_CAR_PLATE", "FR_NIR", "QUANTITY"} <= left.keys()
    ours = strict("en", policy).find("en", texts)
    fast = strict("en", replace(policy, entities=left, mode="fast")).find("en", texts)
    beside = [[one for one in found if one.entity in left] for found in ours]
    assert any(beside)
    assert [*map(sorted, beside)] == [*map(sorted, fast)]


def test_a_recognizer_of_another_country_is_not_asked() -> None:
    policy = replace(everything(), countries=("KR",))
    entities = {name: policy.entities[name] for name in ("EMAIL_ADDRESS", "PERSON", "KR_RRN")}
    finder = strict("en", replace(policy, entities=entities))
    text = "Please call 943 476 5919 or 900101-1234568 or write to kim@example.com"
    (found,) = finder.find("en", [text])
    assert {one.entity for one in found} == {"EMAIL_ADDRESS", "KR_RRN"}


def test_terms_are_searched_without_names() -> None:
    finder, text = strict("en"), "Anna Smith 10115 postleitzahl 20095"
    (whole,), (term,) = finder.find("en", [text]), finder.find_patterns("en", [text])
    assert "PERSON" in {one.entity for one in whole}
    by_models = {"PERSON", "LOCATION", "ORGANIZATION", "NRP", "QUANTITY", "DATE_TIME"}
    assert Finding(30, 35, "DE_PLZ", 0.4) in term
    assert sorted(term) == sorted(one for one in whole if one.entity not in by_models)


def test_nothing_is_found_inside_a_placeholder() -> None:
    text = "<PERSON_abcdefghijkl> and Anna Smith saw <EMAIL_ADDRESS> and <ORGANIZATION>."
    (found,) = strict("en").find("en", [text])
    left = [text[one.start : one.end] for one in found]
    assert "Anna Smith" in " ".join(left)
    assert not [one for one in left if set(one) & set("<_>")]


def test_rows_in_a_language_without_a_stock_model_wait() -> None:
    collection = make_collection(everything())
    finder = PolicyFinder(everything(), ("en", "de", "ko"), installed_models())
    assert not finder.supports("fr")
    assert finder.supports("en") == has_spacy_model("en")
    rows = [{"text": "Anna ging."}, {"text": "안나"}]
    batch = make_batch(collection, rows, ["de", "ko"])
    done = scrub_batch(batch, collection=collection, finder=finder, pseudonymizer=MEMBER)
    assert done.reasons.to_pylist() == [UNSUPPORTED, UNSUPPORTED]


def test_a_pattern_that_takes_too_long_holds_its_row_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presidio, "_SEARCH_SECONDS", 1e-9)
    finder = strict("en")
    with pytest.raises(TimeoutError):
        finder.find("en", ["a@b.example " * 9000])


def test_a_text_too_long_for_one_piece_waits_and_its_neighbour_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy, finder = everything(), strict("en")
    monkeypatch.setattr(spacy_names._stock_model("en"), "max_length", 1000)
    collection = make_collection(policy)
    batch = make_batch(collection, [{"text": "Anna Smith left. " * 100}, {"text": "Anna Smith"}])
    done = scrub_batch(batch, collection=collection, finder=finder, pseudonymizer=MEMBER)
    assert done.reasons.to_pylist() == [FAILED, None]
    assert done.records.column("text").to_pylist() == ["", "<PERSON>"]


def test_the_vocabulary_does_not_grow() -> None:
    finder = strict("en")
    finder.find("en", generated("en", 3))
    strings = spacy_names._stock_model("en").vocab.strings
    before = len(strings)
    finder.find("en", [f"Zq{at}xv saw 10115{at} and id{at}word" for at in range(200)])
    gc.collect()
    assert len(strings) == before


def test_no_text_is_logged_and_no_network_is_used(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    finder = strict("en")
    with caplog.at_level(logging.DEBUG):
        for values in VALUES.values():
            finder.find("en", list(values))
    assert not [one for one in caplog.records if "example" in one.getMessage()]
    assert not [one for one in caplog.records if one.name.startswith("presidio")]


def test_stock_presidio_of_the_benchmarks_uses_no_network(tmp_path: Path) -> None:
    strict("en")
    code = (
        "import json, socket, sys\n"
        "def refuse(*_): raise AssertionError('the network was used')\n"
        "socket.socket.connect = refuse\n"
        "from stock import StockFinder\n"
        "found = StockFinder('en', None).find('en', ['kim@example.com'])\n"
        "print(json.dumps(found))\n"
    )
    paths = os.pathsep.join(["benchmarks", *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": paths, "HOME": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    (found,) = json.loads(done.stdout)
    assert [0, 15, "EMAIL_ADDRESS", 1.0] in found
    assert not [*tmp_path.rglob("*.tldextract.json")]


def test_no_phone_of_any_country_has_fewer_digits_than_are_looked_for() -> None:
    kinds = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip")
    kinds += ("personal_number", "pager", "uan", "voicemail")
    lengths = [
        length
        for region in phonenumbers.SUPPORTED_REGIONS
        for name in kinds
        if (kind := getattr(PhoneMetadata.metadata_for_region(region), name)) is not None
        for length in kind.possible_length
        if length > 0
    ]
    shortest = "-" * 4 + "1" + "".join(f"----{digit}" for digit in range(min(lengths) - 1))
    assert presidio._PHONE_LIKE.search(shortest)


def test_each_language_has_its_own_finding_of_the_same_number() -> None:
    finder = PolicyFinder(everything(), ("en", "fr"), installed_models())
    if not (finder.supports("en") and finder.supports("fr")):
        pytest.skip("needs the models of names for en and fr")
    for language in ("en", "fr"):
        (found,) = finder.find(language, ["plz 10115"])
        assert Finding(4, 9, "DE_PLZ", 0.4) in found


def test_the_mode_decides_who_looks() -> None:
    assert isinstance(strict("en")._of("en"), StrictFinder)
    fast = PolicyFinder(replace(everything(), mode="fast"), ("en",), {})
    assert not isinstance(fast._of("en"), StrictFinder)
