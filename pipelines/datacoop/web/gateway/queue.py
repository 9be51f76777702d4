"""What the gateway asks "who works on what next"; `label/live_queue.py` answers."""

from typing import Protocol

from datacoop.label.votes import Vote


class Queue(Protocol):
    """The order of work of one collection, in memory; no method waits for anything.

    `now` is a number of seconds, the same clock for all calls.
    """

    def next(self, annotator: str, now: float) -> bytes | None:
        """Give the record to work on: the same one while it is held, none where none is open."""

    def hold(self, annotator: str, record_id: bytes, now: float) -> bool:
        """Enter that an annotator has a record in hand; give whether it was not so before."""

    def give_back(self, annotator: str, record_id: bytes) -> None:
        """Enter that an annotator put a record off."""

    def take(self, vote: Vote, now: float) -> str | None:
        """Take in an answer; give when its annotator was paused, where it pauses them."""

    def remove(self, record_id: bytes) -> None:
        """Serve a record to nobody from now on; who holds it holds it no more."""

    def bring_back(self, record_id: bytes) -> None:
        """Serve a record again that was removed; who answered it before does not get it."""
