"""All that there is to label, kept up to date with the pool."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence

from starlette.concurrency import run_in_threadpool

from datacoop.web.gateway.door import Door
from datacoop.web.gateway.store import Store
from datacoop.web.gateway.work import Work, close_records

REFRESH_SECONDS = 10.0
"""How often it is looked whether the pool has changed."""
IN_FLIGHT_SECONDS = 60.0
"""After how long what a request has told the queue stands in the store too, or never will."""


class Works:
    """The work of all collections and its reviews, in order of their names."""

    def __init__(
        self,
        works: Iterable[Work],
        source: Callable[[bool], Sequence[Work] | None],
        store: Store,
        door: Door,
        clock: Callable[[], float],
    ) -> None:
        """Take what there is now; `source` and `clock` as in `Gateway`."""
        self._source, self._store, self._door, self._clock = source, store, door, clock
        self._is_stale = False
        """Whether work is to be made anew even where the pool has not changed."""
        self._works: dict[str, Work] = {}
        for work in works:
            close_records(work, store.closed_records(work.collection))
            self._works[work.name] = work

    def __iter__(self) -> Iterator[Work]:
        return iter(list(self._works.values()))

    def labelling(self) -> list[Work]:
        """Give the work that is no review."""
        return [work for work in self if work.readers is None]

    def named(self, name: str) -> Work | None:
        """Give the work that the store knows under a name."""
        return self._works.get(name)

    def of_collection(self, collection: str) -> list[Work]:
        """Give the work of a collection and the reviews of it."""
        return [work for work in self if work.collection == collection]

    def of_project(self, project: int) -> Work | None:
        """Give the work that Label Studio has under a number."""
        return next((work for work in self._works.values() if work.project == project), None)

    def make_anew(self) -> None:
        """Have work made anew at the next look."""
        self._is_stale = True

    async def keep_fresh(self) -> None:
        """Look after the pool for ever."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await self._refresh()

    async def _refresh(self) -> None:
        """Take over what has changed in the pool; where that fails, all stays as it is."""
        since, anew = self._clock() - IN_FLIGHT_SECONDS, self._is_stale
        self._is_stale = False
        try:
            fresh = await run_in_threadpool(self._source, anew)
        except Exception as error:
            self._is_stale = self._is_stale or anew
            self._door.counts["failed", "refresh"] += 1
            self._door.log({"event": "refresh failed", "error": type(error).__name__})
            return
        if fresh is None:
            return
        self._door.counts["refreshed", "works"] += 1
        for work in fresh:
            if work.name in self._works:
                self._works[work.name].renew(work, since)
            else:
                close_records(work, self._store.closed_records(work.collection))
        self._works = {w.name: self._works.get(w.name, w) for w in fresh}
