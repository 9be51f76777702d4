import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from datacoop.web.gateway.pay import LONGEST_SECONDS, active_seconds, pay_csv, pay_rows
from datacoop.web.gateway.store_served import ANSWERED, HELD, SKIPPED, Served


def served(state: str, done_at: float | None, seconds: float, collection: str = "one") -> Served:
    return Served(
        id=1,
        annotator="a",
        collection=collection,
        record_id=b"r",
        since=0.0,
        state=state,
        annotation=None,
        has_draft=False,
        value="",
        answered_utc="",
        done_at=done_at,
        seconds=seconds,
    )


done = st.builds(
    served,
    st.sampled_from([ANSWERED, SKIPPED]),
    st.floats(0, 5 * 86_400),
    st.integers(0, 3600).map(float),
    st.sampled_from(["one", "two"]),
)


@given(st.floats(allow_nan=True) | st.none() | st.text(), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_task_takes_no_longer_than_it_was_there(
    measured: Any, since: float, passed: float
) -> None:
    found = active_seconds(measured, since, since + passed)
    assert 0 <= found <= min(passed + 1e-6, LONGEST_SECONDS)


def test_what_the_page_measured_counts() -> None:
    assert active_seconds(12.5, 100, 200) == 12.5
    assert active_seconds(500, 100, 200) == 100
    assert active_seconds(1e5, 0, 1e6) == LONGEST_SECONDS
    # A clock that went back.
    assert active_seconds(5, 200, 100) == 0


@given(st.lists(done))
def test_nothing_is_lost_or_counted_twice(work: list[Served]) -> None:
    rows = pay_rows(work)
    assert sum(row.tasks for row in rows) == len(work)
    assert all(row.tasks == row.answered + row.skipped for row in rows)
    assert sum(row.skipped for row in rows) == sum(one.state == SKIPPED for one in work)
    assert sum(row.active_seconds for row in rows) == sum(one.seconds for one in work)
    assert len({(row.day, row.collection) for row in rows}) == len(rows)
    assert [row.day for row in rows] == sorted((row.day for row in rows), reverse=True)
    read = list(csv.DictReader(io.StringIO(pay_csv(rows))))
    assert [int(row["tasks"]) for row in read] == [row.tasks for row in rows]


def test_what_is_still_held_does_not_count() -> None:
    assert pay_rows([served(HELD, None, 0.0)]) == []
