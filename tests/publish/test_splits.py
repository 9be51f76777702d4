import dataclasses
import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling import POLICY

from datacoop.publish.splits import SPLITS, bucket_count, bucket_of, split_of

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
        place = int(hashlib.sha256(b"datacoop.split.v1\n" + digest).hexdigest()[:16], 16) % 100
        expected = "test" if place < 20 else "validation" if place < 40 else "train"
        assert split_of(digest, POLICY) == expected


@given(digests, st.integers(1, 50))
def test_a_bucket_is_one_of_those_that_there_are(record_id: bytes, count: int) -> None:
    assert 0 <= bucket_of(record_id, count) < count


def test_buckets_are_of_about_one_size() -> None:
    counts = Counter(bucket_of(digest, 8) for digest in many)
    assert max(counts.values()) < 1.1 * min(counts.values())


@given(st.integers(0, 1 << 40), st.sampled_from(SPLITS))
def test_shards_are_near_the_size_of_the_policy(total: int, split: str) -> None:
    count = bucket_count(split, total, POLICY)
    share = {"train": 60, "validation": 20, "test": 20}[split]
    size = total * share / 100 / count
    assert count >= 1
    assert size <= 1.5 * POLICY.shard_bytes
    assert count == 1 or size >= 0.6 * POLICY.shard_bytes
