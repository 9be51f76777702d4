"""A change of the trust root on its way: a file that goes from one approver to the next.

Whoever signs makes the metadata anew from the log and signs only what comes out equal: a change
says what it does in a few fields, and nothing else can hide in its files.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from securesystemslib.formats import encode_canonical

from datacoop.errors import IntegrityError, RefusedError, SettingsError
from datacoop.pool.keys import PublicKey, Role, SigningKey, key_from_json
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.state import State
from datacoop.pool.trust import next_metadata, role_targets
from datacoop.pool.trust_rules import THRESHOLD, signing_members
from datacoop.records.digest import canonical_json

SCHEMA = "datacoop.trust-change.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustChange:
    """A new root with what hangs on it, and the signatures given so far."""

    pool_id: str
    number: int
    """The version that root and targets will have."""
    add: tuple[PublicKey, ...]
    """Approvers' keys that come, or the key of a new operator, who takes the old one's place."""
    remove: tuple[str, ...]
    """Key ids of approvers' keys that sign nothing any more."""
    roles: Mapping[str, int]
    """The version that each collection's role will have."""
    signed_from: datetime
    """From when on the new expiries count, to the second."""
    files: Mapping[str, Mapping[str, Any]]
    """TUF metadata by file name, with signatures."""

    def to_bytes(self) -> bytes:
        """Write the change as the file that is handed on."""
        value = {
            "schema": SCHEMA,
            "pool_id": self.pool_id,
            "number": self.number,
            "add": [key.to_json() for key in self.add],
            "remove": list(self.remove),
            "roles": dict(self.roles),
            "signed_from": self.signed_from.isoformat(),
            "files": {name: dict(metadata) for name, metadata in self.files.items()},
        }
        return canonical_json(value) + b"\n"

    def signers(self) -> tuple[str, ...]:
        """Give the ids of the keys that have signed any of it."""
        return tuple(sorted({one["keyid"] for f in self.files.values() for one in f["signatures"]}))


def change_from_bytes(content: bytes) -> TrustChange:
    """Read what `TrustChange.to_bytes` wrote; its signatures are not verified yet.

    Raises:
        SettingsError: It is something else.
    """
    try:
        value = json.loads(content)
        if value.pop("schema") != SCHEMA:
            raise ValueError
        change = TrustChange(
            pool_id=value["pool_id"],
            number=value["number"],
            add=tuple(key_from_json(key) for key in value["add"]),
            remove=tuple(value["remove"]),
            roles=value["roles"],
            signed_from=datetime.fromisoformat(value["signed_from"]),
            files=value["files"],
        )
        if change.to_bytes() != content:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            "this is not a change of the trust root",
            hint="Give the file that `datacoop trust add-key`, `rotate`, `revoke` or `renew` made.",
        ) from error
    return change


def plan_change(
    store: ObjectStore,
    state: State,
    *,
    add: Iterable[PublicKey] = (),
    remove: Iterable[str] = (),
    now: datetime,
) -> TrustChange:
    """Make the change that follows the pool's current root, not signed by anybody.

    With nothing to add and nothing to remove it renews what expires, and gives roles to
    collections that were added since.

    Raises:
        RefusedError: A key may not come or go, or too few members would be left.
    """
    if state.trust_root is None:
        raise RefusedError("the pool has no trust root yet", hint="Run `datacoop trust init`.")
    added, removed = tuple(add), tuple(remove)
    for key in added:
        _refuse_unfit(state, key)
    for keyid in removed:
        if keyid not in state.trusted:
            raise RefusedError(
                f"the trust root does not name the key {keyid[:12]}",
                hint="See `datacoop trust show`.",
            )
    approvers, operator = keys_after(state, added, removed)
    wanted = max([THRESHOLD, *state.thresholds.values()])
    if len({key.member for key in approvers}) < wanted:
        raise RefusedError(
            f"approvers of fewer than {wanted} members would be left",
            hint="Add a key first, or replace the key with `datacoop trust rotate`.",
        )
    number = state.trust_events[-1].number + 1
    roles = {name: state.role_versions.get(name, 0) + 1 for name in state.collections}
    unsigned = next_metadata(
        number=number,
        approvers=approvers,
        operator=operator,
        thresholds=state.thresholds,
        roles={name: (roles[name], role_targets(store, state, name)) for name in sorted(roles)},
        now=now,
    )
    return TrustChange(
        pool_id=state.pool_id,
        number=number,
        add=added,
        remove=removed,
        roles=roles,
        signed_from=now,
        files={name: json.loads(content) for name, content in unsigned.items()},
    )


