"""Votes as a tidy table, one row a vote, for statistics programs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from datacoop.errors import SettingsError
from datacoop.label.kinds import Ballots
from datacoop.label.small_groups import publishable
from datacoop.label.workforce import Annotator, Workforce

TIDY_SCHEMA = pa.schema(
    [
        pa.field("item", pa.string(), nullable=False),
        pa.field("annotator", pa.string(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("time", pa.string(), nullable=False),
    ]
)
"""Record id in hex, pseudonym, value, ISO 8601 time in UTC."""

MEMBER, COUNTRY, LEVEL = "member", "country", "level"
ATTRIBUTES = (MEMBER, COUNTRY, LEVEL)
"""What may be told of annotators: home member, country, level in the language of the record."""

WRITERS: dict[str, Callable[[pa.Table, str], Any]] = {
    ".csv": lambda table, path: pyarrow.csv.write_csv(table, path),
    ".parquet": lambda table, path: pyarrow.parquet.write_table(table, path),
}
"""How a tidy table is written, by the ending of the file's name."""


def tidy_table(
    ballots: Ballots,
    attributes: Sequence[str] = (),
    workforce: Workforce = MappingProxyType({}),
    languages: Mapping[bytes, str] = MappingProxyType({}),
) -> pa.Table:
    """Give the votes that count, sorted by item and then by round and time.

    What is told of annotators is shared by at least five of those who voted, all that is told of
    one taken together; the rest is null.

    Args:
        attributes: What to tell of annotators: some of `ATTRIBUTES`, most needed first.
        workforce: Their attributes; nothing is told of who is not in it.
        languages: The language of each record.
    """
    voted = {vote.annotator for ballot in ballots.values() for vote in ballot}
    spoken = sorted({languages.get(record_id, "") for record_id in ballots})
    # A level is told language by language, and all of one's levels can be put together.
    names = [
        name for one in attributes for name in (map(_level, spoken) if one == LEVEL else [one])
    ]
    held = {one: dict(_attributes(workforce[one])) if one in workforce else {} for one in voted}
    shown = publishable(held, names)
    rows: list[dict[str, str | None]] = []
    for i, ballot in ballots.items():
        of = {name: _level(languages.get(i, "")) if name == LEVEL else name for name in attributes}
        for v in ballot:
            vote = {"item": i.hex(), "annotator": v.annotator, "label": v.value}
            about = {name: shown[v.annotator][key] for name, key in of.items()}
            rows.append({**vote, "time": v.created_utc, **about})
    told = [pa.field(name, pa.string()) for name in attributes]
    return pa.Table.from_pylist(rows, pa.schema([*TIDY_SCHEMA, *told]))


def _attributes(annotator: Annotator) -> Iterator[tuple[str, str]]:
    yield MEMBER, annotator.member
    yield COUNTRY, annotator.country
    for language, level in annotator.languages.items():
        yield _level(language), level


def _level(language: str) -> str:
    return f"{LEVEL} {language}"


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
