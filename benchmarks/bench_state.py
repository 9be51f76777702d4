"""How long a process takes to fold a pool's log when it opens it: CPU time an entry.

python benchmarks/bench_state.py [--entries 1500]
"""

import argparse
import tempfile
import time
from pathlib import Path

from datacoop.jobs.founding import found_pool
from datacoop.pool.keys import Role, load_signing_key, make_key
from datacoop.pool.log import Draft
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool

TIME = "2026-01-01T00:00:00Z"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--entries", type=int, default=1_500)
    entries = parser.parse_args().entries
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "key"
        make_key(path, role=Role.OPERATOR, member="", holder="h")
        key, store = load_signing_key(path), open_store(f"{folder}/pool")
        pool = Pool(store)
        found_pool(pool, pool_id="bench", title="", operator=key, created_utc=TIME)
        draft = Draft(kind="workforce_set", body={"workforce": "a" * 64, "annotators": 3})
        for _ in range(entries):
            pool.append(lambda _: draft, key, created_utc=TIME)
        begun = time.process_time()
        length = Pool(store).state().length
        spent = time.process_time() - begun
    print(f"{length} entries, {spent / length * 1e6:.0f} us of CPU each")


if __name__ == "__main__":
    main()
