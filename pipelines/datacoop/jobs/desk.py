"""A file at a steward's own desk, which nobody has signed or sent."""

from collections.abc import Mapping
from pathlib import Path

from datacoop.errors import SettingsError
from datacoop.jobs.submitting import guess_format
from datacoop.records.submission import SourceFile

DESK_KEY = bytes(32)
"""Pseudonyms are made and thrown away here: any key does."""


def desk_file(path: Path, columns: Mapping[str, str]) -> SourceFile:
    """Describe a file that nobody has signed for.

    Raises:
        SettingsError: There is no such file, or its format is not known.
    """
    kind, compression = guess_format(path.name)
    if not path.is_file():
        raise SettingsError(f"there is no file {path.name}", hint="Check the path.")
    return SourceFile(
        path=path.name,
        sha256="",
        size_bytes=path.stat().st_size,
        format=kind,
        compression=compression,
        columns=tuple(sorted(columns.items())),
        ignored_columns=(),
    )
