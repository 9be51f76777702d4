import logging
import pickle
import warnings
from typing import Any

import great_expectations
import payloads
import pyarrow as pa
import pytest
from great_expectations.core import ExpectationSuite
from hypothesis import given, settings
from hypothesis import strategies as st

from datacoop.errors import OutsideError
from datacoop.validate.expectations import Expectation, Suite, parse_suites
from datacoop.validate.great_expectations import SuiteRunner
from datacoop.validate.measures import measure

SUITE = Suite(
    name="made-up",
    expectations=(
        Expectation(
            type="expect_column_values_to_not_be_null", kwargs={"column": "a"}, reason="null"
        ),
        Expectation(
            type="expect_column_values_to_be_between",
            kwargs={"column": "a", "min_value": 2, "max_value": 5},
            reason="range",
        ),
        Expectation(
            type="expect_column_values_to_be_in_set",
            kwargs={"column": "b", "value_set": [0, 1]},
            reason="set",
        ),
        Expectation(
            type="expect_column_values_to_not_be_in_set",
            kwargs={"column": "b", "value_set": [7]},
            reason="not-set",
        ),
    ),
)
RUNNER = SuiteRunner(SUITE)

numbers = st.none() | st.integers(-1, 8)
rows = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30)


def batch(pairs: list[tuple[int | None, int | None]]) -> pa.RecordBatch:
    columns = zip(*pairs, strict=True)
    return pa.record_batch([pa.array(c, pa.int64()) for c in columns], names=["a", "b"])


def plain_answer(measures: pa.RecordBatch) -> list[tuple[str, list[int]]]:
    """Ask Great Expectations the way its documentation says."""
    context = great_expectations.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("plain").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("whole")
    suite = ExpectationSuite(
        name=SUITE.name,
        expectations=[
            {"type": rule.type, "kwargs": rule.kwargs, "meta": {"reason": rule.reason}}
            for rule in SUITE.expectations
        ],
    )
    whole = definition.get_batch(batch_parameters={"dataframe": measures.to_pandas()})
    result = whole.validate(suite, result_format="COMPLETE")
    answers: list[Any] = [r.to_json_dict() for r in result.results if not r.success]
    return [
        (answer["expectation_config"]["meta"]["reason"], answer["result"]["unexpected_index_list"])
        for answer in answers
    ]


@given(rows)
@settings(max_examples=15, deadline=None)
def test_the_short_way_says_what_the_documented_way_says(
    pairs: list[tuple[int | None, int | None]],
) -> None:
    assert RUNNER.failing_rows(batch(pairs)) == plain_answer(batch(pairs))


def test_a_batch_leaves_nothing_behind_for_the_next() -> None:
    assert RUNNER.failing_rows(batch([(None, 7), (9, 1)])) == [
        ("null", [0]),
        ("range", [1]),
        ("set", [0]),
        ("not-set", [0]),
    ]
    assert RUNNER.failing_rows(batch([(3, 1)])) == []


def test_a_measure_that_is_missing_is_a_failure_of_the_engine_and_no_pass() -> None:
    with pytest.raises(OutsideError, match=r"^Great Expectations failed at suite made-up$"):
        RUNNER.failing_rows(batch([(3, 1)]).select(["a"]))


def test_a_pickled_runner_judges_the_same() -> None:
    copied = pickle.loads(pickle.dumps(RUNNER))  # noqa: S301  # its own pickle
    measures = batch([(1, 1), (3, 7)])
    assert copied.failing_rows(measures) == RUNNER.failing_rows(measures)
    assert len(pickle.dumps(RUNNER)) < 2_000


def test_it_prints_and_logs_nothing(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    collection = payloads.shipped("pairs")
    runner = SuiteRunner(parse_suites(collection).rows)
    with caplog.at_level(logging.INFO):
        runner.failing_rows(measure(payloads.payload(collection, {}, {"text_a": ""}), collection))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_warnings_stay_warnings() -> None:
    with pytest.warns(UserWarning, match="still one"):
        warnings.warn("still one", stacklevel=1)
