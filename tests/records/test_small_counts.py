from hypothesis import given
from hypothesis import strategies as st

from datacoop.records.small_counts import FEW, STEP, about, about_each

counts = st.integers(0, 10_000)


@given(counts)
def test_a_count_is_few_or_a_ten_near_it(count: int) -> None:
    told = about(count)
    assert told % STEP == 0
    assert (told == 0) == (count <= FEW)
    assert count <= FEW or abs(told - count) <= STEP // 2


@given(counts, counts)
def test_more_rows_are_never_told_as_fewer(one: int, other: int) -> None:
    assert one > other or about(one) <= about(other)


@given(st.dictionaries(st.text(max_size=3), counts))
def test_that_nothing_was_counted_and_that_little_was_look_alike(counted: dict[str, int]) -> None:
    large = {name: count for name, count in counted.items() if count > FEW}
    assert about_each(counted) == about_each(large)
