"""The restricted daily record of accesses: who fetched which shards, for those who must be told.

One file a day, canonical JSON Lines, each line one grant, version and the shards fetched under it.
It names grants, never people; it is the operator's own and no part of the pool. Who hands out blobs
writes it; erasure reads it to say whom to tell.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from datacoop.errors import IntegrityError
from datacoop.records.digest import canonical_json

FOLDER = "accesses"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Access:
    """What was fetched on a day under a grant, of one version."""

    day: str
    """`YYYY-MM-DD` in UTC."""
    grant: str
    """The id of the grant."""
    collection: str
    version: int
    shards: tuple[str, ...]
    """Digests of the shards, sorted."""


def access_key(day: str) -> str:
    """Give the key of a day's record.

    Raises:
        ValueError: It is no day.
    """
    if not _DAY.fullmatch(day):
        raise ValueError("a day is written YYYY-MM-DD")
    return f"{FOLDER}/{day}.jsonl"


def merged(accesses: Iterable[Access]) -> list[Access]:
    """Give accesses sorted; those of one day, grant and version are one."""
    shards: dict[tuple[str, str, str, int], set[str]] = {}
    for one in accesses:
        at = (one.day, one.grant, one.collection, one.version)
        shards.setdefault(at, set()).update(one.shards)
    return [
        Access(
            day=day,
            grant=grant,
            collection=collection,
            version=version,
            shards=tuple(sorted(found)),
        )
        for (day, grant, collection, version), found in sorted(shards.items())
    ]


def accesses_to_bytes(accesses: Iterable[Access]) -> bytes:
    """Write accesses in their one byte form."""
    return b"".join(canonical_json(asdict(one)) + b"\n" for one in merged(accesses))


def accesses_from_bytes(name: str, content: bytes) -> list[Access]:
    """Read what `accesses_to_bytes` wrote.

    Args:
        name: What to call it in an error.

    Raises:
        IntegrityError: It is something else.
    """
    try:
        values = [json.loads(line) for line in content.splitlines()]
        return [Access(**{**value, "shards": tuple(value["shards"])}) for value in values]
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(name, "a record of accesses", "something else") from error


def readers_of(accesses: Iterable[Access], shards: Iterable[str]) -> dict[str, list[str]]:
    """Give the grants under which one of the shards was fetched, each with the versions."""
    wanted = frozenset(shards)
    found: dict[str, set[str]] = {}
    for one in accesses:
        if wanted & set(one.shards):
            found.setdefault(one.grant, set()).add(f"{one.collection}/{one.version}")
    return {grant: sorted(versions) for grant, versions in sorted(found.items())}
