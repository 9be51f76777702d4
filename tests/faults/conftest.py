"""Print what was tried, all processes together; a whole run that is green goes into the docs."""

from typing import Any

import fault_counts
import pytest
from _pytest.terminal import TerminalReporter

_seconds = [0.0]


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["faults"] = fault_counts.counted()
        output["seconds"] = fault_counts.cpu_seconds()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    output = getattr(node, "workeroutput", {})
    fault_counts.add(output.get("faults", ()))
    _seconds[0] += output.get("seconds", 0)


def pytest_terminal_summary(terminalreporter: TerminalReporter, exitstatus: int) -> None:
    if not fault_counts.COUNTS:
        return
    seconds = _seconds[0] or fault_counts.cpu_seconds()
    terminalreporter.section(f"fault campaign, {seconds:.0f} CPU-seconds")
    for line in fault_counts.tables():
        terminalreporter.write_line(line)
    is_whole = {table for table, _, _ in fault_counts.COUNTS} == set(fault_counts.TABLES)
    if fault_counts.IN_FULL and exitstatus == pytest.ExitCode.OK and is_whole:
        fault_counts.write_tables(seconds)
