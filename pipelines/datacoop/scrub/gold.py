"""Gold: texts in which people marked what is personal; reading it, and its part for testing."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from datacoop.errors import SettingsError

PARTS = ("train", "test", "all")
TEST_SHARE = 5
"""One row of so many is for testing only."""

NO_MASK = "NO_MASK"
"""The kind of what gold marks as a name, and as harmless."""


class GoldSpan(NamedTuple):
    """What a person marked in a text, as the half-open character range `[start, end)`."""

    start: int
    end: int
    label: str
    kind: str = ""
    """`DIRECT`, `QUASI`, `NO_MASK`, or nothing where a gold set does not say."""
    entity: str = ""
    """The id of who or what is named, or nothing where a gold set does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRow:
    """A text with all that is personal in it."""

    id: str
    language: str
    text: str = field(repr=False)
    spans: tuple[GoldSpan, ...]


def read_gold(path: Path) -> list[GoldRow]:
    """Read gold spans, one JSON object a line; a name that ends in `.gz` says gzip.

    Raises:
        SettingsError: The file cannot be read, or a line is not of that form.
    """
    rows = []
    try:
        content = path.read_bytes()
        lines = (gzip.decompress(content) if path.suffix == ".gz" else content).splitlines()
    except (OSError, EOFError, zlib.error) as error:
        raise SettingsError(f"cannot read {path.name}", hint="Give a file of gold.") from error
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                rows.append(_gold_row(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"line {number} of {path.name} is not a row of gold spans",
                hint='Each line: {"id", "lang", "text", "spans": [{"start", "end", "label"}]}',
            ) from error
    return rows


def _gold_row(value: dict[str, object]) -> GoldRow:
    text, spans = value["text"], value["spans"]
    if not isinstance(text, str) or not isinstance(spans, list):
        raise TypeError
    if any(not 0 <= span["start"] < span["end"] <= len(text) for span in spans):
        raise ValueError
    return GoldRow(
        id=str(value["id"]),
        language=str(value["lang"]),
        text=text,
        spans=tuple(
            GoldSpan(
                start=int(span["start"]),
                end=int(span["end"]),
                label=str(span["label"]),
                kind=str(span.get("kind") or ""),
                entity=str(span.get("entity_id") or ""),
            )
            for span in spans
        ),
    )


def is_test(record_id: str) -> bool:
    """Say whether a gold row is for testing only: one in `TEST_SHARE`, by its id alone."""
    return int(hashlib.sha256(record_id.encode()).hexdigest(), 16) % TEST_SHARE == 0


def part_of(rows: Iterable[GoldRow], part: str) -> list[GoldRow]:
    """Give the rows of a part, a name of `PARTS`, in order."""
    return [row for row in rows if part == "all" or is_test(row.id) == (part == "test")]
