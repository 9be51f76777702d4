"""What `datacoop doctor` finds: one thing looked at, its state, what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from datacoop.errors import DatacoopError

OK = "ok"
MISSING = "missing"
"""Something will not work."""
UNSET = "unset"
"""Not needed by everybody."""

CLOCK_SECONDS = 30
"""How far apart two clocks may be: shorter than anything here is valid for."""


class Finding(NamedTuple):
    """One thing looked at."""

    what: str
    state: str
    """`OK`, `MISSING` or `UNSET`."""
    advice: str = ""


def found(what: str, advice: str) -> Finding:
    """Say that something is in order where there is no advice, else that it is missing."""
    return Finding(what, MISSING if advice else OK, advice)


def looked(what: str, value: object, look: Callable[[], str]) -> Finding:
    """Look at something that is set; `look` gives advice, or nothing where all is well."""
    if value is None:
        return Finding(what, UNSET, "Set it in datacoop.toml when you need it.")
    try:
        return found(what, look())
    except DatacoopError as error:
        return Finding(what, MISSING, f"{error}. {error.hint}".rstrip())


def clock_finding(what: str, ahead: float | None) -> Finding:
    """Judge how far another clock is ahead of this machine's."""
    if ahead is None:
        return Finding(f"clock of {what}", UNSET, "It does not say what time it has.")
    if abs(ahead) <= CLOCK_SECONDS:
        return Finding(f"clock of {what}", OK)
    where = "ahead of" if ahead > 0 else "behind"
    advice = (
        f"It is {abs(ahead):.0f} seconds {where} this machine's: set both by NTP. Stores refuse "
        "requests that are minutes off, and metadata seems expired."
    )
    return Finding(f"clock of {what}", MISSING, advice)


def readable_by_others(path: Path) -> str:
    """Say what to do where others than its owner may read a secret file; nothing where not."""
    try:
        is_open = path.stat().st_mode & 0o077
    except OSError:
        return f"It cannot be read: {path}"
    return f"Others may read it. Run: chmod 600 {path}" if is_open else ""
