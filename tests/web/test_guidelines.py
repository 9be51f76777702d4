import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.web.gateway.guidelines import written
from datacoop.web.gateway.pages import number, percent

BLOCKS = "p|ul|ol|li|h4|h5|h6|table|thead|tbody|tr|th|td|blockquote|pre"
PLAIN = re.compile(rf'</?({BLOCKS}|strong|em|code)( start="\d+")?( dir="auto")?>|<(br|hr) />')


def test_markdown_is_shown_as_it_is_meant() -> None:
    shown = written("# Choose\n\nOne **only**:\n\n| Key | Answer |\n|:--|---|\n| 1 | family |\n")
    assert '<h4 dir="auto">Choose</h4>' in shown
    assert "One <strong>only</strong>:" in shown
    assert '<td dir="auto">family</td>' in shown
    # A mask is text, not a tag.
    assert "&lt;PERSON_ab&gt;" in written("- *by <PERSON_ab>*")


PIECES = (
    *("<script>", "<img src=x onerror=y>", "<https://a.example>", "![a](https://a.example/b.png)"),
    *("[a](javascript:b)", "[a]: https://a.example", "[a]", "`", "```", "\n\n", "# ", "* ", "> "),
    *("|a|b|\n|:-|-:|\n|c|<b>|\n", "7. ", "&lt;i&gt;", "<!-- ", "**", "_", "\\", '"', "    ", "\n"),
)
pieces = st.sampled_from(PIECES)


@given(st.lists(pieces | st.text(max_size=5), max_size=12).map("".join))
def test_nothing_in_guidelines_becomes_more_than_plain_text(text: str) -> None:
    assert PLAIN.sub("", written(text)).count("<") == 0


@pytest.mark.parametrize(
    ("language", "whole", "part", "share"),
    [
        ("en", "1,234", "-0.50", "78%"),
        ("fr", "1\u202f234", "-0,50", "78\u00a0%"),
        ("de", "1.234", "-0,50", "78\u00a0%"),
        ("ko", "1,234", "-0.50", "78%"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(
    language: str, whole: str, part: str, share: str
) -> None:
    assert number(language, 1234) == whole
    assert number(language, -0.5, 2) == part
    assert percent(language, 0.78) == share
    assert number("en", -0.001, 2) == "0.00"
