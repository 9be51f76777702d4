"""Names are found the same way whatever else is in the batch, in time linear in the text."""

import re
import tracemalloc
from pathlib import Path

import corpora
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.errors import IntegrityError, SettingsError
from datacoop.scrub import name_words, names
from datacoop.scrub.name_chain import chances
from datacoop.scrub.name_characters import particle_of
from datacoop.scrub.name_gold import is_held_out, measure, read_examples
from datacoop.scrub.name_units import SPACED, SPLIT, read_spaced
from datacoop.scrub.spacy_models import has_spacy_model
from datacoop.scrub.spacy_names import spacy_names

MODELS = Path(__file__).parents[2] / "models" / "datacoop_names"

texts = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet="Frau Dr.Müller-Köhler, 김민수는 씨 \n", max_size=120),
    ),
    max_size=6,
)


@pytest.fixture(scope="module", params=["de", "en", "fr", "ko"])
def model(request: pytest.FixtureRequest) -> names.NameModel:
    return names.load_model(MODELS / request.param)


@pytest.fixture(scope="module")
def german() -> names.NameModel:
    return names.load_model(MODELS / "de")


@pytest.fixture(scope="module")
def english() -> names.NameModel:
    return names.load_model(MODELS / "en")


@pytest.fixture(scope="module")
def french() -> names.NameModel:
    return names.load_model(MODELS / "fr")


@pytest.fixture(scope="module")
def korean() -> names.NameModel:
    return names.load_model(MODELS / "ko")


def found(model: names.NameModel, text: str) -> list[str]:
    return [text[span.start : span.end] for span in names.find_names(model, [text])[0]]


@settings(max_examples=60, deadline=None)
@given(batch=texts)
def test_a_text_has_the_same_names_and_scores_alone_and_in_any_batch(
    model: names.NameModel, batch: list[str]
) -> None:
    together = names.find_names(model, batch, threshold=0.01)
    assert together == [names.find_names(model, [text], threshold=0.01)[0] for text in batch]
    assert together[::-1] == names.find_names(model, batch[::-1], threshold=0.01)


@settings(max_examples=60, deadline=None)
@given(batch=texts)
def test_chances_have_the_same_bits_alone_and_in_any_batch(
    model: names.NameModel, batch: list[str]
) -> None:
    together = names.label_chances(model, model.read(batch))
    alone = [names.label_chances(model, model.read([text])) for text in batch]
    assert together.tobytes() == b"".join(part.tobytes() for part in alone)


@settings(max_examples=60, deadline=None)
@given(batch=texts)
def test_spans_lie_in_order_inside_their_text(model: names.NameModel, batch: list[str]) -> None:
    for text, spans in zip(batch, names.find_names(model, batch, 0.01), strict=True):
        bounds = [place for span in spans for place in (span.start, span.end)]
        assert bounds == sorted(bounds)
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert all(0.01 <= span.score <= 1 for span in spans)


def test_no_text_and_empty_texts_have_no_names(model: names.NameModel) -> None:
    assert names.find_names(model, []) == []
    assert names.find_names(model, ["", " \n\t", ""]) == [[], [], []]


def test_emoji_and_lone_surrogates_do_not_move_offsets(german: names.NameModel) -> None:
    assert found(german, "😀😀 Guten Tag, Frau Müller \ud800 👍🏽") == ["Müller"]


@pytest.mark.parametrize(
    "text",
    [
        "\ud800\udfff Müller \udc00",
        "Frau\0Müller\0\0",
        "Mu\u0308" + "\u0301" * 100_000 + "ller",
        "a" * 1_000_000,
        "-" * 300_000,
        "a-" * 200_000,
        "\n" * 300_000,
        " " * 1_000_000 + "x",
        "\ufeff\u200b\u202e Müller \U000e0001",
    ],
    ids=["surrogates", "nul", "marks", "no-space", "hyphens", "joined", "lines", "blank", "unseen"],
)
def test_no_text_makes_a_crash(model: names.NameModel, text: str) -> None:
    for span in names.find_names(model, [text, "Frau Müller"], threshold=0.1)[0]:
        assert 0 <= span.start < span.end <= len(text)


def test_nothing_changes_when_the_kept_words_are_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = [f"Guten Tag, Frau Müller{number} aus Ort{number}." for number in range(60)]
    whole = names.find_names(names.load_model(MODELS / "de"), batch, threshold=0.01)
    monkeypatch.setattr(name_words, "_KEPT_WORDS", 5)
    small = names.load_model(MODELS / "de")
    assert [names.find_names(small, [text], threshold=0.01)[0] for text in batch] == whole


