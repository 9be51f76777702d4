import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.ingest.cleaning import RULES, clean

PIECES = [
    *("a", "é", "e\u0301", " ", "  ", "\t", "\n", "\r", "\r\n", "\u2028", "\u00a0", "\u3000"),
    *("\ufeff", "\u200b", "\u200d", "\u00ad", "<", ">", "<b>", "</b>", "<br/>", "<!--", "-->"),
    *("&", "amp;", "&lt;", "&#60;", "&#x26;", "&#13;", "&nbsp;", ";", "#", "60", "Ã", "©", "â€œ"),
    *("<script>", "</script>", "한", "ᄒ", "ᅡ", "ᆫ", "க்", "\u200c", '"', "'", "&am&#112;;"),
]
dirty = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8"), max_size=20).map("".join)
rule_lists = st.lists(st.sampled_from(sorted(RULES)), unique=True)


def cleaned(text: str, *rules: str) -> str:
    array, _ = clean(pa.array([text], pa.string()), rules or list(RULES))
    return str(array[0].as_py())


@given(st.lists(st.none() | dirty, max_size=5), rule_lists)
def test_cleaning_twice_is_cleaning_once(texts: list[str | None], rules: list[str]) -> None:
    once, _ = clean(pa.array(texts, pa.string()), rules)
    twice, counts = clean(once, rules)
    assert twice.to_pylist() == once.to_pylist()
    assert not any(counts.values())


@given(st.lists(st.none() | dirty, max_size=5), rule_lists)
def test_a_text_is_cleaned_alike_alone_and_among_others(
    texts: list[str | None], rules: list[str]
) -> None:
    together, counts = clean(pa.array(texts, pa.string()), rules)
    alone = [clean(pa.array([text], pa.string()), rules) for text in texts]
    assert together.to_pylist() == [array[0].as_py() for array, _ in alone]
    assert counts == {rule: sum(found[rule] for _, found in alone) for rule in rules}


@given(dirty)
def test_all_rules_leave_composed_text_without_stray_space(text: str) -> None:
    result = cleaned(text)
    assert unicodedata.is_normalized("NFC", result)
    assert "  " not in result
    assert not set(result) & set("\r\t\u00a0\u2028\ufeff\u200b")
    assert result == result.strip()


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ("strip_bom", "\ufeffa", "a"),
        ("newlines", "a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("white_space", " a \u00a0 b\n c ", "a b\n c"),
        ("zero_width", "a\u200bb\u2060", "ab"),
        ("zero_width", "5\u200d5\u200c5", "555"),
        ("zero_width", "👩\u200d💻 க்\u200cஷ", "👩\u200d💻 க்\u200cஷ"),
        ("unicode_nfc", "e\u0301 \u1112\u1161\u11ab", "é 한"),
        ("markup", "<p>a</p><p class='>'>b</p>", "\na\n\nb\n"),
        ("markup", "a <b>bold</b> &amp; &eacute;", "a bold & é"),
        ("markup", "x < y and 5 > 3", "x < y and 5 > 3"),
        ("markup", "a<!-- <b> -->b<script>c</script >d", "abd"),
        ("markup", "&amp;lt;b&amp;gt;bold", "bold"),
        ("markup", "a&#0;&#7;b", "a\ufffdb"),
        ("markup", f"a&#{'9' * 5000};b", "ab"),
        ("mojibake", "FranÃ§ais â€œcafÃ©â€\u009d Ã\u00a0", "Français “café” à"),
        ("mojibake", "SPÖ“ Â ÂGE", "SPÖ“ Â ÂGE"),
    ],
)
def test_each_rule_does_what_it_is_named_for(rule: str, text: str, expected: str) -> None:
    assert cleaned(text, rule) == expected


def test_counts_say_how_many_texts_a_rule_changed() -> None:
    texts = pa.array(["a  b", "a b", None, "c\u200b  d"])
    assert clean(texts, ["zero_width", "white_space"])[1] == {"zero_width": 1, "white_space": 2}


@pytest.mark.parametrize(
    "hostile", ["<!--", "<script ", '<a "', "<a \"'>", "&amp;", "&#38;", "&am&#112;;", "\u200b "]
)
def test_cleaning_ends_where_quadratic_work_would_not(hostile: str) -> None:
    # A million million steps would outlast every limit of time; linear work takes a moment.
    text = hostile * (1_000_000 // len(hostile))
    (found,) = clean(pa.array([text]), list(RULES))[0].to_pylist()
    assert len(found) <= len(text)