def _refuse_unfit(state: State, key: PublicKey) -> None:
    known = state.keys.get(key.keyid)
    if key.role is Role.OPERATOR:
        if known is not None:
            raise RefusedError("the pool knows this operator's key already")
    elif key.role is not Role.APPROVER:
        raise RefusedError(
            "only approvers' and operators' keys stand in the trust root",
            hint="A steward's or witness's key is entered by the operator alone, without --out.",
        )
    elif key.member not in state.members:
        raise RefusedError(f"{key.member!r} is no member", hint="Run `datacoop member add`.")
    if key.keyid in state.revoked:
        raise RefusedError("this key was revoked", hint="Make a new one.")
    if key.keyid in state.trusted:
        raise RefusedError("the trust root names this key already")
    same = [k for k in state.keys.values() if k.public == key.public and k != key]
    if same or (known is not None and known != key):
        raise RefusedError("the pool knows this key under another name", hint="Make a new one.")


def keys_after(
    state: State, add: Iterable[PublicKey], remove: Iterable[str]
) -> tuple[list[PublicKey], PublicKey]:
    """Give the approvers' keys and the operator's that hold after a change, in order."""
    gone = set(remove)
    kept = [key for keyid, key in state.trusted.items() if keyid not in gone]
    operator = state.keys[state.operator]
    for key in add:
        if key.role is Role.OPERATOR:
            operator = key
        else:
            kept.append(key)
    return sorted(kept, key=lambda key: key.keyid), operator


def check_change(store: ObjectStore, state: State, change: TrustChange) -> None:
    """Refuse a change that is not, bit by bit, what its fields say about the pool as it is.

    Raises:
        RefusedError: The pool has gone on since it was made.
        IntegrityError: Its files say something else than its fields.
    """
    if change.pool_id != state.pool_id:
        raise RefusedError(f"this is a change of the pool {change.pool_id!r}")
    again = plan_change(store, state, add=change.add, remove=change.remove, now=change.signed_from)
    if (again.number, dict(again.roles)) != (change.number, dict(change.roles)):
        raise RefusedError(
            "the pool has gone on since this change was made",
            hint="A version was published or another change entered: make the change again.",
        )
    for name in {*again.files, *change.files}:
        said, wanted = change.files.get(name), again.files.get(name)
        if said is None or wanted is None or said["signed"] != wanted["signed"]:
            raise IntegrityError(f"{name} in the change", "what its fields say", "something else")


def sign_change(
    store: ObjectStore, state: State, change: TrustChange, key: SigningKey
) -> TrustChange:
    """Add an approver's signatures; doing it again changes nothing.

    Raises:
        RefusedError: The key is neither in the root that holds nor in the new one.
        IntegrityError: The change is not what it says.
    """
    check_change(store, state, change)
    after = {one.keyid for one in keys_after(state, change.add, change.remove)[0]}
    keyid = key.public.keyid
    if keyid not in after and keyid not in state.trusted:
        raise RefusedError(
            "neither the trust root nor this change names this key",
            hint="An approver signs, with the key that `datacoop trust show` lists.",
        )
    files = {}
    for name, metadata in change.files.items():
        # A key that goes vouches for the new root, and for nothing below it.
        may_sign = keyid in after or name.endswith(".root.json")
        has_signed = keyid in {one["keyid"] for one in metadata["signatures"]}
        signatures = list(metadata["signatures"])
        if may_sign and not has_signed:
            payload = str(encode_canonical(metadata["signed"])).encode()
            signatures.append({"keyid": keyid, "sig": key.signer.sign(payload).signature})
        files[name] = {**metadata, "signatures": sorted(signatures, key=lambda one: one["keyid"])}
    return replace(change, files=files)


def signatures_missing(state: State, change: TrustChange) -> dict[str, int]:
    """Give how many members' signatures each part lacks still; none when it can be entered."""
    approvers, _ = keys_after(state, change.add, change.remove)
    missing: dict[str, int] = {}
    for name, metadata in change.files.items():
        role = name.split(".")[1]
        found = len(signing_members(metadata, approvers))
        lacks = state.thresholds.get(role, THRESHOLD) - found
        if role == "root":
            old = len(signing_members(metadata, state.trusted.values()))
            lacks = THRESHOLD - min(found, old)
        if lacks > 0:
            missing[role] = lacks
    return missing
