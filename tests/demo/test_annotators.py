"""What simulated annotators say: near the truth at a known rate, each time the same."""

import hashlib
from collections import Counter

import pytest
from ballots import VALUES
from hypothesis import given
from hypothesis import strategies as st

from datacoop.demo.annotators import SimulatedAnnotator, shown_key, simulated_answer


def invented(number: int = 0, error_rate: float = 0.2) -> SimulatedAnnotator:
    return SimulatedAnnotator(
        email="ada@example.org", password="none", number=number, error_rate=error_rate
    )


def key(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def test_the_error_rate_is_kept_over_many_tasks() -> None:
    answers = Counter(simulated_answer(7, invented(), key(n), "soon", VALUES) for n in range(5_000))
    assert answers["soon"] / 5_000 == pytest.approx(0.8, abs=0.02)
    assert answers["routine"] / 5_000 == pytest.approx(0.1, abs=0.02)


def test_annotators_err_independently() -> None:
    both = sum(
        "soon"
        not in {
            simulated_answer(7, invented(0), key(n), "soon", VALUES),
            simulated_answer(7, invented(1), key(n), "soon", VALUES),
        }
        for n in range(5_000)
    )
    assert both / 5_000 == pytest.approx(0.04, abs=0.01)


@given(st.integers(0, 9), st.integers(0, 200), st.sampled_from(VALUES))
def test_an_answer_is_a_value_and_always_the_same(seed: int, number: int, truth: str) -> None:
    annotator = invented(2)
    first = simulated_answer(seed, annotator, key(number), truth, VALUES)
    assert first in VALUES
    assert simulated_answer(seed, annotator, key(number), truth, VALUES) == first


def test_what_is_shown_tells_a_task_in_whatever_order() -> None:
    assert shown_key({"title": "a", "text": "b"}) == shown_key({"text": "b", "title": "a"})
    assert shown_key({"text": "a"}) != shown_key({"text": "b"})


def test_a_password_is_in_no_text_of_an_annotator() -> None:
    assert "none" not in repr(invented())
