"""Votes as a tidy table, one row a vote, for statistics programs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from datacoop.errors import SettingsError
from datacoop.label.kinds import Ballots

TIDY_SCHEMA = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("annotator", pa.string(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("time", pa.string(), nullable=False),
    ]
)
"""Record id in hex, pseudonym, value, ISO 8601 time in UTC."""

WRITERS: dict[str, Callable[[pa.Table, str], Any]] = {
    ".csv": lambda table, path: pyarrow.csv.write_csv(table, path),
    ".parquet": lambda table, path: pyarrow.parquet.write_table(table, path),
}
"""How a tidy table is written, by the ending of the file's name."""


def tidy_table(ballots: Ballots) -> pa.Table:
    """Give the votes that count, sorted by item and then by round and time."""
    rows = [
        {"item": i.hex(), "annotator": v.annotator, "label": v.value, "time": v.created_utc}
        for i, ballot in ballots.items()
        for v in ballot
    ]
    return pa.Table.from_pylist(rows, TIDY_SCHEMA)


def write_tidy(table: pa.Table, path: Path) -> None:
    """Write a table as its file's name says.

    Raises:
        SettingsError: The name ends neither in `.csv` nor in `.parquet`.
    """
    if path.suffix not in WRITERS:
        raise SettingsError(
            f"{path.name} is of no known form", hint=f"End the name in {' or '.join(WRITERS)}."
        )
    WRITERS[path.suffix](table, str(path))
