"""Accounts, sessions and invitations: the one place that holds names and e-mail addresses."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import InvalidToken

from datacoop.errors import RefusedError, SettingsError
from datacoop.web.gateway.database import META, Database

_ACCOUNTS = sa.Table(
    "account",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("annotator", sa.String(64), nullable=False, unique=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("is_lead", sa.Boolean, nullable=False),
    sa.Column("password", sa.String(200)),
    sa.Column("subject", sa.String(600), unique=True),
    sa.Column("studio_user", sa.Integer, nullable=False),
    sa.Column("studio_email", sa.String(254), nullable=False),
    sa.Column("studio_token", sa.Text, nullable=False),
)
_SESSIONS = sa.Table(
    "session",
    META,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("ends", sa.Float, nullable=False),
)
_INVITATIONS = sa.Table(
    "invitation",
    META,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("ends", sa.Float, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One annotator as the gateway knows them.

    Privacy: holds name and e-mail address; goes no further than this package.
    """

    id: int
    annotator: str
    """The pseudonym under which the pool and the queue know them."""
    email: str = field(repr=False)
    name: str = field(repr=False)
    language: str
    """The language of the pages; empty where the browser says it."""
    is_lead: bool
    """Whether they lead the labelling, and see the pages for that."""
    password: str | None = field(repr=False)
    """The argon2 hash; none for who was only invited, or signs in elsewhere."""
    studio_user: int
    studio_email: str
    studio_token: str = field(repr=False)
    """The personal access token of the Label Studio user that is theirs, in clear."""


