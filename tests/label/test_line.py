import random

from hypothesis import given
from hypothesis import strategies as st

from datacoop.label.line import Line

numbers = st.lists(st.integers(0, 200), max_size=60)


@given(numbers)
def test_places_come_out_in_order_whoever_joined_and_left(asked: list[int]) -> None:
    line, inside = Line(), set()
    for number in asked:
        place = (number % 7, bytes([number]))
        if place in inside:
            line.remove(place)
            inside.remove(place)
        else:
            line.add(place)
            inside.add(place)
        assert list(line) == sorted(inside)


def test_it_holds_with_many_blocks() -> None:
    places = [(number // 3, number.to_bytes(4, "big")) for number in range(9_000)]
    shuffled = random.Random(7).sample(places, len(places))
    line = Line()
    for place in shuffled:
        line.add(place)
    assert list(line) == places
    for place in shuffled[:6_000]:
        line.remove(place)
    assert list(line) == sorted(shuffled[6_000:])
