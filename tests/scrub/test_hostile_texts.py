"""Texts that break programs: each passes with a look or waits, and costs no other row anything."""

import itertools
import json
import shutil
from dataclasses import replace
from pathlib import Path

import corpora
import pytest
from scrubbing import MEMBER, make_batch, make_collection, make_policy

from datacoop.errors import IntegrityError, SettingsError
from datacoop.records.policies import EntityPolicy, ScrubPolicy
from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.names import SETTINGS_FILE, WEIGHTS_FILE, installed_models
from datacoop.scrub.records import Scrubbed, scrub_batch
from datacoop.scrub.rows import Row, find_all
from datacoop.scrub.texts import Place

LANGUAGES = ("en", "fr", "de", "ko")
POLICY = parse_policy(shipped_policy("clinical"))
FINDER = PolicyFinder(POLICY, LANGUAGES, installed_models())
MAIL = "ada.quill@example.org"
HOSTILE = {
    "a lone surrogate": "name \ud800 {} \udfff end",
    "NUL": "a\0b \0{}\0 c\0",
    "a megabyte without a space": "x" * 1_000_000 + " {}",
    "a hundred thousand combining marks": "a" + "\u0301" * 100_000 + " {} e\u0308",
    "right-to-left marks": "\u202e\u200f {} \u202c\u2066 abc \u2069",
    "emoji of many code points": "👩🏽‍🚒👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿 {} 🇰🇷🇫🇷",
    "line ends of all kinds": "a\r\nb\u2028{}\u2029c\x0b\x0cd\x85",
    "the last code point": "\U0010ffff {} \uffff",
    "angle brackets": "<PERSON_ <<<<PERSON>>> {} <EMAIL_ADDRESS",
    "an empty line": "\n\n\n{}\n",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_value_in_a_hostile_text_is_found_and_offsets_hold(kind: str, language: str) -> None:
    text = HOSTILE[kind].format(MAIL)
    row = Row(language=language, texts={Place(0, "text"): text})
    assert find_all([row], FINDER) == [None]
    (found,) = row.findings.values()
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    left = list(text)
    for one in found:
        left[one.start : one.end] = "\0" * (one.end - one.start)
    assert MAIL not in "".join(left)


def scrub(texts: list[str], policy: ScrubPolicy = POLICY) -> Scrubbed:
    collection = make_collection(policy)
    finder = PolicyFinder(policy, LANGUAGES, installed_models())
    batch = make_batch(collection, [{"text": text} for text in texts])
    return scrub_batch(batch, collection=collection, finder=finder, pseudonymizer=MEMBER)


def test_naughty_strings_cost_no_row() -> None:
    strings = json.loads((corpora.path("bad_blns") / "blns.json").read_text(encoding="utf-8"))
    texts = [f"{text} {MAIL}" for text in strings]
    found = scrub(texts)
    assert found.reasons.null_count == len(texts) > 500
    assert not [text for text in found.records.column("text").to_pylist() if MAIL in text]


def test_a_record_of_several_languages_is_searched_for_the_numbers_of_all() -> None:
    text = f"Bitte 010-1234-5678 anrufen; NHS 943 476 5919, SIREN 732 829 320, {MAIL}입니다."
    (scrubbed,) = scrub([text]).records.column("text").to_pylist()
    values = ("010-1234-5678", "943 476 5919", "732 829 320", MAIL)
    assert not [value for value in values if value in scrubbed]


def test_a_language_that_nothing_reads_waits() -> None:
    collection = make_collection(POLICY)
    batch = make_batch(collection, [{"text": "Nama saya Budi."}, {"text": "a b"}], ["ms", "en"])
    found = scrub_batch(batch, collection=collection, finder=FINDER, pseudonymizer=MEMBER)
    assert found.reasons.to_pylist() == ["scrub.language_unsupported", None]
    assert found.records.column("text").to_pylist()[0] == ""


def test_an_unknown_entity_is_refused_by_its_name() -> None:
    entities = {"SHOE_SIZE": EntityPolicy(operator="replace")}
    with pytest.raises(SettingsError, match="SHOE_SIZE"):
        PolicyFinder(replace(make_policy(), entities=entities), LANGUAGES, {})


@pytest.mark.parametrize(
    ("damage", "error", "advice"),
    [
        ("no settings", SettingsError, "datacoop models"),
        ("no weights", IntegrityError, ""),
        ("a flipped bit", IntegrityError, ""),
        ("another version", SettingsError, "datacoop-names"),
    ],
)
def test_a_model_that_is_missing_or_damaged_stops_the_job(
    damage: str, error: type[Exception], advice: str, tmp_path: Path
) -> None:
    model = tmp_path / "en"
    shutil.copytree(installed_models()["en"], model)
    weights, settings = model / WEIGHTS_FILE, model / SETTINGS_FILE
    if damage == "no settings":
        settings.unlink()
    elif damage == "no weights":
        weights.unlink()
    elif damage == "a flipped bit":
        content = bytearray(weights.read_bytes())
        content[len(content) // 2] ^= 1
        weights.write_bytes(content)
    else:
        settings.write_text(json.dumps(json.loads(settings.read_text()) | {"format": 99}))
    finder = PolicyFinder(POLICY, ("en",), {"en": model})
    row = Row(language="en", texts={Place(0, "text"): "My name is Ada Quill."})
    with pytest.raises(error) as caught:
        find_all([row], finder)
    assert advice in str(getattr(caught.value, "hint", ""))
    assert "Quill" not in str(caught.value)


def test_each_pair_of_hostile_texts_is_scrubbed_as_each_alone() -> None:
    texts = [
        text.format(MAIL)[-2_000:] for kind, text in HOSTILE.items() if kind != "a lone surrogate"
    ]
    alone = {text: scrub([text]).records.column("text").to_pylist()[0] for text in texts}
    for pair in itertools.pairwise(texts):
        assert scrub(list(pair)).records.column("text").to_pylist() == [alone[t] for t in pair]
