"""Splits: a stable hash at first, then remembered."""

import numpy as np

from datacoop.records.arrays import Numbers
from datacoop.records.policies import ReleasePolicy

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = (TRAIN, VALIDATION, TEST)


def split_codes(starts: Numbers, policy: ReleasePolicy) -> Numbers:
    """Give the places in `SPLITS` of clusters that appear for the first time.

    Each depends on the cluster and the policy's shares alone: not on what else is released.

    Args:
        starts: The first eight bytes of each cluster's id, big-endian. An id is a SHA-256, so its
            bytes are as good as those of another digest of it.
    """
    places = starts % np.uint64(100)
    last = policy.test_percent + policy.validation_percent
    codes = np.where(places < last, SPLITS.index(VALIDATION), SPLITS.index(TRAIN))
    return np.where(places < policy.test_percent, SPLITS.index(TEST), codes).astype(np.int8)


def buckets_of(starts: Numbers, bucket_counts: Numbers) -> Numbers:
    """Give the shard of records, each among as many as `bucket_counts` says: by their ids alone.

    Args:
        starts: The first eight bytes of each record's id, big-endian.
    """
    return starts % bucket_counts.astype(np.uint64)


def bucket_count(split: str, total_bytes: int, policy: ReleasePolicy) -> int:
    """Say how many shards a split of some rows gets, so that one is near the policy's size.

    Args:
        total_bytes: Bytes of all rows of one first version, before compression.
    """
    percent = {
        TEST: policy.test_percent,
        VALIDATION: policy.validation_percent,
        TRAIN: 100 - policy.test_percent - policy.validation_percent,
    }[split]
    return max(1, round(total_bytes * percent / 100 / policy.shard_bytes))
