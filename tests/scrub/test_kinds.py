"""Places, organisations, groups and quantities: found alike in any batch, learnt to the byte."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import corpora
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrubbing import make_policy

from datacoop.errors import SettingsError
from datacoop.records.policies import EntityPolicy, ScrubPolicy
from datacoop.records.policy_file import parse_policy, shipped_policy
from datacoop.scrub import crfsuite, fast_finder, kind_training, kinds, names, training
from datacoop.scrub.evaluation import Slice, evaluate
from datacoop.scrub.fast_finder import FastFinder
from datacoop.scrub.finder import PolicyFinder
from datacoop.scrub.gold import part_of, read_gold
from datacoop.scrub.kind_gold import KindRow, Marked, read_kinds
from datacoop.scrub.name_features import Units
from datacoop.scrub.training import Material

MODELS = Path(__file__).parents[2] / "models" / "datacoop_names"
SHIPPED = sorted(file.parents[1].name for file in MODELS.glob("*/kinds/model.json"))
PLACES = ("Klapperstadt", "Brummelhausen", "Wolkenfurt", "Dachsried", "Quellmoos", "Xanthofen")
FIRMS = ("Zwirnwerke", "Muckenbank", "Prützelbau", "Roststahl")
PIECES = (
    "Anna",
    "Leeds",
    " ",
    " in ",
    "Lyon",
    "Bank",
    "한국은행",
    "에서",
    ".",
    "\n",
    "😀",
    "\ud800",
    "",
)


def rows_of_gold(count: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number in range(count):
        place, firm = PLACES[number % len(PLACES)], FIRMS[number % len(FIRMS)]
        text = f"Gestern kam die {firm} AG nach {place} zur Beratung Nummer {number}."
        start, where = text.index(firm), text.index(place)
        spans = [
            {"start": start, "end": start + len(firm) + 3, "label": "ORG"},
            {"start": where, "end": where + len(place), "label": "LOC"},
        ]
        rows.append({"id": f"row-{number}", "lang": "de", "text": text, "spans": spans})
    return rows


def is_test_row(id: str) -> bool:
    """The rule of the corpora, written a second time."""
    return int(hashlib.sha256(id.encode()).hexdigest(), 16) % 5 == 0


def quiet(_: str) -> None:
    """Report to nobody."""


@pytest.fixture(scope="module")
def few_rounds() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setitem(crfsuite.PARAMETERS, "max_iterations", 15)
    patch.setattr(kind_training, "BUCKET_BITS", 16)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    lines = (json.dumps(row) + "\n" for row in rows_of_gold(60))
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(few_rounds: None, gold: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "de" / kinds.FOLDER
    return kind_training.train_kinds("de", Material(gold=[gold]), folder, quiet).folder


def test_the_same_gold_gives_the_same_bytes(trained: Path, gold: Path, tmp_path: Path) -> None:
    kind_training.train_kinds("de", Material(gold=[gold]), tmp_path, quiet)
    files = sorted(file.name for file in trained.iterdir())
    assert files == ["CARD.md", "LICENSE", "model.json", "weights.npz"]
    for name in files:
        assert (trained / name).read_bytes() == (tmp_path / name).read_bytes()


def test_no_word_of_the_gold_is_in_the_files(trained: Path) -> None:
    with np.load(trained / names.WEIGHTS_FILE, allow_pickle=False) as stored:
        plain = b"".join(stored[name].tobytes() for name in stored.files)
    for file in trained.iterdir():
        plain += file.read_bytes()
    for word in (*PLACES, *FIRMS, "Beratung"):
        assert word.encode() not in plain
        assert word.lower().encode() not in plain


def test_a_trained_model_finds_what_it_has_not_seen(trained: Path) -> None:
    text = "Gestern kam die Vogelhut AG nach Ochsenbrück zur Beratung."
    thresholds = dict.fromkeys(kinds.ENTITIES, 0.5)
    (found,) = kinds.find_kinds(names.load_model(trained), [text], thresholds)
    assert {(one.entity, text[one.start : one.end]) for one in found} == {
        ("ORGANIZATION", "Vogelhut AG"),
        ("LOCATION", "Ochsenbrück"),
    }


def test_only_what_is_asked_for_is_found(trained: Path) -> None:
    text = "Gestern kam die Zwirnwerke AG nach Klapperstadt zur Beratung."
    (found,) = kinds.find_kinds(names.load_model(trained), [text], {"LOCATION": 0.5})
    assert [one.entity for one in found] == ["LOCATION"]


def test_no_text_of_a_held_out_row_is_learnt(
    few_rounds: None, gold: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    twins = [{**row, "id": f"twin-{at}"} for at, row in enumerate(rows_of_gold(60))]
    silver = tmp_path / "silver.jsonl"
    silver.write_text("".join(json.dumps(row) + "\n" for row in twins), encoding="utf-8")
    seen: set[str] = set()
    learn = kind_training.unit_labels

    def noted(units: Units, rows: Sequence[KindRow]) -> list[int]:
        seen.update(training.spelt(row.text) for row in rows)
        return learn(units, rows)

    monkeypatch.setattr(kind_training, "unit_labels", noted)
    material = Material(gold=[gold], silver=[silver])
    kind_training.train_kinds("de", material, tmp_path / "out", quiet)
    held_out = [row for row in rows_of_gold(60) if is_test_row(str(row["id"]))]
    assert held_out
    for row in rows_of_gold(60):
        assert (training.spelt(str(row["text"])) in seen) != (row in held_out)


def test_an_organisation_marked_as_harmless_is_an_office(tmp_path: Path) -> None:
    spans = [
        {"start": 0, "end": 3, "label": "ORG", "kind": "NO_MASK"},
        {"start": 4, "end": 7, "label": "ORG", "kind": "QUASI"},
        {"start": 8, "end": 9, "label": "DATETIME", "kind": "QUASI"},
    ]
    row = {"id": "1", "lang": "en", "text": "ABC DEF G", "spans": spans}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    assert read_kinds(path, "en")[0].spans == (
        Marked(0, 3, "office"),
        Marked(4, 7, "ORGANIZATION"),
    )


def test_gold_without_kinds_cannot_be_learnt(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nothing but people"):
        kind_training.train_kinds("ko", Material(gold=[gold]), tmp_path, quiet)
    with pytest.raises(SettingsError, match="'xx'"):
        kind_training.train_kinds("xx", Material(gold=[gold]), tmp_path, quiet)


def with_entities(policy: ScrubPolicy, *entities: str) -> ScrubPolicy:
    added = {entity: EntityPolicy(operator="replace") for entity in entities}
    return replace(policy, entities={**policy.entities, **added})


def test_a_policy_that_asks_for_places_needs_a_model_of_kinds(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_finder, "has_spacy_model", lambda _: False)
    people = make_policy(names=True)
    places = with_entities(people, "LOCATION")
    without = {"de": trained}
    assert kinds.kinds_folder(trained) is None
    assert FastFinder(people, ("de",), without).supports("de")
    assert not FastFinder(places, ("de",), without).supports("de")
    assert FastFinder(places, ("de",), {"de": trained.parent}).supports("de")
    assert not FastFinder(places, ("de",), {"de": trained.parent}).supports("fr")


def test_a_policy_that_asks_for_people_alone_loads_no_model_of_kinds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[Path] = []
    load = names.load_model
    monkeypatch.setattr(
        fast_finder, "_own_model", lambda folder: loaded.append(folder) or load(folder)
    )
    finder = FastFinder(make_policy(names=True), ("de",), {"de": MODELS / "de"})
    finder.find("de", ["Anna Klein kam."])
    assert loaded == [MODELS / "de"]


def court() -> ScrubPolicy:
    return parse_policy(shipped_policy("court"))


@pytest.mark.parametrize("language", ["de", "en", "fr", "ko"])
def test_the_court_policy_needs_no_spacy(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str, __: Sequence[str]) -> list[list[object]]:
        raise AssertionError

    monkeypatch.setattr(fast_finder, "has_spacy_model", lambda _: True)
    monkeypatch.setattr(fast_finder, "spacy_names", broken)
    finder = FastFinder(court(), (language,), names.installed_models(MODELS))
    assert finder.supports(language)
    finder.find(language, ["Anna Klein kam 2019 nach Berlin."])


@pytest.fixture(scope="module", params=SHIPPED)
def model(request: pytest.FixtureRequest) -> names.NameModel:
    return names.load_model(MODELS / request.param / kinds.FOLDER)


LOW = dict.fromkeys(kinds.ENTITIES, 0.05)
texts = st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), max_size=5)


@settings(max_examples=40, deadline=None)
@given(batch=texts)
def test_a_text_reads_the_same_in_any_batch(model: names.NameModel, batch: list[str]) -> None:
    together = kinds.find_kinds(model, batch, LOW)
    assert together == [kinds.find_kinds(model, [text], LOW)[0] for text in batch]


@settings(max_examples=40, deadline=None)
@given(batch=texts)
def test_spans_begin_and_end_in_a_letter_or_digit(model: names.NameModel, batch: list[str]) -> None:
    for text, found in zip(batch, kinds.find_kinds(model, batch, LOW), strict=True):
        for span in found:
            assert text[span.start].isalnum()
            assert text[span.end - 1].isalnum()
            assert 0.05 <= span.score <= 1
            assert span.entity in kinds.ENTITIES


@pytest.mark.parametrize(
    ("language", "text", "entity", "value"),
    [
        ("en", "The applicant was born in 1956 and lives in Leeds.", "LOCATION", "Leeds"),
        ("en", "He was employed by Brixton Steel Ltd until 2004.", "ORGANIZATION", "Brixton Steel"),
        ("fr", "Le requérant est né en 1956 et réside à Toulouse.", "LOCATION", "Toulouse"),
        ("de", "Die Klägerin wohnt seit 2004 in Hannover.", "LOCATION", "Hannover"),
        ("de", "Er arbeitet bei der Siemens AG in München.", "ORGANIZATION", "Siemens"),
        ("ko", "그는 지난해 부산에서 태어났다고 말했다.", "LOCATION", "부산"),
    ],
)
def test_plain_sentences(language: str, text: str, entity: str, value: str) -> None:
    model = names.load_model(MODELS / language / kinds.FOLDER)
    (found,) = kinds.find_kinds(model, [text], {entity: 0.3})
    assert any(value in text[one.start : one.end] for one in found)


def test_shipped_models_are_small_and_carry_card_and_licence() -> None:
    assert SHIPPED == ["de", "en", "fr", "ko"]
    for folder in (MODELS / language / kinds.FOLDER for language in SHIPPED):
        assert sum(file.stat().st_size for file in folder.iterdir()) < 8_000_000
        assert "Figures" in (folder / "CARD.md").read_text(encoding="utf-8")
        assert "SPDX-License-Identifier: CC-BY" in (folder / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.corpora
@pytest.mark.parametrize("language", SHIPPED)
def test_no_shipped_model_learnt_a_test_row(language: str) -> None:
    folder = corpora.path("pii_gold")
    settings = json.loads((MODELS / language / kinds.FOLDER / names.SETTINGS_FILE).read_bytes())
    rows = {
        name: [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()]
        for name in settings["learnt_gold_ids"]
    }
    test_texts = {
        training.spelt(row["text"])
        for part in rows.values()
        for row in part
        if is_test_row(row["id"])
    }
    assert rows
    for name, digest in settings["learnt_gold_ids"].items():
        allowed = [row for row in rows[name] if training.spelt(row["text"]) not in test_texts]
        assert not any(is_test_row(row["id"]) for row in allowed)
        assert digest == training.ids_digest(row["id"] for row in allowed)


@pytest.mark.corpora
def test_the_court_policy_takes_out_what_leads_back_to_people() -> None:
    rows = part_of(read_gold(corpora.path("pii_gold") / "en_tab.jsonl"), "test")
    finder = PolicyFinder(court(), ("en",), names.installed_models(MODELS))
    found = evaluate(rows, court(), finder, lambda *_: None)
    recall = {kind: found.tallies[Slice("en", "", kind)].recall for kind in ("DIRECT", "QUASI")}
    precision = found.covers["en"].precision
    assert not found.not_searched
    assert recall["DIRECT"] == 1
    assert recall["QUASI"] is not None
    assert recall["QUASI"] > 0.88
    assert precision is not None
    assert precision > 0.55
