"""Print what was tried, when the campaign has run in one process."""

import fault_counts
from _pytest.terminal import TerminalReporter


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    if fault_counts.COUNTS:
        terminalreporter.section("fault campaign")
        for line in fault_counts.table():
            terminalreporter.write_line(line)
