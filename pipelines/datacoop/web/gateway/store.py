"""The gateway's store: accounts, sessions, what was served to whom. The only user of SQLAlchemy.

It is the one place that holds names and e-mail addresses of annotators; the pool knows
pseudonyms. SQLite by default, PostgreSQL by URL.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy.engine import Connection, Engine, make_url

from datacoop.errors import OutsideError, RefusedError, SettingsError

SERVICE = "the gateway's store"

HELD = "held"
PUT_OFF = "put_off"
SENDING = "sending"
ANSWERED = "answered"
SKIPPED = "skipped"

LET_BACK = "let_back"
BARRED = "barred"

_META = sa.MetaData()

_ACCOUNTS = sa.Table(
    "account",
    _META,
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
    _META,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("ends", sa.Float, nullable=False),
)
_INVITATIONS = sa.Table(
    "invitation",
    _META,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("account", sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("ends", sa.Float, nullable=False),
)
# By pseudonym and not by account: who is removed is forgotten, what was served is not.
_SERVED = sa.Table(
    "served",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("annotator", sa.String(64), nullable=False),
    sa.Column("collection", sa.String(200), nullable=False),
    sa.Column("record", sa.String(64), nullable=False),
    sa.Column("since", sa.Float, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("annotation", sa.Integer, unique=True),
    sa.Column("has_draft", sa.Boolean, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("answered_utc", sa.String(32), nullable=False),
    sa.Column("done_at", sa.Float),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.UniqueConstraint("annotator", "collection", "record"),
)
_DRAFTS = sa.Table(
    "draft",
    _META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("served", sa.ForeignKey("served.id"), nullable=False),
)
_PAUSED = sa.Table(
    "paused",
    _META,
    sa.Column("annotator", sa.String(64), primary_key=True),
    sa.Column("collection", sa.String(200), primary_key=True),
    sa.Column("paused_utc", sa.String(32), nullable=False),
)
_REPORTS = sa.Table(
    "report",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("annotator", sa.String(64), nullable=False),
    sa.Column("collection", sa.String(200), nullable=False),
    sa.Column("record", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(64)),
)
_COMPLAINTS = sa.Table(
    "complaint",
    _META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("annotator", sa.String(64), nullable=False),
    sa.Column("collection", sa.String(200), nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("word", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("is_settled", sa.Boolean, nullable=False),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One record that one annotator was given. Its id is the task's number in their browser.

    Label Studio's own numbers stay inside: they would tell when a task was made, and by that
    which tasks are gold.
    """

    id: int
    annotator: str
    collection: str
    record_id: bytes
    since: float
    state: str
    """`held`, `put_off`, `sending` (an answer was sent on and nothing is known yet), `answered`,
    `skipped`."""
    annotation: int | None
    """Label Studio's number of the answer."""
    has_draft: bool
    """Whether a draft was ever sent on for it."""
    value: str
    """What was answered; empty where it does not count."""
    answered_utc: str
    """When it was answered or changed, as `Vote.created_utc`; empty until then."""
    done_at: float | None
    """When it was first answered or skipped."""
    seconds: float
    """How long the page measured that it took; 0 until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one annotator reported of a record. No text: that stands in the pool alone."""

    id: int
    annotator: str
    collection: str
    record_id: bytes
    kind: str
    """`personal` or `harmful`."""
    at: float
    state: str
    """`held` until the lead looked, then `let_back` or `barred`."""
    decided_by: str | None
    """The pseudonym of the lead who looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """An annotator's word on a count of theirs that is wrong."""

    id: int
    annotator: str
    collection: str
    day: str
    """The day that was counted, as 2026-01-31."""
    word: str = field(repr=False)
    at: float
    is_settled: bool


