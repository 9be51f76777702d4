from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.web.gateway.charts import SHADES, bar, interval, matrix

SVG = "{http://www.w3.org/2000/svg}"
shares = st.floats(-1, 2)
names = st.lists(st.text("ab<>\"'&한ش", max_size=12), max_size=6)


def parse(drawn: str) -> ElementTree.Element:
    named = str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ElementTree.fromstring(named)  # noqa: S314 - drawn here


@given(shares)
def test_a_bar_is_no_longer_than_its_ground(share: float) -> None:
    _, filled = parse(bar(share))
    assert 0 <= float(filled.attrib["width"]) <= 100
    assert float(filled.attrib["width"]) == pytest.approx(100 * min(1, max(0, share)), abs=0.05)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted), st.text("a<\"'&", max_size=9))
def test_an_interval_spans_from_low_to_high_and_says_so(ends: list[float], said: str) -> None:
    low, value, high = ends
    drawn = parse(interval(low, value, high, said, floor=0.5))
    span = drawn.find(f"{SVG}line[@class='span']")
    point = drawn.find(f"{SVG}circle")
    assert span is not None
    assert point is not None
    assert float(span.attrib["x1"]) <= float(point.attrib["cx"]) <= float(span.attrib["x2"])
    assert drawn.attrib["aria-label"] == said
    assert parse(interval(low, value, high, said)).find(f"{SVG}line[@class='floor']") is None


@given(names, shares)
def test_a_matrix_names_rows_and_columns_and_keeps_inside(names: list[str], depth: float) -> None:
    cells = {(row, row): (depth, 1) for row in range(len(names))}
    drawn = parse(matrix(names, cells, 'said "so"', write="{} < 2".format))
    texts = [text.text or "" for text in drawn.iter(f"{SVG}text")]
    assert sorted(texts) == sorted([*names, *names, *["1 < 2"] * len(names)])
    for cell in drawn.iter(f"{SVG}rect"):
        assert float(cell.attrib["x"]) + 48 <= float(drawn.attrib["width"])
        assert float(cell.attrib["y"]) + 48 <= float(drawn.attrib["height"])
        assert int(cell.attrib["class"].removeprefix("shade")) in range(SHADES)
