import random

from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.label.line import Line, Place

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
    shuffled = random.Random(7).sample(places, len(places))  # noqa: S311 - no secret
    line = Line()
    for place in shuffled:
        line.add(place)
    assert list(line) == places
    for place in shuffled[:6_000]:
        line.remove(place)
    assert list(line) == sorted(shuffled[6_000:])


@settings(deadline=None)
@given(st.lists(st.integers(0, 400), max_size=200), st.sets(st.integers(0, 400)))
def test_the_first_place_is_what_a_look_along_the_line_finds(
    asked: list[int], shut: set[int]
) -> None:
    line = Line()
    inside: set[Place] = set()
    passed: set[bytes] = set()
    for number in range(300):
        place = (number % 7, number.to_bytes(2, "big"))
        line.add(place)
        inside.add(place)
    # Long runs are passed, so that marks are set and then have to give way.
    for round, number in enumerate(asked):
        place = (number % 7, number.to_bytes(2, "big"))
        if place in inside:
            line.remove(place)
            inside.remove(place)
        else:
            line.add(place)
            inside.add(place)
        passed |= {i for _, i in sorted(inside)[: 60 * (round % 3 == 0)]}
        closed = {other.to_bytes(2, "big") for other in shut}
        left = [p for p in sorted(inside) if p[1] not in passed and p[1] not in closed]
        assert line.first("ann", passed, closed) == next(iter(left), None)
        assert line.first("bob", set()) == min(inside, default=None)
