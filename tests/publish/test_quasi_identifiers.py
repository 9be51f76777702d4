import dataclasses
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling import POLICY

from datacoop.errors import SchemaError
from datacoop.publish.quasi_identifiers import (
    HELD,
    at_level,
    choose_levels,
    class_codes,
    generalise_rows,
    generalised,
    levels,
)
from datacoop.records.policies import QuasiIdentifier, ReleasePolicy

COLUMNS = (
    QuasiIdentifier(name="age", steps=("band 10", "band 50", "hide")),
    QuasiIdentifier(name="seen", steps=("month", "year")),
    QuasiIdentifier(name="place", steps=("prefix 2",)),
)


def policy(k: int) -> ReleasePolicy:
    return dataclasses.replace(POLICY, quasi_identifiers=COLUMNS, k=k)


people = st.lists(
    st.tuples(
        st.none() | st.integers(0, 99),
        st.none() | st.sampled_from(["2024-01-03", "2024-01-19", "2024-07-01", "2025-07-01"]),
        st.none() | st.sampled_from(["10115", "10117", "80331"]),
    ),
    max_size=60,
)
Person = tuple[int | None, str | None, str | None]


def table(rows: list[Person]) -> pa.Table:
    ages, seen, places = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "age": pa.array(ages, pa.int64()),
            "seen": pa.array(seen, pa.string()),
            "place": pa.array(places, pa.string()),
        }
    )


def published(rows: list[Person], k: int) -> tuple[np.ndarray, list[tuple[object, ...]]]:
    whole = table(rows)
    codes = [np.asarray(column) for column in class_codes(whole, policy(k))]
    chosen = choose_levels(codes, k)
    kept = whole.filter(pa.array(chosen != HELD))
    coarse = generalise_rows(kept, chosen[chosen != HELD], policy(k))
    return chosen, [tuple(row.values()) for row in coarse.to_pylist()]


@given(people, st.integers(2, 6))
def test_every_published_row_has_k_equals(rows: list[Person], k: int) -> None:
    _, shown = published(rows, k)
    assert all(count >= k for count in Counter(shown).values())


@given(people, st.integers(2, 6), st.randoms(use_true_random=False))
def test_what_is_published_does_not_depend_on_order(
    rows: list[Person], k: int, chance: st.DataObject
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Counter(published(rows, k)[1]) == Counter(published(shuffled, k)[1])


def test_a_row_is_made_no_coarser_than_it_needs() -> None:
    same: list[Person] = [(41, "2024-01-03", "10115")] * 3
    near: list[Person] = [(60 + n, f"2024-03-0{n + 1}", "80331") for n in range(3)]
    alone: list[Person] = [(7, None, "99999")]
    chosen, shown = published([*same, *near, *alone], 3)
    assert chosen.tolist() == [0, 0, 0, 1, 1, 1, HELD]
    assert shown == [*same, *[(60, "2024-03", "80")] * 3]


@pytest.mark.parametrize(
    ("values", "step", "expected"),
    [
        (pa.array([0, 9, 10, -1, None]), "band 10", [0, 0, 10, -10, None]),
        (pa.array([0.5, 12.5]), "band 5", [0.0, 10.0]),
        (pa.array(["2024-03-09", None]), "month", ["2024-03", None]),
        (pa.array(["2024-03-09"]), "year", ["2024"]),
        (pa.array(["é한10115"]), "prefix 2", ["é한"]),
        (pa.array([5, 6]), "hide", [None, None]),
    ],
)
def test_a_rule_keeps_the_type(values: pa.Array, step: str, expected: list[object]) -> None:
    found = generalised(values, step)
    assert found.to_pylist() == expected
    assert found.type == values.type


def test_levels_go_on_where_a_column_has_no_more_steps() -> None:
    assert levels(policy(5)) == 4
    assert levels(POLICY) == 0
    assert at_level(pa.array(["10115"]), ("prefix 2",), 3).to_pylist() == ["10"]


def test_a_declared_column_that_is_not_there_stops_the_release() -> None:
    with pytest.raises(SchemaError, match="place"):
        class_codes(table([(1, "2024-01-03", "10115")]).drop_columns(["place"]), policy(5))


def test_null_is_no_text() -> None:
    codes = class_codes(table([(None, None, None), (None, None, "-"), (None, None, "")]), policy(2))
    assert len(set(codes[0].to_pylist())) == 3
