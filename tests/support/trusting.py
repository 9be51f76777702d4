"""Builders for the tests of trust: approvers beyond the usual ones, changes, a reader."""

import itertools
from pathlib import Path

from pooling import APPROVERS, COLLECTION, CREATED, NOW, OPERATOR, make_signing_key

from datacoop.jobs.trusting import enter_change, refresh_trust
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.object_store import ObjectStore, open_store
from datacoop.pool.pool import Pool
from datacoop.pool.trust import TrustClient, TrustedTarget
from datacoop.pool.trust_change import TrustChange, plan_change, sign_change

_names = itertools.count()

SECOND = make_signing_key(Role.APPROVER, "harbour", "harbour-second")
"""A second approver of the member `harbour`."""
NEW_OPERATOR = make_signing_key(Role.OPERATOR, "", "the next broker")


def memory() -> ObjectStore:
    return open_store(f"memory://trusting-{next(_names)}")


def signed_change(
    pool: Pool,
    *signers: SigningKey,
    add: tuple[PublicKey, ...] = (),
    remove: tuple[str, ...] = (),
) -> TrustChange:
    """Make a change and have it signed by one approver after the other."""
    change = plan_change(pool.store, pool.state(), add=add, remove=remove, now=NOW)
    for key in signers:
        change = sign_change(pool.store, pool.state(), change, key)
    return change


def change_trust(
    pool: Pool,
    *signers: SigningKey,
    add: tuple[PublicKey, ...] = (),
    remove: tuple[str, ...] = (),
    operator: SigningKey = OPERATOR,
) -> None:
    """Change the trust root and show it to readers."""
    who = signers or (APPROVERS["harbour"], APPROVERS["meadow"])
    enter_change(
        pool, signed_change(pool, *who, add=add, remove=remove), who[0], created_utc=CREATED
    )
    refresh(pool, operator)


def refresh(pool: Pool, operator: SigningKey = OPERATOR) -> None:
    refresh_trust(pool, operator, now=NOW, created_utc=CREATED)


def reader(pool: Pool, cache: Path) -> TrustClient:
    return TrustClient(pool.store, cache, None)


def find(pool: Pool, cache: Path, version: int = 1) -> TrustedTarget | None:
    return reader(pool, cache).find(COLLECTION, version)
