"""Until when the trust metadata of a pool is valid."""

import json
from datetime import datetime

from datacoop.errors import IntegrityError
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.trust import FOLDER


def last_days(store: ObjectStore) -> dict[str, datetime]:
    """Give when the newest metadata file of each role expires, by role.

    Raises:
        IntegrityError: A file is no metadata.
    """
    newest: dict[str, tuple[int, str]] = {}
    for key in store.list(FOLDER):
        number, _, role = key.rpartition("/")[2].removesuffix(".json").rpartition(".")
        newest[role] = max(newest.get(role, (-1, "")), (int(number or 0), key))
    return {role: _expires(store, key) for role, (_, key) in sorted(newest.items())}


def _expires(store: ObjectStore, key: str) -> datetime:
    try:
        return datetime.fromisoformat(json.loads(store.get(key))["signed"]["expires"])
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(key, "trust metadata", "something else") from error
