"""What Label Studio's page asks about tasks: the next one, its drafts, its answer."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from datacoop.web.gateway import bodies
from datacoop.web.gateway.answers import Answers
from datacoop.web.gateway.asking import Asked, DeniedError, Handler, json_answer
from datacoop.web.gateway.desk import Desk, db
from datacoop.web.gateway.reading import read_body, read_json
from datacoop.web.gateway.store_accounts import Account
from datacoop.web.gateway.store_served import Served
from datacoop.web.gateway.studio import Studio, require
from datacoop.web.gateway.work import Work


class TaskCalls:
    """Tasks, drafts and answers, each to its own annotator."""

    def __init__(self, desk: Desk, studio: Studio, answers: Answers) -> None:
        """Take what the gateway lends."""
        self._desk, self._studio, self._answers = desk, studio, answers

    def handlers(self) -> Mapping[str, Handler]:
        """Give the handlers by the name of their route."""
        return {
            "history": self._history,
            "action": self._action,
            "task": self._task,
            "add_annotation": self._add_annotation,
            "change_annotation": self._change_annotation,
            "add_draft": self._add_draft,
            "change_draft": self._change_draft,
            "delete_draft": self._delete_draft,
        }

    async def _history(self, asked: Asked) -> Response:
        work = self._desk.work_of(asked)
        done = await db(self._desk.store.history, asked.who.annotator, work.name)
        return json_answer(
            [
                {"taskId": one.id, "annotationId": one.annotation}
                for one in done
                if one.record_id not in work.closed
            ]
        )

    async def _action(self, asked: Asked) -> Response:
        work = self._desk.work_of(asked)
        if asked.found.parts.get("id") != "next_task":
            raise DeniedError("action")
        await read_body(asked)
        return await self._next_task(asked.who, work)

    async def _next_task(self, who: Account, work: Work) -> Response:
        # A record that was answered while nobody heard of it, or withdrawn, is stepped over.
        while True:
            now = self._desk.clock()
            record_id = work.queue.next(who.annotator, now)
            if record_id is None:
                return json_answer({"detail": "There are no tasks for you"}, 404)
            # At once, so that nobody else is given it while the store is asked.
            is_new = work.hold(who.annotator, record_id, now)
            place = who.annotator, work.name, record_id
            served = await db(self._desk.store.serve, *place, now, is_new=is_new)
            data, task = work.shown(record_id), work.task(record_id)
            if data is None or task is None:
                work.queue.remove(record_id)
                continue
            if await self._answers.is_settled(who, work, served):
                continue
            drafts = await self._drafts(who, served, task)
            return json_answer(bodies.shown_task(served, work.project, data, [], drafts))

    async def _drafts(self, who: Account, served: Served, task: int) -> list[dict[str, Any]]:
        """Give the latest draft of one's own, as a list of none or one."""
        if not served.has_draft:
            return []
        reply = await self._studio.ask(who, "GET", f"/api/tasks/{task}/drafts")
        require(reply.status == 200)
        own = [draft for draft in reply.value if draft.get("user") == who.studio_email]
        if not own:
            return []
        latest = max(own, key=lambda draft: (str(draft.get("updated_at")), draft["id"]))
        await db(self._desk.store.add_draft, served.id, latest["id"])
        return [bodies.shown_draft(latest, who, served)]

    async def _served(self, asked: Asked) -> tuple[Served, Work, Mapping[str, Any], int]:
        """Give what the task's number of the path stands for; nothing of others."""
        served = await db(self._desk.store.served, asked.who.annotator, asked.number("task"))
        return self._with_work(served)

    def _with_work(self, served: Served | None) -> tuple[Served, Work, Mapping[str, Any], int]:
        work = self._desk.works.named(served.collection) if served else None
        if served is None or work is None or not work.is_for(served.annotator):
            raise DeniedError("not_yours", 404)
        data, task = work.shown(served.record_id), work.task(served.record_id)
        if data is None or task is None:
            raise DeniedError("withdrawn", 404)
        return served, work, data, task

    async def _task(self, asked: Asked) -> Response:
        served, work, data, task = await self._served(asked)
        shown = []
        if served.annotation is not None:
            path = f"/api/annotations/{served.annotation}/"
            reply = await self._studio.ask(asked.who, "GET", path)
            if reply.status == 200:
                shown = [bodies.shown_annotation(reply.value, asked.who, served)]
        drafts = await self._drafts(asked.who, served, task)
        return json_answer(bodies.shown_task(served, work.project, data, shown, drafts))

    async def _add_annotation(self, asked: Asked) -> Response:
        served, work, data, task = await self._served(asked)
        sent = bodies.annotation_body(await read_json(asked), work.questions, data)
        if sent.reason:
            return self._invalid(asked, sent.reason)
        raw = await self._answers.give(asked.who, work, served, task, sent.body)
        return json_answer(bodies.shown_annotation(raw, asked.who, served), 201)

    def _invalid(self, asked: Asked, reason: str) -> Response:
        self._desk.door.note_denied(asked, reason)
        return json_answer({"detail": f"This answer cannot be taken ({reason})."}, 400)

    async def _change_annotation(self, asked: Asked) -> Response:
        number = asked.number("annotation")
        held = await db(self._desk.store.served_of_annotation, asked.who.annotator, number)
        served, work, data, _ = self._with_work(held)
        sent = bodies.annotation_body(await read_json(asked), work.questions, data)
        if sent.reason:
            return self._invalid(asked, sent.reason)
        path = f"/api/annotations/{number}/"
        reply = await self._studio.ask(asked.who, "PATCH", path, body=sent.body)
        require(reply.status == 200)
        await self._answers.enter(work, served, reply.value)
        return json_answer(bodies.shown_annotation(reply.value, asked.who, served))

    async def _add_draft(self, asked: Asked) -> Response:
        served, work, data, task = await self._served(asked)
        path = f"/api/tasks/{task}/drafts"
        if "annotation" in asked.found.parts:
            number = asked.number("annotation")
            if served.annotation != number:
                raise DeniedError("not_yours", 404)
            path = f"/api/tasks/{task}/annotations/{number}/drafts"
        sent = bodies.annotation_body(await read_json(asked), work.questions, data, is_draft=True)
        if sent.reason:
            return self._invalid(asked, sent.reason)
        await db(self._desk.store.expect_draft, served.id)
        reply = await self._studio.ask(asked.who, "POST", path, body=sent.body)
        require(reply.status == 201)
        await db(self._desk.store.add_draft, served.id, reply.value["id"])
        await self._put_off(work, served, sent.body)
        return json_answer(bodies.shown_draft(reply.value, asked.who, served), 201)

    async def _change_draft(self, asked: Asked) -> Response:
        served, work, data, _, number = await self._draft(asked)
        sent = bodies.annotation_body(await read_json(asked), work.questions, data, is_draft=True)
        if sent.reason:
            return self._invalid(asked, sent.reason)
        path = f"/api/drafts/{number}/"
        reply = await self._studio.ask(asked.who, "PATCH", path, body=sent.body)
        require(reply.status == 200)
        await self._put_off(work, served, sent.body)
        return json_answer(bodies.shown_draft(reply.value, asked.who, served))

    async def _delete_draft(self, asked: Asked) -> Response:
        *_, number = await self._draft(asked)
        reply = await self._studio.ask(asked.who, "DELETE", f"/api/drafts/{number}/")
        require(reply.status in (204, 404))
        return Response(status_code=204)

    async def _draft(self, asked: Asked) -> tuple[Served, Work, Mapping[str, Any], int, int]:
        number = asked.number("draft")
        held = await db(self._desk.store.served_of_draft, asked.who.annotator, number)
        return *self._with_work(held), number

    async def _put_off(self, work: Work, served: Served, body: Mapping[str, Any]) -> None:
        if body["was_postponed"] and served.annotation is None:
            work.give_back(served.annotator, served.record_id, self._desk.clock())
            await db(self._desk.store.put_off, served.id)
