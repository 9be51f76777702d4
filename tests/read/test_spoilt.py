"""A byte flipped, cut or added anywhere: a reader is told, and gets none of it."""

import random
from pathlib import Path

import pytest
from pooling import COLLECTION, PURPOSE, published_pool
from spoiling import SPOILT, spoilt

from datacoop.errors import DatacoopError, IntegrityError
from datacoop.pool.blobs import blob_key
from datacoop.pool.object_store import open_store
from datacoop.pool.trust import FOLDER
from datacoop.read.open import Version, open_pool

SEED = 20_261_123
SHARD_TRIES = 2_000
TRUST_TRIES = 150


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    published_pool(open_store(str(tmp_path / "pool")), rows=40)
    return tmp_path


def open_version(folder: Path, cache: str = "cache", trust: str | None = None) -> Version:
    reader = open_pool(str(folder / "pool"), cache=folder / cache, trust=trust)
    return reader.version(COLLECTION, 1, purpose=PURPOSE)


def test_two_thousand_spoilt_shards_are_all_refused(folder: Path) -> None:
    version = open_version(folder)
    chance = random.Random(SEED)  # noqa: S311 - to repeat, not to hide
    files = {s: folder / "pool" / blob_key(s.sha256) for s in version.shards()}
    whole = {shard: path.read_bytes() for shard, path in files.items()}
    refused = 0
    for number in range(SHARD_TRIES):
        shard = chance.choice(list(files))
        at = chance.randrange(shard.size_bytes)
        files[shard].write_bytes(spoilt(whole[shard], at, number % 3))
        fresh = open_version(folder, trust=version.digest)
        with pytest.raises(IntegrityError, match=shard.sha256):
            next(fresh.shard_batches(shard))
        refused += 1
        files[shard].write_bytes(whole[shard])
    assert refused == SHARD_TRIES
    assert sum(batch.num_rows for batch in open_version(folder).batches()) == len(version)


@pytest.mark.parametrize("way", range(3), ids=SPOILT)
def test_every_spoilt_byte_of_a_manifest_is_refused(folder: Path, way: int) -> None:
    digest = open_version(folder).digest
    path = folder / "pool" / blob_key(digest)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(spoilt(whole, at, way))
        with pytest.raises(IntegrityError):
            open_version(folder, trust=digest)
    assert len(whole) > 1_000


def test_spoilt_trust_metadata_never_leads_to_another_version(folder: Path) -> None:
    digest = open_version(folder).digest
    chance = random.Random(SEED)  # noqa: S311 - to repeat, not to hide
    files = sorted((folder / "pool" / FOLDER).iterdir())
    refused = 0
    for number in range(TRUST_TRIES):
        path = files[number % len(files)]
        whole = path.read_bytes()
        path.write_bytes(spoilt(whole, chance.randrange(len(whole)), number % 3))
        try:
            assert open_version(folder, cache=f"cache-{number}").digest == digest
        except DatacoopError:
            refused += 1
        path.write_bytes(whole)
    assert refused > TRUST_TRIES // 2
