"""Change the keys that readers trust: enter a signed change, renew what expires."""

import json
from dataclasses import dataclass
from datetime import datetime

from datacoop.errors import RefusedError
from datacoop.pool.checkpoint import unnamed_checkpoints, write_checkpoint
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.pool.trust import (
    CURRENT_DAYS,
    current_metadata,
    is_current,
    write_metadata,
    write_notices,
)
from datacoop.pool.trust_change import TrustChange, check_change, signatures_missing
from datacoop.records.digest import canonical_json


def enter_change(pool: Pool, change: TrustChange, key: SigningKey, *, created_utc: str) -> None:
    """Enter a change that enough members have signed; readers see it at the next refresh.

    Args:
        key: An approver's key that is in force: a change needs no operator.

    Raises:
        RefusedError: Signatures are missing, or the pool has gone on.
    """
    state = pool.require()
    missing = signatures_missing(state, change)
    if missing:
        said = ", ".join(f"{role} of {count}" for role, count in sorted(missing.items()))
        raise RefusedError(
            f"signatures of members are missing: {said}",
            hint="Hand the file on: the next approver runs `datacoop trust sign`.",
        )
    contents = {name: canonical_json(metadata) for name, metadata in change.files.items()}
    files = {name: pool.put_blob(content) for name, content in contents.items()}
    body = {
        "add": [one.to_json() for one in change.add],
        "remove": list(change.remove),
        "roles": dict(change.roles),
        "root": json.loads(contents[f"{change.number}.root.json"]),
        "files": files,
    }
    draft = Draft(kind="trust_changed", body=body, blobs=tuple(files.values()))

    def decide(current: State) -> Draft | None:
        event = current.trust_events[-1]
        if event.number == change.number and dict(event.files) == files:
            return None
        check_change(pool.store, current, change)
        return draft

    pool.append(decide, key, created_utc=created_utc)


def refresh_trust(
    pool: Pool, operator: SigningKey, *, now: datetime, created_utc: str, within_days: int = 0
) -> bool:
    """Renew snapshot and timestamp, and show readers the changes that were entered since.

    Args:
        within_days: Leave a repository alone whose timestamp is good for longer than this and
            says what the log says; 0 renews in any case.

    Returns:
        Whether anything was written.

    Raises:
        RefusedError: There is no trust root, or the key is not the operator's that it names.
    """
    state = pool.require()
    if state.trust_root is None:
        raise RefusedError("the pool has no trust root yet", hint="Run `datacoop trust init`.")
    if operator.public.keyid != state.operator:
        raise RefusedError("this is not the operator's key that the trust root names")
    timestamp = pool.store.find("trust/timestamp.json")
    if within_days and timestamp is not None and is_current(timestamp, state):
        last = datetime.fromisoformat(state.trust_events[-1].created_utc)
        if (now - last).days < CURRENT_DAYS - within_days:
            return False

    def decide(current: State) -> Draft:
        body = {"checkpoints": unnamed_checkpoints(pool.store, current)}
        return Draft(kind="trust_refreshed", body=body)

    pool.append(decide, operator, created_utc=created_utc)
    show_current(pool, operator)
    write_checkpoint(pool.store, operator)
    return True


def show_current(pool: Pool, operator: SigningKey) -> State:
    """Bring notices and trust metadata up to the log, beside others who may do the same.

    Two publications at a time could leave the earlier one's timestamp in the place of the later
    one's. Whoever wrote last therefore looks at the log once more, and writes again if it grew.

    Raises:
        RefusedError: The key is not the operator's that the trust root names.
    """
    shown = -1
    while (state := pool.state()).length != shown:
        shown = state.length
        write_notices(pool.store, state)
        write_metadata(pool.store, current_metadata(pool.store, state, operator))
    return state


def enter_key(pool: Pool, key: PublicKey, operator: SigningKey, *, created_utc: str) -> None:
    """Enter a further steward's or witness's key of a member.

    Raises:
        RefusedError: It is another role's, of no member, or known.
    """

    def decide(state: State) -> Draft:
        if key.role not in {Role.STEWARD, Role.WITNESS}:
            raise RefusedError("an approver's key comes by a change of the trust root")
        if key.member not in state.members:
            raise RefusedError(f"{key.member!r} is no member", hint="Run `datacoop member add`.")
        if key.public in {known.public for known in state.keys.values()}:
            raise RefusedError("the pool knows this key already")
        return Draft(kind="key_added", body={"key": key.to_json()})

    pool.append(decide, operator, created_utc=created_utc)


def drop_key(pool: Pool, keyid: str, operator: SigningKey, *, created_utc: str) -> None:
    """Revoke a steward's or witness's key.

    Raises:
        RefusedError: The pool knows no such key in force.
    """

    def decide(state: State) -> Draft:
        key = state.keys.get(keyid)
        if key is None or keyid in state.revoked or key.role not in {Role.STEWARD, Role.WITNESS}:
            raise RefusedError("the pool knows no steward's or witness's key of this id in force")
        return Draft(kind="key_revoked", body={"key": keyid})

    pool.append(decide, operator, created_utc=created_utc)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFacts:
    """Who is trusted now, and for how long."""

    root_number: int
    operator: str
    approvers: tuple[PublicKey, ...]
    revoked: tuple[str, ...]
    thresholds: dict[str, int]
    last_refresh_utc: str


def trust_facts(state: State) -> TrustFacts:
    """Give who is trusted, as the log says.

    Raises:
        RefusedError: There is no trust root yet.
    """
    if state.trust_root is None:
        raise RefusedError("the pool has no trust root yet", hint="Run `datacoop trust init`.")
    return TrustFacts(
        root_number=state.trust_events[-1].number,
        operator=state.operator,
        approvers=tuple(sorted(state.trusted.values(), key=lambda key: (key.member, key.keyid))),
        revoked=tuple(state.revoked),
        thresholds=dict(state.role_thresholds),
        last_refresh_utc=state.trust_events[-1].created_utc,
    )
