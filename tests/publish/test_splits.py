import dataclasses
import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling import POLICY, split_of

from datacoop.publish.splits import SPLITS, bucket_count, buckets_of

digests = st.binary(min_size=32, max_size=32)
many = [hashlib.sha256(str(number).encode()).digest() for number in range(20_000)]


@pytest.mark.parametrize(("validation", "test"), [(20, 20), (5, 5), (0, 10), (1, 0), (0, 0)])
def test_shares_are_near_those_of_the_policy(validation: int, test: int) -> None:
    policy = dataclasses.replace(POLICY, validation_percent=validation, test_percent=test)
    counts = Counter(split_of(digest, policy) for digest in many)
    percent = {split: counts[split] * 100 / len(many) for split in SPLITS}
    assert percent["validation"] == pytest.approx(validation, abs=0.8)
    assert percent["test"] == pytest.approx(test, abs=0.8)
    assert (counts["validation"] == 0) >= (validation == 0)
    assert (counts["test"] == 0) >= (test == 0)


def test_the_split_of_a_cluster_never_changes_with_the_code() -> None:
    for digest in many[:200]:
        place = int(digest.hex()[:16], 16) % 100
        expected = "test" if place < 20 else "validation" if place < 40 else "train"
        assert split_of(digest, POLICY) == expected


def starts(ids: list[bytes]) -> np.ndarray:
    return np.array([int.from_bytes(one[:8], "big") for one in ids], np.uint64)


@given(st.lists(digests, min_size=1, max_size=5), st.integers(1, 50))
def test_a_bucket_is_one_of_those_that_there_are(ids: list[bytes], count: int) -> None:
    assert set(buckets_of(starts(ids), np.full(len(ids), count)).tolist()) <= set(range(count))


def test_buckets_are_of_about_one_size() -> None:
    counts = Counter(buckets_of(starts(many), np.full(len(many), 8)).tolist())
    assert max(counts.values()) < 1.1 * min(counts.values())


@given(st.integers(0, 1 << 40), st.sampled_from(SPLITS))
def test_shards_are_near_the_size_of_the_policy(total: int, split: str) -> None:
    count = bucket_count(split, total, POLICY)
    share = {"train": 60, "validation": 20, "test": 20}[split]
    size = total * share / 100 / count
    assert count >= 1
    assert size <= 1.5 * POLICY.shard_bytes
    assert count == 1 or size >= 0.6 * POLICY.shard_bytes
