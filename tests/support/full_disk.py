"""Run intake on a disk that gets full, then on one with room again.

Run in a mount namespace: `unshare --mount [--map-root-user] python full_disk.py FOLDER`.
"""

import json
import subprocess
import sys
from pathlib import Path

from datacoop.demo.cast import make_keys, set_up_pool, submit
from datacoop.demo.data import make_submissions
from datacoop.errors import OutsideError
from datacoop.jobs.intake import Intake, IntakeOptions
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool
from datacoop.read.verify import verify_pool

TIME = "2026-01-01T00:00:00Z"
NAME = "de-auental-classification-1"


def size(folder: Path, option: str, bytes_: int) -> None:
    command = ["mount", "-t", "tmpfs", "-o", f"{option}size={bytes_}", "tmpfs", str(folder)]
    subprocess.run(command, check=True)


def quiet(*_: object) -> None:
    """Show nothing."""


def main(folder: Path) -> None:
    size(folder, "", 100_000_000)
    pool = Pool(open_store(str(folder / "pool")))
    keys = make_keys(folder / "keys")
    set_up_pool(pool, keys, TIME)
    play = next(s for s in make_submissions(rows_per_submission=60) if s.submission_id == NAME)
    submit(play, folder, keys)
    landing = open_store(str(folder / "landing" / play.member))
    options = IntakeOptions(code_version="test")
    used = int(subprocess.check_output(["du", "-sk", folder]).split()[0]) * 1024
    outcomes = []
    for room in (8_192, 40_960, 73_728):
        size(folder, "remount,", used + room)
        try:
            Intake(pool, landing, NAME, keys.operator, options).run(
                created_utc=TIME, progress=quiet
            )
            outcomes.append("done")
        except OutsideError:
            outcomes.append("refused")
        pool = Pool(open_store(str(folder / "pool")))
        entries = pool.state().length
    size(folder, "remount,", 100_000_000)
    receipt = Intake(pool, landing, NAME, keys.operator, options).run(
        created_utc=TIME, progress=quiet
    )
    found = verify_pool(pool.store, quiet)
    print(
        json.dumps(
            {
                "outcomes": outcomes,
                "entries_while_full": entries,
                "states": receipt.states,
                "rows": receipt.rows,
                "expected_rows": play.total_rows,
                "faults": found.faults,
                "submissions": len(pool.state().submissions),
            }
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