@settings(max_examples=60, deadline=None)
@given(batch=texts, pattern=st.sampled_from([SPACED, SPLIT]))
def test_a_text_is_cut_into_the_same_chains_alone_and_in_any_batch(
    batch: list[str], pattern: re.Pattern[str]
) -> None:
    together = read_spaced(batch, pattern)
    for number, text in enumerate(batch):
        alone = read_spaced([text], pattern)
        own = [at for at, owner in enumerate(together.texts) if owner == number]
        assert [together.forms[at] for at in own] == alone.forms
        assert [together.starts[at] for at in own] == alone.starts
        chains = [together.chains[at] for at in own]
        assert [chain - chains[0] for chain in chains] == alone.chains


def test_a_text_of_signs_alone_says_nothing_of_the_next() -> None:
    emoji = "😀" * 70 + "\n"
    words = read_spaced(["Hallo", emoji, ".\nDanach"], SPACED)
    assert words.chains == [0, 1, 2]
    assert words.forms == ["Hallo", ".", "Danach"]


@pytest.mark.parametrize("piece", ["Frau Müller kommt. ", "김민수는 ", "a", "가", ".", "x-", "\n"])
def test_memory_grows_with_the_text_and_not_faster(model: names.NameModel, piece: str) -> None:
    def peak(size: int) -> int:
        text = (piece * size)[:size]
        tracemalloc.start()
        names.find_names(model, [text])
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    # What is quadratic in the words would take 100 times as much.
    assert peak(30_000) < 15 * peak(3_000) + 2**20


@settings(max_examples=100, deadline=None)
@given(batch=texts, feature_set=st.sampled_from(sorted(names.FEATURE_SETS)))
def test_words_cover_every_letter_and_digit_once(batch: list[str], feature_set: str) -> None:
    words = names.FEATURE_SETS[feature_set].words(batch)
    covered = [[False] * len(text) for text in batch]
    for start, end, owner in zip(words.starts, words.ends, words.texts, strict=True):
        for place in range(start, end):
            assert not covered[owner][place]
            covered[owner][place] = True
    for text, marks in zip(batch, covered, strict=True):
        missed = {letter for letter, is_covered in zip(text, marks, strict=True) if not is_covered}
        assert not any(letter.isalnum() for letter in missed)


def test_an_abbreviation_does_not_end_a_chain_and_a_sentence_does() -> None:
    words = read_spaced(["Frau Dr. Klein kam gestern. Dann ging sie.\nAdresse"], SPACED)
    ends = [form for form, chain in zip(words.forms, words.chains, strict=True) if chain == 0]
    assert ends == ["Frau", "Dr", ".", "Klein", "kam", "gestern", "."]
    assert max(words.chains) == 2


def test_chances_are_those_of_counting_every_path() -> None:
    scores = np.array([[3, 0, -9, 4], [0, 30, 1, 2], [7, 7, 20, -3]], dtype=np.int64)
    moves = np.array([[1, 2, -90, 0], [5, 0, 9, 1], [2, 2, 8, 0], [0, 1, -90, 3]], dtype=np.int64)
    wanted = np.zeros((3, 4))
    for path in np.ndindex(4, 4, 4):
        total = sum(int(scores[unit, label]) for unit, label in enumerate(path))
        total += sum(int(moves[path[unit], path[unit + 1]]) for unit in range(2))
        for unit, label in enumerate(path):
            wanted[unit, label] += np.exp(total / 32)
    wanted /= wanted.sum(axis=1, keepdims=True)
    assert np.allclose(chances(scores, np.zeros(3, dtype=np.int64), moves), wanted)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Guten Tag, Frau Dr. Wackerbarth, wie geht es Ihnen?", ["Wackerbarth"]),
        ("Patient: Jonas Ebersbach, geboren am 3. Mai 1961", ["Jonas Ebersbach"]),
        ("Die Klägerin Sabine Holtkamp begehrt Schadensersatz.", ["Sabine Holtkamp"]),
        ("Herr Karabulut hat den Antrag am Schalter abgegeben.", ["Karabulut"]),
        ("mein name ist monika scharnagl", ["monika scharnagl"]),
        ("Der Druck im Kessel betrug zwölf Bar.", []),
        ("Sehr geehrte Damen und Herren,", []),
    ],
)
def test_the_shipped_german_model_finds_people(
    german: names.NameModel, text: str, people: list[str]
) -> None:
    assert found(german, text) == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Good afternoon, Mrs Wackerbarth, how are you?", ["Wackerbarth"]),
        ("Patient: Jonathan Eversfield, born on 3 May 1961", ["Jonathan Eversfield"]),
        ("The applicant was represented by Ms K. Drummore, a lawyer.", ["K. Drummore"]),
        ("my name is monica sharnagle", ["monica sharnagle"]),
        ("PLEASE CALL ROBERT HOLLOWBROOK", ["ROBERT HOLLOWBROOK"]),
        ("The pressure in the boiler was twelve bar.", []),
        ("Dear Sir or Madam,", []),
    ],
)
def test_the_shipped_english_model_finds_people(
    english: names.NameModel, text: str, people: list[str]
) -> None:
    assert found(english, text) == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Bonjour Madame Wackerbarth, comment allez-vous ?", ["Wackerbarth"]),
        ("Patient : Jonathan Éverchamp, né le 3 mai 1961", ["Jonathan Éverchamp"]),
        ("Le requérant est représenté par Me K. Dromard, avocat.", ["K. Dromard"]),
        ("je m'appelle monique charnagle", ["monique charnagle"]),
        ("L'épouse d'Anne-Marie Vercotte est venue.", ["Anne-Marie Vercotte"]),
        ("La pression de la chaudière était de douze bars.", []),
        ("Madame, Monsieur,", []),
    ],
)
def test_the_shipped_french_model_finds_people(
    french: names.NameModel, text: str, people: list[str]
) -> None:
    assert found(french, text) == people


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("환자 박도윤은 어제부터 두통을 호소하였다.", ["박도윤"]),
        ("김OO 씨는 3일간 입원하였다.", ["김OO"]),
        ("피고인 최길수는 피해자 안미란에게 전화를 걸었다.", ["최길수", "안미란"]),
        ("신유진님 예약이 확인되었습니다.", ["신유진"]),
        ("민원인 조은별 님의 신청이 접수되었습니다.", ["조은별"]),
        ("허리 통증이 심해져서 검사를 받았다.", []),
    ],
)
def test_the_shipped_korean_model_finds_people_without_their_particles(
    korean: names.NameModel, text: str, people: list[str]
) -> None:
    assert found(korean, text) == people


