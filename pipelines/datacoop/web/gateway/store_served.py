"""What was served to whom, and what became of it: answers, drafts, pauses. By pseudonym."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from datacoop.web.gateway.database import META, Database

HELD = "held"
PUT_OFF = "put_off"
SENDING = "sending"
ANSWERED = "answered"
SKIPPED = "skipped"

# By pseudonym and not by account: who is removed is forgotten, what was served is not.
SERVED = sa.Table(
    "served",
    META,
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
    sa.Index("served_collection", "collection"),
)
_DRAFTS = sa.Table(
    "draft",
    META,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("served", sa.ForeignKey("served.id"), nullable=False),
)
_PAUSED = sa.Table(
    "paused",
    META,
    sa.Column("annotator", sa.String(64), primary_key=True),
    sa.Column("collection", sa.String(200), primary_key=True),
    sa.Column("paused_utc", sa.String(32), nullable=False),
)


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


class ServedTasks(Database):
    """What annotators were given."""

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
                db.execute(sa.insert(SERVED).values(values))
            with self._read() as db:
                row = db.execute(_SERVED_OF, place).one()
        elif is_new and row.state in (HELD, PUT_OFF):
            chosen = sa.and_(SERVED.c.id == row.id, SERVED.c.state.in_((HELD, PUT_OFF)))
            with self._write() as db:
                db.execute(sa.update(SERVED).where(chosen).values(state=HELD, since=now))
        return _served(row)

    def put_off(self, served: int) -> None:
        """Enter that an annotator put a record off."""
        with self._write() as db:
            chosen = sa.and_(SERVED.c.id == served, SERVED.c.state == HELD)
            db.execute(sa.update(SERVED).where(chosen).values(state=PUT_OFF))

    def served(self, annotator: str, served: int) -> Served | None:
        """Give what an annotator was given under a number; nothing of others."""
        with self._read() as db:
            row = db.execute(_SERVED_BY_ID, {"id": served, "annotator": annotator}).first()
        return None if row is None else _served(row)

    def served_of_annotation(self, annotator: str, annotation: int) -> Served | None:
        """Give what an annotator answered with an annotation; nothing of others."""
        chosen = sa.and_(SERVED.c.annotation == annotation, SERVED.c.annotator == annotator)
        with self._read() as db:
            row = db.execute(sa.select(SERVED).where(chosen)).first()
        return None if row is None else _served(row)

    def history(self, annotator: str, collection: str) -> list[Served]:
        """Give what an annotator has answered or skipped in a collection, in order."""
        chosen = sa.and_(
            SERVED.c.annotator == annotator,
            SERVED.c.collection == collection,
            SERVED.c.annotation.is_not(None),
        )
        with self._read() as db:
            rows = db.execute(sa.select(SERVED).where(chosen).order_by(SERVED.c.since)).all()
        return [_served(row) for row in rows]

    def count_done(self, annotator: str, collection: str) -> int:
        """Count what an annotator has answered or skipped in a collection."""
        chosen = sa.select(sa.func.count()).where(
            SERVED.c.annotator == annotator,
            SERVED.c.collection == collection,
            SERVED.c.annotation.is_not(None),
        )
        with self._read() as db:
            return int(db.execute(chosen).scalar_one())

    def all_served(self, collection: str) -> list[Served]:
        """Give all that was served of a collection, in order: what the queue is rebuilt from."""
        chosen = SERVED.c.collection == collection
        with self._read() as db:
            rows = db.execute(sa.select(SERVED).where(chosen).order_by(SERVED.c.since)).all()
        return [_served(row) for row in rows]

    def reserve(self, served: int) -> bool:
        """Begin to send an answer on; give whether it is for the caller to do.

        Only one caller is told so until `release` or `answered`.
        """
        with self._write() as db:
            chosen = sa.and_(SERVED.c.id == served, SERVED.c.state.in_((HELD, PUT_OFF)))
            return bool(db.execute(sa.update(SERVED).where(chosen).values(state=SENDING)).rowcount)

    def release(self, served: int) -> None:
        """Take back that an answer is being sent: Label Studio surely has none."""
        with self._write() as db:
            chosen = sa.and_(SERVED.c.id == served, SERVED.c.state == SENDING)
            db.execute(sa.update(SERVED).where(chosen).values(state=HELD))

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
            "done_at": sa.func.coalesce(SERVED.c.done_at, now),
            "seconds": seconds,
        }
        with self._write() as db:
            db.execute(sa.update(SERVED).where(SERVED.c.id == served).values(values))

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
        return self._all_done(SERVED.c.annotator == annotator)

    def done_on(self, collection: str) -> list[Served]:
        """Give all that was answered or skipped of a collection, in order."""
        return self._all_done(SERVED.c.collection == collection)

    def _all_done(self, chosen: Any) -> list[Served]:  # noqa: ANN401 - SQLAlchemy's condition
        wanted = sa.select(SERVED).where(chosen, SERVED.c.done_at.is_not(None))
        with self._read() as db:
            rows = db.execute(wanted.order_by(SERVED.c.done_at, SERVED.c.id)).all()
        return [_served(row) for row in rows]

    def expect_draft(self, served: int) -> None:
        """Enter that a draft is about to be sent on, so that it is looked for from now on."""
        with self._write() as db:
            db.execute(sa.update(SERVED).where(SERVED.c.id == served).values(has_draft=True))

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
        chosen = sa.and_(_DRAFTS.c.id == draft, SERVED.c.annotator == annotator)
        joined = sa.select(SERVED).join(_DRAFTS, _DRAFTS.c.served == SERVED.c.id)
        with self._read() as db:
            row = db.execute(joined.where(chosen)).first()
        return None if row is None else _served(row)

    def forget_served(self, record_id: bytes) -> None:
        """Delete whom an erased record was served to, with answers and drafts."""
        served = SERVED.c.record == record_id.hex()
        with self._write() as db:
            drafts = _DRAFTS.c.served.in_(sa.select(SERVED.c.id).where(served))
            db.execute(sa.delete(_DRAFTS).where(drafts))
            db.execute(sa.delete(SERVED).where(served))


_UNTOUCHED = {"has_draft": False, "value": "", "answered_utc": "", "seconds": 0.0}
_SERVED_OF = sa.select(SERVED).where(
    *(SERVED.c[name] == sa.bindparam(name) for name in ("annotator", "collection", "record"))
)
_SERVED_BY_ID = sa.select(SERVED).where(
    *(SERVED.c[name] == sa.bindparam(name) for name in ("id", "annotator"))
)


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
