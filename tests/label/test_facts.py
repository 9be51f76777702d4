import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.facts import prediction_doubt


@pytest.mark.parametrize(
    ("probabilities", "doubt"), [((1.0, 0.0), 0), ((0.5, 0.5, 0.0), 1), ((0.2, 0.7, 0.1), 0.5)]
)
def test_doubt_is_one_less_the_margin(probabilities: tuple[float, ...], doubt: float) -> None:
    assert prediction_doubt(probabilities) == pytest.approx(doubt)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6).map(tuple))
def test_doubt_stays_between_nothing_and_one(probabilities: tuple[float, ...]) -> None:
    assert 0 <= prediction_doubt(probabilities) <= 1
    assert prediction_doubt(probabilities[::-1]) == prediction_doubt(probabilities)