class Accounts(Database):
    """Who may sign in, and who is signed in."""

    def add_account(
        self,
        *,
        annotator: str,
        email: str,
        name: str,
        language: str,
        studio_user: int,
        studio_email: str,
        studio_token: str,
        password: str | None = None,
        is_lead: bool = False,
    ) -> None:
        """Enter an annotator.

        Raises:
            RefusedError: There is one with this e-mail address.
        """
        values = {
            "annotator": annotator,
            "email": email.casefold(),
            "name": name,
            "language": language,
            "password": password,
            "is_lead": is_lead,
            "studio_user": studio_user,
            "studio_email": studio_email,
            "studio_token": self._cipher.encrypt(studio_token.encode()).decode(),
        }
        try:
            with self._write() as db:
                db.execute(sa.insert(_ACCOUNTS).values(values))
        except sa.exc.IntegrityError:
            raise RefusedError(
                "there is an annotator with this e-mail address",
                hint="See `datacoop annotator list`.",
            ) from None

    def accounts(self) -> list[Account]:
        """List all annotators, by number."""
        with self._read() as db:
            rows = db.execute(sa.select(_ACCOUNTS).order_by(_ACCOUNTS.c.id)).all()
        return [self._account(row) for row in rows]

    def annotators(self) -> list[str]:
        """Give the pseudonyms of all annotators, by number."""
        with self._read() as db:
            chosen = sa.select(_ACCOUNTS.c.annotator).order_by(_ACCOUNTS.c.id)
            return list(db.execute(chosen).scalars())

    def account_of(self, email: str) -> Account | None:
        """Find an annotator by e-mail address, written in whatever case."""
        if "\0" in email:  # PostgreSQL would refuse to look
            return None
        return self._find(_ACCOUNTS.c.email == email.casefold())

    def account_of_subject(self, subject: str) -> Account | None:
        """Find an annotator by issuer and subject of an outside sign-in."""
        return self._find(_ACCOUNTS.c.subject == subject)

    def link_subject(self, account: int, subject: str) -> None:
        """Remember who an annotator is for an outside sign-in."""
        with self._write() as db:
            chosen = sa.update(_ACCOUNTS).where(_ACCOUNTS.c.id == account)
            db.execute(chosen.where(_ACCOUNTS.c.subject.is_(None)).values(subject=subject))

    def set_language(self, account: int, language: str) -> None:
        """Choose the language of an annotator's pages."""
        with self._write() as db:
            db.execute(
                sa.update(_ACCOUNTS).where(_ACCOUNTS.c.id == account).values(language=language)
            )

    def remove_account(self, account: int) -> None:
        """Forget an annotator's name and e-mail address, and sign them out everywhere."""
        with self._write() as db:
            # Not left to the database alone: SQLite cascades only where it is told to.
            db.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.account == account))
            db.execute(sa.delete(_INVITATIONS).where(_INVITATIONS.c.account == account))
            db.execute(sa.delete(_ACCOUNTS).where(_ACCOUNTS.c.id == account))

    # Sessions and invitations

    def begin_session(self, account: int, ends: float) -> str:
        """Give a new session's token; the store keeps its digest only."""
        token = secrets.token_urlsafe(32)
        with self._write() as db:
            values = {"digest": _digest(token), "account": account, "ends": ends}
            db.execute(sa.insert(_SESSIONS).values(values))
        return token

    def account_in_session(self, token: str, now: float) -> Account | None:
        """Give whose session it is, unless it has ended or was revoked."""
        with self._read() as db:
            row = db.execute(_IN_SESSION, {"digest": _digest(token), "now": now}).first()
        return None if row is None else self._account(row)

    def end_session(self, token: str) -> None:
        """Revoke one session."""
        with self._write() as db:
            db.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.digest == _digest(token)))

    def end_sessions(self, account: int) -> None:
        """Revoke all sessions of an account."""
        with self._write() as db:
            db.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.account == account))

    def forget_ended(self, now: float) -> None:
        """Delete sessions and invitations that have ended by themselves."""
        with self._write() as db:
            db.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.ends <= now))
            db.execute(sa.delete(_INVITATIONS).where(_INVITATIONS.c.ends <= now))

    def invite(self, account: int, ends: float) -> str:
        """Give the token of a new invitation, with which a password can be chosen once."""
        token = secrets.token_urlsafe(32)
        with self._write() as db:
            db.execute(sa.delete(_INVITATIONS).where(_INVITATIONS.c.account == account))
            values = {"digest": _digest(token), "account": account, "ends": ends}
            db.execute(sa.insert(_INVITATIONS).values(values))
        return token

    def accept(self, token: str, password: str, now: float) -> int | None:
        """Use an invitation up and set the account's password hash; give the account."""
        chosen = sa.and_(_INVITATIONS.c.digest == _digest(token), _INVITATIONS.c.ends > now)
        with self._write() as db:
            account = db.execute(sa.select(_INVITATIONS.c.account).where(chosen)).scalar()
            used = db.execute(sa.delete(_INVITATIONS).where(chosen)).rowcount
            if account is None or used != 1:
                return None
            db.execute(
                sa.update(_ACCOUNTS).where(_ACCOUNTS.c.id == account).values(password=password)
            )
            db.execute(sa.delete(_SESSIONS).where(_SESSIONS.c.account == account))
        return int(account)

    def _find(self, chosen: Any) -> Account | None:  # noqa: ANN401 - SQLAlchemy's condition
        with self._read() as db:
            row = db.execute(sa.select(_ACCOUNTS).where(chosen)).first()
        return None if row is None else self._account(row)

    def _account(self, row: Any) -> Account:  # noqa: ANN401 - a row of SQLAlchemy
        try:
            token = self._cipher.decrypt(row.studio_token.encode()).decode()
        except InvalidToken:
            raise SettingsError(
                "the gateway's key does not fit its store",
                hint="Use the key file that the store was made with, or add the annotators anew.",
            ) from None
        return Account(
            id=row.id,
            annotator=row.annotator,
            email=row.email,
            name=row.name,
            language=row.language,
            is_lead=row.is_lead,
            password=row.password,
            studio_user=row.studio_user,
            studio_email=row.studio_email,
            studio_token=token,
        )


_IN_SESSION = (
    sa.select(_ACCOUNTS)
    .join(_SESSIONS, _SESSIONS.c.account == _ACCOUNTS.c.id)
    .where(_SESSIONS.c.digest == sa.bindparam("digest"), _SESSIONS.c.ends > sa.bindparam("now"))
)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
