"""Notices: what readers are told of withdrawn versions.

A notice is a blob; the role `withdrawn`, signed by the operator alone, says which there are. So
a stolen operator's key can withhold a version, and never forge one.
"""

import json
from typing import NamedTuple

from datacoop.errors import IntegrityError
from datacoop.pool.erasure import notice_bytes
from datacoop.pool.state import State
from datacoop.records.digest import canonical_json

ROLE = "withdrawn"
"""The delegated role, and the folder of its targets."""


class Notice(NamedTuple):
    """What a notice says."""

    collection: str
    version: int
    withdrawn_utc: str
    reason: str
    replaced_by: int | None


def notices(state: State, before: int | None = None) -> dict[str, bytes]:
    """Give the notices by target path, such as `withdrawn/documents/3`.

    Args:
        before: As they were before this entry of the log; as they are now where it is left out.
    """
    return {
        f"{ROLE}/{one.collection}/{one.version}": notice_bytes(one, state.replacement(one, before))
        for one in state.withdrawn_versions.values()
        if before is None or one.entry < before
    }


def read_notice(path: str, content: bytes) -> Notice:
    """Read a notice.

    Args:
        path: The target path by which it was found.

    Raises:
        IntegrityError: It is something else, or speaks of another version.
    """
    try:
        value = json.loads(content)
        notice = Notice(**value)
    except (ValueError, TypeError) as error:
        raise IntegrityError(path, "a notice", "something else") from error
    own = f"{ROLE}/{notice.collection}/{notice.version}"
    if own != path or canonical_json(value) != content:
        raise IntegrityError(path, "its own notice", "another")
    return notice
