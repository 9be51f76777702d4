"""What annotators report: content that must not be there, and counts that are wrong."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from datacoop.web.gateway.database import META, Database
from datacoop.web.gateway.store_served import HELD, PUT_OFF, SERVED

LET_BACK = "let_back"
BARRED = "barred"

_REPORTS = sa.Table(
    "report",
    META,
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
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("annotator", sa.String(64), nullable=False),
    sa.Column("collection", sa.String(200), nullable=False),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("word", sa.Text, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("is_settled", sa.Boolean, nullable=False),
)


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


class Reports(Database):
    """Reports of content, and words on counts."""

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
                here = [SERVED.c[name] == place[name] for name in ("collection", "record")]
                in_hand = sa.and_(*here, SERVED.c.state == HELD)
                db.execute(sa.update(SERVED).where(in_hand).values(state=PUT_OFF))

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

    def reopen_reports(self, collection: str, record_id: bytes) -> int:
        """Hold a record again that was barred, for the lead to decide anew; give its reports."""
        chosen = sa.and_(
            _REPORTS.c.collection == collection,
            _REPORTS.c.record == record_id.hex(),
            _REPORTS.c.state == BARRED,
        )
        with self._write() as db:
            opened = sa.update(_REPORTS).where(chosen).values(state=HELD, decided_by=None)
            return db.execute(opened).rowcount

    def forget_reports(self, record_id: bytes) -> None:
        """Delete the reports of an erased record."""
        with self._write() as db:
            db.execute(sa.delete(_REPORTS).where(_REPORTS.c.record == record_id.hex()))

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
