import hashlib

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.errors import SettingsError
from datacoop.label.routing import choose_tasks, make_tasks
from datacoop.records.columns import DIGEST, MEMBER, RECORD_ID
from datacoop.records.policies import LabellingPolicy


def record_id(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def policy(share: int) -> LabellingPolicy:
    return LabellingPolicy(
        question="q", kind="choices", values=("a", "b"), share_percent=share, votes=3
    )


def records(numbers: list[int]) -> pa.Table:
    turns = [[{"speaker": "A", "text": f"turn {n}"}] for n in numbers]
    return pa.table(
        {
            RECORD_ID: pa.array([record_id(n) for n in numbers], DIGEST),
            MEMBER: ["hospital"] * len(numbers),
            "text": [None if n % 7 == 0 else f"text {n}" for n in numbers],
            "turns": turns,
        }
    )


numbers = st.lists(st.integers(0, 300), unique=True, max_size=60)


@settings(deadline=None)  # the first table takes pyarrow over a second
@given(numbers, st.integers(0, 100), st.integers(1, 9))
def test_the_choice_does_not_depend_on_batching(
    chosen: list[int], share: int, batch_rows: int
) -> None:
    table = records(chosen)
    parts = table.to_batches(max_chunksize=batch_rows)
    assert choose_tasks(parts, policy(share), set()) == choose_tasks(table, policy(share), set())


@given(numbers, numbers, st.integers(0, 100))
def test_other_records_do_not_change_whether_a_record_is_chosen(
    some: list[int], more: list[int], share: int
) -> None:
    alone = set(choose_tasks(records(some), policy(share), set()))
    both = set(choose_tasks(records([*some, *more]), policy(share), set()))
    assert alone == both & {record_id(n) for n in some}


@given(numbers, st.integers(0, 100), st.integers(0, 100))
def test_a_larger_share_keeps_what_a_smaller_one_chose(some: list[int], one: int, two: int) -> None:
    small, large = sorted([one, two])
    fewer = set(choose_tasks(records(some), policy(small), set()))
    assert fewer <= set(choose_tasks(records(some), policy(large), set()))


def test_the_share_is_kept_over_many_records() -> None:
    chosen = choose_tasks(records(list(range(10_000))), policy(30), set())
    assert 2_800 < len(chosen) < 3_200


def test_nothing_is_chosen_at_nought_percent_and_all_at_a_hundred() -> None:
    some = records(list(range(200)))
    assert choose_tasks(some, policy(0), set()) == []
    assert choose_tasks(some, policy(100), set()) == [record_id(n) for n in range(200)]


def test_a_record_with_a_task_and_a_record_met_twice_are_not_chosen_again() -> None:
    some = records([1, 2, 1, 3])
    assert choose_tasks(some, policy(100), {record_id(2)}) == [record_id(1), record_id(3)]


def test_a_task_shows_only_the_columns_of_the_form() -> None:
    tasks = make_tasks(records([1, 2, 7]), ["turns", "text"], {record_id(2), record_id(7)})
    assert [task.key for task in tasks] == [record_id(2).hex(), record_id(7).hex()]
    assert tasks[0].payload == {"text": "text 2", "turns": [{"speaker": "A", "text": "turn 2"}]}


def test_a_null_is_shown_as_empty_text() -> None:
    [task] = make_tasks(records([7]), ["text"], {record_id(7)})
    assert task.payload == {"text": ""}


@pytest.mark.parametrize("column", [MEMBER, RECORD_ID, "absent"])
def test_a_form_cannot_show_where_a_record_comes_from(column: str) -> None:
    with pytest.raises(SettingsError, match=column):
        make_tasks(records([1]), ["text", column], {record_id(1)})


def test_the_repr_of_a_task_holds_no_text() -> None:
    [task] = make_tasks(records([1]), ["text"], {record_id(1)})
    assert "text 1" not in repr(task)
