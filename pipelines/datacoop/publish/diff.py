"""What changed between two versions, in the figures of their cards."""

from collections.abc import Mapping, Sequence
from typing import Any

from datacoop.pool.snapshot import SnapshotManifest

SCHEMA = "datacoop.diff.v1"
_TOTALS = ("rows", "characters", "labelled", "votes", "shards", "size_bytes")


def difference(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    manifests: tuple[SnapshotManifest, SnapshotManifest],
) -> dict[str, Any]:
    """Say what changed from one version to another, as plain JSON.

    Args:
        before: What `describe` gives for the older one.
        manifests: Of the older one, then of the other.
    """
    old, new = manifests
    kept = {shard.sha256 for shard in old.shards}
    return {
        "schema": SCHEMA,
        "collection": new.collection,
        "title": after["title"],
        "versions": [old.version, new.version],
        "snapshots": [before["snapshot"], after["snapshot"]],
        "rows": new.rows - old.rows,
        "totals": [[n, before["totals"][n], after["totals"][n]] for n in _TOTALS],
        "submissions_added": [s for s in new.submissions if s not in old.submissions],
        "submissions_removed": [s for s in old.submissions if s not in new.submissions],
        "shards_kept": sum(1 for shard in new.shards if shard.sha256 in kept),
        "shards_new": sum(1 for shard in new.shards if shard.sha256 not in kept),
        "contract_changed": old.contract != new.contract,
        "code_versions": [old.code_version, new.code_version],
        "languages": _groups(*(_named(d["languages"], "language") for d in (before, after))),
        "members": _groups(*(_named(d["members"], "title") for d in (before, after))),
        "labels": _groups(before["labels"], after["labels"]),
        "terms_added": _terms(after, before),
        "terms_removed": _terms(before, after),
    }


def _named(listed: Sequence[Mapping[str, Any]], name: str) -> list[list[Any]]:
    return [[one[name], one["rows"]] for one in listed]


def _groups(before: Sequence[Sequence[Any]], after: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Give name, rows before and rows after of each group, sorted by name."""
    old, new = dict(map(tuple, before)), dict(map(tuple, after))
    return [[name, old.get(name, 0), new.get(name, 0)] for name in sorted({*old, *new})]


def _terms(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    known = {one["terms_id"] for one in there["terms"]}
    return [
        f"{one['spdx']}, {one['rights_holder']}"
        for one in here["terms"]
        if one["terms_id"] not in known
    ]
