"""Whatever breaks while tasks are sent: none is lost, none is doubled.

One round for each phase; `benchmarks/bench_sync_faults.py` runs fifty.
"""

import pytest
from sync_faults import PHASES, run_rounds

from datacoop.demo.label_studio_server import LabelStudioServer

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(600)]

SLOW = {"kill -9 of Label Studio, before it arrives", "kill -9 of Label Studio, while 90 ms"}
"""Each starts Label Studio again; left to the benchmark, which has all four."""


def test_in_rounds_of_faults_no_task_is_lost_or_doubled(mortal_server: LabelStudioServer) -> None:
    phases = [phase for phase in PHASES if phase not in SLOW]
    met = run_rounds(mortal_server, phases, tasks_each=5)
    assert met.keys() == set(phases)
