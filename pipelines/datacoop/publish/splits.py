"""Splits: a stable hash at first, then remembered."""

import hashlib

from datacoop.records.policies import ReleasePolicy

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = (TRAIN, VALIDATION, TEST)


def split_of(cluster_id: bytes, policy: ReleasePolicy) -> str:
    """Give the split of a cluster that appears for the first time.

    It depends on the cluster and the policy's shares alone: not on what else is released.
    """
    digest = hashlib.sha256(b"datacoop.split.v1\n" + cluster_id).digest()
    place = int.from_bytes(digest[:8], "big") % 100
    if place < policy.test_percent:
        return TEST
    if place < policy.test_percent + policy.validation_percent:
        return VALIDATION
    return TRAIN


def bucket_of(record_id: bytes, bucket_count: int) -> int:
    """Give the shard, among `bucket_count`, of a record: it depends on its id alone."""
    return int.from_bytes(record_id[:8], "big") % bucket_count


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
