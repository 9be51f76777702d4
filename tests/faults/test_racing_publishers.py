"""Eight processes publish at a time: one line of history, and nothing of anybody is lost."""

import json
from pathlib import Path

import pytest
import racing
from commands import run_python
from fault_counts import ALSO, count
from pooling import COLLECTION, MEMBERS, OPERATOR, PURPOSE, make_records, publish, take_in
from pooling import published_pool as make_published_pool
from trusting import find

from datacoop.jobs.trusting import show_current
from datacoop.pool.blobs import get_blob
from datacoop.pool.log import read_log
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.snapshot import snapshot_from_bytes
from datacoop.read.open import open_pool
from datacoop.read.verify import verify_pool

RACERS, ROWS = 8, 3


def test_eight_racing_publishers_make_one_line_of_history(tmp_path: Path) -> None:
    url = str(tmp_path / "pool")
    done = run_python(racing.__file__, url, str(RACERS), folder=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [0] * RACERS, done.stderr[-2000:]
    pool = Pool(open_store(url))
    state = pool.state()
    assert [number for number, _ in read_log(pool.store)] == list(range(state.length))
    submissions = {f"{MEMBERS[n % len(MEMBERS)]}-{n}" for n in range(RACERS)}
    assert set(state.submissions) == submissions
    previous = None
    for number, proposal in enumerate(state.versions(COLLECTION), start=1):
        content = get_blob(pool.store, proposal.snapshot)
        manifest = snapshot_from_bytes(proposal.snapshot, content)
        assert (manifest.version, manifest.previous) == (number, previous)
        previous = proposal.snapshot
    last = open_pool(url, cache=tmp_path / "cache").version(COLLECTION, number, purpose=PURPOSE)
    rows = [(row["submission_id"], row["source_position"]) for row in last.rows()]
    assert sorted(rows) == sorted((one, n) for one in submissions for n in range(ROWS))
    assert verify_pool(pool.store, lambda _, __: None).faults == ()
    count(ALSO, "publishers that race, each a process", "cases", RACERS)


def test_a_publisher_overtaken_while_it_writes_leaves_the_newer_timestamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = make_published_pool(open_store(str(tmp_path / "pool")), rows=3)
    fast = Pool(open_store(str(tmp_path / "pool")))
    take_in(slow, make_records("harbour-2", 3), "harbour-2")
    publish(slow)
    real, waiting = ObjectStore.put, [True]

    def overtaken(store: ObjectStore, key: str, content: bytes) -> None:
        if waiting and store is slow.store and key.endswith("timestamp.json"):
            waiting.clear()
            take_in(fast, make_records("meadow-2", 3, member="meadow"), "meadow-2", "meadow")
            publish(fast)
        real(store, key, content)

    slow.store.delete("trust/timestamp.json")  # so that it is written anew
    monkeypatch.setattr(ObjectStore, "put", overtaken)
    show_current(slow, OPERATOR)
    assert not waiting
    assert find(fast, tmp_path / "cache", 3) is not None
    assert verify_pool(fast.store, lambda _, __: None).faults == ()
    count(ALSO, "a publisher overtaken at its last write", "cases")
