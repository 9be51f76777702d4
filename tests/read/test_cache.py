import hashlib
import os
import random
import time
from pathlib import Path

import pyarrow as pa
import pytest
from pooling import race_processes

from datacoop.errors import IntegrityError
from datacoop.pool.durable import TEMPORARY_PREFIX
from datacoop.read import cache as cache_module
from datacoop.read.cache import BlobCache, map_verified

SEED = 20_261_123
RACE = """
import hashlib, sys
from pathlib import Path
import pyarrow as pa
from datacoop.read.cache import BlobCache
cache = BlobCache(folder=Path(sys.argv[1]), limit_bytes=5 * 1000)
blobs = [bytes([number]) * 1000 for number in range(20)]
print("ready", flush=True)
sys.stdin.readline()
good = 0
for turn in range(5):
    for blob in blobs:
        digest = hashlib.sha256(blob).hexdigest()
        with cache.fetching(digest):
            found = cache.find(digest)
            if found is None:
                cache.add(digest, pa.py_buffer(blob))
                found = cache.find(digest)
        good += found is None or found.to_pybytes() == blob
print(good)
"""


def blob(number: int, size: int = 1_000) -> tuple[str, pa.Buffer]:
    content = random.Random(f"{SEED}/{number}").randbytes(size)  # noqa: S311 - to repeat
    return hashlib.sha256(content).hexdigest(), pa.py_buffer(content)


def use_at(cache: BlobCache, digest: str, seconds_ago: float) -> None:
    path = cache.folder / digest
    os.utime(path, (time.time() - seconds_ago, path.stat().st_mtime))


@pytest.fixture
def cache(tmp_path: Path) -> BlobCache:
    return BlobCache(folder=tmp_path / "blobs", limit_bytes=3_500)


def add(cache: BlobCache, number: int) -> str:
    digest, content = blob(number)
    with cache.fetching(digest):
        cache.add(digest, content)
    return digest


def test_what_is_kept_is_found_and_nothing_else(cache: BlobCache) -> None:
    digest = add(cache, 1)
    found = cache.find(digest)
    assert found is not None
    assert found.equals(blob(1)[1])
    assert cache.find(blob(2)[0]) is None


@pytest.mark.parametrize("spoil", ["flip", "cut", "add", "empty"])
def test_a_spoilt_file_is_not_given_but_removed(cache: BlobCache, spoil: str) -> None:
    digest = add(cache, 1)
    path = cache.folder / digest
    content = bytearray(path.read_bytes())
    if spoil == "flip":
        content[500] ^= 1
    path.write_bytes({"cut": content[:-1], "add": content + b"x", "empty": b""}.get(spoil, content))
    assert cache.find(digest) is None
    assert not path.exists()


def test_a_file_changed_in_place_after_it_was_verified_is_found_at_the_next_use(
    cache: BlobCache,
) -> None:
    digest = add(cache, 1)
    assert cache.find(digest) is not None
    path = cache.folder / digest
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"?")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert cache.find(digest) is None


def test_a_file_is_digested_once_a_process(
    cache: BlobCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = add(cache, 1)
    assert cache.find(digest) is not None
    monkeypatch.setattr(cache_module.hashlib, "sha256", None)
    assert cache.find(digest) is not None


def test_the_least_recently_used_goes_first(cache: BlobCache) -> None:
    digests = [add(cache, number) for number in range(3)]
    for digest, ago in zip(digests, (7_300, 7_400, 7_200), strict=True):
        use_at(cache, digest, ago)
    assert cache.find(digests[1]) is not None, "and is marked as used"
    last = add(cache, 3)
    kept = {path.name for path in cache.folder.iterdir() if path.is_file()}
    assert kept == {digests[1], digests[2], last}


def test_what_is_in_use_is_never_removed(cache: BlobCache) -> None:
    digests = [add(cache, number) for number in range(3)]
    held = [cache.find(digest) for digest in digests]
    more = [add(cache, number) for number in range(3, 6)]
    assert all((cache.folder / digest).exists() for digest in digests), (
        "beyond the bound, if need be"
    )
    del held
    add(cache, 6)
    kept = [path.name for path in cache.folder.iterdir() if path.is_file()]
    assert len(kept) == 3
    assert set(kept) & {*digests, *more} != {*digests, *more}


def test_what_a_killed_process_left_goes_when_it_is_a_day_old(cache: BlobCache) -> None:
    cache.folder.mkdir()
    old, new = (cache.folder / f"{TEMPORARY_PREFIX}{name}" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    add(cache, 1)
    assert (old.exists(), new.exists()) == (False, True)


def test_eight_processes_share_a_cache_that_is_too_small(tmp_path: Path) -> None:
    assert race_processes(RACE, [[str(tmp_path / "blobs")]] * 8) == ["100"] * 8
    kept = [path for path in (tmp_path / "blobs").iterdir() if path.is_file()]
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in kept)
    assert sum(path.stat().st_size for path in kept) <= 5_000


def test_every_flip_cut_and_added_byte_of_a_small_file_is_found(tmp_path: Path) -> None:
    content = blob(1)[1].to_pybytes()
    digest = hashlib.sha256(content).hexdigest()
    path = tmp_path / "blob"
    tries = [
        content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :] for at in range(1_000)
    ]
    tries += [content[:at] + content[at + 1 :] for at in range(1_000)]
    tries += [content[:at] + b"x" + content[at:] for at in range(1_000)]
    found = 0
    for spoilt in tries:
        path.write_bytes(spoilt)
        try:
            map_verified(path, digest)
        except IntegrityError:
            found += 1
    same = sum(spoilt == content for spoilt in tries)
    assert (len(tries), found) == (3_000, 3_000 - same)
    assert same == 0
