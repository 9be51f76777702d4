"""A mirror: whole, verified, resumable; and everything goes on from it."""

import itertools
import json
import signal
from pathlib import Path

import commands
import pytest
from commands import run_python
from pooling import COLLECTION, OPERATOR, make_records, publish, published_pool, take_in
from trusting import find, memory

from datacoop.errors import DatacoopError, IntegrityError, RefusedError
from datacoop.pool.mirror import Mirrored, mirror_pool
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.read.open import open_pool
from datacoop.read.verify import verify_pool


def quiet(done: int, total: int) -> None:
    assert 0 < done <= total


def contents(store: ObjectStore) -> dict[str, bytes]:
    return {key: store.get(key) for key in store.list()}


def mirror(source: ObjectStore, target: ObjectStore) -> Mirrored:
    return mirror_pool(source, target, quiet)


def test_a_pool_lives_on_from_its_mirror_when_the_brokers_is_gone(tmp_path: Path) -> None:
    pool = published_pool(open_store(str(tmp_path / "broker")), rows=4)
    take_in(pool, make_records("s-2", 3), "s-2")
    publish(pool)
    target = open_store(str(tmp_path / "mirror"))
    mirror(pool.store, target)
    assert contents(target) == contents(pool.store)
    for key in list(pool.store.list()):
        pool.store.delete(key)
    copy = Pool(target)
    opened = open_pool(str(tmp_path / "mirror"), cache=tmp_path / "cache")
    version = opened.version(COLLECTION, 2, purpose="model-training")
    assert sum(batch.num_rows for batch in version.batches()) == 11
    assert verify_pool(target, lambda _, __: None).faults == ()
    take_in(copy, make_records("s-3", 3), "s-3")
    publish(copy)
    assert find(copy, tmp_path / "another", 3) is not None
    assert verify_pool(target, lambda _, __: None).faults == ()


def test_a_second_run_copies_what_came_since_and_nothing_else() -> None:
    pool, target = published_pool(memory(), rows=4), memory()
    first = mirror(pool.store, target)
    assert (first.copied, first.present) == (len(contents(pool.store)), 0)
    assert mirror(pool.store, target).copied == 0
    before = contents(pool.store)
    take_in(pool, make_records("s-2", 3), "s-2")
    publish(pool)
    new = {k for k, v in contents(pool.store).items() if before.get(k) != v}
    assert mirror(pool.store, target).copied == len(new)
    assert contents(target) == contents(pool.store)


def test_killed_at_a_write_a_mirror_names_nothing_it_lacks_and_goes_on(tmp_path: Path) -> None:
    pool = published_pool(open_store(str(tmp_path / "broker")), rows=2)
    whole = contents(pool.store)
    jobs = [
        (str(tmp_path), [when, "", str(nth), "pool", "mirror", "broker", f"mirror-{nth}"])
        for nth, when in zip(
            range(2, len(whole), len(whole) // 4), itertools.cycle(["before", "within"])
        )
    ]
    done = run_python(commands.__file__, "die", json.dumps(jobs), folder=tmp_path)
    assert json.loads(done.stdout.splitlines()[-1]) == [-signal.SIGKILL] * len(jobs)
    for _, arguments in jobs:
        target = open_store(str(tmp_path / arguments[-1]))
        named = Pool(target).state().blobs
        assert all(target.size(f"blobs/sha256/{digest}") is not None for digest in named)
        mirror(pool.store, target)
        assert contents(target) == whole
    assert len(jobs) >= 4


@pytest.mark.parametrize("part", ["log/0000000003.json", "blobs/"])
def test_a_source_with_a_changed_byte_is_not_copied(part: str) -> None:
    pool, target = published_pool(memory(), rows=2), memory()
    key = next(key for key in pool.store.list() if key.startswith(part))
    content = pool.store.get(key)
    pool.store.put(key, content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(IntegrityError) as caught:
        mirror(pool.store, target)
    assert key in caught.value.name
    assert key not in contents(target)


def test_a_source_that_rewrote_or_cut_its_log_is_refused_with_the_entry() -> None:
    pool, target = published_pool(memory(), rows=2), memory()
    mirror(pool.store, target)
    before = contents(target)
    last = pool.state().length - 1
    pool.store.delete(f"log/{last:010d}.json")
    with pytest.raises(IntegrityError, match=f"log/{last:010d}.json"):
        mirror(pool.store, target)
    fork = Pool(pool.store)
    take_in(fork, make_records("fork", 2), "fork")
    with pytest.raises(IntegrityError, match=f"log/{last:010d}.json"):
        mirror(pool.store, target)
    assert contents(target) == before
    assert OPERATOR.public.keyid == fork.state().operator


def test_an_empty_source_is_refused() -> None:
    with pytest.raises(RefusedError, match="no pool"):
        mirror(memory(), memory())
    assert issubclass(RefusedError, DatacoopError)
