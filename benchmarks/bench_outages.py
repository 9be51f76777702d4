"""Simulated annotators while gateway and Label Studio are killed: are votes lost or doubled?

Needs Label Studio's environment (`make setup`), and PostgreSQL unless `--sqlite`. Prints counts and
a table in Markdown; ends with 1 where a vote is lost or doubled.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from outages import Size, Tally, label_under_outages  # noqa: E402 - after the path is set
from postgres import Postgres  # noqa: E402
from studio_on_postgres import StudioOnPostgres, prepare_on  # noqa: E402
from tests.label.conftest import (  # noqa: E402
    CACHE_ON_POSTGRES,
    EXECUTABLE,
    free_port,
    prepare,
)

from datacoop.demo.label_studio_server import LabelStudioServer  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--annotators", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--kills", type=int, default=2, help="of each side")
    parser.add_argument("--sqlite", action="store_true", help="both on SQLite, not PostgreSQL")
    told = parser.parse_args()
    size = Size(annotators=told.annotators, seconds=told.seconds, kills=told.kills)
    with tempfile.TemporaryDirectory() as held, ExitStack() as stack:
        folder = Path(held)
        (folder / "studio").mkdir()
        if told.sqlite:
            prepare(folder / "studio")
            server = LabelStudioServer(EXECUTABLE, folder / "studio", free_port())
            studio_database = f"sqlite:///{folder / 'studio' / 'label_studio.sqlite3'}"
            store = ""
        else:
            database = stack.enter_context(Postgres())
            prepare_on(database, folder / "studio", EXECUTABLE, CACHE_ON_POSTGRES)
            server = StudioOnPostgres(EXECUTABLE, folder / "studio", free_port(), database)
            studio_database, store = database.url("studio"), database.create("gateway")
        stack.enter_context(server)
        server.wait_until_ready()
        tally = label_under_outages(folder / "gateway", server, studio_database, size, store)
    report(size, tally)
    sys.exit(1 if tally.lost or tally.doubled else 0)


def report(size: Size, tally: Tally) -> None:
    print(f"{size.annotators} annotators, {size.seconds:.0f} s, {size.kills} kills of each side")
    print(f"votes taken, as annotators were told: {len(tally.taken)}")
    print(f"  of these told only when asked again: {tally.told_late}")
    print(f"votes in Label Studio: {tally.stored.total()}, collected: {len(tally.collected)}")
    print(f"lost: {tally.lost}, doubled: {tally.doubled}; failed requests: {tally.failures}\n")
    phases = sorted({phase for _, met in tally.phases for phase in met})
    names = [f"{number}: {who}" for number, (who, _) in enumerate(tally.phases, 1)]
    print(f"| annotators met in this phase by kill | {' | '.join(names)} |")
    print(f"|---|{'---|' * len(names)}")
    for phase in phases:
        print(f"| {phase} | {' | '.join(str(met[phase]) for _, met in tally.phases)} |")


if __name__ == "__main__":
    main()
