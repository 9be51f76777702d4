"""Training repeats to the byte, keeps no word of its texts, and measures on unseen rows."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from datacoop.errors import SettingsError
from datacoop.scrub import crfsuite, name_examples, names, training
from datacoop.scrub.name_card import licence_id, licence_text
from datacoop.scrub.name_examples import Example, made_up, recased, swapped
from datacoop.scrub.name_gold import is_held_out, read_gold
from datacoop.scrub.name_lists import NAMES
from datacoop.scrub.name_makers import GERMAN, KOREAN

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
    return training.train("de", [gold], tmp_path_factory.mktemp("de"), quiet)


def test_the_same_gold_gives_the_same_bytes(
    trained: training.TrainedModel, gold: Path, tmp_path: Path
) -> None:
    again = training.train("de", [gold], tmp_path / "again", quiet)
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
    held_out = [row for row in read_gold(gold, "de") if is_held_out(row)]
    assert 0 < len(held_out) < 60
    assert trained.figures["all"]["rows"] == trained.figures["gold"]["rows"] == len(held_out)
    assert trained.figures["all"]["recall"] == 1


def test_a_row_is_held_out_by_its_id_alone() -> None:
    one = Example(id="row-1", text="a", people=())
    assert is_held_out(one) == is_held_out(Example(id="row-1", text="another", people=((0, 3),)))


def test_a_language_without_a_recipe_cannot_be_trained(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'fr'"):
        training.train("fr", [gold], tmp_path, quiet)


def test_gold_without_people_cannot_be_learnt(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no person"):
        training.train("ko", [gold], tmp_path, quiet)


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
        read_gold(path, "de")


def test_made_up_sentences_mark_every_name_they_hold() -> None:
    for namer in (GERMAN, KOREAN):
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
    assert len(NAMES) < 700
