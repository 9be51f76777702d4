"""Run suites with Great Expectations: the only file that imports it.

It sees numbers only (`measures.py`). No data context is made: that is what would send usage
data and draw progress bars.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from great_expectations.core import ExpectationSuite
from great_expectations.exceptions.exceptions import GreatExpectationsError
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.validator.validation_graph import ValidationGraph

from datacoop.errors import OutsideError
from datacoop.validate.expectations import Expectation, Suite

# On import, Great Expectations turns every warning of the process into a log line.
logging.captureWarnings(False)

_BATCH_ID = "batch"
_OPTIONS = {"result_format": "COMPLETE", "catch_exceptions": False}


class SuiteRunner:
    """A suite made ready once, to run on many batches.

    Not for two threads at a time. A pickle holds the suite alone, so a worker makes its own.
    """

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self._engine = PandasExecutionEngine()
        rules = ExpectationSuite(name=suite.name, expectations=_configurations(suite)).expectations
        self._counts = _Plan(self._engine, rules, "unexpected_count")
        self._indices = tuple(
            _Plan(self._engine, [rule], "unexpected_index_list") for rule in rules
        )

    def __reduce__(self) -> tuple[type["SuiteRunner"], tuple[Suite]]:
        """Pickle the suite alone."""
        return SuiteRunner, (self._suite,)

    def failing_rows(self, measures: pa.RecordBatch) -> list[tuple[str, list[int]]]:
        """Give the reason and the row numbers of each rule that fails, in suite order.

        One cheap pass counts the failures; rows are looked up only where there are some.

        Raises:
            OutsideError: Great Expectations could not judge; no row may pass then.
        """
        failed = self._failed(measures)
        return [
            (self._suite.expectations[index].reason, self._resolve(self._indices[index])[0])
            for index in failed
        ]

    def failed(self, measures: pa.RecordBatch) -> list[Mapping[str, str]]:
        """Give `verdict` and `reason` of each rule that fails, in suite order.

        Raises:
            OutsideError: Great Expectations could not judge; nothing may pass then.
        """
        rules = [self._suite.expectations[index] for index in self._failed(measures)]
        return [{"verdict": rule.verdict or "", "reason": rule.reason} for rule in rules]

    def _failed(self, measures: pa.RecordBatch) -> list[int]:
        self._engine.load_batch_data(_BATCH_ID, measures.to_pandas())
        counts = self._resolve(self._counts)
        return [index for index, count in enumerate(counts) if count > 0]

    def _resolve(self, plan: "_Plan") -> list[Any]:
        try:
            return plan.resolve()
        except GreatExpectationsError as error:
            raise OutsideError("Great Expectations", f"suite {self._suite.name}") from error


class _Plan:
    """The graph of what has to be computed for one metric of each of some rules.

    `Validator` and `Batch.validate` build this graph anew for each batch, which takes 15
    times as long as to compute it. It depends on the rules alone, so it is built once.
    """

    def __init__(
        self, engine: PandasExecutionEngine, rules: Sequence[Any], metric_name: str
    ) -> None:
        self._graph = ValidationGraph(execution_engine=engine)
        self._ids = []
        for rule in rules:
            wanted = rule.get_validation_dependencies(engine, dict(_OPTIONS))
            metric = wanted.metric_configurations[f"{rule.map_metric}.{metric_name}"]
            self._graph.build_metric_dependency_graph(metric, dict(_OPTIONS))
            self._ids.append(metric.id)

    def resolve(self) -> list[Any]:
        """Compute the metric of each rule on the batch that is loaded."""
        metrics, _ = self._graph.resolve(dict(_OPTIONS), show_progress_bars=False)
        return [metrics[metric_id] for metric_id in self._ids]


def _configurations(suite: Suite) -> list[dict[str, Any]]:
    return [_configuration(rule) for rule in suite.expectations]


def _configuration(rule: Expectation) -> dict[str, Any]:
    return {"type": rule.type, "kwargs": dict(rule.kwargs)}
