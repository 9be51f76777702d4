"""Keeps the daily record of accesses: what is handed out is on record before its first byte."""

import asyncio
from collections.abc import Iterable

from datacoop.pool.object_store import ObjectStore
from datacoop.records.accesses import (
    Access,
    access_key,
    accesses_from_bytes,
    accesses_to_bytes,
    merged,
)


class Keeper:
    """Writes the record of one portal. One process at a time may write into a store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._turn = asyncio.Lock()
        self._waiting: set[Access] = set()
        self._day = ""
        self._kept: list[Access] = []
        self._known: set[Access] = set()

    async def note(self, accesses: Iterable[Access]) -> None:
        """Return when the accesses are on record; each names one shard.

        Those that come while a write is under way wait together for the next one.

        Raises:
            OutsideError: The store failed; nothing may be handed out then.
            IntegrityError: The day's record holds something else.
        """
        wanted = set(accesses) - self._known
        if not wanted:
            return
        self._waiting |= wanted
        async with self._turn:
            for day in sorted({one.day for one in self._waiting}):
                now = {one for one in self._waiting if one.day == day}
                await asyncio.to_thread(self._write, day, now)
                self._known |= now
                self._waiting -= now
            self._known = {one for one in self._known if one.day >= self._day}

    def _write(self, day: str, accesses: set[Access]) -> None:
        key = access_key(day)
        kept = self._kept
        if day != self._day:
            content = self._store.find(key)
            kept = [] if content is None else accesses_from_bytes(key, content)
        together = merged([*kept, *accesses])
        self._store.put(key, accesses_to_bytes(together))
        self._day, self._kept = day, together