class Store:
    """The gateway's database."""

    def __init__(self, url: str, key: bytes) -> None:
        """Open the database, and make its tables where there are none.

        Args:
            url: SQLAlchemy's address, such as `sqlite:////var/lib/datacoop/gateway.db`.
            key: What Label Studio's tokens are encrypted with, 32 bytes in URL-safe base64.

        Raises:
            OutsideError: It cannot be opened.
        """
        # Encrypted, and not only in a file of mode 600: PostgreSQL has no file mode, and a
        # database is backed up and copied more often than the key that lies beside it.
        self._cipher = Fernet(key)
        self._engine = _open(url)
        try:
            _META.create_all(self._engine)
        except sa.exc.SQLAlchemyError as error:
            raise OutsideError(SERVICE, "open", type(error).__name__) from None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # Accounts

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

    # What was served

    def serve(
        self, annotator: str, collection: str, record_id: bytes, now: float, *, is_new: bool = True
    ) -> Served:
        """Enter that an annotator is given a record; the same again gives the same.

        Args:
            is_new: Whether they do not hold it already; its time then begins anew.
        """
        place = {"annotator": annotator, "collection": collection, "record": record_id.hex()}
        with self._read() as db:
            row = db.execute(_SERVED_OF, place).first()
        if row is None:
            values = {**place, **_UNTOUCHED, "since": now, "state": HELD}
            # Two tabs may ask at once; the second one finds what the first one entered.
            with suppress(sa.exc.IntegrityError), self._write() as db:
                db.execute(sa.insert(_SERVED).values(values))
            with self._read() as db:
                row = db.execute(_SERVED_OF, place).one()
        elif is_new and row.state in (HELD, PUT_OFF):
            chosen = sa.and_(_SERVED.c.id == row.id, _SERVED.c.state.in_((HELD, PUT_OFF)))
            with self._write() as db:
                db.execute(sa.update(_SERVED).where(chosen).values(state=HELD, since=now))
        return _served(row)

    def put_off(self, served: int) -> None:
        """Enter that an annotator put a record off."""
        with self._write() as db:
            chosen = sa.and_(_SERVED.c.id == served, _SERVED.c.state == HELD)
            db.execute(sa.update(_SERVED).where(chosen).values(state=PUT_OFF))

    def served(self, annotator: str, served: int) -> Served | None:
        """Give what an annotator was given under a number; nothing of others."""
        with self._read() as db:
            row = db.execute(_SERVED_BY_ID, {"id": served, "annotator": annotator}).first()
        return None if row is None else _served(row)

    def served_of_annotation(self, annotator: str, annotation: int) -> Served | None:
        """Give what an annotator answered with an annotation; nothing of others."""
        chosen = sa.and_(_SERVED.c.annotation == annotation, _SERVED.c.annotator == annotator)
        with self._read() as db:
            row = db.execute(sa.select(_SERVED).where(chosen)).first()
        return None if row is None else _served(row)

    def history(self, annotator: str, collection: str) -> list[Served]:
        """Give what an annotator has answered or skipped in a collection, in order."""
        chosen = sa.and_(
            _SERVED.c.annotator == annotator,
            _SERVED.c.collection == collection,
            _SERVED.c.annotation.is_not(None),
        )
        with self._read() as db:
            rows = db.execute(sa.select(_SERVED).where(chosen).order_by(_SERVED.c.since)).all()
        return [_served(row) for row in rows]

    def count_done(self, annotator: str, collection: str) -> int:
        """Count what an annotator has answered or skipped in a collection."""
        chosen = sa.select(sa.func.count()).where(
            _SERVED.c.annotator == annotator,
            _SERVED.c.collection == collection,
            _SERVED.c.annotation.is_not(None),
        )
        with self._read() as db:
            return int(db.execute(chosen).scalar_one())

    def all_served(self, collection: str) -> list[Served]:
        """Give all that was served of a collection, in order: what the queue is rebuilt from."""
        chosen = _SERVED.c.collection == collection
        with self._read() as db:
            rows = db.execute(sa.select(_SERVED).where(chosen).order_by(_SERVED.c.since)).all()
        return [_served(row) for row in rows]

    def reserve(self, served: int) -> bool:
        """Begin to send an answer on; give whether it is for the caller to do.

        Only one caller is told so until `release` or `answered`.
        """
        with self._write() as db:
            chosen = sa.and_(_SERVED.c.id == served, _SERVED.c.state.in_((HELD, PUT_OFF)))
            return bool(db.execute(sa.update(_SERVED).where(chosen).values(state=SENDING)).rowcount)

    def release(self, served: int) -> None:
        """Take back that an answer is being sent: Label Studio surely has none."""
        with self._write() as db:
            chosen = sa.and_(_SERVED.c.id == served, _SERVED.c.state == SENDING)
            db.execute(sa.update(_SERVED).where(chosen).values(state=HELD))

    def answered(
        self,
        served: int,
        annotation: int,
        *,
        skipped: bool,
        value: str,
        answered_utc: str,
        now: float,
        seconds: float,
    ) -> None:
        """Enter the answer that Label Studio has stored; its time is that of the first one.

        Args:
            seconds: How long it took, all in all.
        """
        values = {
            "state": SKIPPED if skipped else ANSWERED,
            "annotation": annotation,
            "value": value,
            "answered_utc": answered_utc,
            "done_at": sa.func.coalesce(_SERVED.c.done_at, now),
            "seconds": seconds,
        }
        with self._write() as db:
            db.execute(sa.update(_SERVED).where(_SERVED.c.id == served).values(values))

    # Who is paused

    def pause(self, annotator: str, collection: str, paused_utc: str) -> None:
        """Enter that an annotator's answers to gold paused them; the first time stands."""
        values = {"annotator": annotator, "collection": collection, "paused_utc": paused_utc}
        with suppress(sa.exc.IntegrityError), self._write() as db:
            db.execute(sa.insert(_PAUSED).values(values))

    def pause_only(self, collection: str, paused: Mapping[str, str]) -> None:
        """Enter who is paused in a collection, and when; nobody else is any more."""
        here = _PAUSED.c.collection == collection
        with self._write() as db:
            db.execute(sa.delete(_PAUSED).where(here, _PAUSED.c.annotator.not_in(list(paused))))
        for annotator, paused_utc in paused.items():
            self.pause(annotator, collection, paused_utc)

    def paused(self) -> dict[tuple[str, str], str]:
        """Give annotator and collection of everybody who is paused, and when they were."""
        with self._read() as db:
            rows = db.execute(sa.select(_PAUSED)).all()
        return {(row.annotator, row.collection): row.paused_utc for row in rows}

    def done(self, annotator: str) -> list[Served]:
        """Give all that an annotator has answered or skipped, in order."""
        return self._all_done(_SERVED.c.annotator == annotator)

    def done_on(self, collection: str) -> list[Served]:
        """Give all that was answered or skipped of a collection, in order."""
        return self._all_done(_SERVED.c.collection == collection)

    def _all_done(self, chosen: Any) -> list[Served]:  # noqa: ANN401 - SQLAlchemy's condition
        wanted = sa.select(_SERVED).where(chosen, _SERVED.c.done_at.is_not(None))
        with self._read() as db:
            rows = db.execute(wanted.order_by(_SERVED.c.done_at, _SERVED.c.id)).all()
        return [_served(row) for row in rows]

    def expect_draft(self, served: int) -> None:
        """Enter that a draft is about to be sent on, so that it is looked for from now on."""
        with self._write() as db:
            db.execute(sa.update(_SERVED).where(_SERVED.c.id == served).values(has_draft=True))

    def add_draft(self, served: int, draft: int) -> None:
        """Enter whose draft it is."""
        with self._write() as db:
            known = db.execute(sa.select(_DRAFTS.c.served).where(_DRAFTS.c.id == draft)).first()
            if known is None:
                db.execute(sa.insert(_DRAFTS).values(id=draft, served=served))

    def latest_draft(self, served: int) -> int | None:
        """Give the number of the newest draft of a record that was served."""
        chosen = sa.select(sa.func.max(_DRAFTS.c.id)).where(_DRAFTS.c.served == served)
        with self._read() as db:
            return db.execute(chosen).scalar()

    def served_of_draft(self, annotator: str, draft: int) -> Served | None:
        """Give what an annotator has a draft for; nothing of others."""
        chosen = sa.and_(_DRAFTS.c.id == draft, _SERVED.c.annotator == annotator)
        joined = sa.select(_SERVED).join(_DRAFTS, _DRAFTS.c.served == _SERVED.c.id)
        with self._read() as db:
            row = db.execute(joined.where(chosen)).first()
        return None if row is None else _served(row)

    # Reports and complaints

    def report(
        self, annotator: str, collection: str, record_id: bytes, kind: str, at: float
    ) -> None:
        """Enter that an annotator reports a record; from now on it is held.

        Told again while it is held, it changes nothing.
        """
        place = {"annotator": annotator, "collection": collection, "record": record_id.hex()}
        is_same = [_REPORTS.c[name] == value for name, value in place.items()]
        with self._write() as db:
            known = sa.select(_REPORTS.c.id).where(*is_same, _REPORTS.c.state == HELD)
            if db.execute(known).first() is None:
                values = {**place, "kind": kind, "at": at, "state": HELD}
                db.execute(sa.insert(_REPORTS).values(values))
                # Nobody has it in hand any more; should it come back, anybody may have it.
                here = [_SERVED.c[name] == place[name] for name in ("collection", "record")]
                in_hand = sa.and_(*here, _SERVED.c.state == HELD)
                db.execute(sa.update(_SERVED).where(in_hand).values(state=PUT_OFF))

    def reports(self) -> list[Report]:
        """Give all reports, in order of time."""
        with self._read() as db:
            rows = db.execute(sa.select(_REPORTS).order_by(_REPORTS.c.at, _REPORTS.c.id)).all()
        return [
            Report(
                id=row.id,
                annotator=row.annotator,
                collection=row.collection,
                record_id=bytes.fromhex(row.record),
                kind=row.kind,
                at=row.at,
                state=row.state,
                decided_by=row.decided_by,
            )
            for row in rows
        ]

    def closed_records(self, collection: str) -> set[bytes]:
        """Give the records of a collection that nobody may be given: held or barred."""
        is_closed = _REPORTS.c.state.in_((HELD, BARRED))
        chosen = sa.select(_REPORTS.c.record).where(_REPORTS.c.collection == collection, is_closed)
        with self._read() as db:
            return {bytes.fromhex(record) for record in db.execute(chosen).scalars()}

    def decide_reports(self, collection: str, record_id: bytes, state: str, by: str) -> int:
        """Decide all open reports of a record; give how many there were.

        Args:
            state: `LET_BACK` or `BARRED`.
            by: The pseudonym of who decides.
        """
        chosen = sa.and_(
            _REPORTS.c.collection == collection,
            _REPORTS.c.record == record_id.hex(),
            _REPORTS.c.state == HELD,
        )
        with self._write() as db:
            decided = sa.update(_REPORTS).where(chosen).values(state=state, decided_by=by)
            return db.execute(decided).rowcount

    def forget(self, collection: str, records: Iterable[bytes]) -> int:
        """Delete all that is known of erased records; give how often they had been served."""
        names = [record_id.hex() for record_id in records]
        served = sa.and_(_SERVED.c.collection == collection, _SERVED.c.record.in_(names))
        reports = sa.and_(_REPORTS.c.collection == collection, _REPORTS.c.record.in_(names))
        drafts = _DRAFTS.c.served.in_(sa.select(_SERVED.c.id).where(served))
        with self._write() as db:
            db.execute(sa.delete(_REPORTS).where(reports))
            db.execute(sa.delete(_DRAFTS).where(drafts))
            return db.execute(sa.delete(_SERVED).where(served)).rowcount

    def complain(self, annotator: str, collection: str, day: str, word: str, at: float) -> None:
        """Enter an annotator's word on a count."""
        values = {
            "annotator": annotator,
            "collection": collection,
            "day": day,
            "word": word,
            "at": at,
            "is_settled": False,
        }
        with self._write() as db:
            db.execute(sa.insert(_COMPLAINTS).values(values))

    def complaints(self, annotator: str = "") -> list[Complaint]:
        """Give all words on counts, in order of time; where one is named, an annotator's own."""
        chosen = sa.select(_COMPLAINTS).order_by(_COMPLAINTS.c.at, _COMPLAINTS.c.id)
        if annotator:
            chosen = chosen.where(_COMPLAINTS.c.annotator == annotator)
        with self._read() as db:
            return [Complaint(**row) for row in db.execute(chosen).mappings()]

    def settle(self, complaint: int) -> bool:
        """Enter that a word on a count was seen to; give whether there was such a one."""
        chosen = sa.update(_COMPLAINTS).where(_COMPLAINTS.c.id == complaint)
        with self._write() as db:
            return bool(db.execute(chosen.values(is_settled=True)).rowcount)

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

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._guard(), self._engine.connect() as db:
            yield db

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._guard(), self._engine.begin() as db:
            yield db

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError:
            raise
        except sa.exc.SQLAlchemyError as error:
            # Its own text quotes statements with their values.
            raise OutsideError(SERVICE, "query", type(error).__name__) from None


