import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datacoop.records.columns import QUARANTINE_REASON
from datacoop.records.quarantine import REASONS, split_rows

reasons_of_rows = st.lists(st.none() | st.sampled_from(sorted(REASONS)), max_size=30)


@given(reasons_of_rows)
def test_every_row_comes_out_once_in_order_and_quarantined_ones_with_their_reason(
    reasons: list[str | None],
) -> None:
    batch = pa.record_batch({"row": pa.array(range(len(reasons)), pa.int64())})
    passed, quarantined = split_rows(batch, pa.array(reasons, pa.string()))
    assert passed.column("row").to_pylist() == [n for n, r in enumerate(reasons) if r is None]
    assert [(row["row"], row[QUARANTINE_REASON]) for row in quarantined.to_pylist()] == [
        (n, r) for n, r in enumerate(reasons) if r is not None
    ]
    assert passed.schema == batch.schema


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_is_of_one_room_and_says_what_to_do(code: str) -> None:
    assert re.fullmatch(r"(ingest|scrub|validate)\.[a-z0-9_]+", code)
    assert REASONS[code].meaning.endswith(".")
    assert REASONS[code].advice.endswith(".")
