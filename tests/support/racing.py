"""Eight publishers at a time, each a process; run as a program: `racing.py POOL RACERS`.

It prints how each racer ended. All begin as copies of this process, which has imported all and
opened no store.
"""

import json
import os
import sys
from pathlib import Path

import pooling

from datacoop.errors import RefusedError
from datacoop.pool.object_store import open_store
from datacoop.pool.pool import Pool

ATTEMPTS = 500


def is_published(pool: Pool, submission: str) -> bool:
    return any(submission in p.submissions for p in pool.state().versions(pooling.COLLECTION))


def publish_own(url: str, number: int) -> None:
    """Take a submission in and publish until a version holds it; a lost race is run again."""
    pool = Pool(open_store(url))
    member = pooling.MEMBERS[number % len(pooling.MEMBERS)]
    mine = f"{member}-{number}"
    pooling.take_in(pool, pooling.make_records(mine, 3, member=member), mine, member)
    for _ in range(ATTEMPTS):
        if is_published(pool, mine):
            return
        try:
            pooling.publish(pool)
        except RefusedError:
            continue
    raise AssertionError("lost every race")


def race(url: str, racers: int) -> list[int]:
    """Let all go at once; give how each ended."""
    gate, start = os.pipe()
    children = []
    for number in range(racers):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(start)
                os.read(gate, 1)
                publish_own(url, number)
                code = 0
            finally:
                sys.stderr.flush()
                os._exit(code)
        children.append(child)
    os.close(start)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def found(url: str) -> None:
    pooling.make_pool(open_store(url))


if __name__ == "__main__":
    folder = str(Path(sys.argv[1]))
    founder = os.fork()
    if founder == 0:
        found(folder)
        os._exit(0)
    os.waitpid(founder, 0)
    print(json.dumps(race(folder, int(sys.argv[2]))))
