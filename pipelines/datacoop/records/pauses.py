"""When an annotator was not to label a collection: passed from the log to whoever counts votes."""

from typing import NamedTuple


class Pause(NamedTuple):
    """A time in which nothing is asked of an annotator; times are ISO 8601 in UTC."""

    annotator: str
    """The pseudonym."""
    paused_utc: str
    """When the answer was given that paused them."""
    resumed_utc: str | None = None
    """When they were let go on; none while they are paused."""
