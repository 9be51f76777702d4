"""The pages of who leads the labelling: what is open, how people agree, reports, words on counts.

Annotators stand on them by pseudonym.
"""

from collections.abc import Mapping
from dataclasses import asdict
from itertools import groupby
from typing import Any

from starlette.responses import RedirectResponse, Response

from datacoop.label.figures import (
    backlog,
    confusion,
    cost,
    heatmap,
    people,
    place_of,
    votes_on,
)
from datacoop.label.picture import Picture
from datacoop.web.gateway.asking import Asked, DeniedError, Handler
from datacoop.web.gateway.desk import Desk, db
from datacoop.web.gateway.pay import pay_rows, time_of
from datacoop.web.gateway.store_reports import BARRED, LET_BACK, Report
from datacoop.web.gateway.store_served import HELD
from datacoop.web.gateway.work import Work, open_record

MOST_PEOPLE = 20
MOST_DISPUTED = 50
MOST_DECIDED = 50
REOPEN = "reopen"
"""What the form says that takes a bar back: the record is held again, and decided anew."""
_SHORT = 6
"""Letters of a pseudonym that a plot has room for."""


class LeadPages:
    """What the labelling lead sees."""

    def __init__(self, desk: Desk) -> None:
        """Take what the gateway lends."""
        self._desk = desk

    def handlers(self) -> Mapping[str, Handler]:
        """Give the handlers by the name of their route."""
        return {
            "lead": self._lead,
            "lead_project": self._project,
            "lead_reports": self._reports,
            "decide_report": self._decide,
            "lead_counts": self._counts,
            "settle": self._settle,
        }

    async def _lead(self, asked: Asked) -> Response:
        store, listed = self._desk.store, []
        for work in self._desk.works.labelling():
            picture = await db(work.picture)
            seconds = await self._seconds(work)
            listed.append(
                {
                    "title": work.title,
                    "project": work.project,
                    "open": backlog(picture),
                    "cost": cost(picture, seconds),
                    "below": sum(p.is_below for p in people(picture.standings, picture.floor)),
                    "disputed": len(picture.disputed),
                }
            )
        reports = await db(store.reports)
        words = await db(store.complaints)
        return self._desk.page(
            asked,
            "lead",
            works=listed,
            reports=len({(r.collection, r.record_id) for r in reports if r.state == HELD}),
            words=sum(not word.is_settled for word in words),
        )

    async def _seconds(self, work: Work) -> list[float]:
        done = await db(self._desk.store.done_on, work.name)
        return [one.seconds for one in done if one.seconds > 0]

    async def _project(self, asked: Asked) -> Response:
        work = self._desk.work_of(asked)
        picture = await db(work.picture)
        names, cells = heatmap(picture.pairs, MOST_PEOPLE)
        table = confusion(picture.votes, picture.values)
        values: dict[str, Any] = {
            "title_of": work.title,
            "names": names,
            "cells": cells,
            "heat": _heat(names, cells),
            "values": picture.values,
            "table": table,
            "confused": _confused(table),
            "people": people(picture.standings, picture.floor),
            "floor": picture.floor,
            "disputed": await db(_disputed, work, picture),
            "disputed_in_all": len(picture.disputed),
        }
        return self._desk.page(asked, "lead_project", short=_SHORT, **values)

    async def _reports(self, asked: Asked) -> Response:
        reports = await db(self._desk.store.reports)
        works = {work.collection: work for work in self._desk.works.labelling()}
        held = await db(_held, reports, works)
        decided = await db(_decided, reports, works)
        return self._desk.page(asked, "lead_reports", held=held, decided=decided, short=_SHORT)

    async def _decide(self, asked: Asked) -> Response:
        form = await self._desk.own_form(asked)
        state = form.get("decision", "")
        works = self._desk.works.of_collection(form.get("collection", ""))
        try:
            record_id = bytes.fromhex(form.get("record", ""))
        except ValueError:
            raise DeniedError("parameter", 400) from None
        if not works or state not in (LET_BACK, BARRED, REOPEN):
            raise DeniedError("parameter", 400)
        store, name, by = self._desk.store, works[0].collection, asked.who.annotator
        if state == REOPEN:
            await db(store.reopen_reports, name, record_id)
            return RedirectResponse("/lead/reports", 303)
        done = await db(store.decide_reports, name, record_id, state, by)
        if done and state == LET_BACK:
            for work in works:
                open_record(work, record_id)
        return RedirectResponse("/lead/reports", 303)

    async def _counts(self, asked: Asked) -> Response:
        store, listed = self._desk.store, []
        for word in await db(store.complaints):
            rows = pay_rows(await db(store.done, word.annotator))
            counted = next(
                (r for r in rows if (r.day, r.collection) == (word.day, word.collection)), None
            )
            listed.append({**asdict(word), "time": time_of(word.at), "counted": counted})
        titles = {work.collection: work.title for work in self._desk.works}
        return self._desk.page(
            asked, "lead_counts", words=listed[::-1], titles=titles, short=_SHORT
        )

    async def _settle(self, asked: Asked) -> Response:
        form = await self._desk.own_form(asked)
        number = form.get("word", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 10):
            raise DeniedError("parameter", 400)
        await db(self._desk.store.settle, int(number))
        return RedirectResponse("/lead/counts", 303)


