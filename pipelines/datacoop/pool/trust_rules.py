"""What the log asks of a change of the trust root, judged without a library of TUF.

The threshold is one of members: two keys of one member count once. TUF itself counts keys, so the
log, and every reader beside python-tuf, counts again by these rules.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from securesystemslib.exceptions import UnverifiedSignatureError, VerificationError
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import Signature

from datacoop.pool.keys import PublicKey

THRESHOLD = 2
"""Members whose approvers must sign root, targets and every collection."""
MEMBER_FIELD = "x-datacoop-member"
"""Where a key in TUF metadata says whose it is; the root's signers vouch for it."""


def tuf_key(key: PublicKey) -> dict[str, Any]:
    """Give a key as it stands in TUF metadata."""
    return {
        "keytype": "ed25519",
        "scheme": "ed25519",
        "keyval": {"public": key.public},
        MEMBER_FIELD: key.member,
    }


def signing_members(metadata: Mapping[str, Any], keys: Iterable[PublicKey]) -> set[str]:
    """Give the members of those of `keys` that have signed TUF metadata validly."""
    signed = str(encode_canonical(metadata["signed"])).encode()
    signatures = {one["keyid"]: one["sig"] for one in metadata["signatures"]}
    return {
        key.member
        for key in keys
        if key.keyid in signatures and _verifies(key, signatures[key.keyid], signed)
    }


def _verifies(key: PublicKey, signature: str, signed: bytes) -> bool:
    try:
        key.verifier().verify_signature(Signature(key.keyid, signature), signed)
    except (UnverifiedSignatureError, VerificationError, ValueError):
        return False
    return True


def root_objection(
    root: Mapping[str, Any],
    *,
    version: int,
    old: Iterable[PublicKey],
    new: Iterable[PublicKey],
    operator: PublicKey,
) -> str | None:
    """Say what is wrong with a root that would follow, or nothing if all is right.

    Args:
        version: The number that it must have.
        old: The approvers' keys of the root before it.
        new: The approvers' keys that it must name.
        operator: The key that signs snapshot and timestamp from then on.
    """
    approvers = {key.keyid: key for key in new}
    if len({key.member for key in approvers.values()}) < THRESHOLD:
        return f"approvers of {THRESHOLD} members, or nobody could release"
    threshold = {"keyids": sorted(approvers), "threshold": THRESHOLD}
    alone = {"keyids": [operator.keyid], "threshold": 1}
    wanted = {
        "_type": "root",
        "version": version,
        "consistent_snapshot": True,
        "keys": {k: tuf_key(v) for k, v in {**approvers, operator.keyid: operator}.items()},
        "roles": {"root": threshold, "targets": threshold, "snapshot": alone, "timestamp": alone},
    }
    said = {name: root["signed"].get(name) for name in wanted}
    said["roles"] = {
        name: {**role, "keyids": sorted(role["keyids"])} for name, role in said["roles"].items()
    }
    if said != wanted:
        return "a root with exactly the keys that the entry names"
    for name, keys in (("the root before it", list(old)), ("the new root", list(new))):
        if len(signing_members(root, keys)) < THRESHOLD:
            return f"signatures of {THRESHOLD} members that {name} trusts"
    return None