_UNTOUCHED = {"has_draft": False, "value": "", "answered_utc": "", "seconds": 0.0}
_IN_SESSION = (
    sa.select(_ACCOUNTS)
    .join(_SESSIONS, _SESSIONS.c.account == _ACCOUNTS.c.id)
    .where(_SESSIONS.c.digest == sa.bindparam("digest"), _SESSIONS.c.ends > sa.bindparam("now"))
)
_SERVED_OF = sa.select(_SERVED).where(
    *(_SERVED.c[name] == sa.bindparam(name) for name in ("annotator", "collection", "record"))
)
_SERVED_BY_ID = sa.select(_SERVED).where(
    *(_SERVED.c[name] == sa.bindparam(name) for name in ("id", "annotator"))
)


def read_key(path: Path) -> bytes:
    """Read the gateway's key; make it at the first start, for its owner alone.

    Raises:
        SettingsError: It cannot be read, or others may read it.
    """
    try:
        with suppress(FileExistsError):
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(made, "wb") as file:
                file.write(Fernet.generate_key())
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"others may read {path}", hint=f"Run: chmod 600 {path}")
        key = path.read_bytes().strip()
        Fernet(key)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"cannot read the gateway's key {path}",
            hint="Name a file in a folder that the gateway can write, or restore the key.",
        ) from error
    return key


def _open(url: str) -> Engine:
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite":
            return sa.create_engine(address, pool_pre_ping=True)
        if address.database and address.database != ":memory:":
            # Made here, so that nobody else can open it before its mode is set.
            os.close(os.open(address.database, os.O_RDWR | os.O_CREAT, 0o600))
        engine = sa.create_engine(address)
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        raise SettingsError(
            "cannot open the gateway's store",
            hint="Set gateway.store to an SQLAlchemy URL, such as sqlite:///gateway.db.",
        ) from error
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401 - sqlite3's, untyped here
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _served(row: Any) -> Served:  # noqa: ANN401 - a row of SQLAlchemy
    return Served(
        id=row.id,
        annotator=row.annotator,
        collection=row.collection,
        record_id=bytes.fromhex(row.record),
        since=row.since,
        state=row.state,
        annotation=row.annotation,
        has_draft=row.has_draft,
        value=row.value,
        answered_utc=row.answered_utc,
        done_at=row.done_at,
        seconds=row.seconds,
    )
