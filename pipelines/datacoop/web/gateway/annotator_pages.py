"""The pages of an annotator: what is waiting, how they do, what they did, and reports."""

from collections.abc import Mapping
from dataclasses import asdict

from starlette.responses import RedirectResponse, Response

from datacoop.label.figures import on_gold, waiting, with_others
from datacoop.web.gateway.asking import Asked, DeniedError, Handler
from datacoop.web.gateway.desk import Desk, db
from datacoop.web.gateway.pay import day_of, pay_csv, pay_rows, time_of
from datacoop.web.gateway.reading import read_json
from datacoop.web.gateway.store_served import SKIPPED
from datacoop.web.gateway.work import close_records

KINDS = ("personal", "harmful")
LONGEST_WORD = 1_000


class AnnotatorPages:
    """What an annotator sees of their own work."""

    def __init__(self, desk: Desk) -> None:
        """Take what the gateway lends."""
        self._desk = desk

    def handlers(self) -> Mapping[str, Handler]:
        """Give the handlers by the name of their route."""
        return {
            "home": self._home,
            "progress": self._progress,
            "counts": self._counts,
            "counts_csv": self._counts_csv,
            "complain": self._complain,
            "report": self._report,
        }

    async def _home(self, asked: Asked) -> Response:
        name, listed = asked.who.annotator, []
        for work in self._desk.works:
            if not work.is_for(name):
                continue
            done = await db(self._desk.store.history, name, work.name)
            picture = await db(work.picture)
            found = waiting(picture, name, (one.record_id for one in done))
            listed.append(
                {
                    "title": work.title,
                    "guidelines": work.guidelines,
                    "project": work.project,
                    "done": sum(one.state != SKIPPED for one in done),
                    "is_open": work.queue.next(name, self._desk.clock()) is not None,
                    "waiting": found,
                }
            )
        return self._desk.page(asked, "home", waiting=listed)

    async def _progress(self, asked: Asked) -> Response:
        name, listed = asked.who.annotator, []
        # ISO times sort as text, and a day comes before all times of it.
        today = day_of(self._desk.clock())
        for work in self._desk.works.labelling():
            done = await db(self._desk.store.history, name, work.name)
            picture = await db(work.picture)
            skipped = sum(one.state == SKIPPED for one in done)
            listed.append(
                {
                    "title": work.title,
                    "answered": len(done) - skipped,
                    "skipped": skipped,
                    "gold": on_gold(picture.gold_answers.get(name, ()), today),
                    "others": with_others(picture.votes, name, today),
                    "has_values": bool(picture.values),
                    "floor": picture.floor,
                }
            )
        return self._desk.page(asked, "progress", works=listed)

    async def _counts(self, asked: Asked) -> Response:
        return await self._counts_page(asked)

    async def _counts_page(self, asked: Asked, fault: str = "", status: int = 200) -> Response:
        store, name = self._desk.store, asked.who.annotator
        rows = pay_rows(await db(store.done, name))
        words = await db(store.complaints, name)
        said = [{**asdict(word), "time": time_of(word.at)} for word in reversed(words)]
        titles = {work.name: work.title for work in self._desk.works}
        return self._desk.page(
            asked, "counts", status, rows=rows, words=said, titles=titles, fault=fault
        )

    async def _counts_csv(self, asked: Asked) -> Response:
        done = await db(self._desk.store.done, asked.who.annotator)
        told = {"Content-Disposition": 'attachment; filename="counts.csv"'}
        return Response(pay_csv(pay_rows(done)), media_type="text/csv", headers=told)

    async def _complain(self, asked: Asked) -> Response:
        form = await self._desk.own_form(asked)
        store, name = self._desk.store, asked.who.annotator
        word = form.get("word", "").strip()
        # PostgreSQL stores no NUL.
        if not word or len(word) > LONGEST_WORD or "\0" in word:
            return await self._counts_page(asked, "wrong_word", 400)
        day, _, collection = form.get("row", "").partition(" ")
        rows = pay_rows(await db(store.done, name))
        if (day, collection) not in {(row.day, row.collection) for row in rows}:
            raise DeniedError("parameter", 400)
        await db(store.complain, name, collection, day, word, self._desk.clock())
        return RedirectResponse("/counts", 303)

    async def _report(self, asked: Asked) -> Response:
        sent = await read_json(asked)
        task, kind = (sent.get("task"), sent.get("kind")) if isinstance(sent, dict) else ("", "")
        if type(task) is not int or not 0 < task < 10**9 or kind not in KINDS:
            raise DeniedError("parameter", 400)
        store, name = self._desk.store, asked.who.annotator
        served = await db(store.served, name, task)
        collection = "" if served is None else served.collection
        work = self._desk.works.named(collection)
        if served is None or work is None:
            raise DeniedError("not_yours", 404)
        # First out of everybody's way; a report that then cannot be kept is told as failed.
        for concerned in self._desk.works.of_collection(work.collection):
            close_records(concerned, [served.record_id])
        now = self._desk.clock()
        await db(store.report, name, work.collection, served.record_id, kind, now)
        return Response(status_code=204)
