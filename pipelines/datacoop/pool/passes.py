"""Passes: what a member shows at a portal, signed with a key that the log knows as the member's."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from datacoop.errors import IntegrityError
from datacoop.pool.keys import PublicKey, Role, SigningKey
from datacoop.pool.signing import Statement, open_statement, sign_statement
from datacoop.pool.state import State

PREDICATE_TYPE = "urn:datacoop:pass:v1"
LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """Where a member may go in, and until when. Who it is, the signature says."""

    pool_id: str
    portal: str
    """The portal's address, such as `https://portal.example.org`: another cannot use the pass."""
    until_utc: str
    """ISO 8601, in UTC, to the second; at most `LONGEST` after it is shown."""


def sign_pass(wanted: Pass, key: SigningKey) -> bytes:
    """Give the signed file of a pass."""
    predicate = asdict(wanted)
    return sign_statement(
        Statement(predicate_type=PREDICATE_TYPE, subjects=(), predicate=predicate), key
    )


def open_pass(content: bytes, state: State, portal: str, now: datetime) -> PublicKey:
    """Verify a pass and give the key of the member who shows it.

    Args:
        portal: The address at which it is shown.

    Raises:
        IntegrityError: It is none, of another place, over, or by a key that is not in force.
    """
    statement, key = open_statement("the pass", content, _keys_in_force(state))
    try:
        if statement.predicate_type != PREDICATE_TYPE:
            raise ValueError
        shown = Pass(**statement.predicate)
        until = datetime.fromisoformat(shown.until_utc)
        if until.tzinfo is None or (shown.pool_id, shown.portal) != (state.pool_id, portal):
            raise ValueError
    except (TypeError, ValueError) as error:
        raise IntegrityError("the pass", f"one for {portal}", "another") from error
    if not now < until.astimezone(UTC) <= now + LONGEST:
        raise IntegrityError("the pass", f"one that ends within {LONGEST}", shown.until_utc[:40])
    return key


def _keys_in_force(state: State) -> Mapping[str, PublicKey]:
    return {
        keyid: key
        for keyid, key in state.keys.items()
        if key.role is not Role.OPERATOR
        and keyid not in state.revoked
        # Of approvers the trust root says who is one now.
        and (key.role is not Role.APPROVER or keyid in state.trusted)
    }
