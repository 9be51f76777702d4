"""Who comes in: a grant or a pass, shown as a bearer by programs, as a cookie by browsers."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime

from datacoop.errors import IntegrityError
from datacoop.pool.grants import PREDICATE_TYPE as GRANT
from datacoop.pool.grants import open_grant
from datacoop.pool.keys import PublicKey
from datacoop.pool.passes import open_pass
from datacoop.pool.signing import read_unverified
from datacoop.records.digest import sha256_hex
from datacoop.web.portal.holdings import Holdings
from datacoop.web.portal.permits import (
    MemberOfPool,
    RefusedReadingError,
    Trainer,
    Visitor,
    require_standing,
)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,12000}={0,2}", re.ASCII)


def token_of(content: bytes) -> str:
    """Give the file of a grant or a pass as a token."""
    return base64.urlsafe_b64encode(content).decode()


def content_of(token: str) -> bytes:
    """Give the file that a token holds.

    Raises:
        RefusedReadingError: It holds none.
    """
    try:
        if not _TOKEN.fullmatch(token):
            raise ValueError
        return base64.b64decode(token, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise RefusedReadingError("grant_invalid", 401) from None


@dataclass(slots=True, kw_only=True)
class Entrance:
    """Verifies what visitors show."""

    origin: str
    """Where the portal is: a pass names it."""
    _verified: dict[str, Trainer] = field(default_factory=dict)
    """Trainers by the digest of their grant's file: signatures that were looked at already."""

    def let_in(self, token: str, holdings: Holdings, now: datetime) -> Visitor:
        """Give who shows a token.

        Raises:
            RefusedReadingError: It is no grant or pass, or does not stand now.
        """
        content = content_of(token)
        try:
            is_grant = read_unverified("what was shown", content).predicate_type == GRANT
            if not is_grant:
                return MemberOfPool(key=open_pass(content, holdings.state, self.origin, now))
            trainer = self._trainer(content, holdings.state.keys)
        except IntegrityError:
            raise RefusedReadingError("grant_invalid", 401) from None
        require_standing(trainer, holdings, now.date().isoformat())
        return trainer

    def forget(self) -> None:
        """Look at every signature anew: the keys may have changed."""
        self._verified.clear()

    def _trainer(self, content: bytes, keys: dict[str, PublicKey]) -> Trainer:
        digest = sha256_hex(content)
        known = self._verified.get(digest)
        if known is None:
            known = Trainer(grant=open_grant("the grant", content, keys), digest=digest)
            if len(self._verified) >= 1_000:
                self._verified.clear()
            self._verified[digest] = known
        return known
