"""Errors of a worker's step, without what they could quote of a record."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from datacoop.errors import DatacoopError, OutsideError


@contextmanager
def silent_failures(step: str) -> Iterator[None]:
    """Let no exception out of a worker's step that could quote a record.

    Engines write it into logs of their own, on machines that nobody reads. Of another's exception
    only its type and its place in the code are kept; of one of ours the cause is cut off, since
    Beam writes causes into its own message.

    Raises:
        OutsideError: An exception that is not one of datacoop's was raised.
    """
    try:
        yield
    except DatacoopError as error:
        raise error from None
    except Exception as error:
        raise OutsideError("worker", step, _place(error)) from None


def _place(error: Exception) -> str:
    """Give type and place of an error: no message."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    file = "/".join(frame.filename.split("/")[-2:])
    return f"{type(error).__name__} at {file}:{frame.lineno}"
