"""The reason, if any, for which a row is quarantined by its collection's expectations."""

from collections.abc import Iterable

import pyarrow as pa

from datacoop.records.collection import Collection
from datacoop.validate.expectations import parse_suites
from datacoop.validate.great_expectations import SuiteRunner
from datacoop.validate.measures import measure


class RowChecker:
    """The expectations about rows of one collection, ready to run.

    Not for two threads at a time. Can be pickled; a worker then makes its own engine.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._runner = SuiteRunner(parse_suites(collection).rows)

    def reasons(self, batch: pa.RecordBatch) -> pa.Array:
        """Give each row the reason code of the first expectation that it fails.

        Columns read: the payload columns of the collection, scrubbed.
        Rows: one code a row of `batch`, in order; null for a row that passes.

        Raises:
            OutsideError: The engine could not judge; no row may pass then.
        """
        if batch.num_rows == 0:
            return pa.array([], pa.string())
        failing = self._runner.failing_rows(measure(batch, self._collection))
        return first_reasons(batch.num_rows, failing)


def first_reasons(row_count: int, failing: Iterable[tuple[str, list[int]]]) -> pa.Array:
    """Give each row the first reason that names it.

    Args:
        row_count: How many rows there are.
        failing: Reason codes, each with the numbers of its rows; the first has precedence.

    Returns:
        string array, one code a row; null for a row that no reason names.
    """
    reasons: list[str | None] = [None] * row_count
    for reason, rows in failing:
        for row in rows:
            reasons[row] = reasons[row] or reason
    return pa.array(reasons, pa.string())
