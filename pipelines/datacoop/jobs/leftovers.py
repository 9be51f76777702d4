"""What killed jobs leave in stores beside the pool: the operator's work, and members' folders."""

from collections.abc import Iterator

from datacoop.pool.object_store import ObjectStore

RELEASES = "releases"
RESCANS = "rescans"


def find_leftovers(work: ObjectStore) -> Iterator[str]:
    """Give the keys of what killed jobs left in a work store.

    A release that was built and not proposed yet is no leftover. What is left of a build lets the
    same build go on: without it, it begins anew.
    """
    for key in work.list(RELEASES):
        if key.count("/") > 1:
            yield key
    yield from work.list(RESCANS)
    yield from work.unfinished()
