import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import corpora
import pytest

from datacoop.ingest.language import FUNCTION_WORDS, identify

EN = "The court held that the appeal should be dismissed with costs."
FR = "Le tribunal a jugé que l'appel devait être rejeté avec dépens pour les parties."
DE = "Das Gericht hat entschieden, dass die Berufung auf Kosten des Klägers zurückgewiesen wird."
KO = "법원은 항소를 기각하고 소송비용은 원고가 부담한다고 판결하였다."
ES = "El tribunal sostuvo que la apelación debía ser desestimada con costas para las partes."
TA = "மேல்முறையீடு தள்ளுபடி செய்யப்பட்டது என்று நீதிமன்றம் கூறியது."
MS = "Mahkamah memutuskan bahawa rayuan itu tidak akan dibenarkan dengan kos kepada perayu."
ZH = "法院裁定驳回上诉,诉讼费用由原告承担,本判决为终审判决,双方当事人不得再行上诉。"
ALL = {"en": EN, "fr": FR, "de": DE, "ko": KO, "ta": TA, "ms": MS, "zh": ZH}


@pytest.mark.parametrize("language", sorted(ALL))
def test_a_text_is_taken_for_its_language_among_all(language: str) -> None:
    assert identify([ALL[language]], tuple(ALL)) == [language]


@pytest.mark.parametrize("language", sorted(ALL))
def test_a_text_in_an_undeclared_language_is_seen(language: str) -> None:
    for declared in ALL:
        expected = language if language == declared else None
        assert identify([ALL[language]], (declared,)) == [expected]
    assert identify([ES], ("en", "fr", "de", "ko")) == [None]


def test_few_letters_are_taken_for_the_one_language_declared() -> None:
    assert identify(["", "OK", "12345 !!!", "Danke schön"], ("en",)) == ["en"] * 4


def test_few_letters_are_taken_for_one_of_the_languages_declared() -> None:
    found = identify(["", "ok", "안녕하세요", "Danke schön", "வணக்கம்"], ("en", "ko", "de"))
    assert set(found) <= {"en", "ko", "de"}
    assert found[2] == "ko"


def test_names_and_numbers_are_not_judged() -> None:
    texts = ["REF-2024/000123-AB 555-0199 AB12CD34EF56 0x7f3a9c 99887766554433"] * 2
    assert identify(texts, ("en",)) == ["en"] * 2


def test_a_language_that_the_model_does_not_know_is_taken_on_trust() -> None:
    assert identify(["Lorem ipsum dolor sit amet consectetur"], ("xx",)) == ["xx"]


def test_korean_with_english_words_is_korean() -> None:
    text = "환자는 MRI 검사 후 acetaminophen 처방을 받았고 follow-up 예약을 잡았습니다."
    assert identify([text], ("ko", "en")) == ["ko"]


def test_no_function_word_belongs_to_two_languages() -> None:
    words = Counter(word for text in FUNCTION_WORDS.values() for word in text.split())
    assert max(words.values()) == 1


def column(path: Path, name: str) -> list[str]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return [row[name] for row in csv.DictReader(file)]
    with gzip.open(path) as file:
        return [json.loads(line)[name] for line in file]


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("corpus", "name", "key", "language"),
    [
        ("ca_laws", "acts.en.jsonl.gz", "text", "en"),
        ("ca_laws", "lois.fr.jsonl.gz", "text", "fr"),
        ("de_court_decisions", "decisions.jsonl.gz", "text", "de"),
        ("ko_movie_reviews", "reviews.jsonl.gz", "review", "ko"),
        ("med_mtsdialog", "Main-Dataset/MTS-Dialog-TrainingSet.csv", "dialogue", "en"),
        ("fin_banking77", "banking_data/train.csv", "text", "en"),
    ],
)
def test_fewer_than_one_row_in_two_hundred_is_held_back_wrongly(
    corpus: str, name: str, key: str, language: str
) -> None:
    found = column(corpora.path(corpus) / name, key)[:20_000]
    lost = sum(value is None for value in identify(found, (language,)))
    assert lost < 0.005 * len(found)
