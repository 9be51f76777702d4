"""Do work ahead of the one who needs it, in threads, and hand it over in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def ahead(tasks: Iterable[Callable[[], T]], depth: int, threads: int) -> Iterator[T]:
    """Give the results of `tasks` in order; up to `depth` tasks are done or under way ahead.

    What is under way when nobody asks for more is finished and thrown away. Threads are made at
    the first step and ended with the last, so that none is lost in a fork between two reads.
    """
    left = iter(tasks)
    with ThreadPoolExecutor(threads, thread_name_prefix="datacoop-read") as pool:
        waiting: deque[Future[T]] = deque(pool.submit(task) for task in islice(left, depth))
        try:
            while waiting:
                done = waiting.popleft()
                result = done.result()
                waiting.extend(pool.submit(task) for task in islice(left, 1))
                yield result
        finally:
            for future in waiting:
                future.cancel()
