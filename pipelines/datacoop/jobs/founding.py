"""Found a pool, add members, and hold the ceremony of the first trust root."""

from collections.abc import Sequence
from datetime import datetime

from datacoop.errors import RefusedError
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.pool.trust import FOLDER, initial_metadata, write_metadata
from datacoop.records.digest import sha256_hex


def found_pool(
    pool: Pool, *, pool_id: str, title: str, operator: SigningKey, created_utc: str
) -> None:
    """Write the first entry of a pool's log.

    Raises:
        RefusedError: There is a pool already, or the key is no operator's.
    """
    if operator.public.role is not Role.OPERATOR:
        raise RefusedError("a pool is founded with an operator's key")

    def decide(state: State) -> Draft:
        if state.length:
            raise RefusedError(
                f"there is a pool already: {state.pool_id}", hint="Choose an empty store."
            )
        body = {"pool_id": pool_id, "title": title, "operator": operator.public.to_json()}
        return Draft(kind="pool_created", body=body)

    pool.append(decide, operator, created_utc=created_utc)


def add_member(
    pool: Pool,
    *,
    member: str,
    title: str,
    country: str,
    keys: Sequence[PublicKey],
    operator: SigningKey,
    created_utc: str,
) -> None:
    """Enter a member with the public keys of its stewards and approvers.

    Raises:
        RefusedError: The member is known, or a key is not its own.
    """

    def decide(state: State) -> Draft:
        if member in state.members:
            raise RefusedError(f"{member!r} is a member already")
        wrong = [key.keyid[:12] for key in keys if key.member != member]
        if wrong:
            raise RefusedError(f"keys of another member than {member!r}: {', '.join(wrong)}")
        body = {
            "member": member,
            "title": title,
            "country": country,
            "keys": [key.to_json() for key in keys],
        }
        return Draft(kind="member_added", body=body)

    pool.append(decide, operator, created_utc=created_utc)


def initialise_trust(
    pool: Pool,
    *,
    operator: SigningKey,
    ceremony: Sequence[SigningKey],
    now: datetime,
    created_utc: str,
) -> str:
    """Make the TUF repository: root and roles signed by approvers of two members.

    Returns:
        The SHA-256 of the first root, which readers may pin.

    Raises:
        RefusedError: Trust is initialised already, or the keys do not suffice.
    """
    state = pool.require()
    if state.trust_root is not None:
        raise RefusedError("the pool has its first trust root already")
    approvers = [key for key in state.keys.values() if key.role is Role.APPROVER]
    files = initial_metadata(
        collections=state.collections,
        approvers=approvers,
        operator=operator,
        ceremony=ceremony,
        now=now,
        thresholds=state.thresholds,
    )
    root = sha256_hex(files["1.root.json"])
    pool.store.put(f"{FOLDER}/1.root.json", files["1.root.json"])

    def decide(current: State) -> Draft:
        if current.trust_root is not None:
            raise RefusedError("the pool has its first trust root already")
        return Draft(kind="trust_initialised", body={"root": root})

    pool.append(decide, operator, created_utc=created_utc)
    write_metadata(pool.store, files)
    return root
