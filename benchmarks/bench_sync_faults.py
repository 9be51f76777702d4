"""Fifty rounds of faults while tasks are sent to a real Label Studio: are any lost or doubled?

Needs Label Studio's environment (`make setup`). Prints the rounds by phase in Markdown; ends with
an error at the first round after which a task is missing or there twice.
"""

import argparse
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from sync_faults import PHASES, run_rounds  # noqa: E402 - after the path is set
from tests.label.conftest import EXECUTABLE, free_port, prepare  # noqa: E402

from datacoop.demo.label_studio_server import LabelStudioServer  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--tasks", type=int, default=15, help="in each round")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        prepare(folder)
        with LabelStudioServer(EXECUTABLE, folder, free_port()) as server:
            server.wait_until_ready()
            met = run_rounds(server, islice(cycle(PHASES), told.rounds), told.tasks)
    # After each round all tasks are there once, or it would not have come this far.
    print(f"{met.total()} rounds of {told.tasks} tasks\n")
    print("| fault, at the import | rounds | lost | doubled |\n|---|---|---|---|")
    print(*(f"| {phase} | {met[phase]} | 0 | 0 |" for phase in PHASES if met[phase]), sep="\n")


if __name__ == "__main__":
    main()
