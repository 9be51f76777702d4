"""The operator's grants: give one, list them, take one back."""

import secrets
from dataclasses import replace

from datacoop.errors import RefusedError
from datacoop.pool.grants import Grant, open_grant, sign_grant
from datacoop.pool.keys import SigningKey
from datacoop.pool.log import Draft
from datacoop.pool.object_store import ObjectStore
from datacoop.pool.pool import Pool
from datacoop.pool.state import State
from datacoop.records.digest import sha256_hex

ID_BYTES = 8
SECRET_BYTES = 32


def grant_key(grant_id: str) -> str:
    """Give the key of a grant's file in the operator's store."""
    return f"{grant_id}.grant.json"


def give_grant(
    pool: Pool, store: ObjectStore, wanted: Grant, operator: SigningKey, *, created_utc: str
) -> tuple[Grant, bytes]:
    """Sign a grant, keep its file, and enter it into the log; give it with its file.

    Repeatable: no. Each call gives another grant, with an id of its own.

    Args:
        store: The operator's own, for files with the names of trainers.
        wanted: What to grant; id, pool and secret are filled in.

    Raises:
        RefusedError: It names a collection that the pool does not have, or ends before it begins.
    """
    state = pool.require()
    unknown = sorted(set(wanted.collections) - set(state.collections))
    if unknown:
        raise RefusedError(
            f"the pool has no collection {', '.join(unknown)}",
            hint="See `datacoop collection list`.",
        )
    if wanted.until < wanted.given:
        raise RefusedError(f"the grant would end on {wanted.until}, before it begins")
    grant = replace(
        wanted,
        id=secrets.token_hex(ID_BYTES),
        pool_id=state.pool_id,
        secret=secrets.token_hex(SECRET_BYTES),
    )
    content = sign_grant(grant, operator)
    # The file first: a grant that the log names can always be shown.
    store.put(grant_key(grant.id), content)
    body = {
        "grant": grant.id,
        "statement": sha256_hex(content),
        "collections": list(grant.collections),
        "purposes": list(grant.purposes),
        "until": grant.until,
    }
    pool.append(lambda _: Draft(kind="grant_given", body=body), operator, created_utc=created_utc)
    return grant, content


def kept_grant(pool: Pool, store: ObjectStore, grant_id: str) -> tuple[Grant, bytes]:
    """Give a grant with its file, verified.

    Raises:
        RefusedError: The operator's store has no such grant.
    """
    content = store.find(grant_key(grant_id)) if grant_id.isalnum() else None
    if content is None:
        raise RefusedError(f"there is no grant {grant_id!r}", hint="See `datacoop grant list`.")
    return open_grant(grant_key(grant_id), content, pool.require().keys), content


def revoke_grant(pool: Pool, grant_id: str, operator: SigningKey, *, created_utc: str) -> None:
    """Take a grant back; doing it again changes nothing.

    Raises:
        RefusedError: The log knows no such grant.
    """

    def decide(state: State) -> Draft | None:
        known = state.grants.get(grant_id)
        if known is None:
            raise RefusedError(f"there is no grant {grant_id!r}", hint="See `datacoop grant list`.")
        if known.revoked_entry is not None:
            return None
        return Draft(kind="grant_revoked", body={"grant": grant_id})

    pool.append(decide, operator, created_utc=created_utc)