def test_the_longest_particle_is_taken_off() -> None:
    assert [particle_of(word) for word in ("민수에게서", "민수", "은")] == ["에게서", "", ""]


def test_shipped_models_are_small_and_carry_card_and_licence() -> None:
    for folder in sorted(file.parent for file in MODELS.glob("*/model.json")):
        assert sum(file.stat().st_size for file in folder.iterdir()) < 8_000_000
        assert "Figures" in (folder / "CARD.md").read_text(encoding="utf-8")
        assert "SPDX-License-Identifier: CC-BY" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_models_of_a_folder_are_found_by_language() -> None:
    expected = {language: MODELS / language for language in ("de", "en", "fr", "ko")}
    assert names.installed_models(MODELS) == expected


def test_a_folder_without_a_model_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no name model"):
        names.load_model(tmp_path)


def test_a_model_of_another_format_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / names.SETTINGS_FILE).write_text('{"format": 99}')
    with pytest.raises(SettingsError, match="another version"):
        names.load_model(tmp_path)


def test_one_changed_byte_of_the_weights_is_noticed(tmp_path: Path) -> None:
    for name in (names.SETTINGS_FILE, names.WEIGHTS_FILE):
        (tmp_path / name).write_bytes((MODELS / "de" / name).read_bytes())
    weights = tmp_path / names.WEIGHTS_FILE
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(IntegrityError):
        names.load_model(tmp_path)


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("gold", "least_recall", "least_precision"),
    [
        ("en_tab", 0.9, 0.8),
        ("en_wikigold", 0.85, 0.8),
        ("en_presidio_research", 0.96, 0.88),
        ("fr_echr_train", 0.92, 0.9),
        ("de_germeval", 0.86, 0.8),
        ("de_legal", 0.8, 0.55),
        ("ko_klue_ner", 0.75, 0.7),
    ],
)
def test_people_of_test_rows_are_found_and_no_fewer_than_by_spacy(
    gold: str, least_recall: float, least_precision: float
) -> None:
    language = gold[:2]
    path = corpora.path("pii_gold") / f"{gold}.jsonl"
    rows = [row for row in read_examples(path, language) if is_held_out(row)]
    figures = measure(names.load_model(MODELS / language), rows, threshold=0.4)
    assert figures["recall"] >= least_recall
    assert figures["character_precision"] >= least_precision
    if has_spacy_model(language):
        texts = [row.text for row in rows]
        for row, found in zip(rows, spacy_names(language, texts), strict=True):
            spans = [range(one.start, one.end) for one in found if one.entity == "PERSON"]
            figures["recall"] -= (
                sum(
                    all(any(at in span for span in spans) for at in letters(row.text, person))
                    for person in row.people
                )
                / figures["people"]
            )
        assert figures["recall"] > -1e-9


def letters(text: str, place: tuple[int, int]) -> list[int]:
    return [at for at in range(*place) if text[at].isalnum()]
