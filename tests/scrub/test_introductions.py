"""Names that no model knows, found by the words around them. All names are made up."""

from dataclasses import replace

import pytest
from scrubbing import make_policy

from datacoop.records.policies import EntityPolicy
from datacoop.scrub.finder import PolicyFinder

POLICY = replace(
    make_policy(), entities={"PERSON": EntityPolicy(operator="replace", threshold=0.1)}
)
FINDER = PolicyFinder(POLICY, (), {})


def people(text: str) -> list[str]:
    (found,) = FINDER.find_patterns("en", [text])
    return sorted({text[one.start : one.end] for one in found if one.entity == "PERSON"})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello, my name is Xanthor Quillby.", "Xanthor Quillby"),
        ("Counsel for Mr Quillby asked for time.", "Quillby"),
        ("They met Mr Q. Quillby there.", "Q. Quillby"),
        ("They met Mrs X.-Q. Quillby there.", "X.-Q. Quillby"),
        ("They met Lt. Gen. Quillby there.", "Lt. Gen. Quillby"),
        ("It was Quillby who left, and Quillby gave evidence.", "Quillby"),
        ("Kind regards,\nXanthor Q. Quillby", "Xanthor Q. Quillby"),
        ("I am Xanthor van der Quill and I live here.", "Xanthor van der Quill"),
        ("Je m'appelle Zéphirelle Trompecourt.", "Zéphirelle Trompecourt"),
        ("le recours d'Oriflamme Trompecourt", "Oriflamme Trompecourt"),
        ("Bonjour, c'est Zéphirelle Trompecourt à l'appareil", "Zéphirelle Trompecourt"),
        ("Trompecourt demeure à Lyon", "Trompecourt"),
        ("Mein Name ist Xaverine Quendelbach.", "Xaverine Quendelbach"),
        ("Mit freundlichen Grüßen\nXaverine Quendelbach", "Xaverine Quendelbach"),
        ("Quendelbach, wohnhaft in Köln", "Quendelbach"),
        ("저는 뷁늘솜입니다.", "뷁늘솜"),
        ("제 이름은 뷁늘솜이고요", "뷁늘솜"),
        ("감사합니다.\n뷁늘솜 올림", "뷁늘솜"),
        ("민원인 뷁늘솜", "뷁늘솜"),
        ("뷁늘솜 씨가 왔습니다", "뷁늘솜"),
        ("보호자인 뷁늘솜에게 전화해 주세요", "뷁늘솜"),
    ],
)
def test_an_introduction_tells_a_name(text: str, name: str) -> None:
    assert people(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "My name is on the list, and I am tired. This is a test.",
        "Counsel for the defence gave evidence that was called weak.",
        "I am Canadian.",
        "Mr President, the claims Board met; see N.C. Gen. Stat. 5.",
        "Le nom de la rue est connu, je suis malade, c'est noté.",
        "Ich bin krank, der Name ist bekannt. Mit freundlichen Grüßen",
        "저는 대학생입니다. 저는 한국인입니다.",
        "저는 오늘 늦습니다. 이름은 모릅니다.",
    ],
)
def test_what_is_no_name_is_left(text: str) -> None:
    assert people(text) == []
