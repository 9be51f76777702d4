from itertools import product

import pytest

from datacoop.records.states import FOLLOWERS, RowState, may_follow

ALL = set(RowState)
MAY_FOLLOW = {
    "held": "accepted duplicate quarantined refused withdrawn erased",
    "accepted": "duplicate barred withdrawn erased",
    "duplicate": "accepted barred withdrawn erased",
    "quarantined": "accepted duplicate refused withdrawn erased",
    "barred": "accepted withdrawn erased",
    "refused": "erased",
    "withdrawn": "erased",
    "erased": "",
}


def test_the_table_lists_every_state() -> None:
    assert set(FOLLOWERS) == ALL
    assert set(MAY_FOLLOW) == {state.value for state in ALL}


@pytest.mark.parametrize(("before", "after"), list(product(RowState, RowState)))
def test_a_state_follows_another_only_where_the_table_says(
    before: RowState, after: RowState
) -> None:
    assert may_follow(before, after) == (after.value in MAY_FOLLOW[before.value].split())


def test_erased_is_final_and_can_follow_every_other_state() -> None:
    assert not FOLLOWERS[RowState.ERASED]
    assert all(may_follow(state, RowState.ERASED) for state in ALL - {RowState.ERASED})


def test_nothing_that_was_withdrawn_or_refused_comes_back() -> None:
    for state in (RowState.WITHDRAWN, RowState.REFUSED):
        assert FOLLOWERS[state] == {RowState.ERASED}


def test_no_state_follows_itself() -> None:
    assert not any(may_follow(state, state) for state in ALL)
