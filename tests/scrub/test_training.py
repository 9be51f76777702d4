"""Training repeats to the byte, keeps no word of its texts, and measures on unseen rows."""

import gzip
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import corpora
import numpy as np
import pytest

from datacoop.errors import SettingsError
from datacoop.scrub import crfsuite, name_examples, names, training
from datacoop.scrub.name_card import licence_id, licence_text
from datacoop.scrub.name_examples import Example, made_up, recased, swapped
from datacoop.scrub.name_features import Units
from datacoop.scrub.name_gold import is_held_out, read_examples
from datacoop.scrub.name_lists import NAMES
from datacoop.scrub.name_lookups import read_lookups
from datacoop.scrub.name_makers import ENGLISH, FRENCH, GERMAN, KOREAN, borrowing
from datacoop.scrub.name_vocabulary import Lookup, key

MODELS = Path(__file__).parents[2] / "models" / "datacoop_names"
SURNAMES = ("Quastenberg", "Zwirnhofer", "Muckenthal", "Prützelmann", "Dachsteiger", "Xyländer")
PLACES = ("Klapperstadt", "Brummelhausen", "Wolkenfurt")


def gold_rows(count: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number in range(count):
        surname, place = SURNAMES[number % len(SURNAMES)], PLACES[number % len(PLACES)]
        text = f"Gestern kam Herr {surname} aus {place} zur Beratung Nummer {number}."
        start, where = text.index(surname), text.index(place)
        spans = [
            {"start": start, "end": start + len(surname), "label": "PER"},
            {"start": where, "end": where + len(place), "label": "LOC"},
        ]
        rows.append({"id": f"row-{number}", "lang": "de", "text": text, "spans": spans})
    return rows


def write_gold(folder: Path, rows: list[dict[str, object]]) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def material(gold: Path) -> training.Material:
    return training.Material(gold=[gold])


def quiet(_: str) -> None:
    """Report to nobody."""


@pytest.fixture(scope="module")
def few_rounds() -> Iterator[pytest.MonkeyPatch]:
    patch = pytest.MonkeyPatch()
    patch.setitem(crfsuite.PARAMETERS, "max_iterations", 15)
    patch.setattr(training, "BUCKET_BITS", 16)
    patch.setattr(name_examples, "MADE_UP_COPIES", 1)
    yield patch
    patch.undo()


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gold(tmp_path_factory.mktemp("gold"), gold_rows(60))


@pytest.fixture(scope="module")
def trained(
    few_rounds: pytest.MonkeyPatch, gold: Path, tmp_path_factory: pytest.TempPathFactory
) -> training.TrainedModel:
    return training.train("de", material(gold), tmp_path_factory.mktemp("de"), quiet)


def test_the_same_gold_gives_the_same_bytes(
    trained: training.TrainedModel, gold: Path, tmp_path: Path
) -> None:
    again = training.train("de", material(gold), tmp_path / "again", quiet)
    files = sorted(file.name for file in trained.folder.iterdir())
    assert files == ["CARD.md", "LICENSE", "model.json", "weights.npz"]
    for name in files:
        assert (trained.folder / name).read_bytes() == (again.folder / name).read_bytes()


def test_no_word_of_the_gold_is_in_the_files(trained: training.TrainedModel) -> None:
    with np.load(trained.folder / names.WEIGHTS_FILE, allow_pickle=False) as stored:
        plain = b"".join(stored[name].tobytes() for name in stored.files)
    for file in trained.folder.iterdir():
        plain += file.read_bytes()
    for word in (*SURNAMES, *PLACES, "Beratung", "Gestern"):
        for form in (word, word.lower(), word[:6]):
            assert form.encode() not in plain


def test_a_trained_model_finds_people_it_has_not_seen(trained: training.TrainedModel) -> None:
    model = names.load_model(trained.folder)
    text = "Gestern kam Herr Vogelhuber aus Klapperstadt zur Beratung."
    assert [text[s.start : s.end] for s in names.find_names(model, [text])[0]] == ["Vogelhuber"]


def test_figures_are_of_the_held_out_rows_only(trained: training.TrainedModel, gold: Path) -> None:
    held_out = [row for row in read_examples(gold, "de") if is_held_out(row)]
    assert 0 < len(held_out) < 60
    assert trained.figures["all"]["rows"] == trained.figures["gold"]["rows"] == len(held_out)
    assert trained.figures["all"]["recall"] == 1


def is_test_row(id: str) -> bool:
    """The rule of the corpora, written a second time."""
    return int(hashlib.sha256(id.encode()).hexdigest(), 16) % 5 == 0


def test_a_row_is_held_out_by_the_digest_of_its_id() -> None:
    ids = [f"row-{number}" for number in range(200)]
    held_out = [one for one in ids if is_held_out(Example(id=one, text="", people=()))]
    assert held_out == [one for one in ids if is_test_row(one)]
    assert 20 < len(held_out) < 60


def seen_texts(
    monkeypatch: pytest.MonkeyPatch, material: training.Material, out: Path
) -> list[str]:
    """Train on some material and return every text that a feature was taken from."""
    seen: list[str] = []
    learn = training.unit_labels

    def noted(units: Units, examples: Sequence[Example]) -> list[int]:
        seen.extend(example.text for example in examples)
        return learn(units, examples)

    monkeypatch.setattr(training, "unit_labels", noted)
    training.train("de", material, out, quiet)
    return seen


def test_no_text_of_a_held_out_row_is_learnt_from_any_file(
    few_rounds: pytest.MonkeyPatch, gold: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = gold_rows(60)
    held_out = [row for row in rows if is_test_row(str(row["id"]))]
    twins = [{**row, "id": f"twin-{at}", "text": f"{row['text']} !"} for at, row in enumerate(rows)]
    silver = tmp_path / "silver.jsonl.gz"
    with gzip.open(silver, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in twins)
    own = training.Material(gold=[gold], silver=[silver], taught=[silver])
    seen = {training.spelt(text) for text in seen_texts(monkeypatch, own, tmp_path / "out")}
    assert held_out
    for row in rows:
        assert (training.spelt(str(row["text"])) in seen) != (row in held_out)


def test_the_ids_learnt_are_written_down(trained: training.TrainedModel) -> None:
    settings = json.loads((trained.folder / names.SETTINGS_FILE).read_bytes())
    ids = [str(row["id"]) for row in gold_rows(60)]
    learnt = training.ids_digest(one for one in ids if not is_test_row(one))
    assert settings["learnt_gold_ids"] == {"gold.jsonl": learnt}


@pytest.mark.corpora
@pytest.mark.parametrize("language", ["de", "en", "fr", "ko"])
def test_no_shipped_model_learnt_a_test_row(language: str) -> None:
    folder = corpora.path("pii_gold")
    settings = json.loads((MODELS / language / names.SETTINGS_FILE).read_bytes())
    assert settings["learnt_gold_ids"]
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
    for name, digest in settings["learnt_gold_ids"].items():
        allowed = [row for row in rows[name] if training.spelt(row["text"]) not in test_texts]
        assert not any(is_test_row(row["id"]) for row in allowed)
        joined = "\n".join(sorted(row["id"] for row in allowed))
        assert digest == hashlib.sha256(joined.encode()).hexdigest()
        content = (folder / name).read_bytes()
        assert settings["material"]["gold"][name] == hashlib.sha256(content).hexdigest()


def test_silver_that_the_gold_contradicts_is_not_learnt(
    few_rounds: pytest.MonkeyPatch, gold: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = "Gestern kam Herr Wackerbarth aus {} zur Beratung Nummer 3."
    good, bad = text.format("Wolkenfurt"), text.format("Klapperstadt")
    rows = [
        {"text": good, "spans": [{"start": 17, "end": 28, "label": "PER"}]},
        {"text": bad, "spans": [{"start": 0, "end": 7, "label": "PER"}]},
    ]
    path = tmp_path / "silver.jsonl"
    lines = (json.dumps({**row, "id": f"s{at}", "lang": "de"}) for at, row in enumerate(rows))
    path.write_text("\n".join(lines), encoding="utf-8")
    own = training.Material(gold=[gold], silver=[path])
    seen = seen_texts(monkeypatch, own, tmp_path / "out")
    # Both are judged; one is learnt.
    assert seen.count(good) > 1
    assert seen.count(bad) == 1


def test_tables_of_words_are_read_and_known_by_checksum(tmp_path: Path) -> None:
    tables = {"prob": {"der": -3.0, "Xyländer": -9.0}, "cluster": {"der": 41}}
    for kind, table in tables.items():
        with gzip.open(tmp_path / f"de_lexeme_{kind}.json.gz", "wt") as file:
            json.dump(table, file)
    found = read_lookups(tmp_path, "de")
    assert found == {key("der"): Lookup(41, 13), key("Xyländer"): Lookup(0, 1)}
    assert read_lookups(tmp_path, "fr") == {}
    with pytest.raises(SettingsError, match="lookups"):
        read_lookups(tmp_path / "none", "de")


def test_names_of_the_material_are_joined_anew() -> None:
    draw = random.Random(1)  # noqa: S311 - repeatable, no secret
    namer = borrowing(GERMAN, ["Quirla Xyländer", "Ostara Zwirnhofer", "ohne"])
    drawn = {namer.full(draw) for _ in range(300)}
    assert {"Quirla Zwirnhofer", "Ostara Xyländer"} <= drawn


@pytest.mark.parametrize(
    ("language", "text", "people"),
    [
        ("en", "Mr. Justice Roth", "Roth"),
        ("en", "M. Roth", "M. Roth"),
        ("en", "Miles Roth", "Miles Roth"),
        ("fr", "MM . A . Roth", "A . Roth"),
        ("fr", "Mme Mercier", "Mercier"),
        ("fr", "M .", None),
        ("de", "Herrn Prof. Dr. Roth", "Roth"),
    ],
)
def test_a_title_is_no_part_of_a_name(
    language: str, text: str, people: str | None, tmp_path: Path
) -> None:
    span = {"start": 0, "end": len(text), "label": "PER"}
    row = {"id": "1", "lang": language, "text": text, "spans": [span]}
    path = write_gold(tmp_path, [row])
    (example,) = read_examples(path, language)
    assert [text[low:high] for low, high in example.people] == ([people] if people else [])


def test_a_language_without_a_recipe_cannot_be_trained(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'xx'"):
        training.train("xx", material(gold), tmp_path, quiet)


def test_gold_without_people_cannot_be_learnt(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no person"):
        training.train("ko", material(gold), tmp_path, quiet)


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[]",
        '{"lang": "de"}',
        '{"id": "1", "lang": "de", "text": 3, "spans": []}',
        '{"id": "", "lang": "de", "text": "a", "spans": [{"start": 0, "end": 9, "label": "PER"}]}',
    ],
)
def test_a_bad_line_is_named_by_number_and_not_quoted(line: str, tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(gold_rows(1)[0]) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^line 2 of gold\.jsonl is not a row of gold spans$"):
        read_examples(path, "de")


def test_made_up_sentences_mark_every_name_they_hold() -> None:
    for namer in (GERMAN, ENGLISH, FRENCH, KOREAN):
        for example in made_up(namer, 1):
            assert "{" not in example.text
            for start, end in example.people:
                assert example.text[start:end].strip() == example.text[start:end] != ""


def test_a_korean_particle_fits_the_name_before_it() -> None:
    first = [example for example in made_up(KOREAN, 1) if example.id.startswith("made-up")]
    for text in (example.text for example in first if example.id.endswith("-0")):
        has_final = (ord(text.split()[1][-2]) - 0xAC00) % 28 > 0
        assert text.split()[1][-1] == ("은" if has_final else "는")


def test_renamed_copies_keep_the_rest_of_the_row() -> None:
    row = Example(id="1", text="Eva Roth wohnt in Bonn.", people=((0, 8),), others=((18, 22),))
    copy, *_ = swapped([row, Example(id="2", text="Nichts.", people=())], GERMAN, 3)
    assert copy.text.endswith(" wohnt in Bonn.")
    assert [copy.text[start:end] for start, end in copy.others] == ["Bonn"]
    assert copy.text[copy.people[0][1] :] == " wohnt in Bonn."


def test_recased_copies_keep_every_position() -> None:
    rows = [Example(id=str(n), text=f"Frau Groß {n}", people=((5, 9),)) for n in range(200)]
    copies = list(recased(rows, GERMAN, 5))
    assert copies
    assert all(len(copy.text) == len(f"Frau Groß {copy.id.split('-')[0]}") for copy in copies)


def test_the_strictest_licence_of_the_gold_is_that_of_the_model() -> None:
    assert licence_id(["de_germeval", "de_legal"]) == "CC-BY-4.0"
    assert licence_id(["de_germeval", "ko_klue_ner"]) == "CC-BY-SA-4.0"
    assert licence_id(["de_germeval", "own"]) == ""
    assert "own" in licence_text(["own"])


def test_the_lists_hold_whole_names() -> None:
    assert all(name[0].isalpha() for name in NAMES)
    assert len(NAMES) < 1_500