def _heat(
    names: list[str], cells: Mapping[tuple[str, str], tuple[float | None, int]]
) -> dict[tuple[int, int], tuple[float, float]]:
    """Place how far pairs agree; what has no meaning is left out."""
    found = {}
    for row, one in enumerate(names):
        for column, other in enumerate(names):
            value, _ = cells.get((one, other), (None, 0))
            if value is not None:
                found[row, column] = value, value
    return found


def _confused(table: list[list[int]]) -> dict[tuple[int, int], tuple[float, int]]:
    """Shade each pair of values by its share of all that was said with the one of its row."""
    found = {}
    for row, counts in enumerate(table):
        whole = sum(counts)
        for column, count in enumerate(counts):
            found[row, column] = (count / whole if whole else 0.0), count
    return found


def _disputed(work: Work, picture: Picture) -> list[dict[str, Any]]:
    """Show the records in doubt, the least sure first, with the votes on them unnamed."""
    order = sorted(picture.disputed, key=lambda record_id: (picture.disputed[record_id], record_id))
    shown = order[:MOST_DISPUTED]
    votes = votes_on(picture.votes, frozenset(shown))
    return [
        {
            "id": record_id.hex()[:12],
            "place": place_of(picture, record_id),
            "sure": picture.disputed[record_id],
            "votes": votes.get(record_id, {}),
            # What was reported is shown where it is decided, and nowhere else.
            "text": work.shown(record_id),
        }
        for record_id in shown
    ]


def _decided(reports: list[Report], works: Mapping[str, Work]) -> list[dict[str, Any]]:
    """List what was decided, the newest reports first, without the texts."""
    decided = [one for one in reversed(reports) if one.state != HELD][:MOST_DECIDED]
    return [
        {
            **asdict(one),
            "title": works[one.collection].title if one.collection in works else one.collection,
            "time": time_of(one.at),
            "id": one.record_id.hex()[:12],
            "record": one.record_id.hex(),
            "may_reopen": one.state == BARRED and _is_in_pool(works.get(one.collection), one),
        }
        for one in decided
    ]


def _is_in_pool(work: Work | None, report: Report) -> bool:
    # What `label collect` has barred in the pool is shown to nobody, and stays barred.
    return work is not None and work.payload(report.record_id) is not None


def _held(reports: list[Report], works: Mapping[str, Work]) -> list[dict[str, Any]]:
    """Show what is held, the oldest first; the text comes from the pool, as it stands now."""
    open_reports = sorted(
        (one for one in reports if one.state == HELD and one.collection in works),
        key=lambda one: (one.collection, one.record_id, one.at),
    )
    listed = []
    for (collection, record_id), group in groupby(
        open_reports, key=lambda one: (one.collection, one.record_id)
    ):
        told = list(group)
        listed.append(
            {
                "collection": collection,
                "title": works[collection].title,
                "record": record_id.hex(),
                "id": record_id.hex()[:12],
                "kinds": sorted({one.kind for one in told}),
                "by": [one.annotator for one in told],
                "at": told[0].at,
                "time": time_of(told[0].at),
                "text": works[collection].payload(record_id),
            }
        )
    return sorted(listed, key=lambda one: one["at"])
