"""Answers: each stored by Label Studio once, whatever fails, then entered and told to the queue."""

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from datacoop.errors import OutsideError, TransientError
from datacoop.label.studio_json import utc
from datacoop.web.gateway.asking import DeniedError
from datacoop.web.gateway.desk import Desk, db
from datacoop.web.gateway.pay import active_seconds
from datacoop.web.gateway.store_accounts import Account
from datacoop.web.gateway.store_served import SENDING, Served
from datacoop.web.gateway.studio import Studio, require
from datacoop.web.gateway.work import Work, own_vote


class Answers:
    """The answers of all annotators."""

    def __init__(self, desk: Desk, studio: Studio, key: bytes) -> None:
        """Take what the gateway lends.

        Args:
            key: The secret from which the numbers of answers are made.
        """
        self._desk, self._studio, self._key = desk, studio, key
        self._busy: set[int] = set()
        """What an answer is being stored for, by number."""

    async def is_settled(self, who: Account, work: Work, served: Served) -> bool:
        """Say whether a record is answered, after looking where that was not known."""
        if served.annotation is not None:
            work.take(own_vote(served, work.question), self._desk.clock())
            return True
        if served.state != SENDING or served.id in self._busy:
            return False
        found = await self._own_annotation(who, work, served)
        if found is not None:
            await self.enter(work, served, found)
        return found is not None

    async def give(
        self, who: Account, work: Work, served: Served, task: int, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Store and enter an answer; give it as Label Studio shows it.

        Raises:
            DeniedError: It was answered before, or an answer is on its way.
        """
        # From here to the end of the block one request at a time has this record: there is no
        # await between looking and entering.
        if served.annotation is not None or served.id in self._busy:
            raise DeniedError("answered_before", 409)
        self._busy.add(served.id)
        try:
            draft = await db(self._desk.store.latest_draft, served.id)
            # Label Studio then throws the draft away, whichever the page names.
            own = {**body, "draft_id": draft} if draft else dict(body)
            raw = await self._store(who, work, served, task, own)
            await self.enter(work, served, raw)
        finally:
            self._busy.discard(served.id)
        return raw

    async def _store(
        self, who: Account, work: Work, served: Served, task: int, body: dict[str, Any]
    ) -> Mapping[str, Any]:
        """Have Label Studio store an answer once, whatever happened before and happens now.

        The answer has a number made from who and what, which Label Studio takes only once; so
        not even a request that it carries out late makes a second one.
        """
        found = None
        if not await db(self._desk.store.reserve, served.id):
            # Somebody began before; what became of it Label Studio knows.
            again = await db(self._desk.store.served, who.annotator, served.id)
            if again is None or again.annotation is not None:
                raise DeniedError("answered_before", 409)
            found = await self._own_annotation(who, work, served)
        if found is not None:
            return await self._renew(who, found, body)
        own = {**body, "unique_id": self._unique_id(served), "project": work.project}
        path = f"/api/tasks/{task}/annotations/"
        try:
            reply = await self._studio.ask(
                who, "POST", path, query={"project": work.project}, body=own
            )
        except TransientError:
            found = await self._own_annotation(who, work, served)
            if found is None:
                raise
            return await self._renew(who, found, body)
        if reply.status == 201:
            return dict(reply.value)
        if reply.status == 409:
            found = await self._own_annotation(who, work, served)
            if found is not None:
                return await self._renew(who, found, body)
        await db(self._desk.store.release, served.id)
        raise OutsideError("Label Studio", "store an annotation", f"HTTP {reply.status}")

    async def _own_annotation(
        self, who: Account, work: Work, served: Served
    ) -> Mapping[str, Any] | None:
        task = work.task(served.record_id)
        reply = await self._studio.ask(who, "GET", f"/api/tasks/{task}/")
        if reply.status == 404:
            return None
        require(reply.status == 200)
        own = [
            annotation
            for annotation in reply.value.get("annotations", ())
            if (annotation.get("completed_by") or {}).get("id") == who.studio_user
        ]
        return max(own, key=lambda annotation: int(annotation["id"]), default=None)

    async def _renew(
        self, who: Account, found: Mapping[str, Any], body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Bring an answer that is stored already to what the annotator says now."""
        if all(found.get(name) == body[name] for name in ("result", "was_cancelled")):
            return found
        path = f"/api/annotations/{found['id']}/"
        reply = await self._studio.ask(who, "PATCH", path, body=body)
        require(reply.status == 200)
        return dict(reply.value)

    async def enter(self, work: Work, served: Served, raw: Mapping[str, Any]) -> None:
        """Enter an answer that Label Studio has stored, and tell the queue."""
        skipped = bool(raw.get("was_cancelled"))
        now = self._desk.clock()
        seconds = active_seconds(raw.get("lead_time"), served.since, now)
        value = "" if skipped else work.value(raw["result"])
        answered_utc = utc(raw["updated_at"])
        entered = replace(served, annotation=raw["id"], value=value, answered_utc=answered_utc)
        await db(
            self._desk.store.answered,
            *(served.id, raw["id"]),
            skipped=skipped,
            value=value,
            answered_utc=answered_utc,
            now=now,
            seconds=seconds,
        )
        self._desk.done.empty()
        paused_utc = work.take(own_vote(entered, work.question), now)
        if paused_utc is not None:
            # What they said of undecided records is asked again when work is made anew.
            self._desk.works.make_anew()
            self._desk.door.counts["paused", "gold"] += 1
            self._desk.door.log({"event": "paused", "annotator": served.annotator})
            await db(self._desk.store.pause, served.annotator, work.name, paused_utc)

    def _unique_id(self, served: Served) -> str:
        named = f"datacoop.answer.v1\n{served.annotator}\n{served.collection}\n".encode()
        digest = hmac.new(self._key, named + served.record_id, hashlib.sha256).digest()
        return str(uuid.UUID(bytes=digest[:16]))
