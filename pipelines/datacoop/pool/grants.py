"""Grants: what the operator permits a trainer to read, as signed statements.

A grant's file holds the trainer's name and stays with the operator and the trainer. The pool's log
holds the grant's id, and a digest of the file, which nobody can guess back: the file has a secret.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from datacoop.errors import IntegrityError
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.signing import Statement, open_statement, read_unverified, sign_statement
from datacoop.records.terms import Terms, reading_objections

PREDICATE_TYPE = "urn:datacoop:grant:v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who may read what, for what, and until when."""

    id: str
    pool_id: str
    who: str
    """The trainer, for people. It is in no log."""
    collections: tuple[str, ...]
    purposes: tuple[str, ...]
    jurisdiction: str
    """Where the trainer processes rows, an ISO 3166 code."""
    given: str
    """The first day on which it holds, `YYYY-MM-DD` in UTC."""
    until: str
    """The last one."""
    secret: str
    """64 hex digits, so that the digest of the file tells nothing of who it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenGrant:
    """What the log says of a grant."""

    id: str
    statement: str
    """SHA-256 of the grant's file."""
    collections: tuple[str, ...]
    purposes: tuple[str, ...]
    until: str
    entry: int
    revoked_entry: int | None = None


def sign_grant(grant: Grant, operator: SigningKey) -> bytes:
    """Give the signed file of a grant."""
    value = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(grant).items()}
    statement = Statement(predicate_type=PREDICATE_TYPE, subjects=(), predicate=value)
    return sign_statement(statement, operator)


def open_grant(name: str, content: bytes, keys: Mapping[str, PublicKey]) -> Grant:
    """Verify a grant's file and give what it says.

    Args:
        name: What to call it in an error.
        keys: The pool's keys by id; only an operator's counts.

    Raises:
        IntegrityError: It is no grant that the operator signed.
    """
    operators = {keyid: key for keyid, key in keys.items() if key.role is Role.OPERATOR}
    return _grant(name, open_statement(name, content, operators)[0])


def read_grant(name: str, content: bytes) -> Grant:
    """Give what a grant's file says, without asking who signed it: for its holder's own use.

    Raises:
        IntegrityError: It is no grant's file.
    """
    return _grant(name, read_unverified(name, content))


def _grant(name: str, statement: Statement) -> Grant:
    value: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in statement.predicate.items()
    }
    try:
        if statement.predicate_type != PREDICATE_TYPE:
            raise ValueError
        return Grant(**value)
    except (TypeError, ValueError) as error:
        raise IntegrityError(name, "a grant", "another statement") from error


def grant_objections(
    grant: Grant, collection: str, terms: Iterable[Terms], purpose: str, day: str
) -> list[str]:
    """Say why rows of a collection may not be read under a grant.

    Whether the grant was revoked is not in the grant: `standing_objections` says it.

    Args:
        terms: Those of the rows to be read: of a version, or of one shard.
        day: The day of the reading, `YYYY-MM-DD` in UTC.

    Returns:
        One sentence for each objection, each once; none when the rows may be read.
    """
    found = []
    if collection not in grant.collections:
        found.append(f"collection {collection} is not in the grant")
    if purpose not in grant.purposes:
        found.append(f"purpose {purpose} is not in the grant")
    if day < grant.given:
        found.append(f"the grant begins on {grant.given}")
    if day > grant.until:
        found.append(f"the grant ended on {grant.until}")
    for one in terms:
        found += reading_objections(one, purpose, day, grant.jurisdiction)
    return list(dict.fromkeys(found))


def standing_objections(
    known: Mapping[str, GivenGrant], pool_id: str, grant: Grant, digest: str
) -> list[str]:
    """Say why a grant does not stand by the log.

    Args:
        known: The grants that the log names, by id.
        digest: SHA-256 of the grant's file.
    """
    given = known.get(grant.id)
    if grant.pool_id != pool_id:
        return ["the grant is one of another pool"]
    if given is None or given.statement != digest:
        return ["the log does not know the grant"]
    return ["the grant was revoked"] if given.revoked_entry is not None else []
