"""Options of a store: what is secret is named in settings, and read only where a store is opened.

So no secret lies in a settings file, a job's description or what an engine keeps of it, and each
worker has those of its own place.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from datacoop.errors import SettingsError

IN_VARIABLE = "env:"
"""`env:NAME` stands for the value of an environment variable."""
IN_FILE = "file:"
"""`file:PATH` stands for the content of a file, without the white space around it."""

_SECRET = re.compile(r"secret|token|password|key$")
_PLACE = re.compile(r"(_file|_path)$")


def is_secret(name: str, value: str) -> bool:
    """Say whether an option holds a secret itself, in the place of naming where one lies."""
    if value.startswith((IN_VARIABLE, IN_FILE)) or _PLACE.search(name.lower()):
        return False
    return _SECRET.search(name.lower()) is not None


def read_options(options: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Give options with the values that they name.

    Raises:
        SettingsError: A variable is not set here, or a file cannot be read.
    """
    return {name: _read(name, value) for name, value in options}


def _read(name: str, value: str) -> str:
    if value.startswith(IN_VARIABLE):
        variable = value.removeprefix(IN_VARIABLE)
        found = os.environ.get(variable)
        if not found:
            raise SettingsError(
                f"the store's {name} is in the environment variable {variable}, which is not set",
                hint="Set it here, and wherever workers run.",
            )
        return found
    if value.startswith(IN_FILE):
        path = Path(value.removeprefix(IN_FILE))
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError(
                f"the store's {name} is in the file {path}, which cannot be read",
                hint="Put it there, for this user to read, and wherever workers run.",
            ) from None
    return value
